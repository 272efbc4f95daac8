import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoFit

@Suite struct SceneRegressionTests {
  private let box = FitFixtures.box

  private func degrees(_ a: RigidTransform<Float>, _ b: RigidTransform<Float> = .identity) -> Float
  {
    (a * b.inverse).rotation.angle * 180 / .pi
  }

  private func evaluation(_ fit: SceneRegression) -> Evaluation {
    var targets = fit.problem.targets
    for (i, camera) in fit.cameras.enumerated() { targets[i].camera = camera }
    return Evaluation(of: fit.scene, on: targets)
  }

  @Test(arguments: ["box", "ellipsoid"])
  func `shape and colour are found from a sphere`(name: String) {
    var goal = name == "box" ? box : FitFixtures.colored(.icosphere(subdivisions: 3))
    if name != "box" {
      for v in 0..<goal.vertexCount {
        goal.positions.setVector3(v, goal.positions.vector3(v) * SIMD3(0.5, 1, 0.7))
      }
    }
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(goal), FitFixtures.cameras(6)))
    let config = FitFixtures.config(
      [.shape, .color], initial: "sphere",
      [
        FitFixtures.stage(
          "wide", steps: 60, width: [1.5, 0.7], smoothing: 6, rate: 0.03, rateEnd: 0.5),
        FitFixtures.stage("narrow", steps: 80, width: [0.5, 0.2], smoothing: 4, rate: 0.02),
      ])
    let found = evaluation(FitFixtures.solve(problem, config))
    #expect(found.iou > 0.95, "\(found.iou)")
    #expect(found.psnr > 24, "\(found.psnr)")
  }

  @Test(arguments: 1...3)
  func `a pose is found from one picture`(seed: Int) {
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(1)), mesh: box)
    var config = FitFixtures.config(
      [.pose],
      [
        FitFixtures.stage("wide", steps: 80, width: [3, 1], rate: 0.03, iou: 1),
        FitFixtures.stage("narrow", steps: 100, width: [0.6, 0.25], rate: 0.02),
      ])
    config.seed = seed
    config.pose.start = .init(rotationDegrees: 15, offsetRadii: 0.15)
    let start = SceneRegression(problem, config: config)
    #expect(abs(degrees(start.state.pose) - 15) < 0.01)
    let fit = FitFixtures.solve(problem, config)
    #expect(degrees(fit.state.pose) < 1, "\(degrees(fit.state.pose))")
    #expect(length(fit.state.pose.translation) < 0.03, "\(fit.state.pose)")
  }

  @Test func `cameras are found from disturbed ones`() {
    let truth = FitFixtures.cameras(4)
    var targets = FitFixtures.targets(Scene(box), truth)
    var generator = SeededGenerator(seed: 5)
    for i in targets.indices {
      let twist = Twist(
        angular: SIMD3<Float>(normalize(generator.vector()) * 0.03),
        linear: SIMD3<Float>(generator.vector() * 0.1))
      targets[i].camera.worldToCamera = targets[i].camera.worldToCamera.moved(by: twist)
    }
    let problem = FitProblem(targets: targets, mesh: box)
    let fit = FitFixtures.solve(
      problem,
      FitFixtures.config(
        [.cameras],
        [
          FitFixtures.stage("wide", steps: 60, width: [2, 0.8], rate: 0.01),
          FitFixtures.stage("narrow", steps: 100, width: [0.6, 0.25], rate: 0.02),
        ]))
    for (camera, goal) in zip(fit.cameras, truth) {
      #expect(degrees(camera.worldToCamera, goal.worldToCamera) < 0.5)
      #expect(length(camera.worldToCamera.translation - goal.worldToCamera.translation) < 0.04)
    }
    #expect(evaluation(fit).iou > 0.98)
  }

  @Test(arguments: [Float(0.85), 1.2])
  func `the focal length is found`(factor: Float) {
    var targets = FitFixtures.targets(Scene(box), FitFixtures.cameras(3))
    for i in targets.indices { targets[i].camera.focal /= factor }
    let fit = FitFixtures.solve(
      FitProblem(targets: targets, mesh: box),
      FitFixtures.config([.focal], [FitFixtures.stage(steps: 100, width: [1.5, 0.25])]))
    #expect(abs(fit.focalFactor / factor - 1) < 0.01, "\(fit.focalFactor)")
  }

  @Test func `light is found on a known mesh`() {
    let mesh = FitFixtures.colored(.icosphere(subdivisions: 3))
    let direction = normalize(SIMD3<Float>(-0.5, 0.4, 0.7))
    let lit = Scene(
      mesh, shading: .lambert,
      lights: [
        .ambient(color: SIMD3(0.2, 0.3, 0.25)),
        .directional(direction: direction, color: SIMD3(0.8, 0.6, 0.7)),
      ])
    let fit = FitFixtures.solve(
      FitProblem(targets: FitFixtures.targets(lit, FitFixtures.cameras(4)), mesh: mesh),
      FitFixtures.config([.light], [FitFixtures.stage(steps: 120, width: [0.5, 0.3], rate: 0.03)]))
    let light = fit.state.light
    let cosine = dot(light.vector3(1), direction)
    #expect(cosine > 0.998, "\(light)")
    #expect(length(light.vector3(0) - SIMD3(0.2, 0.3, 0.25)) < 0.05, "\(light)")
    #expect(length(light.vector3(2) - SIMD3(0.8, 0.6, 0.7)) < 0.08, "\(light)")
  }

  @Test(arguments: [true, false])
  func `the background is found, with and without colours on the mesh`(isColored: Bool) {
    let goal = SIMD3<Float>(0.7, 0.2, 0.45)
    var mesh = box
    if !isColored { mesh.vertexColors = nil }
    let scene = Scene(
      mesh, background: SIMD3(sRGBDecode(goal.x), sRGBDecode(goal.y), sRGBDecode(goal.z)))
    let targets = FitFixtures.targets(scene, FitFixtures.cameras(2), opaque: true)
    let fit = FitFixtures.solve(
      FitProblem(targets: targets, mesh: mesh),
      FitFixtures.config(
        [.background], [FitFixtures.stage(steps: 80, width: [0.5, 0.3], rate: 0.03)]))
    #expect(length(fit.state.background.vector3(0) - goal) < 0.02, "\(fit.state.background)")
  }

  @Test func `the bits do not depend on the threads`() throws {
    var stages = [
      FitFixtures.stage("a", steps: 4, smoothing: 3),
      FitFixtures.stage("b", steps: 4, smoothing: 3),
    ]
    stages[0].viewsPerStep = 3
    stages[1].subdivide = 1
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(5)),
      mesh: FitFixtures.colored(.icosphere(subdivisions: 2)))
    let config = FitFixtures.config(Unknown.allCases, stages)
    let states = try [Workers(count: 1), Workers(count: 3), .all].map { workers in
      try Checkpoint.encode(
        FitFixtures.solve(problem, config, workers: workers),
        owner: .init(config: 0, problem: 0))
    }
    #expect(states[0] == states[1] && states[0] == states[2])
  }

  @Test func `a step sees its number of views, each of them once, and all in their turn`() {
    var stage = FitFixtures.stage(steps: 10)
    stage.viewsPerStep = 2
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(4, side: 8)), mesh: box)
    var regression = SceneRegression(problem, config: FitFixtures.config([.cameras], [stage]))
    // A step moves the cameras that it sees.
    var seen = [Int](repeating: 0, count: 4)
    for _ in 0..<10 {
      let before = regression.cameras
      _ = regression.next()
      let moved = (0..<4).filter { regression.cameras[$0] != before[$0] }
      #expect(moved.count == 2)
      for view in moved { seen[view] += 1 }
    }
    #expect(seen == [5, 5, 5, 5])
  }

  @Test func `given normals do not stay behind a surface that moves`() {
    var mesh = FitFixtures.colored(.icosphere(subdivisions: 1))
    mesh.normals = mesh.positions
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(1, side: 8)), mesh: mesh)
    let stages = [FitFixtures.stage(steps: 1)]
    let shaped = SceneRegression(problem, config: FitFixtures.config([.shape, .light], stages))
    #expect(shaped.scene.meshes[0].normals == nil)
    let posed = SceneRegression(problem, config: FitFixtures.config([.pose, .light], stages))
    #expect(posed.scene.meshes[0].normals != nil)
  }

  @Test(arguments: Unknown.allCases)
  func `a step that is not finite is not taken`(unknown: Unknown) {
    var problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(2, side: 16)), mesh: box)
    problem.targets[1].picture.values = problem.targets[1].picture.values.map { _ in .nan }
    var stage = FitFixtures.stage(steps: 6, smoothing: 2)
    stage.viewsPerStep = 1
    var fit = SceneRegression(problem, config: FitFixtures.config([unknown], [stage]))
    var skipped = 0
    while let step = fit.next() {
      if step.wasSkipped { skipped += 1 }
      #expect(fit.state.isFinite)
    }
    // The other view's steps go on.
    #expect(skipped == 3)
  }

  @Test func `a step without measure is not taken`() {
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(2, side: 16)), mesh: box)
    let config = FitFixtures.config(
      [.shape, .pose, .focal], [FitFixtures.stage(steps: 4, rate: 1e300)])
    var fit = SceneRegression(problem, config: config)
    while let step = fit.next() { #expect(step.wasSkipped && fit.state.isFinite) }
    #expect(fit.worldMesh.positions == box.positions)
  }

  @Test(arguments: ["normal", "depth"])
  func `normals or depth show of a surface what outlines do not`(kind: String) {
    // A ball that is an egg in truth, seen from three sides.
    let sphere = Mesh<Float>.icosphere(subdivisions: 3)
    var egg = sphere
    for v in 0..<egg.vertexCount {
      egg.positions.setVector3(v, egg.positions.vector3(v) * SIMD3(0.9, 1, 0.8))
    }
    let cameras = FitFixtures.cameras(3, side: 48)
    var targets = FitFixtures.targets(Scene(egg), cameras)
    let renderer = Renderer<Float>(settings: RenderSettings(mode: .crisp(CrispSettings())))
    for (i, camera) in cameras.enumerated() {
      let picture = renderer.render(Scene(egg), [camera], outputs: [.alpha, .normal, .depth])[0]
      guard var normals = picture.normal, var depth = picture.depth else { return }
      let rotation = camera.worldToCamera.rotation.matrix
      for p in 0..<depth.pixelCount {
        let n = normals.values.vector3(p)
        normals.values.setVector3(p, n == .zero ? n : normalize(rotation * n))
        if !depth.values[p].isFinite { depth.values[p] = 0 }
      }
      targets[i].geometry = TargetGeometry(normals: normals, depth: depth)
    }
    let problem = FitProblem(targets: targets, mesh: sphere)
    func config(normal: Double, depth: Double) -> FitConfig {
      var stage = FitFixtures.stage(steps: 120, smoothing: 6, rate: 0.03, color: 0, iou: 0)
      stage.mode = .crisp
      (stage.losses.normal, stage.losses.depth) = (normal, depth)
      var config = FitFixtures.config([.shape], [stage])
      config.regularizers = .init(laplacian: 1e-5, edge: 0, normal: 0)
      return config
    }
    func mistake(_ config: FitConfig) -> Double {
      let fit = FitFixtures.solve(problem, config)
      return MeshDistance.compare(fit.worldMesh, reference: egg, samples: 10_000).chamfer
    }
    let outlined = mistake(config(normal: 0, depth: 0))
    let found = mistake(
      kind == "normal" ? config(normal: 10, depth: 0) : config(normal: 0, depth: 10))
    #expect(found < outlined / 2, "\(found) of \(outlined)")
    // The plan of such targets asks for both.
    let plan = FitConfig.plan(for: problem, unknowns: [.shape], initial: "hull")
    #expect(plan.stages.allSatisfy { $0.losses.normal > 0 && $0.losses.depth > 0 })
    #expect(throws: FitConfigError.self) {
      var posed = config(normal: 1, depth: 0)
      posed.unknowns = [.pose]
      try posed.check(origin: "test")
    }
  }
}
