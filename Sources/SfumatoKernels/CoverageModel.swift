internal import SfumatoKernelTypes

// What the tile kernels ask of a smoothing: the coverage of a face at sixteen pixels, and how coverages add up to
// alpha. The common one is a model of its own, settled at compile time; every other runs through FamilyModel, which looks up
// its member once a block.

/// One face's coverage at sixteen pixels; zero outside its reach.
///
/// A tuple for the reason that ``ProfileLanes`` is one. Whether the face reaches the pixel; the standardised signed distance before any shift; D; 1 - D; their logarithms, which the
/// common model leaves at 0; ∂D/∂u; -∂ log(1 - D) / ∂u.
typealias CoverageLanes = (
  isActive: LaneMask, standardized: Lanes, coverage: Lanes, survival: Lanes, logCoverage: Lanes,
  logSurvival: Lanes, density: Lanes, hazard: Lanes
)

/// A profile and an aggregation of coverage.
protocol CoverageModel {
  /// Whether the profile is of the squared distance.
  static var isSquared: Bool { get }

  /// The coverage of a face at the squared distances of a block; `inside` is not negative inside.
  static func coverage(
    inside: Lanes, squared: Lanes, _ job: borrowing SoftTileJob
  ) -> CoverageLanes

  /// Prepares the planes that alpha runs in.
  static func begin(_ job: borrowing SoftTileJob)

  /// Adds a face to alpha; `state` is the block's place in plane 0, `face` the coverage where it is known.
  static func absorb(
    inside: Lanes, squared: Lanes, face: CoverageLanes?, entry: Int,
    _ state: UnsafeMutablePointer<Float>, _ job: borrowing SoftTileJob)

  /// The blocks, a bit each, of which no pixel has more left than ``closed`` of its survival, so that more faces change nothing.
  static func closedBlocks(_ job: borrowing SoftTileJob) -> UInt32

  /// Turns what ran into survival and what backward reads.
  static func finish(_ job: borrowing SoftTileJob)

  /// ∂alpha/∂u of one face.
  static func alphaSlope(
    _ face: CoverageLanes, entry: Int, _ state: UnsafePointer<Float>,
    _ job: borrowing SoftTileJob
  ) -> Lanes

  /// Whether ∂alpha/∂u is the survival times the face's hazard, but for a factor of at most 2.
  ///
  /// Then what a face's motion changes where the survival is below some bound adds up, over all distances, to no more than
  /// the bound: it is negligible with the survival, also where a law's hazard grows without limit.
  static func isBoundBySurvival(_ job: borrowing SoftTileJob) -> Bool
}

/// The survival below which a pixel is covered: 2^-40, while Float tells alpha from 1 down to 2^-25.
@_transparent
var closed: Float { 9.094_947e-13 }

/// The logistic profile with independent coverages.
///
/// Plane 0 runs as the product of 1 / (1 - D) = max((1 - δ) (1 + e^u), 1), which needs no division; it may overflow to infinity, whose
/// inverse is the survival 0.
enum LogisticModel<Squared: Switch>: CoverageModel {
  @_transparent
  static var isSquared: Bool { Squared.isOn }

  /// e^u, and u over ln 2, within ±126 ln 2.
  @_transparent
  private static func odds(
    _ inside: Lanes, _ squared: Lanes, _ job: borrowing SoftTileJob
  ) -> (value: Lanes, logarithm: Lanes) {
    let scale = unsafe splat(job.inverseScale * 1.442_695_041)
    let a = (Squared.isOn ? squared : squareRoot(squared)) * scale
    let y = withSign(of: inside, minimum(a, splat(126)))
    return (powerOfTwo(y), y)
  }

  @inline(__always)
  static func coverage(
    inside: Lanes, squared: Lanes, _ job: borrowing SoftTileJob
  ) -> CoverageLanes {
    let (odds, y) = unsafe odds(inside, squared, job)
    let lower = splat(1) / (splat(1) + odds)
    let upper = odds * lower  // F(u), which is the hazard too
    let rescale = unsafe splat(1 / (1 - job.tailBound))
    let excess = unsafe upper - splat(job.tailBound)
    return (
      isActive: excess .> Lanes.zero, standardized: y * splat(0.693_147_181),
      coverage: maximum(excess, Lanes.zero) * rescale,
      survival: minimum(lower * rescale, splat(1)),
      logCoverage: Lanes.zero, logSurvival: Lanes.zero, density: upper * lower * rescale,
      hazard: upper
    )
  }

  @inline(__always)
  static func begin(_ job: borrowing SoftTileJob) {}

  @inline(__always)
  static func absorb(
    inside: Lanes, squared: Lanes, face: CoverageLanes?, entry: Int,
    _ state: UnsafeMutablePointer<Float>, _ job: borrowing SoftTileJob
  ) {
    let odds = unsafe odds(inside, squared, job).value
    let kept = unsafe splat(1 - job.tailBound)
    let factor = maximum(multiplyAdd(odds, kept, kept), splat(1))
    unsafe storeLanes(loadLanes(state) * factor, state)
  }

  @inline(__always)
  static func closedBlocks(_ job: borrowing SoftTileJob) -> UInt32 {
    var result: UInt32 = 0
    for block in 0..<16 {
      let isClosed = unsafe smallestLane(loadLanes(job.state + block * 16)) > 1 / closed
      result |= isClosed ? 1 << UInt32(block) : 0
    }
    return result
  }

  @inline(__always)
  static func finish(_ job: borrowing SoftTileJob) {
    for block in 0..<16 {
      let state = unsafe job.state + block * 16
      unsafe storeLanes(splat(1) / loadLanes(state), state)
    }
  }

  @inline(__always)
  static func alphaSlope(
    _ face: CoverageLanes, entry: Int, _ state: UnsafePointer<Float>,
    _ job: borrowing SoftTileJob
  ) -> Lanes {
    unsafe loadLanes(state) * face.hazard
  }

  @inline(__always)
  static func isBoundBySurvival(_ job: borrowing SoftTileJob) -> Bool { true }
}

/// Any profile and any aggregation; see ``CoverageFamily``.
enum FamilyModel<Squared: Switch>: CoverageModel {
  @_transparent
  static var isSquared: Bool { Squared.isOn }

  @inline(__always)
  static func coverage(
    inside: Lanes, squared: Lanes, _ job: borrowing SoftTileJob
  ) -> CoverageLanes {
    let distance = Squared.isOn ? squared : squareRoot(squared)
    let u = unsafe withSign(of: inside, distance * splat(job.inverseScale))
    let raw = unsafe profile(job.family, u)
    return unsafe cut(raw, u, tailBound: job.tailBound)
  }

  /// Shifts and rescales a distribution so that it reaches 0 at the tail bound.
  @inline(__always)
  static func cut(
    _ raw: ProfileLanes, _ u: Lanes, tailBound: Float
  ) -> CoverageLanes {
    let upper = exponential(raw.logCoverage)
    let lower = exponential(raw.logSurvival)
    let rescale = splat(1 / (1 - tailBound))
    let excess = upper - splat(tailBound)
    let isActive = excess .> Lanes.zero
    let coverage = maximum(excess, Lanes.zero) * rescale
    let isThin = coverage .< splat(0.5)
    let logRescale = logOnePlus(splat(-tailBound))
    let logSurvival = select(isThin, logOnePlus(-coverage), raw.logSurvival - logRescale)
    let density = select(isThin, raw.reverseHazard * upper, raw.hazard * lower) * rescale
    return (
      isActive: isActive, standardized: u, coverage: coverage,
      survival: select(isThin, splat(1) - coverage, minimum(lower * rescale, splat(1))),
      logCoverage: tailBound == 0
        ? raw.logCoverage
        : select(isThin, logarithm(coverage), logOnePlus(-minimum(lower * rescale, splat(0.6)))),
      logSurvival: minimum(logSurvival, Lanes.zero),
      density: select(isActive, density, Lanes.zero),
      hazard: select(isActive, raw.hazard, Lanes.zero)
    )
  }

  @inline(__always)
  static func begin(_ job: borrowing SoftTileJob) { unsafe beginAggregation(job) }

  @inline(__always)
  static func absorb(
    inside: Lanes, squared: Lanes, face: CoverageLanes?, entry: Int,
    _ state: UnsafeMutablePointer<Float>, _ job: borrowing SoftTileJob
  ) {
    if let face {
      unsafe absorbCoverage(face, entry: entry, state, job)
    } else {
      unsafe absorbCoverage(
        coverage(inside: inside, squared: squared, job), entry: entry, state, job)
    }
  }

  @inline(__always)
  static func closedBlocks(_ job: borrowing SoftTileJob) -> UInt32 {
    unsafe closedAggregation(job)
  }

  @inline(__always)
  static func finish(_ job: borrowing SoftTileJob) { unsafe finishAggregation(job) }

  @inline(__always)
  static func alphaSlope(
    _ face: CoverageLanes, entry: Int, _ state: UnsafePointer<Float>,
    _ job: borrowing SoftTileJob
  ) -> Lanes {
    unsafe aggregationSlope(face, entry: entry, state, job)
  }

  @inline(__always)
  static func isBoundBySurvival(_ job: borrowing SoftTileJob) -> Bool {
    switch unsafe job.family.aggregation {
    case .probabilistic, .einstein: true
    case .max, .hamacher, .hamacherProduct, .frank, .yager, .aczelAlsina, .dombi,
      .schweizerSklarStrict, .schweizerSklarNilpotent, .drastic, .sum:
      false
    }
  }
}
