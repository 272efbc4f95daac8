internal import RealModule
public import SfumatoCore
internal import SfumatoIO

/// A given scene of known shape and colour, and what of it moves.
struct KnownScene: Sendable {
  /// As it was given.
  let scene: Scene<Float>
  /// Which instances move by themselves.
  let moving: [Int]
  /// A name each, no two alike.
  let names: [String]
  /// The middle of each, about which it is turned, where the scene has it.
  let centers: [SIMD3<Float>]

  /// A scene as a fit shows it; nil where the fit changes shape or colour, for which it takes one mesh.
  init?(_ scene: Scene<Float>, config: FitConfig) {
    guard !config.unknowns.contains(where: \.isOfVertices) else { return nil }
    self.scene = scene
    let names = scene.nodeNames
    moving = scene.instances.indices.filter { i in
      config.parts.isEmpty
        || config.parts.contains { $0 == names[i] || $0 == scene.instances[i].name }
    }
    self.names = moving.map { names[$0] }
    centers = moving.map {
      let instance = scene.instances[$0]
      return instance.map * scene.meshes[instance.mesh].boundingSphere.center
        + instance.transform.translation
    }
  }

  /// The scene with its parts moved, then all of it; under some lights, or its own, or none.
  func scene(
    _ parts: [RigidTransform<Float>], pose: RigidTransform<Float>, lights: [Light<Float>]
  ) -> Scene<Float> {
    var moved = scene
    for (part, i) in zip(parts, moving) {
      moved.instances[i].transform = part * moved.instances[i].transform
    }
    for i in moved.instances.indices {
      moved.instances[i].transform = pose * moved.instances[i].transform
    }
    return moved.shown(under: lights)
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
    var counts: [String: Int] = [:]
    for instance in instances { counts[instance.name, default: 0] += 1 }
    return instances.enumerated().map { i, instance in
      instance.name.isEmpty || counts[instance.name] != 1 ? "\(instance.name)#\(i)" : instance.name
    }
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
    let names = scene.nodeNames + scene.instances.map(\.name).filter { !$0.isEmpty }
    for name in config.parts where !names.contains(name) {
      let nearest =
        names.min { FitConfig.editDistance($0, name) < FitConfig.editDistance($1, name) } ?? ""
      throw FitConfigError(
        origin: origin,
        problem: """
          'parts' names '\(name)', which is no node of the scene; the nearest of its \(scene.instances.count) is '\(nearest)'
          """)
    }
  }
}
