/// A small seeded generator: the same numbers on every machine.
///
/// Source: Steele, Lea, Flood 2014, "Fast Splittable Pseudorandom Number Generators".
public struct SplitMix64: RandomNumberGenerator, Equatable, Sendable, Codable {
  private var state: UInt64

  /// A generator that always yields the same sequence for a seed; neighbouring seeds have nothing in common.
  public init(seed: UInt64) { state = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15) }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A uniform number in [0, 1), a multiple of 2⁻⁵³.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  private static func mixed(_ bits: UInt64) -> UInt64 {
    var z = bits
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
