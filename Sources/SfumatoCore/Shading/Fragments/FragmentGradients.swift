/// Cotangents of what a face's corners bring to its fragments.
struct CornerBars<S: RenderScalar>: Sendable {
  /// World positions.
  var positions = InlineArray<3, SIMD3<S>>(repeating: .zero)
  /// Normals at the corners.
  var normals = InlineArray<3, SIMD3<S>>(repeating: .zero)
  /// Vertex colours.
  var colors = InlineArray<3, SIMD3<S>>(repeating: .zero)
  /// Texture coordinates of the first and the second set.
  var texcoords = InlineArray<3, SIMD4<S>>(repeating: .zero)
  /// The face's own normal and colour.
  var faceNormal = SIMD3<S>.zero
  var faceColor = SIMD3<S>.zero

  /// Adds other cotangents in place.
  static func += (a: inout Self, b: Self) {
    for k in 0..<3 {
      a.positions[k] += b.positions[k]
      a.normals[k] += b.normals[k]
      a.colors[k] += b.colors[k]
      a.texcoords[k] += b.texcoords[k]
    }
    a.faceNormal += b.faceNormal
    a.faceColor += b.faceColor
  }
}

/// What the fragments of a part of a view add to the gradient.
struct FragmentGradients<S: RenderScalar>: Sendable {
  /// Faces of the scene, each once, in the order in which they were met.
  private(set) var faces: [Int32] = []
  /// Their corners' cotangents.
  private(set) var corners: [CornerBars<S>] = []
  private var places: [Int32: Int] = [:]
  private var last: Int32 = -1
  private var lastPlace = 0
  var materials: [MaterialGradient<S>]
  var lights: [LightGradient<S>]
  /// All levels' texels, a texture each; empty where texels are not asked.
  var texels: [TexelBars<S>]
  /// Whether texture coordinates are asked.
  let wantsTexcoords: Bool
  /// Of the place of a perspective camera.
  var eye = SIMD3<S>.zero
  /// Of the direction to an orthographic camera.
  var viewer = SIMD3<S>.zero

  init(_ assembly: SceneAssembly<S>, targets: GradientTargets) {
    materials = assembly.scene.materials.map { _ in MaterialGradient() }
    lights = assembly.scene.lights.map { LightGradient(zeroFor: $0) }
    wantsTexcoords = targets.contains(.texcoords)
    texels = assembly.chains.map { chain in
      TexelBars(
        texelCount: targets.contains(.textures) ? chain.texels.count / chain.channels : 0,
        channels: chain.channels)
    }
  }

  /// Where the cotangents of a face's corners stand.
  mutating func place(ofFace face: Int32) -> Int {
    guard face != last else { return lastPlace }
    last = face
    lastPlace = places[face] ?? faces.count
    if lastPlace == faces.count {
      places[face] = lastPlace
      faces.append(face)
      corners.append(CornerBars())
    }
    return lastPlace
  }

  /// Adds to a face's cotangents.
  mutating func add(_ bars: CornerBars<S>, toFace face: Int32) {
    let place = place(ofFace: face)
    corners[place] += bars
  }

  /// The adjoint of a fragment's colour: adds to it all, returns the weights' cotangent.
  @inline(__always)
  mutating func shadeVJP(
    _ shader: FragmentShader<S>, _ place: FragmentPlace<S>, colorBar: SIMD4<S>
  ) -> SIMD3<S> {
    shader.colorVJP(place, colorBar: colorBar, into: &self)
  }

  /// Adds another part in place.
  static func += (a: inout Self, b: Self) {
    for (face, bars) in zip(b.faces, b.corners) { a.add(bars, toFace: face) }
    for k in a.materials.indices { a.materials[k] += b.materials[k] }
    for k in a.lights.indices { a.lights[k] += b.lights[k] }
    for k in a.texels.indices { a.texels[k] += b.texels[k] }
    a.eye += b.eye
    a.viewer += b.viewer
  }
}
