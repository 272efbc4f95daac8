package import SfumatoCore

// STL, text and binary: triangles with three positions each, equal ones of which become one vertex. The normals of
// the facets say nothing that the corners do not and are left out, as are the colours that some writers hide in the
// attribute bytes. Our own reader, as the whole format is two loops.

/// ``loadMesh(_:)`` for the bytes of an STL file; the path only names the file in errors.
package func parseSTL(_ bytes: [UInt8], path: String) throws(MeshFileError) -> Mesh<Float> {
  let corners: [Float]
  if let count = binarySTLCount(bytes) {
    corners = try binarySTL(bytes, count: count, path: path)
  } else if bytes.starts(with: Array("solid".utf8)) {
    var reader = STLTextReader(bytes, path: path)
    corners = try reader.read()
  } else {
    let declared = bytes.count >= 84 ? littleEndian(bytes, at: 80) : 0
    throw MeshFileError(
      path: path,
      reason: .damaged(
        bytes.count < 84
          ? "\(bytes.count) bytes are no STL file"
          : "declares \(declared) facets in \(bytes.count) bytes; "
            + "binary STL takes \(84 + 50 * Int(declared))"))
  }
  let welded = weldedRows(corners, width: 3)
  return Mesh(positions: welded.values, faces: welded.numbers)
}

/// The number of facets where the length is that of a binary file; up to 3 bytes more pass as padding.
private func binarySTLCount(_ bytes: [UInt8]) -> Int? {
  guard bytes.count >= 84 else { return nil }
  let count = Int(littleEndian(bytes, at: 80))
  let left = bytes.count - 84 - 50 * count
  return (0..<4).contains(left) ? count : nil
}

private func littleEndian(_ bytes: [UInt8], at i: Int) -> UInt32 {
  bigEndian32(bytes, at: i).byteSwapped
}

private func binarySTL(
  _ bytes: [UInt8], count: Int, path: String
) throws(MeshFileError) -> [Float] {
  var corners: [Float] = []
  corners.reserveCapacity(9 * count)
  for facet in 0..<count {
    for i in 0..<9 {
      let value = Float(bitPattern: littleEndian(bytes, at: 84 + 50 * facet + 12 + 4 * i))
      guard value.isFinite else {
        throw MeshFileError(
          path: path, reason: .damaged("facet \(facet): a coordinate is \(value)"))
      }
      corners.append(value)
    }
  }
  return corners
}

/// Reads the text form.
private struct STLTextReader {
  private let path: String
  private let bytes: [UInt8]
  private var at = 0
  private var line = 1

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The corners of all facets of all solids, `[F, 3, 3]`.
  mutating func read() throws(MeshFileError) -> [Float] {
    var corners: [Float] = []
    while let keyword = word() {
      switch String(decoding: keyword, as: UTF8.self).lowercased() {
      case "solid", "endsolid": skipLine()  // a name of any words
      case "facet":
        try expect("normal")
        for _ in 0..<3 { _ = word() }  // some writers have nan here
        try expect("outer")
        try expect("loop")
        for _ in 0..<3 {
          try expect("vertex")
          for _ in 0..<3 { corners.append(try number()) }
        }
        try expect("endloop")
        try expect("endfacet")
      default: throw failure(.damaged("'\(excerpt(keyword))' where 'facet' or 'endsolid' must be"))
      }
    }
    return corners
  }

  private mutating func expect(_ expected: String) throws(MeshFileError) {
    guard let found = word() else {
      throw failure(.damaged("the file ends where '\(expected)' must be"))
    }
    guard String(decoding: found, as: UTF8.self).lowercased() == expected else {
      throw failure(.damaged("'\(excerpt(found))' where '\(expected)' must be"))
    }
  }

  private mutating func number() throws(MeshFileError) -> Float {
    guard let word = word() else {
      throw failure(.damaged("the file ends where a number must be"))
    }
    switch parseDecimal(word) {
    case .value(let value): return value
    case .tooLarge: throw failure(.numberOutOfRange(excerpt(word)))
    case .malformed: throw failure(.notANumber(excerpt(word)))
    }
  }

  private mutating func word() -> ArraySlice<UInt8>? {
    while at < bytes.count, bytes[at] == 32 || (9...13).contains(bytes[at]) {
      if bytes[at] == 10 { line += 1 }
      at += 1
    }
    let start = at
    while at < bytes.count, bytes[at] != 32, !(9...13).contains(bytes[at]) { at += 1 }
    return at > start ? bytes[start..<at] : nil
  }

  private mutating func skipLine() {
    while at < bytes.count, bytes[at] != 10, bytes[at] != 13 { at += 1 }
  }

  private func failure(_ reason: MeshFileError.Reason) -> MeshFileError {
    MeshFileError(path: path, line: line, reason: reason)
  }
}
