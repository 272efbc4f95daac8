internal import RealModule
internal import SfumatoKernelTypes

extension CoverageFamily {
  /// A profile and an aggregation in the kernels' words; those without a kernel do not come here.
  init(_ coverage: EdgeCoverage<Float>, _ union: CoverageUnion<Float>) {
    self.init()
    profile = Self.profile(coverage.profile.distribution)
    isMirrored = coverage.profile.distribution.isMirrored
    shift = coverage.shift
    shape = coverage.profile.shape
    logGammaOfShape = Float.logGamma(shape)
    aggregation = Self.aggregation(union.aggregation)
    parameter = union.aggregation.parameter ?? 1
    logParameter = parameter > 0 ? Float.log(parameter) : 0
    inverseFaceCount = 1 / Float(union.faceCount)
  }

  private static func profile(_ distribution: EdgeDistribution) -> Profile {
    switch distribution {
    case .uniform: .uniform
    case .cubicHermite: .cubicHermite
    case .wignerSemicircle: .wignerSemicircle
    case .gaussian: .gaussian
    case .laplace: .laplace
    case .hard, .logistic: .logistic
    case .gudermannian: .gudermannian
    case .cauchy: .cauchy
    case .reciprocal: .reciprocal
    case .gumbelMax, .gumbelMin: .gumbelMax
    case .exponential, .exponentialReversed: .exponential
    case .gamma, .gammaReversed: .gamma
    case .levy, .levyReversed: .levy
    }
  }

  private static func aggregation(_ aggregation: CoverageAggregation<Float>) -> Aggregation {
    switch aggregation {
    case .hard, .probabilistic: .probabilistic
    case .max: .max
    case .einstein: .einstein
    case .hamacher(let p): p == 0 ? .hamacherProduct : .hamacher
    case .frank: .frank
    // Parameter 1, which is what a member without one has here.
    case .yager, .lukasiewicz: .yager
    case .aczelAlsina: .aczelAlsina
    case .dombi: .dombi
    case .schweizerSklar(let p): p < 0 ? .schweizerSklarStrict : .schweizerSklarNilpotent
    case .drastic: .drastic
    case .sum: .sum
    }
  }
}
