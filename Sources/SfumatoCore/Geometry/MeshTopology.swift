// Who touches whom in a triangle mesh. Half-edges are ordered by two stable counting sorts (upper vertex,
// then lower), so that equal edges stand together and every list comes out sorted, in time linear in the
// size of the mesh; start reading at `init`.

/// The connectivity of a triangle mesh: edges, neighbours and what they say about the surface.
///
/// Indices are vertex, face, edge and corner numbers; corner `3 f + k` is corner `k` of face `f`. A face that
/// names a vertex twice is legal: its sides of no length are no edges.
public struct MeshTopology: Equatable, Sendable {
  /// The number of vertices, V, used or not.
  public let vertexCount: Int
  /// Corner indices, `[F, 3]`.
  public let faces: [Int32]
  /// Undirected edges without repetition, `[E, 2]`: lower vertex first, rows sorted.
  public let edges: [Int32]
  /// The first two faces at each edge in face order, `[E, 2]`, -1 for none.
  public let edgeFaces: [Int32]
  /// The edge from corner k to corner k + 1 of each face, `[F, 3]`; -1 where both are one vertex.
  public let faceEdges: [Int32]
  /// Where each vertex's row of ``neighbors`` starts, `[V + 1]`.
  public let neighborOffsets: [Int32]
  /// The vertices joined to each vertex by an edge, ascending within a row.
  public let neighbors: [Int32]
  /// Where each vertex's row of ``corners`` starts, `[V + 1]`.
  public let cornerOffsets: [Int32]
  /// The corners `3 f + k` at each vertex, ascending within a row.
  public let corners: [Int32]
  /// Edges with exactly one face, ascending.
  public let boundaryEdges: [Int32]
  /// Edges with exactly two faces, ascending.
  public let interiorEdges: [Int32]
  /// Edges with more than two faces, ascending.
  public let nonManifoldEdges: [Int32]

  /// Finds the connectivity of a list of faces.
  ///
  /// - Precondition: `faces` is `[F, 3]` with indices in `0..<vertexCount`.
  /// - Complexity: linear in vertices plus faces.
  public init(faces: [Int32], vertexCount: Int) {
    precondition(faces.count % 3 == 0, "faces: \(faces.count) indices, not [F, 3]")
    precondition(
      faces.allSatisfy { $0 >= 0 && $0 < vertexCount }, "a face index is not in 0..<\(vertexCount)")
    self.faces = faces
    self.vertexCount = vertexCount

    let sides = Self.sortedSides(faces, vertexCount)
    var edges: [Int32] = []
    edges.reserveCapacity(sides.count)
    var edgeFaces: [Int32] = []
    edgeFaces.reserveCapacity(sides.count)
    var faceEdges = [Int32](repeating: -1, count: faces.count)
    var faceCounts: [Int32] = []
    var lastFace: Int32 = -1
    for side in sides {
      let (lower, upper) = Self.side(Int(side), of: faces)
      let face = side / 3
      if edges.isEmpty || edges[edges.count - 2] != lower || edges[edges.count - 1] != upper {
        edges.append(lower)
        edges.append(upper)
        edgeFaces.append(face)
        edgeFaces.append(-1)
        faceCounts.append(1)
      } else if face != lastFace {  // a folded face (a, b, a) meets its edge twice
        faceCounts[faceCounts.count - 1] += 1
        if edgeFaces[edgeFaces.count - 1] < 0 { edgeFaces[edgeFaces.count - 1] = face }
      }
      lastFace = face
      faceEdges[Int(side)] = Int32(edges.count / 2 - 1)
    }
    self.edges = edges
    self.edgeFaces = edgeFaces
    self.faceEdges = faceEdges
    func select(_ matches: (Int32) -> Bool) -> [Int32] {
      faceCounts.indices.filter { matches(faceCounts[$0]) }.map(Int32.init)
    }
    boundaryEdges = select { $0 == 1 }
    interiorEdges = select { $0 == 2 }
    nonManifoldEdges = select { $0 > 2 }

    (cornerOffsets, corners) = Self.rows(of: faces, rowCount: vertexCount)
    // Edges come sorted, so a vertex meets first its lower neighbours, ascending, then its upper ones.
    let ends = Self.rows(of: edges, rowCount: vertexCount)
    neighborOffsets = ends.offsets
    neighbors = ends.items.map { edges[Int($0) ^ 1] }
  }

  /// The connectivity of a mesh.
  public init<S: RenderScalar>(_ mesh: Mesh<S>) {
    self.init(faces: mesh.faces, vertexCount: mesh.vertexCount)
  }

  /// The number of faces, F.
  public var faceCount: Int { faces.count / 3 }
  /// The number of edges, E.
  public var edgeCount: Int { edges.count / 2 }

  /// The two ends of an edge, lower vertex first.
  @inlinable
  public func ends(_ edge: Int) -> (Int, Int) { (Int(edges[2 * edge]), Int(edges[2 * edge + 1])) }

  /// The places of a vertex's neighbours within ``neighbors``.
  @inlinable
  public func neighborRange(_ vertex: Int) -> Range<Int> {
    Int(neighborOffsets[vertex])..<Int(neighborOffsets[vertex + 1])
  }

  /// The places of a vertex's corners within ``corners``.
  @inlinable
  public func cornerRange(_ vertex: Int) -> Range<Int> {
    Int(cornerOffsets[vertex])..<Int(cornerOffsets[vertex + 1])
  }
}

// MARK: - Sorting

extension MeshTopology {
  /// The ends of the side that starts at a corner, lower vertex first.
  private static func side(_ corner: Int, of faces: [Int32]) -> (Int32, Int32) {
    let a = faces[corner]
    let b = faces[corner % 3 == 2 ? corner - 2 : corner + 1]
    return a < b ? (a, b) : (b, a)
  }

  /// The corners whose side has a length, ordered by lower end, upper end, corner.
  private static func sortedSides(_ faces: [Int32], _ vertexCount: Int) -> [Int32] {
    let proper = faces.indices.filter {
      let (lower, upper) = side($0, of: faces)
      return lower != upper
    }
    let uppers = proper.map { side($0, of: faces).1 }
    let byUpper = rows(of: uppers, rowCount: vertexCount).items.map { proper[Int($0)] }
    let lowers = byUpper.map { side($0, of: faces).0 }
    return rows(of: lowers, rowCount: vertexCount).items.map { Int32(byUpper[Int($0)]) }
  }

  /// The places of each key, row by row, in stable order: one pass of a counting sort.
  static func rows(
    of keys: [Int32], rowCount: Int
  ) -> (offsets: [Int32], items: [Int32]) {
    var offsets = [Int32](repeating: 0, count: rowCount + 1)
    for key in keys { offsets[Int(key) + 1] += 1 }
    for row in 0..<rowCount { offsets[row + 1] += offsets[row] }
    var next = offsets
    var items = [Int32](repeating: 0, count: keys.count)
    for (place, key) in keys.enumerated() {
      items[Int(next[Int(key)])] = Int32(place)
      next[Int(key)] += 1
    }
    return (offsets, items)
  }
}
