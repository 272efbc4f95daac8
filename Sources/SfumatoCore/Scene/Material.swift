/// What colours a surface, before its texture and light.
public enum BaseColor<S: RenderScalar>: Equatable, Sendable {
  /// One colour, linear light.
  case constant(SIMD3<S>)
  /// The mesh's vertex colours, interpolated.
  case vertex
  /// The mesh's face colours.
  case face
}

/// How light meets a surface.
public enum Shading: String, Equatable, Sendable, Codable {
  /// The base colour as it is.
  case unlit
  /// Diffuse light on smooth vertex normals, lit at the corners and interpolated (Gouraud 1971).
  case lambert
  /// Diffuse light on face normals.
  case lambertFlat
  /// Diffuse light and a mirrored highlight on the interpolated normal of each fragment (Phong 1975).
  case phong
  /// The same with the halfway vector's highlight (Blinn 1977).
  case blinnPhong
  /// The metallic-roughness model of glTF 2.0, on each fragment.
  case metallicRoughness
}

/// What a texture's or a material's alpha means.
public enum AlphaMode<S: RenderScalar>: Equatable, Sendable {
  /// Nothing: the surface hides what lies behind.
  case opaque
  /// Below the cutoff there is a hole.
  case mask(cutoff: S)
  /// What lies behind shines through, but where alpha is 1. In soft pictures: opaque.
  case blend
}

/// What a surface looks like.
public struct Material<S: RenderScalar>: Equatable, Sendable {
  /// What a file calls it.
  public var name = ""
  /// What colours it.
  public var baseColor: BaseColor<S>
  /// What the base colour is multiplied with, linear light.
  public var baseColorFactor = SIMD3<S>(repeating: 1)
  /// What the base colour is multiplied with, and alpha with the texture's alpha.
  public var baseColorTexture: TextureUse<S>?
  /// Alpha, 0 to 1, before the texture's.
  public var opacity: S = 1
  /// What alpha means.
  public var alphaMode = AlphaMode<S>.opaque
  /// How light meets it.
  public var shading: Shading
  /// Whether fragments of phong, blinnPhong and metallicRoughness are lit on face normals.
  public var isFlat = false
  /// Whether normals are turned to the viewer, so that both sides are lit; of phong, blinnPhong and metallicRoughness.
  public var isDoubleSided = false
  /// The share of each light that is mirrored, on top of the diffuse light; 0 mirrors nothing.
  ///
  /// Unused where unlit or metallic-roughness.
  public var specular: SIMD3<S>
  /// The exponent of the mirrored light: the higher, the smaller the highlight.
  public var shininess: S
  /// How much of a metal it is, 0 to 1; of metallic-roughness.
  public var metallic: S = 1
  /// How rough it is, 0 to 1; of metallic-roughness.
  public var roughness: S = 1
  /// What roughness (green) and metallic (blue) are multiplied with.
  public var metallicRoughnessTexture: TextureUse<S>?
  /// Normals in the surface's own frame, `n = 2 c - 1`: +X along u, +Y along v, +Z out; where light is per fragment.
  public var normalTexture: TextureUse<S>?
  /// What the normals' X and Y are multiplied with.
  public var normalScale: S = 1
  /// How much light from everywhere reaches it (red); where light is per fragment.
  public var occlusionTexture: TextureUse<S>?
  /// How much of the occlusion is used, 0 to 1.
  public var occlusionStrength: S = 1
  /// The light that it sends out by itself, linear light.
  public var emissive = SIMD3<S>.zero
  /// What the emissive colour is multiplied with.
  public var emissiveTexture: TextureUse<S>?

  /// Makes a material.
  public init(
    baseColor: BaseColor<S> = .vertex, shading: Shading = .unlit, specular: SIMD3<S> = .zero,
    shininess: S = 64
  ) {
    precondition(shininess > 0 && shininess.isFinite, "shininess \(shininess)")
    self.baseColor = baseColor
    self.shading = shading
    self.specular = specular
    self.shininess = shininess
  }

  /// The same material in another precision.
  public init<T: RenderScalar>(_ other: Material<T>) {
    let base: BaseColor<S>
    switch other.baseColor {
    case .constant(let color): base = .constant(SIMD3<S>(color))
    case .vertex: base = .vertex
    case .face: base = .face
    }
    self.init(
      baseColor: base, shading: other.shading, specular: SIMD3<S>(other.specular),
      shininess: S(other.shininess))
    name = other.name
    baseColorFactor = SIMD3<S>(other.baseColorFactor)
    baseColorTexture = other.baseColorTexture.map { TextureUse($0) }
    opacity = S(other.opacity)
    switch other.alphaMode {
    case .opaque: alphaMode = .opaque
    case .mask(let cutoff): alphaMode = .mask(cutoff: S(cutoff))
    case .blend: alphaMode = .blend
    }
    isFlat = other.isFlat
    isDoubleSided = other.isDoubleSided
    metallic = S(other.metallic)
    roughness = S(other.roughness)
    metallicRoughnessTexture = other.metallicRoughnessTexture.map { TextureUse($0) }
    normalTexture = other.normalTexture.map { TextureUse($0) }
    normalScale = S(other.normalScale)
    occlusionTexture = other.occlusionTexture.map { TextureUse($0) }
    occlusionStrength = S(other.occlusionStrength)
    emissive = SIMD3<S>(other.emissive)
    emissiveTexture = other.emissiveTexture.map { TextureUse($0) }
  }

  /// Whether it mirrors light, so that its colour depends on the viewer.
  var isShiny: Bool { specular != .zero && shading != .unlit }

  /// Whether a colour at the corners of a face cannot stand for those within: each fragment is shaded by itself.
  var needsFragments: Bool {
    switch shading {
    case .phong, .blinnPhong, .metallicRoughness: true
    case .unlit, .lambert, .lambertFlat:
      baseColorTexture != nil || emissiveTexture != nil || emissive != .zero
        || baseColorFactor != SIMD3(repeating: 1) || alphaMode != .opaque
    }
  }

  /// Whether light meets the normals of the faces.
  var usesFaceNormals: Bool {
    switch shading {
    case .unlit, .lambert: false
    case .lambertFlat: true
    case .phong, .blinnPhong, .metallicRoughness: isFlat
    }
  }

  /// Whether light meets smooth normals.
  var usesVertexNormals: Bool { shading != .unlit && !usesFaceNormals }
}
