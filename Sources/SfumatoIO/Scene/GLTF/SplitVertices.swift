internal import SfumatoCore

/// A mesh with one index a corner, as glTF wants it: a vertex is repeated for each normal and each texture coordinate that
/// its corners have.
///
/// The mesh's vertices come first and in their order, each with what its first corner has; the repeated ones follow. So
/// joining by position gives the mesh's own order back.
struct SplitVertices {
  var positions: [Float]
  var normals: [Float]?
  /// v down.
  var texcoords: [[Float]] = []
  var colors: [Float]?
  var corners: [Int32] = []

  init(_ mesh: Mesh<Float>, keepsNormals: Bool = true, keepsFaceColors: Bool = false) {
    let normalFaces = keepsNormals && mesh.normals != nil ? mesh.normalFaces ?? mesh.faces : nil
    let sets = Array(mesh.texcoordSets.prefix(2))
    let faceShades = keepsFaceColors ? mesh.faceColors.map { weldedRows($0, width: 3) } : nil
    func key(_ corner: Int) -> SIMD4<Int32> {
      SIMD4(
        normalFaces?[corner] ?? -1, sets.first?.faces[corner] ?? -1,
        sets.count > 1 ? sets[1].faces[corner] : -1, faceShades?.numbers[corner / 3] ?? -1)
    }
    let count = mesh.vertexCount
    // Of each row: the vertex, and a corner that has it.
    var vertices = (0..<Int32(count)).map { $0 }
    var examples = [Int32](repeating: -1, count: count)
    var more: [VertexKey: Int32] = [:]
    corners.reserveCapacity(mesh.faces.count)
    for corner in mesh.faces.indices {
      let vertex = mesh.faces[corner]
      let example = examples[Int(vertex)]
      if example < 0 || key(Int(example)) == key(corner) {
        if example < 0 { examples[Int(vertex)] = Int32(corner) }
        corners.append(vertex)
        continue
      }
      let own = VertexKey(vertex: vertex, rest: key(corner))
      if let found = more[own] {
        corners.append(found)
        continue
      }
      let row = Int32(vertices.count)
      more[own] = row
      vertices.append(vertex)
      examples.append(Int32(corner))
      corners.append(row)
    }
    func rows(_ values: [Float], _ width: Int, _ index: (Int) -> Int) -> [Float] {
      var result: [Float] = []
      result.reserveCapacity(width * vertices.count)
      for row in vertices.indices {
        let i = index(row)
        for c in 0..<width { result.append(i < 0 ? 0 : values[width * i + c]) }
      }
      return result
    }
    positions = rows(mesh.positions, 3) { Int(vertices[$0]) }
    if let normalFaces, let own = mesh.normals {
      var result = rows(own, 3) { examples[$0] < 0 ? -1 : Int(normalFaces[Int(examples[$0])]) }
      // A vertex that no face uses needs a unit vector all the same.
      for row in vertices.indices where examples[row] < 0 {
        result.setVector3(row, SIMD3(0, 0, 1))
      }
      normals = result
    }
    for set in sets {
      var result = rows(set.values, 2) {
        examples[$0] < 0 ? -1 : Int(set.faces[Int(examples[$0])])
      }
      for i in stride(from: 1, to: result.count, by: 2) { result[i] = 1 - result[i] }
      texcoords.append(result)
    }
    if keepsFaceColors, let own = mesh.faceColors {
      colors = rows(own, 3) { examples[$0] < 0 ? -1 : Int(examples[$0]) / 3 }
    } else if let own = mesh.vertexColors {
      colors = rows(own, 3) { Int(vertices[$0]) }
    }
  }

  private struct VertexKey: Hashable {
    var vertex: Int32
    var rest: SIMD4<Int32>
  }
}
