// The regularised incomplete gamma functions P(p, v) and Q = 1 - P, each where it is the small one: P by its series below
// v = p + 1, Q by its continued fraction above; with their derivatives in the shape, term by term.
//
// Source: Gautschi 1979, "A Computational Procedure for Incomplete Gamma Functions"; derivatives as in Moore 1982,
// "Algorithm AS 187", but on the fraction's recurrence from the inside out.
internal import RealModule

/// The incomplete gamma function of one shape at one argument.
struct IncompleteGamma<S: RenderScalar>: Equatable, Sendable {
  /// Whether P is the small side; else Q.
  let isLowerSmall: Bool
  /// log(v^(p - 1) e^-v / Γ(p)).
  let logDensity: S
  /// The small side over the density.
  let smallPerDensity: S
  /// ∂ log(small side) / ∂p.
  private let logSmallSlope: S

  /// Evaluates at v > 0 for a shape p > 0.
  init(shape p: S, at v: S) {
    isLowerSmall = v < p + 1
    logDensity = (p - 1) * S.log(v) - v - S.logGamma(p)
    if isLowerSmall {
      // P = v^p e^-v / Γ(p + 1) Σ v^n / ((p + 1) ... (p + n))
      var term: S = 1
      var sum: S = 1
      var harmonic: S = 0
      var slope: S = 0
      var n: S = 1
      while term > sum * S.ulpOfOne / 4 {
        term *= v / (p + n)
        harmonic += 1 / (p + n)
        sum += term
        slope -= term * harmonic
        n += 1
      }
      smallPerDensity = sum * v / p
      logSmallSlope = S.log(v) - digamma(p + 1) + slope / sum
    } else {
      // Q = v^p e^-v / Γ(p) / (v + 1 - p - 1 (1 - p) / (v + 3 - p - 2 (2 - p) / ...))
      var n: S = v > 20 ? 60 : 300
      var fraction = v + 2 * n + 1 - p
      var slope: S = -1
      while n > 0 {
        let inner = fraction
        fraction = v + 2 * n - 1 - p - n * (n - p) / inner
        slope = -1 + n / inner + n * (n - p) / (inner * inner) * slope
        n -= 1
      }
      smallPerDensity = v / fraction
      logSmallSlope = S.log(v) - digamma(p) - slope / fraction
    }
  }

  /// The logarithm of the small side.
  var logSmall: S { logDensity + S.log(smallPerDensity) }

  /// The logarithm of the other side.
  var logLarge: S { S.log(onePlus: -min(S.exp(logSmall), 1 - S.ulpOfOne)) }

  /// (∂P/∂p) / (∂P/∂v).
  var lowerShapeSlopePerDensity: S {
    (isLowerSmall ? smallPerDensity : -smallPerDensity) * logSmallSlope
  }
}

/// The derivative of log Γ for x > 0.
///
/// Source: Abramowitz and Stegun 1964, 6.3.5 (recurrence up to 10) and 6.3.18 (asymptotic series).
func digamma<S: RenderScalar>(_ x: S) -> S {
  var x = x
  var result: S = 0
  while x < 10 {
    result -= 1 / x
    x += 1
  }
  let y = 1 / (x * x)
  // 1/12, 1/120, 1/252, 1/240, 1/132, 691/32760, 1/12
  var series: S = y / 12
  series = y * (691 / 32760 - series)
  series = y * (1 / 132 - series)
  series = y * (1 / 240 - series)
  series = y * (1 / 252 - series)
  series = y * (1 / 120 - series)
  series = y * (1 / 12 - series)
  return result + S.log(x) - 1 / (2 * x) - series
}

/// exp(x²) erfc(x) for x >= 0.
///
/// Beyond 2 by the continued fraction of Abramowitz and Stegun 1964, 7.1.14, from the inside out.
func scaledComplementaryError<S: RenderScalar>(_ x: S) -> S {
  guard x > 2 else { return S.exp(x * x) * S.erfc(x) }
  var n: S = x > 6 ? 30 : 120
  var fraction = x
  while n > 0 {
    fraction = x + n / (2 * fraction)
    n -= 1
  }
  return 1 / (S.pi.squareRoot() * fraction)
}
