internal import SfumatoCore

/// How an OBJ file was cut into meshes: with it a scene is written back in the file's own order.
struct OBJLayout: Equatable, Sendable {
  /// The file as it was read.
  var file: OBJFile
  /// The scene's meshes, one a pair of object and material in the order of their first face.
  var parts: [OBJPart]
}

/// Which rows of a file's tables a mesh has.
struct OBJPart: Equatable, Sendable {
  /// The file's vertex of each of the mesh's, ascending.
  var vertices: [Int32]
  /// The file's texture coordinate of each of the mesh's; -1 for the one made for corners without.
  var texcoords: [Int32]
  /// The file's normal of each of the mesh's.
  var normals: [Int32]
  /// Index into the file's names, or -1.
  var material: Int32
  var object: Int32
  /// Corners of the mesh, for a check that it is still the one that was read.
  var faceCount: Int
}

/// Cuts a file into meshes.
func objParts(_ file: OBJFile) -> (meshes: [Mesh<Float>], layout: OBJLayout) {
  let (corners, polygons) = file.triangles()
  var order: [SIMD2<Int32>] = []
  var numbers: [SIMD2<Int32>: Int] = [:]
  var triangles: [[Int32]] = []
  for (t, polygon) in polygons.enumerated() {
    let key = SIMD2(file.polygonObjects[Int(polygon)], file.polygonMaterials[Int(polygon)])
    if numbers[key] == nil {
      numbers[key] = order.count
      order.append(key)
      triangles.append([])
    }
    triangles[numbers[key] ?? 0].append(Int32(t))
  }
  var meshes: [Mesh<Float>] = []
  var parts: [OBJPart] = []
  for (key, own) in zip(order, triangles) {
    var picked: [Int] = []
    picked.reserveCapacity(3 * own.count)
    for t in own {
      for k in 0..<3 { picked.append(corners[3 * Int(t) + k]) }
    }
    let (mesh, part) = objPart(
      file, picked, keepsAll: order.count == 1, object: key.x, material: key.y)
    meshes.append(mesh)
    parts.append(part)
  }
  if parts.isEmpty {
    let (mesh, part) = objPart(file, [], keepsAll: true, object: -1, material: -1)
    meshes.append(mesh)
    parts.append(part)
  }
  return (meshes, OBJLayout(file: file, parts: parts))
}

/// The mesh of some corners; with `keepsAll` vertices that no face uses stay.
private func objPart(
  _ file: OBJFile, _ picked: [Int], keepsAll: Bool, object: Int32, material: Int32
) -> (Mesh<Float>, OBJPart) {
  let corners = picked.map { file.corners[$0] }
  let vertices = Rows(
    corners.map { $0.vertex }, of: file.positions.count / 3, keepsAll: keepsAll)
  let hasTexcoords = corners.contains { $0.texcoord >= 0 }
  let texcoords = Rows(corners.map { $0.texcoord }, of: file.texcoords.count / 2, keepsAll: false)
  let hasNormals = !corners.isEmpty && corners.allSatisfy { $0.normal >= 0 }
  var normals = Rows(
    hasNormals ? corners.map { $0.normal } : [], of: file.normals.count / 3, keepsAll: false)
  func chosen(_ values: [Float], _ rows: [Int32], _ width: Int) -> [Float] {
    rows.flatMap { row in
      row < 0
        ? [Float](repeating: 0, count: width)
        : Array(values[Int(row) * width..<(Int(row) + 1) * width])
    }
  }
  let unit = hasNormals ? unitVectors(chosen(file.normals, normals.rows, 3)) : nil
  if unit == nil { normals = Rows([], of: 0, keepsAll: false) }
  var mesh = Mesh<Float>(
    positions: keepsAll ? file.positions : chosen(file.positions, vertices.rows, 3),
    faces: vertices.numbers, normals: unit, normalFaces: unit == nil ? nil : normals.numbers,
    texcoords: hasTexcoords ? chosen(file.texcoords, texcoords.rows, 2) : nil,
    texcoordFaces: hasTexcoords ? texcoords.numbers : nil,
    vertexColors: file.colors.isEmpty
      ? nil : keepsAll ? file.colors : chosen(file.colors, vertices.rows, 3))
  mesh.name =
    object >= 0
    ? file.objectNames[Int(object)] : material >= 0 ? file.materialNames[Int(material)] : ""
  return (
    mesh,
    OBJPart(
      vertices: vertices.rows, texcoords: hasTexcoords ? texcoords.rows : [],
      normals: normals.rows, material: material, object: object, faceCount: picked.count / 3)
  )
}

/// The rows of a table that some corners use, ascending, and the corners' numbers among them; corners without a row share
/// one more, -1.
private struct Rows {
  var rows: [Int32]
  var numbers: [Int32]

  init(_ used: [Int32], of count: Int, keepsAll: Bool) {
    var isUsed = [Bool](repeating: keepsAll, count: count)
    for row in used where row >= 0 { isUsed[Int(row)] = true }
    rows = (0..<Int32(count)).filter { isUsed[Int($0)] }
    var place = [Int32](repeating: 0, count: count)
    for (i, row) in rows.enumerated() { place[Int(row)] = Int32(i) }
    let spare = Int32(rows.count)
    if used.contains(where: { $0 < 0 }) { rows.append(-1) }
    numbers = used.map { $0 < 0 ? spare : place[Int($0)] }
  }
}
