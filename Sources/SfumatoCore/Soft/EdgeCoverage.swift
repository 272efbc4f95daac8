internal import RealModule

/// The coverage profile of one edge width: coverage and its logarithms as functions of the signed distance.
///
/// With `u` the standardised signed distance (`s d / w` or `s d² / w²`) and `F` the distribution, the coverage is
/// `D = (F(u) - delta) / (1 - delta)` above the cut `F(u) = delta`, and nothing below: it reaches 0 without a step.
public struct EdgeCoverage<S: RenderScalar>: Equatable, Sendable {
  /// Whether the distance is squared, its sign kept.
  public let squared: Bool
  /// One over the scale of the distance: 1 / w, or 1 / w² where squared.
  public let inverseScale: S
  /// The tail bound, delta.
  public let tailBound: S
  /// The distance outside a face at which its coverage ends, pixels; infinity without a bound.
  public let reach: S
  /// log(1 - delta).
  let logRescale: S

  /// The profile of some settings.
  public init(_ settings: SoftSettings<S>) {
    let width = settings.edgeWidthPixels
    squared = settings.profile.squared
    inverseScale = squared ? 1 / (width * width) : 1 / width
    tailBound = settings.tailBound
    if tailBound > 0 {
      let cut = S.log(onePlus: -tailBound) - S.log(tailBound)  // minus the quantile of delta
      reach = squared ? width * cut.squareRoot() : width * cut
    } else {
      reach = .infinity
    }
    logRescale = S.log(onePlus: -tailBound)
  }

  /// The coverage at one signed distance, in logarithms, with the hazards that the adjoint needs.
  public struct Sample: Equatable, Sendable {
    /// log D.
    public var logCoverage: S
    /// log(1 - D).
    public var logSurvival: S
    /// -∂ log(1 - D) / ∂u.
    public var hazard: S
    /// ∂ log D / ∂u.
    public var reverseHazard: S
  }

  /// The coverage at a signed distance (pixels, positive inside), or nil where it is zero.
  ///
  /// Source: math.md 1.3, logistic row, with the shift and rescaling of math.md 1.4.
  public func sample(signedDistance d: S) -> Sample? {
    let u = (squared ? d * abs(d) : d) * inverseScale
    let e = S.exp(-abs(u))
    let r = 1 / (1 + e)
    let upper: S = u >= 0 ? r : e * r  // F
    let softplus: S = max(u, 0) + S.log(onePlus: e)
    let excess = upper - tailBound
    guard excess > 0 || tailBound == 0 else { return nil }
    let logSurvival = -softplus - logRescale
    if tailBound == 0 {
      return Sample(
        logCoverage: u - softplus, logSurvival: logSurvival, hazard: upper,
        reverseHazard: u >= 0 ? e * r : r)
    }
    return Sample(
      logCoverage: S.log(excess) - logRescale, logSurvival: logSurvival, hazard: upper,
      reverseHazard: e * r * r / excess)
  }

  /// ∂u/∂d at a signed distance.
  public func standardizedSlope(signedDistance d: S) -> S {
    squared ? 2 * abs(d) * inverseScale : inverseScale
  }
}
