import Testing

@testable import SfumatoCore

@Suite
struct PerturbationNoiseTests {
  /// Draws of a law, and their mirror images.
  private func draws(
    _ noise: PerturbationNoise, _ count: Int
  ) -> (own: [Double], mirrored: [Double]) {
    let generator = Philox(seed: 11)
    var own: [Double] = []
    var mirrored: [Double] = []
    for i in 0..<count / 2 {
      let d: PerturbationNoise.Draws<Double> = noise.draws(
        generator.uniforms(SIMD4(UInt32(i), 0, 0, 0)))
      own += [d.values.x, d.values.y]
      mirrored += [d.mirrored.x, d.mirrored.y]
    }
    return (own, mirrored)
  }

  @Test(arguments: PerturbationNoise.allCases)
  func `draws and their mirror images follow the law`(noise: PerturbationNoise) {
    let (own, mirrored) = draws(noise, 40_000)
    for list in [own, mirrored] {
      for u in [-2.0, -0.7, 0, 0.4, 1.5] {
        let below = SampleMean(list.lazy.map { -$0 < u ? 1 : 0 })
        #expect(below.errors(from: noise.coverage(u)) < 3, "\(noise) at \(u)")
      }
    }
    // Mirrored: a large draw has a small image.
    #expect(zip(own, mirrored).allSatisfy { ($0 > own[0]) == ($1 < mirrored[0]) || $0 == own[0] })
  }

  @Test(arguments: PerturbationNoise.allCases)
  func `the score has mean 0, and its product with the draw mean 1`(noise: PerturbationNoise) {
    let (own, _) = draws(noise, 40_000)
    #expect(SampleMean(own.lazy.map { noise.score($0) }).errors(from: 0) < 3)
    #expect(SampleMean(own.lazy.map { $0 * noise.score($0) }).errors(from: 1) < 3)
  }

  @Test(arguments: PerturbationNoise.allCases)
  func `the slope is the derivative of the coverage`(noise: PerturbationNoise) {
    for u in [-4.0, -1, -0.1, 0, 0.3, 2, 3] {
      let h = 1e-4
      let difference = (noise.coverage(u + h) - noise.coverage(u - h)) / (2 * h)
      // Truncation h² / 6 of a third derivative below 2, and rounding 1e-16 / h.
      #expect(abs(difference - noise.coverageSlope(u)) < 1e-8, "\(noise) at \(u)")
    }
  }

  @Test(arguments: PerturbationNoise.allCases, [0.25, 1e-2, 1e-4])
  func `beyond the reach the coverage is below the bound`(noise: PerturbationNoise, delta: Double) {
    let reach: Double = noise.reach(delta)
    #expect(noise.coverage(-reach) <= delta * (1 + 1e-9))
    // Exact but for the normal law, whose bound overshoots by less than a standard deviation.
    #expect(noise.coverage(-reach + (noise == .gaussian ? 1 : 1e-6)) > delta)
    let unbounded: Double = noise.reach(0)
    #expect(unbounded == .infinity)
  }
}
