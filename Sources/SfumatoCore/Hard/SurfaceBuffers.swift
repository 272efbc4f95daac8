// What stands at the centre of each pixel besides colour: places, texture coordinates, numbers of faces, materials and objects,
// and where it goes in another picture. Exact, of the one visible face, without gradient.

/// The visible surface at the pixels' centres.
struct SurfaceBuffers<S: RenderScalar>: Sendable {
  private let assembly: SceneAssembly<S>
  private let camera: Camera<S>
  /// The visible face, -1 where none, row-major.
  let faces: [Int32]
  /// The corners' weights, perspective corrected, zero where empty.
  private let weights: [SIMD3<S>]

  /// Faces are cut at the near plane of `soft`.
  init(
    _ assembly: SceneAssembly<S>, camera: Camera<S>, soft: SoftSettings<S>, workers: Workers
  ) {
    self.assembly = assembly
    self.camera = camera
    let view = HardView(assembly, camera: camera, samples: 1, soft: soft, workers: workers)
    let visible = view.sampleFaces(workers: workers).faces
    let projection = view.projection
    faces = visible.map { $0 < 0 ? -1 : projection.faces[Int($0)].source }
    let found = faces
    weights = parallelArray(faces.count, grain: 4096, workers: workers) { i in
      guard found[i] >= 0 else { return .zero }
      let face = Int(found[i])
      func point(_ k: Int) -> SIMD3<S> {
        projection.points.vector3(Int(assembly.faces[3 * face + k]))
      }
      let pixel = SIMD2(S(i % camera.width) + 1 / 2, S(i / camera.width) + 1 / 2)
      return camera.weights(of: (point(0), point(1), point(2)), at: pixel)
    }
  }

  private func buffer(_ channels: Int, _ values: (Int) -> SIMD3<S>) -> ImageBuffer<S> {
    var result = [S](repeating: 0, count: faces.count * channels)
    for i in faces.indices where faces[i] >= 0 {
      let value = values(i)
      for c in 0..<channels { result[i * channels + c] = value[c] }
    }
    return ImageBuffer(
      width: camera.width, height: camera.height, channels: channels, values: result)
  }

  private func mix(_ i: Int, _ corner: (Int) -> SIMD3<S>) -> SIMD3<S> {
    let (w, first) = (weights[i], 3 * Int(faces[i]))
    return (corner(first) * w.x + corner(first + 1) * w.y) + corner(first + 2) * w.z
  }

  /// Adds what is asked to a picture.
  func add(_ outputs: RenderOutputs, to picture: inout Rendering<S>) {
    if outputs.contains(.face) { picture.face = faces }
    if outputs.contains(.position) {
      picture.position = buffer(3) { i in
        mix(i) { assembly.positions.vector3(Int(assembly.faces[$0])) }
      }
    }
    if outputs.contains(.barycentrics) { picture.barycentrics = buffer(3) { weights[$0] } }
    if outputs.contains(.texcoord) {
      picture.texcoord = buffer(2) { i in mix(i, texcoord) }
    }
    if outputs.contains(.object) {
      picture.object = faces.map {
        $0 < 0 ? -1 : Int32(truncatingIfNeeded: assembly.instance(ofFace: Int($0)))
      }
    }
    if outputs.contains(.material) {
      picture.material = faces.map {
        guard $0 >= 0 else { return -1 }
        let instance = assembly.scene.instances[assembly.instance(ofFace: Int($0))]
        return Int32(truncatingIfNeeded: instance.material)
      }
    }
  }

  /// A corner's texture coordinates, zero where it has none.
  private func texcoord(_ corner: Int) -> SIMD3<S> {
    let index = assembly.instance(ofFace: corner / 3)
    let mesh = assembly.scene.meshes[assembly.scene.instances[index].mesh]
    guard let set = mesh.texcoordSets.first else { return .zero }
    let i = 2 * Int(set.faces[corner - 3 * assembly.parts[index].firstFace])
    return SIMD3(set.values[i], set.values[i + 1], 0)
  }

  /// How far each pixel's point moves on the screen, columns and rows, to where another camera sees it in another state.
  func flow(to other: SceneAssembly<S>, camera next: Camera<S>) -> ImageBuffer<S> {
    buffer(2) { i in
      let place = mix(i) { other.positions.vector3(Int(other.faces[$0])) }
      let seen = next.pixel(next.cameraPoint(place))
      let here = SIMD2(S(i % camera.width) + 1 / 2, S(i / camera.width) + 1 / 2)
      return SIMD3(seen.x - here.x, seen.y - here.y, 0)
    }
  }
}

extension Camera {
  /// The weights of a triangle's corners, in the camera frame, at the point that is seen at a pixel; they sum to 1.
  func weights(of points: (SIMD3<S>, SIMD3<S>, SIMD3<S>), at pixel: SIMD2<S>) -> SIMD3<S> {
    let (a, b, c) = points
    let ray = (pixel - principal) / focal
    var w: SIMD3<S>
    switch projection {
    case .perspective:
      let way = SIMD3(ray.x, ray.y, 1)
      w = SIMD3(dot(way, cross(b, c)), dot(way, cross(c, a)), dot(way, cross(a, b)))
    case .orthographic:
      let (p, q, r) = (
        SIMD2(a.x, a.y) - ray, SIMD2(b.x, b.y) - ray, SIMD2(c.x, c.y) - ray
      )
      w = SIMD3(cross(q, r), cross(r, p), cross(p, q))
    }
    let sum = (w.x + w.y) + w.z
    guard sum != 0, sum.isFinite else { return SIMD3(1, 0, 0) }
    w /= sum
    // The snapped edge owns centres a hair outside.
    w.replace(with: 0, where: w .< 0)
    return w / ((w.x + w.y) + w.z)
  }
}
