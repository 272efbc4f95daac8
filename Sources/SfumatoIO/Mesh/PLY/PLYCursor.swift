/// Walks the numbers of a PLY file's tables.
struct PLYCursor {
  private let bytes: [UInt8]
  private let encoding: PLYEncoding
  private let path: String
  private var at: Int
  private var line: Int

  init(_ bytes: [UInt8], header: PLYHeader, path: String) {
    self.bytes = bytes
    self.path = path
    encoding = header.encoding
    at = header.byteCount
    line = header.lineCount + 1
  }

  /// The next number.
  mutating func number(_ type: PLYScalar) throws(MeshFileError) -> Double {
    encoding == .ascii ? try word(type) : try binary(type)
  }

  /// The next list's length; a list that cannot fit into the rest of the file is refused.
  mutating func length(_ property: PLYProperty) throws(MeshFileError) -> Int {
    let length = try number(property.countType ?? .uint8)
    let least = encoding == .ascii ? 2.0 : Double(property.type.size)
    let room = Double(bytes.count - at) + (encoding == .ascii ? 1 : 0)
    guard length >= 0, length == length.rounded(), length * least <= room else {
      throw failure("a list '\(property.name)' of length \(length) does not fit into the file")
    }
    return Int(length)
  }

  private mutating func binary(_ type: PLYScalar) throws(MeshFileError) -> Double {
    guard at + type.size <= bytes.count else { throw failure("the file ends in a table") }
    var bits: UInt64 = 0
    for i in 0..<type.size {
      let byte = UInt64(bytes[at + i])
      bits =
        encoding == .littleEndian ? bits | byte << UInt64(8 * i) : bits << 8 | byte
    }
    at += type.size
    switch type {
    case .int8: return Double(Int8(truncatingIfNeeded: bits))
    case .uint8, .uint16, .uint32: return Double(bits)
    case .int16: return Double(Int16(truncatingIfNeeded: bits))
    case .int32: return Double(Int32(truncatingIfNeeded: bits))
    case .float: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .double: return Double(bitPattern: bits)
    }
  }

  private mutating func word(_ type: PLYScalar) throws(MeshFileError) -> Double {
    while at < bytes.count, bytes[at] == 32 || (9...13).contains(bytes[at]) {
      if bytes[at] == 10 { line += 1 }
      at += 1
    }
    let start = at
    while at < bytes.count, bytes[at] != 32, !(9...13).contains(bytes[at]) { at += 1 }
    guard at > start else { throw failure("the file ends in a table") }
    switch parseDecimal(bytes[start..<at]) {
    case .value(let value):
      // Whole numbers beyond 2^24 are not exact in Float.
      if abs(value) >= 8_388_608, type != .float,
        let exact = Double(String(decoding: bytes[start..<at], as: UTF8.self))
      {
        return exact
      }
      return Double(value)
    case .tooLarge: throw failure(.numberOutOfRange(excerpt(bytes[start..<at])))
    case .malformed: throw failure(.notANumber(excerpt(bytes[start..<at])))
    }
  }

  private func failure(_ problem: String) -> MeshFileError { failure(.damaged(problem)) }

  private func failure(_ reason: MeshFileError.Reason) -> MeshFileError {
    MeshFileError(path: path, line: encoding == .ascii ? line : 0, reason: reason)
  }
}
