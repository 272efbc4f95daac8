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
  var alphaMode: AlphaMode<S>
  var usesFaceNormals: Bool
  var baseColorTexture: TextureUse<S>?
  var metallicRoughnessTexture: TextureUse<S>?
  var normalTexture: TextureUse<S>?
  var occlusionTexture: TextureUse<S>?
  var emissiveTexture: TextureUse<S>?
  let hasTextures: Bool
  /// Whether it shows nothing but a texture, as it is.
  let isPicture: Bool

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
    alphaMode = material.alphaMode
    usesFaceNormals = material.usesFaceNormals
    baseColorTexture = material.baseColorTexture
    metallicRoughnessTexture = material.metallicRoughnessTexture
    normalTexture = material.normalTexture
    occlusionTexture = material.occlusionTexture
    emissiveTexture = material.emissiveTexture
    hasTextures = [
      baseColorTexture, metallicRoughnessTexture, normalTexture, occlusionTexture, emissiveTexture,
    ].contains { $0 != nil }
    var isConstant = false
    if case .constant = baseColor { isConstant = true }
    isPicture =
      isConstant && shading == .unlit && emissive == .zero && emissiveTexture == nil
      && baseColorTexture != nil
  }
}

/// The lights, with what does not depend on the fragment worked out.
struct FragmentLights<S: RenderScalar>: Sendable {
  private let ambient: SIMD3<S>
  /// The sum of the harmonics; empty where there are none.
  private let harmonics: [SIMD3<S>]
  /// Those that shine from one direction.
  let sources: [RaySource<S>]

  init(_ lights: [Light<S>]) {
    var ambient = SIMD3<S>.zero
    var harmonics: [SIMD3<S>] = []
    for light in lights {
      switch light {
      case .ambient(let color): ambient += color
      case .sphericalHarmonics(let own):
        if harmonics.isEmpty {
          harmonics = [SIMD3<S>](repeating: .zero, count: SphericalHarmonics.count)
        }
        for (k, value) in own.prefix(harmonics.count).enumerated() { harmonics[k] += value }
      case .directional, .point, .inverseSquare, .spot: break
      }
    }
    self.ambient = ambient
    self.harmonics = harmonics
    sources = lights.compactMap { RaySource($0) }
  }

  /// The light from all around that a white diffuse surface sends back.
  @inline(__always)
  func surrounding(normal: SIMD3<S>) -> SIMD3<S> {
    guard !harmonics.isEmpty else { return ambient }
    return ambient + SphericalHarmonics.irradiance(harmonics, normal: normal)
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
