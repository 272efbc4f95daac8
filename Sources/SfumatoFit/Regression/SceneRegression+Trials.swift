internal import SfumatoCore

extension SceneRegression {
  /// How many starts ``bestStart(_:)`` tries.
  static var trialCount: Int { 7 }

  /// The most promising of several starts: the given one, and it turned both ways about each axis.
  ///
  /// Outlines have local minima tens of degrees wide. Each start runs through a shortened first stage; the
  /// lowest mean loss of its last quarter wins, and goes on from where it came to. The given start stays unless another is
  /// lower by a fifth: wide edges tell a wrong basin from the right one by far more than that (2 times on spot), and
  /// nearly symmetric objects hardly at all.
  func bestStart(_ stage: FitConfig.Stage) -> RigidTransform<Float> {
    var trialConfig = config
    trialConfig.pose.trialSteps = 0
    trialConfig.stages = [stage]
    trialConfig.stages[0].steps = config.pose.trialSteps
    let angle = Float(config.pose.trialDegrees) * .pi / 180
    var turns = [SIMD3<Float>.zero]  // with both ways about three axes `trialCount` in all
    for axis in 0..<3 {
      for sign: Float in [1, -1] {
        var turn = SIMD3<Float>.zero
        turn[axis] = sign * angle
        turns.append(turn)
      }
    }
    let center = state.pose * state.mesh.boundingSphere.center
    var best = state.pose
    var lowest = Float.infinity
    for turn in turns {
      var trial = SceneRegression(problem, config: trialConfig, workers: workers)
      trial.state = state
      trial.state.pose = Self.about(center, Twist(angular: turn)) * state.pose
      var loss: Float = 0
      while let step = trial.next() {
        if step.stepInStage * 4 >= config.pose.trialSteps * 3 { loss += step.loss }
      }
      let isGiven = turn == .zero
      if loss < lowest {
        lowest = isGiven ? loss * 0.8 : loss
        best = trial.state.pose
      }
    }
    return best
  }
}
