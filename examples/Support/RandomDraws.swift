public import SfumatoCore
internal import RealModule

/// Random numbers of the experiments; the same on every machine.
public struct RandomDraws: Sendable {
  private var generator: SplitMix64

  /// A row of draws of its own for each seed and stream.
  public init(seed: UInt64, stream: Int) {
    generator = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(stream))
  }

  /// Uniform in [0, 1).
  public mutating func uniform() -> Double { generator.unit() }

  /// Standard normal; Box and Muller 1958.
  public mutating func normal() -> Double {
    let radius = (-2 * Double.log(1 - generator.unit())).squareRoot()
    return radius * Double.cos(2 * .pi * generator.unit())
  }

  /// A uniform direction in space.
  public mutating func direction() -> SIMD3<Float> {
    normalize(SIMD3<Float>(Float(normal()), Float(normal()), Float(normal())))
  }

  /// A uniform rotation.
  public mutating func rotation() -> Quaternion<Float> {
    Quaternion(
      w: Float(normal()), vector: SIMD3(Float(normal()), Float(normal()), Float(normal()))
    ).normalized
  }
}

/// The angle of the rotation from one to the other, degrees.
public func degreesBetween(_ a: Quaternion<Float>, _ b: Quaternion<Float>) -> Double {
  Double((a * b.conjugate).angle) * 180 / .pi
}
