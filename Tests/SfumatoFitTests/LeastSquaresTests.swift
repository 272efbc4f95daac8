import SfumatoCore
import SfumatoSolve
import Testing

@testable import SfumatoFit

@Suite struct LeastSquaresTests {
  private let box = FitFixtures.box

  private func problem(views: Int, lights: [Light<Float>] = []) -> FitProblem {
    FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(views, side: 48)), mesh: box)
  }

  private func config(_ unknowns: [Unknown], steps: Int = 10) -> FitConfig {
    var config = FitFixtures.config(
      unknowns, [FitFixtures.stage(steps: 1, color: 10).leastSquares(steps: steps)])
    config.stages[0].samples = 2
    return config
  }

  @Test func `residuals are the loss`() {
    let problem = problem(views: 1)
    let fit = SceneRegression(problem, config: config([.pose]))
    let target = TargetPyramid.scaled(
      problem.targets, by: 1, background: .zero, keepsBackground: false, workers: .serial)[0]
    let picture = Renderer<Float>(settings: RenderSettings(mode: .crisp(CrispSettings())))
      .render(fit.scene, [FitFixtures.cameras(3, side: 48)[1]])[0]
    let losses = FitConfig.Losses(color: 3, huberDelta: 0.1, alpha: 2, iou: 0)
    let value = ViewLoss.value(picture, target, losses: losses, scale: 0.5)
    let residuals = ViewLoss.residuals(picture, target, losses: losses, scale: 0.5)
    #expect(value > 0.01 && abs(Float(residuals.cost) / value - 1) < 1e-4, "\(value)")
    // Weighted squares have the loss's slope: of a residual beyond the bound, the bound.
    for (i, (r, w)) in zip(residuals.values, residuals.weights).enumerated() {
      let slope = w * w * r
      #expect(i < residuals.squaredCount || abs(slope) <= residuals.bound * 1.0001)
    }
    #expect(residuals.weights.contains { $0 < 1 })
    var squared = losses
    squared.colorLoss = .l2
    let sum = ViewLoss.value(picture, target, losses: squared, scale: 0.5)
    let all = ViewLoss.residuals(picture, target, losses: squared, scale: 0.5)
    #expect(sum != value && abs(Float(all.cost) / sum - 1) < 1e-4 && all.weights.max() == 1)
  }

  @Test func `a turned object is brought back in a few steps`() {
    var config = config([.pose])
    config.pose.start = .init(rotationDegrees: 3, offsetRadii: 0.03)
    var fit = SceneRegression(problem(views: 1), config: config)
    var losses: [Float] = []
    while let step = fit.next() { losses.append(step.loss) }
    let degrees = fit.state.pose.rotation.angle * 180 / .pi
    #expect(degrees < 0.2, "\(degrees)")
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 >= $1 }, "\(losses)")
  }

  @Test func `cameras too, each view its own, and a focal length`() {
    let problem = problem(views: 3)
    var fit = SceneRegression(problem, config: config([.cameras], steps: 15))
    let truth = fit.state.cameras
    for i in truth.indices {
      let turn = Twist<Float>(
        angular: SIMD3(0.02, -0.02, 0.03) * Float(i + 1), linear: SIMD3(0.02, 0.03, 0.05))
      fit.state.cameras[i] = fit.state.cameras[i].moved(by: turn)
    }
    while fit.next() != nil {}
    for (a, b) in zip(fit.state.cameras, truth) {
      let degrees = (a.rotation * b.rotation.conjugate).angle * 180 / .pi
      #expect(degrees < 0.5, "\(degrees)")
    }
    var zoomed = SceneRegression(problem, config: self.config([.focal]))
    zoomed.state.logFocal = 0.05
    while zoomed.next() != nil {}
    #expect(abs(zoomed.state.logFocal) < 2e-3, "\(zoomed.state.logFocal)")
  }

  @Test func `light and background`() {
    var lit = FitFixtures.config(
      [.light, .background],
      [FitFixtures.stage(steps: 1, color: 10).leastSquares(steps: 12)])
    lit.stages[0].samples = 2
    var scene = Scene(box, shading: .lambert, background: SIMD3(0.1, 0.3, 0.2))
    scene.lights = [
      .ambient(color: SIMD3(0.3, 0.2, 0.25)),
      .directional(direction: normalize(SIMD3(0.5, 0.6, 0.7)), color: SIMD3(0.5, 0.6, 0.4)),
    ]
    let targets = FitFixtures.targets(scene, FitFixtures.cameras(4, side: 48), opaque: true)
    let fit = FitFixtures.solve(FitProblem(targets: targets, mesh: box), lit)
    #expect(abs(fit.state.background[1] - sRGBEncode(0.3)) < 0.02, "\(fit.state.background)")
    #expect(abs(fit.state.light[0] - 0.3) < 0.05 && abs(fit.state.light[7] - 0.6) < 0.1)
    #expect(dot(fit.state.light.vector3(1), normalize(SIMD3(0.5, 0.6, 0.7))) > 0.98)
  }

  @Test func `a fit by least squares is the same on any threads and through a checkpoint`() throws {
    var config = config([.pose], steps: 6)
    config.pose.start = .init(rotationDegrees: 6, offsetRadii: 0)
    let problem = problem(views: 2)
    let owner = Checkpoint.Owner(config: 0, problem: 0)
    let all = try Checkpoint.encode(FitFixtures.solve(problem, config), owner: owner)
    #expect(
      try Checkpoint.encode(FitFixtures.solve(problem, config, workers: .serial), owner: owner)
        == all)
    var half = SceneRegression(problem, config: config)
    for _ in 0..<3 { _ = half.next() }
    let bytes = try Checkpoint.encode(half, owner: owner)
    var resumed = SceneRegression(problem, config: config)
    try Checkpoint.restore(&resumed, from: bytes, path: "c.bin", owner: owner)
    while resumed.next() != nil {}
    #expect(try Checkpoint.encode(resumed, owner: owner) == all)
  }

  @Test func `of look-alikes the search takes the nearest, and names another`() {
    func pose(_ degrees: Float) -> RigidTransform<Float> {
      RigidTransform(rotation: Quaternion(rotationVector: SIMD3(0, degrees * .pi / 180, 0)))
    }
    let search = PoseSearch(
      [(pose(170), 1), (pose(10), 1.1), (pose(12), 1.15), (pose(90), 3), (pose(3), .nan)],
      from: pose(0))
    #expect(search.pose == pose(10) && search.runnerUp == pose(170))
    #expect(abs(search.ratio - 1 / 1.1) < 1e-5)
    let clear = PoseSearch([(pose(90), 9), (pose(10), 1)], from: pose(0))
    #expect(clear.pose == pose(10) && clear.ratio == 9)
    #expect(PoseSearch([(pose(1), 1), (pose(2), 2)], from: pose(0)).ratio == .infinity)
  }

  @Test func `a box without colours is ambiguous, one with them is not`() {
    for isColored in [true, false] {
      var own = box
      if !isColored { own.vertexColors = nil }
      let problem = FitProblem(
        targets: FitFixtures.targets(Scene(own), FitFixtures.cameras(1, side: 64)), mesh: own)
      let fit = FitFixtures.solve(problem, .plan(for: problem, unknowns: [.pose]))
      #expect(fit.isAmbiguous == !isColored)
      #expect(fit.state.pose.rotation.angle * 180 / .pi < 1)
    }
  }

  @Test func `what the pictures do not tell is named`() throws {
    // Seen from one side, a longer focal length is hardly told from a nearer object; an unlit mesh tells nothing of the light.
    var config = config([.pose, .focal], steps: 3)
    let fit = FitFixtures.solve(problem(views: 1), config)
    let sure = try #require(fit.uncertainty)
    #expect(sure.unseen.isEmpty && sure.deviations.count == 7)
    let turn = try #require(sure.deviations["pose.turn.y"])
    let depth = try #require(sure.deviations["pose.shift.z"])
    #expect(turn > 0 && turn < 0.02 && depth > 2 * turn, "\(turn), \(depth)")
    config.unknowns = [.pose]
    let alone = try #require(FitFixtures.solve(problem(views: 1), config).uncertainty)
    #expect(try #require(alone.deviations["pose.shift.z"]) < depth)
    config.unknowns = [.light]
    var dark = box
    dark.vertexColors = nil
    let blind = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(1, side: 48)), mesh: dark)
    config.stages[0].losses.color = 0
    #expect(FitFixtures.solve(blind, config).uncertainty?.unseen.count == 9)
    config.stages[0].optimizer = .adam
    #expect(FitFixtures.solve(blind, config).uncertainty == nil)
  }

  @Test func `two parameters that do the same are a pair`() throws {
    var equations = NormalEquations(parameterCount: 3)
    equations.add(
      residuals: [0.1, -0.1, 0.2, 0.1],
      columns: [[1, 2, 3, 4], [2, 4, 6, 8.01], [1, -1, 1, -1]],
      parameters: [0, 1, 2])
    let found = try #require(FitUncertainty(equations, names: ["a", "b", "c"]))
    #expect(found.indistinct == [["a", "b"]])
    #expect(try #require(found.deviations["a"]) > 10 * (try #require(found.deviations["c"])))
  }
}
