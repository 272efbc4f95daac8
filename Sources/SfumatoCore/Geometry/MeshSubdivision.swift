/// One midpoint subdivision: each face becomes four, each edge gets a vertex at its middle.
///
/// Vertices keep their numbers; the vertex of edge `e` is `V + e`. It is kept apart from the mesh so
/// that anything stored per vertex or per face (colours, moments of an optimiser) is carried along.
/// The surface stays where it is: nothing is projected or smoothed.
public struct MeshSubdivision: Equatable, Sendable {
  /// The number of vertices before, V.
  public let oldVertexCount: Int
  /// The two old vertices that each new one stands between, `[E, 2]`.
  public let parents: [Int32]
  /// Corner indices after, `[4 F, 3]`: face f becomes 4 f to 4 f + 3, its corners first, its middle last.
  public let faces: [Int32]

  /// The subdivision of a connectivity.
  public init(_ topology: MeshTopology) {
    oldVertexCount = topology.vertexCount
    parents = topology.edges
    var faces: [Int32] = []
    faces.reserveCapacity(4 * topology.faces.count)
    for face in 0..<topology.faceCount {
      let corner = (0..<3).map { topology.faces[3 * face + $0] }
      let middle = (0..<3).map { k in
        let edge = topology.faceEdges[3 * face + k]
        return edge < 0 ? corner[k] : Int32(topology.vertexCount) + edge
      }
      faces += [
        corner[0], middle[0], middle[2], middle[0], corner[1], middle[1],
        middle[2], middle[1], corner[2], middle[0], middle[1], middle[2],
      ]
    }
    self.faces = faces
  }

  /// The number of vertices after.
  public var newVertexCount: Int { oldVertexCount + parents.count / 2 }

  /// Values of the old vertices and, at each new one, the mean of its parents': `[V, C]` to `[V + E, C]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func carryVertices<S: RenderScalar>(_ values: [S], channels: Int) -> [S] {
    precondition(
      values.count == oldVertexCount * channels,
      "\(values.count) scalars for \(oldVertexCount) vertices of \(channels)")
    var carried = values
    carried.reserveCapacity(newVertexCount * channels)
    for new in 0..<parents.count / 2 {
      let a = Int(parents[2 * new]) * channels
      let b = Int(parents[2 * new + 1]) * channels
      for c in 0..<channels { carried.append((values[a + c] + values[b + c]) / 2) }
    }
    return carried
  }

  /// The adjoint of ``carryVertices(_:channels:)``: adds to the cotangent of the old values, `[V, C]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func carryVerticesVJP<S: RenderScalar>(
    carriedBar: [S], channels: Int, into valuesBar: inout [S]
  ) {
    precondition(carriedBar.count == newVertexCount * channels, "\(carriedBar.count) scalars")
    precondition(valuesBar.count == oldVertexCount * channels, "\(valuesBar.count) scalars")
    for i in 0..<oldVertexCount * channels { valuesBar[i] += carriedBar[i] }
    for new in 0..<parents.count / 2 {
      let a = Int(parents[2 * new]) * channels
      let b = Int(parents[2 * new + 1]) * channels
      let base = (oldVertexCount + new) * channels
      for c in 0..<channels {
        let half = carriedBar[base + c] / 2
        valuesBar[a + c] += half
        valuesBar[b + c] += half
      }
    }
  }

  /// Values of the faces, each given to its four children: `[F, C]` to `[4 F, C]`.
  public func carryFaces<S: RenderScalar>(_ values: [S], channels: Int) -> [S] {
    precondition(
      values.count * 12 == faces.count * channels,
      "\(values.count) scalars for \(faces.count / 12) faces of \(channels)")
    return (0..<faces.count / 3).flatMap { child in
      values[child / 4 * channels..<(child / 4 + 1) * channels]
    }
  }
}

extension Mesh {
  /// The mesh with each face cut into four at the middles of its edges; the surface does not move.
  ///
  /// Colours and texture coordinates are carried; normals are carried and normalised.
  public func subdivided() -> Mesh { subdivided(by: MeshSubdivision(MeshTopology(self))) }

  /// The mesh after a subdivision of its own connectivity.
  public func subdivided(by subdivision: MeshSubdivision) -> Mesh {
    // What has corner indices of its own is subdivided along them.
    func carrier(_ corners: [Int32], count: Int) -> MeshSubdivision {
      MeshSubdivision(MeshTopology(faces: corners, vertexCount: count))
    }
    let normalCarrier = normalFaces.map { carrier($0, count: (normals?.count ?? 0) / 3) }
    let newNormals = normals.map { old in
      var carried = (normalCarrier ?? subdivision).carryVertices(old, channels: 3)
      for vertex in 0..<carried.count / 3 {
        carried.setVector3(vertex, normalize(carried.vector3(vertex)))
      }
      return carried
    }
    let newTexcoords = texcoordSets.map { set in
      let own = carrier(set.faces, count: set.values.count / 2)
      return TexcoordSet(values: own.carryVertices(set.values, channels: 2), faces: own.faces)
    }
    return Mesh(
      positions: subdivision.carryVertices(positions, channels: 3), faces: subdivision.faces,
      normals: newNormals, normalFaces: normalCarrier?.faces, moreTexcoords: newTexcoords,
      vertexColors: vertexColors.map { subdivision.carryVertices($0, channels: 3) },
      faceColors: faceColors.map { subdivision.carryFaces($0, channels: 3) })
  }
}
