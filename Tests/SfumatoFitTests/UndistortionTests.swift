import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@testable import SfumatoFit

@Suite struct UndistortionTests {
  private let camera = Camera<Float>(
    focal: SIMD2(70, 74), principal: SIMD2(50, 37), width: 96, height: 80)

  /// What there is to see at a point of the plane at depth 1: soft stripes, and a disc as mask.
  private func scene(_ p: SIMD2<Double>) -> SIMD4<Float> {
    let wave = Float(0.5 + 0.3 * sin(12 * p.x) * cos(9 * p.y))
    let inside = 1 / (1 + exp((length(p - SIMD2(0.05, -0.03)) - 0.32) * 90))
    return SIMD4(wave, 1 - wave, 0.4, Float(inside))
  }

  private func plane(_ x: Int, _ y: Int) -> SIMD2<Double> {
    let c = Camera<Double>(camera)
    return (SIMD2(Double(x) + 0.5, Double(y) + 0.5) - c.principal) / c.focal
  }

  private func picture(_ at: (Int, Int) -> SIMD4<Float>) -> ImageBuffer<Float> {
    var image = ImageBuffer<Float>(width: 96, height: 80, channels: 4)
    for y in 0..<80 { for x in 0..<96 { for c in 0..<4 { image[x, y, c] = at(x, y)[c] } } }
    return image
  }

  /// The point that the lens shows at `q`, by a search that knows the forward model alone.
  private func undone(_ lens: LensDistortion, _ q: SIMD2<Double>) -> SIMD2<Double> {
    var p = q
    for _ in 0..<200 { p += (q - lens.distorted(p)) * 0.7 }
    return p
  }

  @Test(arguments: [
    LensDistortion.polynomial(radial: SIMD4(-0.2, 0.05, 0, 0), tangential: SIMD2(0.01, -0.02)),
    .polynomial(radial: SIMD4(0.3, 0.02, 0, 0.01), denominator: SIMD3(0.1, 0, 0.01)),
    .polynomial(radial: SIMD4(0.15, 0, 0, 0)),
    .fisheye(SIMD4(0.02, -0.01, 0.001, 0)),
  ])
  func `a picture bent by the forward model becomes straight again`(lens: LensDistortion) {
    let bent = picture { x, y in scene(undone(lens, plane(x, y))) }
    let straight = undistorted(bent, lens: lens, camera: camera)
    var (known, worst) = (0, Float(0))
    for y in 0..<80 {
      for x in 0..<96 {
        let q = lens.distorted(plane(x, y)) * SIMD2(70, 74) + SIMD2(50, 37)
        guard q.x > 0.5, q.y > 0.5, q.x < 95.5, q.y < 79.5 else { continue }
        known += 1
        let expected = scene(plane(x, y))
        worst = max(worst, abs(straight[x, y, 3] - expected.w))
        guard expected.w > 0.05 else { continue }
        for c in 0..<3 { worst = max(worst, abs(straight[x, y, c] - expected[c])) }
      }
    }
    #expect(known > 4000 && worst < 0.05, "\(worst) of \(known)")
    // It was bent at all.
    let untouched = zip(bent.values, straight.values).map { abs($0 - $1) }.max() ?? 0
    #expect(untouched > 0.2)
  }

  @Test func `pixels that the file does not show have no mask`() {
    // A barrel: the corners of the straight picture lie inside the bent one; a cushion: outside.
    let full = ImageBuffer<Float>(width: 96, height: 80, channels: 4, fill: 1)
    let cushion = LensDistortion.polynomial(radial: SIMD4(0.5, 0, 0, 0))
    let image = undistorted(full, lens: cushion, camera: camera)
    #expect(image[0, 0, 3] == 0 && image[0, 0, 0] == 0 && image[48, 40, 3] == 1)
    let barrel = undistorted(full, lens: .fisheye(.zero), camera: camera)
    #expect(barrel.values.allSatisfy { $0 > 0.999 })
    // Beyond where the polynomial turns back, at a radius of 0.5, nothing is known.
    let folding = LensDistortion.polynomial(radial: SIMD4(-4.0 / 3, 0, 0, 0))
    let folded = undistorted(full, lens: folding, camera: camera)
    #expect(folded[50 + 34, 37, 3] == 1 && folded[50 + 38, 37, 3] == 0)
  }

  @Test func `targets are undistorted when they are loaded, and keep their lens`() throws {
    let folder = try TemporaryFolder()
    let lens = LensDistortion.polynomial(radial: SIMD4(-0.2, 0.05, 0, 0))
    let bent = picture { x, y in scene(undone(lens, plane(x, y))) }
    try saveImage(bent, to: folder.path("a.png"), colorEncoding: .raw)
    let frame = CameraFrame(
      filePath: "a.png", imagePath: folder.path("a.png"), camera: camera, distortion: lens)
    let view = try #require(try loadTargets(CameraSet(frames: [frame]), of: "t.json").first)
    #expect(view.distortion == lens && view.camera == camera)
    let off = (0..<96 * 80).map { p in
      abs(view.picture.values[4 * p + 3] - scene(plane(p % 96, p / 96)).w)
    }
    #expect((off.max() ?? 1) < 0.05)
  }
}
