// Where a pose fit starts: a short race of many turns of the given start, so that a fit is not lost to the first of the
// many minima that a rotation has.
internal import RealModule
internal import SfumatoCore

extension SceneRegression {
  /// How many of the starts go on after one look, and after the short run.
  private static var kept: (afterLook: Int, afterRun: Int) { (12, 4) }

  /// The pictures of all views that a race of full size takes before the first step of the plan.
  ///
  /// A look at each of 60 turns, a short run of twelve, a run of four.
  static func trialRenders(steps: Int) -> Int {
    guard steps > 0 else { return 0 }
    return turns.count + kept.afterLook * shortRun(steps) + kept.afterRun * steps
  }

  private static func shortRun(_ steps: Int) -> Int { Swift.max(steps / 3, 1) }

  /// The 60 rotations of an icosahedron, the identity first: no rotation is further than 44.5 degrees from one of them.
  ///
  /// As unit quaternions the vertices of the 600-cell, one of each opposite pair. Source: Coxeter 1973, "Regular Polytopes",
  /// section 8.7.
  static let turns: [Quaternion<Float>] = {
    let golden = (1 + Double(5).squareRoot()) / 2
    var found: [[Double]] = []
    for k in 0..<4 {
      var unit = [0.0, 0, 0, 0]
      unit[k] = 1
      found.append(unit)
    }
    for bits in 0..<8 {
      found.append([0.5] + (0..<3).map { bits >> $0 & 1 == 0 ? 0.5 : -0.5 })
    }
    let values = [0, 1 / (2 * golden), 0.5, golden / 2]
    let evenPermutations = [
      [0, 1, 2, 3], [0, 2, 3, 1], [0, 3, 1, 2], [1, 0, 3, 2], [1, 2, 0, 3], [1, 3, 2, 0],
      [2, 0, 1, 3], [2, 1, 3, 0], [2, 3, 0, 1], [3, 0, 2, 1], [3, 1, 0, 2], [3, 2, 1, 0],
    ]
    for order in evenPermutations {
      for bits in 0..<4 {
        // The first number that is not 0 keeps its sign: its opposite is the same rotation.
        var place = -1
        found.append(
          order.map { v in
            guard values[v] != 0 else { return 0 }
            defer { place += 1 }
            return place >= 0 && bits >> place & 1 == 1 ? -values[v] : values[v]
          })
      }
    }
    return found.map { q in
      Quaternion(w: Float(q[0]), vector: SIMD3(Float(q[1]), Float(q[2]), Float(q[3])))
    }
  }()

  /// The most promising of many starts: the given one and turns of it about the object's centre.
  ///
  /// All turns up to the largest allowed angle are looked at once, with the wide edges of the first stage and colours at
  /// their full weight; the best go through a short run, the best of those through a longer one, and the lowest mean
  /// loss of its last quarter wins. The given start takes part to the end and stays unless another is lower by a
  /// fifth: wide edges tell a wrong basin from the right one by far more than that, and nearly symmetric objects hardly.
  func bestStart(_ stage: FitConfig.Stage) -> RigidTransform<Float> {
    let center = state.pose * state.mesh.boundingSphere.center
    let most = Float(config.pose.trialDegrees) * .pi / 180 + 1e-3
    var race = Self.turns.filter { $0.angle <= most }.map { turn in
      Trial(
        pose: Self.about(center, Twist(angular: turn.rotationVector)) * state.pose,
        isGiven: turn == .identity)
    }
    var level: Level?
    run(&race, stage, steps: 1, rate: 1, level: &level)
    race = Self.best(race, Self.kept.afterLook)
    run(&race, stage, steps: Self.shortRun(config.pose.trialSteps), rate: 2, level: &level)
    race = Self.best(race, Self.kept.afterRun)
    run(&race, stage, steps: config.pose.trialSteps, rate: 1, level: &level)
    for i in race.indices where race[i].isGiven { race[i].loss *= 0.8 }
    return race.min { $0.loss < $1.loss }?.pose ?? state.pose
  }

  /// A start that takes part in the race.
  private struct Trial {
    var pose: RigidTransform<Float>
    var isGiven: Bool
    var loss: Float = .infinity
  }

  /// The given start and the best others.
  private static func best(_ race: [Trial], _ count: Int) -> [Trial] {
    let others = race.filter { !$0.isGiven }.sorted { $0.loss < $1.loss }
    return race.filter(\.isGiven) + others.prefix(count - 1)
  }

  /// Moves every trial by a number of steps and takes the mean loss of its last quarter.
  private func run(
    _ race: inout [Trial], _ stage: FitConfig.Stage, steps: Int, rate: Double,
    level: inout Level?
  ) {
    var trialConfig = config
    trialConfig.pose.trialSteps = 0
    trialConfig.stages = [stage]
    trialConfig.stages[0].steps = steps
    trialConfig.stages[0].losses.color = config.losses.color
    trialConfig.stages[0].learningRates.pose *= rate
    trialConfig.stages[0].learningRateEnd = steps > 1 ? 0.5 : 1
    for i in race.indices {
      var trial = SceneRegression(problem, config: trialConfig, workers: workers)
      trial.state = state
      trial.state.pose = race[i].pose
      // A shape has coordinates of its own in each trial.
      if !config.unknowns.contains(.shape) { trial.level = level }
      let counted = Swift.max(steps / 4, 1)
      var loss: Float = 0
      while let step = trial.next() {
        if step.stepInStage >= steps - counted { loss += step.loss / Float(counted) }
      }
      race[i].loss = loss.isFinite ? loss : .infinity
      if steps > 1 { race[i].pose = trial.state.pose }
      level = trial.level
    }
  }
}

extension FitConfig {
  /// How often a fit renders a view that every step sees: the race between starts and all steps.
  public var plannedRenders: Int {
    (unknowns.contains(.pose) ? SceneRegression.trialRenders(steps: pose.trialSteps) : 0)
      + stepCount
  }
}
