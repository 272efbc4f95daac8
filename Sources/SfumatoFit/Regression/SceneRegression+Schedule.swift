// How the smoothing narrows over a stage: along a fixed curve, or when less of it would lower the loss.
//
// Adaptive, after Le Lidec, Laptev, Schmid, Carpentier 2021, "Differentiable Rendering with Perturbed Optimizers", section 4
// and their program: v <- beta v + (1 - beta) dL/dsmoothing; when v is positive, width, temperature and learning rates
// shrink and Adam starts anew. Departures: the slope is the soft renderer's exact one (their printed constant for sampled
// slopes is wrong), it is per logarithm of the parameter, and by default it is that of width and temperature shrinking together
// by the same factor, which is what a narrowing does.
internal import RealModule
internal import SfumatoCore

/// Where an adaptive schedule stands.
struct Narrowing: Equatable, Sendable {
  /// The running mean of the loss's slope.
  var slope: Float = 0
  /// How often the smoothing has narrowed.
  var count = 0
  /// The lowest loss of a step that was taken.
  var lowestLoss = Float.infinity
}

/// How smooth a step is.
struct StepSmoothing: Equatable, Sendable {
  /// Pixels of the stage's images.
  var edgeWidthPixels: Float
  /// Of the depth softmax.
  var depthTemperature: Float
  /// The learning rates, as a fraction of those at the start.
  var rate: Double
}

extension SceneRegression {
  /// How smooth the present step of a stage is.
  func smoothing(_ stage: FitConfig.Stage) -> StepSmoothing {
    let widths = stage.edgeWidthPixels
    switch stage.schedule {
    case .fixed:
      return StepSmoothing(
        edgeWidthPixels: Float(stage.anneal(widths[0], widths[1], step: state.step)),
        depthTemperature: Float(stage.depthTemperature),
        rate: stage.anneal(1, stage.learningRateEnd, step: state.step))
    case .adaptive:
      let settings = stage.adaptive
      let shrinking = Double.pow(settings.factor, Double(state.narrowing.count))
      let slowing = Double.pow(settings.rateFactor, Double(state.narrowing.count))
      return StepSmoothing(
        edgeWidthPixels: Float(Swift.max(widths[0] / shrinking, widths[1])),
        depthTemperature: Float(
          Swift.max(stage.depthTemperature / shrinking, settings.depthTemperatureMinimum)),
        rate: Swift.max(1 / slowing, stage.learningRateEnd))
    }
  }

  /// Takes in the slope of an adaptive stage's loss, and narrows where it is time to.
  mutating func narrow(
    _ stage: FitConfig.Stage, _ bar: SmoothingGradient<Float>, _ smoothing: StepSmoothing
  ) {
    let settings = stage.adaptive
    let width = bar.edgeWidthPixels * smoothing.edgeWidthPixels
    let temperature = bar.gamma * smoothing.depthTemperature
    let slope =
      switch settings.watch {
      case .both: width + temperature
      case .edgeWidth: width
      case .depthTemperature: temperature
      }
    let beta = Float(settings.beta)
    state.narrowing.slope = beta * state.narrowing.slope + (1 - beta) * slope
    let done = state.step + 1
    guard done >= settings.wait, done % settings.interval == 0, state.narrowing.slope > 0 else {
      return
    }
    let least = StepSmoothing(
      edgeWidthPixels: Float(stage.edgeWidthPixels[1]),
      depthTemperature: Float(settings.depthTemperatureMinimum), rate: stage.learningRateEnd)
    guard smoothing != least else { return }
    state.narrowing.count += 1
    state.resetOptimizers()
  }

  /// Keeps a state whose loss is the lowest of an adaptive stage that sees all views at each step.
  mutating func keep(_ before: FitState, of stage: FitConfig.Stage, loss: Float, viewCount: Int) {
    guard stage.schedule == .adaptive, stage.adaptive.keepsBest,
      viewCount == targetViews.count, loss < state.narrowing.lowestLoss
    else { return }
    state.narrowing.lowestLoss = loss
    state.best = [before.kept]
  }
}
