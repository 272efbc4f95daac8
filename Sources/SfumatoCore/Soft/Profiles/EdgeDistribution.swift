/// A probability law whose cumulative function F is the fall-off of coverage across an edge.
///
/// The laws of Petersen et al. 2022, "GenDR", table 1; `u` is the standardised signed distance, positive inside.
public enum EdgeDistribution: String, CaseIterable, Codable, Sendable {
  /// A step: no gradient.
  case hard
  /// `F = (1 + u) / 2` on [-1, 1].
  case uniform
  /// Density `3/4 (1 - u²)` on [-1, 1].
  case cubicHermite = "cubic-hermite"
  /// Density `2/π sqrt(1 - u²)` on [-1, 1].
  case wignerSemicircle = "wigner-semicircle"
  /// The normal law.
  case gaussian
  /// Density `exp(-|u|) / 2`.
  case laplace
  /// `F = 1 / (1 + exp(-u))`.
  case logistic
  /// The hyperbolic secant law, `F = (2/π) atan(exp(u))`.
  case gudermannian
  /// `F = 1/2 + atan(u) / π`; its tail falls off as 1 / u.
  case cauchy
  /// `F = 1/2 + u / (2 (1 + |u|))`; its tail falls off as 1 / u.
  case reciprocal
  /// `F = exp(-exp(-u))`.
  case gumbelMax = "gumbel-max"
  /// `F = 1 - exp(-exp(u))`.
  case gumbelMin = "gumbel-min"
  /// `F = 1 - exp(-u)` for u > 0.
  case exponential
  /// `F = exp(u)` for u < 0: the profile of DIB-R.
  case exponentialReversed = "exponential-reversed"
  /// The regularised lower incomplete gamma function `P(shape, u)` for u > 0.
  case gamma
  /// `F = Q(shape, -u)` for u < 0.
  case gammaReversed = "gamma-reversed"
  /// `F = erfc(1 / sqrt(2 u))` for u > 0; its tail falls off as 1 / sqrt(u).
  case levy
  /// `F = erf(1 / sqrt(-2 u))` for u < 0.
  case levyReversed = "levy-reversed"

  /// Whether coverage falls off so slowly outside a face that a small tail bound reaches across the picture.
  public var hasHeavyTail: Bool {
    switch self {
    case .cauchy, .reciprocal, .levyReversed: true
    case .hard, .uniform, .cubicHermite, .wignerSemicircle, .gaussian, .laplace, .logistic,
      .gudermannian, .gumbelMax, .gumbelMin, .exponential, .exponentialReversed, .gamma,
      .gammaReversed, .levy:
      false
    }
  }

  /// Whether it is the mirror image of another: `F(u) = 1 - G(-u)`.
  var isMirrored: Bool {
    switch self {
    case .gumbelMin, .exponentialReversed, .gammaReversed, .levyReversed: true
    case .hard, .uniform, .cubicHermite, .wignerSemicircle, .gaussian, .laplace, .logistic,
      .gudermannian, .cauchy, .reciprocal, .gumbelMax, .exponential, .gamma, .levy:
      false
    }
  }
}
