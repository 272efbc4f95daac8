import RealModule
import SfumatoKernelTypes
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// One law without a tail cut as the lanes of one instruction set evaluate it, and in Double at the same arguments.
private struct LawRun {
  /// A number of the lanes, what Double gives, and how much of it moves per relative change of the argument.
  struct Pair {
    var u: Double
    var found: Double
    var wanted: Double
    var sensitivity: Double

    /// The error over the number's size and what rounding of the argument moves of it; a number below the floor is nothing in Float.
    func error(floor: Double) -> Double {
      let scale = abs(wanted) + sensitivity
      return found == wanted ? 0 : max(abs(found - wanted) - floor, 0) / scale
    }
  }

  /// log F, log S, hazard, reverse hazard.
  var rows: [[Pair]] = [[], [], [], []]

  init(_ distribution: EdgeDistribution, shape: Double, kernels: KernelTable) {
    let profile = EdgeProfile<Float>(distribution, shape: Float(shape), shift: .raw(0))
    let settings = SoftSettings<Float>(profile: profile, edgeWidthPixels: 1, tailBound: 0)
    let family = CoverageFamily(EdgeCoverage(settings), CoverageUnion(.probabilistic, faceCount: 1))
    let law = EdgeLaw<Double>(distribution, shape: Double(Float(shape)))
    for start in stride(from: 0, to: Self.grid.count, by: 16) {
      let u = Array(Self.grid[start..<start + 16])
      let out = sampled(family, tailBound: 0, at: u, kernels: kernels)
      for lane in 0..<16 {
        let x = Double(u[lane])
        func numbers(_ x: Double) -> [Double] {
          let sample = distribution.isMirrored ? law.sample(-x).mirrored : law.sample(x)
          return [
            sample.logCoverage, sample.logSurvival, sample.hazard, sample.reverseHazard,
          ]
        }
        let wanted = numbers(x)
        let (above, below) = (numbers(x * (1 + 1e-6)), numbers(x * (1 - 1e-6)))
        for k in 0..<4 {
          rows[k].append(
            Pair(
              u: x, found: Double(out[16 * k + lane]), wanted: wanted[k],
              sensitivity: abs(above[k] - below[k]) / 2e-6))
        }
      }
    }
  }

  /// Both tails, the middle, and close to the edges of bounded laws.
  static let grid: [Float] = {
    var all: [Float] = [0]
    for k in 0..<800 {
      all.append(0.0137 * Float(k + 1))
      all.append(1e-6 * Float.pow(10, Float(k) / 90))
      all.append(1 - Float.pow(2, -24 * Float(k + 1) / 801))
    }
    all = (all + all.map { -$0 }).sorted()
    return all + [Float](repeating: 1, count: (16 - all.count % 16) % 16)
  }()
}

/// The rows of ``KernelTable/sampleCoverage``.
private func sampled(
  _ family: CoverageFamily, tailBound: Float, at u: [Float], kernels: KernelTable
) -> [Float] {
  var out = [Float](repeating: .nan, count: 144)
  unsafe u.withUnsafeBufferPointer { u in
    unsafe out.withUnsafeMutableBufferPointer { out in
      guard let u = u.baseAddress, let out = out.baseAddress else { return }
      unsafe kernels.sampleCoverage(family, tailBound, u, out)
    }
  }
  return out
}

@Suite
struct CoverageLanesTests {
  /// The laws in both tails, gamma's at several shapes.
  static let members: [(EdgeDistribution, shape: Double)] =
    EdgeLawTests.members
    + [EdgeDistribution.gamma, .gammaReversed].flatMap { law in
      [0.1, 20].map { (law, $0) }
    }

  @Test(arguments: members)
  func `logarithms of the lanes have the digits of their own size`(
    distribution: EdgeDistribution, shape: Double
  ) {
    for kernels in InstructionSet.tables() {
      let run = LawRun(distribution, shape: shape, kernels: kernels)
      for (name, row) in zip(["log F", "log S", "f / S", "f / F"], run.rows) {
        // Hazards are quotients of numbers down to 1e-38.
        let floor = name.hasPrefix("log") ? 1e-37 : 1e-33
        guard let worst = row.max(by: { $0.error(floor: floor) < $1.error(floor: floor) }) else {
          continue
        }
        // Measured: 2e-6 of a gamma law of shape 0.1, 3.5e-6 of one of shape 20 (1.7e-6 with FMA), 1e-6 of the others.
        #expect(
          worst.error(floor: floor)
            < (distribution == .gamma || distribution == .gammaReversed ? 5e-6 : 2.5e-6),
          "\(name) at \(worst.u): \(worst.found) for \(worst.wanted), \(kernels.instructionSet)")
      }
    }
  }
}
