import Foundation
import SfumatoCore
import Testing

@testable import SfumatoFit

@Suite struct PrincipalPointTests {
  private static let box = FitFixtures.box

  /// Pictures of the box, whose cameras say that the principal point lies elsewhere than it does.
  private static func targets(
    _ mesh: Mesh<Float>, by pixels: SIMD2<Float>, views: Int = 6, side: Int = 48
  ) -> [TargetView] {
    var targets = FitFixtures.targets(Scene(mesh), FitFixtures.cameras(views, side: side))
    for i in targets.indices { targets[i].camera.principal -= pixels }
    return targets
  }

  private static func plan(
    _ unknowns: [Unknown], steps: Int, optimizer: FitConfig.Optimizer = .adam
  ) -> FitConfig {
    var stage = FitFixtures.stage(steps: steps, rate: 0.01, color: 3)
    stage.mode = .crisp
    stage.optimizer = optimizer
    stage.learningRates.principal = 0.01
    if !optimizer.followsGradients { (stage.losses.iou, stage.losses.alpha) = (0, 1) }
    if optimizer == .lbfgs { stage.learningRateEnd = 1 }
    return FitFixtures.config(unknowns, [stage])
  }

  private static func pixels(_ fit: SceneRegression) -> SIMD2<Float> {
    fit.principalShift * fit.problem.targets[0].camera.focal
  }

  @Test(arguments: [FitConfig.Optimizer.adam, .lbfgs, .leastSquares])
  func `a shift of all pictures is found`(optimizer: FitConfig.Optimizer) {
    let truth = SIMD2<Float>(1.5, -2)
    let problem = FitProblem(targets: Self.targets(Self.box, by: truth), mesh: Self.box)
    let fit = FitFixtures.solve(
      problem,
      Self.plan([.principal], steps: optimizer == .adam ? 60 : 12, optimizer: optimizer))
    let found = Self.pixels(fit)
    #expect(length(found - truth) < 0.1, "\(found)")
    let parameters = FitParameters(fit)
    #expect(parameters.principalShift == [fit.principalShift.x, fit.principalShift.y])
    // Another picture of the same camera is put right as well.
    let other = parameters.calibrated(problem.targets[3].camera)
    #expect(other == fit.cameras[3])
  }

  @Test func `it is found beside a shape, which then has its true size`() {
    // Across the axis about which the cameras stand: along it the object would move instead.
    let truth = SIMD2<Float>(2, 0)
    let mesh = Mesh<Float>.icosphere(subdivisions: 3)
    let start = FitFixtures.colored(mesh)
    let targets = Self.targets(start, by: truth)
    func volume(_ unknowns: [Unknown]) -> (ratio: Float, shift: SIMD2<Float>) {
      var config = Self.plan(unknowns, steps: 100)
      config.stages[0].smoothing = 4
      let fit = FitFixtures.solve(FitProblem(targets: targets, mesh: start), config)
      return (fit.worldMesh.signedVolume / mesh.signedVolume, Self.pixels(fit))
    }
    let with = volume([.shape, .principal])
    #expect(abs(with.ratio - 1) < 0.03, "\(with)")
    #expect(abs(with.shift.x - 2) < 0.2, "\(with)")
  }

  @Test func `in mirror images it goes the other way`() {
    let truth = SIMD2<Float>(1.5, 0)
    let problem = FitProblem(targets: Self.targets(Self.box, by: truth), mesh: Self.box)
    var config = Self.plan([.shape, .principal], steps: 60)
    config.stages[0].freeze = [.shape]
    config.mirrorPlane = [1, 0, 0, 0]
    let fit = FitFixtures.solve(problem, config)
    #expect(length(Self.pixels(fit) - truth) < 0.15, "\(Self.pixels(fit))")
  }

  @Test func `a hull says how far masks and cameras agree`() throws {
    let body = Mesh<Float>.icosphere(subdivisions: 3)
    func hull(_ shift: SIMD2<Float>) throws -> HullStart {
      try #require(visualHull(of: Self.targets(body, by: shift, views: 12, side: 96)))
    }
    let (exact, off) = try (hull(.zero), hull(SIMD2(2, 0)))
    #expect(!exact.disagrees && off.disagrees, "\(exact.outlineGap), \(off.outlineGap)")
    #expect(exact.outlineGap < 0.2 && off.outlineGap > 0.6)
  }
}
