/// A counter-based generator: 128 random bits as a pure function of a counter and a key.
///
/// Nothing is carried from one number to the next, so every thread finds the noise of its own pixel, face and sample
/// without asking what others have drawn.
///
/// Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel Random Numbers: As Easy as 1, 2, 3", Philox4x32-10.
package struct Philox: Equatable, Sendable {
  private let key: SIMD2<UInt32>

  /// The generator of a key.
  package init(key: SIMD2<UInt32>) { self.key = key }

  /// The generator of a seed.
  package init(seed: UInt64) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// The 128 bits of a counter.
  package func bits(_ counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
    var x = counter
    var k = key
    for _ in 0..<10 {
      let a = UInt64(x[0]) * 0xD251_1F53
      let b = UInt64(x[2]) * 0xCD9E_8D57
      x = SIMD4(
        UInt32(truncatingIfNeeded: b >> 32) ^ x[1] ^ k[0], UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ x[3] ^ k[1], UInt32(truncatingIfNeeded: a))
      k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return x
  }

  /// Two uniform numbers in the open interval (0, 1), odd multiples of 2⁻⁵³.
  package func uniforms(_ counter: SIMD4<UInt32>) -> SIMD2<Double> {
    let words = bits(counter)
    func uniform(_ high: UInt32, _ low: UInt32) -> Double {
      (Double((UInt64(high) << 32 | UInt64(low)) >> 12) + 0.5) * 0x1p-52
    }
    return SIMD2(uniform(words[0], words[1]), uniform(words[2], words[3]))
  }
}
