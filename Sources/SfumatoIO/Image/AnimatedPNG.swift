// Animated PNG: frames are encoded as PNGs of their own, and their chunks wrapped again.
public import SfumatoCore

/// Writes pictures of one size as an animated PNG that repeats for ever; viewers without animation show the first.
///
/// Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", section 11.3.6 (acTL, fcTL, fdAT). Channels,
/// clamping and encoding are those of ``saveImage(_:to:bitDepth:colorEncoding:)``.
///
/// - Parameters:
///   - frames: at least one; 1, 3 or 4 channels, all alike.
///   - path: the file, which appears whole or not at all.
///   - framesPerSecond: 1 to 1000.
///   - colorEncoding: what the samples stand for.
/// - Throws: ``ImageFileError`` where it cannot be written.
public func saveAnimatedPNG(
  _ frames: [ImageBuffer<Float>], to path: String, framesPerSecond: Int,
  colorEncoding: ColorEncoding = .sRGB
) throws(ImageFileError) {
  let file: [UInt8]
  do {
    file = try encodeAnimatedPNG(
      frames, framesPerSecond: framesPerSecond, colorEncoding: colorEncoding)
  } catch { throw ImageFileError(path: path, reason: .codec(error.message)) }
  do { try writeAtomically(file, to: path) } catch {
    throw ImageFileError(path: path, reason: .inaccessible(error.problem))
  }
}

/// The bytes that ``saveAnimatedPNG(_:to:framesPerSecond:colorEncoding:)`` writes.
package func encodeAnimatedPNG(
  _ frames: [ImageBuffer<Float>], framesPerSecond: Int, colorEncoding: ColorEncoding
) throws(PNGCodecError) -> [UInt8] {
  guard let first = frames.first else { preconditionFailure("an animation without frames") }
  precondition((1...1000).contains(framesPerSecond), "\(framesPerSecond) frames a second")
  var result: [UInt8] = []
  var sequence: UInt32 = 0
  func next() -> [UInt8] {
    defer { sequence += 1 }
    return bigEndianBytes(sequence)
  }
  for (k, frame) in frames.enumerated() {
    precondition(
      frame.width == first.width && frame.height == first.height
        && frame.channels == first.channels, "frame \(k) has another shape than the first")
    let own = try encodeImage(frame, colorEncoding: colorEncoding)
    let chunks: [PNGChunk]
    do { chunks = try pngChunks(own) } catch {
      throw PNGCodecError(message: "the frame it wrote has no end")
    }
    if k == 0 {
      result += pngSignature
      for chunk in chunks where chunk.type == "IHDR" || chunk.type == "sRGB" {
        result += own[chunk.whole]
        if chunk.type == "IHDR" {
          result += pngChunk("acTL", bigEndianBytes(UInt32(frames.count)) + bigEndianBytes(0))
        }
      }
    }
    // Size, place, delay as a fraction, and that the frame replaces all that was there.
    result += pngChunk(
      "fcTL",
      next() + bigEndianBytes(UInt32(frame.width)) + bigEndianBytes(UInt32(frame.height))
        + bigEndianBytes(0) + bigEndianBytes(0)
        + [0, 1, UInt8(framesPerSecond >> 8), UInt8(framesPerSecond & 255), 0, 0])
    for chunk in chunks where chunk.type == "IDAT" {
      result += k == 0 ? Array(own[chunk.whole]) : pngChunk("fdAT", next() + own[chunk.data])
    }
  }
  return result + pngChunk("IEND", [])
}
