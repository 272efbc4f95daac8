// A step by L-BFGS: all unknowns are one vector, each in units of its learning rate, so that the first step moves what pulls most by that
// rate; later ones are as long as the loss allows.
internal import SfumatoCore
internal import SfumatoSolve

extension SceneRegression {
  /// One step by L-BFGS: the loss before it, and whether it was taken.
  ///
  /// Where nothing along the direction is lower, what was learned of the loss is forgotten and the state stays.
  mutating func advanceByLBFGS(_ stage: FitConfig.Stage) -> (loss: Float, isTaken: Bool) {
    let chosen = views(stage)
    let blocks = blocks(stage)
    guard let (loss, gradient) = lossAndSteps(stage, chosen, blocks) else { return (.nan, false) }
    let direction = state.lbfgs.direction(gradient: gradient)
    let here = self
    let found = WolfeSearch.run(
      value: Double(loss), slope: LBFGS.dot(gradient, direction),
      evaluations: stage.lbfgs.evaluations
    ) { length -> WolfeSearch.Place<(fit: SceneRegression, gradient: [Float])> in
      var trial = here
      trial.apply(direction, blocks, chosen: chosen) { [Float(length) * $0.rate] }
      trial.holdMeanExposure()
      let there = trial.state.isFinite ? trial.lossAndSteps(stage, chosen, blocks) : nil
      return WolfeSearch.Place(
        length: length, value: Double(there?.loss ?? .nan),
        slope: there.map { LBFGS.dot($0.gradient, direction) } ?? .nan,
        payload: (trial, there?.gradient ?? []))
    }
    guard let found else {
      state.lbfgs.reset()
      return (loss, true)
    }
    state = found.payload.fit.state
    state.lbfgs.remember(
      step: direction.map { Float(found.length) * $0 },
      change: zip(found.payload.gradient, gradient).map { $0 - $1 })
    return (loss, true)
  }

  /// The loss of some views and its gradient by steps of one learning rate, in the order of the blocks; nil where either is not finite.
  private func lossAndSteps(
    _ stage: FitConfig.Stage, _ chosen: [Int], _ blocks: [Block]
  ) -> (loss: Float, gradient: [Float])? {
    guard let level else { return nil }
    let cameras = chosen.map { camera($0, from: level.targets[$0].camera) }
    guard let found = regularized(stage, chosen, cameras, wrt: targets(stage), smoothing(stage))
    else { return nil }
    var steps: [Float] = []
    for block in blocks {
      let bar = bar(of: block.unknown, found, chosen: chosen, cameras: cameras)
      steps += bar.map { $0 * block.rate }
    }
    return (found.loss, steps)
  }

  /// The gradient by an unknown's numbers, in the units of its learning rate; zero in views that are not among the chosen.
  private func bar(
    of unknown: Unknown, _ found: Comparison, chosen: [Int], cameras: [Camera<Float>]
  ) -> [Float] {
    let gradient = found.gradient
    switch unknown {
    case .shape:
      let bar = gradient.meshes[0].positions
      return (level?.largeSteps?.gradient(positionsBar: bar) ?? bar).map { $0 * radius }
    case .color: return encodedBar(gradient.meshes[0].vertexColors)
    case .pose: return poseBar(gradient)
    case .parts: return partsBar(gradient)
    case .cameras:
      var bar = [Float](repeating: 0, count: 6 * state.cameras.count)
      for (view, own) in zip(chosen, gradient.cameras) {
        bar.replaceSubrange(6 * view..<6 * view + 6, with: cameraBar(own, view))
      }
      return bar
    case .focal: return [focalBar(gradient, cameras, chosen: chosen)]
    case .principal: return principalBar(gradient, cameras, chosen: chosen)
    case .light: return lightBar(gradient)
    case .background: return backgroundBar(gradient)
    case .exposure:
      var bar = [Float](repeating: 0, count: 3 * state.cameras.count)
      for (view, own) in zip(chosen, found.gainBars) { bar.setVector3(view, own) }
      return bar
    }
  }
}
