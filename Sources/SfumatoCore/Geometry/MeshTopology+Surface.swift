// What the connectivity says about the surface: closed, manifold, oriented, of which kind.

extension MeshTopology {
  /// The number of edges with more than two faces.
  public var nonManifoldEdgeCount: Int { nonManifoldEdges.count }

  /// Whether there are faces and no edge has only one.
  public var isClosed: Bool { faceCount > 0 && boundaryEdges.isEmpty }

  /// Whether the surface looks like a disc or half a disc around every point.
  ///
  /// No edge has more than two faces, the faces around each vertex form one fan, and no face names a
  /// vertex twice. Boundaries are allowed; vertices without faces do not count.
  public var isManifold: Bool {
    guard nonManifoldEdges.isEmpty, !faceEdges.contains(-1) else { return false }
    var fans = DisjointSets(count: faces.count)
    for edge in interiorEdges {
      let (a, b) = ends(Int(edge))
      let (f, g) = (Int(edgeFaces[2 * Int(edge)]), Int(edgeFaces[2 * Int(edge) + 1]))
      fans.join(corner(of: a, in: f), corner(of: a, in: g))
      fans.join(corner(of: b, in: f), corner(of: b, in: g))
    }
    let roots = fans.roots()
    return (0..<vertexCount).allSatisfy { vertex in
      let row = cornerRange(vertex)
      guard let first = row.first else { return true }
      return row.allSatisfy { roots[Int(corners[$0])] == roots[Int(corners[first])] }
    }
  }

  /// Whether the two faces at each interior edge run along it in opposite directions.
  public var isConsistentlyWound: Bool {
    interiorEdges.allSatisfy { edge in
      let (f, g) = (Int(edgeFaces[2 * Int(edge)]), Int(edgeFaces[2 * Int(edge) + 1]))
      return runsForward(Int(edge), in: f) != runsForward(Int(edge), in: g)
    }
  }

  /// V - E + F, vertices without faces left out: 2 for a sphere, 0 for a torus.
  public var eulerNumber: Int {
    let used = (0..<vertexCount).count { !cornerRange($0).isEmpty }
    return used - edgeCount + faceCount
  }

  /// The number of parts that no edge joins; vertices without faces are no parts.
  public var componentCount: Int {
    let parts = parts()
    return (0..<vertexCount).count { !cornerRange($0).isEmpty && Int(parts[$0]) == $0 }
  }

  /// The part of each vertex, `[V]`: the lowest vertex that edges lead to.
  public func parts() -> [Int32] {
    var parts = DisjointSets(count: vertexCount)
    for edge in 0..<edgeCount {
      let (a, b) = ends(edge)
      parts.join(a, b)
    }
    return parts.roots()
  }

  /// The corner of a face at which a vertex stands; the face has it.
  private func corner(of vertex: Int, in face: Int) -> Int {
    let v = Int32(vertex)
    return faces[3 * face] == v ? 3 * face : faces[3 * face + 1] == v ? 3 * face + 1 : 3 * face + 2
  }

  /// Whether a face walks an edge from its lower to its upper end.
  private func runsForward(_ edge: Int, in face: Int) -> Bool {
    (0..<3).contains { k in
      Int(faceEdges[3 * face + k]) == edge && faces[3 * face + k] == edges[2 * edge]
    }
  }
}

/// Sets that only grow together; the root of a set is its smallest member.
private struct DisjointSets {
  private var parent: [Int32]

  init(count: Int) { parent = (0..<Int32(count)).map { $0 } }

  /// Joins two sets, halving the paths on the way.
  mutating func join(_ a: Int, _ b: Int) {
    let (p, q) = (root(a), root(b))
    if p < q { parent[q] = Int32(p) } else { parent[p] = Int32(q) }
  }

  /// The root of every member: parents are smaller, so one ascending pass is enough.
  func roots() -> [Int32] {
    var roots = parent
    for i in roots.indices { roots[i] = roots[Int(roots[i])] }
    return roots
  }

  private mutating func root(_ item: Int) -> Int {
    var i = item
    while Int(parent[i]) != i {
      parent[i] = parent[Int(parent[i])]
      i = Int(parent[i])
    }
    return i
  }
}
