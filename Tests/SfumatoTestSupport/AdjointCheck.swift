// Adjoints against finite differences: fourth-order central differences in Double, a random cotangent, the
// largest difference over the group's largest gradient (style.md section 9).
internal import SfumatoCore

/// The library's seeded generator with the draws that tests want.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var generator: SplitMix64

  /// A generator that always yields the same sequence for a seed.
  public init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 { generator.next() }

  /// A uniform number in the range.
  public mutating func uniform(_ range: ClosedRange<Double> = -1...1) -> Double {
    Double.random(in: range, using: &self)
  }

  /// A vector with uniform components.
  public mutating func vector(_ range: ClosedRange<Double> = -1...1) -> SIMD3<Double> {
    SIMD3(uniform(range), uniform(range), uniform(range))
  }

  /// An array of uniform numbers.
  public mutating func array(_ count: Int, _ range: ClosedRange<Double> = -1...1) -> [Double] {
    (0..<count).map { _ in uniform(range) }
  }
}

/// The disagreement of an adjoint with finite differences, relative to the group's largest gradient.
///
/// - Parameters:
///   - point: where to differentiate, `[N]`.
///   - step: the finite difference's step, 1e-3 of the length over which the output changes.
///   - seed: of the random cotangent.
///   - forward: the function, from `[N]` to any fixed number of outputs.
///   - vjp: point and output cotangent to the point's cotangent, `[N]`.
/// - Returns: max |adjoint - difference| / max |difference|; infinity where nothing changes at all, so that a
///   vacuous check fails.
public func adjointError(
  at point: [Double], step: Double = 1e-4, seed: UInt64 = 1,
  forward: ([Double]) -> [Double], vjp: ([Double], [Double]) -> [Double]
) -> Double {
  var generator = SeededGenerator(seed: seed &+ 77)
  let output = forward(point)
  let cotangent = generator.array(output.count)
  let analytic = vjp(point, cotangent)
  precondition(analytic.count == point.count, "\(analytic.count) cotangents of \(point.count)")
  func value(_ i: Int, _ offset: Double) -> Double {
    var moved = point
    moved[i] += offset
    return zip(forward(moved), cotangent).reduce(0) { $0 + $1.0 * $1.1 }
  }
  var largestDifference = 0.0
  var largestError = 0.0
  for i in point.indices {
    let difference =
      (8 * (value(i, step) - value(i, -step)) - (value(i, 2 * step) - value(i, -2 * step)))
      / (12 * step)
    largestDifference = max(largestDifference, abs(difference))
    largestError = max(largestError, abs(difference - analytic[i]))
    if !analytic[i].isFinite { return .infinity }
  }
  guard largestDifference > 0 else { return .infinity }
  return largestError / largestDifference
}
