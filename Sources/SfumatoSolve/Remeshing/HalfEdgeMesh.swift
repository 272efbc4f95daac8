// A triangle mesh that changes: half-edges in threes, one three a face, so that next and previous are arithmetic. Each
// operation leaves a manifold a manifold. Start reading at `split`, `collapse` and `flip`.
internal import SfumatoCore

/// A manifold triangle mesh under local changes of its connectivity.
///
/// Half-edge `3 f + k` runs from corner k of face f to the next. A removed face has corners -1, a removed vertex no half-edge.
struct HalfEdgeMesh {
  /// The vertex at which each half-edge starts.
  private(set) var origin: [Int32]
  /// The half-edge that runs back along each one, -1 at a boundary.
  private(set) var twin: [Int32]
  /// A half-edge that starts at each vertex, -1 where none does.
  private(set) var outgoing: [Int32]
  /// Whether a vertex lies on a boundary; such vertices stay, with their edges.
  private(set) var isFixed: [Bool]
  /// Vertex positions.
  var positions: [SIMD3<Double>]
  /// Vertices that are left.
  private(set) var liveVertexCount: Int

  /// The half-edges of a connectivity.
  ///
  /// - Precondition: it is manifold and consistently wound.
  init(_ topology: MeshTopology, positions: [SIMD3<Double>]) {
    let faces = topology.faces
    origin = faces
    twin = [Int32](repeating: -1, count: faces.count)
    outgoing = [Int32](repeating: -1, count: topology.vertexCount)
    isFixed = [Bool](repeating: false, count: topology.vertexCount)
    self.positions = positions
    var first = [Int32](repeating: -1, count: topology.edgeCount)
    for h in faces.indices {
      outgoing[Int(faces[h])] = Int32(h)
      let edge = Int(topology.faceEdges[h])
      if first[edge] < 0 {
        first[edge] = Int32(h)
      } else {
        twin[h] = first[edge]
        twin[Int(first[edge])] = Int32(h)
      }
    }
    for edge in topology.boundaryEdges {
      let (a, b) = topology.ends(Int(edge))
      isFixed[a] = true
      isFixed[b] = true
    }
    liveVertexCount = outgoing.count { $0 >= 0 }
  }

  /// The number of half-edges, removed ones with them.
  var halfEdgeCount: Int { origin.count }

  @inline(__always)
  func next(_ h: Int) -> Int { h % 3 == 2 ? h - 2 : h + 1 }

  @inline(__always)
  func previous(_ h: Int) -> Int { h % 3 == 0 ? h + 2 : h - 1 }

  /// The vertex where a half-edge starts.
  @inline(__always)
  func start(_ h: Int) -> Int { Int(origin[h]) }

  /// The vertex where a half-edge ends.
  @inline(__always)
  func end(_ h: Int) -> Int { Int(origin[next(h)]) }

  /// Whether a half-edge stands for its edge: it is there, has a twin, and is the lower of the two.
  @inline(__always)
  func isInteriorEdge(_ h: Int) -> Bool { origin[h] >= 0 && Int(twin[h]) > h }

  /// Calls `body` with the half-edges that start at a vertex that is not fixed, around it.
  @inline(__always)
  func forEachOutgoing(_ vertex: Int, _ body: (Int) -> Void) {
    let first = Int(outgoing[vertex])
    guard first >= 0 else { return }
    var h = first
    repeat {
      body(h)
      h = Int(twin[previous(h)])
    } while h != first && h >= 0
  }

  /// The number of edges at a vertex that is not fixed.
  func valence(_ vertex: Int) -> Int {
    var count = 0
    forEachOutgoing(vertex) { _ in count += 1 }
    return count
  }

  func squaredLength(_ h: Int) -> Double {
    let d = positions[end(h)] - positions[start(h)]
    return dot(d, d)
  }

  /// Twice the area of a half-edge's face along its normal.
  func areaVector(_ h: Int) -> SIMD3<Double> {
    faceCross(positions[start(h)], positions[end(h)], positions[start(previous(h))])
  }

  private mutating func join(_ a: Int, _ b: Int) {
    if a >= 0 { twin[a] = Int32(b) }
    if b >= 0 { twin[b] = Int32(a) }
  }

  /// Cuts an interior edge and its two faces at a new vertex; returns that vertex.
  mutating func split(_ h: Int, at position: SIMD3<Double>) -> Int {
    let t = Int(twin[h])
    let (n, tp) = (next(h), previous(t))
    let (b, c, d) = (origin[t], origin[previous(h)], origin[tp])
    let (outerN, outerTP) = (Int(twin[n]), Int(twin[tp]))
    let m = Int32(positions.count)
    positions.append(position)
    isFixed.append(false)
    let x = origin.count
    let y = x + 3
    outgoing.append(Int32(x))
    origin += [m, b, c, b, m, d]
    twin += [-1, -1, -1, -1, -1, -1]
    (origin[n], origin[t]) = (m, m)
    join(x, y)
    join(x + 1, outerN)
    join(x + 2, n)
    join(y + 1, tp)
    join(y + 2, outerTP)
    outgoing[Int(b)] = Int32(y)
    liveVertexCount += 1
    return Int(m)
  }

  /// Whether an interior edge can vanish without a change of the surface's kind.
  ///
  /// The ends share the two vertices beside the edge and no other neighbour, and these keep three edges.
  func canCollapse(_ h: Int) -> Bool {
    let t = Int(twin[h])
    let (a, b) = (start(h), start(t))
    guard !isFixed[a], !isFixed[b] else { return false }
    let (c, d) = (start(previous(h)), start(previous(t)))
    guard c != d, liveVertexCount > 4 else { return false }
    var shared = 0
    forEachOutgoing(a) { h in
      let neighbor = end(h)
      forEachOutgoing(b) { if end($0) == neighbor { shared += 1 } }
    }
    return shared == 2 && (isFixed[c] || valence(c) > 3) && (isFixed[d] || valence(d) > 3)
  }

  /// Draws an edge's end into its start, which moves; the two faces beside the edge vanish.
  ///
  /// - Precondition: ``canCollapse(_:)``.
  mutating func collapse(_ h: Int, to position: SIMD3<Double>) {
    let t = Int(twin[h])
    let (a, b) = (start(h), start(t))
    let (n, p, tn, tp) = (next(h), previous(h), next(t), previous(t))
    let (c, d) = (start(p), start(tp))
    var spokes: [Int] = []
    forEachOutgoing(b) { spokes.append($0) }
    for spoke in spokes { origin[spoke] = Int32(a) }
    let (outerN, outerP, outerTN, outerTP) = (
      Int(twin[n]), Int(twin[p]), Int(twin[tn]), Int(twin[tp])
    )
    join(outerN, outerP)
    join(outerTN, outerTP)
    outgoing[a] = Int32(outerP)
    outgoing[c] = Int32(outerN)
    outgoing[d] = Int32(outerTN)
    outgoing[b] = -1
    for gone in [h, n, p, t, tn, tp] {
      origin[gone] = -1
      twin[gone] = -1
    }
    positions[a] = position
    liveVertexCount -= 1
  }

  /// Whether the other diagonal of the two faces at an interior edge is no edge yet.
  func canFlip(_ h: Int) -> Bool {
    let (c, d) = (start(previous(h)), start(previous(Int(twin[h]))))
    guard c != d else { return false }
    let (from, to) = isFixed[c] ? (d, c) : (c, d)
    guard !isFixed[from] else { return false }
    var isNew = true
    forEachOutgoing(from) { if end($0) == to { isNew = false } }
    return isNew
  }

  /// Turns the diagonal of the two faces at an interior edge.
  ///
  /// - Precondition: ``canFlip(_:)``.
  mutating func flip(_ h: Int) {
    let t = Int(twin[h])
    let (n, p, tn, tp) = (next(h), previous(h), next(t), previous(t))
    let (a, b, c, d) = (origin[h], origin[t], origin[p], origin[tp])
    let (outerN, outerP, outerTN, outerTP) = (
      Int(twin[n]), Int(twin[p]), Int(twin[tn]), Int(twin[tp])
    )
    (origin[h], origin[n], origin[p]) = (d, c, a)
    (origin[t], origin[tn], origin[tp]) = (c, d, b)
    join(n, outerP)
    join(p, outerTN)
    join(tn, outerTP)
    join(tp, outerN)
    outgoing[Int(a)] = Int32(p)
    outgoing[Int(b)] = Int32(tp)
    outgoing[Int(c)] = Int32(n)
    outgoing[Int(d)] = Int32(tn)
  }
}
