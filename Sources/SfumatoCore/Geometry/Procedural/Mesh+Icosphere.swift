extension Mesh {
  /// A sphere around the origin from an icosahedron: 10 · 4ⁿ + 2 vertices on it.
  ///
  /// Each level cuts faces at the middles of their edges and pushes the new vertices out. Watertight.
  /// - Precondition: `subdivisions` in 0...10, `radius` above 0.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func icosphere(subdivisions: Int, radius: S = 1) -> Mesh {
    precondition((0...10).contains(subdivisions), "\(subdivisions) subdivisions")
    precondition(radius > 0, "radius \(radius)")
    let golden = (1 + S(5).squareRoot()) / 2
    var positions: [S] = []
    for (x, y) in [(-1, golden), (1, golden), (-1, -golden), (1, -golden)] as [(S, S)] {
      positions += [x, y, 0]
    }
    for (y, z) in [(-1, golden), (1, golden), (-1, -golden), (1, -golden)] as [(S, S)] {
      positions += [0, y, z]
    }
    for (z, x) in [(-1, golden), (1, golden), (-1, -golden), (1, -golden)] as [(S, S)] {
      positions += [x, 0, z]
    }
    var faces: [Int32] = [
      0, 11, 5, 0, 5, 1, 0, 1, 7, 0, 7, 10, 0, 10, 11, 1, 5, 9, 5, 11, 4, 11, 10, 2, 10, 7, 6,
      7, 1, 8, 3, 9, 4, 3, 4, 2, 3, 2, 6, 3, 6, 8, 3, 8, 9, 4, 9, 5, 2, 4, 11, 6, 2, 10, 8, 6, 7,
      9, 8, 1,
    ]
    project(&positions, from: 0, onto: radius)
    for _ in 0..<subdivisions {
      let count = positions.count / 3
      let subdivision = MeshSubdivision(MeshTopology(faces: faces, vertexCount: count))
      positions = subdivision.carryVertices(positions, channels: 3)
      faces = subdivision.faces
      project(&positions, from: count, onto: radius)
    }
    return Mesh(positions: positions, faces: faces)
  }

  /// Pushes vertices from a number on to a sphere around the origin.
  private static func project(_ positions: inout [S], from first: Int, onto radius: S) {
    for vertex in first..<positions.count / 3 {
      positions.setVector3(vertex, normalize(positions.vector3(vertex)) * radius)
    }
  }
}
