internal import SfumatoCore

// A strict OBJ reader: one pass over the bytes collects vertices and polygons; then, as a face may name a vertex
// that comes later, indices are checked, polygons cut and attributes brought into the mesh's form. Start at
// `OBJReader.read`.

/// Reads one OBJ file.
struct OBJReader {
  private let path: String
  private var scanner: OBJScanner
  private var file = OBJFile()
  private var polygonLines: [Int32] = []
  private var material: Int32 = -1
  private var group: Int32 = -1
  private var object: Int32 = -1
  private var materialNumbers: [String: Int32] = [:]

  init(_ bytes: [UInt8], path: String) {
    self.path = path
    scanner = OBJScanner(bytes)
  }

  /// What the file holds, or what is wrong and where.
  mutating func readFile() throws(MeshFileError) -> OBJFile {
    while !scanner.isAtEnd {
      if let keyword = scanner.word() { try readStatement(keyword) }
      scanner.skipLine()
    }
    try checkIndices()
    return file
  }

  /// All of the file as one mesh, or what is wrong and where.
  mutating func read() throws(MeshFileError) -> Mesh<Float> {
    try readFile().mesh()
  }

  private mutating func readStatement(_ keyword: ArraySlice<UInt8>) throws(MeshFileError) {
    if keyword.elementsEqual("v".utf8) {
      try readVertex()
    } else if keyword.elementsEqual("f".utf8) {
      try readFace()
    } else if keyword.elementsEqual("vt".utf8) {
      let (values, count) = try readNumbers("vt", 1...3, "1 to 3")
      file.texcoords.append(values[0])
      file.texcoords.append(count > 1 ? values[1] : 0)
    } else if keyword.elementsEqual("vn".utf8) {
      let (values, _) = try readNumbers("vn", 3...3, "3")
      for i in 0..<3 { file.normals.append(values[i]) }
    } else if keyword.elementsEqual("usemtl".utf8) {
      material = number(of: scanner.restOfLine())
    } else if keyword.elementsEqual("g".utf8) {
      file.groupNames.append(scanner.restOfLine())
      group = Int32(clamping: file.groupNames.count - 1)
    } else if keyword.elementsEqual("o".utf8) {
      file.objectNames.append(scanner.restOfLine())
      object = Int32(clamping: file.objectNames.count - 1)
    } else if keyword.elementsEqual("mtllib".utf8) {
      file.libraries.append(scanner.restOfLine())
    } else if !skippedKeywords.contains(String(decoding: keyword, as: UTF8.self)) {
      throw failure(.unknownKeyword(excerpt(keyword)))
    }
  }

  private mutating func readVertex() throws(MeshFileError) {
    let expected = "3, 4 (with w), 6 (with colour) or 7"
    let (values, count) = try readNumbers("v", 3...7, expected)
    guard count != 5 else {
      throw failure(.wrongCount(keyword: "v", found: count, expected: expected))
    }
    for i in 0..<3 { file.positions.append(values[i]) }
    guard count >= 6 else {
      if !file.colors.isEmpty { file.colors += [1, 1, 1] }
      return
    }
    if file.colors.isEmpty {  // vertices before the first coloured one are white
      file.colors = [Float](repeating: 1, count: file.positions.count - 3)
    }
    for i in count - 3..<count {
      guard (0...1).contains(values[i]) else {
        throw failure(.colorOutOfRange("\(values[i])"))
      }
      file.colors.append(Float(sRGBDecode(Double(values[i]))))
    }
  }

  /// The numbers up to the end of the line, the first eight of them.
  private mutating func readNumbers(
    _ keyword: String, _ counts: ClosedRange<Int>, _ expected: String
  ) throws(MeshFileError) -> (SIMD8<Float>, Int) {
    var values = SIMD8<Float>()
    var count = 0
    while let word = scanner.word() {
      switch parseDecimal(word) {
      case .value(let value): if count < 8 { values[count] = value }
      case .tooLarge: throw failure(.numberOutOfRange(excerpt(word)))
      case .malformed: throw failure(.notANumber(excerpt(word)))
      }
      count += 1
    }
    guard counts.contains(count) else {
      throw failure(.wrongCount(keyword: keyword, found: count, expected: expected))
    }
    return (values, count)
  }

  private mutating func readFace() throws(MeshFileError) {
    let line = scanner.line
    let start = file.corners.count
    while let word = scanner.word() { file.corners.append(try parseCorner(word)) }
    guard file.corners.count - start >= 3 else {
      throw failure(.tooFewCorners(file.corners.count - start))
    }
    guard file.corners.count < Int32.max else { throw failure(.tooLarge) }
    file.polygonEnds.append(Int32(file.corners.count))
    polygonLines.append(Int32(clamping: line))
    file.polygonMaterials.append(material)
    file.polygonGroups.append(group)
    file.polygonObjects.append(object)
  }

  private mutating func number(of material: String) -> Int32 {
    if let found = materialNumbers[material] { return found }
    let number = Int32(clamping: file.materialNames.count)
    materialNumbers[material] = number
    file.materialNames.append(material)
    return number
  }

  private func parseCorner(_ word: ArraySlice<UInt8>) throws(MeshFileError) -> OBJCorner {
    var at = word.startIndex
    guard let vertex = parseInteger(word, &at) else {
      throw failure(.malformedCorner(excerpt(word)))
    }
    var corner = OBJCorner(
      vertex: try resolve(vertex, .vertex, count: file.positions.count / 3), texcoord: -1,
      normal: -1)
    if at < word.endIndex, word[at] == UInt8(ascii: "/") {
      at += 1
      if at < word.endIndex, word[at] == UInt8(ascii: "/") {
        corner.normal = try parseLast(word, &at)
      } else {
        guard let texcoord = parseInteger(word, &at) else {
          throw failure(.malformedCorner(excerpt(word)))
        }
        corner.texcoord = try resolve(texcoord, .texcoord, count: file.texcoords.count / 2)
        if at < word.endIndex, word[at] == UInt8(ascii: "/") {
          corner.normal = try parseLast(word, &at)
        }
      }
    }
    guard at == word.endIndex else { throw failure(.malformedCorner(excerpt(word))) }
    return corner
  }

  private func parseLast(
    _ word: ArraySlice<UInt8>, _ at: inout Int
  ) throws(MeshFileError) -> Int32 {
    at += 1
    guard let normal = parseInteger(word, &at) else {
      throw failure(.malformedCorner(excerpt(word)))
    }
    return try resolve(normal, .normal, count: file.normals.count / 3)
  }

  /// From OBJ's counting, from 1 or backwards from -1, to ours from 0.
  private func resolve(
    _ index: Int, _ element: MeshFileError.Element, count: Int
  ) throws(MeshFileError) -> Int32 {
    let resolved = index < 0 ? count + index : index - 1
    guard index != 0, resolved >= 0, resolved < Int32.max else {
      throw failure(.indexOutOfRange(element: element, index: index, count: count))
    }
    return Int32(resolved)
  }

  private func checkIndices() throws(MeshFileError) {
    let counts = (file.positions.count / 3, file.texcoords.count / 2, file.normals.count / 3)
    guard counts.0 <= Int32.max, counts.1 <= Int32.max, counts.2 <= Int32.max else {
      throw MeshFileError(path: path, reason: .tooLarge)
    }
    for (i, corner) in file.corners.enumerated() {
      let wrong: (MeshFileError.Element, Int32, Int)? =
        corner.vertex >= counts.0
        ? (.vertex, corner.vertex, counts.0)
        : corner.texcoord >= counts.1
          ? (.texcoord, corner.texcoord, counts.1)
          : corner.normal >= counts.2 ? (.normal, corner.normal, counts.2) : nil
      guard let (element, index, count) = wrong else { continue }
      let polygon = file.polygonEnds.firstIndex { $0 > i } ?? 0
      throw MeshFileError(
        path: path, line: Int(polygonLines[polygon]),
        reason: .indexOutOfRange(element: element, index: Int(index) + 1, count: count))
    }
  }

  private func failure(_ reason: MeshFileError.Reason) -> MeshFileError {
    MeshFileError(path: path, line: scanner.line, reason: reason)
  }
}

/// Statements that are legal and carry nothing that a mesh here holds.
private let skippedKeywords: Set<String> = [
  "s", "mg", "usemap", "maplib", "l", "p", "vp", "cstype", "deg",
  "bmat", "step", "curv", "curv2", "surf", "parm", "trim", "hole", "scrv", "sp", "end", "con",
  "bevel", "c_interp", "d_interp", "lod", "shadow_obj", "trace_obj", "ctech", "stech", "call",
]

/// A word for a message: its first 40 bytes, control characters and broken UTF-8 replaced.
func excerpt(_ word: ArraySlice<UInt8>) -> String {
  let text = String(decoding: word.prefix(40).map { $0 < 32 || $0 == 127 ? 63 : $0 }, as: UTF8.self)
  return word.count > 40 ? text + "..." : text
}

/// A decimal integer that begins at `at`, which moves behind it; beyond ten digits held at that.
private func parseInteger(_ word: ArraySlice<UInt8>, _ at: inout Int) -> Int? {
  var negative = false
  if at < word.endIndex, word[at] == UInt8(ascii: "-") || word[at] == UInt8(ascii: "+") {
    negative = word[at] == UInt8(ascii: "-")
    at += 1
  }
  let start = at
  var value = 0
  while at < word.endIndex, word[at] >= UInt8(ascii: "0"), word[at] <= UInt8(ascii: "9") {
    value = min(value * 10 + Int(word[at] - UInt8(ascii: "0")), 9_999_999_999)
    at += 1
  }
  return at == start ? nil : negative ? -value : value
}
