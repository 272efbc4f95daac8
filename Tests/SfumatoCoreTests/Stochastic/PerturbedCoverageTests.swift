import Testing

@testable import SfumatoCore

@Suite
struct PerturbedCoverageTests {
  @Test(arguments: PerturbationNoise.allCases)
  func `coverage and slope have the mean of the closed form`(noise: PerturbationNoise) {
    for reduction: VarianceReduction in [[], .controlVariate, [.controlVariate, .antithetic]] {
      let coverage = PerturbedCoverage<Double>(
        noise: noise, drawCount: 5, reduction: reduction, seed: 9)
      for u in [-1.3, 0.2, 0.9] {
        let samples = (0..<4000).map { coverage.sample(u, pixel: UInt32($0), face: 2) }
        let value = SampleMean(samples.lazy.map(\.coverage))
        let slope = SampleMean(samples.lazy.map(\.slope))
        #expect(value.errors(from: noise.coverage(u)) < 3, "\(noise) at \(u)")
        #expect(slope.errors(from: noise.coverageSlope(u)) < 3, "\(noise) at \(u)")
      }
    }
  }

  @Test func `deep inside a face is covered, far outside is not, and neither has a slope`() {
    let coverage = PerturbedCoverage<Float>(
      noise: .gaussian, drawCount: 7, reduction: [.controlVariate, .antithetic])
    #expect(coverage.sample(20) == .init(coverage: 1, slope: 0))
    #expect(coverage.sample(-20) == .init(coverage: 0, slope: 0))
  }

  @Test func `faces, pixels and streams have noise of their own`() {
    let coverage = PerturbedCoverage<Double>(noise: .logistic, drawCount: 63, reduction: [])
    let first = coverage.sample(0)
    #expect(coverage.sample(0) == first)
    #expect(coverage.sample(0, pixel: 1) != first)
    #expect(coverage.sample(0, face: 1) != first)
    #expect(coverage.sample(0, stream: 1) != first)
  }
}
