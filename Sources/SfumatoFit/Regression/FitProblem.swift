public import SfumatoCore

/// What a fit is given: targets, where the object is, and the mesh to start from.
public struct FitProblem: Sendable {
  /// The targets.
  public var targets: [TargetView]
  /// The object's bounds, where the targets' file states them.
  public var bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)?
  /// The mesh to start from; nil starts from a sphere.
  public var mesh: Mesh<Float>?
  /// The scene that the mesh is all of, where it shows more than a mesh: several nodes, textures, materials.
  ///
  /// Of known shape and colour it is shown as it is, without light unless it has lights of its own.
  public var scene: Scene<Float>?
  /// The light on the object, where it is known, fixed in the world; empty leaves the mesh unlit.
  ///
  /// Unused where the fit looks for the light itself.
  public var lights: [Light<Float>]
  /// How the known light meets the surface: its shading, specular colour and shininess.
  ///
  /// Colours are those of the mesh; the base colour is used where that has none and it is constant.
  public var material: Material<Float>

  /// Makes a problem.
  public init(
    targets: [TargetView], bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)? = nil,
    mesh: Mesh<Float>? = nil, scene: Scene<Float>? = nil, lights: [Light<Float>] = [],
    material: Material<Float> = Material(shading: .lambert)
  ) {
    precondition(!targets.isEmpty, "a fit takes at least one target")
    self.targets = targets
    self.bounds = bounds
    self.mesh = mesh
    self.scene = scene
    self.lights = lights
    self.material = material
  }

  /// Whether the object's colours are given, so that they can be compared.
  public var isColored: Bool {
    if let scene { return scene.hasColors }
    if mesh?.vertexColors != nil || mesh?.faceColors != nil { return true }
    guard mesh != nil, case .constant = material.baseColor else { return false }
    return true
  }

  /// Whether any target has normals.
  var hasNormals: Bool { targets.contains { $0.geometry.normals != nil } }

  /// Whether any target has depth.
  var hasDepth: Bool { targets.contains { $0.geometry.depth != nil } }

  /// Puts the known lights and the material into a scene of the mesh.
  func light(_ scene: inout Scene<Float>) {
    let given = scene.materials[0].baseColor
    let isBare = scene.meshes[0].vertexColors == nil && scene.meshes[0].faceColors == nil
    if !lights.isEmpty {
      scene.materials[0] = material
      scene.lights = lights
    }
    scene.materials[0].baseColor = given
    if isBare, case .constant = material.baseColor {
      scene.materials[0].baseColor = material.baseColor
    }
  }

  /// The share of the targets' pixels that the object covers: at least one pixel, at most all.
  var coverage: Double {
    var (pixels, covered) = (0, 0.0)
    for target in targets {
      pixels += target.picture.pixelCount
      for p in 0..<target.picture.pixelCount {
        let alpha = target.knownAlpha(p)
        if alpha > 0 { covered += Double(Swift.min(alpha, 1)) }
      }
    }
    return Swift.max(covered, 1) / Double(Swift.max(pixels, 1))
  }

  /// The longest side of any target, pixels.
  public var imageSide: Int { targets.map { max($0.camera.width, $0.camera.height) }.max() ?? 1 }

  /// The mean colour inside the masks, sRGB; mid grey where all masks are empty.
  var meanColorSRGB: SIMD3<Float> {
    var sum = SIMD3<Double>.zero
    var weight = 0.0
    for target in targets {
      for p in 0..<target.picture.pixelCount {
        let alpha = Double(target.knownAlpha(p))
        guard alpha > 0 else { continue }
        weight += alpha
        for c in 0..<3 { sum[c] += alpha * Double(target.picture.values[4 * p + c]) }
      }
    }
    return weight > 0 ? SIMD3<Float>(sum / weight) : SIMD3(repeating: 0.5)
  }
}
