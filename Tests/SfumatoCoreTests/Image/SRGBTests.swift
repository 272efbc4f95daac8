import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct SRGBTests {
  @Test func `the ends and the threshold are exact`() {
    #expect(sRGBEncode(0.0) == 0)
    #expect(abs(sRGBEncode(1.0) - 1) < 1e-15)
    #expect(sRGBEncode(0.0031308) == 0.0031308 * 12.92)
    #expect(sRGBDecode(0.0) == 0)
    #expect(sRGBDecode(1.0) == 1)
    #expect(sRGBDecode(0.04045) == 0.04045 / 12.92)
    #expect(sRGBEncode(Float(1)) == 1 && sRGBDecode(Float(1)) == 1)
  }

  @Test func `middle grey has the known code`() {
    // 18 % grey is 117.6 of 255 on the sRGB curve; half code is 21.4 % light.
    #expect(abs(sRGBEncode(0.18) * 255 - 117.64) < 0.01)
    #expect(abs(sRGBDecode(0.5) - 0.21404) < 1e-5)
  }

  @Test func `all 256 codes come back in Float`() {
    for code in 0...255 {
      let back = sRGBEncode(sRGBDecode(Float(code) / 255)) * 255
      #expect(Int(back.rounded()) == code)
    }
  }

  @Test func `the curve is odd`() {
    for x in [0.001, 0.02, 0.5, 2.0] {
      #expect(sRGBEncode(-x) == -sRGBEncode(x))
      #expect(sRGBDecode(-x) == -sRGBDecode(x))
    }
  }

  @Test(arguments: [-1.3, -0.4, -0.001, 0.0, 0.002, 0.01, 0.3, 1.0, 4.0])
  func `adjoints agree with finite differences`(x: Double) {
    // Steps stay on one piece: the nearest kink is 0.0011 away.
    let encode = adjointError(
      at: [x], step: 1e-5, forward: { [sRGBEncode($0[0])] },
      vjp: { [sRGBEncodeVJP($0[0], encodedBar: $1[0])] })
    #expect(encode < 1e-7)
    let decode = adjointError(
      at: [x], step: 1e-5, forward: { [sRGBDecode($0[0])] },
      vjp: { [sRGBDecodeVJP($0[0], linearBar: $1[0])] })
    #expect(decode < 1e-7)
  }
}
