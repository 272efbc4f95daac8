internal import SfumatoCore
internal import SfumatoIO

/// What a picture shows: a scene of a file, with colours for what brings none.
struct PreviewSubject {
  var scene: Scene<Float>
  /// Around everything, world frame: the middle of the box and the largest distance from it.
  var sphere: (center: SIMD3<Float>, radius: Float)
  /// The lowest height, world frame.
  var floor: Float

  /// Reads a file; warnings go to standard error.
  ///
  /// `texture` is a picture that replaces the base colour of all materials.
  init(_ path: String, texture: String?, global: GlobalOptions) throws {
    let file = try loadScene(path, maxSide: global.maxImageSide)
    for warning in file.warnings { global.remark(warning) }
    scene = file.scene
    let body = file.worldMesh()
    sphere = body.boundingSphere
    floor = body.bounds?.lower.y ?? 0
    var clay: Int?
    for i in scene.instances.indices {
      let mesh = scene.meshes[scene.instances[i].mesh]
      let material = scene.materials[scene.instances[i].material]
      guard material.isPlain else { continue }
      if mesh.vertexColors != nil || mesh.faceColors != nil {
        // Colours of a fit hold the light already, unless they are one.
        var shown = material
        shown.baseColor = mesh.faceColors != nil && mesh.vertexColors == nil ? .face : .vertex
        shown.shading = mesh.hasOneColor ? .lambert : .unlit
        scene.materials.append(shown)
        scene.instances[i].material = scene.materials.count - 1
      } else {
        if clay == nil {
          scene.materials.append(PreviewScene.clay)
          clay = scene.materials.count - 1
        }
        scene.instances[i].material = clay ?? 0
      }
    }
    if let texture { try show(texture) }
    scene = PreviewScene.prepared(scene)
    // Squares have to fit Float.
    guard sphere.radius < 1e15 else {
      throw CommandFailure.badInput(
        file: path, cause: "reaches over 1e15 units from its middle; that is too far to be shown")
    }
    if body.faceCount == 0 {
      global.remark("\(path): has no faces; the picture is empty")
    }
  }

  /// Shows a picture on everything that has texture coordinates.
  private mutating func show(_ path: String) throws {
    let picture = try loadTexture(path)
    let meshes = scene.meshes
    guard meshes.contains(where: { !$0.texcoordSets.isEmpty }) else {
      throw CommandFailure.badInput(
        file: path, cause: "cannot be shown: the mesh has no texture coordinates")
    }
    scene.textures.append(picture)
    for i in scene.materials.indices {
      if scene.materials[i].name == PreviewScene.clay.name {
        // Paper, as glTF's writers mean a plain texture.
        scene.materials[i].shading = .metallicRoughness
        scene.materials[i].metallic = 0
      }
      scene.materials[i].baseColor = .constant(SIMD3(repeating: 1))
      scene.materials[i].baseColorFactor = SIMD3(repeating: 1)
      scene.materials[i].baseColorTexture = TextureUse(scene.textures.count - 1)
    }
  }
}

extension Mesh<Float> {
  /// Whether all vertices, or without their colours all faces, have the same one.
  fileprivate var hasOneColor: Bool {
    guard let colors = vertexColors ?? faceColors, colors.count >= 3 else { return false }
    let first = colors.vector3(0)
    // To about a code of 8 bits, as a remeshed surface's are rounded.
    return (1..<max(colors.count / 3, 1)).allSatisfy {
      let apart = colors.vector3($0) - first
      return dot(apart, apart) < 1e-5
    }
  }
}
