/// How far from a mask's outline the picture covers what it should not, or leaves open what it should cover.
///
/// Where overlap counts every wrong pixel alike, this counts a distant one more, so that a part which stands out is drawn in. It is the mean over
/// the picture of what Borgefors 1988, "Hierarchical Chamfer Matching", averages along outlines.
public enum MaskDistanceLoss {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// The loss's derivative by each pixel's coverage, `[H, W]`.
    public let slopes: [S]
  }

  /// `Σ wₚ (αₚ max(-dₚ, 0) + (1 - αₚ) max(dₚ, 0)) / Σ wₚ`; 0 where no pixel weighs anything.
  ///
  /// *Differentiable in* alpha, *constant in* the rest.
  /// - Parameters:
  ///   - alpha: the picture's coverage, `[H, W]`.
  ///   - distances: of each pixel from the mask's outline, positive inside, `[H, W]`, any unit.
  ///   - weights: one a pixel, `[H, W]`, not negative; nil weighs all alike.
  /// - Returns: the mean, in the unit of the distances, and the residual.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    alpha: [S], distances: [S], weights: [S]? = nil
  ) -> (value: S, residual: Residual<S>) {
    precondition(distances.count == alpha.count, "\(distances.count) of \(alpha.count) distances")
    precondition(weights.map { $0.count == alpha.count } ?? true, "\(weights?.count ?? 0) weights")
    var (sum, total) = (0.0, 0.0)
    for p in alpha.indices {
      let weight = weights?[p] ?? 1
      let d = distances[p]
      sum += Double(weight * (d > 0 ? (1 - alpha[p]) * d : alpha[p] * -d))
      total += Double(weight)
    }
    let scale = total > 0 ? 1 / total : 0
    let slopes = distances.indices.map { -distances[$0] * (weights?[$0] ?? 1) * S(scale) }
    return (S(sum * scale), Residual(slopes: slopes))
  }

  /// The adjoint of ``forward(alpha:distances:weights:)``: adds to alpha's cotangent `[H, W]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into alphaBar: inout [S]
  ) {
    precondition(alphaBar.count == residual.slopes.count, "\(alphaBar.count) cotangents")
    for p in alphaBar.indices { alphaBar[p] += valueBar * residual.slopes[p] }
  }
}
