internal import CPNG

// The only file that calls libpng, through its simplified interface. Every pixel layout below is one for which
// libpng changes no sample (the file is stripped of colour chunks before, see PNGContainer.swift), but for one:
// 16 bit with alpha, which the simplified interface only gives premultiplied.

/// How libpng lays out the pixels of a buffer.
package struct PNGLayout: Equatable, Sendable {
  package var alpha: Bool
  package var color: Bool
  /// Two bytes a sample, in the machine's order; else one.
  package var wide: Bool

  /// Samples a pixel.
  package var channels: Int { (color ? 3 : 1) + (alpha ? 1 : 0) }

  fileprivate var format: png_uint_32 {
    (alpha ? PNG_FORMAT_FLAG_ALPHA : 0) | (color ? PNG_FORMAT_FLAG_COLOR : 0)
      | (wide ? PNG_FORMAT_FLAG_LINEAR : 0)
  }
}

/// What libpng said.
package struct PNGCodecError: Error {
  package var message: String
}

/// Decodes a PNG of a known size into samples of the stated layout: `UInt8`, or `UInt16` where wide.
///
/// Wraps `png_image_begin_read_from_memory`, `png_image_finish_read` and `png_image_free`.
package func decodePNGSamples<T: FixedWidthInteger & UnsignedInteger>(
  _ bytes: [UInt8], width: Int, height: Int, layout: PNGLayout, as type: T.Type
) throws(PNGCodecError) -> [T] {
  precondition(MemoryLayout<T>.size == (layout.wide ? 2 : 1), "\(T.self) samples for \(layout)")
  var image = unsafe png_image()
  unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
  defer { unsafe png_image_free(&image) }
  let samples: [T]? = unsafe bytes.withUnsafeBytes { file in
    guard unsafe png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0,
      unsafe Int(image.width) == width, unsafe Int(image.height) == height
    else { return nil }
    unsafe image.format = layout.format
    // Without this flag 16-bit samples count as linear and would be re-encoded on the way to 8 bits.
    if !layout.wide { unsafe image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB) }
    let count = width * height * layout.channels
    var failed = false
    let decoded = unsafe [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      failed = unsafe png_image_finish_read(&image, nil, buffer.baseAddress, 0, nil) == 0
      initialized = failed ? 0 : count
    }
    return failed ? nil : decoded
  }
  guard let samples else { throw PNGCodecError(message: unsafe message(of: image)) }
  return samples
}

/// Compresses samples of the stated layout into a PNG file.
///
/// With `plain`, rows are stored unfiltered. Wraps `png_image_write_to_memory`.
package func encodePNGSamples<T: FixedWidthInteger & UnsignedInteger>(
  _ samples: [T], width: Int, height: Int, layout: PNGLayout, plain: Bool = false
) throws(PNGCodecError) -> [UInt8] {
  precondition(MemoryLayout<T>.size == (layout.wide ? 2 : 1), "\(T.self) samples for \(layout)")
  precondition(samples.count == width * height * layout.channels, "\(samples.count) samples")
  var image = unsafe png_image()
  unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
  unsafe image.width = png_uint_32(width)
  unsafe image.height = png_uint_32(height)
  unsafe image.format = layout.format
  unsafe image.flags = plain ? png_uint_32(PNG_IMAGE_FLAG_FAST) : 0
  defer { unsafe png_image_free(&image) }
  // zlib grows incompressible data by less than 1 / 1000; the rest is chunk heads.
  let raw = samples.count * MemoryLayout<T>.size + height
  let capacity = raw + raw / 256 + 4096
  var written = capacity
  var failed = false
  let file = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
    failed = unsafe samples.withUnsafeBytes { pixels in
      unsafe png_image_write_to_memory(
        &image, buffer.baseAddress, &written, 0, pixels.baseAddress, 0, nil) == 0
    }
    initialized = failed ? 0 : written
  }
  guard !failed else { throw PNGCodecError(message: unsafe message(of: image)) }
  return file
}

/// The message that libpng left behind.
private func message(of image: png_image) -> String {
  let text = unsafe withUnsafeBytes(of: image.message) { unsafe Array($0) }
  let message = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  return message.isEmpty ? "unknown error" : message
}
