import RealModule
import Testing

@testable import SfumatoCore

/// A profile at raw shift 0 and width 1, without a tail cut: F(u) itself.
private func plain<S: RenderScalar>(
  _ distribution: EdgeDistribution, shape: S, shift: EdgeShift<S> = .raw(0)
) -> EdgeCoverage<S> {
  EdgeCoverage(
    SoftSettings(
      profile: EdgeProfile(distribution, shape: shape, shift: shift), edgeWidthPixels: 1,
      tailBound: 0))
}

@Suite
struct EdgeLawTests {
  /// The laws that have a density, gamma's at several shapes.
  static let members: [(EdgeDistribution, shape: Double)] = EdgeDistribution.allCases.flatMap {
    law -> [(EdgeDistribution, shape: Double)] in
    switch law {
    case .hard: []
    case .gamma, .gammaReversed: [0.5, 1, 1.7, 6].map { (law, $0) }
    case .uniform, .cubicHermite, .wignerSemicircle, .gaussian, .laplace, .logistic,
      .gudermannian, .cauchy, .reciprocal, .gumbelMax, .gumbelMin, .exponential,
      .exponentialReversed, .levy, .levyReversed:
      [(law, 1)]
    }
  }

  /// Arguments from deep outside to deep inside.
  static let grid: [Double] =
    stride(from: -12, through: 12, by: 0.37).map { $0 } + [-300, -40, 25, 90, 1000]

  private func compare<S: RenderScalar>(_ row: EdgeLawTable.Row, _: S.Type) throws {
    // Float: u itself and exp of a number of tens are rounded.
    let tolerance = S.self is Float.Type ? 3e-5 : 2e-13
    let floor = S.self is Float.Type ? 1e-37 : 1e-300
    let name = "\(row)"
    let distribution = try #require(EdgeDistribution(rawValue: row.distribution))
    // Near the end of the support, rounding of u alone is a relative 1e-8 / (1 - |u|).
    let gap = 1 - abs(row.argument)
    let isBounded =
      [EdgeDistribution.uniform, .cubicHermite, .wignerSemicircle].contains(distribution)
    let steepness = isBounded ? 1 + 0.01 / gap : 1
    let coverage = plain(distribution, shape: S(row.shape))
    let sample = try #require(coverage.sample(signedDistance: S(row.argument)), "\(name)")
    func expect(_ found: S, _ wanted: Double, _ what: String) {
      #expect(
        abs(Double(found) - wanted) <= tolerance * steepness * abs(wanted) + floor,
        "\(what) \(found) for \(wanted): \(name)")
    }
    expect(sample.logCoverage, row.logCoverage, "log F")
    expect(sample.logSurvival, row.logSurvival, "log S")
    let logHazard = row.logDensity - row.logSurvival
    let logReverse = row.logDensity - row.logCoverage
    // A hazard below 1e-30 is nothing in Float.
    if logHazard > -60 { expect(sample.hazard, .exp(logHazard), "f / S") }
    if logReverse > -60 { expect(sample.reverseHazard, .exp(logReverse), "f / F") }
    if row.logDensity > -60 { expect(sample.density, .exp(row.logDensity), "f") }
  }

  @Test func `every law has the values of its closed form`() throws {
    #expect(Set(EdgeLawTable.rows.map(\.distribution)).count == EdgeDistribution.allCases.count - 1)
    for row in EdgeLawTable.rows {
      try compare(row, Double.self)
      try compare(row, Float.self)
    }
  }

  @Test(arguments: members)
  func `the hazards are the slopes of the logarithms`(
    distribution: EdgeDistribution, shape: Double
  ) throws {
    let law = plain(distribution, shape: shape)
    var checked = 0
    for u in Self.grid {
      let h = 1e-5 * max(1, abs(u) / 10)
      let samples = [-2, -1, 0, 1, 2].map { law.sample(signedDistance: u + $0 * h) }
      let all = samples.compactMap { $0 }
      // All five in the support, away from the clamps and from the kinks at 0.
      guard all.count == 5, abs(u) > 2 * h else { continue }
      func slope(_ f: (EdgeCoverage<Double>.Sample) -> Double) -> Double {
        (8 * (f(all[3]) - f(all[1])) - (f(all[4]) - f(all[0]))) / (12 * h)
      }
      let rounding = 1e-15 / h
      if all.allSatisfy({ $0.logSurvival > -9000 }) {
        let wanted = slope(\.logSurvival)
        #expect(
          abs(wanted + all[2].hazard) < 1e-6 * all[2].hazard
            + rounding * (1 + abs(all[2].logSurvival)), "S at \(u)")
        checked += 1
      }
      if all.allSatisfy({ $0.logCoverage > -9000 }) {
        let wanted = slope(\.logCoverage)
        #expect(
          abs(wanted - all[2].reverseHazard) < 1e-6 * all[2].reverseHazard
            + rounding * (1 + abs(all[2].logCoverage)), "F at \(u)")
        checked += 1
      }
    }
    #expect(checked >= 10)
  }

  @Test(arguments: members)
  func `coverage and survival make one, and never fall`(
    distribution: EdgeDistribution, shape: Double
  ) {
    let law = plain(distribution, shape: shape)
    let product = plain(distribution, shape: Float(shape))
    var last = 0.0
    for u in Self.grid.sorted() {
      let sample = law.sample(signedDistance: u)
      let coverage = sample?.coverage ?? 0
      #expect(abs(coverage + (sample?.survival ?? 1) - 1) < 1e-14)
      #expect(coverage >= last)
      last = coverage
      let narrow = product.sample(signedDistance: Float(u))
      #expect(abs(Double((narrow?.coverage ?? 0) + (narrow?.survival ?? 1)) - 1) < 3e-7)
    }
    #expect(last > 0.97)
  }

  @Test(arguments: members)
  func `far arguments give numbers in Float, squared or not`(
    distribution: EdgeDistribution, shape: Double
  ) {
    for tail: Float in [0, 1e-4] {
      for shift in [EdgeShift<Float>.centered, .raw(0)] {
        for squared in [false, true] {
          let coverage = EdgeCoverage(
            SoftSettings<Float>(
              profile: EdgeProfile(
                distribution, squared: squared, shape: Float(shape), shift: shift),
              edgeWidthPixels: 0.05, tailBound: tail))
          for d: Float in [0, 1e-30, 1e-7, 0.01, 0.05, 1, 30, 4000] {
            for d in [d, -d] {
              guard let sample = coverage.sample(signedDistance: d) else { continue }
              let numbers = [
                sample.standardized, sample.logCoverage, sample.logSurvival, sample.hazard,
                sample.reverseHazard, sample.density, sample.logOdds,
              ]
              #expect(numbers.allSatisfy { $0.isFinite }, "\(squared) at \(d): \(numbers)")
              #expect(sample.logCoverage <= 0 && sample.logSurvival <= 0)
              #expect(sample.hazard >= 0 && sample.reverseHazard >= 0)
            }
          }
        }
      }
    }
  }

  @Test(arguments: members)
  func `the quantile turns the law around`(distribution: EdgeDistribution, shape: Double) {
    let law = EdgeLaw<Double>(distribution, shape: shape)
    let product = EdgeLaw<Float>(distribution, shape: Float(shape))
    for p in [1e-9, 1e-4, 0.01, 0.2, 0.499, 0.5, 0.7, 0.99, 1 - 1e-4] {
      let sample = law.sample(law.quantile(p))
      #expect(abs(.exp(sample.logCoverage) - p) < 1e-12 * (p + 1e-3 * (1 - p)) + 2e-16, "\(p)")
      let narrow = product.sample(product.quantile(Float(p)))
      // Near -1 the argument itself is rounded to 6e-8.
      let rounding = law.support.lower == -1 ? 1e-7 : 1e-12
      #expect(
        abs(Double(Float.exp(narrow.logCoverage)) - p) < 3e-5 * p + rounding, "\(p) in Float")
    }
    #expect(law.quantile(0) == law.support.lower)
    #expect(law.quantile(1) == law.support.upper)
  }
}
