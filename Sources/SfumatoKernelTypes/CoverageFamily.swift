/// Which fall-off and which union of coverages a tile is drawn with, as the kernels read them.
public struct CoverageFamily: Equatable, Sendable {
  /// A distribution; those whose name ends in `reversed`, and Gumbel min, are their mirror images.
  public enum Profile: UInt8, Sendable {
    case uniform
    case cubicHermite
    case wignerSemicircle
    case gaussian
    case laplace
    case logistic
    case gudermannian
    case cauchy
    case reciprocal
    case gumbelMax
    case exponential
    case gamma
    case levy
  }

  /// A T-conorm by its generator, or a mean.
  public enum Aggregation: UInt8, Sendable {
    case probabilistic
    case max
    case einstein
    /// Parameter above 0.
    case hamacher
    /// Hamacher's with parameter 0: the odds add up.
    case hamacherProduct
    case frank
    case yager
    case aczelAlsina
    case dombi
    /// Schweizer-Sklar's with a parameter below 0.
    case schweizerSklarStrict
    /// Schweizer-Sklar's with a parameter above 0.
    case schweizerSklarNilpotent
    case drastic
    /// The mean over all faces.
    case sum
  }

  /// The distribution.
  public var profile: Profile
  /// Whether it is mirrored: `F(u) = 1 - G(-u)`.
  public var isMirrored: Bool
  /// Added to the argument after mirroring.
  public var shift: Float
  /// The gamma distribution's shape.
  public var shape: Float
  /// log Γ(shape).
  public var logGammaOfShape: Float
  /// How coverages make alpha.
  public var aggregation: Aggregation
  /// Its parameter.
  public var parameter: Float
  /// The logarithm of the parameter where that is above 0.
  public var logParameter: Float
  /// One over the number of faces of the view, for ``Aggregation/sum``.
  public var inverseFaceCount: Float

  /// Makes a family; the defaults are the logistic distribution and independent coverages.
  public init(
    profile: Profile = .logistic, isMirrored: Bool = false, shift: Float = 0, shape: Float = 1,
    logGammaOfShape: Float = 0, aggregation: Aggregation = .probabilistic, parameter: Float = 1,
    logParameter: Float = 0, inverseFaceCount: Float = 1
  ) {
    self.profile = profile
    self.isMirrored = isMirrored
    self.shift = shift
    self.shape = shape
    self.logGammaOfShape = logGammaOfShape
    self.aggregation = aggregation
    self.parameter = parameter
    self.logParameter = logParameter
    self.inverseFaceCount = inverseFaceCount
  }

  /// Whether the kernels have a version of their own for it.
  public var isCommon: Bool {
    profile == .logistic && shift == 0 && aggregation == .probabilistic
  }
}
