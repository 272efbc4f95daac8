public import SfumatoCore

// Portable float maps: "PF" or "Pf", width and height, a scale whose sign tells the byte order, then rows of floats
// from the bottom row to the top one. Source: Debevec, "PFM Portable FloatMap Image Format".

/// Whether bytes begin as a float map does.
func isPFM(_ bytes: [UInt8]) -> Bool {
  bytes.count > 3 && bytes[0] == UInt8(ascii: "P")
    && (bytes[1] == UInt8(ascii: "F") || bytes[1] == UInt8(ascii: "f")) && isSpace(bytes[2])
}

/// Reads a PFM file of 1 or 3 channels, row 0 on top; numbers as they are, the scale's size ignored.
///
/// Positive infinity passes, as it is the depth of an empty pixel; NaN and negative infinity are refused.
public func loadPFM(
  _ path: String, maxSide: Int = 16384
) throws(ImageFileError) -> ImageBuffer<Float> {
  let bytes: [UInt8]
  do { bytes = try readBytes(path) } catch {
    throw ImageFileError(path: path, reason: .inaccessible(error.problem))
  }
  return try decodePFM(bytes, path: path, maxSide: maxSide)
}

/// ``loadPFM(_:maxSide:)`` on bytes; the path only names the file in errors.
package func decodePFM(
  _ bytes: [UInt8], path: String, maxSide: Int = 16384
) throws(ImageFileError) -> ImageBuffer<Float> {
  let header = try pfmHeader(bytes, path: path)
  let (width, height, channels) = (header.width, header.height, header.channels)
  guard width <= maxSide, height <= maxSide else {
    throw ImageFileError(
      path: path, reason: .tooLarge(width: width, height: height, limit: maxSide))
  }
  let at = header.byteCount
  let count = width * height * channels
  guard at <= bytes.count, bytes.count - at == 4 * count else {
    throw damagedPFM(
      path,
      "\(max(0, bytes.count - at)) bytes follow the header; "
        + "\(width) x \(height) x \(channels) floats take \(4 * count)")
  }
  var values = [Float](repeating: 0, count: count)
  let row = width * channels
  for y in 0..<height {
    for x in 0..<row {
      let from = at + 4 * ((height - 1 - y) * row + x)
      let big = bigEndian32(bytes, at: from)
      let value = Float(bitPattern: header.isLittleEndian ? big.byteSwapped : big)
      guard !value.isNaN, value > -.infinity else {
        throw damagedPFM(
          path, "the number of column \(x / channels), row \(y) is not finite")
      }
      values[y * row + x] = value
    }
  }
  return ImageBuffer(width: width, height: height, channels: channels, values: values)
}

/// Writes a picture of 1 or 3 channels as PFM, numbers as they are, little-endian.
///
/// The file appears whole or not at all.
public func savePFM(_ image: ImageBuffer<Float>, to path: String) throws(ImageFileError) {
  do { try writeAtomically(encodePFM(image), to: path) } catch {
    throw ImageFileError(path: path, reason: .inaccessible(error.problem))
  }
}

/// The bytes that ``savePFM(_:to:)`` writes.
package func encodePFM(_ image: ImageBuffer<Float>) -> [UInt8] {
  precondition(image.channels == 1 || image.channels == 3, "\(image.channels) channels, not 1 or 3")
  let name = image.channels == 3 ? "PF" : "Pf"
  var bytes = Array("\(name)\n\(image.width) \(image.height)\n-1.0\n".utf8)
  bytes.reserveCapacity(bytes.count + 4 * image.values.count)
  let row = image.width * image.channels
  for y in (0..<image.height).reversed() {
    for value in image.values[y * row..<(y + 1) * row] {
      let bits = value.bitPattern
      for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(bits >> shift & 255)) }
    }
  }
  return bytes
}

/// What a float map's header says, and its length.
struct PFMHeader {
  var width: Int
  var height: Int
  var channels: Int
  var isLittleEndian: Bool
  var byteCount: Int
}

/// Reads the header.
func pfmHeader(_ bytes: [UInt8], path: String) throws(ImageFileError) -> PFMHeader {
  guard isPFM(bytes) else { throw ImageFileError(path: path, reason: .notAnImage(found: nil)) }
  var at = 2
  guard let width = word(bytes, &at).flatMap({ Int32($0) }),
    let height = word(bytes, &at).flatMap({ Int32($0) }), width > 0, height > 0
  else { throw damagedPFM(path, "its size is not two whole numbers above 0") }
  guard let scale = word(bytes, &at).flatMap({ Float($0) }), scale.isFinite, scale != 0 else {
    throw damagedPFM(path, "its scale is not a number other than 0")
  }
  return PFMHeader(
    width: Int(width), height: Int(height), channels: bytes[1] == UInt8(ascii: "F") ? 3 : 1,
    isLittleEndian: scale < 0, byteCount: at + 1)  // one space ends the header
}

private func damagedPFM(_ path: String, _ what: String) -> ImageFileError {
  ImageFileError(path: path, reason: .damagedFloatMap(what))
}

/// The next word of a header; at most 30 bytes.
private func word(_ bytes: [UInt8], _ at: inout Int) -> String? {
  while at < bytes.count, isSpace(bytes[at]) { at += 1 }
  let start = at
  while at < bytes.count, at - start < 30, !isSpace(bytes[at]) { at += 1 }
  guard at > start, at < bytes.count else { return nil }
  return String(decoding: bytes[start..<at], as: UTF8.self)
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
