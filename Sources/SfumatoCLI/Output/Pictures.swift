// From what the renderer returns to what a PNG file holds.
internal import SfumatoCore
internal import SfumatoIO

/// A colour of a file as linear light.
func linearLight(_ color: ColorValue) -> SIMD3<Float> {
  SIMD3(sRGBDecode(color.sRGB.x), sRGBDecode(color.sRGB.y), sRGBDecode(color.sRGB.z))
}

/// Colour over black and its alpha as straight RGBA, `[H, W, 4]`; black where nothing covers.
func straight(
  _ color: ImageBuffer<Float>, alpha: ImageBuffer<Float>
) -> ImageBuffer<Float> {
  var result = ImageBuffer<Float>(width: color.width, height: color.height, channels: 4)
  for pixel in 0..<color.pixelCount {
    let a = alpha.values[pixel]
    guard a > 0 else { continue }
    result.values[4 * pixel + 3] = a
    for c in 0..<3 { result.values[4 * pixel + c] = color.values[3 * pixel + c] / a }
  }
  return result
}

/// Writes one of the extra pictures of a rendering.
func write(
  _ extra: ExtraPicture, of rendering: Rendering<Float>, to path: String
) throws(CommandFailure) {
  switch extra {
  case .alpha: try write(rendering.alpha, to: path, colorEncoding: .raw)
  case .depth:
    guard var picture = rendering.depth else { return }
    // Thousandths of the world unit; what is further than 65.535 ends there.
    for i in picture.values.indices {
      let depth = picture.values[i]
      picture.values[i] = depth.isFinite ? min((depth * 1000).rounded(), 65535) / 65535 : 0
    }
    try write(picture, to: path, bitDepth: 16, colorEncoding: .raw)
  case .face:
    guard let faces = rendering.face else { return }
    let (width, height) = (rendering.alpha.width, rendering.alpha.height)
    var picture = ImageBuffer<Float>(width: width, height: height, channels: 3)
    for (pixel, face) in faces.enumerated() {
      let number = UInt32(bitPattern: face) &+ 1
      for c in 0..<3 {
        picture.values[3 * pixel + c] = Float((number >> UInt32(16 - 8 * c)) & 255) / 255
      }
    }
    try write(picture, to: path, colorEncoding: .raw)
  }
}
