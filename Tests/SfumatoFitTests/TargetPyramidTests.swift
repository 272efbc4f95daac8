import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoFit

@Suite struct TargetPyramidTests {
  private func target(width: Int, height: Int) -> TargetView {
    var generator = SeededGenerator(seed: 3)
    let values = generator.array(width * height * 4, 0...1).map { Float($0) }
    return TargetView(
      file: "a",
      camera: Camera(fieldOfViewDegrees: 50, axis: .x, width: width, height: height),
      picture: ImageBuffer(width: width, height: height, channels: 4, values: values))
  }

  private func scaled(
    _ target: TargetView, by scale: Double, keeps: Bool = false
  )
    -> ScaledTarget<Float>
  {
    TargetPyramid.scaled(
      [target], by: scale, background: .zero, keepsBackground: keeps, workers: .serial)[0]
  }

  @Test(arguments: [1, 0.5, 0.75, 0.4, 1.0 / 3, 0.11, 0.001])
  func `averages keep the means of coverage and of premultiplied light`(scale: Double) {
    let view = target(width: 12, height: 8)
    let small = scaled(view, by: scale)
    let pixels = view.picture.pixelCount
    func mean(_ values: [Float]) -> Double {
      values.reduce(0) { $0 + Double($1) } / Double(values.count)
    }
    let alpha = (0..<pixels).map { view.picture.values[4 * $0 + 3] }
    #expect(abs(mean(small.alpha) - mean(alpha)) < 1e-6)
    for c in 0..<3 {
      let light = (0..<pixels).map { sRGBDecode(view.picture.values[4 * $0 + c]) * alpha[$0] }
      let found = (0..<small.alpha.count).map { sRGBDecode(small.colorSRGB[3 * $0 + c]) }
      #expect(abs(mean(found) - mean(light)) < 2e-6)
    }
  }

  @Test func `the camera is scaled with the picture`() {
    let small = scaled(target(width: 12, height: 9), by: 0.5)
    // 9 rows become 5 (4.5 rounded away from zero): the two axes scale on their own.
    #expect(small.camera.width == 6 && small.camera.height == 5)
    #expect(small.camera.principal == SIMD2(3, 2.5))
    let focal = target(width: 12, height: 9).camera.focal
    #expect(abs(small.camera.focal.x - focal.x / 2) < 1e-5)
    #expect(abs(small.camera.focal.y - focal.y * 5 / 9) < 1e-5)
  }

  @Test func `normals and depth are averaged where all of a pixel is known and alike`() {
    var view = target(width: 4, height: 4)
    for p in 0..<16 { view.picture.values[4 * p + 3] = 1 }
    var normals = ImageBuffer<Float>(width: 4, height: 4, channels: 3)
    var depth = ImageBuffer<Float>(width: 4, height: 4, channels: 1, fill: 2)
    for p in 0..<16 {
      normals.values.setVector3(p, normalize(SIMD3(0, p.isMultiple(of: 2) ? 0.5 : -0.5, -1)))
    }
    // An unknown normal in the second quarter, a step of depth in the third, no mask in the last.
    normals.values.setVector3(3, .zero)
    depth.values[8] = 2.2
    view.picture.values[4 * 15 + 3] = 0
    view.geometry = TargetGeometry(normals: normals, depth: depth)
    let small = scaled(view, by: 0.5)
    #expect(length(small.normals.vector3(0) - SIMD3(0, 0, -1)) < 1e-6)
    #expect(small.normals.vector3(1) == .zero)
    #expect(length(small.normals.vector3(2) - SIMD3(0, 0, -1)) < 1e-6)
    #expect(small.normals.vector3(3) == .zero)
    #expect(small.depth == [2, 2, 0, 0])
    #expect(scaled(target(width: 4, height: 4), by: 0.5).normals.isEmpty)
  }

  @Test(arguments: [1, 0.5, 0.4])
  func `what is ignored weighs nothing`(scale: Double) {
    // A dark right half that is ignored, but for the last columns of the light left one.
    var view = target(width: 8, height: 4)
    for p in 0..<32 {
      let isLeft = p % 8 < 4
      for c in 0..<3 { view.picture.values[4 * p + c] = isLeft ? 0.8 : 0.1 }
      view.picture.values[4 * p + 3] = isLeft ? 1 : 0
    }
    view.ignored = ImageBuffer(
      width: 8, height: 4, channels: 1, values: (0..<32).map { $0 % 8 < 3 ? 0 : 1 })
    view.geometry.depth = ImageBuffer(width: 8, height: 4, channels: 1, fill: 2)
    let small = scaled(view, by: scale)
    let width = small.camera.width
    for p in small.alpha.indices {
      let span = 8 / Float(width)
      let weight = max(0, min(1, 3 / span - Float(p % width)))
      #expect(abs((small.weights?[p] ?? 1) - weight) < 1e-5)
      #expect(abs(small.alpha[p] - (weight > 0 ? 1 : 0)) < 1e-5)
      #expect(abs(small.colorSRGB[3 * p] - (weight > 0 ? 0.8 : 0)) < 1e-5)
      #expect((small.depth[p] > 0) == (weight > 0.99))
    }
    let mask = TargetPyramid.alpha(of: view, scale: scale)
    #expect(mask.possible.allSatisfy { abs($0 - 1) < 1e-5 })
    #expect(mask.isCertain?[0] == true && mask.isCertain?[width - 1] == false)
    #expect(scaled(target(width: 4, height: 4), by: scale).weights == nil)
  }

  @Test func `full size is the picture itself`() {
    let view = target(width: 5, height: 4)
    let same = scaled(view, by: 1, keeps: true)
    for p in 0..<20 {
      #expect(same.alpha[p] == view.picture.values[4 * p + 3])
      for c in 0..<3 {
        #expect(abs(same.colorSRGB[3 * p + c] - view.picture.values[4 * p + c]) < 1e-6)
      }
    }
  }

  @Test func `threads do not matter`() {
    let views = (2..<9).map { target(width: 3 * $0, height: 2 * $0) }
    func run(_ workers: Workers) -> [[Float]] {
      TargetPyramid.scaled(
        views, by: 0.6, background: .zero, keepsBackground: false, workers: workers
      ).map { $0.alpha + $0.colorSRGB }
    }
    #expect(run(.serial) == run(.all))
  }
}
