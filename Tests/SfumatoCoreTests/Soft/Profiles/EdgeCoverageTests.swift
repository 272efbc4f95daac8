import RealModule
import Testing

@testable import SfumatoCore

@Suite
struct EdgeCoverageTests {
  private func coverage(
    _ profile: EdgeProfile<Double>, width: Double = 1, tail: Double? = nil
  ) -> EdgeCoverage<Double> {
    EdgeCoverage(SoftSettings(profile: profile, edgeWidthPixels: width, tailBound: tail))
  }

  /// Every law but the step, gamma's at several shapes; plain and squared.
  static let profiles: [EdgeProfile<Double>] = EdgeLawTests.members.flatMap { law, shape in
    [false, true].map { EdgeProfile(law, squared: $0, shape: shape) }
  }

  @Test(arguments: profiles)
  func `a centred profile covers one half on the edge`(profile: EdgeProfile<Double>) throws {
    let sample = try #require(coverage(profile, tail: 0).sample(signedDistance: 0))
    #expect(abs(sample.coverage - 0.5) < 1e-14)
    #expect(abs(sample.survival - 0.5) < 1e-14)
    let product = EdgeCoverage(
      SoftSettings<Float>(
        profile: EdgeProfile(
          profile.distribution, squared: profile.squared, shape: Float(profile.shape)),
        tailBound: 0))
    #expect(abs(try #require(product.sample(signedDistance: 0)).coverage - 0.5) < 1e-6)
  }

  @Test func `unshifted laws cover on the edge what they are known for`() {
    let known: [EdgeDistribution: Double] = [
      .gumbelMax: 0.367_879_441_171_442_33, .gumbelMin: 0.632_120_558_828_557_67,
      .exponential: 0, .gamma: 0, .levy: 0, .exponentialReversed: 1, .gammaReversed: 1,
      .levyReversed: 1,
    ]
    for law in EdgeDistribution.allCases where law != .hard {
      let sample = coverage(EdgeProfile(law, shift: .raw(0)), tail: 0).sample(signedDistance: 0)
      #expect(abs((sample?.coverage ?? 0) - known[law, default: 0.5]) < 1e-15, "\(law)")
    }
  }

  @Test func `a raw shift moves a law towards more coverage, a mirrored one to less`() throws {
    let right = coverage(EdgeProfile(.exponential, shift: .raw(0.6)), width: 2, tail: 0)
    let left = coverage(EdgeProfile(.exponentialReversed, shift: .raw(0.6)), width: 2, tail: 0)
    for d in [-1.1, -0.3, 0, 0.8, 3] {
      let a = try #require(right.sample(signedDistance: d))
      #expect(abs(a.survival - .exp(-(d / 2 + 0.6))) < 1e-15)
      let b = try #require(left.sample(signedDistance: d))
      #expect(abs(b.coverage - min(1, .exp(d / 2 - 0.6))) < 1e-15)
    }
    #expect(right.sample(signedDistance: -1.21) == nil)
  }

  @Test func `the profile of DIB-R is the reversed exponential of the squared distance`() throws {
    let dibR = coverage(
      EdgeProfile(.exponentialReversed, squared: true, shift: .raw(0)), width: 1.5, tail: 0)
    for d in [0.1, 0.7, 2, 5] {
      let outside = try #require(dibR.sample(signedDistance: -d))
      #expect(abs(outside.logCoverage + d * d / 2.25) < 1e-13)
      let inside = try #require(dibR.sample(signedDistance: d))
      #expect(inside.coverage == 1 && inside.survival == 0 && inside.density == 0)
    }
  }

  @Test(arguments: profiles)
  func `coverage falls to nothing at the reach, without a step`(profile: EdgeProfile<Double>) {
    for shift in [EdgeShift<Double>.centered, .raw(0), .raw(0.4)] {
      var profile = profile
      profile.shift = shift
      let coverage = coverage(profile, width: 1.7)
      let tail = profile.defaultTailBound
      #expect(coverage.tailBound == tail)
      #expect(coverage.reach.isFinite && coverage.reach >= 0)
      // A hair's breadth outside and a little inside of the reach.
      #expect(coverage.sample(signedDistance: -coverage.reach * (1 + 1e-9) - 1e-9) == nil)
      guard coverage.reach > 0 else { continue }
      let least = coverage.sample(signedDistance: -coverage.reach * (1 - 1e-5))?.coverage ?? 0
      #expect(least > 0, "\(shift)")
      // Gamma below 1 rises from its support's end with an infinite slope.
      #expect(least < 1e-3 * (profile.shape < 1 ? 300 : 1), "\(shift): \(least)")
    }
  }

  @Test(arguments: profiles)
  func `a cut profile is the rescaled law and its hazards are its slopes`(
    profile: EdgeProfile<Double>
  ) throws {
    let tail = 0.02
    let cut = coverage(profile, width: 1.2, tail: tail)
    let whole = coverage(profile, width: 1.2, tail: 0)
    var seen = 0
    for d in stride(from: -3.0, through: 3, by: 0.23) {
      guard let sample = cut.sample(signedDistance: d),
        let raw = whole.sample(signedDistance: d)
      else { continue }
      seen += 1
      #expect(abs(sample.coverage - (raw.coverage - tail) / (1 - tail)) < 1e-13)
      #expect(abs(sample.survival - raw.survival / (1 - tail)) < 1e-13)
      let density = raw.density / (1 - tail)
      #expect(abs(sample.density - density) <= 1e-12 * density)
      #expect(abs(sample.hazard * sample.survival - density) <= 1e-12 * density)
      #expect(abs(sample.reverseHazard * sample.coverage - density) <= 1e-12 * density)
    }
    #expect(seen >= 12)
  }

  @Test func `the squared form covers as the plain one at the root of the distance`() {
    for (law, shape) in EdgeLawTests.members {
      let plain = coverage(EdgeProfile(law, shape: shape), width: 2)
      let squared = coverage(EdgeProfile(law, squared: true, shape: shape), width: 2)
      for u in [-0.4, -0.05, 0, 0.3, 0.9, 4] {
        let a = plain.sample(signedDistance: 2 * u)
        let b = squared.sample(signedDistance: u < 0 ? -2 * (-u).squareRoot() : 2 * u.squareRoot())
        #expect(abs((a?.coverage ?? 0) - (b?.coverage ?? 0)) < 1e-13, "\(law) at \(u)")
      }
    }
  }

  @Test func `a tiny tail bound still ends a mirrored law in Float`() {
    for law in [EdgeDistribution.gumbelMin, .exponentialReversed, .gammaReversed] {
      let settings = SoftSettings<Float>(profile: EdgeProfile(law), tailBound: 1e-9)
      let reach = EdgeCoverage(settings).reach
      #expect(reach > 19 && reach < 23, "\(law): \(reach)")
    }
  }

  @Test func `a step ignores the shift`() {
    for shift in [EdgeShift<Double>.centered, .raw(-3), .raw(3)] {
      let step = coverage(EdgeProfile(.hard, shift: shift))
      #expect(step.reach == 0)
      #expect(step.sample(signedDistance: 1)?.coverage == 1)
      #expect(step.sample(signedDistance: -1) == nil)
    }
  }
}
