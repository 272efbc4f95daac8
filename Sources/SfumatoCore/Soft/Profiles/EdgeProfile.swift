internal import RealModule

/// Where a profile stands against the edge.
public enum EdgeShift<S: RenderScalar>: Equatable, Sendable {
  /// So that F = 1/2 on the edge: nothing is eroded or dilated.
  case centered
  /// Stated, in units of the scale: `F(u + shift)`, of a mirrored law `1 - G(shift - u)`, as GenDR's `dist_shift`.
  case raw(S)
}

/// What a profile is a function of.
public enum EdgeDistance: Equatable, Sendable {
  /// The signed distance to the face's outline on the screen, pixels.
  case euclidean
  /// The smallest barycentric coordinate, as SoftRas' `barycentric`: the width is a fraction of the face.
  ///
  /// Only the scalar reference has it, so it is slow in Float; faces that the near plane cuts are left out.
  case barycentric
}

/// How the coverage of a face falls off across its edge.
public struct EdgeProfile<S: RenderScalar>: Equatable, Sendable {
  /// The law.
  public var distribution: EdgeDistribution
  /// Whether it is of the squared distance, its sign kept.
  public var squared: Bool
  /// The shape of the gamma laws, above 0; the others ignore it.
  public var shape: S
  /// Where it stands against the edge.
  public var shift: EdgeShift<S>
  /// What it is a function of.
  public var distance: EdgeDistance

  /// Makes a profile.
  public init(
    _ distribution: EdgeDistribution, squared: Bool = false, shape: S = 1,
    shift: EdgeShift<S> = .centered, distance: EdgeDistance = .euclidean
  ) {
    self.distribution = distribution
    self.squared = squared
    self.shape = shape
    self.shift = shift
    self.distance = distance
  }

  /// The logistic law of the signed distance, or of the signed squared distance.
  ///
  /// Source: Liu et al. 2019, "Soft Rasterizer", eq. 1 (squared); Petersen et al. 2022, "GenDR" (plain).
  public static func logistic(squared: Bool = false) -> Self {
    EdgeProfile(.logistic, squared: squared)
  }

  /// The tail bound that suits the law: 1e-4, and 1e-2 where the tail is heavy.
  public var defaultTailBound: S { distribution.hasHeavyTail ? 1 / 100 : 1 / 10_000 }

  /// What is added to the (mirrored) argument.
  package var shiftValue: S {
    guard distribution != .hard else { return 0 }
    return switch shift {
    case .raw(let value): value
    case .centered:
      switch distribution {
      case .hard, .uniform, .cubicHermite, .wignerSemicircle, .gaussian, .laplace, .logistic,
        .gudermannian, .cauchy, .reciprocal:
        0
      // The medians of the unmirrored laws.
      case .gumbelMax, .gumbelMin: -S.log(S.log(2))
      case .exponential, .exponentialReversed: S.log(2)
      case .gamma, .gammaReversed: law.quantile(1 / 2)
      case .levy, .levyReversed: S(2.198109338317732)
      }
    }
  }

  /// The unmirrored law.
  var law: EdgeLaw<S> { EdgeLaw(distribution, shape: shape) }

  /// Ends the process where a value has no meaning.
  func check() {
    switch distribution {
    case .gamma, .gammaReversed:
      precondition(shape > 0 && shape.isFinite, "shape \(shape) of \(distribution.rawValue)")
    case .hard, .uniform, .cubicHermite, .wignerSemicircle, .gaussian, .laplace, .logistic,
      .gudermannian, .cauchy, .reciprocal, .gumbelMax, .gumbelMin, .exponential,
      .exponentialReversed, .levy, .levyReversed:
      break
    }
    if case .raw(let value) = shift { precondition(value.isFinite, "shift \(value)") }
  }
}
