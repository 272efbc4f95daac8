import RealModule
import Testing

@testable import SfumatoCore

@Suite
struct IncompleteGammaTests {
  /// log P and log Q.
  private func logs(_ p: Double, _ v: Double) -> (lower: Double, upper: Double) {
    let value = IncompleteGamma(shape: p, at: v)
    return value.isLowerSmall
      ? (value.logSmall, value.logLarge) : (value.logLarge, value.logSmall)
  }

  private static let arguments = [1e-6, 0.01, 0.3, 0.99, 1.4, 1.6, 2.1, 3, 7, 19, 21, 60, 300]

  private func isNear(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    abs(a - b) <= tolerance * abs(b)
  }

  @Test(arguments: arguments)
  func `shape 1 is the exponential law and shape one half the error function`(v: Double) {
    // The logarithm of 1 - x by way of x where that is small.
    #expect(
      isNear(
        logs(1, v).lower,
        v < 0.5 ? .log(-.expMinusOne(-v)) : .log(onePlus: -.exp(-v)), 1e-13))
    #expect(isNear(logs(1, v).upper, -v, 1e-13))
    let root = v.squareRoot()
    #expect(
      isNear(
        logs(0.5, v).lower, v < 0.5 ? .log(.erf(root)) : .log(onePlus: -.erfc(root)), 1e-12))
    #expect(isNear(logs(0.5, v).upper, .log(.erfc(root)), 1e-12))
  }

  @Test(arguments: 1...12)
  func `an integer shape is a sum of Poisson probabilities`(p: Int) {
    for v in Self.arguments {
      var term = Double.exp(-v)
      var sum = 0.0
      for k in 0..<p {
        sum += term
        term *= v / Double(k + 1)
      }
      // Where Q is near 1 its logarithm is -P, which the sum knows to an absolute 1e-15.
      let found = logs(Double(p), v).upper
      #expect(abs(found - .log(sum)) < 1e-12 * max(abs(found), 0.01), "Q(\(p), \(v))")
    }
  }

  @Test func `the fraction and the series meet at v = p + 1`() {
    for p in [0.05, 0.3, 1, 4.7, 20, 150, 1000] {
      let edge = p + 1
      let below = logs(p, edge * (1 - 1e-12))
      let above = logs(p, edge * (1 + 1e-12))
      // The complement of P near 1 has lost as many digits as 1 - P has zeros.
      let lost = 1 / Double.exp(above.upper)
      #expect(abs(below.lower - above.lower) < 1e-10, "\(p)")
      #expect(abs(below.upper - above.upper) < 1e-11 * (10 + lost), "\(p)")
    }
  }

  @Test func `the slope in the shape agrees with differences`() {
    for p in [0.2, 0.5, 1, 1.7, 6, 19, 80] {
      for v in Self.arguments {
        let value = IncompleteGamma(shape: p, at: v)
        let found = value.lowerShapeSlopePerDensity
        let h = 1e-4 * p
        func small(_ q: Double) -> Double {
          let at = logs(q, v)
          return value.isLowerSmall ? at.lower : at.upper
        }
        // ∂P/∂p from the side that is small.
        let slope =
          (8 * (small(p + h) - small(p - h)) - (small(p + 2 * h) - small(p - 2 * h))) / (12 * h)
        let ratio = value.smallPerDensity * (value.isLowerSmall ? 1 : -1)
        #expect(abs(found - slope * ratio) < 1e-7 * abs(slope * ratio), "∂P/∂p at \(p), \(v)")
      }
    }
  }

  @Test func `digamma has its known values`() {
    let euler = 0.577_215_664_901_532_9
    #expect(abs(digamma(1.0) + euler) < 1e-14)
    #expect(abs(digamma(0.5) + euler + 2 * .log(2)) < 1e-14)
    #expect(abs(digamma(0.25) + euler + .pi / 2 + 3 * .log(2)) < 1e-13)
    var harmonic = 0.0
    for n in 1...40 {
      harmonic += 1 / Double(n)
      #expect(abs(digamma(Double(n + 1)) - harmonic + euler) < 1e-13)
    }
    #expect(abs(digamma(Float(1)) + Float(euler)) < 1e-6)
  }

  @Test func `the scaled complementary error function has its known values`() {
    // exp(x²) erfc(x) in arithmetic of 60 digits.
    let known: [(x: Double, value: Double)] = [
      (0, 1),
      (0.5, 0.615_690_344_192_925_87),
      (1.9, 0.266_509_373_661_672_66),
      (2.1, 0.245_119_123_345_172_34),
      (5.9, 0.094_307_136_148_327_026),
      (6.1, 0.091_294_300_368_683_835),
      (30, 0.018_795_888_861_416_751),
      (1000, 0.000_564_189_301_453_387_65),
    ]
    for (x, value) in known {
      #expect(isNear(scaledComplementaryError(x), value, 2e-15 * (1 + x * x).squareRoot()), "\(x)")
      let product = Double(scaledComplementaryError(Float(x)))
      let rounding = abs(Double(Float(x)) - x) + 4e-7 * (1 + min(x * x, 4))
      #expect(abs(product - value) < rounding * value, "\(x) in Float")
    }
  }
}
