// The laws behind edge profiles in stable form (math.md 1.3): logarithms of F and S, the density, and its quotients by
// S (hazard) and F (reverse hazard), none of them by a subtraction from 1. A symmetric law is worked out on its small side,
// S(|u|) <= 1/2. Mirrored laws are the same with the sides exchanged; see EdgeCoverage.
internal import RealModule

/// A law at one argument.
struct LawSample<S: RenderScalar>: Equatable, Sendable {
  /// log F; ``EdgeLaw/logZero`` where F is 0.
  var logCoverage: S
  /// log S; ``EdgeLaw/logZero`` where S is 0.
  var logSurvival: S
  /// f / S, 0 where S is 0.
  var hazard: S
  /// f / F, 0 where F is 0.
  var reverseHazard: S

  /// The mirror image: F and S change places.
  var mirrored: Self {
    LawSample(
      logCoverage: logSurvival, logSurvival: logCoverage, hazard: reverseHazard,
      reverseHazard: hazard)
  }
}

/// An unmirrored law: one of a mirrored pair stands for both.
struct EdgeLaw<S: RenderScalar>: Equatable, Sendable {
  let distribution: EdgeDistribution
  let shape: S

  init(_ distribution: EdgeDistribution, shape: S) {
    self.distribution = distribution
    self.shape = shape
  }

  /// Stands for the logarithm of 0: finite, so that no product of it is a NaN; exp of it is 0.
  static var logZero: S { -10_000 }

  /// The law at an argument.
  func sample(_ v: S) -> LawSample<S> {
    switch distribution {
    case .hard:
      v >= 0
        ? LawSample(logCoverage: 0, logSurvival: Self.logZero, hazard: 0, reverseHazard: 0)
        : LawSample(logCoverage: Self.logZero, logSurvival: 0, hazard: 0, reverseHazard: 0)
    case .uniform: uniform(v)
    case .cubicHermite: cubicHermite(v)
    case .wignerSemicircle: wignerSemicircle(v)
    case .gaussian: gaussian(v)
    case .laplace: symmetric(v, logSmall: -abs(v) - S.log(2), ratio: 1)
    case .logistic:
      symmetric(
        v, logSmall: -abs(v) - S.log(onePlus: S.exp(-abs(v))), ratio: 1 / (1 + S.exp(-abs(v))))
    case .gudermannian: gudermannian(v)
    case .cauchy: cauchy(v)
    case .reciprocal: symmetric(v, logSmall: -S.log(2 + 2 * abs(v)), ratio: 1 / (1 + abs(v)))
    case .gumbelMax, .gumbelMin: gumbelMax(v)
    case .exponential, .exponentialReversed: exponential(v)
    case .gamma, .gammaReversed: gamma(v)
    case .levy, .levyReversed: levy(v)
    }
  }

  /// Both sides from the small one, log S(|u|) and f / S there.
  private func symmetric(_ u: S, logSmall: S, ratio: S) -> LawSample<S> {
    let small = S.exp(logSmall)
    let logLarge = S.log(onePlus: -small)
    let largeRatio = ratio * small / (1 - small)
    let inside = LawSample(
      logCoverage: logLarge, logSurvival: max(logSmall, Self.logZero), hazard: ratio,
      reverseHazard: largeRatio)
    return u >= 0 ? inside : inside.mirrored
  }

  /// F = 0 or S = 0 on either side of a bounded law's support.
  private func outside(_ u: S) -> LawSample<S> {
    let inside = LawSample<S>(
      logCoverage: 0, logSurvival: Self.logZero, hazard: 0, reverseHazard: 0)
    return u >= 0 ? inside : inside.mirrored
  }

  private func uniform(_ u: S) -> LawSample<S> {
    let left = 1 - abs(u)
    guard left > 0 else { return outside(u) }
    return symmetric(u, logSmall: S.log(left / 2), ratio: 1 / left)
  }

  private func cubicHermite(_ u: S) -> LawSample<S> {
    // S = z² (3 - 2 z), f = 3 z (1 - z), z = (1 - |u|) / 2
    let z = (1 - abs(u)) / 2
    guard z > 0 else { return outside(u) }
    let rest = 3 - 2 * z
    return symmetric(
      u, logSmall: 2 * S.log(z) + S.log(rest), ratio: 3 * (1 - z) / (z * rest))
  }

  private func wignerSemicircle(_ u: S) -> LawSample<S> {
    // S = (θ - sin θ cos θ) / π with θ = acos |u|, f = 2 sin θ / π
    let a = abs(u)
    guard a < 1 else { return outside(u) }
    let sine = ((1 - a) * (1 + a)).squareRoot()
    let angle = S.atan2(y: sine, x: a)
    var area = angle - sine * a
    if angle < 1 / 2 {
      // (x - sin x) / 2 with x = 2 θ, as a series where it cancels.
      let x2 = 4 * angle * angle
      var term = angle * x2 / 6
      area = term
      var n: S = 4
      while abs(term) > S.ulpOfOne * area {
        term = -term * x2 / (n * (n + 1))
        area += term
        n += 2
      }
    }
    return symmetric(u, logSmall: S.log(area / S.pi), ratio: 2 * sine / area)
  }

  private func gaussian(_ u: S) -> LawSample<S> {
    let a = abs(u)
    let scaled = scaledComplementaryError(a / S.sqrt(2))
    return symmetric(
      u, logSmall: S.log(scaled / 2) - a * a / 2, ratio: S.sqrt(2 / S.pi) / scaled)
  }

  private func gudermannian(_ u: S) -> LawSample<S> {
    // S = (2/π) atan x, f = 2 x / (π (1 + x²)), x = exp(-|u|)
    let x = S.exp(-abs(u))
    let perX = x > S.ulpOfOne ? S.atan(x) / x : 1
    return symmetric(
      u, logSmall: S.log(2 / S.pi) - abs(u) + S.log(perX), ratio: 1 / (perX * (1 + x * x)))
  }

  private func cauchy(_ u: S) -> LawSample<S> {
    let a = abs(u)
    let angle = S.atan2(y: 1, x: a)
    return symmetric(u, logSmall: S.log(angle / S.pi), ratio: 1 / (angle * (1 + a * a)))
  }

  private func gumbelMax(_ u: S) -> LawSample<S> {
    // F = exp(-x), S = -expm1(-x), f = x F, x = exp(-u)
    let x = min(S.exp(min(-u, 80)), -Self.logZero)
    guard x > S.ulpOfOne else {
      return LawSample(
        logCoverage: -x, logSurvival: max(-u, Self.logZero), hazard: 1, reverseHazard: x)
    }
    let survival = -S.expMinusOne(-x)
    return LawSample(
      logCoverage: -x, logSurvival: S.log(survival), hazard: x * S.exp(-x) / survival,
      reverseHazard: x)
  }

  private func exponential(_ v: S) -> LawSample<S> {
    guard v > 0 else { return outside(-1) }
    let coverage = -S.expMinusOne(-v)
    return LawSample(
      logCoverage: S.log(coverage), logSurvival: max(-v, Self.logZero), hazard: 1,
      reverseHazard: S.exp(-v) / coverage)
  }

  private func gamma(_ v: S) -> LawSample<S> {
    guard v > 0 else { return outside(-1) }
    let value = IncompleteGamma(shape: shape, at: v)
    let ratio = S.exp(value.logDensity - value.logLarge)
    let small = LawSample<S>(
      logCoverage: max(value.logSmall, Self.logZero), logSurvival: value.logLarge, hazard: ratio,
      reverseHazard: 1 / value.smallPerDensity)
    return value.isLowerSmall ? small : small.mirrored
  }

  private func levy(_ v: S) -> LawSample<S> {
    // F = erfc z, S = erf z, f = exp(-z²) / sqrt(2 π v³), z = 1 / sqrt(2 v); below 5e-5 log F is below -10,000.
    guard v > 5e-5 else { return outside(-1) }
    let z2 = 1 / (2 * v)
    let z = z2.squareRoot()
    let peak = 1 / (S.sqrt(2 * S.pi) * v * v.squareRoot())
    let density = peak * S.exp(-z2)
    if z > 1 {
      let scaled = scaledComplementaryError(z)
      let coverage = scaled * S.exp(-z2)
      return LawSample(
        logCoverage: max(S.log(scaled) - z2, Self.logZero),
        logSurvival: S.log(onePlus: -coverage), hazard: density / (1 - coverage),
        reverseHazard: peak / scaled)
    }
    let survival = S.erf(z)
    return LawSample(
      logCoverage: S.log(onePlus: -survival), logSurvival: S.log(survival),
      hazard: density / survival, reverseHazard: density / (1 - survival))
  }

  /// -∂v/∂shape at constant F: `(∂F/∂shape) / f`; 0 but for the gamma laws.
  ///
  /// A change of the shape acts on coverage as this motion of the argument does.
  func shapeMotion(_ v: S) -> S {
    switch distribution {
    case .gamma, .gammaReversed:
      v > 0 ? IncompleteGamma(shape: shape, at: v).lowerShapeSlopePerDensity : 0
    case .hard, .uniform, .cubicHermite, .wignerSemicircle, .gaussian, .laplace, .logistic,
      .gudermannian, .cauchy, .reciprocal, .gumbelMax, .gumbelMin, .exponential,
      .exponentialReversed, .levy, .levyReversed:
      0
    }
  }
}
