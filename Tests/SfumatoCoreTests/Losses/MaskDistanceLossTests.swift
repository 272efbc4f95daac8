import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct MaskDistanceLossTests {
  @Test(arguments: [false, true])
  func `the adjoint agrees with finite differences`(weighs: Bool) {
    var generator = SeededGenerator(seed: 3)
    let distances = generator.array(30, -2...2)
    let weights = weighs ? generator.array(30, 0...1) : nil
    let error = adjointError(at: generator.array(30, 0...1), step: 1e-3) {
      [MaskDistanceLoss.forward(alpha: $0, distances: distances, weights: weights).value]
    } vjp: { x, bar in
      var alphaBar = [Double](repeating: 0, count: x.count)
      let residual = MaskDistanceLoss.forward(alpha: x, distances: distances, weights: weights)
        .residual
      MaskDistanceLoss.backward(residual, valueBar: bar[0], into: &alphaBar)
      return alphaBar
    }
    #expect(error < 1e-9, "\(error)")
  }

  @Test func `three pixels are known by thought`() {
    func value(_ alpha: [Float], _ weights: [Float]? = nil) -> Float {
      MaskDistanceLoss.forward(alpha: alpha, distances: [-2, -0.5, 1], weights: weights).value
    }
    #expect(value([0, 0, 1]) == 0)
    #expect(abs(value([1, 0, 1]) - 2 / 3) < 1e-6)
    #expect(abs(value([0, 1, 0.25]) - 1.25 / 3) < 1e-6)
    #expect(value([1, 1, 0], [0, 2, 0]) == 0.5)
    #expect(value([1, 1, 0], [0, 0, 0]) == 0)
  }
}
