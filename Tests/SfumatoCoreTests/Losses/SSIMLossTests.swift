import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite struct SSIMLossTests {
  /// Sizes with windows inside, with mirrored ones, and of one pixel.
  private static let sizes = [[14, 12], [12, 11], [7, 3], [1, 1]]

  @Test(arguments: sizes)
  func `the value is one minus the metric's`(size: [Int]) {
    var generator = SeededGenerator(seed: 3)
    let pixels = size[0] * size[1]
    let (a, b) = (generator.array(3 * pixels, 0...1), generator.array(3 * pixels, 0...1))
    func image<S: RenderScalar>(_ values: [Double], _: S.Type) -> MetricImage<S> {
      MetricImage(
        width: size[0], height: size[1], colorSRGB: values.map { S($0) },
        alpha: [S](repeating: 1, count: pixels))
    }
    func check<S: RenderScalar>(_ type: S.Type, _ tolerance: Double) {
      let loss = SSIMLoss.forward(
        image: a.map { S($0) }, target: b.map { S($0) }, width: size[0], height: size[1],
        channels: 3
      ).value
      let metric = ImageMetrics.ssim(image(a, type), image(b, type))
      #expect(abs(1 - Double(loss) - metric) < tolerance, "\(loss), \(metric)")
    }
    check(Double.self, 1e-12)
    check(Float.self, 1e-4)
  }

  @Test(arguments: sizes, [false, true])
  func `the adjoint agrees with finite differences`(size: [Int], weighs: Bool) {
    var generator = SeededGenerator(seed: 8)
    let pixels = size[0] * size[1]
    let target = generator.array(2 * pixels, 0...1)
    let weights = weighs ? generator.array(pixels, 0...1) : nil
    func forward(_ x: [Double]) -> (value: Double, residual: SSIMLoss.Residual<Double>) {
      SSIMLoss.forward(
        image: x, target: target, weights: weights, width: size[0], height: size[1], channels: 2)
    }
    // Local spreads of about 0.05 change over a few hundredths.
    let error = adjointError(at: generator.array(2 * pixels, 0...1), step: 1e-4) {
      [forward($0).value]
    } vjp: { x, bar in
      var imageBar = [Double](repeating: 0, count: x.count)
      SSIMLoss.backward(forward(x).residual, valueBar: bar[0], into: &imageBar)
      return imageBar
    }
    #expect(error < 1e-6, "\(error)")
  }

  @Test func `equal pictures cost nothing and pull nowhere, and no weight is no loss`() {
    var generator = SeededGenerator(seed: 1)
    let image = generator.array(16 * 16, 0...1)
    let (value, residual) = SSIMLoss.forward(
      image: image, target: image, width: 16, height: 16, channels: 1)
    #expect(abs(value) < 1e-12)
    var bar = [Double](repeating: 0, count: 256)
    SSIMLoss.backward(residual, valueBar: 1, into: &bar)
    #expect(bar.allSatisfy { abs($0) < 1e-9 })
    let (none, nowhere) = SSIMLoss.forward(
      image: image, target: generator.array(256, 0...1),
      weights: [Double](repeating: 0, count: 256), width: 16, height: 16, channels: 1)
    SSIMLoss.backward(nowhere, valueBar: 1, into: &bar)
    #expect(none == 0 && bar.allSatisfy { abs($0) < 1e-9 })
    #expect(
      SSIMLoss.forward(image: [Float](), target: [], width: 0, height: 0, channels: 3).value == 0)
  }

  @Test func `the window's adjoint is its transpose`() {
    var generator = SeededGenerator(seed: 2)
    for (width, height) in [(13, 4), (3, 20), (1, 1)] {
      let window = GaussianWindow<Double>(width: width, height: height)
      let (x, bar) = (generator.array(width * height), generator.array(width * height))
      let forward = zip(window(x), bar).reduce(0) { $0 + $1.0 * $1.1 }
      let backward = zip(x, window.transposed(bar)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(forward - backward) < 1e-12)
    }
  }
}
