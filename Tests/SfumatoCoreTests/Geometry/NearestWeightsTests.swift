import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite struct NearestWeightsTests {
  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func `the weights lead to the point whose distance is the least`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func vector() -> SIMD3<Double> {
      SIMD3(generator.uniform(-1...1), generator.uniform(-1...1), generator.uniform(-1...1))
    }
    let a = vector()
    let b = vector()
    // A needle and a point now and then.
    let c = seed % 10 == 0 ? a : seed % 7 == 0 ? a + (b - a) * 0.3 : vector()
    let p = vector() * 2
    let w = nearestWeights(p, triangle: a, b, c)
    #expect(w.min() >= 0 && abs(w.sum() - 1) < 1e-12)
    let d = p - (a * w.x + b * w.y + c * w.z)
    let expected = squaredDistance(from: p, toTriangle: a, b, c)
    #expect(abs(dot(d, d) - expected) < 1e-12)
  }
}
