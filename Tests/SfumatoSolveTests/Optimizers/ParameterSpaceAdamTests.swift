import Foundation
import SfumatoCore
import SfumatoSolve
import Testing

@Suite struct ParameterSpaceAdamTests {
  /// 1 but for a hole around (0.8, -0.5, 0.3): flat everywhere.
  private func plateau(_ x: [Double]) -> Double {
    let d = [x[0] - 0.8, x[1] + 0.5, x[2] - 0.3]
    return d.allSatisfy { abs($0) < 0.4 } ? 0 : 1
  }

  @Test func `a hole in a plateau is found`() {
    var optimizer = ParameterSpaceAdam<Double>(count: 3, seed: 2)
    var x = [-1.0, 0.7, -0.6]
    let steps = 300
    for step in 0..<steps {
      let sigma = ParameterSpaceAdam<Double>.sigma(from: 1, to: 0.1, step: step, of: steps)
      let here = x
      let update = optimizer.step(sigma: sigma, pairs: 2, learningRate: 0.03) { offset in
        plateau(zip(here, offset).map { $0 + $1 })
      }
      for i in x.indices { x[i] += update[i] }
    }
    #expect(plateau(x) == 0, "\(x)")
  }

  /// The mean of a product of steps is a product of normal distribution functions.
  @Test func `the gradient has the mean of the closed form`() {
    func phi(_ u: Double) -> Double { exp(-u * u / 2) / (2 * Double.pi).squareRoot() }
    func distribution(_ u: Double) -> Double { erfc(-u / 2.0.squareRoot()) / 2 }
    let (x, y, sigma) = (0.3, -0.2, 0.7)
    let exact = [
      phi(x / sigma) / sigma * distribution(y / sigma),
      distribution(x / sigma) * phi(y / sigma) / sigma,
    ]
    var sum = [0.0, 0.0]
    var squares = sum
    let runs = 20_000
    for run in 0..<runs {
      let optimizer = ParameterSpaceAdam<Double>(count: 2, seed: UInt64(run))
      let losses = optimizer.offsets(sigma: sigma).map {
        x + $0[0] > 0 && y + $0[1] > 0 ? 1.0 : 0
      }
      for (i, g) in optimizer.gradient(losses: losses, sigma: sigma).enumerated() {
        sum[i] += g
        squares[i] += g * g
      }
    }
    let n = Double(runs)
    for i in 0..<2 {
      let mean = sum[i] / n
      let error = ((squares[i] / n - mean * mean) / n).squareRoot()
      #expect(abs(mean - exact[i]) < 3 * error, "\(mean) for \(exact[i])")
      #expect(error < 0.02 * exact[i])
    }
  }

  @Test func `a pair differs in the sign of its own parameter alone`() {
    let optimizer = ParameterSpaceAdam<Float>(count: 4, seed: 9)
    let offsets = optimizer.offsets(sigma: 0.5, pairs: 2)
    #expect(offsets.count == 16)
    for i in 0..<4 {
      for k in 0..<2 {
        let (up, down) = (offsets[2 * (2 * i + k)], offsets[2 * (2 * i + k) + 1])
        #expect(up[i] > 0 && down[i] == -up[i])
        for j in 0..<4 where j != i { #expect(up[j] == down[j]) }
      }
    }
    #expect(Set(offsets.map { $0.map(abs) }).count == 8)
  }

  @Test func `the width falls linearly and includes both ends`() {
    func sigma(_ step: Int, _ steps: Int) -> Double {
      ParameterSpaceAdam<Double>.sigma(from: 1, to: 0.5, step: step, of: steps)
    }
    #expect([0, 1, 2].map { sigma($0, 3) } == [1, 0.75, 0.5])
    #expect(sigma(0, 1) == 1)
  }

  @Test func `a stored state goes on with the same bits`() throws {
    var optimizer = ParameterSpaceAdam<Float>(count: 3, seed: 7)
    func loss(_ x: [Float]) -> Float { x[0] * x[0] + abs(x[1]) - x[2] }
    for _ in 0..<5 { _ = optimizer.step(sigma: 0.3, learningRate: 0.1, loss: loss) }
    var copy = try JSONDecoder().decode(
      ParameterSpaceAdam<Float>.self, from: JSONEncoder().encode(optimizer))
    #expect(copy == optimizer)
    let before = optimizer.offsets(sigma: 0.3)
    let update = optimizer.step(sigma: 0.3, learningRate: 0.1, loss: loss)
    #expect(copy.step(sigma: 0.3, learningRate: 0.1, loss: loss) == update)
    #expect(optimizer.offsets(sigma: 0.3) != before)
  }

  @Test func `no parameters are no trouble`() {
    var optimizer = ParameterSpaceAdam<Float>(count: 0)
    #expect(optimizer.step(sigma: 1, learningRate: 1) { _ in 0 } == [])
  }
}
