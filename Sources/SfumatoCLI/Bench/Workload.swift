internal import RealModule
internal import SfumatoCore
internal import SfumatoIO

/// A scene, its cameras and the settings under which other renderers were timed; the name says which.
///
/// Soft ones, but for the million faces: logistic of the squared distance with sigma 1e-4 in normalised device coordinates, so a
/// width of `sqrt(1e-4) side / 2` pixels; tail bound 1e-4; every face counts in every pixel that it reaches. Colour: depth
/// softmax with gamma 1e-4 over the planes 1 and 100, so that the unit of depth is 0.0099 world units as there.
struct Workload {
  /// The way in which a workload is rendered.
  enum Method {
    /// Softly, with the width in normalised device coordinates.
    case soft
    /// Softly, logistic of the distance, one pixel wide.
    case softPixel
    /// Crisply, outlines antialiased.
    case hard
  }

  /// The name.
  var name: String
  /// The number of faces.
  var faces: Int
  /// What is seen.
  var scene: Scene<Float>
  /// From where.
  var cameras: [Camera<Float>]
  /// Whether colour is rendered; else alpha alone.
  var isColored: Bool
  /// How it is rendered.
  var method: Method
  /// Whether the scalar reference ends in some minutes.
  var hasReference: Bool

  /// What is made.
  var outputs: RenderOutputs { isColored ? [.color, .alpha] : .alpha }
  /// What is differentiated.
  var targets: GradientTargets { isColored ? [.positions, .colors] : .positions }

  /// The renderer's mode.
  var mode: RenderSettings<Float>.Mode {
    switch method {
    case .hard: .crisp(CrispSettings())
    case .softPixel:
      .soft(
        SoftSettings(
          profile: .logistic(squared: false), edgeWidthPixels: 1, depth: .softmax(gamma: 1e-4),
          tailBound: 1e-4))
    case .soft:
      .soft(
        SoftSettings(
          profile: .logistic(squared: true),
          edgeWidthPixels: Float(1e-4).squareRoot() * Float(cameras[0].width) / 2,
          depth: .softmax(gamma: 1e-4), tailBound: 1e-4, depthRange: .planes(near: 1, far: 100)))
    }
  }

  /// What a workload is made of.
  struct Recipe {
    var name: String
    /// The file of the mesh; a torus of a million faces is made where there is none.
    var file: String?
    var side: Int
    var isColored = false
    /// 24 views around the mesh at half its size, or one view of the mesh scaled to 1.
    var isOrbit = false
    var method = Method.soft
  }

  /// All workloads.
  static let recipes = [
    Recipe(name: "a_sphere_64_x24_sil", file: "sphere_642.obj", side: 64, isOrbit: true),
    Recipe(name: "b_cow_128_sil", file: "cow.obj", side: 128),
    Recipe(name: "b_cow_128_rgb", file: "cow.obj", side: 128, isColored: true),
    Recipe(name: "c_cow_512_sil", file: "cow.obj", side: 512),
    Recipe(name: "c_cow_512_rgb", file: "cow.obj", side: 512, isColored: true),
    Recipe(
      name: "c_cow_512_hard", file: "cow.obj", side: 512, isColored: true, method: .hard),
    Recipe(name: "d_bunny_512_sil", file: "bunny.obj", side: 512),
    Recipe(
      name: "d_bunny_512_hard", file: "bunny.obj", side: 512, isColored: true, method: .hard),
    Recipe(
      name: "d_bunny_1024_hard", file: "bunny.obj", side: 1024, isColored: true, method: .hard),
    Recipe(name: "e_million_2048_hard", side: 2048, isColored: true, method: .hard),
    Recipe(name: "e_million_2048_soft", side: 2048, isColored: true, method: .softPixel),
  ]

  /// Reads the mesh of a recipe from a folder, or makes it.
  init(_ recipe: Recipe, meshes folder: String) throws(MeshFileError) {
    var mesh = if let file = recipe.file { try loadMesh(folder + "/" + file) } else { Self.million }
    if recipe.isOrbit {
      for i in mesh.positions.indices { mesh.positions[i] *= 0.5 }
    } else {
      Self.normalize(&mesh)
    }
    mesh.vertexColors = mesh.positions.map { min(max(0.5 + 0.5 * $0, 0), 1) }
    name = recipe.name
    faces = mesh.faceCount
    scene = Scene(mesh)
    isColored = recipe.isColored
    method = recipe.method
    hasReference = recipe.method == .soft
    cameras = (0..<(recipe.isOrbit ? 24 : 1)).map { view in
      Camera(
        fieldOfViewDegrees: recipe.isOrbit ? 30 : 60, axis: .x, width: recipe.side,
        height: recipe.side,
        worldToCamera: recipe.isOrbit
          ? .orbit(azimuthDegrees: 15 * Float(view), elevationDegrees: 0, distance: 2.732)
          : .orbit(azimuthDegrees: 30, elevationDegrees: 20, distance: 2.7))
    }
  }

  /// A torus of 1,000,000 faces with waves on it.
  private static var million: Mesh<Float> {
    var mesh = Mesh<Float>.torus(majorSegments: 1000, minorSegments: 500)
    for v in 0..<mesh.vertexCount {
      let p = mesh.position(v)
      let wave = Float.sin(23 * p.x) * Float.sin(19 * p.y + 1) * Float.sin(21 * p.z + 2)
      mesh.positions.setVector3(v, p * (1 + 0.03 * wave))
    }
    return mesh
  }

  /// Moves the mean vertex to the origin and scales the largest coordinate to 1.
  private static func normalize(_ mesh: inout Mesh<Float>) {
    var mean = SIMD3<Double>.zero
    for v in 0..<mesh.vertexCount { mean += SIMD3<Double>(mesh.position(v)) }
    let center = SIMD3<Float>(mean / Double(max(mesh.vertexCount, 1)))
    var largest: Float = 0
    for i in mesh.positions.indices {
      mesh.positions[i] -= center[i % 3]
      largest = max(largest, abs(mesh.positions[i]))
    }
    guard largest > 0 else { return }
    for i in mesh.positions.indices { mesh.positions[i] /= largest }
  }
}
