public import SfumatoKernelTypes

// The coverage that FamilyModel draws with, by itself: what tests hold against the scalar laws. No picture needs it.

/// The law of a family at sixteen standardised distances, and the coverage that a tail bound makes of it.
///
/// `out` receives nine rows of sixteen: log F, log S, f / S and f / F of the law; then D, 1 - D, log D, log(1 - D) and
/// ∂D/∂u.
public func sampleCoverage(
  _ family: borrowing CoverageFamily, _ tailBound: Float, _ distances: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>
) {
  let u = unsafe loadLanes(distances)
  let law = profile(family, u)
  unsafe storeLanes(law.logCoverage, out)
  unsafe storeLanes(law.logSurvival, out + 16)
  unsafe storeLanes(law.hazard, out + 32)
  unsafe storeLanes(law.reverseHazard, out + 48)
  let cut = FamilyModel<Off>.cut(law, u, tailBound: tailBound)
  unsafe storeLanes(cut.coverage, out + 64)
  unsafe storeLanes(cut.survival, out + 80)
  unsafe storeLanes(cut.logCoverage, out + 96)
  unsafe storeLanes(cut.logSurvival, out + 112)
  unsafe storeLanes(cut.density, out + 128)
}
