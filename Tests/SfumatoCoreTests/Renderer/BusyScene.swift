import SfumatoTestSupport

@testable import SfumatoCore

/// Three instances of two meshes, lit, seen by three cameras of odd sizes; one is close to it.
func busyScene<S: RenderScalar>(
  _: S.Type, squared: Bool, scale: Int = 1
) -> (scene: Scene<S>, cameras: [Camera<S>], settings: SoftSettings<S>) {
  var torus = Mesh<S>.torus(majorSegments: 20, minorSegments: 10)
  var g = SeededGenerator(seed: 21)
  torus.vertexColors = g.array(torus.positions.count, 0.1...0.9).map { S($0) }
  let scene = Scene<S>(
    meshes: [torus, .icosphere(subdivisions: 1, radius: 0.4)],
    materials: [
      Material(baseColor: .vertex, shading: .lambert),
      Material(baseColor: .constant(SIMD3(0.2, 0.5, 0.8)), shading: .lambertFlat),
    ],
    instances: [
      Instance(mesh: 0, material: 0),
      Instance(mesh: 1, material: 1, transform: RigidTransform(translation: SIMD3(0, 0.2, 0))),
      Instance(mesh: 1, material: 1, transform: RigidTransform(translation: SIMD3(0.8, 0.5, 0))),
    ],
    lights: [
      .ambient(color: SIMD3(0.3, 0.3, 0.3)),
      .directional(direction: SIMD3(1, 2, 1), color: SIMD3(0.6, 0.6, 0.5)),
    ], background: SIMD3(0.1, 0.2, 0.3))
  let cameras = [(10.0, 40.0, 3.5), (130, -20, 3), (250, 10, 1.2)].enumerated().map { k, orbit in
    Camera<S>(
      fieldOfViewDegrees: 45, axis: .y, width: (37 + 3 * k) * scale, height: 33 * scale,
      worldToCamera: .orbit(
        azimuthDegrees: S(orbit.0), elevationDegrees: S(orbit.1), distance: S(orbit.2)))
  }
  return (
    scene, cameras, SoftSettings(profile: .logistic(squared: squared), edgeWidthPixels: 0.7)
  )
}

/// Seeded cotangents of all pictures.
func randomCotangents<S: RenderScalar>(
  _ pictures: [Rendering<S>]
) -> [RenderingCotangent<S>] {
  var g = SeededGenerator(seed: 5)
  return pictures.map { picture in
    func like(_ image: ImageBuffer<S>) -> ImageBuffer<S> {
      ImageBuffer(
        width: image.width, height: image.height, channels: image.channels,
        values: g.array(image.values.count).map { S($0) })
    }
    return RenderingCotangent(
      color: picture.color.map(like), alpha: like(picture.alpha), depth: picture.depth.map(like))
  }
}

/// Pictures and the gradient of everything.
func renderAndPull<S: RenderScalar>(
  _ scene: Scene<S>, _ cameras: [Camera<S>], _ settings: RenderSettings<S>
) -> (pictures: [Rendering<S>], gradient: SceneGradient<S>) {
  let (pictures, pullback) = Renderer(settings: settings).renderWithPullback(
    scene, cameras, wrt: .all, outputs: [.color, .alpha, .depth, .face])
  return (pictures, pullback(randomCotangents(pictures)))
}

extension Rendering {
  /// Whether colour and alpha are numbers and depth is a positive number or infinite.
  var isProper: Bool {
    (color?.values.allSatisfy { $0.isFinite } ?? true)
      && alpha.values.allSatisfy { $0 >= 0 && $0 <= 1 }
      && (depth?.values.allSatisfy { $0 > 0 } ?? true)
  }
}

extension SceneGradient {
  /// Every number in it.
  var numbers: [S] {
    func list(_ v: SIMD3<S>) -> [S] { [v.x, v.y, v.z] }
    let twists = instances + cameras.map(\.twist)
    let first = meshes.flatMap { $0.positions + $0.vertexColors + $0.faceColors }
    let second = twists.flatMap { list($0.angular) + list($0.linear) }
    let third = lights.flatMap { list($0.color) + list($0.direction) }
    let fourth = cameras.flatMap { [$0.focal.x, $0.focal.y, $0.principal.x, $0.principal.y] }
    var all = first
    all += second
    all += third
    all += fourth
    for material in materials { all += list(material.color) + list(material.specular) }
    return all + list(background)
  }
}
