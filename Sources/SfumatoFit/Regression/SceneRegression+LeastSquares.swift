// A step by least squares: residuals of the pictures, how each unknown moves them, and Levenberg-Marquardt. The derivatives are central
// differences of antialiased pictures: for the few numbers of a pose, a camera or a light that takes a dozen small renders, and
// a step of it goes where Adam needs dozens.
internal import SfumatoCore
internal import SfumatoSolve

extension SceneRegression {
  /// How far unknowns are moved for a difference: about this part of a pixel on the screen.
  private static var probedPixels: Float { 0.3 }
  /// Steps that are tried, shorter and shorter, before an optimum is taken for reached.
  private static var tries: Int { 7 }
  /// The part of a probe below which a step's length shows that an optimum is reached.
  ///
  /// Steps near one are quadratic, so that the next would be a small part of a small part. The loss would not tell, as what a model cannot
  /// explain stays in it.
  private static var leastStep: Double { 0.2 }

  /// One step by least squares: the loss before it, and whether it was taken.
  ///
  /// At an optimum nothing is rendered any more, and the loss is that of the step before.
  mutating func advanceByLeastSquares(
    _ stage: FitConfig.Stage
  ) -> (loss: Float, isTaken: Bool) {
    let before =
      state.stageLosses.indices.contains(state.stage) ? state.stageLosses[state.stage] : .nan
    guard state.leastSquares.damping.isFinite else { return (before, true) }
    let chosen = views(stage)
    let equations = linearized(stage, chosen)
    guard equations.value.isFinite else { return (Float(equations.value), false) }
    let kept = state
    let blocks = blocks(stage)
    for _ in 0..<Self.tries {
      guard let step = state.leastSquares.step(equations) else { break }
      var optimizer = state.leastSquares
      apply(step.map { Float($0) }, blocks, chosen: chosen) { _ in [1] }
      let value = state.isFinite ? squares(stage, chosen) : .infinity
      if optimizer.judge(step, of: equations, newValue: value) {
        if isShort(step, blocks, chosen) { optimizer.damping = .infinity }
        holdMeanExposure()
        state.leastSquares = optimizer
        return (Float(equations.value), true)
      }
      state = kept
      state.leastSquares = optimizer
    }
    state.leastSquares.damping = .infinity
    return (Float(equations.value), true)
  }

  /// The residuals of one view.
  private func residuals(
    _ stage: FitConfig.Stage, _ view: Int, scale: Float
  ) -> ViewResiduals {
    guard let level else { return ViewResiduals(values: [], squaredCount: 0, bound: 0) }
    let target = level.targets[view]
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: mode(stage, smoothing(stage)), workers: .serial))
    let picture = renderer.render(
      stageScene, [camera(view, from: target.camera)], outputs: outputs(stage))[0]
    return ViewLoss.residuals(
      exposed(picture, view, as: target), target, losses: stage.losses, scale: scale)
  }

  /// What the residuals of some views cost.
  func squares(_ stage: FitConfig.Stage, _ chosen: [Int]) -> Double {
    let scale = 1 / Float(chosen.count)
    let parts = parallelMap(chosen.count, workers: workers) { i in
      residuals(stage, chosen[i], scale: scale).cost
    }
    return parts.reduce(0, +)
  }

  /// The problem linearised at the present state, over some views.
  func linearized(_ stage: FitConfig.Stage, _ chosen: [Int]) -> NormalEquations {
    let blocks = blocks(stage)
    let count = blocks.last?.range.upperBound ?? 0
    let scale = 1 / Float(chosen.count)
    // A view's own residuals, then for each parameter that moves it those on both sides.
    var jobs: [(view: Int, parameter: Int, offset: Float)] = []
    for view in chosen {
      jobs.append((view, -1, 0))
      for block in blocks {
        let probe = probe(block.unknown, view)
        for i in block.range where block.moves(view, i) {
          jobs += [(view, i, probe), (view, i, -probe)]
        }
      }
    }
    let here = self
    let listed = jobs
    let found = parallelMap(jobs.count, workers: workers) { k in
      let job = listed[k]
      guard job.parameter >= 0 else { return here.residuals(stage, job.view, scale: scale) }
      var moved = here
      var offsets = [Float](repeating: 0, count: count)
      offsets[job.parameter] = job.offset
      moved.apply(offsets, blocks, chosen: [job.view]) { _ in [1] }
      return moved.residuals(stage, job.view, scale: scale)
    }
    var equations = NormalEquations(parameterCount: count)
    var k = 0
    while k < jobs.count {
      let view = jobs[k].view
      let own = found[k]
      let weights = own.weights
      var columns: [[Float]] = []
      var parameters: [Int] = []
      k += 1
      while k < jobs.count, jobs[k].view == view, jobs[k].parameter >= 0 {
        let (ahead, behind) = (found[k], found[k + 1])
        let share = 1 / (2 * jobs[k].offset)
        columns.append(
          weights.indices.map { (ahead.values[$0] - behind.values[$0]) * (share * weights[$0]) })
        parameters.append(jobs[k].parameter)
        k += 2
      }
      equations.add(
        residuals: zip(own.values, weights).map { $0 * $1 }, columns: columns,
        parameters: parameters, value: own.cost)
    }
    return equations
  }

  /// Whether a step moves each parameter by a small part of a probe alone.
  private func isShort(_ step: [Double], _ blocks: [Block], _ chosen: [Int]) -> Bool {
    blocks.allSatisfy { block in
      block.range.allSatisfy { i in
        let view = block.countAView.map { (i - block.range.lowerBound) / $0 } ?? chosen[0]
        return abs(step[i]) < Self.leastStep * Double(probe(block.unknown, view))
      }
    }
  }

  /// How far an unknown is moved for a difference, in the units of its steps.
  private func probe(_ unknown: Unknown, _ view: Int) -> Float {
    guard let target = level?.targets[view] else { return 0.01 }
    let camera = camera(view, from: target.camera)
    switch unknown {
    case .shape, .color: return 0.01
    case .pose, .parts, .cameras, .principal:
      // A radius on the screen, pixels.
      let place = camera.cameraPoint(state.pose * objectCenter)
      let depth = camera.projection == .perspective ? Swift.max(place.z, radius) : 1
      let shown = Swift.max(camera.focal.x, camera.focal.y) * radius / depth
      return Swift.min(Self.probedPixels / Swift.max(shown, 1e-6), 0.05)
    case .focal:
      return Self.probedPixels * 2 / Float(Swift.max(camera.width, camera.height))
    case .light, .background, .exposure: return 0.01
    }
  }
}
