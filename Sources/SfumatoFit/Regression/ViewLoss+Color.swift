// The terms that look at colours, sRGB encoded.
internal import SfumatoCore

extension FitConfig.Losses {
  /// What a difference of colours costs.
  func colorPenalty<S: RenderScalar>() -> PixelPenalty<S> {
    switch colorLoss {
    case .huber: .huber(delta: S(huberDelta))
    case .l1: .l1
    case .l2: .l2
    case .charbonnier: .charbonnier(epsilon: S(huberDelta))
    case .gemanMcClure: .gemanMcClure(scale: S(huberDelta))
    }
  }
}

extension ViewLoss {
  /// One minus the structural similarity over the target's mask, at one scale or several; adds to the colours' cotangent where there is a place for it.
  ///
  /// Where the target is ignored both are grey, so that windows beside see no difference there.
  static func similarity<S: RenderScalar>(
    _ encoded: [S], _ target: ScaledTarget<S>, isMultiScale: Bool = false, width: Int,
    height: Int, valueBar: S, bar: inout [S]
  ) -> S {
    var (image, goal, weights) = (encoded, target.colorSRGB, target.alpha)
    if let kept = target.weights {
      for p in kept.indices {
        weights[p] *= kept[p]
        for i in 3 * p..<3 * p + 3 {
          image[i] = S(0.5) + (kept[p] > 0 ? kept[p] * (image[i] - S(0.5)) : 0)
          goal[i] = S(0.5) + (kept[p] > 0 ? kept[p] * (goal[i] - S(0.5)) : 0)
        }
      }
    }
    var imageBar = [S](repeating: 0, count: bar.isEmpty ? 0 : image.count)
    let loss: S
    if isMultiScale {
      let found = MultiScaleSSIMLoss.forward(
        image: image, target: goal, weights: weights, width: width, height: height, channels: 3)
      loss = found.value
      if !bar.isEmpty {
        MultiScaleSSIMLoss.backward(found.residual, valueBar: valueBar, into: &imageBar)
      }
    } else {
      let found = SSIMLoss.forward(
        image: image, target: goal, weights: weights, width: width, height: height, channels: 3)
      loss = found.value
      if !bar.isEmpty { SSIMLoss.backward(found.residual, valueBar: valueBar, into: &imageBar) }
    }
    for i in bar.indices { bar[i] += imageBar[i] * (target.weights?[i / 3] ?? 1) }
    return loss
  }
}
