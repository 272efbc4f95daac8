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

/// Writes one of the extra pictures of a rendering: as numbers where the path ends in .pfm, else as PNG.
func write(
  _ extra: ExtraPicture, of rendering: Rendering<Float>, camera: Camera<Float>, to path: String,
  global: GlobalOptions
) throws(CommandFailure) {
  if path.hasSuffix(".pfm") {
    guard let numbers = numbers(extra, of: rendering, camera: camera) else { return }
    do { try savePFM(numbers, to: path) } catch { throw .failed("\(error)") }
    return
  }
  switch extra {
  case .depth:
    guard var picture = rendering.depth else { return }
    // Thousandths of the world unit; what is further than 65.535 ends there.
    if picture.values.contains(where: { $0.isFinite && $0 > 65.5355 }) {
      global.remark("\(path): depth over 65.535 units is cut off there; --float keeps it")
    }
    for i in picture.values.indices {
      let depth = picture.values[i]
      picture.values[i] = depth.isFinite ? min((depth * 1000).rounded(), 65535) / 65535 : 0
    }
    try write(picture, to: path, bitDepth: 16, colorEncoding: .raw)
  case .face: try write(ids: rendering.face, of: rendering, to: path)
  case .object: try write(ids: rendering.object, of: rendering, to: path)
  case .material: try write(ids: rendering.material, of: rendering, to: path)
  case .alpha, .normal, .worldNormal, .position, .uv, .barycentrics:
    guard var picture = numbers(extra, of: rendering, camera: camera) else { return }
    switch extra {
    case .normal, .worldNormal:
      // n = 2 c - 1; black where empty.
      for pixel in 0..<picture.pixelCount {
        let n = normalize(picture.values.vector3(pixel))
        if n != .zero { picture.values.setVector3(pixel, (n + 1) / 2) }
      }
    case .uv:
      // Into one turn of the texture.
      picture.values = picture.values.map { $0 - $0.rounded(.down) }
    default: break
    }
    try write(
      picture, to: path, bitDepth: extra == .uv ? 16 : 8, colorEncoding: .raw)
  }
}

/// The numbers of an extra picture that has some.
private func numbers(
  _ extra: ExtraPicture, of rendering: Rendering<Float>, camera: Camera<Float>
) -> ImageBuffer<Float>? {
  switch extra {
  case .alpha: return rendering.alpha
  case .depth: return rendering.depth
  case .worldNormal: return rendering.normal
  case .normal:
    guard var normal = rendering.normal else { return nil }
    let toCamera = camera.worldToCamera.rotation.matrix
    for pixel in 0..<normal.pixelCount {
      normal.values.setVector3(pixel, toCamera * normal.values.vector3(pixel))
    }
    return normal
  case .position: return rendering.position
  case .barycentrics: return rendering.barycentrics
  case .uv:
    return rendering.texcoord.map { own in
      var picture = ImageBuffer<Float>(width: own.width, height: own.height, channels: 3)
      for pixel in 0..<own.pixelCount {
        picture.values[3 * pixel] = own.values[2 * pixel]
        picture.values[3 * pixel + 1] = own.values[2 * pixel + 1]
      }
      return picture
    }
  case .face, .object, .material: return nil
  }
}

/// Writes numbers from -1 as RGB: the number + 1 in 24 bits, red highest.
private func write(
  ids: [Int32]?, of rendering: Rendering<Float>, to path: String
) throws(CommandFailure) {
  guard let ids else { return }
  let (width, height) = (rendering.alpha.width, rendering.alpha.height)
  var picture = ImageBuffer<Float>(width: width, height: height, channels: 3)
  for (pixel, id) in ids.enumerated() {
    let number = UInt32(bitPattern: id) &+ 1
    for c in 0..<3 {
      picture.values[3 * pixel + c] = Float((number >> UInt32(16 - 8 * c)) & 255) / 255
    }
  }
  try write(picture, to: path, colorEncoding: .raw)
}
