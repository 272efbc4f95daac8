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
  /// The coverage of a face at the distances of a block.
  static func coverage(
    _ near: borrowing BoundaryLanes, distance: Lanes, _ job: borrowing SoftTileJob
  ) -> CoverageLanes

  /// ∂u/∂(signed distance).
  static func slope(distance: Lanes, _ job: borrowing SoftTileJob) -> Lanes

  /// Prepares the planes that alpha runs in.
  static func begin(_ job: borrowing SoftTileJob)

  /// Adds a face to alpha; `state` is the block's place in plane 0.
  static func absorb(
    _ face: CoverageLanes, entry: Int, _ state: UnsafeMutablePointer<Float>,
    _ job: borrowing SoftTileJob)

  /// Turns what ran into survival and what backward reads.
  static func finish(_ job: borrowing SoftTileJob)

  /// ∂alpha/∂u of one face.
  static func alphaSlope(
    _ face: CoverageLanes, entry: Int, _ state: UnsafePointer<Float>,
    _ job: borrowing SoftTileJob
  ) -> Lanes
}

/// The logistic profile with independent coverages: plane 0 is the product of survivals.
enum LogisticModel<Squared: Switch>: CoverageModel {
  @inline(__always)
  static func coverage(
    _ near: borrowing BoundaryLanes, distance: Lanes, _ job: borrowing SoftTileJob
  ) -> CoverageLanes {
    let isInside = near.inside .>= Lanes.zero
    let a = unsafe (Squared.isOn ? near.squared : distance) * splat(job.inverseScale)
    let e = exponential(-a)
    let r = splat(1) / (splat(1) + e)
    let small = e * r
    let upper = select(isInside, r, small)  // F(u), which is the hazard too
    let rescale = unsafe splat(1 / (1 - job.tailBound))
    let excess = unsafe upper - splat(job.tailBound)
    return (
      isActive: excess .> Lanes.zero, standardized: select(isInside, a, -a),
      coverage: maximum(excess, Lanes.zero) * rescale,
      survival: minimum(select(isInside, small, r) * rescale, splat(1)),
      logCoverage: Lanes.zero, logSurvival: Lanes.zero, density: small * r * rescale, hazard: upper
    )
  }

  @inline(__always)
  static func slope(distance: Lanes, _ job: borrowing SoftTileJob) -> Lanes {
    let scale = unsafe splat(job.inverseScale)
    return Squared.isOn ? (distance + distance) * scale : scale
  }

  @inline(__always)
  static func begin(_ job: borrowing SoftTileJob) {}

  @inline(__always)
  static func absorb(
    _ face: CoverageLanes, entry: Int, _ state: UnsafeMutablePointer<Float>,
    _ job: borrowing SoftTileJob
  ) {
    unsafe storeLanes(loadLanes(state) * face.survival, state)
  }

  @inline(__always)
  static func finish(_ job: borrowing SoftTileJob) {}

  @inline(__always)
  static func alphaSlope(
    _ face: CoverageLanes, entry: Int, _ state: UnsafePointer<Float>,
    _ job: borrowing SoftTileJob
  ) -> Lanes {
    unsafe loadLanes(state) * face.hazard
  }
}

/// Any profile and any aggregation; see ``CoverageFamily``.
enum FamilyModel: CoverageModel {
  @inline(__always)
  static func coverage(
    _ near: borrowing BoundaryLanes, distance: Lanes, _ job: borrowing SoftTileJob
  ) -> CoverageLanes {
    let isInside = near.inside .>= Lanes.zero
    let a = unsafe (job.squared ? near.squared : distance) * splat(job.inverseScale)
    let u = select(isInside, a, -a)
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
  static func slope(distance: Lanes, _ job: borrowing SoftTileJob) -> Lanes {
    let scale = unsafe splat(job.inverseScale)
    return unsafe job.squared ? (distance + distance) * scale : scale
  }

  @inline(__always)
  static func begin(_ job: borrowing SoftTileJob) { unsafe beginAggregation(job) }

  @inline(__always)
  static func absorb(
    _ face: CoverageLanes, entry: Int, _ state: UnsafeMutablePointer<Float>,
    _ job: borrowing SoftTileJob
  ) {
    unsafe absorbCoverage(face, entry: entry, state, job)
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
}
