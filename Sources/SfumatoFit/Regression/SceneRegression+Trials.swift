// Where the fit of a pose starts. A rotation has many local minima: many starts are tried, each goes on from where its last
// step left it, and after each round only the best of them do (successive halving). Edges are narrow in trials: a loss
// that measures how much of the picture is wrong falls over tens of degrees without blur, and blur hides colours.
internal import RealModule
internal import SfumatoCore

extension SceneRegression {
  /// A start that takes part.
  private struct Trial {
    var fit: SceneRegression
    /// How far it was turned from the given start, radians.
    var turn: Float
    /// Its place among the starts, which decides between equals.
    var order: Int
    /// The losses of the last quarter of a round's steps, summed.
    var sum: Float = 0
    var counted = 0

    /// The loss by which starts are compared.
    ///
    /// The given start is a prior: one on the other side must be better by a quarter, so that the nearest of look-alikes
    /// wins, or else a clearly better picture.
    var rank: Float {
      let loss = counted > 0 && sum.isFinite ? sum / Float(counted) : .infinity
      return loss * (1 + 0.3 * turn / .pi)
    }

    /// Goes on to `last`, a number of steps in all, in a round that ends at `end`.
    mutating func run(to last: Int, of end: Int) {
      while fit.state.totalSteps < last, let step = fit.next() {
        // A step's loss is the loss before it.
        guard step.index * 4 > end * 3 else { continue }
        sum += step.loss
        counted += 1
      }
    }
  }

  /// The most promising of many starts: the given one and turns of it about the object's centre.
  ///
  /// - Parameters:
  ///   - stage: the stage whose pictures, edges and rates the trials use.
  ///   - shouldStop: asked again and again.
  /// - Returns: the pose that the best trial has come to; nil where it was told to stop.
  func bestStart(
    _ stage: FitConfig.Stage, unless shouldStop: () -> Bool
  ) -> RigidTransform<Float>? {
    var first = SceneRegression(problem, config: config.trial(of: stage), workers: .serial)
    first.state = state
    first.state.stage = 0
    let start = placedPose
    first.state.pose = start
    var given = Trial(fit: first, turn: 0, order: 0)
    given.run(to: 1, of: 1)
    // The scaled targets serve all; a shape has coordinates of its own in each trial.
    if !config.unknowns.contains(.shape) { first.level = given.fit.level }
    let center = start * state.mesh.boundingSphere.center
    let most = Float(config.pose.trialDegrees) * .pi / 180
    var race = [given]
    for turn in Self.turns(config.pose.trialStarts - 1, most: most) {
      var fit = first
      fit.state.pose = Self.about(center, Twist(angular: turn.rotationVector)) * start
      race.append(Trial(fit: fit, turn: turn.angle, order: race.count))
    }
    let rounds = config.trialRounds
    var done = 0
    for (i, round) in rounds.enumerated() {
      let kept = i + 1 < rounds.count ? rounds[i + 1].starts : 1
      var best: [Trial] = []
      // Those that fall out go at once: what their optimisers remember is as large as the mesh.
      for begin in stride(from: 0, to: race.count, by: 16) {
        var part = Array(race[begin..<Swift.min(begin + 16, race.count)])
        if i > 0 { for k in part.indices { (part[k].sum, part[k].counted) = (0, 0) } }
        for last in stride(from: done, to: round.steps, by: 4).map({ $0 + 4 }) {
          if shouldStop() { return nil }
          let before = part
          part = parallelMap(before.count, workers: workers) { k in
            var trial = before[k]
            trial.run(to: Swift.min(last, round.steps), of: round.steps)
            return trial
          }
        }
        best = Array(
          (best + part).sorted { ($0.rank, $0.order) < ($1.rank, $1.order) }.prefix(kept))
      }
      race = best
      done = round.steps
    }
    return race.first?.fit.state.pose
  }

  /// Rotations spread over all within an angle, radians, denser near the identity, which is not among them.
  ///
  /// Points on spirals over the unit quaternions are uniform; then the angle of each becomes the square root of the
  /// share of rotations within it, times `most`. Source: Alexa 2022, "Super-Fibonacci Spirals: Fast,
  /// Low-Discrepancy Sampling of SO(3)".
  static func turns(_ count: Int, most: Float) -> [Quaternion<Float>] {
    (0..<Swift.max(count, 0)).map { i in
      let s = Double(i) + 0.5
      let t = s / Double(count)
      let a = 2 * Double.pi * s / Double(2).squareRoot()
      let b = 2 * Double.pi * s / 1.533_751_168_755_204_3  // the root of x⁴ = x + 4
      let inner = t.squareRoot()
      let outer = (1 - t).squareRoot()
      let vector = SIMD3(inner * .sin(a), inner * .cos(a), outer * .sin(b))
      let w = outer * Double.cos(b)
      let angle = 2 * Double.acos(Swift.min(abs(w), 1))
      let share = Swift.max(angle - .sin(angle), 0) / .pi
      let axis = normalize(w < 0 ? -vector : vector)
      return Quaternion(
        rotationVector: SIMD3<Float>(axis * (Double(most) * share.squareRoot())))
    }
  }
}

extension FitConfig {
  /// A round of trials: so many starts go on to so many steps in all.
  struct TrialRound: Equatable {
    var starts: Int
    var steps: Int
  }

  /// The rounds of the trials; none where the pose is known, or where the first stage needs no gradients and so reaches
  /// far by itself.
  var trialRounds: [TrialRound] {
    guard unknowns.contains(.pose), pose.trialSteps > 0,
      stages.first(where: { $0.steps > 0 })?.optimizer == .adam
    else { return [] }
    let (starts, steps) = (pose.trialStarts, pose.trialSteps)
    return [
      TrialRound(starts: starts, steps: 1),
      TrialRound(starts: Swift.max(starts / 10, 1), steps: Swift.max(steps / 4, 1)),
      TrialRound(starts: Swift.max(starts / 40, 1), steps: steps),
    ]
  }

  /// The steps of all trials together.
  var trialStepCount: Int {
    var done = 0
    return trialRounds.reduce(0) { sum, round in
      defer { done = round.steps }
      return sum + round.starts * (round.steps - done)
    }
  }

  /// The steps of the whole plan, those of the trials included; with Adam each renders every view that it sees once.
  public var renderCount: Int { trialStepCount + stepCount }

  /// The plan of a trial: one stage, no trials.
  func trial(of stage: Stage) -> FitConfig {
    var copy = self
    copy.pose.trialSteps = 0
    copy.stages = [stage]
    copy.stages[0].steps = pose.trialSteps
    return copy
  }
}
