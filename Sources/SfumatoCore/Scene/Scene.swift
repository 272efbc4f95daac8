/// What colours a surface, before light.
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
  /// Diffuse light on smooth vertex normals, lit at the corners and interpolated.
  case lambert
  /// Diffuse light on face normals.
  case lambertFlat
}

/// What a surface looks like.
public struct Material<S: RenderScalar>: Equatable, Sendable {
  /// What colours it.
  public var baseColor: BaseColor<S>
  /// How light meets it.
  public var shading: Shading
  /// The share of each light that is mirrored, on top of the diffuse light; 0 mirrors nothing.
  ///
  /// Unused where unlit.
  public var specular: SIMD3<S>
  /// The exponent of the mirrored light: the higher, the smaller the highlight.
  public var shininess: S

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

  /// Whether it mirrors light, so that its colour depends on the viewer.
  var isShiny: Bool { specular != .zero && shading != .unlit }
}

/// A source of light, in linear units where 1 lights a white diffuse surface to 1.
public enum Light<S: RenderScalar>: Equatable, Sendable {
  /// From everywhere alike.
  case ambient(color: SIMD3<S>)
  /// From far away; `direction` points *towards* the light, world frame, and is normalised on use.
  case directional(direction: SIMD3<S>, color: SIMD3<S>)
  /// From a place, world frame; as strong at any distance.
  case point(position: SIMD3<S>, color: SIMD3<S>)
}

/// A mesh put into the world with a material.
public struct Instance<S: RenderScalar>: Equatable, Sendable {
  /// Index into the scene's meshes.
  public var mesh: Int
  /// Index into the scene's materials.
  public var material: Int
  /// Object to world.
  public var transform: RigidTransform<S>

  /// Makes an instance.
  public init(mesh: Int, material: Int, transform: RigidTransform<S> = .identity) {
    self.mesh = mesh
    self.material = material
    self.transform = transform
  }
}

/// Everything that a picture shows, except the cameras.
public struct Scene<S: RenderScalar>: Equatable, Sendable {
  /// The meshes.
  public var meshes: [Mesh<S>]
  /// The materials.
  public var materials: [Material<S>]
  /// What stands in the world.
  public var instances: [Instance<S>]
  /// The lights.
  public var lights: [Light<S>]
  /// The colour behind everything, linear light.
  public var background: SIMD3<S>

  /// Makes a scene.
  public init(
    meshes: [Mesh<S>], materials: [Material<S>], instances: [Instance<S>], lights: [Light<S>] = [],
    background: SIMD3<S> = .zero
  ) {
    self.meshes = meshes
    self.materials = materials
    self.instances = instances
    self.lights = lights
    self.background = background
  }

  /// A scene of one mesh at the origin.
  ///
  /// Coloured by its face colours or vertex colours where it has them, else mid grey.
  public init(
    _ mesh: Mesh<S>, shading: Shading = .unlit, lights: [Light<S>] = [],
    background: SIMD3<S> = .zero
  ) {
    let base: BaseColor<S> =
      mesh.vertexColors != nil
      ? .vertex : mesh.faceColors != nil ? .face : .constant(SIMD3(repeating: 1 / 2))
    self.init(
      meshes: [mesh], materials: [Material(baseColor: base, shading: shading)],
      instances: [Instance(mesh: 0, material: 0)], lights: lights, background: background)
  }
}
