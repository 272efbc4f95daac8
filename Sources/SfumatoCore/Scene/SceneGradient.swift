/// Which parameters a pullback differentiates; what is not named is not computed.
public struct GradientTargets: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int
  /// Makes a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Vertex positions of the meshes.
  public static let positions = GradientTargets(rawValue: 1)
  /// Vertex, face and constant colours; all other numbers of the materials.
  public static let colors = GradientTargets(rawValue: 2)
  /// Object-to-world motions of the instances.
  public static let poses = GradientTargets(rawValue: 4)
  /// Extrinsics of the cameras.
  public static let cameras = GradientTargets(rawValue: 8)
  /// Focal lengths and principal points.
  public static let intrinsics = GradientTargets(rawValue: 16)
  /// Colours, directions and places of the lights.
  public static let lights = GradientTargets(rawValue: 32)
  /// The background colour.
  public static let background = GradientTargets(rawValue: 64)
  /// The parameters of the smoothing itself, of which a scene has none: edge width, gamma, shift, shape, conorm parameter.
  ///
  /// Shape and conorm parameter come from the scalar reference, which is slow in Float; the others cost nothing.
  public static let smoothing = GradientTargets(rawValue: 128)
  /// Texels of the textures.
  public static let textures = GradientTargets(rawValue: 256)
  /// Texture coordinates of the meshes.
  public static let texcoords = GradientTargets(rawValue: 512)
  /// Everything but the smoothing.
  public static let all = GradientTargets(rawValue: 127 | 256 | 512)
}

/// The cotangent of a mesh; empty arrays stand for what was not asked.
public struct MeshGradient<S: RenderScalar>: Equatable, Sendable {
  /// Cotangent of the positions, `[V, 3]`.
  public var positions: [S]
  /// Cotangent of the vertex colours, `[V, 3]`.
  public var vertexColors: [S]
  /// Cotangent of the face colours, `[F, 3]`.
  public var faceColors: [S]
  /// Cotangent of each set of texture coordinates, `[T, 2]`.
  public var texcoords: [[S]]

  /// A cotangent.
  public init(
    positions: [S] = [], vertexColors: [S] = [], faceColors: [S] = [], texcoords: [[S]] = []
  ) {
    self.positions = positions
    self.vertexColors = vertexColors
    self.faceColors = faceColors
    self.texcoords = texcoords
  }
}

/// The cotangent of a light.
public struct LightGradient<S: RenderScalar>: Equatable, Sendable {
  /// Cotangent of the colour.
  public var color = SIMD3<S>.zero
  /// Cotangent of the direction (zero but for directional light).
  public var direction = SIMD3<S>.zero
  /// Cotangent of the place (zero but for a light that has one).
  public var position = SIMD3<S>.zero
  /// Cotangent of the inner and the outer half angle, a degree each (zero but for a spot).
  public var coneDegrees = SIMD2<S>.zero
  /// Cotangent of the coefficients (empty but for spherical harmonics).
  public var coefficients: [SIMD3<S>] = []
  /// A zero cotangent.
  public init() {}

  /// The zero cotangent of a light.
  init(zeroFor light: Light<S>) {
    if case .sphericalHarmonics(let own) = light {
      coefficients = [SIMD3<S>](repeating: .zero, count: own.count)
    }
  }

  /// Adds another cotangent in place.
  static func += (a: inout LightGradient, b: LightGradient) {
    a.color += b.color
    a.direction += b.direction
    a.position += b.position
    a.coneDegrees += b.coneDegrees
    if a.coefficients.isEmpty {
      a.coefficients = b.coefficients
    } else {
      for (k, value) in b.coefficients.enumerated() { a.coefficients[k] += value }
    }
  }
}

/// The cotangent of a material.
public struct MaterialGradient<S: RenderScalar>: Equatable, Sendable {
  /// Cotangent of the constant colour (zero where another thing colours).
  public var color = SIMD3<S>.zero
  /// Cotangent of the specular colour; zero where that is zero, which mirrors nothing.
  public var specular = SIMD3<S>.zero
  /// Cotangent of the shininess.
  public var shininess: S = 0
  /// Cotangent of the factor of the base colour.
  public var baseColorFactor = SIMD3<S>.zero
  /// Cotangent of the opacity.
  public var opacity: S = 0
  /// Cotangent of the metallic share.
  public var metallic: S = 0
  /// Cotangent of the roughness.
  public var roughness: S = 0
  /// Cotangent of the scale of mapped normals.
  public var normalScale: S = 0
  /// Cotangent of the strength of occlusion.
  public var occlusionStrength: S = 0
  /// Cotangent of the emissive colour.
  public var emissive = SIMD3<S>.zero
  /// A zero cotangent.
  public init() {}

  /// Adds another cotangent in place.
  static func += (a: inout Self, b: Self) {
    a.color += b.color
    a.specular += b.specular
    a.shininess += b.shininess
    a.baseColorFactor += b.baseColorFactor
    a.opacity += b.opacity
    a.metallic += b.metallic
    a.roughness += b.roughness
    a.normalScale += b.normalScale
    a.occlusionStrength += b.occlusionStrength
    a.emissive += b.emissive
  }
}

/// The cotangent of the smoothing's parameters, over all views; see ``SoftSettings``.
public struct SmoothingGradient<S: RenderScalar>: Equatable, Sendable {
  /// Cotangent of the edge width, a pixel each.
  public var edgeWidthPixels: S = 0
  /// Cotangent of the softmax's temperature.
  public var gamma: S = 0
  /// Cotangent of the profile's shift, in units of its scale.
  public var shift: S = 0
  /// Cotangent of the gamma laws' shape, a centred shift following it.
  public var shape: S = 0
  /// Cotangent of the coverage aggregation's parameter; 0 where it stands at a limit.
  public var conormParameter: S = 0
  /// A zero cotangent.
  public init() {}

  /// Adds another cotangent in place.
  static func += (a: inout Self, b: Self) {
    a.edgeWidthPixels += b.edgeWidthPixels
    a.gamma += b.gamma
    a.shift += b.shift
    a.shape += b.shape
    a.conormParameter += b.conormParameter
  }
}

/// The cotangent of a scene and its cameras; mirrors ``Scene``.
public struct SceneGradient<S: RenderScalar>: Equatable, Sendable {
  /// One a mesh.
  public var meshes: [MeshGradient<S>]
  /// One a material.
  public var materials: [MaterialGradient<S>]
  /// Cotangent of each texture's texels, `[H, W, C]`; empty where not asked.
  public var textures: [[S]]
  /// One twist an instance: moves `transform` from the left, in the world frame.
  public var instances: [Twist<S>]
  /// One a light.
  public var lights: [LightGradient<S>]
  /// Cotangent of the background colour.
  public var background: SIMD3<S>
  /// One a camera, in the order of the call.
  public var cameras: [CameraGradient<S>]
  /// Cotangent of the smoothing.
  public var smoothing = SmoothingGradient<S>()

  /// The zero cotangent of a scene seen by some cameras.
  public init(zeroFor scene: Scene<S>, cameraCount: Int, targets: GradientTargets) {
    meshes = scene.meshes.map { mesh in
      MeshGradient(
        positions: targets.contains(.positions)
          ? [S](repeating: 0, count: mesh.positions.count) : [],
        vertexColors: targets.contains(.colors)
          ? [S](repeating: 0, count: mesh.vertexColors?.count ?? 0) : [],
        faceColors: targets.contains(.colors)
          ? [S](repeating: 0, count: mesh.faceColors?.count ?? 0) : [],
        texcoords: targets.contains(.texcoords)
          ? mesh.texcoordSets.map { [S](repeating: 0, count: $0.values.count) } : [])
    }
    textures =
      targets.contains(.textures)
      ? scene.textures.map { [S](repeating: 0, count: $0.texels.count) } : []
    materials = Array(repeating: MaterialGradient(), count: scene.materials.count)
    instances = Array(repeating: Twist(), count: scene.instances.count)
    lights = scene.lights.map { LightGradient(zeroFor: $0) }
    background = .zero
    cameras = Array(repeating: CameraGradient(), count: cameraCount)
  }
}
