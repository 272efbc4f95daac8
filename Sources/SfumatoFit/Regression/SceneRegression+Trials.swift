// Where the fit of a pose starts. A rotation has many local minima: many starts are tried, each goes on from where its last
// step left it, and after each round only the best of them and the given one do (successive halving). Edges are narrow in trials: a loss
// that measures how much of the picture is wrong falls over tens of degrees without blur, and blur hides colours.
internal import RealModule
public import SfumatoCore

extension SceneRegression {
  /// The best pose that the trials found far from the best of all, and how many times that one's loss its loss was; nil where
  /// there were no trials or none ended elsewhere.
  public var runnerUp: (pose: RigidTransform<Float>, ratio: Float)? {
    state.runnerUpRatio.isFinite ? (state.runnerUp, state.runnerUpRatio) : nil
  }

  /// Whether the pictures hardly tell the best pose from the one after it.
  public var isAmbiguous: Bool { state.runnerUpRatio < 2 }

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
    /// Of equals the one nearest to the given start goes on.
    var rank: Float {
      let loss = counted > 0 && sum.isFinite ? sum / Float(counted) : .infinity
      return loss * (1 + 0.03 * turn / .pi)
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
  /// - Returns: the poses that the best trial and the best one far from it have come to; nil where it was told to stop.
  func bestStart(
    _ stage: FitConfig.Stage, unless shouldStop: () -> Bool
  ) -> PoseSearch? {
    var first = SceneRegression(problem, config: config.trial(of: stage), workers: .serial)
    first.state = state
    first.state.stage = 0
    let start = placedPose
    first.state.pose = start
    // The scaled targets serve all; a shape has coordinates of its own in each trial.
    if !config.unknowns.contains(.shape) { first.enterOnce() }
    let center = start * objectCenter
    let most = Float(config.pose.trialDegrees) * .pi / 180
    let mask = maskBox(isWhole: true)
    var race = [Trial(fit: first, turn: 0, order: 0)]
    let turns = Self.turns(config.pose.trialStarts - 1, most: most)
    let places = parallelMap(turns.count, workers: workers) { k in
      let turned = Self.about(center, Twist(angular: turns[k].rotationVector)) * start
      return placed(turned, in: mask, evenIfNear: true)
    }
    for (turn, place) in zip(turns, places) {
      var fit = first
      fit.state.pose = place
      race.append(Trial(fit: fit, turn: turn.angle, order: race.count))
    }
    let rounds = config.trialRounds
    var done = 0
    for (i, round) in rounds.enumerated() {
      let kept = i + 1 < rounds.count ? rounds[i + 1].starts : round.starts
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
        let all = (best + part).sorted { ($0.rank, $0.order) < ($1.rank, $1.order) }
        // The given start stays whatever its rank: who gives one has a reason, and a few steps do not refute it.
        best = all.prefix(kept) + all.dropFirst(kept).filter { $0.order == 0 }
      }
      race = best
      done = round.steps
    }
    return shouldStop() ? nil : polished(race, stage, from: start)
  }

  /// The last trials, each brought to its optimum by least squares where the unknowns allow that, and the best two of them.
  private func polished(
    _ race: [Trial], _ stage: FitConfig.Stage, from start: RigidTransform<Float>
  ) -> PoseSearch {
    guard let plan = config.polish(of: stage) else {
      return PoseSearch(race.map { ($0.fit.state.pose, Double($0.rank)) }, from: start)
    }
    var first = SceneRegression(problem, config: plan, workers: .serial)
    first.state = state
    first.state.stage = 0
    first.state.pose = start
    first.enterOnce()
    let entered = first
    let finished = parallelMap(race.count, workers: workers) { k in
      var fit = entered
      fit.state.pose = race[k].fit.state.pose
      while fit.next() != nil {}
      let views = Array(problem.targets.indices)
      return (fit.state.pose, fit.squares(plan.stages[0], views))
    }
    return PoseSearch(finished, from: start)
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

/// What a search of poses has found.
struct PoseSearch: Equatable, Sendable {
  /// The best pose.
  var pose: RigidTransform<Float>
  /// The best one that is turned from it by more than ``apart``; the same where there is none.
  var runnerUp: RigidTransform<Float>
  /// The loss there over that of the best; infinite where there is none.
  var ratio: Float

  /// Poses nearer than this are one, radians.
  static var apart: Float { 15 * .pi / 180 }

  /// How many times the least loss may be for a pose to count as its look-alike.
  static var tolerance: Double { 1.25 }

  /// The best of some poses by their losses: of look-alikes the one that is turned least from the start.
  init(
    _ found: [(pose: RigidTransform<Float>, loss: Double)], from start: RigidTransform<Float>
  ) {
    precondition(!found.isEmpty, "a search of no poses")
    func loss(_ k: Int) -> Double { found[k].loss.isFinite ? found[k].loss : .infinity }
    func turn(_ k: Int) -> Float { (found[k].pose.rotation * start.rotation.conjugate).angle }
    let order = found.indices.sorted { (loss($0), $0) < (loss($1), $1) }
    let likes = order.filter { loss($0) <= loss(order[0]) * Self.tolerance }
    let first = likes.min { (turn($0), $0) < (turn($1), $1) } ?? order[0]
    let best = found[first].pose
    let other = order.first { k in
      (found[k].pose.rotation * best.rotation.conjugate).angle > Self.apart
    }
    pose = best
    runnerUp = other.map { found[$0].pose } ?? best
    ratio = other.map { Float(loss($0) / Swift.max(loss(first), 1e-12)) } ?? .infinity
  }
}

extension FitConfig {
  /// Whether all that is unknown can be moved by least squares.
  var allowsLeastSquares: Bool { !unknowns.contains(where: \.isOfVertices) }

  /// Steps of least squares for each of the last trials.
  private static var polishSteps: Int { 8 }

  /// The plan that brings a trial to its optimum: a few steps of least squares on pictures of the stage's size; nil where the
  /// unknowns are too many for that.
  func polish(of stage: Stage) -> FitConfig? {
    guard allowsLeastSquares else { return nil }
    var copy = trial(of: stage)
    copy.stages[0] = stage.leastSquares(steps: Self.polishSteps)
    return copy
  }

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
      // From the second round on the given start may be one more.
      return sum + (round.starts + (done > 0 ? 1 : 0)) * (round.steps - done)
    }
  }

  /// How often the whole plan renders each view that a step sees, the trials included.
  ///
  /// With Adam once a step. By least squares for the step itself, twice for each unknown number and once for the place that it
  /// leads to; less where it stops at an optimum before.
  public var renderCount: Int {
    let perSquares = 2 + 2 * unknowns.reduce(0) { $0 + numbersAView($1) }
    let polished = trialRounds.isEmpty || !allowsLeastSquares ? 0 : trialRounds[2].starts + 1
    return stages.reduce(trialStepCount + polished * Self.polishSteps * perSquares) {
      $0 + $1.steps * ($1.optimizer == .leastSquares ? perSquares : 1)
    }
  }

  /// How many numbers of an unknown move a view.
  private func numbersAView(_ unknown: Unknown) -> Int {
    switch unknown {
    case .shape, .color: 0
    case .pose, .cameras: 6
    case .parts: 6 * max(parts.count, 1)
    case .focal: 1
    case .principal: 2
    case .light: lightModel.parameterCount
    case .background: 3
    case .exposure: 3
    }
  }

  /// The plan of a trial: one stage, no trials.
  func trial(of stage: Stage) -> FitConfig {
    var copy = self
    copy.pose.trialSteps = 0
    copy.stages = [stage]
    copy.stages[0].steps = pose.trialSteps
    // What rests in the stage may move in its trials, as long as that is the pose.
    copy.stages[0].freeze.removeAll { $0 == .pose }
    return copy
  }
}
