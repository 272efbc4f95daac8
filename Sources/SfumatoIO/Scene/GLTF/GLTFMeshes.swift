internal import CTinyGLTF
internal import SfumatoCore

// Primitives to meshes. glTF repeats a vertex for each normal and each texture coordinate; here positions, normals and
// texture coordinates are joined each by themselves, and the corners name all three.

/// A primitive as a mesh.
struct GLTFPart {
  var mesh: Mesh<Float>
  /// Index into the document's materials, or -1.
  var material: Int32
}

/// Reads primitives.
struct GLTFMeshReader {
  private let document: GLTFDocument
  private var accessors: GLTFAccessors
  private(set) var welding = WeldingReport()
  private(set) var warnings: [String] = []

  init(_ document: GLTFDocument) {
    self.document = document
    accessors = GLTFAccessors(document)
  }

  /// The parts of a mesh that are made of triangles.
  mutating func parts(ofMesh index: Int) throws(SceneFileError) -> [GLTFPart] {
    let mesh = document.meshes[index]
    var parts: [GLTFPart] = []
    for (i, primitive) in mesh.primitives.enumerated() {
      let place = "meshes[\(index)].primitives[\(i)]"
      guard (4...6).contains(primitive.mode) else {
        guard (0...3).contains(primitive.mode) else {
          throw document.failure(
            "\(place).mode", .wrongValue(found: "\(primitive.mode)", expected: "0 to 6"))
        }
        warnings.append("\(document.path): \(place): points and lines are not shown")
        continue
      }
      guard primitive.position >= 0 else {
        warnings.append("\(document.path): \(place): has no POSITION and is not shown")
        continue
      }
      if primitive.isSkinnedOrMorphed {
        warnings.append(
          "\(document.path): \(place): skin and morph targets are not applied; its rest shape is shown"
        )
      }
      var part = try read(primitive, place)
      part.mesh.name = mesh.name
      parts.append(part)
    }
    return parts
  }

  private mutating func read(
    _ primitive: CTinyGLTFPrimitive, _ place: String
  ) throws(SceneFileError) -> GLTFPart {
    let positions = try accessors.floats(primitive.position, channels: [3]).values
    let count = positions.count / 3
    let colors = try attribute(primitive.color, [3, 4], count, "\(place).attributes.COLOR_0")
    let normals = try attribute(primitive.normal, [3], count, "\(place).attributes.NORMAL")
    var sets: [[Float]] = []
    for (i, index) in [primitive.texcoord0, primitive.texcoord1].enumerated() {
      guard index >= 0 || (i == 0 && primitive.texcoord1 >= 0) else { continue }
      let set = try attribute(index, [2], count, "\(place).attributes.TEXCOORD_\(i)")
      sets.append(set?.values ?? [Float](repeating: 0, count: 2 * count))
    }
    let corners = try corners(primitive, count: count, place)
    guard primitive.material >= -1, Int(primitive.material) < document.materials.count else {
      throw document.failure(
        "\(place).material",
        .indexOutOfRange(index: Int(primitive.material), count: document.materials.count))
    }
    let welded = weldedVertices(positions, colors)
    welding.parts += 1
    welding.fileVertices += count
    welding.vertices += welded.positions.count / 3
    func faces(_ numbers: [Int32]) -> [Int32] { corners.map { numbers[Int($0)] } }
    let unit = normals.flatMap { unitVectors($0.values) }
    if normals != nil, unit == nil {
      warnings.append(
        "\(document.path): \(place): a normal is zero; normals are made from the faces")
    }
    let normalRows = unit.map { weldedRows($0, width: 3) }
    let mesh = Mesh<Float>(
      positions: welded.positions, faces: faces(welded.numbers), normals: normalRows?.values,
      normalFaces: normalRows.map { faces($0.numbers) },
      moreTexcoords: sets.map { set in
        var upward = set
        for i in stride(from: 1, to: upward.count, by: 2) { upward[i] = 1 - upward[i] }
        let rows = weldedRows(upward, width: 2)
        return TexcoordSet(values: rows.values, faces: faces(rows.numbers))
      }, vertexColors: welded.colors)
    return GLTFPart(mesh: mesh, material: primitive.material)
  }

  private mutating func attribute(
    _ index: Int32, _ channels: [Int], _ count: Int, _ place: String
  ) throws(SceneFileError) -> (values: [Float], channels: Int)? {
    guard index >= 0 else { return nil }
    let read = try accessors.floats(index, channels: channels)
    guard read.values.count == count * read.channels else {
      throw document.failure(
        place,
        .wrongValue(
          found: "\(read.values.count / read.channels) elements",
          expected: "\(count), as many as POSITION has"))
    }
    return read
  }

  /// Positions joined where they and their colours agree.
  private mutating func weldedVertices(
    _ positions: [Float], _ colors: (values: [Float], channels: Int)?
  ) -> (positions: [Float], colors: [Float]?, numbers: [Int32]) {
    let places = weldedRows(positions, width: 3)
    guard let colors else { return (places.values, nil, places.numbers) }
    if colors.channels == 4,
      stride(from: 3, to: colors.values.count, by: 4).contains(where: {
        colors.values[$0] < 1
      })
    {
      warnings.append("\(document.path): the alpha of vertex colours is not kept")
    }
    let count = positions.count / 3
    var rgb = [Float](repeating: 0, count: 3 * count)
    for i in 0..<count {
      for c in 0..<3 { rgb[3 * i + c] = colors.values[i * colors.channels + c] }
    }
    let shades = weldedRows(rgb, width: 3)
    // A vertex is a pair of a place and a shade; both numbers are below 2^31 and exact as bits.
    var pairs = RowWelder(capacity: count)
    var numbers: [Int32] = []
    for i in 0..<count {
      let key = SIMD4<Float>(
        Float(bitPattern: UInt32(places.numbers[i]) + 1),
        Float(bitPattern: UInt32(shades.numbers[i]) + 1), 0, 0)
      numbers.append(pairs.number(key, at: i))
    }
    var kept: [Float] = []
    var keptColors: [Float] = []
    for row in pairs.firstRows {
      kept += positions[3 * Int(row)..<3 * Int(row) + 3]
      keptColors += rgb[3 * Int(row)..<3 * Int(row) + 3]
    }
    welding.splitByColor += (kept.count - places.values.count) / 3
    return (kept, keptColors, numbers)
  }

  /// The triangles' corners as rows of the vertex tables.
  private mutating func corners(
    _ primitive: CTinyGLTFPrimitive, count: Int, _ place: String
  ) throws(SceneFileError) -> [UInt32] {
    let order: [UInt32]
    if primitive.indices >= 0 {
      order = try accessors.indices(primitive.indices)
      if let wrong = order.first(where: { $0 >= count }) {
        throw document.failure(
          "\(place).indices", .indexOutOfRange(index: Int(wrong), count: count))
      }
    } else {
      order = (0..<UInt32(count)).map { $0 }
    }
    var corners: [UInt32] = []
    switch primitive.mode {
    case 5:
      for i in 0..<max(order.count - 2, 0) {
        let (a, b, c) = (order[i], order[i + 1], order[i + 2])
        if a != b, b != c, c != a { corners += i % 2 == 0 ? [a, b, c] : [a, c, b] }
      }
    case 6:
      for i in 0..<max(order.count - 2, 0) { corners += [order[0], order[i + 1], order[i + 2]] }
    default:
      guard order.count % 3 == 0 else {
        throw document.failure(
          "\(place).indices",
          .wrongValue(found: "\(order.count) corners", expected: "a multiple of 3"))
      }
      corners = order
    }
    return corners
  }
}
