import Foundation
import SfumatoCore
import Testing

@testable import SfumatoFit

/// Stages that descend by momentum or L-BFGS, and unknowns that rest.
@Suite struct OptimizerChoiceTests {
  private let box = FitFixtures.box

  private func problem(_ goal: Mesh<Float>, views: Int = 4, side: Int = 40) -> FitProblem {
    FitProblem(
      targets: FitFixtures.targets(Scene(goal), FitFixtures.cameras(views, side: side)), mesh: box)
  }

  private func scaled(_ mesh: Mesh<Float>, by scale: Float) -> Mesh<Float> {
    var mesh = mesh
    mesh.positions = mesh.positions.map { $0 * scale }
    return mesh
  }

  private func stage(
    _ optimizer: FitConfig.Optimizer, steps: Int, rate: Double, color: Double = 1
  ) -> FitConfig.Stage {
    var stage = FitFixtures.stage(
      "only", steps: steps, width: [0.7, 0.7], rate: rate, color: color, rateEnd: 1, iou: 0)
    stage.optimizer = optimizer
    return stage
  }

  /// Steps until all but the last hundredth of what a long run gains is gained; each counts its pictures.
  private func losses(_ fit: SceneRegression) -> [Float] {
    var fit = fit
    var losses: [Float] = []
    while let step = fit.next() { losses.append(step.loss) }
    return losses
  }

  @Test func `L-BFGS lowers a shape's and colours' loss further than Adam in as many steps`() {
    var goal = scaled(box, by: 1.06)
    goal.vertexColors = goal.vertexColors?.map { 0.8 * $0 }
    let problem = problem(goal)
    func last(_ optimizer: FitConfig.Optimizer) -> Float {
      var stage = stage(optimizer, steps: 25, rate: 0.01)
      stage.smoothing = 2
      stage.learningRateEnd = optimizer == .adam ? 0.1 : 1
      let config = FitFixtures.config([.shape, .color], [stage])
      return losses(SceneRegression(problem, config: config)).last ?? .infinity
    }
    let (quasi, adam) = (last(.lbfgs), last(.adam))
    #expect(quasi < adam, "\(quasi), \(adam)")
  }

  @Test func `L-BFGS never raises the loss of a stage whose pictures stay as smooth`() {
    let config = FitFixtures.config([.shape, .color], [stage(.lbfgs, steps: 20, rate: 0.01)])
    let found = losses(SceneRegression(problem(scaled(box, by: 1.1)), config: config))
    for (before, after) in zip(found, found.dropFirst()) {
      #expect(after <= before * (1 + 1e-5), "\(before), \(after)")
    }
    #expect((found.last ?? 1) < 0.3 * found[0])
  }

  @Test func `a pose and a background are found by L-BFGS`() {
    var scene = Scene(box)
    scene.background = SIMD3(0.1, 0.3, 0.2)
    var config = FitFixtures.config([.pose, .background], [stage(.lbfgs, steps: 40, rate: 0.02)])
    config.pose.start = .init(rotationDegrees: 5, offsetRadii: 0.05)
    config.stages[0].mode = .crisp
    config.stages[0].samples = 2
    let targets = FitFixtures.targets(scene, FitFixtures.cameras(3, side: 40), opaque: true)
    let fit = FitFixtures.solve(FitProblem(targets: targets, mesh: box), config)
    #expect(fit.state.pose.rotation.angle < 0.01, "\(fit.state.pose.rotation.angle)")
    #expect(abs(sRGBDecode(fit.state.background[1]) - 0.3) < 0.02)
  }

  @Test func `descent with momentum follows the gradient's length`() {
    // Twice the loss is twice the step, where Adam would not care.
    func moved(_ weight: Double, _ optimizer: FitConfig.Optimizer) -> Float {
      var stage = stage(optimizer, steps: 1, rate: 0.01, color: 0)
      stage.losses.alpha = weight
      var config = FitFixtures.config([.shape], [stage])
      config.regularizers = .init(laplacian: 0, edge: 0, normal: 0)
      var fit = SceneRegression(problem(scaled(box, by: 1.1)), config: config)
      _ = fit.next()
      return zip(fit.worldMesh.positions, box.positions).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    #expect(abs(moved(2, .sgd) / moved(1, .sgd) - 2) < 0.01)
    #expect(abs(moved(2, .adam) / moved(1, .adam) - 1) < 0.01)
  }

  @Test func `descent lowers a loss`() {
    var stage = stage(.sgd, steps: 60, rate: 0.5, color: 0)
    stage.smoothing = 2
    let config = FitFixtures.config([.shape], [stage])
    let found = losses(SceneRegression(problem(scaled(box, by: 1.1)), config: config))
    #expect((found.last ?? 1) < 0.5 * found[0], "\(found[0]), \(found.last ?? 1)")
  }

  @Test(arguments: [FitConfig.Optimizer.sgd, .lbfgs])
  func `a stopped run goes on to the same bits`(optimizer: FitConfig.Optimizer) throws {
    let folder = try TemporaryFolder()
    let problem = problem(scaled(box, by: 1.1), side: 24)
    var stages = [stage(optimizer, steps: 9, rate: 0.02), stage(.adam, steps: 3, rate: 0.01)]
    stages[0].smoothing = 1
    let config = FitFixtures.config([.shape, .color], stages)
    var whole = try FitRun(problem, config: config, folder: folder.path("whole"), force: false)
    _ = try whole.run()
    var part = try FitRun(problem, config: config, folder: folder.path("part"), force: false)
    var steps = 0
    _ = try part.run(shouldStop: { steps >= 5 }, progress: { _ in steps += 1 })
    var rest = try FitRun(resuming: folder.path("part")) { _ in problem }
    _ = try rest.run()
    func bytes(_ run: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: folder.path("\(run)/result/mesh.ply")))
    }
    #expect(try bytes("whole") == bytes("part"))
  }

  @Test func `what rests stays where it is, and the rest moves`() {
    var goal = scaled(box, by: 1.1)
    goal.vertexColors = goal.vertexColors?.map { 0.7 * $0 }
    for optimizer in [FitConfig.Optimizer.adam, .lbfgs] {
      var stage = stage(optimizer, steps: 6, rate: 0.02)
      stage.freeze = [.shape]
      let fit = FitFixtures.solve(
        problem(goal), FitFixtures.config([.shape, .color], [stage]))
      #expect(fit.worldMesh.positions == box.positions)
      #expect(fit.worldMesh.vertexColors != box.vertexColors)
    }
    var config = FitFixtures.config([.pose, .focal], [stage(.leastSquares, steps: 3, rate: 0.02)])
    config.stages[0].mode = .crisp
    config.stages[0].freeze = [.focal]
    let fit = FitFixtures.solve(problem(goal), config)
    #expect(fit.focalFactor == 1 && fit.state.pose != .identity)
  }

  @Test func `combinations that cannot be are refused with what can`() throws {
    let plan = FitConfig.plan(
      unknowns: [.shape, .color], initial: "hull", imageSide: 48, viewCount: 6, isColored: true)
    func problem(_ assignments: String...) -> String {
      do {
        _ = try plan.setting(assignments)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(problem("stages.0.optimizer=lbgfs").contains("the nearest is 'lbfgs'"))
    #expect(problem("stages.0.optimizer=lbfgs").contains("'stages.0.views_per_step' is 4"))
    #expect(problem("stages.0.optimizer=lbfgs", "stages.0.views_per_step=0") == "no error")
    #expect(problem("stages.1.optimizer=sgd", "stages.1.momentum=0") == "no error")
    #expect(problem("stages.1.momentum=1").contains("'stages.1.momentum' is 1.0"))
    #expect(problem("stages.0.lbfgs.history=0").contains("'stages.0.lbfgs.history' is 0"))
    #expect(problem("stages.0.freeze=[color]") == "no error")
    #expect(problem("stages.0.freeze=[colour]").contains("is none of shape, color"))
    #expect(problem("stages.0.freeze=[pose]").contains("'pose', which is not among 'unknowns'"))
    #expect(problem("stages.0.freeze=[shape]").contains("edge_length_px"))
    #expect(
      problem("stages.0.freeze=[shape,color]", "stages.0.edge_length_px=0")
        .contains("names all unknowns"))
    #expect(problem("mirror_plane=[1,0,0]").contains("takes four numbers"))
    #expect(problem("mirror_plane=[0,0,0,1]").contains("not all 0"))
    #expect(problem("unknowns=[shape,light]", "mirror_plane=[1,0,0,0]").contains("'light'"))
    #expect(problem("regularizers.flatness=-1").contains("'regularizers.flatness' is -1"))
    #expect(problem("losses.mask_distance=-1").contains("'losses.mask_distance' is -1"))
    #expect(problem("losses.ms_ssim=1", "losses.color_loss=geman-mcclure") == "no error")
  }
}
