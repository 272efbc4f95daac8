internal import RealModule

extension EdgeLaw {
  /// The argument at which F is `probability`: the end of the support at 0 and 1, infinite where there is none.
  func quantile(_ probability: S) -> S {
    let p = probability
    guard p > 0 else { return support.lower }
    guard p < 1 else { return support.upper }
    switch distribution {
    case .hard: return 0
    case .uniform: return 2 * p - 1
    case .laplace: return p < 1 / 2 ? S.log(2 * p) : -S.log(2 - 2 * p)
    case .logistic: return S.log(p) - S.log(onePlus: -p)
    case .gudermannian: return S.log(S.tan(S.pi * p / 2))
    case .cauchy: return p < 1 / 2 ? -1 / S.tan(S.pi * p) : S.tan(S.pi * (p - 1 / 2))
    case .reciprocal: return p < 1 / 2 ? 1 - 1 / (2 * p) : 1 / (2 - 2 * p) - 1
    case .gumbelMax, .gumbelMin: return -S.log(-S.log(p))
    case .exponential, .exponentialReversed: return -S.log(onePlus: -p)
    case .cubicHermite, .wignerSemicircle, .gaussian, .gamma, .gammaReversed, .levy,
      .levyReversed:
      return bisect(p)
    }
  }

  /// Where F rises from 0 to 1.
  var support: (lower: S, upper: S) {
    switch distribution {
    case .hard: (0, 0)
    case .uniform, .cubicHermite, .wignerSemicircle: (-1, 1)
    case .gaussian, .laplace, .logistic, .gudermannian, .cauchy, .reciprocal, .gumbelMax,
      .gumbelMin:
      (-.infinity, .infinity)
    case .exponential, .exponentialReversed, .gamma, .gammaReversed, .levy, .levyReversed:
      (0, .infinity)
    }
  }

  /// By halving an interval that holds the quantile.
  private func bisect(_ p: S) -> S {
    // Compared on the small side, so that probabilities near 1 keep their digits.
    func isBelow(_ v: S) -> Bool {
      let sample = sample(v)
      return p < 1 / 2
        ? sample.logCoverage < S.log(p) : sample.logSurvival > S.log(onePlus: -p)
    }
    var low: S = max(support.lower, -1)
    var high: S = 1
    while low > support.lower && !isBelow(low) { low *= 2 }
    while high < support.upper && isBelow(high) { high *= 2 }
    while true {
      let middle = low + (high - low) / 2
      guard middle > low && middle < high else { return middle }
      if isBelow(middle) { low = middle } else { high = middle }
    }
  }
}
