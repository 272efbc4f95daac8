internal import SfumatoCore
internal import SfumatoIO

/// A picture without its lens distortion: what a pinhole of the same intrinsics would have shown.
///
/// Each pixel is read where the lens shows its point, bilinear between pixel centres, colour in linear light and weighted by the mask.
/// Pixels whose point lies outside of the file's picture, or beyond where the lens model turns back, are unknown: mask and colour 0.
///
/// - Parameters:
///   - picture: straight RGBA, `[H, W, 4]`, sRGB codes and the mask.
///   - lens: the distortion.
///   - camera: the intrinsics, at the picture's size.
/// - Returns: the picture at the same size.
func undistorted(
  _ picture: ImageBuffer<Float>, lens: LensDistortion, camera: Camera<Float>
) -> ImageBuffer<Float> {
  let (width, height) = (picture.width, picture.height)
  let focal = SIMD2(Double(camera.focal.x), Double(camera.focal.y))
  let principal = SIMD2(Double(camera.principal.x), Double(camera.principal.y))
  let size = SIMD2(Double(width), Double(height))
  let corners: [SIMD2<Double>] = [.zero, SIMD2(size.x, 0), SIMD2(0, size.y), size]
  let farthest: Double = corners.map { length(($0 - principal) / focal) }.max() ?? 0
  let reach = lens.monotoneRadius(upTo: max(farthest, 1e-9))
  let source = PremultipliedSource(picture)
  var result = ImageBuffer<Float>(width: width, height: height, channels: 4)
  for y in 0..<height {
    for x in 0..<width {
      let point = (SIMD2(Double(x) + 0.5, Double(y) + 0.5) - principal) / focal
      guard length(point) <= reach else { continue }
      let place = lens.distorted(point) * focal + principal
      guard place.x >= 0, place.y >= 0, place.x <= size.x, place.y <= size.y else { continue }
      let sample = source.sample(SIMD2(Float(place.x), Float(place.y)))
      for c in 0..<4 { result.values[4 * (y * width + x) + c] = sample[c] }
    }
  }
  return result
}

/// A picture in linear light to read between pixel centres.
private struct PremultipliedSource {
  let width: Int
  let height: Int
  /// Linear colour and alpha.
  let pixels: [SIMD4<Float>]

  init(_ picture: ImageBuffer<Float>) {
    width = picture.width
    height = picture.height
    let values = picture.values
    pixels = (0..<picture.pixelCount).map { p in
      SIMD4(
        sRGBDecode(values[4 * p]), sRGBDecode(values[4 * p + 1]), sRGBDecode(values[4 * p + 2]),
        values[4 * p + 3])
    }
  }

  /// Codes and mask at a place; outside of the mask the colour is the plain mean, so that a background stays what it is.
  func sample(_ place: SIMD2<Float>) -> SIMD4<Float> {
    let x = min(max(place.x - 0.5, 0), Float(width - 1))
    let y = min(max(place.y - 0.5, 0), Float(height - 1))
    let (i, j) = (Int(x), Int(y))
    let (u, v) = (x - Float(i), y - Float(j))
    var (plain, weighted) = (SIMD4<Float>.zero, SIMD4<Float>.zero)
    let weights = SIMD4((1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v)
    for k in 0..<4 where weights[k] > 0 {
      let (dx, dy, weight) = (k & 1, k >> 1, weights[k])
      let pixel = pixels[min(j + dy, height - 1) * width + min(i + dx, width - 1)]
      plain += pixel * weight
      weighted += pixel * (weight * pixel.w)
    }
    let alpha = plain.w
    let color = alpha > 0 ? weighted / alpha : plain
    return SIMD4(
      min(sRGBEncode(color.x), 1), min(sRGBEncode(color.y), 1), min(sRGBEncode(color.z), 1), alpha)
  }
}
