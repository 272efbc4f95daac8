internal import Foundation
internal import SfumatoCore

extension SceneRegression {
  /// How long the trials before the first step would take, seconds, from a few steps of a few of their starts; nil where there
  /// are none.
  func searchSeconds() -> Double? {
    let rounds = config.trialRounds
    guard let opening = rounds.first,
      let stage = config.stages.first(where: { $0.steps > 0 })
    else { return nil }
    var first = SceneRegression(problem, config: config.trial(of: stage), workers: .serial)
    let start = placedPose
    first.state.pose = start
    if !config.unknowns.contains(.shape) { first.enterOnce() }
    let entered = first
    let center = start * objectCenter
    let mask = maskBox(isWhole: true)
    let count = Swift.min(16, opening.starts)
    let turns = Self.turns(count, most: Float(config.pose.trialDegrees) * .pi / 180)
    func seconds(_ body: () -> Void) -> Double {
      let began = Date()
      body()
      return Date().timeIntervalSince(began)
    }
    // The first round has one step a start; what its optimisers and caches need is made in it.
    var trials: [SceneRegression] = []
    let begun = seconds {
      trials = parallelMap(count, workers: workers) { k in
        var fit = entered
        let turned = Self.about(center, Twist(angular: turns[k].rotationVector)) * start
        fit.state.pose = placed(turned, in: mask, evenIfNear: true)
        _ = fit.next()
        return fit
      }
    }
    let more = 2
    let went = seconds {
      let before = trials
      trials = parallelMap(count, workers: workers) { k in
        var fit = before[k]
        for _ in 0..<more { _ = fit.next() }
        return fit
      }
    }
    func all(_ seconds: Double, of measured: Int, for wanted: Int) -> Double {
      seconds / Double(Swift.max(measured, 1)) * Double(wanted)
    }
    let opened = all(begun, of: count, for: opening.starts)
    let trialled =
      opened + all(went, of: more * count, for: config.trialStepCount - opening.starts)
    guard let polish = config.polish(of: stage) else { return trialled }
    var plan = SceneRegression(problem, config: polish, workers: .serial)
    plan.state.pose = start
    plan.enterOnce()
    let polished = plan
    let few = Swift.min(4, count)
    let steps = Swift.min(2, polish.stages[0].steps)
    let fine = seconds {
      let before = trials
      _ = parallelMap(few, workers: workers) { k in
        var fit = polished
        fit.state.pose = before[k].state.pose
        for _ in 0..<steps { _ = fit.next() }
        return fit.state.totalSteps
      }
    }
    // In the last round the given start may be one more.
    let finalists = (rounds.last?.starts ?? 1) + 1
    return trialled + all(fine, of: few * steps, for: finalists * polish.stages[0].steps)
  }
}
