import RealModule
import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct ImageMetricsTests {
  private func picture(_ colors: [Double], alpha: [Double]) -> MetricImage<Double> {
    MetricImage(
      width: alpha.count, height: 1, colorSRGB: colors.flatMap { [$0, $0, $0] }, alpha: alpha)
  }

  private func random(_ seed: UInt64, width: Int, height: Int) -> MetricImage<Double> {
    var generator = SeededGenerator(seed: seed)
    return MetricImage(
      width: width, height: height, colorSRGB: generator.array(3 * width * height, 0...1),
      alpha: generator.array(width * height, 0...1))
  }

  @Test func `the signal-to-noise ratio is known by thought`() {
    let a = picture([0.5, 0.5, 0.5, 0.5], alpha: [1, 0.5, 0, 0])
    let b = picture([0.6, 0.5, 0.5, 0.9], alpha: [1, 0, 0, 0.49])
    // Pixels 0 and 1 count: mean square 0.01 / 2; all four: (0.01 + 0.16) / 4.
    #expect(abs(ImageMetrics.psnr(a, b) + 10 * Double.log10(0.005)) < 1e-12)
    #expect(abs(ImageMetrics.psnrFull(a, b) + 10 * Double.log10(0.0425)) < 1e-12)
    #expect(ImageMetrics.psnr(a, a) == .infinity)
    #expect(ImageMetrics.iou(a, b) == 0.5)
    #expect(abs(ImageMetrics.maxAbs(a, b) - 0.5) < 1e-15)
  }

  @Test func `empty masks and empty pictures agree`() {
    let clear = picture([0.5, 0.5], alpha: [0, 0])
    let none = MetricImage<Float>(width: 0, height: 0, colorSRGB: [], alpha: [])
    #expect(ImageMetrics.iou(clear, clear) == 1)
    #expect(ImageMetrics.psnr(clear, clear) == .infinity)
    #expect(ImageMetrics.psnrFull(none, none) == .infinity)
    #expect(ImageMetrics.ssim(none, none) == 1)
    #expect(ImageMetrics.maxAbs(none, none) == 0)
  }

  @Test func `straight colour is composited over grey`() {
    let image = MetricImage<Float>(
      width: 2, height: 1, straightSRGB: [1, 0, 0.5, 1, 0, 0.5], alpha: [1, 0.5])
    #expect(image.colorSRGB == [1, 0, 0.5, 0.75, 0.25, 0.5])
  }

  @Test func `not a number is reported`() {
    let a = picture([.nan, 1], alpha: [0, 0])
    #expect(ImageMetrics.maxAbs(a, picture([0, 0], alpha: [0, 0])).isNaN)
    #expect(ImageMetrics.psnrFull(a, picture([0, 0], alpha: [0, 0])).isNaN)
  }

  @Test func `flat pictures have the similarity of their luminances`() {
    func flat(_ value: Float) -> MetricImage<Float> {
      MetricImage(
        width: 16, height: 12, colorSRGB: [Float](repeating: value, count: 576),
        alpha: [Float](repeating: 1, count: 192))
    }
    let expected = (2 * 0.25 * 0.75 + 1e-4) / (0.25 * 0.25 + 0.75 * 0.75 + 1e-4)
    #expect(abs(ImageMetrics.ssim(flat(0.25), flat(0.75)) - expected) < 1e-9)
    #expect(abs(ImageMetrics.ssim(flat(0.25), flat(0.25)) - 1) < 1e-12)
  }

  @Test(arguments: [(13, 17), (11, 11), (24, 12)])
  func `similarity agrees with its definition window by window`(width: Int, height: Int) {
    let a = random(1, width: width, height: height)
    let b = random(2, width: width, height: height)
    var sum = 0.0
    var count = 0
    for channel in 0..<3 {
      for y in 5..<height - 5 {
        for x in 5..<width - 5 {
          var (w, mx, my, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
          for v in -5...5 {
            for u in -5...5 {
              let g = Double.exp(-Double(u * u + v * v) / 4.5)
              let i = 3 * ((y + v) * width + x + u) + channel
              let (p, q) = (a.colorSRGB[i], b.colorSRGB[i])
              w += g
              mx += g * p
              my += g * q
              xx += g * p * p
              yy += g * q * q
              xy += g * p * q
            }
          }
          mx /= w
          my /= w
          let (vx, vy, c) = (xx / w - mx * mx, yy / w - my * my, xy / w - mx * my)
          sum +=
            (2 * mx * my + 1e-4) * (2 * c + 9e-4)
            / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4))
          count += 1
        }
      }
    }
    #expect(abs(ImageMetrics.ssim(a, b) - sum / Double(count)) < 1e-12)
  }

  @Test(arguments: [(1, 1), (3, 40), (10, 10)])
  func `small pictures have a similarity`(width: Int, height: Int) {
    let a = random(3, width: width, height: height)
    let b = random(4, width: width, height: height)
    #expect(abs(ImageMetrics.ssim(a, a) - 1) < 1e-9)
    #expect(ImageMetrics.ssim(a, b) < 0.99)
    #expect(abs(ImageMetrics.ssim(a, b) - ImageMetrics.ssim(b, a)) < 1e-15)
  }
}
