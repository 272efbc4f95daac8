import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct PixelLossTests {
  static let penalties: [PixelPenalty<Double>] = [
    .l1, .l2, .huber(delta: 0.4), .charbonnier(epsilon: 0.1), .gemanMcClure(scale: 0.3),
  ]

  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type])
  func `two pixels are known by thought`(type: any RenderScalar.Type) {
    func check<S: RenderScalar>(_: S.Type) {
      let image: [S] = [1, 0, 3, 2]
      let target: [S] = [0, 0, 1, 2.5]
      func value(_ penalty: PixelPenalty<S>, _ weights: [S]? = nil) -> S {
        PixelLoss.forward(penalty, image: image, target: target, weights: weights, channels: 2)
          .value
      }
      #expect(value(.l1) == 3.5 / 4)
      #expect(value(.l2) == 5.25 / 4)
      #expect(value(.huber(delta: 1)) == (0.5 + 1.5 + 0.125) / 4)
      #expect(
        abs(
          value(.charbonnier(epsilon: 0.75))
            - (0.5 + (4.5625 as S).squareRoot() - 0.75
              + (0.8125 as S).squareRoot() - 0.75) / 4) < 1e-6)
      #expect(value(.l1, [3, 1]) == 5.5 / 8)
      #expect(value(.l1, [0, 0]) == 0)
    }
    check(type)
  }

  @Test(arguments: penalties, 1...3 as ClosedRange<UInt64>)
  func `adjoint agrees with finite differences`(penalty: PixelPenalty<Double>, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let image = generator.array(24, 0...1)
    let target = generator.array(24, 0...1)
    // No difference stands within the step of a kink of l1 or of Huber's.
    #expect(
      zip(image, target).allSatisfy { abs($0 - $1) > 1e-3 && abs(abs($0 - $1) - 0.4) > 1e-3 })
    for weights in [nil, generator.array(8, 0...1)] {
      let error = adjointError(at: image, step: 1e-4, seed: seed) { image in
        [
          PixelLoss.forward(
            penalty, image: image, target: target, weights: weights, channels: 3
          ).value
        ]
      } vjp: { image, bar in
        let residual = PixelLoss.forward(
          penalty, image: image, target: target, weights: weights, channels: 3
        ).residual
        var imageBar = [Double](repeating: 0, count: image.count)
        PixelLoss.backward(residual, valueBar: bar[0], into: &imageBar)
        return imageBar
      }
      #expect(error < 1e-8)
    }
  }

  @Test(arguments: penalties)
  func `equal images cost nothing and pull nowhere`(penalty: PixelPenalty<Double>) {
    let image = [0.25, 0.5, 1]
    let (value, residual) = PixelLoss.forward(penalty, image: image, target: image, channels: 1)
    #expect(value == 0)
    var bar = [1.0, 2, 3]
    PixelLoss.backward(residual, valueBar: 1, into: &bar)
    #expect(bar == [1, 2, 3])
  }

  @Test func `no pixels cost nothing`() {
    let (value, residual) = PixelLoss.forward(.l2, image: [Float](), target: [], channels: 3)
    #expect(value == 0)
    var bar: [Float] = []
    PixelLoss.backward(residual, valueBar: 1, into: &bar)
  }

  @Test func `a weight of zero hides what is not a number`() {
    let image: [Float] = [.nan, 1]
    let (value, residual) = PixelLoss.forward(
      .l2, image: image, target: [0, 0], weights: [0, 1], channels: 1)
    #expect(value == 1)
    var bar: [Float] = [0, 0]
    PixelLoss.backward(residual, valueBar: 1, into: &bar)
    #expect(bar == [0, 2])
  }
}

@Suite struct SoftIoULossTests {
  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type])
  func `masks are known by thought`(type: any RenderScalar.Type) {
    func check<S: RenderScalar>(_: S.Type) {
      func value(_ alpha: [S], _ target: [S]) -> S {
        SoftIoULoss.forward(alpha: alpha, target: target).value
      }
      #expect(value([1, 1, 0], [1, 1, 0]) == 0)
      #expect(value([1, 0, 0], [0, 1, 0]) == 1)
      #expect(abs(value([1, 1, 0], [0, 1, 1]) - 2 / 3) < 1e-7)
      #expect(value([0, 0], [0, 0]) == 0)
      #expect(value([], []) == 0)
      #expect(value([0.5, 0], [1, 0]) == 0.5)
      #expect(
        SoftIoULoss.forward(alpha: [1, 1, 1], target: [1, 0, 0], weights: [1, 0.5, 0] as [S])
          .value == S(1 - 1 / 1.5))
    }
    check(type)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `adjoint agrees with finite differences`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let target = generator.array(20, 0...1)
    for weights in [nil, [0] + generator.array(19, 0...1)] {
      let error = adjointError(at: generator.array(20, 0...1), step: 1e-3, seed: seed) {
        [SoftIoULoss.forward(alpha: $0, target: target, weights: weights).value]
      } vjp: { alpha, bar in
        var alphaBar = [Double](repeating: 0, count: alpha.count)
        SoftIoULoss.backward(
          SoftIoULoss.forward(alpha: alpha, target: target, weights: weights).residual,
          valueBar: bar[0], into: &alphaBar)
        return alphaBar
      }
      #expect(error < 1e-9)
    }
  }

  @Test func `two empty masks have no gradient`() {
    var bar: [Float] = [7, 7]
    let residual = SoftIoULoss.forward(alpha: [0, 0] as [Float], target: [0, 0]).residual
    SoftIoULoss.backward(residual, valueBar: 1, into: &bar)
    #expect(bar == [7, 7])
  }
}
