internal import CTurboJPEG

// The only file that calls TurboJPEG.

/// What TurboJPEG said.
package struct JPEGCodecError: Error {
  package var message: String
}

/// What a JPEG's header says.
struct JPEGHeader: Equatable {
  var width: Int
  var height: Int
  /// 1 where it is grey, 4 where it is CMYK, else 3.
  var channels: Int
}

/// Whether bytes begin as a JPEG does.
func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

/// Reads the header of a JPEG.
///
/// Wraps `tjDecompressHeader3`.
func jpegHeader(_ bytes: [UInt8]) throws(JPEGCodecError) -> JPEGHeader {
  guard let handle = unsafe tjInitDecompress() else {
    throw JPEGCodecError(message: "no memory")
  }
  defer { unsafe tjDestroy(handle) }
  return try unsafe header(bytes, handle)
}

@unsafe private func header(
  _ bytes: [UInt8], _ handle: tjhandle
) throws(JPEGCodecError) -> JPEGHeader {
  var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
  let failed = unsafe bytes.withUnsafeBufferPointer { file in
    unsafe tjDecompressHeader3(
      handle, file.baseAddress, UInt(file.count), &width, &height, &subsampling, &space) != 0
  }
  guard !failed, width > 0, height > 0 else { throw unsafe lastError(handle) }
  let isCMYK = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
  return JPEGHeader(
    width: Int(width), height: Int(height),
    channels: isCMYK ? 4 : space == Int32(TJCS_GRAY.rawValue) ? 1 : 3)
}

/// Decodes a JPEG, baseline or progressive, into RGB bytes, `[H, W, 3]`, exact inverse transform.
///
/// CMYK is taken as Adobe writes it, inverted, and multiplied out without a profile. A file that ends early or
/// whose codes are wrong is refused, not filled with grey. Wraps `tjDecompress2`.
func decodeJPEG(_ bytes: [UInt8]) throws(JPEGCodecError) -> [UInt8] {
  guard let handle = unsafe tjInitDecompress() else {
    throw JPEGCodecError(message: "no memory")
  }
  defer { unsafe tjDestroy(handle) }
  let header = try unsafe header(bytes, handle)
  let isCMYK = header.channels == 4
  let format = isCMYK ? TJPF_CMYK : TJPF_RGB
  let count = header.width * header.height * (isCMYK ? 4 : 3)
  var failed = false
  let flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT
  let samples = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    failed = unsafe bytes.withUnsafeBufferPointer { file in
      unsafe tjDecompress2(
        handle, file.baseAddress, UInt(file.count), buffer.baseAddress, Int32(header.width), 0,
        Int32(header.height), format.rawValue, flags) != 0
    }
    initialized = failed ? 0 : count
  }
  guard !failed else { throw unsafe lastError(handle) }
  guard isCMYK else { return samples }
  var rgb = [UInt8](repeating: 0, count: header.width * header.height * 3)
  for pixel in 0..<header.width * header.height {
    let black = Int(samples[4 * pixel + 3])
    for c in 0..<3 {
      rgb[3 * pixel + c] = UInt8((Int(samples[4 * pixel + c]) * black + 127) / 255)
    }
  }
  return rgb
}

/// Compresses RGB or grey bytes, `[H, W, C]`; quality from 1 to 100, colour at full resolution.
///
/// Wraps `tjCompress2`.
package func encodeJPEG(
  _ samples: [UInt8], width: Int, height: Int, channels: Int, quality: Int,
  progressive: Bool = false
) throws(JPEGCodecError) -> [UInt8] {
  precondition(channels == 1 || channels == 3, "\(channels) channels, not 1 or 3")
  precondition(samples.count == width * height * channels, "\(samples.count) samples")
  precondition((1...100).contains(quality), "quality \(quality)")
  guard let handle = unsafe tjInitCompress() else { throw JPEGCodecError(message: "no memory") }
  defer { unsafe tjDestroy(handle) }
  var file: UnsafeMutablePointer<UInt8>?
  var size: UInt = 0
  defer { unsafe tjFree(file) }
  let format = channels == 1 ? TJPF_GRAY : TJPF_RGB
  let subsampling = channels == 1 ? TJSAMP_GRAY : TJSAMP_444
  let flags = TJFLAG_ACCURATEDCT | (progressive ? TJFLAG_PROGRESSIVE : 0)
  let failed = unsafe samples.withUnsafeBufferPointer { pixels in
    unsafe tjCompress2(
      handle, pixels.baseAddress, Int32(width), 0, Int32(height), format.rawValue, &file, &size,
      Int32(subsampling.rawValue), Int32(quality), flags) != 0
  }
  guard !failed, let start = unsafe file else { throw unsafe lastError(handle) }
  return unsafe [UInt8](UnsafeBufferPointer(start: start, count: Int(size)))
}

@unsafe private func lastError(_ handle: tjhandle) -> JPEGCodecError {
  guard let text = unsafe tjGetErrorStr2(handle) else {
    return JPEGCodecError(message: "unknown error")
  }
  return JPEGCodecError(message: unsafe String(cString: text))
}

/// What the calls above need of TurboJPEG; the library does not tell its version.
package func jpegLibraryVersion() -> String { "2.1 or later" }
