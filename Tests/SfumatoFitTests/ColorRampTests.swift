import Foundation
import SfumatoCore
import Testing

@testable import SfumatoFit

@Suite struct ColorRampTests {
  /// Oklab's lightness of linear sRGB, by the forward matrices, which the ramp does not use.
  private func lightness(_ c: SIMD3<Float>) -> Float {
    let l = cbrt(dot(c, SIMD3(0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9)))
    let m = cbrt(dot(c, SIMD3(0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6)))
    let s = cbrt(dot(c, SIMD3(0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5)))
    return dot(SIMD3(l, m, s), SIMD3(0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8))
  }

  @Test func `lightness grows evenly, within sRGB`() {
    for k in 0...20 {
      let t = Float(k) / 20
      let color = ColorRamp.linear(t)
      #expect(color.min() >= 0 && color.max() <= 1)
      #expect(abs(lightness(color) - (0.25 + 0.7 * t)) < 2e-3, "\(t)")
    }
    // Not a scale of greys.
    let middle = ColorRamp.linear(0.5)
    #expect(middle.max() > 2 * middle.min())
  }

  @Test func `numbers beyond the ends have the ends' colours`() {
    #expect(ColorRamp.linear(-3) == ColorRamp.linear(0))
    #expect(ColorRamp.linear(7) == ColorRamp.linear(1))
  }

  @Test func `grey is the middle of sRGB`() {
    #expect(abs(sRGBEncode(ColorRamp.grey) - 0.5) < 1e-6)
  }
}
