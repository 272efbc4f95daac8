internal import RealModule

/// Normals that are smooth but for creases, for meshes that bring none.
public enum CreaseNormals {
  /// The mesh with a unit normal a corner: the mean, by area, of the faces around it that lean less than an angle from its own.
  ///
  /// Vertices at the same place count as one, so that seams of a texture do not show. No adjoint: for pictures.
  /// - Parameters:
  ///   - mesh: what gets normals; those that it has are replaced.
  ///   - degrees: the angle, 0 to 180; 0 is flat, 180 smooth everywhere.
  /// - Returns: the same mesh with normals and their corner indices.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func adding<S: RenderScalar>(to mesh: Mesh<S>, degrees: S) -> Mesh<S> {
    let weighted = (0..<mesh.faceCount).map { f in
      let (a, b, c) = faceCorners(mesh.faces, f)
      return faceCross(mesh.position(a), mesh.position(b), mesh.position(c))
    }
    let units = weighted.map { normalize($0) }
    let welded = Welding.corners(
      of: SceneAssembly(Scene(mesh), hasColor: false, shadesFragments: false))
    let (offsets, corners) = MeshTopology.rows(of: welded, rowCount: mesh.vertexCount)
    let least = S.cos(degrees * .pi / 180)
    var normals: [S] = []
    normals.reserveCapacity(mesh.faces.count * 3)
    var indices: [Int32] = []
    indices.reserveCapacity(mesh.faces.count)
    // Corners of a fan with the same mean share it: mostly the one before.
    var last = [Int32](repeating: -1, count: mesh.vertexCount)
    for (corner, vertex) in welded.enumerated() {
      let own = units[corner / 3]
      var sum = SIMD3<S>.zero
      for k in Int(offsets[Int(vertex)])..<Int(offsets[Int(vertex) + 1]) {
        let face = Int(corners[k]) / 3
        if dot(units[face], own) >= least { sum += weighted[face] }
      }
      var normal = normalize(sum)
      if normal == .zero { normal = own }
      let before = last[Int(vertex)]
      if before >= 0, normals.vector3(Int(before)) == normal {
        indices.append(before)
        continue
      }
      let place = Int32(truncatingIfNeeded: normals.count / 3)
      last[Int(vertex)] = place
      indices.append(place)
      normals += [normal.x, normal.y, normal.z]
    }
    var result = Mesh(
      positions: mesh.positions, faces: mesh.faces, normals: normals, normalFaces: indices,
      moreTexcoords: mesh.texcoordSets, vertexColors: mesh.vertexColors,
      faceColors: mesh.faceColors)
    result.name = mesh.name
    return result
  }
}
