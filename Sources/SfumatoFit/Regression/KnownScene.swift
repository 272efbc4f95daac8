internal import RealModule
public import SfumatoCore
internal import SfumatoIO

/// A given scene of known shape and colour, and what of it moves.
struct KnownScene: Sendable {
  /// A node that moves by itself, and takes along what hangs on it.
  struct Body: Equatable, Sendable {
    /// The node's name; no two are alike.
    var name: String
    /// Which instances it takes along.
    var instances: [Int]
    /// The nearest body that it hangs on, one of those before it.
    var parent: Int?
    /// The middle of what it takes along, about which it is turned, where the scene has it.
    var center: SIMD3<Float>
  }

  /// As it was given.
  let scene: Scene<Float>
  /// What moves by itself, parents before children.
  let bodies: [Body]

  /// A scene as a fit shows it; nil where the fit changes shape or colour, for which it takes one mesh.
  init?(_ scene: Scene<Float>, config: FitConfig) {
    guard !config.unknowns.contains(where: \.isOfVertices) else { return nil }
    self.scene = scene
    let tree = scene.tree
    let names = scene.nodeNames
    let chosen = tree.nodes.indices.filter { i in
      config.parts.isEmpty
        ? tree.instances[i].contains { tree.owner[$0] == i }
        : config.parts.contains { $0 == names[i] || $0 == tree.nodes[i].name }
    }.filter { !tree.instances[$0].isEmpty }
    // Nearer to a root first.
    let sorted = chosen.sorted { (tree.above($0).count, $0) < (tree.above($1).count, $1) }
    bodies = sorted.map { i in
      let instances = tree.instances[i]
      let middles = instances.map { scene.middle(ofInstance: $0) }
      return Body(
        name: names[i], instances: instances,
        parent: tree.above(i).compactMap { sorted.firstIndex(of: $0) }.first,
        center: middles.reduce(.zero, +) / Float(middles.count))
    }
  }

  /// How each body has moved, what it hangs on included.
  func motions(_ parts: [RigidTransform<Float>]) -> [RigidTransform<Float>] {
    var motions: [RigidTransform<Float>] = []
    for (body, part) in zip(bodies, parts) {
      motions.append(body.parent.map { motions[$0] * part } ?? part)
    }
    return motions
  }

  /// The scene with its parts moved, then all of it; under some lights, or its own, or none.
  func scene(
    _ parts: [RigidTransform<Float>], pose: RigidTransform<Float>, lights: [Light<Float>]
  ) -> Scene<Float> {
    var moved = scene
    // Bodies further from a root come later: what an instance hangs on last is what moves it.
    for (body, motion) in zip(bodies, motions(parts)) {
      for i in body.instances {
        moved.instances[i].transform = motion * scene.instances[i].transform
      }
    }
    for i in moved.instances.indices {
      moved.instances[i].transform = pose * moved.instances[i].transform
    }
    return moved.shown(under: lights)
  }

  /// The cotangents of the bodies' own motions, each in the frame of what it hangs on, from those of the instances after the pose.
  func partBars(
    _ instanceBars: [Twist<Float>], parts: [RigidTransform<Float>], pose: RigidTransform<Float>
  ) -> [Twist<Float>] {
    let motions = motions(parts)
    return bodies.map { body in
      let outer = body.parent.map { pose * motions[$0] } ?? pose
      return body.instances.reduce(into: Twist()) { $0 += instanceBars[$1] }
        .pulledBack(through: outer)
    }
  }

  /// The meshes for small pictures, cells of a size in the world; nil where all stay as they are.
  func clustered(cellSide: Float) -> [Mesh<Float>]? {
    var meshes = scene.meshes
    var isLess = false
    for m in meshes.indices {
      // The largest instance decides.
      let scales = scene.instances.filter { $0.mesh == m }
        .map { Float.pow(abs($0.stretch.determinant), 1 / 3) }
      guard let scale = scales.max(), scale > 0,
        let small = meshes[m].clustered(cellSide: cellSide / scale)
      else { continue }
      meshes[m] = small
      isLess = true
    }
    return isLess ? meshes : nil
  }
}

extension Scene<Float> {
  /// The scene under some lights, with which all that was unlit becomes diffuse; without any under its own, or unlit where it
  /// has none.
  func shown(under given: [Light<Float>]) -> Scene {
    var copy = self
    if !given.isEmpty { copy.lights = given }
    for i in copy.materials.indices {
      if copy.lights.isEmpty {
        copy.materials[i].shading = .unlit
      } else if !given.isEmpty, copy.materials[i].shading == .unlit {
        copy.materials[i].shading = .lambert
      }
    }
    return copy
  }

  /// Whether any surface has a colour of its own, from whatever.
  var hasColors: Bool {
    instances.contains {
      let mesh = meshes[$0.mesh]
      return mesh.vertexColors != nil || mesh.faceColors != nil || !materials[$0.material].isPlain
    }
  }

  /// Whether one mesh cannot stand for it: it has several nodes, or a material that says something.
  public var isMoreThanAMesh: Bool {
    instances.count > 1 || instances.contains { !materials[$0.material].isPlain }
  }

  /// A name for each node, no two alike: the file's, and its number behind where it has none or several have the same.
  public var nodeNames: [String] {
    let nodes = tree.nodes
    var counts: [String: Int] = [:]
    for node in nodes { counts[node.name, default: 0] += 1 }
    return nodes.enumerated().map { i, node in
      node.name.isEmpty || counts[node.name] != 1 ? "\(node.name)#\(i)" : node.name
    }
  }

  /// The middle of what an instance shows, world.
  fileprivate func middle(ofInstance i: Int) -> SIMD3<Float> {
    let instance = instances[i]
    return instance.map * meshes[instance.mesh].boundingSphere.center
      + instance.transform.translation
  }

  /// What hangs on what; where a scene has no nodes, each instance is one.
  fileprivate var tree: SceneTree {
    var nodes = nodes
    let owner = instances.map { instance in
      if let node = instance.node, self.nodes.indices.contains(node) { return node }
      nodes.append(SceneNode(name: instance.name))
      return nodes.count - 1
    }
    var tree = SceneTree(nodes: nodes, owner: owner, instances: nodes.map { _ in [] })
    for (i, node) in owner.enumerated() {
      for place in [node] + tree.above(node) { tree.instances[place].append(i) }
    }
    return tree
  }
}

/// The tree of a scene.
private struct SceneTree {
  let nodes: [SceneNode]
  /// The node of each instance.
  let owner: [Int]
  /// The instances that each node takes along.
  var instances: [[Int]]

  /// What a node hangs on, the nearest first.
  func above(_ node: Int) -> [Int] {
    var chain: [Int] = []
    var place = node
    // A circle, which no reader lets through, ends too.
    while let parent = nodes[place].parent, nodes.indices.contains(parent),
      chain.count < nodes.count
    {
      chain.append(parent)
      place = parent
    }
    return chain
  }
}

extension FitProblem {
  /// Throws where a configuration names parts that the scene does not have; `origin` says in the error where they come from.
  public func check(_ config: FitConfig, origin: String) throws(FitConfigError) {
    guard config.unknowns.contains(.parts) else { return }
    guard let scene else {
      throw FitConfigError(
        origin: origin,
        problem:
          "'unknowns' has 'parts', but the mesh to start from has one node without a material; 'pose' moves it"
      )
    }
    let names = scene.nodeNames + scene.tree.nodes.map(\.name).filter { !$0.isEmpty }
    for name in config.parts where !names.contains(name) {
      let nearest =
        names.min { FitConfig.editDistance($0, name) < FitConfig.editDistance($1, name) } ?? ""
      throw FitConfigError(
        origin: origin,
        problem: """
          'parts' names '\(name)', which is no node of the scene; the nearest of its \(scene.nodeNames.count) is '\(nearest)'
          """)
    }
    for name in config.parts
    where KnownScene(scene, config: config.naming(name))?.bodies.isEmpty ?? true {
      throw FitConfigError(
        origin: origin, problem: "'parts' names '\(name)', a node on which nothing visible hangs")
    }
  }
}

extension FitConfig {
  /// This configuration with one part.
  fileprivate func naming(_ part: String) -> FitConfig {
    var copy = self
    copy.parts = [part]
    return copy
  }
}
