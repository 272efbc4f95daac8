internal import SfumatoCore

// Our own strict reader rather than Assimp's. Of the variants that the tests make, Assimp 5.2.5 keeps one face of a file of
// strips, loses `diffuse_red` colours, makes up the vertices that a short file lacks, passes indices out of range and
// NaN, and aborts the program on an element that it does not know. Start at `PLYReader.read`.

/// What a PLY file holds.
struct PLYFile {
  var mesh: Mesh<Float>
  /// The picture that a comment names.
  var textureFile: String?
}

/// Reads one PLY file.
struct PLYReader {
  private let path: String
  private let header: PLYHeader
  private var cursor: PLYCursor

  private var positions: [Float] = []
  private var normals: [Float] = []
  private var colors: [Float] = []
  private var texcoords: [Float] = []  // one a vertex
  private var corners: [Int32] = []  // of the polygons
  private var polygonEnds: [Int] = []
  private var polygonColors: [Float] = []
  private var cornerTexcoords: [Float] = []
  private var stripFaces: [Int32] = []

  init(_ bytes: [UInt8], path: String) throws(MeshFileError) {
    self.path = path
    header = try plyHeader(bytes, path: path)
    cursor = PLYCursor(bytes, header: header, path: path)
  }

  /// The mesh, or what is wrong and where.
  mutating func read() throws(MeshFileError) -> PLYFile {
    // Faces may stand before vertices, so that polygons are cut at the end.
    let vertices = header.elements.first { $0.name == "vertex" }?.count ?? 0
    for element in header.elements {
      switch element.name {
      case "vertex" where positions.isEmpty: try readVertices(element)
      case "face": try readFaces(element, vertices: vertices)
      case "tristrips": try readStrips(element, vertices: vertices)
      default: try skip(element)
      }
    }
    return PLYFile(mesh: assembled(), textureFile: header.textureFile)
  }

  private mutating func readVertices(_ element: PLYElement) throws(MeshFileError) {
    guard element.count > 0 else { return try skip(element) }
    let place = ["x", "y", "z"].map { element.property([$0]) }
    guard let x = place[0], let y = place[1], let z = place[2] else {
      throw failure("element 'vertex' has no properties x, y and z")
    }
    let normal = columns(element, [["nx"], ["ny"], ["nz"]])
    let color = columns(element, colorNames)
    let uv =
      columns(element, [["u"], ["v"]]) ?? columns(element, [["s"], ["t"]])
      ?? columns(element, [["texture_u"], ["texture_v"]])
    positions.reserveCapacity(3 * element.count)
    var row = [Double](repeating: 0, count: element.properties.count)
    for index in 0..<element.count {
      for (i, property) in element.properties.enumerated() {
        if property.countType != nil {
          for _ in 0..<(try cursor.length(property)) { _ = try cursor.number(property.type) }
        } else {
          row[i] = try cursor.number(property.type)
        }
      }
      for i in [x, y, z] { positions.append(try finite(row[i], element, index, i)) }
      for i in normal ?? [] { normals.append(try finite(row[i], element, index, i)) }
      for i in uv ?? [] { texcoords.append(try finite(row[i], element, index, i)) }
      for i in color ?? [] { colors.append(try light(row[i], element, index, i)) }
    }
  }

  private mutating func readFaces(
    _ element: PLYElement, vertices: Int
  ) throws(MeshFileError) {
    guard element.count > 0 else { return try skip(element) }
    guard let list = element.property(["vertex_indices", "vertex_index"], list: true) else {
      throw failure("element 'face' has no list 'vertex_indices' or 'vertex_index'")
    }
    let color = columns(element, colorNames)
    let uv = element.property(["texcoord"], list: true)
    var row = [Double](repeating: 0, count: element.properties.count)
    for index in 0..<element.count {
      let start = corners.count
      let places = cornerTexcoords.count
      for (i, property) in element.properties.enumerated() {
        guard property.countType != nil else {
          row[i] = try cursor.number(property.type)
          continue
        }
        for _ in 0..<(try cursor.length(property)) {
          let value = try cursor.number(property.type)
          if i == list { corners.append(try vertex(value, of: vertices, "face", index)) }
          if i == uv { cornerTexcoords.append(try finite(value, element, index, i)) }
        }
      }
      let count = corners.count - start
      guard count >= 3 else {
        throw failure("face \(index) has \(count) corners; it takes at least 3")
      }
      polygonEnds.append(corners.count)
      for i in color ?? [] { polygonColors.append(try light(row[i], element, index, i)) }
      guard uv != nil else { continue }
      let given = cornerTexcoords.count - places
      guard given == 0 || given == 2 * count else {
        throw failure(
          "face \(index) has \(given) numbers in 'texcoord'; its \(count) corners take \(2 * count)"
        )
      }
      if given == 0 { cornerTexcoords += [Float](repeating: 0, count: 2 * count) }
    }
  }

  /// Strips of triangles with -1 between them; of each strip every second one winds the other way.
  private mutating func readStrips(
    _ element: PLYElement, vertices: Int
  ) throws(MeshFileError) {
    guard let list = element.property(["vertex_indices", "vertex_index"], list: true) else {
      throw failure("element 'tristrips' has no list 'vertex_indices'")
    }
    for index in 0..<element.count {
      for (i, property) in element.properties.enumerated() {
        guard property.countType != nil else {
          _ = try cursor.number(property.type)
          continue
        }
        var strip: [Int32] = []
        for _ in 0..<(try cursor.length(property)) {
          let value = try cursor.number(property.type)
          guard i == list else { continue }
          if value == -1 {
            strip.removeAll(keepingCapacity: true)
            continue
          }
          strip.append(try vertex(value, of: vertices, "strip", index))
          let n = strip.count
          guard n >= 3 else { continue }
          let (a, b, c) = (strip[n - 3], strip[n - 2], strip[n - 1])
          if a != b, b != c, c != a { stripFaces += n % 2 == 1 ? [a, b, c] : [b, a, c] }
        }
      }
    }
  }

  private mutating func skip(_ element: PLYElement) throws(MeshFileError) {
    guard !element.properties.isEmpty else { return }
    for _ in 0..<element.count {
      for property in element.properties {
        let count = property.countType == nil ? 1 : try cursor.length(property)
        for _ in 0..<count { _ = try cursor.number(property.type) }
      }
    }
  }

  private func assembled() -> Mesh<Float> {
    var picked: [Int] = []  // corners of the triangles
    var faceColors: [Float] = []
    var triangulator = Triangulator()
    var triangles: [(Int, Int, Int)] = []
    var start = 0
    for (polygon, end) in polygonEnds.enumerated() {
      triangles.removeAll(keepingCapacity: true)
      triangulator.triangulate(corners[start..<end], positions: positions, into: &triangles)
      for (a, b, c) in triangles {
        picked += [start + a, start + b, start + c]
        if !polygonColors.isEmpty {
          faceColors += polygonColors[3 * polygon..<3 * polygon + 3]
        }
      }
      start = end
    }
    let faces = picked.map { corners[$0] } + stripFaces
    var values: [Float]? = texcoords.isEmpty ? nil : texcoords
    var texcoordFaces: [Int32]? = texcoords.isEmpty ? nil : faces
    if !cornerTexcoords.isEmpty, stripFaces.isEmpty {
      let welded = weldedRows(cornerTexcoords, width: 2)
      (values, texcoordFaces) = (welded.values, picked.map { welded.numbers[$0] })
    }
    return Mesh(
      positions: positions, faces: faces,
      normals: normals.isEmpty ? nil : unitVectors(normals), texcoords: values,
      texcoordFaces: texcoordFaces, vertexColors: colors.isEmpty ? nil : colors,
      faceColors: faceColors.isEmpty || !stripFaces.isEmpty ? nil : faceColors)
  }

  private func columns(_ element: PLYElement, _ names: [[String]]) -> [Int]? {
    let found = names.compactMap { element.property($0) }
    return found.count == names.count ? found : nil
  }

  private func vertex(
    _ value: Double, of count: Int, _ what: String, _ index: Int
  ) throws(MeshFileError) -> Int32 {
    guard value >= 0, value < Double(count), value == value.rounded(.down) else {
      throw failure(
        "\(what) \(index): vertex \(written(value)) does not exist; the file has \(count)")
    }
    return Int32(value)
  }

  private func finite(
    _ value: Double, _ element: PLYElement, _ index: Int, _ property: Int
  ) throws(MeshFileError) -> Float {
    let float = Float(value)
    guard float.isFinite else {
      throw failure(
        "\(element.name) \(index): \(element.properties[property].name) is \(value); "
          + "it takes a finite 32-bit float")
    }
    return float
  }

  /// Linear light of an sRGB code.
  private func light(
    _ value: Double, _ element: PLYElement, _ index: Int, _ property: Int
  ) throws(MeshFileError) -> Float {
    let share = value / element.properties[property].type.fullScale
    guard share >= 0, share <= 1 else {
      throw failure(
        "\(element.name) \(index): \(element.properties[property].name) is \(written(value)); "
          + "it takes 0...\(written(element.properties[property].type.fullScale))")
    }
    return Float(sRGBDecode(share))
  }

  private func failure(_ problem: String) -> MeshFileError {
    MeshFileError(path: path, reason: .damaged(problem))
  }
}

private let colorNames = [
  ["red", "r", "diffuse_red"], ["green", "g", "diffuse_green"], ["blue", "b", "diffuse_blue"],
]

/// A number as a file has it: whole ones without a point.
private func written(_ value: Double) -> String {
  abs(value) < 1e15 && value == value.rounded() ? "\(Int(value))" : "\(value)"
}
