import RealModule
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite struct MultiScaleSSIMLossTests {
  private func forward<S: RenderScalar>(
    _ x: [S], _ target: [S], _ weights: [S]? = nil, size: [Int], channels: Int = 1
  ) -> (value: S, residual: MultiScaleSSIMLoss.Residual<S>) {
    MultiScaleSSIMLoss.forward(
      image: x, target: target, weights: weights, width: size[0], height: size[1],
      channels: channels)
  }

  @Test(arguments: [[25, 23], [44, 47], [13, 30]], [false, true])
  func `the adjoint agrees with finite differences`(size: [Int], weighs: Bool) {
    var generator = SeededGenerator(seed: 6)
    let count = 2 * size[0] * size[1]
    let target = generator.array(count, 0...1)
    let weights = weighs ? generator.array(count / 2, 0...1) : nil
    // Alike enough for every scale's structure to be above nothing.
    let image = zip(target, generator.array(count, 0...1)).map { 0.7 * $0 + 0.3 * $1 }
    let error = adjointError(at: image, step: 1e-4) {
      [forward($0, target, weights, size: size, channels: 2).value]
    } vjp: { x, bar in
      var imageBar = [Double](repeating: 0, count: x.count)
      MultiScaleSSIMLoss.backward(
        forward(x, target, weights, size: size, channels: 2).residual, valueBar: bar[0],
        into: &imageBar)
      return imageBar
    }
    #expect(error < 1e-6, "\(error)")
  }

  @Test func `a small picture has one scale, that of SSIM, and a large one five`() {
    var generator = SeededGenerator(seed: 7)
    for (side, scales) in [(12, 1), (21, 1), (22, 2), (176, 5), (400, 5)] {
      let x = generator.array(side * side, 0...1).map { Float($0) }
      let (value, residual) = forward(x, x.map { 0.5 * $0 + 0.2 }, size: [side, side])
      #expect(residual.scales.count == scales)
      guard scales == 1 else { continue }
      let plain = SSIMLoss.forward(
        image: x, target: x.map { 0.5 * $0 + 0.2 }, width: side, height: side, channels: 1)
      #expect(abs(value - plain.value) < 1e-6)
    }
  }

  @Test func `a shift of brightness counts at the coarsest scale alone`() {
    var generator = SeededGenerator(seed: 9)
    let side = 200
    let x = generator.array(side * side, 0.2...0.6)
    let (value, residual) = forward(x.map { $0 + 0.2 }, x, size: [side, side])
    #expect(value > 1e-4)
    // Contrast and structure are alike at each scale but the last, where luminance is not.
    let luminance = 2 * 0.6 * 0.4 / (0.6 * 0.6 + 0.4 * 0.4)
    #expect(abs(1 - value - Double.pow(luminance, 0.1333)) < 1e-3)
    #expect(residual.slopes.allSatisfy { $0 > 0 })
  }

  @Test func `equal pictures cost nothing, and opposite ones are finite`() {
    var generator = SeededGenerator(seed: 5)
    let x = generator.array(64 * 64, 0...1)
    #expect(abs(forward(x, x, size: [64, 64]).value) < 1e-12)
    let (value, residual) = forward(x.map { 1 - $0 }, x, size: [64, 64])
    var bar = [Double](repeating: 0, count: x.count)
    MultiScaleSSIMLoss.backward(residual, valueBar: 1, into: &bar)
    #expect(value > 0.9 && value < 1 && bar.allSatisfy { $0.isFinite })
    #expect(forward([Float](), [], size: [0, 0]).value == 0)
  }
}
