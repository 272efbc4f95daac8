// What the fragment shader reads of a scene, laid flat: no names, nothing that is counted when it is copied.

/// A material without its name: copying a whole one for each fragment took a tenth of a picture.
struct FragmentMaterial<S: RenderScalar>: Sendable {
  var baseColor: BaseColor<S>
  var baseColorFactor: SIMD3<S>
  var opacity: S
  var shading: Shading
  var specular: SIMD3<S>
  var shininess: S
  var metallic: S
  var roughness: S
  var normalScale: S
  var occlusionStrength: S
  var emissive: SIMD3<S>
  var isDoubleSided: Bool
  var usesFaceNormals: Bool
  var baseColorTexture: TextureUse<S>?
  var metallicRoughnessTexture: TextureUse<S>?
  var normalTexture: TextureUse<S>?
  var occlusionTexture: TextureUse<S>?
  var emissiveTexture: TextureUse<S>?

  init(_ material: Material<S>) {
    baseColor = material.baseColor
    baseColorFactor = material.baseColorFactor
    opacity = material.opacity
    shading = material.shading
    specular = material.specular
    shininess = material.shininess
    metallic = material.metallic
    roughness = material.roughness
    normalScale = material.normalScale
    occlusionStrength = material.occlusionStrength
    emissive = material.emissive
    isDoubleSided = material.isDoubleSided
    usesFaceNormals = material.usesFaceNormals
    baseColorTexture = material.baseColorTexture
    metallicRoughnessTexture = material.metallicRoughnessTexture
    normalTexture = material.normalTexture
    occlusionTexture = material.occlusionTexture
    emissiveTexture = material.emissiveTexture
  }
}

/// An instance's corners.
struct FragmentInstance<S: RenderScalar>: Sendable {
  let material: Int
  let firstFace: Int
  /// Vertices of the mesh, `[F, 3]`.
  let faces: [Int32]
  /// World normals, and which a corner has; empty where none are used.
  let normals: [S]
  let normalFaces: [Int32]
  let flatNormals: [S]
  let sets: [TexcoordSet<S>]
  /// Empty where the mesh has none.
  let vertexColors: [S]
  let faceColors: [S]

  init(_ assembly: SceneAssembly<S>, _ index: Int) {
    let instance = assembly.scene.instances[index]
    let mesh = assembly.scene.meshes[instance.mesh]
    let part = assembly.parts[index]
    material = instance.material
    firstFace = part.firstFace
    faces = mesh.faces
    normals = part.normals
    normalFaces = assembly.normalIndices(index)
    flatNormals = part.flatNormals
    sets = mesh.texcoordSets
    vertexColors = mesh.vertexColors ?? []
    faceColors = mesh.faceColors ?? []
  }
}
