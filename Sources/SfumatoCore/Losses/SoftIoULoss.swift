/// One minus the soft intersection over union of two masks.
///
/// Source: Liu et al. 2019, "Soft Rasterizer", eq. 12, without its constant in the quotient.
public enum SoftIoULoss {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// The target mask, `[H, W]`.
    public let target: [S]
    /// One weight a pixel, `[H, W]`, or nil for 1.
    public let weights: [S]?
    /// `Σ w α t`.
    public let intersection: S
    /// `Σ w (α + t - α t)`; where it is not above 0 there is no gradient.
    public let union: S
  }

  /// `1 - Σ w α t / Σ w (α + t - α t)` over one image; masks in 0...1, weights not negative, nil weighs all alike.
  ///
  /// *Differentiable in* alpha, *constant in* target and weights. Where both masks are empty, or there is no
  /// pixel, they agree: the value is 0 with no gradient. Against an empty target a mask costs 1 whatever
  /// its size, so there is no gradient either. Sums run in `Double`, in order.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    alpha: [S], target: [S], weights: [S]? = nil
  ) -> (value: S, residual: Residual<S>) {
    precondition(alpha.count == target.count, "alpha \(alpha.count), target \(target.count)")
    var intersection = 0.0
    var union = 0.0
    if let weights {
      precondition(weights.count == alpha.count, "\(weights.count) weights, alpha \(alpha.count)")
      for i in alpha.indices where weights[i] != 0 {
        let both = alpha[i] * target[i]
        intersection += Double(weights[i] * both)
        union += Double(weights[i] * (alpha[i] + target[i] - both))
      }
    } else {
      for i in alpha.indices {
        let both = alpha[i] * target[i]
        intersection += Double(both)
        union += Double(alpha[i] + target[i] - both)
      }
    }
    let residual = Residual(
      target: target, weights: weights, intersection: S(intersection), union: S(union))
    return (union > 0 ? S(1 - intersection / union) : 0, residual)
  }

  /// The adjoint of ``forward(alpha:target:weights:)``: adds to alpha's cotangent `[H, W]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into alphaBar: inout [S]
  ) {
    let target = residual.target
    precondition(alphaBar.count == target.count, "\(alphaBar.count) of \(target.count)")
    guard residual.union > 0 else { return }
    // -t / U + (1 - t) I / U²: in on the target's pixels, out elsewhere.
    let inside = -valueBar / residual.union
    let outside = valueBar * (residual.intersection / residual.union) / residual.union
    guard let weights = residual.weights else {
      for i in target.indices { alphaBar[i] += inside * target[i] + outside * (1 - target[i]) }
      return
    }
    for i in target.indices where weights[i] != 0 {
      alphaBar[i] += weights[i] * (inside * target[i] + outside * (1 - target[i]))
    }
  }
}
