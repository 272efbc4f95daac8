import SfumatoCore
import Testing

@testable import SfumatoFit

/// Stages that are crisp, narrow when it helps, or need no gradient.
@Suite struct StageChoiceTests {
  private let box = FitFixtures.box

  /// The farthest that a vertex is from where it belongs, in radii.
  private func error(_ fit: SceneRegression, to goal: Mesh<Float>) -> Float {
    let found = fit.worldMesh
    let gap = (0..<goal.vertexCount).map { length(found.position($0) - goal.position($0)) }.max()
    return (gap ?? .infinity) / goal.boundingSphere.radius
  }

  private func shifted(_ mesh: Mesh<Float>, by shift: SIMD3<Float>, scale: Float = 1) -> Mesh<Float>
  {
    var mesh = mesh
    for v in 0..<mesh.vertexCount {
      mesh.positions.setVector3(v, mesh.position(v) * scale + shift)
    }
    return mesh
  }

  private func posed(_ degrees: Double, _ stages: [FitConfig.Stage]) -> FitConfig {
    var config = FitFixtures.config([.pose], stages)
    config.seed = 3
    config.pose.start = .init(rotationDegrees: degrees, offsetRadii: degrees / 100)
    return config
  }

  // MARK: crisp

  @Test(arguments: FitConfig.Edges.allCases, [1, 2])
  func `a crisp stage ends where the pictures say`(edges: FitConfig.Edges, samples: Int) {
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(3, side: 48)), mesh: box)
    var stage = FitFixtures.stage("crisp", steps: 80, rate: 0.01)
    stage.mode = .crisp
    stage.edges = edges
    stage.samples = samples
    var fit = SceneRegression(problem, config: posed(4, [stage]))
    let start = error(fit, to: box)
    while let step = fit.next() { #expect(step.edgeWidthPixels == 0 && !step.wasSkipped) }
    #expect(start > 0.07)
    #expect(error(fit, to: box) < 0.01, "\(start) became \(error(fit, to: box))")
  }

  // MARK: shape

  @Test(arguments: FitConfig.ShapeScale.allCases)
  func `a vertex steps as far as any by its own scale, and as its gradient says by the largest`(
    scale: FitConfig.ShapeScale
  ) {
    let problem = FitProblem(
      targets: FitFixtures.targets(
        Scene(shifted(box, by: .zero, scale: 1.1)), FitFixtures.cameras(3, side: 48)), mesh: box)
    var stage = FitFixtures.stage("step", steps: 1, rate: 0.01)
    stage.shapeScale = scale
    stage.smoothing = 0
    var fit = SceneRegression(problem, config: FitFixtures.config([.shape], [stage]))
    let start = fit.worldMesh
    _ = fit.next()
    let end = fit.worldMesh
    let moves = (0..<box.vertexCount).map { length(end.position($0) - start.position($0)) }
    let longest = moves.max() ?? 0
    let share = Double(moves.count { $0 > 0.99 * longest }) / Double(moves.count)
    #expect(longest > 0)
    #expect(scale == .vertex ? share > 0.9 : share < 0.5, "\(share)")
  }

  @Test(arguments: [0.0, 3.0])
  func `no vertex goes further than its limit, and wild steps are taken back`(smoothing: Double) {
    let problem = FitProblem(
      targets: FitFixtures.targets(
        Scene(shifted(box, by: SIMD3(0.2, 0, 0))), FitFixtures.cameras(3, side: 32)), mesh: box)
    func run(_ limit: Double, steps: Int) -> (longest: Float, fit: SceneRegression) {
      var stage = FitFixtures.stage(steps: steps, smoothing: smoothing, rate: 3)
      stage.stepLimitEdges = limit
      var fit = SceneRegression(problem, config: FitFixtures.config([.shape], [stage]))
      var longest: Float = 0
      var last = fit.worldMesh
      while fit.next() != nil {
        let now = fit.worldMesh
        for v in 0..<now.vertexCount {
          longest = max(longest, length(now.position(v) - last.position(v)))
        }
        last = now
      }
      return (longest, fit)
    }
    let edge: Float = 1.4  // no mean of a corner's edges is longer
    #expect(run(0, steps: 1).longest > 2)
    #expect(run(0.1, steps: 8).longest <= 0.1 * edge)
    // A whole edge turns faces of the box over, unless all move alike; such steps shrink until they do not.
    let (_, fit) = run(1, steps: 12)
    #expect(smoothing > 0 || fit.state.shapeBackOff < 1)
    #expect(MeshHealth(fit.worldMesh).flipped <= 1)
  }

  // MARK: adaptive

  /// A soft stage of one width, which narrows twice a step while it may.
  private func adaptive(steps: Int, rate: Double = 0) -> FitConfig.Stage {
    var stage = FitFixtures.stage("adaptive", steps: steps, width: [2, 0.25], rate: rate)
    stage.schedule = .adaptive
    stage.adaptive.wait = 3
    stage.adaptive.interval = 2
    stage.adaptive.factor = 1.2
    return stage
  }

  @Test(arguments: FitConfig.Watch.allCases)
  func `the mean slope is that of the loss`(watch: FitConfig.Watch) {
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(2, side: 32)), mesh: box)
    var stage = adaptive(steps: 1)
    stage.adaptive.watch = watch
    stage.adaptive.beta = 0
    stage.depthTemperature = 0.05
    func loss(_ log: Double) -> Double {
      var moved = stage
      if watch != .depthTemperature { moved.edgeWidthPixels[0] *= 1 + log }
      if watch != .edgeWidth { moved.depthTemperature *= 1 + log }
      var fit = SceneRegression(problem, config: posed(10, [moved]))
      return Double(fit.next()?.loss ?? .nan)
    }
    let difference = (loss(0.02) - loss(-0.02)) / 0.04
    var fit = SceneRegression(problem, config: posed(10, [stage]))
    _ = fit.next()
    let slope = Double(fit.state.narrowing.slope)
    #expect(abs(slope) > 1e-6)
    #expect(abs(slope - difference) < 0.01 * abs(difference), "\(slope) for \(difference)")
  }

  @Test func `at the answer the smoothing narrows at each test down to its limits`() {
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(2, side: 32)), mesh: box)
    var stage = adaptive(steps: 60)
    stage.adaptive.depthTemperatureMinimum = 0.005
    stage.learningRateEnd = 0.4
    var fit = SceneRegression(problem, config: posed(0, [stage]))
    var widths: [Float] = []
    while let step = fit.next() { widths.append(step.edgeWidthPixels) }
    // The test after step 4 is the first from 3 on.
    #expect(widths[..<4].allSatisfy { $0 == 2 })
    #expect(abs(widths[4] - 2 / 1.2) < 1e-6 && widths[5] == widths[4])
    #expect(abs(widths[6] - 2 / 1.44) < 1e-6)
    #expect(widths.last == 0.25)
    // 12 narrowings reach the width's limit, and none follows.
    #expect(fit.state.narrowing.count == 12)
    fit.state.step = 0
    let last = fit.smoothing(stage)
    #expect(last == StepSmoothing(edgeWidthPixels: 0.25, depthTemperature: 0.005, rate: 0.4))
  }

  @Test func `far from the answer the smoothing stays`() {
    // The target is 20 pixels away: wider edges would reach nearer to it.
    let goal = shifted(box, by: SIMD3(-0.7, 0, 0), scale: 0.3)
    let start = shifted(box, by: SIMD3(0.7, 0, 0), scale: 0.3)
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(goal), FitFixtures.cameras(1, side: 48)), mesh: start)
    var stage = adaptive(steps: 30)
    stage.edgeWidthPixels = [8, 0.25]
    stage.adaptive.watch = .edgeWidth
    stage.losses.alpha = 0
    stage.losses.color = 0
    stage.losses.iou = 1
    let fit = FitFixtures.solve(problem, posed(0, [stage]))
    #expect(fit.state.narrowing.slope < -1e-5, "\(fit.state.narrowing.slope)")
    #expect(fit.state.narrowing.count == 0)
  }

  @Test(arguments: [true, false])
  func `an adaptive stage ends with its best state, where it is told to`(keepsBest: Bool) {
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(2, side: 24)), mesh: box)
    // Steps so long that the pose is thrown about.
    var stage = adaptive(steps: 25, rate: 0.1)
    stage.adaptive.wait = 1000
    stage.adaptive.keepsBest = keepsBest
    let config = posed(5, [stage, adaptive(steps: 1)])
    var fit = SceneRegression(problem, config: config)
    var losses: [Float] = []
    while let step = fit.next() { losses.append(step.loss) }
    let after = losses.removeLast()
    let lowest = losses.min() ?? .nan
    #expect(losses.last ?? 0 > lowest, "\(losses)")
    #expect((after == lowest) == keepsBest, "\(after) after \(losses)")
  }

  // MARK: without gradient

  private func blind(steps: Int, side: Int = 32, rate: Double = 0.04) -> FitConfig.Stage {
    var stage = FitFixtures.stage("blind", steps: steps, width: [3, 1], rate: rate, rateEnd: 0.05)
    stage.mode = .hard
    stage.samples = 2
    stage.optimizer = .parameterSpace
    return stage
  }

  @Test func `outlines that do not meet attract without gradient alone`() {
    let goal = shifted(box, by: SIMD3(-0.9, 0, 0), scale: 0.6)
    let given = shifted(box, by: SIMD3(0.9, 0.2, 0), scale: 0.6)
    let cameras = [Float(0), 40].map { azimuth in
      Camera<Float>(
        fieldOfViewDegrees: 60, axis: .x, width: 48, height: 48,
        worldToCamera: .orbit(azimuthDegrees: azimuth, elevationDegrees: 20, distance: 4))
    }
    let problem = FitProblem(targets: FitFixtures.targets(Scene(goal), cameras), mesh: given)
    let renderer = Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 2)))
    for (picture, target) in zip(renderer.render(Scene(given), cameras), problem.targets) {
      let meets = picture.alpha.values.indices.contains { p in
        picture.alpha.values[p] > 0 && target.picture.values[4 * p + 3] > 0
      }
      #expect(!meets)
    }
    var stages = [blind(steps: 150, rate: 0.1), blind(steps: 150, rate: 0.02)]
    stages[0].parameterSpace.sigma.pose = .init(turn: 0.2, shift: 1.5)
    stages[1].parameterSpace.sigma.pose = .init(turn: 0.2, shift: 0.2)
    stages[1].parameterSpace.pairs = 2
    for i in stages.indices {
      stages[i].learningRateEnd = 0.1
      stages[i].losses = .init(color: 0.3, huberDelta: 0.1, alpha: 0, iou: 1)
    }
    let start = error(SceneRegression(problem, config: posed(0, stages)), to: goal)
    #expect(start > 2)
    let found = error(FitFixtures.solve(problem, posed(0, stages)), to: goal)
    #expect(found < 0.1, "\(found)")
    // The same with soft pictures, edges three pixels wide, and their gradient.
    for i in stages.indices {
      stages[i].mode = .soft
      stages[i].optimizer = .adam
    }
    let stalled = error(FitFixtures.solve(problem, posed(0, stages)), to: goal)
    #expect(stalled > 0.8 * start, "\(stalled) of \(start)")
  }

  @Test func `cameras, focal length, light and background are found without gradient`() {
    let direction = normalize(SIMD3<Float>(-0.5, 0.4, 0.7))
    let scene = Scene(
      box, shading: .lambert,
      lights: [
        .ambient(color: SIMD3(repeating: 0.3)),
        .directional(direction: direction, color: SIMD3(0.8, 0.6, 0.7)),
      ], background: SIMD3(0.3, 0.1, 0.2))
    let truth = FitFixtures.cameras(3, side: 32)
    var targets = FitFixtures.targets(scene, truth, opaque: true)
    for i in targets.indices {
      let twist = Twist<Float>(
        angular: SIMD3(0.02, -0.03, 0.02) * Float(i - 1), linear: SIMD3(0.05, 0.05, 0) * Float(i))
      targets[i].camera.worldToCamera = targets[i].camera.worldToCamera.moved(by: twist)
      targets[i].camera.focal *= 1.1
    }
    var stage = blind(steps: 250, rate: 0.02)
    stage.learningRates.cameras = 0.005
    let fit = FitFixtures.solve(
      FitProblem(targets: targets, mesh: box),
      FitFixtures.config([.cameras, .focal, .light, .background], [stage]))
    let before = Evaluation(of: scene, on: targets)
    for (i, camera) in fit.cameras.enumerated() { targets[i].camera = camera }
    let after = Evaluation(of: fit.scene, on: targets)
    #expect(before.iou < 0.9 && after.iou > 0.95, "\(before.iou) became \(after.iou)")
    #expect(after.psnr > 28, "\(after.psnr)")
    #expect(dot(fit.state.light.vector3(1), direction) > 0.95, "\(fit.state.light)")
    let background = fit.state.background
    #expect(abs(sRGBDecode(background[0]) - 0.3) < 0.05, "\(background)")
  }
}
