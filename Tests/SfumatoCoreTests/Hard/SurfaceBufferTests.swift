import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct SurfaceBufferTests {
  /// A big tilted triangle that the near plane cuts, and a small square before it.
  private static func scene() -> Scene<Double> {
    let big = Mesh<Double>(
      positions: [-4, -3, 1, 5, -2, -6, 0, 4, 2], faces: [0, 1, 2],
      texcoords: [0, 0, 1, 0, 0.5, 2], texcoordFaces: [0, 1, 2])
    let small = Mesh<Double>.cube(side: 0.5)
    return Scene(
      meshes: [big, small],
      materials: [
        Material(baseColor: .constant(.zero)), Material(baseColor: .constant(SIMD3(repeating: 1))),
      ],
      instances: [
        Instance(mesh: 0, material: 1),
        Instance(
          mesh: 1, material: 0,
          transform: RigidTransform(translation: SIMD3(0.3, 0.2, 2))),
      ])
  }

  private static func camera(
    _ projection: Camera<Double>.Projection, x: Double = 0
  ) -> Camera<Double> {
    Camera(
      projection: projection, focal: projection == .perspective ? SIMD2(30, 30) : SIMD2(8, 8),
      principal: SIMD2(20, 15),
      worldToCamera: .orbit(azimuthDegrees: 10 + x, elevationDegrees: 5, distance: 4), width: 40,
      height: 30)
  }

  @Test(arguments: [Camera<Double>.Projection.perspective, .orthographic])
  func `positions lie on their pixel's ray and on their face`(
    projection: Camera<Double>.Projection
  ) throws {
    let scene = Self.scene()
    let camera = Self.camera(projection)
    for mode in [
      RenderSettings<Double>.Mode.hard(samples: 2), .crisp(CrispSettings()), .soft(SoftSettings()),
    ] {
      let picture = Renderer(settings: RenderSettings(mode: mode)).render(
        scene, [camera],
        outputs: [.alpha, .face, .position, .texcoord, .barycentrics, .object, .material])[0]
      let faces = try #require(picture.face)
      let positions = try #require(picture.position)
      let weights = try #require(picture.barycentrics)
      let texcoords = try #require(picture.texcoord)
      let objects = try #require(picture.object)
      let materials = try #require(picture.material)
      var count = 0
      for i in faces.indices {
        guard objects[i] >= 0 else {
          #expect(materials[i] == -1 && weights.values.vector3(i) == .zero)
          continue
        }
        count += 1
        let place = positions.values.vector3(i)
        let seen = camera.pixel(camera.cameraPoint(place))
        let pixel = SIMD2(Double(i % 40) + 0.5, Double(i / 40) + 0.5)
        #expect(length(seen - pixel) < 1e-2, "\(mode), \(i)")
        let w = weights.values.vector3(i)
        #expect(abs(w.sum() - 1) < 1e-12)
        #expect(materials[i] == 1 - objects[i])
        if objects[i] == 0 {
          // The big triangle's coordinates by hand.
          #expect(abs(texcoords.values[2 * i] - (w.y + 0.5 * w.z)) < 1e-12)
          #expect(abs(texcoords.values[2 * i + 1] - 2 * w.z) < 1e-12)
        }
      }
      #expect(count > 300)
    }
  }

  @Test func `flow leads to where the other camera sees the same point`() {
    let scene = Self.scene()
    let (camera, other) = (Self.camera(.perspective), Self.camera(.perspective, x: 4))
    var later = scene
    later.instances[1].transform = RigidTransform(translation: SIMD3(0.4, 0.1, 2))
    let renderer = Renderer<Double>(settings: RenderSettings(mode: .hard(samples: 1)))
    let flow = renderer.opticalFlow(from: scene, camera, to: later, other)
    let picture = renderer.render(scene, [camera], outputs: [.alpha, .position, .object])[0]
    for i in 0..<1200 {
      let object = picture.object?[i] ?? -1
      let own = SIMD2(flow.values[2 * i], flow.values[2 * i + 1])
      guard object >= 0 else {
        #expect(own == .zero)
        continue
      }
      var place = picture.position?.values.vector3(i) ?? .zero
      if object == 1 { place += SIMD3(0.1, -0.1, 0) }
      let seen = other.pixel(other.cameraPoint(place))
      let pixel = SIMD2(Double(i % 40) + 0.5, Double(i / 40) + 0.5)
      #expect(length(seen - pixel - own) < 1e-9)
    }
  }

  @Test func `holes show what lies behind, and blended surfaces let it shine through`() {
    // A square before another; the first is a mask in its left half, then glass.
    func square(_ z: Double) -> Mesh<Double> {
      Mesh(
        positions: [-1, -1, z, 1, -1, z, 1, 1, z, -1, 1, z], faces: [0, 1, 2, 0, 2, 3],
        texcoords: [0, 0, 1, 0, 1, 1, 0, 1], texcoordFaces: [0, 1, 2, 0, 2, 3])
    }
    var front = Material<Double>(baseColor: .constant(SIMD3(1, 0, 0)))
    front.baseColorTexture = TextureUse(0)
    front.alphaMode = .mask(cutoff: 0.5)
    let texture = Texture<Double>(
      width: 2, height: 1, channels: 4, texels: [1, 1, 1, 0, 1, 1, 1, 0.75], filter: .nearest)
    var scene = Scene(
      meshes: [square(1), square(0)],
      materials: [front, Material(baseColor: .constant(SIMD3(0, 0, 1)))],
      instances: [Instance(mesh: 0, material: 0), Instance(mesh: 1, material: 1)],
      textures: [texture])
    let camera = Camera<Double>(
      projection: .orthographic, focal: SIMD2(4, 4), principal: SIMD2(6, 6),
      worldToCamera: .orbit(azimuthDegrees: 0, elevationDegrees: 0, distance: 4), width: 12,
      height: 12)
    func color(_ x: Int, _ y: Int) -> SIMD3<Double> {
      let renderer = Renderer<Double>(settings: RenderSettings(mode: .hard(samples: 2)))
      return renderer.render(scene, [camera])[0].color?.values.vector3(y * 12 + x) ?? .zero
    }
    #expect(color(4, 6) == SIMD3(0, 0, 1) && color(7, 6) == SIMD3(1, 0, 0))
    scene.materials[0].alphaMode = .blend
    #expect(color(4, 6) == SIMD3(0, 0, 1))
    #expect(length(color(7, 6) - SIMD3(0.75, 0, 0.25)) < 1e-12)
    // Before nothing, alpha is the surface's own.
    scene.instances.removeLast()
    let renderer = Renderer<Double>(settings: RenderSettings(mode: .hard(samples: 2)))
    let picture = renderer.render(scene, [camera])[0]
    #expect(abs(picture.alpha.values[6 * 12 + 7] - 0.75) < 1e-12)
    #expect(picture.alpha.values[6 * 12 + 4] == 0)
  }
}
