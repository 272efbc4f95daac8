internal import RealModule

/// The coverage profile of one edge width: coverage and its logarithms as functions of the signed distance.
///
/// With `u` the standardised signed distance (`s d / w` or `s d² / w²`) and `F` the distribution, the coverage is
/// `D = (F(u) - delta) / (1 - delta)` above the cut `F(u) = delta`, and nothing below: it reaches 0 without a step.
public struct EdgeCoverage<S: RenderScalar>: Equatable, Sendable {
  /// The profile.
  public let profile: EdgeProfile<S>
  /// One over the scale of the distance: 1 / w, or 1 / w² where squared.
  public let inverseScale: S
  /// The width, pixels (a fraction of the face where the distance is barycentric).
  let width: S
  /// The tail bound, delta.
  public let tailBound: S
  /// The distance outside a face at which its coverage ends, in the unit of the width; infinity without an end.
  public let reach: S
  /// What is added to the (mirrored) argument.
  let shift: S
  private let law: EdgeLaw<S>
  /// log(1 - delta).
  private let logRescale: S

  /// Whether the distance is squared, its sign kept.
  public var squared: Bool { profile.squared }

  /// The profile of some settings.
  public init(_ settings: SoftSettings<S>) {
    profile = settings.profile
    width = settings.edgeWidthPixels
    inverseScale = profile.squared ? 1 / (width * width) : 1 / width
    tailBound = settings.tailBound
    law = profile.law
    shift = profile.shiftValue
    logRescale = S.log(onePlus: -tailBound)
    let edge =
      profile.distribution.isMirrored
      ? shift - law.upperQuantile(tailBound) : law.quantile(tailBound) - shift
    let outside = max(-edge, 0)
    reach = profile.squared ? width * outside.squareRoot() : width * outside
  }

  /// The coverage at one signed distance, in logarithms, with the hazards that the adjoint needs.
  public struct Sample: Equatable, Sendable {
    /// The standardised signed distance, before any shift.
    public var standardized: S
    /// log D.
    public var logCoverage: S
    /// log(1 - D); about -10,000 where D is 1.
    public var logSurvival: S
    /// -∂ log(1 - D) / ∂u, 0 where D is 1.
    public var hazard: S
    /// ∂ log D / ∂u.
    public var reverseHazard: S

    /// D.
    var coverage: S { S.exp(logCoverage) }
    /// 1 - D.
    var survival: S { S.exp(logSurvival) }
    /// The logarithm of the odds D / (1 - D).
    var logOdds: S { logCoverage - logSurvival }
    /// ∂D/∂u, from the side where nothing underflows.
    var density: S {
      logCoverage < logSurvival ? reverseHazard * coverage : hazard * survival
    }
  }

  /// The coverage at a signed distance (positive inside), or nil where it is zero.
  ///
  /// Source: math.md 1.3, with the shift and rescaling of math.md 1.4.
  public func sample(signedDistance d: S) -> Sample? {
    let u = standardized(signedDistance: d)
    let raw =
      profile.distribution.isMirrored
      ? law.sample(shift - u).mirrored : law.sample(u + shift)
    guard tailBound > 0 else {
      guard raw.logCoverage > EdgeLaw<S>.logZero else { return nil }
      return Sample(
        standardized: u, logCoverage: raw.logCoverage, logSurvival: raw.logSurvival,
        hazard: raw.hazard, reverseHazard: raw.reverseHazard)
    }
    let upper = S.exp(raw.logCoverage)
    let excess = upper - tailBound
    guard excess > 0 else { return nil }
    // Near the cut 1 - D is 1 to rounding: its logarithm comes from D. Elsewhere from S.
    let logCoverage = S.log(excess) - logRescale
    let coverage = excess / (1 - tailBound)
    return Sample(
      standardized: u, logCoverage: min(logCoverage, 0),
      logSurvival: coverage < 1 / 2
        ? S.log(onePlus: -coverage) : min(raw.logSurvival - logRescale, 0),
      hazard: raw.hazard, reverseHazard: raw.reverseHazard * upper / excess)
  }

  /// u at a signed distance, before any shift.
  func standardized(signedDistance d: S) -> S { (squared ? d * abs(d) : d) * inverseScale }

  /// ∂u/∂d at a signed distance.
  public func standardizedSlope(signedDistance d: S) -> S {
    squared ? 2 * abs(d) * inverseScale : inverseScale
  }

  /// ∂u/∂(width) at a standardised distance.
  func widthSlope(standardized u: S) -> S { (squared ? -2 : -1) * u / width }

  /// The motion of u that acts on coverage as one unit of shift does: towards more coverage, but less in a mirrored law.
  var shiftSlope: S { profile.distribution.isMirrored ? -1 : 1 }

  /// The motion of u that acts on coverage as one unit of shape does, a centred shift following the median.
  func shapeSlope(standardized u: S) -> S {
    let isMirrored = profile.distribution.isMirrored
    var motion = law.shapeMotion(isMirrored ? shift - u : u + shift)
    if profile.shift == .centered { motion -= law.shapeMotion(shift) }
    return isMirrored ? -motion : motion
  }
}
