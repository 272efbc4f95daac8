import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct PerturbedArgmaxTests {
  private let logits = [0.3, 0.25, 0.1, 0, -0.1, -0.3]
  private let worths = [1, -0.5, 0.25, 0.8, -1, 0.3]

  private func argmax(
    _ noise: PerturbationNoise, scale: Double, draws: Int, _ reduction: VarianceReduction,
    seed: UInt64 = 2
  ) -> PerturbedArgmax<Double> {
    PerturbedArgmax(
      PerturbedSmoothing(
        noise: noise, scale: scale, drawCount: draws, reduction: reduction, seed: seed))
  }

  @Test(arguments: [VarianceReduction(), .controlVariate, [.controlVariate, .antithetic]])
  func `Gumbel noise makes the softmax and its adjoint`(reduction: VarianceReduction) {
    let scale = 0.5
    let exact = Softmax.forward(logits.map { $0 / scale })
    let exactBar = Softmax.backward(weights: exact, weightsBar: worths).map { $0 / scale }
    var weights = [SampleMean](repeating: SampleMean(), count: 6)
    var bars = weights
    for seed in 0..<2000 as Range<UInt64> {
      let own = argmax(.gumbel, scale: scale, draws: 5, reduction, seed: seed)
      for (i, w) in own.weights(logits).enumerated() { weights[i].add(w) }
      for (i, b) in own.weightsVJP(logits, weightsBar: worths).logitsBar.enumerated() {
        bars[i].add(b)
      }
    }
    for i in 0..<6 {
      #expect(weights[i].errors(from: exact[i]) < 3, "weight \(i)")
      #expect(bars[i].errors(from: exactBar[i]) < 3, "logit \(i)")
    }
  }

  @Test(arguments: PerturbationNoise.allCases)
  func `the adjoint is the black-box estimator's`(noise: PerturbationNoise) {
    for reduction: VarianceReduction in [[], .controlVariate, .antithetic] {
      let own = argmax(noise, scale: 0.3, draws: 200, reduction)
      let worths = worths
      let estimate = own.smoothing.estimate(at: logits, valueBar: [1]) {
        [worths[indexOfLargest($0)]]
      }
      let (logitsBar, scaleBar) = own.weightsVJP(logits, weightsBar: worths)
      for i in 0..<6 { #expect(abs(logitsBar[i] - estimate.pointBar[i]) < 1e-12) }
      #expect(abs(scaleBar - estimate.scaleBar) < 1e-11)
    }
  }

  @Test func `weights sum to 1, follow the order of the logits and need no logit at all`() {
    let weights = argmax(.gaussian, scale: 0.2, draws: 4000, .antithetic).weights(logits)
    #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
    #expect(zip(weights, weights.dropFirst()).allSatisfy { $0 > $1 })
    #expect(argmax(.gaussian, scale: 0.2, draws: 4, []).weights([]).isEmpty)
    #expect(argmax(.gumbel, scale: 0.2, draws: 4, []).weights([-3]) == [1])
  }

  @Test func `the softmax's adjoint agrees with finite differences`() {
    let error = adjointError(
      at: logits, step: 1e-3, forward: Softmax.forward,
      vjp: { Softmax.backward(weights: Softmax.forward($0), weightsBar: $1) })
    #expect(error < 1e-9)
    #expect(Softmax.forward([1e6, -1e6]) == [1, 0])  // no overflow
  }
}
