import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoFit

@Suite struct PoseTrialTests {
  private let box = FitFixtures.box

  private func problem(views: Int = 1) -> FitProblem {
    FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(views, side: 32)), mesh: box)
  }

  /// A start that is turned by an angle, and as many trials as steps allow.
  private func config(degrees: Double, starts: Int, steps: Int, seed: Int = 1) -> FitConfig {
    var config = FitFixtures.config(
      [.pose],
      [
        // Colours weigh as in the plan for an object that covers a third of the picture.
        FitFixtures.stage(
          "near", steps: 10, width: [1, 0.5], rate: 0.03, color: 100, rateEnd: 0.3, iou: 0.2),
        FitFixtures.stage("narrow", steps: 120, width: [0.5, 0.3], rate: 0.03, color: 100),
      ])
    config.seed = seed
    config.pose.start = .init(rotationDegrees: degrees, offsetRadii: 0)
    config.pose.trialStarts = starts
    config.pose.trialSteps = steps
    config.pose.trialDegrees = 180
    return config
  }

  private func degrees(_ fit: SceneRegression) -> Float {
    fit.state.pose.rotation.angle * 180 / .pi
  }

  @Test(arguments: 1...3)
  func `a start on the other side is found by trials, and not without`(seed: Int) {
    let with = config(degrees: 120, starts: 120, steps: 24, seed: seed)
    #expect(degrees(FitFixtures.solve(problem(views: 2), with)) < 3)
    var without = with
    without.pose.trialSteps = 0
    without.stages[0].steps = 40
    #expect(degrees(FitFixtures.solve(problem(views: 2), without)) > 30)
  }

  @Test func `an object far from where the picture shows it is placed before trials`() throws {
    let problem = problem()
    let camera = problem.targets[0].camera
    let plain = config(degrees: 0, starts: 8, steps: 1)
    var fit = SceneRegression(problem, config: plain)
    let given = fit.state.pose
    #expect(fit.placedPose == given)
    for (side, away) in [(Float(0), Float(6)), (0, -2), (2.5, 0), (-3, 4)] {
      let shift = camera.worldToCamera.rotation.conjugate.matrix * SIMD3(side, 0, away)
      fit.state.pose.translation = given.translation + shift
      let left = fit.placedPose.translation - given.translation
      #expect(length(left) < 0.25, "\(side), \(away): \(left)")
    }
  }

  @Test func `of look-alikes the nearest to the start wins`() {
    // Without colours half a turn about an axis of the box is the same box.
    var problem = problem()
    problem.mesh?.vertexColors = nil
    var bare = box
    bare.vertexColors = nil
    problem.targets = FitFixtures.targets(Scene(bare), FitFixtures.cameras(1, side: 32))
    for seed in 1...4 {
      let found = FitFixtures.solve(
        problem, config(degrees: 15, starts: 80, steps: 16, seed: seed))
      #expect(degrees(found) < 4, "\(degrees(found))")
    }
  }

  @Test func `trials depend on no thread and on no stop`() throws {
    let problem = problem(views: 2)
    var config = config(degrees: 60, starts: 40, steps: 8)
    config.stages[0].steps = 2
    config.stages[1].steps = 0
    func bytes(_ fit: SceneRegression) throws -> [UInt8] {
      try Checkpoint.encode(fit, owner: .init(config: 0, problem: 0))
    }
    let serial = try bytes(FitFixtures.solve(problem, config, workers: .serial))
    #expect(try bytes(FitFixtures.solve(problem, config, workers: Workers(count: 3))) == serial)
    // Stopped at every question in its turn, the trials leave the start as it was and begin anew.
    var fit = SceneRegression(problem, config: config)
    let start = try bytes(fit)
    for patience in 0..<4 {
      var asked = 0
      let step = fit.next(unless: {
        asked += 1
        return asked > patience
      })
      #expect(step == nil && asked == patience + 1)
      #expect(try bytes(fit) == start)
    }
    while fit.next() != nil {}
    #expect(try bytes(fit) == serial)
  }

  @Test func `turns stay within their angle, and no rotation is far from all`() {
    for most in [Float.pi / 3, .pi] {
      let turns = SceneRegression.turns(159, most: most)
      #expect(turns.count == 159)
      #expect(turns.allSatisfy { $0.angle <= most + 1e-3 && $0.angle > 0.01 })
      #expect((turns.map(\.angle).max() ?? 0) > 0.9 * most)
      var generator = SeededGenerator(seed: 3)
      for _ in 0..<300 {
        let axis = normalize(SIMD3<Float>(generator.vector()))
        let angle = abs(Float(generator.vector().x))
        let goal = Quaternion(rotationVector: axis * (angle * most))
        let nearest = turns.map { ($0 * goal.conjugate).angle }.min() ?? .pi
        #expect(nearest < 0.3 * most, "\(nearest) of \(most)")
      }
    }
    #expect(SceneRegression.turns(0, most: 1).isEmpty)
  }
}
