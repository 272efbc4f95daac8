internal import RealModule

/// The law of the noise `Z` that a perturbed function is averaged over; its density is proportional to `exp(-ν(z))`.
public enum PerturbationNoise: String, CaseIterable, Codable, Sendable {
  /// The standard normal law.
  case gaussian
  /// The standard Cauchy law, without mean and variance.
  case cauchy
  /// The standard logistic law.
  case logistic
  /// The standard Gumbel law (of maxima), the only one of these that is not symmetric.
  case gumbel

  /// ∇ν, the score with its sign changed; its expectation is 0, that of `z ∇ν(z)` is 1.
  ///
  /// Source: Le Lidec, Laptev, Schmid, Carpentier 2021, "Differentiable Rendering with Perturbed Optimizers", section 3.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func score<S: RenderScalar>(_ z: S) -> S {
    switch self {
    case .gaussian: return z
    case .cauchy: return 2 * z / (1 + z * z)
    case .logistic: return S.tanh(z / 2)
    case .gumbel: return 1 - S.exp(-z)
    }
  }

  /// The probability that `-Z` is below `u`: the coverage that averaging a step over this noise makes.
  ///
  /// The logistic, normal and Cauchy distribution functions, and for Gumbel noise that of the least of many.
  /// - Parameter u: standardised signed distance, positive inside.
  /// - Returns: the coverage, in [0, 1].
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func coverage<S: RenderScalar>(_ u: S) -> S {
    switch self {
    case .gaussian: return S.erfc(-u * S.sqrt(1 / 2)) / 2
    case .cauchy: return S.atan2(y: 1, x: -u) / S.pi
    case .logistic:
      let e = S.exp(-u.magnitude)
      return (u >= 0 ? 1 : e) / (1 + e)
    case .gumbel: return -S.expMinusOne(-S.exp(u))
    }
  }

  /// The derivative of ``coverage(_:)``.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func coverageSlope<S: RenderScalar>(_ u: S) -> S {
    switch self {
    case .gaussian: return S.exp(-u * u / 2) / S.sqrt(2 * S.pi)
    case .cauchy: return 1 / (S.pi * (1 + u * u))
    case .logistic:
      let e = S.exp(-u.magnitude)
      return e / ((1 + e) * (1 + e))
    case .gumbel: return S.exp(u - S.exp(u))
    }
  }

  /// How far outside an edge the coverage may exceed a bound: `coverage(-reach(delta))` is at most `delta`.
  ///
  /// Exact but for the normal law, whose tail is bounded by `exp(-u² / 2) / 2`.
  /// - Parameter delta: the bound, in [0, 0.25].
  /// - Returns: a standardised distance; infinity for the bound 0.
  func reach<S: RenderScalar>(_ delta: S) -> S {
    guard delta > 0 else { return .infinity }
    switch self {
    case .gaussian: return (-2 * S.log(2 * delta)).squareRoot()
    case .cauchy: return 1 / S.tan(S.pi * delta)
    case .logistic: return S.log(onePlus: -delta) - S.log(delta)
    case .gumbel: return -S.log(-S.log(onePlus: -delta))
    }
  }

  /// Two independent draws and their mirror images, which are as likely as they.
  struct Draws<S: RenderScalar> {
    var values: SIMD2<S>
    /// `-values` for symmetric laws; for Gumbel noise the quantile of `1 - U` where `U` is that of the draw.
    var mirrored: SIMD2<S>
  }

  /// Draws from two uniform numbers, by quantiles, the normal law by pairs (Box, Muller 1958).
  func draws<S: RenderScalar>(_ u: SIMD2<Double>) -> Draws<S> {
    let z: SIMD2<Double>
    switch self {
    case .gaussian:
      let radius = (-2 * Double.log(u.x)).squareRoot()
      z = SIMD2(Double.cos(2 * .pi * u.y), Double.sin(2 * .pi * u.y)) * radius
    case .cauchy:
      z = SIMD2(-1 / Double.tan(.pi * u.x), -1 / Double.tan(.pi * u.y))
    case .logistic:
      func quantile(_ u: Double) -> Double { Double.log(u) - Double.log(onePlus: -u) }
      z = SIMD2(quantile(u.x), quantile(u.y))
    case .gumbel:
      z = SIMD2(-Double.log(-Double.log(u.x)), -Double.log(-Double.log(u.y)))
      let mirrored = SIMD2(
        -Double.log(-Double.log(onePlus: -u.x)), -Double.log(-Double.log(onePlus: -u.y)))
      return Draws(values: SIMD2<S>(S(z.x), S(z.y)), mirrored: SIMD2(S(mirrored.x), S(mirrored.y)))
    }
    let values = SIMD2<S>(S(z.x), S(z.y))
    return Draws(values: values, mirrored: -values)
  }
}

/// What makes sampled gradients less noisy without moving their mean.
public struct VarianceReduction: OptionSet, Equatable, Hashable, Sendable {
  /// The bits.
  public let rawValue: Int
  /// Makes a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Subtracts the unperturbed value from every perturbed one; the score's mean is 0.
  ///
  /// It mostly helps, but it can raise the deviation where the unperturbed value is an extreme one.
  public static let controlVariate = VarianceReduction(rawValue: 1)
  /// Uses every draw twice, as it is and mirrored.
  public static let antithetic = VarianceReduction(rawValue: 2)
}
