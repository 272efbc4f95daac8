public import SfumatoCore

/// A picture as it came from a file.
public struct LoadedImage: Equatable, Sendable {
  /// Straight RGBA, `[H, W, 4]`: colour in linear light, or raw where asked for; alpha in [0, 1].
  public var pixels: ImageBuffer<Float>
  /// Whether the file says anything about alpha; where not, alpha is 1 everywhere.
  public var hasAlpha: Bool
  /// Bits a sample in the file: 1, 2, 4, 8, 16, or 32 for floats.
  public var bitDepth: Int

  /// Makes a loaded picture.
  public init(pixels: ImageBuffer<Float>, hasAlpha: Bool, bitDepth: Int) {
    precondition(pixels.channels == 4, "\(pixels.channels) channels, not 4")
    self.pixels = pixels
    self.hasAlpha = hasAlpha
    self.bitDepth = bitDepth
  }
}

/// Reads an image: a PNG of any kind, a baseline or progressive JPEG, or a PFM; which one, its first bytes tell.
///
/// Colour samples are taken for sRGB codes, whatever the file's colour chunks say, and decoded to linear light;
/// with `linearColor: false` they are returned as sample / largest sample (masks, depth, normals). Samples are
/// exact, but for colours of 16-bit files with alpha: these are within half a step divided by alpha, and never
/// worse than 8 bits unless interlaced. The floats of a PFM are linear light already and pass as they are; use
/// ``loadPFM(_:maxSide:)`` for depth, whose empty pixels are infinite. The orientation that EXIF data of a JPEG may
/// ask for is *not* applied: cameras count pixels as they are stored, and glTF demands it of textures. No side may
/// exceed `maxSide` pixels.
public func loadImage(
  _ path: String, maxSide: Int = 16384, linearColor: Bool = true
) throws(ImageFileError) -> LoadedImage {
  try decodeImage(
    try imageBytes(path), path: path, maxSide: maxSide, linearColor: linearColor)
}

/// The bytes of an image file.
func imageBytes(_ path: String) throws(ImageFileError) -> [UInt8] {
  do { return try readBytes(path) } catch {
    throw ImageFileError(path: path, reason: .inaccessible(error.problem))
  }
}

/// The width and height of an image file in pixels, from its header alone.
package func imageSize(_ path: String) throws(ImageFileError) -> (width: Int, height: Int) {
  var bytes: [UInt8]
  do {
    bytes = try readBytes(path, first: 120)
    // A JPEG's size may stand behind a preview image.
    if isJPEG(bytes) { bytes = try readBytes(path) }
  } catch {
    throw ImageFileError(path: path, reason: .inaccessible(error.problem))
  }
  return try imageSize(of: bytes, path: path)
}

/// ``imageSize(_:)`` of bytes; the path only names the file in errors.
func imageSize(
  of bytes: [UInt8], path: String
) throws(ImageFileError) -> (width: Int, height: Int) {
  if isJPEG(bytes) {
    do {
      let header = try jpegHeader(bytes)
      return (header.width, header.height)
    } catch { throw ImageFileError(path: path, reason: .jpegCodec(error.message)) }
  }
  if isPFM(bytes) {
    let header = try pfmHeader(bytes, path: path)
    return (header.width, header.height)
  }
  do {
    let header = try pngHeader(bytes)
    return (header.width, header.height)
  } catch { throw ImageFileError(path: path, reason: error.reason) }
}

/// ``loadImage(_:maxSide:linearColor:)`` on bytes; the path only names the file in errors.
package func decodeImage(
  _ bytes: [UInt8], path: String, maxSide: Int = 16384, linearColor: Bool = true
) throws(ImageFileError) -> LoadedImage {
  if isJPEG(bytes) {
    return try jpegImage(bytes, path: path, maxSide: maxSide, linearColor: linearColor)
  }
  if isPFM(bytes) { return try floatImage(bytes, path: path, maxSide: maxSide) }
  let file: CheckedPNG
  do { file = try checkedPNG(bytes, maxSide: maxSide) } catch {
    throw ImageFileError(path: path, reason: error.reason)
  }
  do {
    let values =
      file.header.bitDepth == 16
      ? try decodeWide(file, linearColor: linearColor)
      : try decodeNarrow(file, linearColor: linearColor)
    let pixels = ImageBuffer(
      width: file.header.width, height: file.header.height, channels: 4, values: values)
    return LoadedImage(
      pixels: pixels, hasAlpha: file.hasAlpha, bitDepth: file.header.bitDepth)
  } catch {
    throw ImageFileError(path: path, reason: .codec(error.message))
  }
}

/// A PNG whose size fits its length, stripped to the chunks that carry samples.
private struct CheckedPNG {
  var header: PNGHeader
  var hasAlpha: Bool
  var bytes: [UInt8]

  func layout(wide: Bool) -> PNGLayout {
    PNGLayout(alpha: hasAlpha, color: header.colorType & 2 != 0, wide: wide)
  }
}

/// Checks size against limit and length before anything is decoded.
///
/// Deflate shrinks at most 1032 times, so a short file cannot hold a large picture. A picture whose floats
/// take more than 512 MiB must besides weigh at least 1 / 1032 of them: only blank ones do not.
private func checkedPNG(_ bytes: [UInt8], maxSide: Int) throws(PNGDamage) -> CheckedPNG {
  let header = try pngHeader(bytes)
  guard header.width <= maxSide, header.height <= maxSide else {
    throw PNGDamage(
      reason: .tooLarge(width: header.width, height: header.height, limit: maxSide))
  }
  let chunks = try pngChunks(bytes)
  let compressed = chunks.reduce(0) { $0 + ($1.type == "IDAT" ? $1.data.count : 0) }
  let floatBytes = header.width * header.height * 16
  let largestRatio = 1032
  guard header.rawByteCount <= compressed * largestRatio,
    floatBytes <= max(512 << 20, compressed * largestRatio)
  else {
    throw PNGDamage(
      reason: .sizeExceedsFile(
        width: header.width, height: header.height, compressedBytes: compressed))
  }
  return CheckedPNG(
    header: header,
    hasAlpha: header.hasAlphaSamples || chunks.contains { $0.type == "tRNS" },
    bytes: pngWithSamplesOnly(bytes, chunks))
}

/// Up to 8 bits a sample: libpng scales 1, 2 and 4 bits up exactly and resolves palettes.
private func decodeNarrow(
  _ file: CheckedPNG, linearColor: Bool
) throws(PNGCodecError) -> [Float] {
  let layout = file.layout(wide: false)
  let samples = try decodePNGSamples(
    file.bytes, width: file.header.width, height: file.header.height, layout: layout,
    as: UInt8.self)
  return spread(
    samples, layout: layout, colorTable: colorTable(256, linearColor: linearColor),
    alphaTable: colorTable(256, linearColor: false))
}

/// 16 bits a sample.
///
/// libpng gives colour premultiplied here, rounded to 16 bits. It is divided by alpha, and held inside the
/// interval that the 8-bit reading, which is straight, allows. Interlaced files must not be read to 8 bits:
/// libpng before 1.6.51 writes past the buffer there (CVE-2025-65018).
private func decodeWide(
  _ file: CheckedPNG, linearColor: Bool
) throws(PNGCodecError) -> [Float] {
  let layout = file.layout(wide: true)
  let (width, height) = (file.header.width, file.header.height)
  var samples = try decodePNGSamples(
    file.bytes, width: width, height: height, layout: layout, as: UInt16.self)
  if layout.alpha {
    let coarse =
      file.header.interlaced
      ? nil
      : try decodePNGSamples(
        file.bytes, width: width, height: height, layout: file.layout(wide: false), as: UInt8.self)
    let channels = layout.channels
    for pixel in 0..<width * height {
      let alpha = Int(samples[pixel * channels + channels - 1])
      if alpha == 65535 { continue }
      for i in pixel * channels..<pixel * channels + channels - 1 {
        let divided = alpha == 0 ? 0 : min((Int(samples[i]) * 65535 + alpha / 2) / alpha, 65535)
        guard let middle = coarse.map({ Int($0[i]) * 257 }) else {
          samples[i] = UInt16(divided)
          continue
        }
        samples[i] = UInt16(min(max(divided, middle - 128, 0), middle + 128, 65535))
      }
    }
  }
  return spread(
    samples, layout: layout, colorTable: colorTable(65536, linearColor: linearColor),
    alphaTable: colorTable(65536, linearColor: false))
}

/// A JPEG's pixels; its size is checked against the length as a PNG's is, blank blocks taking bits too.
private func jpegImage(
  _ bytes: [UInt8], path: String, maxSide: Int, linearColor: Bool
) throws(ImageFileError) -> LoadedImage {
  do {
    let header = try jpegHeader(bytes)
    let (width, height) = (header.width, header.height)
    guard width <= maxSide, height <= maxSide else {
      throw ImageFileError(
        path: path, reason: .tooLarge(width: width, height: height, limit: maxSide))
    }
    guard width * height * 16 <= max(512 << 20, bytes.count * 1032) else {
      throw ImageFileError(
        path: path,
        reason: .sizeExceedsFile(width: width, height: height, compressedBytes: bytes.count))
    }
    let samples = try decodeJPEG(bytes)
    let layout = PNGLayout(alpha: false, color: true, wide: false)
    let values = spread(
      samples, layout: layout, colorTable: colorTable(256, linearColor: linearColor),
      alphaTable: [])
    return LoadedImage(
      pixels: ImageBuffer(width: width, height: height, channels: 4, values: values),
      hasAlpha: false, bitDepth: 8)
  } catch let error as JPEGCodecError {
    throw ImageFileError(path: path, reason: .jpegCodec(error.message))
  } catch let error as ImageFileError { throw error } catch {
    throw ImageFileError(path: path, reason: .jpegCodec("\(error)"))
  }
}

/// A float map as RGBA; grey fills three channels.
private func floatImage(
  _ bytes: [UInt8], path: String, maxSide: Int
) throws(ImageFileError) -> LoadedImage {
  let image = try decodePFM(bytes, path: path, maxSide: maxSide)
  var values = [Float](repeating: 1, count: image.pixelCount * 4)
  for pixel in 0..<image.pixelCount {
    for c in 0..<3 {
      let value = image.values[pixel * image.channels + (image.channels == 3 ? c : 0)]
      guard value.isFinite else {
        throw ImageFileError(
          path: path,
          reason: .damagedFloatMap(
            "a number is infinite, as of depth; colours are finite"))
      }
      values[4 * pixel + c] = value
    }
  }
  return LoadedImage(
    pixels: ImageBuffer(
      width: image.width, height: image.height, channels: 4, values: values),
    hasAlpha: false, bitDepth: 32)
}

/// What each sample stands for, `[count]`: linear light, or its share of the largest sample.
private func colorTable(_ count: Int, linearColor: Bool) -> [Float] {
  (0..<count).map { code in
    let share = Double(code) / Double(count - 1)
    return Float(linearColor ? sRGBDecode(share) : share)
  }
}

/// Samples of any layout as RGBA floats; grey fills three channels, missing alpha is 1.
private func spread<T: FixedWidthInteger & UnsignedInteger>(
  _ samples: [T], layout: PNGLayout, colorTable: [Float], alphaTable: [Float]
) -> [Float] {
  let channels = layout.channels
  let pixelCount = samples.count / channels
  let (green, blue) = layout.color ? (1, 2) : (0, 0)
  var values = [Float](repeating: 1, count: pixelCount * 4)
  for pixel in 0..<pixelCount {
    let from = pixel * channels
    let to = pixel * 4
    values[to] = colorTable[Int(samples[from])]
    values[to + 1] = colorTable[Int(samples[from + green])]
    values[to + 2] = colorTable[Int(samples[from + blue])]
    if layout.alpha { values[to + 3] = alphaTable[Int(samples[from + channels - 1])] }
  }
  return values
}
