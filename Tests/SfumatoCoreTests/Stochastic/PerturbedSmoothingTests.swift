import Testing

@testable import SfumatoCore

/// Six logits, their worths and the worth of the largest: a function without a gradient.
private let logits = [0.3, 0.25, 0.1, 0, -0.1, -0.3]
private let worths = [1, -0.5, 0.25, 0.8, -1, 0.3]
private func worthOfLargest(_ x: [Double]) -> [Double] { [worths[indexOfLargest(x)]] }

@Suite
struct PerturbedSmoothingTests {
  private static let reductions: [VarianceReduction] = [
    VarianceReduction(), .controlVariate, .antithetic, [.controlVariate, .antithetic],
  ]

  private func smoothing(
    _ noise: PerturbationNoise, _ scale: Double, _ reduction: VarianceReduction, draws: Int = 40_000
  ) -> PerturbedSmoothing<Double> {
    PerturbedSmoothing(
      noise: noise, scale: scale, drawCount: draws, reduction: reduction, seed: 5)
  }

  /// Measured elsewhere on the same six logits, mean over the components.
  @Test(
    arguments: [
      (0.05, VarianceReduction(), 17.4), (0.05, .controlVariate, 15.3), (0.05, .antithetic, 10.5),
      (0.4, VarianceReduction(), 1.80), (0.4, .controlVariate, 2.53), (0.4, .antithetic, 1.35),
    ] as [(Double, VarianceReduction, Double)])
  func `a draw's deviation is that of the reference case`(
    scale: Double, reduction: VarianceReduction, expected: Double
  ) {
    let estimate = smoothing(.gaussian, scale, reduction).estimate(
      at: logits, valueBar: [1], of: worthOfLargest)
    let deviation = estimate.pointDeviation.reduce(0, +) / 6
    #expect(abs(deviation / expected - 1) < 0.1, "\(deviation)")
  }

  /// With Gumbel noise the mean worth is that of the softmax.
  @Test(arguments: reductions)
  func `with Gumbel noise value and gradients are those of the softmax`(
    reduction: VarianceReduction
  ) {
    func mean(_ x: [Double], _ scale: Double) -> Double {
      zip(Softmax.forward(x.map { $0 / scale }), worths).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let scale = 0.4
    let estimate = smoothing(.gumbel, scale, reduction).estimate(
      at: logits, valueBar: [1], of: worthOfLargest)
    let root = 200.0  // of the number of draws
    let value = mean(logits, scale)
    #expect(abs(estimate.value[0] - value) < 3 * 0.8 / root)  // worths deviate by at most 0.8
    for i in logits.indices {
      let h = 1e-5
      var (up, down) = (logits, logits)
      up[i] += h
      down[i] -= h
      let slope = (mean(up, scale) - mean(down, scale)) / (2 * h)
      #expect(
        abs(estimate.pointBar[i] - slope) < 3 * estimate.pointDeviation[i] / root, "logit \(i)")
    }
    let h = 1e-5
    let slope = (mean(logits, scale + h) - mean(logits, scale - h)) / (2 * h)
    #expect(abs(estimate.scaleBar - slope) < 3 * estimate.scaleDeviation / root)
  }

  /// E[Σ a (x + ε Z)²] = Σ a (x² + ε²) under Gauss noise.
  @Test(arguments: reductions)
  func `the gradient to the scale needs the dimension as its constant`(
    reduction: VarianceReduction
  ) {
    let a = [0.5, -1.2, 2, 0.7]
    let x = [0.3, 0.9, -0.4, 1.1]
    let scale = 0.6
    let smoothing = smoothing(.gaussian, scale, reduction)
    func quadratic(_ x: [Double]) -> [Double] { [zip(a, x).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }] }
    let estimate = smoothing.estimate(at: x, valueBar: [1], of: quadratic)
    let exact = 2 * scale * a.reduce(0, +)
    #expect(abs(estimate.scaleBar - exact) < 3 * estimate.scaleDeviation / 200)
    for i in a.indices {
      #expect(
        abs(estimate.pointBar[i] - 2 * a[i] * x[i]) < 3 * estimate.pointDeviation[i] / 200)
    }
    // The constant 1, as printed, is off by 3 E[f] / ε (without a variate).
    var printed = SampleMean()
    smoothing.forEachPerturbation(of: x, at: .init()) { moved, z, _ in
      printed.add(quadratic(moved)[0] * (zip(z, z).reduce(0) { $0 + $1.0 * $1.1 } - 1) / scale)
    }
    #expect(printed.errors(from: exact) > 20)
  }

  @Test func `mirrored Gumbel draws keep their own scores`() {
    let scale = 0.4
    let exact = smoothing(.gumbel, scale, []).estimate(
      at: logits, valueBar: [1], of: worthOfLargest)
    var symmetric = SampleMean()
    var own: Double?
    var pending = 0.0
    smoothing(.gumbel, scale, .antithetic).forEachPerturbation(of: logits, at: .init()) {
      moved, z, isLast in
      // The form for symmetric laws takes the score of the draw for both: (f(x + ε Z) - f(x + ε Z')) ∇ν(Z) / 2 ε.
      let worth = worthOfLargest(moved)[0]
      guard isLast, let first = own else {  // the draw itself
        own = worth
        pending = PerturbationNoise.gumbel.score(z[0])
        return
      }
      symmetric.add((first - worth) * pending / (2 * scale))
      own = nil
    }
    #expect(symmetric.errors(from: exact.pointBar[0]) > 10)
  }

  @Test func `every noise smooths a step into its own coverage`() {
    for noise in PerturbationNoise.allCases {
      for reduction in Self.reductions {
        let estimate = smoothing(noise, 0.7, reduction).estimate(at: [0.2], valueBar: [1]) {
          [$0[0] > 0 ? 1 : 0]
        }
        let u = 0.2 / 0.7
        let slope: Double = noise.coverageSlope(u)
        #expect(abs(estimate.value[0] - noise.coverage(u)) < 3 * 0.5 / 200)
        #expect(
          abs(estimate.pointBar[0] - slope / 0.7) < 3 * estimate.pointDeviation[0] / 200)
        #expect(abs(estimate.scaleBar + u * slope / 0.7) < 3 * estimate.scaleDeviation / 200)
      }
    }
  }

  @Test func `the seed decides every number, in Float as in Double`() {
    let once = smoothing(.logistic, 0.3, .antithetic, draws: 33)
    func run(_ s: PerturbedSmoothing<Double>) -> SmoothingEstimate<Double> {
      s.estimate(at: logits, valueBar: [1], of: worthOfLargest)
    }
    #expect(run(once) == run(once))
    var other = once
    other.seed = 6
    #expect(run(once) != run(other))
    #expect(once.value(at: logits, of: worthOfLargest) == run(once).value)
    let single = PerturbedSmoothing<Float>(
      noise: .logistic, scale: 0.3, drawCount: 33, reduction: .antithetic, seed: 5
    ).estimate(at: logits.map { Float($0) }, valueBar: [1]) {
      [Float(worths[indexOfLargest($0)])]
    }
    // The same draws; no two of the 66 perturbed logits are as near as Float's rounding.
    for i in logits.indices {
      #expect(abs(Double(single.pointBar[i]) - run(once).pointBar[i]) < 1e-4)
    }
  }

  @Test func `a scale of 0 ends the process`() async {
    await #expect(processExitsWith: .failure) {
      _ = PerturbedSmoothing<Float>(noise: .cauchy, scale: 0, drawCount: 4)
    }
  }
}
