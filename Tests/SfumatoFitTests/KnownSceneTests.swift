import Foundation
import SfumatoCore
import SfumatoIO
import SfumatoTestSupport
import Testing

@testable import SfumatoFit

@Suite struct KnownSceneTests {
  /// A box with an arm on its side and another on top, each a node.
  private static var machine: Scene<Float> {
    let box = Mesh<Float>.cube(side: 1)
    var materials = [Material<Float>(baseColor: .constant(SIMD3(0.8, 0.2, 0.1)), shading: .lambert)]
    materials.append(Material(baseColor: .constant(SIMD3(0.1, 0.6, 0.2)), shading: .lambert))
    func node(
      _ name: String, _ material: Int, _ size: SIMD3<Float>, _ at: SIMD3<Float>
    )
      -> Instance<Float>
    {
      var instance = Instance<Float>(
        mesh: 0, material: material, transform: RigidTransform(translation: at))
      instance.name = name
      instance.stretch = Matrix3(
        rows: SIMD3(size.x, 0, 0), SIMD3(0, size.y, 0), SIMD3(0, 0, size.z))
      return instance
    }
    return Scene(
      meshes: [box], materials: materials,
      instances: [
        node("body", 0, SIMD3(1, 0.7, 0.8), .zero),
        node("arm", 1, SIMD3(0.8, 0.2, 0.3), SIMD3(0.8, 0.1, 0)),
        node("lid", 1, SIMD3(0.5, 0.1, 0.6), SIMD3(0, 0.45, 0)),
      ])
  }

  private static func problem(_ truth: Scene<Float>, views: Int = 3, side: Int = 64) -> FitProblem {
    let known = machine
    return FitProblem(
      targets: FitFixtures.targets(truth.shown(under: []), FitFixtures.cameras(views, side: side)),
      mesh: SceneFile(known).worldMesh(), scene: known)
  }

  private static let turn = RigidTransform<Float>(
    rotation: Quaternion(rotationVector: SIMD3(0.05, -0.1, 0.15)),
    translation: SIMD3(0.05, 0.02, -0.04))

  /// The largest distance between the places of a node's corners.
  private func mistake(_ a: Scene<Float>, _ b: Scene<Float>, node: Int) -> Float {
    let mesh = a.meshes[0]
    return (0..<mesh.vertexCount).map { v in
      func place(_ scene: Scene<Float>) -> SIMD3<Float> {
        let own = scene.instances[node]
        return own.transform * (own.stretch * mesh.position(v))
      }
      return length(place(a) - place(b))
    }.max() ?? .infinity
  }

  private func config(_ unknowns: [Unknown], _ parts: [String]) -> FitConfig {
    var config = FitConfig.plan(
      unknowns: unknowns, initial: "machine.glb", imageSide: 64, viewCount: 3, isColored: true,
      coverage: 0.2)
    config.parts = parts
    config.pose.trialSteps = 0
    return config
  }

  @Test func `a part is found where it moved, the others stay`() throws {
    var truth = Self.machine
    truth.instances[1].transform = Self.turn * truth.instances[1].transform
    let problem = Self.problem(truth)
    let config = config([.parts], ["arm"])
    try problem.check(config, origin: "test")
    let fit = FitFixtures.solve(problem, config)
    #expect(mistake(fit.scene, truth, node: 1) < 0.01)
    #expect(mistake(fit.scene, truth, node: 0) == 0 && mistake(fit.scene, truth, node: 2) == 0)
    let found = FitParameters(fit)
    #expect(found.parts?.map(\.name) == ["arm"])
    #expect(
      abs((found.parts?[0].pose.angleDegrees ?? 0) - Self.turn.rotation.angle * 57.29578) < 0.5)
    #expect(found.uncertainty?.deviations["parts.arm.turn.x"] != nil)
  }

  @Test func `gradients alone move all parts at once under a turned pose`() {
    var truth = Self.machine
    for i in truth.instances.indices {
      let own = i == 1 ? Self.turn : Self.turn.inverse
      truth.instances[i].transform = own * truth.instances[i].transform
    }
    let pose = RigidTransform<Float>(
      rotation: Quaternion(rotationVector: SIMD3(0.3, 1.2, -0.4)),
      translation: SIMD3(0.1, -0.2, 0.3))
    for i in truth.instances.indices {
      truth.instances[i].transform = pose * truth.instances[i].transform
    }
    var stage = FitFixtures.stage(steps: 150, rate: 0.01, color: 3, rateEnd: 0.05, iou: 0)
    stage.mode = .crisp
    stage.samples = 2
    let config = FitFixtures.config([.parts], [stage])
    var fit = SceneRegression(Self.problem(truth), config: config)
    fit.state.pose = pose
    while fit.next() != nil {}
    for i in 0..<3 { #expect(mistake(fit.scene, truth, node: i) < 0.02, "node \(i)") }
  }

  @Test func `a pose is found by the colours of a texture`() {
    // A cube with one picture on all sides, whose turn by a right angle its outline does not show.
    var cube = Mesh<Float>.cube(side: 1)
    var (values, corners): ([Float], [Int32]) = ([], [])
    for f in 0..<cube.faceCount {
      values += [0, 0, 1, 0, Float(f) / 12, 1]
      corners += [Int32(3 * f), Int32(3 * f + 1), Int32(3 * f + 2)]
    }
    cube = Mesh(
      positions: cube.positions, faces: cube.faces, texcoords: values, texcoordFaces: corners)
    let texels = (0..<64).flatMap { k -> [Float] in
      let (x, y) = (k % 8, k / 8)
      return [Float(x) / 8, Float(y) / 8, (x + y).isMultiple(of: 2) ? 0.9 : 0.2]
    }
    var material = Material<Float>(baseColor: .constant(SIMD3(repeating: 1)), shading: .lambert)
    material.baseColorTexture = TextureUse(0)
    let scene = Scene(
      meshes: [cube], materials: [material], instances: [Instance(mesh: 0, material: 0)],
      textures: [Texture(width: 8, height: 8, channels: 3, texels: texels)])
    #expect(scene.isMoreThanAMesh && scene.hasColors)
    var truth = scene
    truth.instances[0].transform = Self.turn
    let problem = FitProblem(
      targets: FitFixtures.targets(truth.shown(under: []), FitFixtures.cameras(1, side: 64)),
      mesh: cube, scene: scene)
    var config = FitConfig.plan(for: problem, unknowns: [.pose])
    config.pose.trialSteps = 0
    let fit = FitFixtures.solve(problem, config)
    let apart = fit.state.pose.rotation * Self.turn.rotation.conjugate
    #expect(apart.angle < 0.01, "\(apart.angle)")
  }

  @Test func `light falls on what was unlit, and a scene's own is kept`() {
    var scene = Self.machine
    #expect(scene.shown(under: []).materials.allSatisfy { $0.shading == .unlit })
    scene.lights = [.ambient(color: SIMD3(repeating: 1))]
    #expect(scene.shown(under: []) == scene)
    let lit = scene.shown(under: []).shown(under: [.ambient(color: SIMD3(repeating: 0.5))])
    #expect(lit.lights == [.ambient(color: SIMD3(repeating: 0.5))])
    scene.materials[0].shading = .unlit
    #expect(scene.shown(under: lit.lights).materials[0].shading == .lambert)
  }

  @Test func `names that the scene does not have are refused with the nearest`() {
    let problem = Self.problem(Self.machine, views: 1, side: 16)
    #expect(throws: FitConfigError.self) {
      try problem.check(config([.parts], ["amr"]), origin: "test")
    }
    do {
      try problem.check(config([.parts], ["amr"]), origin: "test")
    } catch {
      #expect(error.problem.contains("'amr'") && error.problem.contains("'arm'"), "\(error)")
    }
    let bare = FitProblem(targets: problem.targets, mesh: problem.mesh)
    #expect(throws: FitConfigError.self) { try bare.check(config([.parts], []), origin: "test") }
    // Beside a pose the names say what is left of a part's motion.
    #expect(throws: FitConfigError.self) {
      try config([.pose, .parts], []).check(origin: "test")
    }
    #expect(throws: FitConfigError.self) { try config([.pose], ["arm"]).check(origin: "test") }
    #expect(throws: FitConfigError.self) {
      try config([.parts, .color], ["arm"]).check(origin: "test")
    }
  }

  @Test func `nodes of one name move together or by their numbers`() throws {
    var scene = Self.machine
    scene.instances[2].name = "arm"
    scene.instances[0].name = ""
    #expect(scene.nodeNames == ["#0", "arm#1", "arm#2"])
    func moving(_ parts: [String]) -> [[Int]]? {
      KnownScene(scene, config: config([.parts], parts))?.bodies.map(\.instances)
    }
    #expect(moving(["arm"]) == [[1], [2]] && moving(["arm#2"]) == [[2]] && moving(["#0"]) == [[0]])
    #expect(moving([]) == [[0], [1], [2]])
    var problem = Self.problem(Self.machine, views: 1, side: 16)
    problem.scene = scene
    try problem.check(config([.parts], ["arm", "#0"]), origin: "test")
  }

  /// The machine with its arm on the body and its lid on the arm.
  private static var jointed: Scene<Float> {
    var scene = machine
    scene.nodes = [
      SceneNode(name: "body"), SceneNode(name: "joint", parent: 0),
      SceneNode(name: "arm", parent: 1), SceneNode(name: "lid", parent: 2), SceneNode(name: "lamp"),
    ]
    for (i, node) in [0, 2, 3].enumerated() { scene.instances[i].node = node }
    return scene
  }

  @Test func `a node takes along what hangs on it, and only that`() {
    func bodies(_ parts: [String]) -> [KnownScene.Body] {
      KnownScene(Self.jointed, config: config([.parts], parts))?.bodies ?? []
    }
    #expect(bodies(["joint"]).map(\.instances) == [[1, 2]])
    #expect(bodies(["lid", "joint"]).map(\.name) == ["joint", "lid"])
    #expect(bodies(["lid", "joint"]).map(\.parent) == [nil, 0])
    #expect(bodies(["lid", "body"]).map(\.instances) == [[0, 1, 2], [2]])
    // All that show something themselves: not the joint, nor the lamp.
    #expect(bodies([]).map(\.name) == ["body", "arm", "lid"])
    var problem = Self.problem(Self.machine, views: 1, side: 16)
    problem.scene = Self.jointed
    #expect(throws: FitConfigError.self) {
      try problem.check(config([.parts], ["lamp"]), origin: "test")
    }
    let known = KnownScene(Self.jointed, config: config([.parts], ["joint", "lid"]))
    let moved = known?.scene([Self.turn, .identity], pose: .identity, lights: [])
    for i in 1...2 {
      #expect(
        moved?.instances[i].transform == Self.turn * Self.jointed.instances[i].transform)
    }
    #expect(moved?.instances[0].transform == Self.jointed.instances[0].transform)
  }

  @Test func `gradients of a tree of parts agree with differences`() throws {
    let known = try #require(
      KnownScene(Self.jointed, config: config([.parts], ["body", "joint", "lid"])))
    var draws = SeededGenerator(seed: 5)
    func random(_ size: Double) -> Twist<Float> {
      Twist(
        angular: SIMD3<Float>(draws.vector(-size...size)),
        linear: SIMD3<Float>(draws.vector(-size...size)))
    }
    func motion(_ twist: Twist<Float>) -> RigidTransform<Float> {
      RigidTransform(
        rotation: Quaternion(rotationVector: twist.angular), translation: twist.linear)
    }
    let parts = known.bodies.map { _ in motion(random(0.6)) }
    let pose = motion(random(1))
    let bars = Self.jointed.instances.map { _ in random(2) }
    func places(_ parts: [RigidTransform<Float>]) -> [RigidTransform<Float>] {
      known.scene(parts, pose: pose, lights: []).instances.map(\.transform)
    }
    let here = places(parts)
    /// What small motions after the present places cost, to first order.
    func cost(_ parts: [RigidTransform<Float>]) -> Float {
      zip(zip(places(parts), here), bars).reduce(0) { sum, pair in
        let small: RigidTransform<Float> = pair.0.0 * pair.0.1.inverse
        let turned: Float = dot(small.rotation.vector * 2, pair.1.angular)
        return sum + turned + dot(small.translation, pair.1.linear)
      }
    }
    let gradient = known.partBars(bars, parts: parts, pose: pose)
    for k in parts.indices {
      for _ in 0..<4 {
        let way = random(1)
        func at(_ length: Float) -> Float {
          var moved = parts
          moved[k] =
            motion(Twist(angular: way.angular * length, linear: way.linear * length)) * parts[k]
          return cost(moved)
        }
        let slope = dot(gradient[k].angular, way.angular) + dot(gradient[k].linear, way.linear)
        let difference = (at(0.01) - at(-0.01)) / 0.02
        #expect(abs(difference - slope) < 2e-3 * max(1, abs(slope)), "\(difference), \(slope)")
      }
    }
  }

  @Test func `an arm and what it carries are found`() throws {
    var truth = Self.jointed
    let known = try #require(KnownScene(truth, config: config([.parts], ["joint", "lid"])))
    truth = known.scene(
      [Self.turn, RigidTransform(translation: SIMD3(0.05, 0.05, 0))], pose: .identity, lights: [])
    var problem = Self.problem(truth)
    problem.scene = Self.jointed
    let config = config([.parts], ["joint", "lid"])
    try problem.check(config, origin: "test")
    let fit = FitFixtures.solve(problem, config)
    for i in 0..<3 { #expect(mistake(fit.scene, truth, node: i) < 0.01, "node \(i)") }
  }

  @Test func `a run leaves the scene as it moved, and goes on from a checkpoint`() throws {
    let folder = try TemporaryFolder()
    var truth = Self.machine
    truth.instances[1].transform = Self.turn * truth.instances[1].transform
    let problem = Self.problem(truth, side: 32)
    let config = config([.parts], ["arm"]).withSteps(12)
    var whole = try FitRun(problem, config: config, folder: folder.path("whole"), force: false)
    _ = try whole.run()
    var part = try FitRun(problem, config: config, folder: folder.path("part"), force: false)
    var steps = 0
    _ = try part.run(shouldStop: { steps >= 7 }, progress: { _ in steps += 1 })
    var rest = try FitRun(resuming: folder.path("part")) { _ in problem }
    _ = try rest.run()
    func bytes(_ run: String, _ name: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: folder.path("\(run)/result/\(name)")))
    }
    for name in ["scene.glb", "params.json", "mesh.obj"] {
      #expect(try bytes("whole", name) == bytes("part", name), "\(name)")
    }
    let scene = try loadRunScene(folder.path("whole"))
    #expect(scene.nodeNames == ["body", "arm", "lid"])
    #expect(scene.instances[1].transform != Self.machine.instances[1].transform)
    #expect(scene.materials.allSatisfy { $0.shading == .unlit })
  }
}
