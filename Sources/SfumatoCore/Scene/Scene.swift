/// A mesh put into the world with a material.
public struct Instance<S: RenderScalar>: Equatable, Sendable {
  /// What a file calls it.
  public var name = ""
  /// Index into the scene's nodes; nil where it hangs on none.
  public var node: Int?
  /// Index into the scene's meshes.
  public var mesh: Int
  /// Index into the scene's materials.
  public var material: Int
  /// Object to world, after the stretch.
  public var transform: RigidTransform<S>
  /// What object positions are multiplied with before they move: scale and shear; of positive determinant, so that faces keep
  /// their fronts.
  public var stretch = Matrix3<S>.identity

  /// What object positions are multiplied with in all: the stretch, then the rotation.
  package var map: Matrix3<S> {
    let rotation = transform.rotation.matrix
    return stretch == .identity ? rotation : rotation * stretch
  }

  /// Whether the world's positions are others than the object's.
  package var moves: Bool { transform != .identity || stretch != .identity }

  /// Makes an instance.
  public init(mesh: Int, material: Int, transform: RigidTransform<S> = .identity) {
    self.mesh = mesh
    self.material = material
    self.transform = transform
  }
}

/// A joint of a scene's tree: what hangs on it moves with it.
public struct SceneNode: Equatable, Sendable {
  /// What a file calls it.
  public var name: String
  /// Index into the scene's nodes; nil at a root.
  public var parent: Int?

  /// Makes a node.
  public init(name: String = "", parent: Int? = nil) {
    self.name = name
    self.parent = parent
  }
}

/// Everything that a picture shows, except the cameras.
public struct Scene<S: RenderScalar>: Equatable, Sendable {
  /// The meshes.
  public var meshes: [Mesh<S>]
  /// The materials.
  public var materials: [Material<S>]
  /// The textures.
  public var textures: [Texture<S>]
  /// What stands in the world.
  public var instances: [Instance<S>]
  /// The tree on which instances hang, where a file has one; their transforms are of the world all the same.
  public var nodes: [SceneNode] = []
  /// The lights.
  public var lights: [Light<S>]
  /// The colour behind everything, linear light.
  public var background: SIMD3<S>

  /// Makes a scene.
  public init(
    meshes: [Mesh<S>], materials: [Material<S>], instances: [Instance<S>], lights: [Light<S>] = [],
    textures: [Texture<S>] = [], background: SIMD3<S> = .zero
  ) {
    self.meshes = meshes
    self.materials = materials
    self.textures = textures
    self.instances = instances
    self.lights = lights
    self.background = background
  }

  /// Whether any surface has holes or lets others shine through.
  var hasClearFaces: Bool {
    instances.contains { materials[$0.material].alphaMode != .opaque }
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
  /// The same scene in another precision.
  public init<T: RenderScalar>(_ other: Scene<T>) {
    self.init(
      meshes: other.meshes.map { Mesh($0) }, materials: other.materials.map { Material($0) },
      instances: other.instances.map { instance in
        var own = Instance<S>(
          mesh: instance.mesh, material: instance.material,
          transform: RigidTransform(instance.transform))
        own.name = instance.name
        own.node = instance.node
        own.stretch = Matrix3(
          rows: SIMD3<S>(instance.stretch.row0), SIMD3<S>(instance.stretch.row1),
          SIMD3<S>(instance.stretch.row2))
        return own
      }, lights: other.lights.map { Light($0) }, textures: other.textures.map { Texture($0) },
      background: SIMD3<S>(other.background))
    nodes = other.nodes
  }
}
