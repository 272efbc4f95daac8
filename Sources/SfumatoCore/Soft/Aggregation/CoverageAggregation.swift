internal import RealModule

/// How the coverages of several faces make the alpha of a pixel: a T-conorm, or a mean.
///
/// Order-free, from 0 for no face to 1. Source: Klement, Mesiar and Pap 2000, "Triangular Norms"; as a family for
/// rendering, Petersen et al. 2022, "GenDR", table 2.
public enum CoverageAggregation<S: RenderScalar>: Equatable, Sendable {
  /// Independent events: `alpha = 1 - Π (1 - D)`.
  case probabilistic
  /// The largest coverage; the first of equal ones takes the gradient.
  case max
  /// `(a + b) / (1 + a b)`.
  case einstein
  /// Hamacher's, parameter >= 0: 0 adds odds, 1 is probabilistic, 2 Einstein's, infinity drastic.
  case hamacher(S)
  /// Frank's, parameter >= 0: 0 is the maximum, 1 probabilistic, infinity Łukasiewicz's.
  case frank(S)
  /// Yager's, parameter >= 0: 0 is drastic, 1 Łukasiewicz's, infinity the maximum.
  case yager(S)
  /// Aczel's and Alsina's, parameter >= 0: 0 is drastic, 1 probabilistic, infinity the maximum.
  case aczelAlsina(S)
  /// Dombi's, parameter >= 0: 0 is drastic, 1 adds odds, infinity the maximum.
  case dombi(S)
  /// Schweizer's and Sklar's, any parameter: -infinity is the maximum, 0 probabilistic, above 0 it saturates.
  case schweizerSklar(S)
  /// `min(1, Σ D)`.
  case lukasiewicz
  /// One coverage stands for itself, two make 1.
  case drastic
  /// The mean of all faces' coverages, as SoftRas' `sum`: no coverage, for it shrinks as faces are added.
  case sum
  /// 1 where any coverage exceeds 1/2, else 0; no gradient.
  case hard

  /// Why the parameter has no meaning, or nil.
  public var complaint: String? {
    func least(_ name: String, _ p: S) -> String? {
      p >= 0 ? nil : "\(name) needs a parameter of at least 0, not \(p)"
    }
    switch self {
    case .probabilistic, .max, .einstein, .lukasiewicz, .drastic, .sum, .hard: return nil
    case .hamacher(let p): return least("hamacher", p)
    case .frank(let p): return least("frank", p)
    case .yager(let p): return least("yager", p)
    case .aczelAlsina(let p): return least("aczel-alsina", p)
    case .dombi(let p): return least("dombi", p)
    case .schweizerSklar(let p):
      return p.isNaN ? "schweizer-sklar needs a number, not \(p)" : nil
    }
  }

  /// The parameter, where there is one.
  public var parameter: S? {
    switch self {
    case .probabilistic, .max, .einstein, .lukasiewicz, .drastic, .sum, .hard: nil
    case .hamacher(let p), .frank(let p), .yager(let p), .aczelAlsina(let p), .dombi(let p),
      .schweizerSklar(let p):
      p
    }
  }

  /// The same aggregation where a parameter names a simpler member, or is so near to one that the general formula
  /// would lose its digits: within 1e-4 of 1 or 0 where that member is probabilistic (the members differ by less than that), and
  /// beyond 1e4 or below 1e-4 at the limits.
  var canonical: Self {
    let large: S = 10_000
    let small: S = 1 / 10_000
    switch self {
    case .probabilistic, .max, .einstein, .lukasiewicz, .drastic, .sum, .hard: return self
    case .hamacher(let p):
      return p == 1 ? .probabilistic : p == 2 ? .einstein : p.isInfinite ? .drastic : self
    case .frank(let p):
      if p.isInfinite { return .lukasiewicz }
      return p < 1e-30 ? .max : abs(p - 1) < small ? .probabilistic : self
    case .yager(let p):
      return p > large ? .max : p < small ? .drastic : p == 1 ? .lukasiewicz : self
    case .aczelAlsina(let p):
      return p > large ? .max : p < small ? .drastic : p == 1 ? .probabilistic : self
    case .dombi(let p):
      return p > large ? .max : p < small ? .drastic : p == 1 ? .hamacher(0) : self
    case .schweizerSklar(let p):
      if p > large { return .drastic }
      return p < -large ? .max : abs(p) < small ? .probabilistic : p == 1 ? .lukasiewicz : self
    }
  }
}
