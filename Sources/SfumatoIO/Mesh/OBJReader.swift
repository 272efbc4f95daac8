internal import SfumatoCore

// A strict OBJ reader: one pass over the bytes collects vertices and polygons; then, as a face may name a vertex
// that comes later, indices are checked, polygons cut and attributes brought into the mesh's form. Start at
// `OBJReader.read`.

/// A corner of a face: indices from 0, or -1 where not given.
private struct Corner {
  var vertex: Int32
  var texcoord: Int32
  var normal: Int32
}

/// Reads one OBJ file.
struct OBJReader {
  private let path: String
  private var scanner: OBJScanner
  private var positions: [Float] = []
  private var colors: [Float] = []  // sRGB decoded; empty until the first vertex that has one
  private var texcoords: [Float] = []
  private var normals: [Float] = []
  private var corners: [Corner] = []
  private var polygonEnds: [Int32] = []
  private var polygonLines: [Int32] = []

  init(_ bytes: [UInt8], path: String) {
    self.path = path
    scanner = OBJScanner(bytes)
  }

  /// The mesh, or what is wrong and where.
  mutating func read() throws(MeshFileError) -> Mesh<Float> {
    while !scanner.isAtEnd {
      if let keyword = scanner.word() { try readStatement(keyword) }
      scanner.skipLine()
    }
    try checkIndices()
    return assemble()
  }

  private mutating func readStatement(_ keyword: ArraySlice<UInt8>) throws(MeshFileError) {
    if keyword.elementsEqual("v".utf8) {
      try readVertex()
    } else if keyword.elementsEqual("f".utf8) {
      try readFace()
    } else if keyword.elementsEqual("vt".utf8) {
      let (values, count) = try readNumbers("vt", 1...3, "1 to 3")
      texcoords.append(values[0])
      texcoords.append(count > 1 ? values[1] : 0)
    } else if keyword.elementsEqual("vn".utf8) {
      let (values, _) = try readNumbers("vn", 3...3, "3")
      for i in 0..<3 { normals.append(values[i]) }
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
    for i in 0..<3 { positions.append(values[i]) }
    guard count >= 6 else {
      if !colors.isEmpty { colors += [1, 1, 1] }
      return
    }
    if colors.isEmpty {  // vertices before the first coloured one are white
      colors = [Float](repeating: 1, count: positions.count - 3)
    }
    for i in count - 3..<count {
      guard (0...1).contains(values[i]) else {
        throw failure(.colorOutOfRange("\(values[i])"))
      }
      colors.append(Float(sRGBDecode(Double(values[i]))))
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
    let start = corners.count
    while let word = scanner.word() { corners.append(try parseCorner(word)) }
    guard corners.count - start >= 3 else {
      throw failure(.tooFewCorners(corners.count - start))
    }
    guard corners.count < Int32.max else { throw failure(.tooLarge) }
    polygonEnds.append(Int32(corners.count))
    polygonLines.append(Int32(clamping: line))
  }

  private func parseCorner(_ word: ArraySlice<UInt8>) throws(MeshFileError) -> Corner {
    var at = word.startIndex
    guard let vertex = parseInteger(word, &at) else {
      throw failure(.malformedCorner(excerpt(word)))
    }
    var corner = Corner(
      vertex: try resolve(vertex, .vertex, count: positions.count / 3), texcoord: -1, normal: -1)
    if at < word.endIndex, word[at] == UInt8(ascii: "/") {
      at += 1
      if at < word.endIndex, word[at] == UInt8(ascii: "/") {
        corner.normal = try parseLast(word, &at)
      } else {
        guard let texcoord = parseInteger(word, &at) else {
          throw failure(.malformedCorner(excerpt(word)))
        }
        corner.texcoord = try resolve(texcoord, .texcoord, count: texcoords.count / 2)
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
    return try resolve(normal, .normal, count: normals.count / 3)
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
    let counts = (positions.count / 3, texcoords.count / 2, normals.count / 3)
    guard counts.0 <= Int32.max, counts.1 <= Int32.max, counts.2 <= Int32.max else {
      throw MeshFileError(path: path, reason: .tooLarge)
    }
    for (i, corner) in corners.enumerated() {
      let wrong: (MeshFileError.Element, Int32, Int)? =
        corner.vertex >= counts.0
        ? (.vertex, corner.vertex, counts.0)
        : corner.texcoord >= counts.1
          ? (.texcoord, corner.texcoord, counts.1)
          : corner.normal >= counts.2 ? (.normal, corner.normal, counts.2) : nil
      guard let (element, index, count) = wrong else { continue }
      let polygon = polygonEnds.firstIndex { $0 > i } ?? 0
      throw MeshFileError(
        path: path, line: Int(polygonLines[polygon]),
        reason: .indexOutOfRange(element: element, index: Int(index) + 1, count: count))
    }
  }

  private func assemble() -> Mesh<Float> {
    let vertices = corners.map(\.vertex)
    var picked: [Int] = []  // corners of the triangles, three a triangle
    picked.reserveCapacity(3 * polygonEnds.count)
    var triangulator = Triangulator()
    var triangles: [(Int, Int, Int)] = []
    var start = 0
    for end in polygonEnds {
      triangles.removeAll(keepingCapacity: true)
      triangulator.triangulate(vertices[start..<Int(end)], positions: positions, into: &triangles)
      for (a, b, c) in triangles { picked += [start + a, start + b, start + c] }
      start = Int(end)
    }
    let (texcoords, texcoordFaces) = assembledTexcoords(picked)
    return Mesh(
      positions: positions, faces: picked.map { vertices[$0] }, normals: assembledNormals(),
      texcoords: texcoords, texcoordFaces: texcoordFaces,
      vertexColors: colors.isEmpty ? nil : colors)
  }

  /// Texture coordinates where any corner has one; corners without share (0, 0), appended.
  private func assembledTexcoords(_ picked: [Int]) -> ([Float]?, [Int32]?) {
    guard corners.contains(where: { $0.texcoord >= 0 }) else { return (nil, nil) }
    let spare = Int32(texcoords.count / 2)
    let isPartial = corners.contains { $0.texcoord < 0 }
    let faces = picked.map { corners[$0].texcoord }.map { $0 < 0 ? spare : $0 }
    return (isPartial ? texcoords + [0, 0] : texcoords, faces)
  }

  /// Unit normals where every corner has one and all corners of a vertex agree; else nil.
  ///
  /// Vertices without faces get +Z.
  private func assembledNormals() -> [Float]? {
    guard !corners.isEmpty, !corners.contains(where: { $0.normal < 0 }) else { return nil }
    var chosen = [Int32](repeating: -1, count: positions.count / 3)
    for corner in corners {
      let vertex = Int(corner.vertex)
      if chosen[vertex] < 0 {
        chosen[vertex] = corner.normal
      } else if chosen[vertex] != corner.normal,
        normals.vector3(Int(chosen[vertex])) != normals.vector3(Int(corner.normal))
      {
        return nil
      }
    }
    var result = [Float](repeating: 0, count: positions.count)
    for (vertex, normal) in chosen.enumerated() {
      guard normal >= 0 else {
        result.setVector3(vertex, SIMD3(0, 0, 1))
        continue
      }
      let n = normals.vector3(Int(normal))
      let wide = SIMD3(Double(n.x), Double(n.y), Double(n.z))
      let squared = dot(wide, wide)
      guard squared > 0 else { return nil }
      // Already unit to the digits of the file: kept as written.
      let unit = abs(squared - 1) < 1e-5 ? wide : wide / squared.squareRoot()
      result.setVector3(vertex, SIMD3(Float(unit.x), Float(unit.y), Float(unit.z)))
    }
    return result
  }

  private func failure(_ reason: MeshFileError.Reason) -> MeshFileError {
    MeshFileError(path: path, line: scanner.line, reason: reason)
  }
}

/// Statements that are legal and carry nothing that a mesh here holds.
private let skippedKeywords: Set<String> = [
  "g", "o", "s", "mg", "usemtl", "mtllib", "usemap", "maplib", "l", "p", "vp", "cstype", "deg",
  "bmat", "step", "curv", "curv2", "surf", "parm", "trim", "hole", "scrv", "sp", "end", "con",
  "bevel", "c_interp", "d_interp", "lod", "shadow_obj", "trace_obj", "ctech", "stech", "call",
]

/// A word for a message: its first 40 bytes, control characters and broken UTF-8 replaced.
private func excerpt(_ word: ArraySlice<UInt8>) -> String {
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
