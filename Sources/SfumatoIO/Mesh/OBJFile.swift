internal import SfumatoCore

/// A corner of a face: indices from 0, or -1 where not given.
struct OBJCorner: Equatable, Sendable {
  var vertex: Int32
  var texcoord: Int32
  var normal: Int32
}

/// What an OBJ file holds, in its own order: what is needed to build a scene, and to write the file again.
struct OBJFile: Equatable, Sendable {
  var positions: [Float] = []
  /// Linear light; empty until the first vertex that has one.
  var colors: [Float] = []
  var texcoords: [Float] = []
  var normals: [Float] = []
  var corners: [OBJCorner] = []
  var polygonEnds: [Int32] = []
  /// Of each polygon, an index into the names, or -1.
  var polygonMaterials: [Int32] = []
  var polygonGroups: [Int32] = []
  var polygonObjects: [Int32] = []
  var materialNames: [String] = []
  var groupNames: [String] = []
  var objectNames: [String] = []
  /// What stands behind each `mtllib`.
  var libraries: [String] = []

  /// All corners of all polygons cut into triangles, three a triangle, and each triangle's polygon.
  func triangles() -> (corners: [Int], polygons: [Int32]) {
    let vertices = corners.map(\.vertex)
    var picked: [Int] = []
    var polygons: [Int32] = []
    picked.reserveCapacity(3 * polygonEnds.count)
    var triangulator = Triangulator()
    var triangles: [(Int, Int, Int)] = []
    var start = 0
    for (polygon, end) in polygonEnds.enumerated() {
      triangles.removeAll(keepingCapacity: true)
      triangulator.triangulate(vertices[start..<Int(end)], positions: positions, into: &triangles)
      for (a, b, c) in triangles {
        picked.append(start + a)
        picked.append(start + b)
        picked.append(start + c)
        polygons.append(Int32(polygon))
      }
      start = Int(end)
    }
    return (picked, polygons)
  }

  /// The whole file as one mesh.
  func mesh() -> Mesh<Float> {
    let picked = triangles().corners
    let (values, texcoordFaces) = chosenTexcoords(picked)
    return Mesh(
      positions: positions, faces: picked.map { corners[$0].vertex }, normals: vertexNormals(),
      texcoords: values, texcoordFaces: texcoordFaces,
      vertexColors: colors.isEmpty ? nil : colors)
  }

  /// Texture coordinates where any corner has one; corners without share (0, 0), appended.
  private func chosenTexcoords(_ picked: [Int]) -> ([Float]?, [Int32]?) {
    guard corners.contains(where: { $0.texcoord >= 0 }) else { return (nil, nil) }
    let spare = Int32(texcoords.count / 2)
    let isPartial = corners.contains { $0.texcoord < 0 }
    let faces = picked.map { corners[$0].texcoord }.map { $0 < 0 ? spare : $0 }
    return (isPartial ? texcoords + [0, 0] : texcoords, faces)
  }

  /// Unit normals where every corner has one and all corners of a vertex agree; else nil.
  ///
  /// Vertices without faces get +Z.
  private func vertexNormals() -> [Float]? {
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
      result.setVector3(vertex, normal >= 0 ? normals.vector3(Int(normal)) : SIMD3(0, 0, 1))
    }
    return unitVectors(result)
  }
}
