/// How one of the two soft decisions of a picture is taken.
public enum StochasticStage: Equatable, Sendable {
  /// In closed form, as the soft renderer does it.
  case exact
  /// By averaging the hard decision over some draws of noise.
  case sampled(PerturbationNoise, draws: Int)

  /// Ends the process where a value has no meaning.
  func check() {
    if case .sampled(_, let draws) = self {
      precondition(draws > 0 && draws <= 1 << 20, "\(draws) draws")
    }
  }
}

/// The smoothing of the stochastic renderer: hard decisions under noise.
public struct StochasticSettings<S: RenderScalar>: Equatable, Sendable {
  /// Edge width, temperature, composition and planes; its profile holds where coverage is exact.
  ///
  /// The depth aggregation is the softmax and the coverage aggregation the probabilistic sum.
  public var soft: SoftSettings<S>
  /// Whether a face covers a pixel: a step of its signed distance.
  ///
  /// Sampled, alpha has the mean of the closed form. Without rescaling a face ends where its coverage falls below the
  /// tail bound; there it steps by that much.
  public var coverage: StochasticStage
  /// Which face is seen: the largest of depth logit plus `log D / barrier`.
  ///
  /// Gumbel noise and barrier 1 make the soft renderer's softmax. With exact coverage the mean is the closed form; where
  /// both decisions are sampled the logarithm of a sampled coverage biases the colour by the order of one over
  /// the number of draws.
  public var depth: StochasticStage
  /// The divisor of log-coverage in the choice by depth, `a`; above 0.
  public var barrier: S
  /// How the gradient's deviation is lowered.
  public var reduction: VarianceReduction
  /// Of all noise; view, pixel, face and draw make the rest of each number's address.
  public var seed: UInt64

  /// Makes settings.
  public init(
    soft: SoftSettings<S> = SoftSettings(), coverage: StochasticStage = .exact,
    depth: StochasticStage = .sampled(.gaussian, draws: 8), barrier: S = 1,
    reduction: VarianceReduction = [.controlVariate, .antithetic], seed: UInt64 = 0
  ) {
    self.soft = soft
    self.coverage = coverage
    self.depth = depth
    self.barrier = barrier
    self.reduction = reduction
    self.seed = seed
    check()
  }

  /// Ends the process where a value has no meaning; also before each render, since the properties may change.
  func check() {
    soft.check()
    coverage.check()
    depth.check()
    precondition(barrier > 0 && barrier.isFinite, "barrier \(barrier)")
    guard case .softmax = soft.depth else {
      preconditionFailure("a stochastic choice by depth needs softmax, not \(soft.depth)")
    }
    guard case .probabilistic = soft.coverage else {
      preconditionFailure("stochastic alpha is the probabilistic sum, not \(soft.coverage)")
    }
  }
}
