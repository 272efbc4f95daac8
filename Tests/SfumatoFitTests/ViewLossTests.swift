import Foundation
import SfumatoTestSupport
import Testing

@testable import SfumatoCore
@testable import SfumatoFit

@Suite struct ViewLossTests {
  private let width = 4
  private let height = 3

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `the cotangents agree with finite differences`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pixels = width * height
    let camera = Camera<Double>(fieldOfViewDegrees: 40, axis: .x, width: width, height: height)
    let target = ScaledTarget<Double>(
      camera: camera, alpha: generator.array(pixels, 0...1),
      colorSRGB: generator.array(3 * pixels, 0...1))
    let losses = FitConfig.Losses(color: 0.7, huberDelta: 0.1, alpha: 1.3, iou: 0.4)
    // Away from the linear foot of the sRGB curve, where it has a kink.
    let point = generator.array(pixels, 0.1...0.9) + generator.array(3 * pixels, 0.05...1)
    func evaluate(_ x: [Double]) -> (value: Double, cotangent: RenderingCotangent<Double>) {
      let picture = Rendering<Double>(
        color: ImageBuffer(
          width: width, height: height, channels: 3, values: Array(x[pixels...])),
        alpha: ImageBuffer(
          width: width, height: height, channels: 1, values: Array(x[..<pixels])))
      return ViewLoss.evaluate(picture, target, losses: losses, scale: 0.25)
    }
    let error = adjointError(
      at: point, step: 1e-5, seed: seed, forward: { [evaluate($0).value] },
      vjp: { x, bar in
        let cotangent = evaluate(x).cotangent
        return ((cotangent.alpha?.values ?? []) + (cotangent.color?.values ?? []))
          .map { $0 * bar[0] }
      })
    #expect(error < 1e-7, "\(error)")
  }

  @Test func `a weight of zero leaves its term out, and colour may be missing`() {
    let camera = Camera<Float>(fieldOfViewDegrees: 40, axis: .x, width: width, height: height)
    let target = ScaledTarget<Float>(
      camera: camera, alpha: .init(repeating: 1, count: 12),
      colorSRGB: .init(repeating: 1, count: 36))
    let picture = Rendering<Float>(alpha: ImageBuffer(width: width, height: height, channels: 1))
    func value(_ alpha: Double, _ iou: Double) -> Float {
      ViewLoss.evaluate(
        picture, target, losses: .init(color: 1, huberDelta: 0.1, alpha: alpha, iou: iou), scale: 1
      ).value
    }
    #expect(value(0, 0) == 0)
    #expect(value(1, 0) == 1)
    #expect(value(1, 0.5) == 1.5)
  }
}
