// The chunks of a PNG file around the codec. Reading: the header is checked before anything is decoded, and
// libpng is handed only the chunks that carry samples, so that gAMA, cHRM and iCCP never change them: in this
// project 8 and 16 bit colour is sRGB. Writing: the colour chunks that libpng's simplified calls choose are
// replaced by what was really written.

/// The signature that every PNG file begins with.
package let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

/// The fields of IHDR.
package struct PNGHeader: Equatable, Sendable {
  package var width: Int
  package var height: Int
  package var bitDepth: Int
  package var colorType: Int
  package var interlaced: Bool

  /// Whether pixels have an alpha sample of their own.
  package var hasAlphaSamples: Bool { colorType & 4 != 0 }

  /// Samples a pixel in the file.
  package var channels: Int {
    switch colorType {
    case 2: 3
    case 4: 2
    case 6: 4
    default: 1
    }
  }

  /// Bytes after decompression, without the filter bytes.
  package var rawByteCount: Int { height * ((width * channels * bitDepth + 7) / 8) }
}

/// One chunk: its type and where its data lie.
package struct PNGChunk: Equatable, Sendable {
  package var type: String
  package var data: Range<Int>

  /// The whole chunk with length, type and checksum.
  package var whole: Range<Int> { data.lowerBound - 8..<data.upperBound + 4 }
}

/// A big-endian 32-bit number.
package func bigEndian32(_ bytes: [UInt8], at i: Int) -> UInt32 {
  bytes[i..<i + 4].reduce(0) { $0 << 8 | UInt32($1) }
}

/// The four big-endian bytes of a number.
package func bigEndianBytes(_ value: UInt32) -> [UInt8] {
  [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
}

/// The checksum of a chunk's type and data: CRC-32 of ISO 3309.
package func pngChecksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var crc = UInt32.max
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return ~crc
}

/// A chunk with its length and checksum.
package func pngChunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
  let body = Array(type.utf8) + data
  return bigEndianBytes(UInt32(data.count)) + body + bigEndianBytes(pngChecksum(body))
}

/// What is wrong with a PNG's outer form, before its path is known.
package struct PNGDamage: Error {
  package var reason: ImageFileError.Reason
}

/// Reads the header from the first 33 bytes of a file.
package func pngHeader(_ bytes: [UInt8]) throws(PNGDamage) -> PNGHeader {
  guard bytes.starts(with: pngSignature) else {
    throw PNGDamage(reason: .notAnImage(found: knownFormat(bytes)))
  }
  guard bytes.count >= 33, bigEndian32(bytes, at: 8) == 13,
    bytes[12..<16].elementsEqual("IHDR".utf8)
  else { throw PNGDamage(reason: .damaged("it does not begin with a header")) }
  guard pngChecksum(bytes[12..<29]) == bigEndian32(bytes, at: 29) else {
    throw PNGDamage(reason: .damaged("the header's checksum is wrong"))
  }
  let header = PNGHeader(
    width: Int(bigEndian32(bytes, at: 16)), height: Int(bigEndian32(bytes, at: 20)),
    bitDepth: Int(bytes[24]), colorType: Int(bytes[25]), interlaced: bytes[28] == 1)
  let depths: [Int: [Int]] = [
    0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
  ]
  let sides = 1...Int(Int32.max)
  guard sides.contains(header.width), sides.contains(header.height)
  else {
    throw PNGDamage(reason: .damaged("\(header.width) x \(header.height) pixels"))
  }
  guard depths[header.colorType]?.contains(header.bitDepth) == true else {
    throw PNGDamage(
      reason: .damaged("colour type \(header.colorType) with \(header.bitDepth) bits a sample"))
  }
  return header
}

/// The format that the first bytes betray, for a helpful message.
private func knownFormat(_ bytes: [UInt8]) -> String? {
  if bytes.starts(with: "GIF8".utf8) { return "GIF" }
  if bytes.starts(with: "BM".utf8) { return "BMP" }
  if bytes.starts(with: [0x76, 0x2F, 0x31, 0x01]) { return "OpenEXR" }
  if bytes.count >= 12, bytes[8..<12].elementsEqual("WEBP".utf8) { return "WebP" }
  if bytes.starts(with: "II*\0".utf8) || bytes.starts(with: "MM\0*".utf8) { return "TIFF" }
  return nil
}

/// All chunks up to IEND; each lies inside the file.
package func pngChunks(_ bytes: [UInt8]) throws(PNGDamage) -> [PNGChunk] {
  var chunks: [PNGChunk] = []
  var at = 8
  while true {
    guard at + 12 <= bytes.count else {
      throw PNGDamage(reason: .damaged("the file ends before its last chunk"))
    }
    let length = Int(bigEndian32(bytes, at: at))
    guard length <= bytes.count - at - 12 else {
      throw PNGDamage(reason: .damaged("the chunk at byte \(at) is longer than the file"))
    }
    let type = String(decoding: bytes[at + 4..<at + 8], as: UTF8.self)
    chunks.append(PNGChunk(type: type, data: at + 8..<at + 8 + length))
    if type == "IEND" { return chunks }
    at += 12 + length
  }
}

/// The same file with only the chunks that carry samples.
package func pngWithSamplesOnly(_ bytes: [UInt8], _ chunks: [PNGChunk]) -> [UInt8] {
  let kept: Set<String> = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]
  if chunks.allSatisfy({ kept.contains($0.type) }) { return bytes }
  var result = pngSignature
  result.reserveCapacity(bytes.count)
  for chunk in chunks where kept.contains(chunk.type) { result += bytes[chunk.whole] }
  return result
}

/// The same file with another header and, of the colour chunks, none or only sRGB (intent: perceptual).
package func pngRelabelled(
  _ bytes: [UInt8], header: [UInt8], sRGB: Bool
) throws(PNGDamage) -> [UInt8] {
  var result = pngSignature + pngChunk("IHDR", header)
  result.reserveCapacity(bytes.count + 16)
  if sRGB { result += pngChunk("sRGB", [0]) }
  for chunk in try pngChunks(bytes) where chunk.type == "IDAT" || chunk.type == "IEND" {
    result += bytes[chunk.whole]
  }
  return result
}
