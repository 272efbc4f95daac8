import Foundation
import SfumatoTestSupport
import Testing

@testable import SfumatoCore
@testable import SfumatoFit

@Suite struct ViewLossTests {
  private let width = 4
  private let height = 3

  @Test(arguments: FitConfig.ColorLoss.allCases, [false, true])
  func `the cotangents agree with finite differences`(
    kind: FitConfig.ColorLoss, ignores: Bool
  ) {
    let seed = UInt64(FitConfig.ColorLoss.allCases.firstIndex(of: kind) ?? 0) + 1
    var generator = SeededGenerator(seed: seed)
    let pixels = width * height
    let camera = Camera<Double>(fieldOfViewDegrees: 40, axis: .x, width: width, height: height)
    var target = ScaledTarget<Double>(
      camera: camera, alpha: generator.array(pixels, 0...1),
      colorSRGB: generator.array(3 * pixels, 0...1))
    if ignores { target.weights = [0, 0] + generator.array(pixels - 2, 0...1) }
    var losses = FitConfig.Losses(color: 0.7, huberDelta: 0.1, alpha: 1.3, iou: 0.4)
    (losses.colorLoss, losses.ssim) = (kind, 0.6)
    (losses.multiScaleSSIM, losses.maskDistance) = (0.5, 0.8)
    target.outlineDistances = generator.array(pixels, -0.5...0.5)
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
    if ignores {
      // What is ignored may be anything.
      var other = target
      (other.alpha[0], other.colorSRGB[4]) = (0.5, 7)
      let before = evaluate(point)
      target = other
      #expect(evaluate(point).value == before.value)
      #expect(evaluate(point).cotangent == before.cotangent)
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `cotangents of normals and depth agree with finite differences`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pixels = width * height
    var target = ScaledTarget<Double>(
      camera: Camera(fieldOfViewDegrees: 40, axis: .x, width: width, height: height),
      alpha: .init(repeating: 1, count: pixels), colorSRGB: generator.array(3 * pixels, 0...1))
    for _ in 0..<pixels {
      let n = normalize(generator.vector())
      target.normals += [n.x, n.y, n.z]
    }
    target.depth = generator.array(pixels, 2...3)
    // Unknown, uncovered and empty pixels do not count.
    target.normals.setVector3(1, .zero)
    target.depth[2] = 0
    var alpha = [Double](repeating: 1, count: pixels)
    (alpha[4], alpha[5]) = (0.5, 0)
    let losses = FitConfig.Losses(
      color: 0, huberDelta: 0.1, alpha: 0, iou: 0, normal: 1.7, depth: 0.6)
    let frame = ViewLoss.Frame(
      rotation: Quaternion(rotationVector: generator.vector()), radius: 1.3)
    func evaluate(_ x: [Double]) -> (value: Double, cotangent: RenderingCotangent<Double>) {
      var depth = Array(x[(3 * pixels)...])
      depth[5] = .infinity
      func image(_ values: [Double], _ channels: Int) -> ImageBuffer<Double> {
        ImageBuffer(width: width, height: height, channels: channels, values: values)
      }
      let picture = Rendering<Double>(
        alpha: image(alpha, 1), depth: image(depth, 1), normal: image(Array(x[..<(3 * pixels)]), 3))
      return ViewLoss.evaluate(picture, target, losses: losses, frame: frame, scale: 0.25)
    }
    let error = adjointError(
      at: generator.array(3 * pixels, -1...1) + generator.array(pixels, 2...3), step: 1e-5,
      seed: seed, forward: { [evaluate($0).value] },
      vjp: { x, bar in
        let cotangent = evaluate(x).cotangent
        return ((cotangent.normal?.values ?? []) + (cotangent.depth?.values ?? []))
          .map { $0 * bar[0] }
      })
    #expect(error < 1e-7, "\(error)")
    // The right normals and depths cost nothing.
    var right = target.depth
    let back = frame.rotation.conjugate
    right.insert(
      contentsOf: (0..<pixels).flatMap { p -> [Double] in
        let n = back.matrix * target.normals.vector3(p)
        return [n.x, n.y, n.z]
      }, at: 0)
    #expect(evaluate(right).value < 1e-12)
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
