// The header of a PLY file: what elements follow, and how their numbers are written. Source: Turk 1994, "The PLY
// Polygon File Format".

/// How a number is written.
enum PLYScalar: Equatable {
  case int8, uint8, int16, uint16, int32, uint32, float, double

  /// The type that a header names, in either of its two spellings.
  init?(_ name: Substring) {
    switch name {
    case "char", "int8": self = .int8
    case "uchar", "uint8": self = .uint8
    case "short", "int16": self = .int16
    case "ushort", "uint16": self = .uint16
    case "int", "int32": self = .int32
    case "uint", "uint32": self = .uint32
    case "float", "float32": self = .float
    case "double", "float64": self = .double
    default: return nil
    }
  }

  /// Bytes a number.
  var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float: 4
    case .double: 8
    }
  }

  /// The number that stands for full light: 255 for a byte, 1 for a float.
  var fullScale: Double {
    switch self {
    case .uint8, .int8: 255
    case .uint16, .int16: 65535
    case .int32, .uint32: 4_294_967_295
    case .float, .double: 1
    }
  }
}

/// One column of an element.
struct PLYProperty: Equatable {
  var name: String
  var type: PLYScalar
  /// How the length is written, where the column holds lists.
  var countType: PLYScalar?

  /// The least bytes that an entry takes in a binary file.
  var leastSize: Int { countType?.size ?? type.size }
}

/// A table.
struct PLYElement: Equatable {
  var name: String
  var count: Int
  var properties: [PLYProperty] = []

  /// The column with one of the names.
  func property(_ names: [String], list: Bool = false) -> Int? {
    for name in names {
      let found = properties.firstIndex { $0.name == name && ($0.countType != nil) == list }
      if let found { return found }
    }
    return nil
  }
}

/// How the tables are written.
enum PLYEncoding: Equatable {
  case ascii, littleEndian, bigEndian
}

/// A header.
struct PLYHeader: Equatable {
  var encoding = PLYEncoding.ascii
  var elements: [PLYElement] = []
  /// The picture that MeshLab's comment `TextureFile` names.
  var textureFile: String?
  /// Where the tables begin.
  var byteCount = 0
  /// Lines of the header.
  var lineCount = 0
}

/// Whether bytes begin as a PLY file does.
func isPLY(_ bytes: [UInt8]) -> Bool {
  bytes.starts(with: Array("ply\n".utf8)) || bytes.starts(with: Array("ply\r".utf8))
}

/// Reads the header; the tables' declared sizes are checked against the bytes that follow.
func plyHeader(_ bytes: [UInt8], path: String) throws(MeshFileError) -> PLYHeader {
  var header = PLYHeader()
  var line = 0
  func damaged(_ problem: String) -> MeshFileError {
    MeshFileError(path: path, line: line, reason: .damaged(problem))
  }
  var at = 0
  func nextLine() -> String? {
    guard at < bytes.count, line < 10_000 else { return nil }
    let end = bytes[at...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
    guard end - at <= 4096, end < bytes.count else { return nil }
    let text = String(decoding: bytes[at..<end], as: UTF8.self)
    let isPair = bytes[end] == 13 && end + 1 < bytes.count && bytes[end + 1] == 10
    at = end + (isPair ? 2 : 1)
    line += 1
    return text
  }
  guard isPLY(bytes), nextLine() != nil else { throw damaged("does not begin with 'ply'") }
  var hasFormat = false
  while true {
    guard let text = nextLine() else { throw damaged("the header has no 'end_header'") }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard let keyword = words.first else { continue }
    switch keyword {
    case "format":
      let encodings: [Substring: PLYEncoding] = [
        "ascii": .ascii, "binary_little_endian": .littleEndian, "binary_big_endian": .bigEndian,
      ]
      guard words.count == 3, let encoding = encodings[words[1]], words[2] == "1.0" else {
        throw damaged("'\(text.prefix(60))' is no format of PLY 1.0")
      }
      header.encoding = encoding
      hasFormat = true
    case "comment", "obj_info":
      if words.count >= 3, words[1] == "TextureFile" {
        header.textureFile = words[2...].joined(separator: " ")
      }
    case "element":
      guard words.count == 3, let count = Int(words[2]), count >= 0, count < Int32.max else {
        throw damaged("'\(text.prefix(60))' is not of the form 'element NAME COUNT'")
      }
      header.elements.append(PLYElement(name: String(words[1]), count: count))
    case "property":
      guard let property = plyProperty(words), !header.elements.isEmpty else {
        throw damaged(
          "'\(text.prefix(60))' is not of the form 'property TYPE NAME' or 'property list TYPE TYPE NAME'"
        )
      }
      header.elements[header.elements.count - 1].properties.append(property)
    case "end_header":
      guard hasFormat else { throw damaged("the header has no 'format'") }
      header.byteCount = at
      header.lineCount = line
      try checkCounts(header, left: bytes.count - at, path: path)
      return header
    default: throw damaged("'\(keyword.prefix(40))' is no word of a PLY header")
    }
  }
}

private func plyProperty(_ words: [Substring]) -> PLYProperty? {
  if words.count == 3, let type = PLYScalar(words[1]) {
    return PLYProperty(name: String(words[2]), type: type)
  }
  guard words.count == 5, words[1] == "list", let count = PLYScalar(words[2]),
    count != .float, count != .double, let type = PLYScalar(words[3])
  else { return nil }
  return PLYProperty(name: String(words[4]), type: type, countType: count)
}

/// Tables that cannot fit into the rest of the file are refused before anything is made for them.
private func checkCounts(
  _ header: PLYHeader, left: Int, path: String
) throws(MeshFileError) {
  var left = left
  for element in header.elements where element.count > 0 && !element.properties.isEmpty {
    // In text a number takes a digit and a separator, the last of a file none.
    let row =
      header.encoding == .ascii
      ? 2 * element.properties.count : element.properties.reduce(0) { $0 + $1.leastSize }
    let (size, overflow) = row.multipliedReportingOverflow(by: element.count)
    guard !overflow, size <= left + (header.encoding == .ascii ? 1 : 0) else {
      throw MeshFileError(
        path: path,
        reason: .damaged(
          "declares \(element.count) of element '\(element.name)', more than the file can hold"))
    }
    left -= size
  }
}
