import SfumatoTestSupport
import Testing

@testable import SfumatoSolve

@Suite struct LevenbergMarquardtTests {
  /// Rosenbrock's valley as residuals: 10 (y - x²) and 1 - x.
  private func equations(_ p: [Double]) -> NormalEquations {
    var equations = NormalEquations(parameterCount: 2)
    let residuals = [Float(10 * (p[1] - p[0] * p[0])), Float(1 - p[0])]
    equations.add(
      residuals: residuals, columns: [[Float(-20 * p[0]), -1], [10, 0]], parameters: [0, 1])
    return equations
  }

  @Test func `it goes down a curved valley`() throws {
    var place = [-1.2, 1.0]
    var optimizer = LevenbergMarquardt()
    for _ in 0..<60 {
      let here = equations(place)
      let step = try #require(optimizer.step(here))
      let next = zip(place, step).map { $0 + $1 }
      if optimizer.judge(step, of: here, newValue: equations(next).value) { place = next }
    }
    #expect(abs(place[0] - 1) < 1e-3 && abs(place[1] - 1) < 1e-3, "\(place)")
  }

  @Test func `a step that fails is tried again, shorter`() throws {
    let here = equations([-1.2, 1])
    var optimizer = LevenbergMarquardt()
    let first = try #require(optimizer.step(here))
    let isHigher = optimizer.judge(first, of: here, newValue: here.value + 1)
    let isLost = optimizer.judge(first, of: here, newValue: .nan)
    #expect(!isHigher && !isLost && optimizer.damping == 8e-3)
    let second = try #require(optimizer.step(here))
    func length(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 } }
    #expect(length(second) < length(first))
    let isLower = optimizer.judge(second, of: here, newValue: 0)
    #expect(isLower && optimizer.damping < 8e-3)
  }

  @Test func `what moves nothing stays, and nothing to move is no step`() throws {
    var equations = NormalEquations(parameterCount: 3)
    equations.add(residuals: [1, 2], columns: [[1, 1], [0, 0]], parameters: [0, 2])
    let step = try #require(LevenbergMarquardt().step(equations))
    #expect(abs(step[0] + 1.5) < 0.01 && step[1] == 0 && step[2] == 0)
    #expect(equations.value == 2.5 && equations.residualCount == 2)
    #expect(LevenbergMarquardt().step(NormalEquations(parameterCount: 2)) == nil)
    var spoilt = NormalEquations(parameterCount: 1)
    spoilt.add(residuals: [.nan], columns: [[1]], parameters: [0])
    #expect(LevenbergMarquardt().step(spoilt) == nil)
  }

  @Test func `small symmetric systems and their eigenvectors`() throws {
    var g = SeededGenerator(seed: 4)
    let n = 7
    let rows = (0..<n).map { _ in g.array(n, -1...1) }
    var matrix = SymmetricMatrix(size: n)
    for i in 0..<n {
      for j in 0...i {
        matrix[i, j] = (0..<n).reduce(i == j ? 0.1 : 0) { $0 + rows[i][$1] * rows[j][$1] }
      }
    }
    let b = g.array(n, -1...1)
    let x = try #require(matrix.solve(b))
    func times(_ x: [Double]) -> [Double] {
      (0..<n).map { i in (0..<n).reduce(0) { $0 + matrix[i, $1] * x[$1] } }
    }
    for (a, b) in zip(times(x), b) { #expect(abs(a - b) < 1e-10) }
    let pairs = try #require(matrix.eigenvectors)
    #expect(pairs.count == n && zip(pairs, pairs.dropFirst()).allSatisfy { $0.value <= $1.value })
    for (value, vector) in pairs {
      for (a, b) in zip(times(vector), vector) { #expect(abs(a - value * b) < 1e-10) }
    }
    var indefinite = SymmetricMatrix(size: 2)
    indefinite[0, 0] = 1
    indefinite[1, 1] = -1
    #expect(indefinite.solve([1, 1]) == nil)
    indefinite[0, 1] = .nan
    #expect(indefinite.eigenvectors == nil && indefinite.solve([1, 1]) == nil)
  }
}
