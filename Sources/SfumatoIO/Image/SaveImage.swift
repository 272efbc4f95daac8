internal import Foundation
public import SfumatoCore

/// What the colour samples of a written image stand for.
public enum ColorEncoding: Equatable, Sendable {
  /// The picture is linear light; colour is written as sRGB codes and labelled so. Alpha stays linear.
  case sRGB
  /// The numbers are written as they are, unlabelled: masks, depth, normals.
  case raw
}

/// Writes a picture: as JPEG where the path ends in `.jpg` or `.jpeg`, as PFM where in `.pfm`, else as PNG.
///
/// PNG takes 1 (grey), 3 (RGB) or 4 (straight RGBA) channels and 8 or 16 bits a sample; JPEG takes 1 or 3 channels,
/// 8 bits, quality 95, colour at full resolution. In both, values are clamped to [0, 1] here and nowhere before, NaN
/// to 0, and rounded to nearest. PFM takes 1 or 3 channels, numbers as they are, linear light. The file appears whole
/// or not at all.
public func saveImage(
  _ image: ImageBuffer<Float>, to path: String, bitDepth: Int = 8,
  colorEncoding: ColorEncoding = .sRGB
) throws(ImageFileError) {
  let file: [UInt8]
  switch URL(fileURLWithPath: path).pathExtension.lowercased() {
  case "pfm":
    guard image.channels != 4 else {
      throw ImageFileError(path: path, reason: .channels(image.channels, format: "PFM"))
    }
    return try savePFM(image, to: path)
  case "jpg", "jpeg":
    guard image.channels != 4 else {
      throw ImageFileError(path: path, reason: .channels(image.channels, format: "JPEG"))
    }
    do { file = try encodeJPEGImage(image, colorEncoding: colorEncoding) } catch {
      throw ImageFileError(path: path, reason: .jpegCodec(error.message))
    }
  default:
    do {
      file = try encodeImage(image, bitDepth: bitDepth, colorEncoding: colorEncoding)
    } catch { throw ImageFileError(path: path, reason: .codec(error.message)) }
  }
  do { try writeAtomically(file, to: path) } catch {
    throw ImageFileError(path: path, reason: .inaccessible(error.problem))
  }
}

/// A picture as JPEG, quality 95.
private func encodeJPEGImage(
  _ image: ImageBuffer<Float>, colorEncoding: ColorEncoding
) throws(JPEGCodecError) -> [UInt8] {
  try encodeJPEG(
    quantized(image, colorEncoding, as: UInt8.self), width: image.width, height: image.height,
    channels: image.channels, quality: 95)
}

/// The bytes of a PNG that ``saveImage(_:to:bitDepth:colorEncoding:)`` writes.
package func encodeImage(
  _ image: ImageBuffer<Float>, bitDepth: Int = 8, colorEncoding: ColorEncoding = .sRGB
) throws(PNGCodecError) -> [UInt8] {
  precondition([1, 3, 4].contains(image.channels), "\(image.channels) channels, not 1, 3 or 4")
  precondition(bitDepth == 8 || bitDepth == 16, "\(bitDepth) bits a sample, not 8 or 16")
  precondition(image.pixelCount > 0, "a PNG of \(image.width) x \(image.height) pixels")
  let (width, height) = (image.width, image.height)
  let layout = PNGLayout(
    alpha: image.channels == 4, color: image.channels >= 3, wide: bitDepth == 16)
  let encoded: [UInt8]
  if bitDepth == 8 {
    let samples = quantized(image, colorEncoding, as: UInt8.self)
    encoded = try encodePNGSamples(samples, width: width, height: height, layout: layout)
  } else if !layout.alpha {
    let samples = quantized(image, colorEncoding, as: UInt16.self)
    encoded = try encodePNGSamples(samples, width: width, height: height, layout: layout)
  } else {
    // Wide samples with alpha would be taken as premultiplied: written as grey bytes, unfiltered, they
    // make the same rows, and the header below says what they are.
    let samples = quantized(image, colorEncoding, as: UInt16.self)
    encoded = try encodePNGSamples(
      samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }, width: width * 8, height: height,
      layout: PNGLayout(alpha: false, color: false, wide: false), plain: true)
  }
  let colorType: UInt8 = (layout.color ? 2 : 0) + (layout.alpha ? 4 : 0)
  let header =
    bigEndianBytes(UInt32(width)) + bigEndianBytes(UInt32(height))
    + [UInt8(bitDepth), colorType, 0, 0, 0]
  do {
    return try pngRelabelled(encoded, header: header, sRGB: colorEncoding == .sRGB)
  } catch { throw PNGCodecError(message: "the file it wrote has no end") }
}
