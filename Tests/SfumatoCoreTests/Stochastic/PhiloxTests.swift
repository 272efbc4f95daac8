import Testing

@testable import SfumatoCore

@Suite
struct PhiloxTests {
  // The known answers that Salmon et al. 2011 publish for Philox4x32-10.
  @Test func `counters give the published words`() {
    #expect(
      Philox(key: .zero).bits(.zero)
        == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    #expect(
      Philox(key: SIMD2(repeating: .max)).bits(SIMD4(repeating: .max))
        == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    #expect(
      Philox(key: SIMD2(0xA409_3822, 0x299F_31D0)).bits(
        SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344))
        == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test func `a seed is the key, low word first`() {
    #expect(Philox(seed: 0x299F_31D0_A409_3822) == Philox(key: SIMD2(0xA409_3822, 0x299F_31D0)))
  }

  @Test func `uniform numbers lie inside the unit interval with mean and variance of their law`() {
    let generator = Philox(seed: 3)
    var (sum, squares) = (0.0, 0.0)
    let count = 40_000
    for i in 0..<count / 2 {
      let u = generator.uniforms(SIMD4(UInt32(i), 1, 2, 3))
      #expect(u.x > 0 && u.x < 1 && u.y > 0 && u.y < 1)
      sum += u.x + u.y
      squares += u.x * u.x + u.y * u.y
    }
    let n = Double(count)
    // Three standard errors: the variance of u is 1/12, of u² 4/45.
    #expect(abs(sum / n - 0.5) < 3 * (1 / (12 * n)).squareRoot())
    #expect(abs(squares / n - 1.0 / 3) < 3 * (4 / (45 * n)).squareRoot())
  }
}
