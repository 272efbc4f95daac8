// A step without gradient: the loss at points around the parameters, and an optimiser that needs no more.
//
// Parameters are in units of their Gaussian's width at the stage's first step, in the order of the configuration's unknowns. A
// pair of points differs in one parameter alone. Where that is a camera's, all other views cancel and only its own is
// rendered.
internal import SfumatoCore
internal import SfumatoSolve

extension SceneRegression {
  /// A part of the parameters: one unknown's.
  struct Block: Sendable {
    var unknown: Unknown
    var range: Range<Int>
    /// The width of each parameter, over and over: one a number, or those of a turn and a shift.
    var sigmas: [Float]
    /// The learning rate of the widest.
    var rate: Float

    /// How many numbers each view has of its own; nil where all views share them.
    var countAView: Int? {
      switch unknown {
      case .cameras: 6
      case .exposure: 3
      case .shape, .color, .pose, .parts, .focal, .principal, .light, .background: nil
      }
    }

    /// Whether a parameter of the block moves a view.
    func moves(_ view: Int, _ parameter: Int) -> Bool {
      countAView.map { (parameter - range.lowerBound) / $0 == view } ?? true
    }

    /// The learning rate of each parameter, over and over.
    var rates: [Float] {
      let widest = sigmas.max() ?? 1
      return sigmas.map { rate * ($0 / widest) }
    }
  }

  /// How many numbers a stage's optimiser has where it needs no gradient, else 0.
  func parameterCount(_ stage: FitConfig.Stage) -> Int {
    switch stage.optimizer {
    case .adam, .sgd, .lbfgs, .leastSquares: 0
    case .parameterSpace: blocks(stage).last?.range.upperBound ?? 0
    }
  }

  /// The parts of the parameters, in the order of the unknowns.
  func blocks(_ stage: FitConfig.Stage) -> [Block] {
    var blocks: [Block] = []
    for unknown in moving(stage) {
      let rates = stage.learningRates
      let (count, rate) =
        switch unknown {
        case .shape: (state.mesh.positions.count, rates.shape)
        case .color: (state.colorsSRGB.count, rates.color)
        case .pose: (6, rates.pose)
        case .parts: (6 * state.parts.count, rates.parts)
        case .cameras: (6 * state.cameras.count, rates.cameras)
        case .focal: (1, rates.focal)
        case .principal: (2, rates.principal)
        case .light: (config.lightModel.parameterCount, rates.light)
        case .background: (3, rates.background)
        case .exposure: (3 * state.cameras.count, rates.exposure)
        }
      let widths = stage.parameterSpace.sigma.named(unknown).map { Float($0.sigma) }
      let sigmas = widths.count == 2 ? widths.flatMap { [$0, $0, $0] } : widths
      let first = blocks.last?.range.upperBound ?? 0
      blocks.append(
        Block(
          unknown: unknown, range: first..<first + count, sigmas: sigmas, rate: Float(rate)))
    }
    return blocks
  }

  /// Moves the unknowns by offsets, each parameter by those times its own factor.
  mutating func apply(
    _ offsets: [Float], _ blocks: [Block], chosen: [Int], factors: (Block) -> [Float]
  ) {
    for block in blocks {
      let scales = factors(block)
      let step = block.range.map { i in
        offsets[i] * scales[(i - block.range.lowerBound) % scales.count]
      }[...]
      switch block.unknown {
      case .shape: applyShape(step)
      case .color: applyColors(step)
      case .pose: applyPose(step)
      case .parts: applyParts(step)
      case .cameras: applyCameras(step, chosen: chosen)
      case .focal: applyFocal(step)
      case .principal: applyPrincipal(step)
      case .light: applyLight(step)
      case .background: applyBackground(step)
      case .exposure: applyExposures(step, chosen: chosen)
      }
    }
  }

  /// The loss of some views, summed in their order.
  private func loss(
    _ stage: FitConfig.Stage, _ views: [Int], scale: Float, workers: Workers
  ) -> Float {
    guard let level, !views.isEmpty else { return 0 }
    let cameras = views.map { camera($0, from: level.targets[$0].camera) }
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: mode(stage, smoothing(stage)), workers: workers))
    let pictures = renderer.render(stageScene, cameras, outputs: outputs(stage))
    return views.indices.reduce(0) { sum, i in
      let target = level.targets[views[i]]
      return sum
        + ViewLoss.value(
          exposed(pictures[i], views[i], as: target), target, losses: stage.losses,
          frame: frame(cameras[i]), scale: scale)
    }
  }

  /// One step without gradient: the loss before it, and whether it was taken.
  ///
  /// Two losses that are not both finite count as equal, as do those of views that the step does not see; where all
  /// are so, the step is not taken.
  mutating func advanceByLosses(_ stage: FitConfig.Stage) -> (loss: Float, isTaken: Bool) {
    let settings = stage.parameterSpace
    let chosen = views(stage)
    let blocks = blocks(stage)
    let scale = 1 / Float(chosen.count)
    let current = loss(stage, chosen, scale: scale, workers: workers)
    var optimizer = state.parameterOptimizer
    // Of the place in the plan, so that a step that is not taken does not draw the same again.
    optimizer.seed =
      UInt64(truncatingIfNeeded: config.seed) &* 1_000_003
      &+ UInt64(state.stage) &* 10_007 &+ UInt64(state.step) &* 0x9E37_79B9_7F4A_7C15
    let sigma = ParameterSpaceAdam<Float>.sigma(
      from: 1, to: Float(settings.sigmaEnd), step: state.step, of: stage.steps)
    let offsets = optimizer.offsets(sigma: sigma, pairs: settings.pairs)
    let here = self
    var losses = parallelMap(offsets.count, workers: workers) { k in
      let parameter = k / (2 * settings.pairs)
      let seen = here.views(movedBy: parameter, of: blocks, among: chosen)
      guard !seen.isEmpty else { return Float.nan }
      var trial = here
      trial.apply(offsets[k], blocks, chosen: chosen) { $0.sigmas }
      return trial.loss(stage, seen, scale: scale, workers: .serial)
    }
    var isBlind = true
    for k in stride(from: 0, to: losses.count, by: 2) {
      if (losses[k] - losses[k + 1]).isFinite {
        isBlind = false
      } else {
        (losses[k], losses[k + 1]) = (0, 0)
      }
    }
    guard !isBlind else { return (current, false) }
    let before = state
    let step = optimizer.step(losses: losses, sigma: sigma, learningRate: 1)
    state.parameterOptimizer = optimizer
    let rate = Float(smoothing(stage).rate)
    apply(step, blocks, chosen: chosen) { $0.rates.map { $0 * rate } }
    holdMeanExposure()
    guard state.isFinite else {
      state = before
      return (current, false)
    }
    return (current, true)
  }

  /// Which of the chosen views a parameter changes.
  private func views(movedBy parameter: Int, of blocks: [Block], among chosen: [Int]) -> [Int] {
    guard let block = blocks.first(where: { $0.range.contains(parameter) }) else { return chosen }
    return chosen.filter { block.moves($0, parameter) }
  }
}
