import SfumatoCore
import SfumatoIO
import Testing

@Suite struct LensDistortionTests {
  @Test func `radial and tangential terms are those of the formula`() {
    let radial = LensDistortion.polynomial(radial: SIMD4(0.1, 0.01, 0.001, 0.0001))
    // At (1, 1), r² is 2.
    let factor = 1 + 0.2 + 0.04 + 0.008 + 0.0016
    #expect(length(radial.distorted(SIMD2(1, 1)) - SIMD2(factor, factor)) < 1e-12)
    let tangential = LensDistortion.polynomial(radial: .zero, tangential: SIMD2(0.1, 0.01))
    // OpenCV: x + 2 p1 x y + p2 (r² + 2 x²), y + p1 (r² + 2 y²) + 2 p2 x y at (1, 2).
    let expected = SIMD2(1 + 0.4 + 0.07, 2 + 1.3 + 0.04)
    #expect(length(tangential.distorted(SIMD2(1, 2)) - expected) < 1e-12)
    let quotient = LensDistortion.polynomial(
      radial: SIMD4(1, 0, 0, 0), denominator: SIMD3(1, 0, 0))
    #expect(length(quotient.distorted(SIMD2(0.3, -2)) - SIMD2(0.3, -2)) < 1e-12)
  }

  @Test func `a fisheye without coefficients is equidistant`() {
    let lens = LensDistortion.fisheye(.zero)
    // 45 degrees off the axis: the image radius is π / 4.
    #expect(abs(lens.distorted(SIMD2(1, 0)).x - .pi / 4) < 1e-12)
    #expect(lens.distorted(.zero) == .zero)
    #expect(!lens.isIdentity)
  }

  @Test func `the radius where a polynomial turns back is found`() {
    // r (1 - r² / 3) grows up to r = 1.
    let lens = LensDistortion.polynomial(radial: SIMD4(-1.0 / 3, 0, 0, 0))
    #expect(abs(lens.monotoneRadius(upTo: 3) - 1) < 0.01)
    #expect(lens.monotoneRadius(upTo: 0.5) == 0.5)
  }
}
