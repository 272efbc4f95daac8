/// The faces of a scene with vertices at the same place made one, so that seams of texture or colour are no outlines.
struct Welding: Sendable {
  /// The welded vertex of each corner, `[F * 3]`.
  private(set) var corners: [Int32]
  /// The corners that start an edge, `3 face + k`, edge after edge.
  private var edgeUses: [Int32] = []
  /// Where each edge's uses start, and the end.
  private var edgeOffsets: [Int32] = [0]

  /// Welds the world positions of an assembly.
  init<S: RenderScalar>(_ assembly: SceneAssembly<S>) {
    var welded: [SIMD3<S>: Int32] = [:]
    welded.reserveCapacity(assembly.vertexCount)
    var places = [Int32](repeating: 0, count: assembly.vertexCount)
    for v in 0..<assembly.vertexCount {
      let position = assembly.positions.vector3(v)
      if let known = welded[position] {
        places[v] = known
      } else {
        places[v] = Int32(welded.count)
        welded[position] = places[v]
      }
    }
    corners = assembly.faces.map { places[Int($0)] }
    // Edges by their ends, smaller vertex first: sorted keys bring an edge's faces together.
    var keys: [(key: UInt64, use: Int32)] = []
    keys.reserveCapacity(corners.count)
    for use in corners.indices {
      let ends = ends(of: Int32(use))
      guard ends.x != ends.y else { continue }
      let low = UInt64(UInt32(bitPattern: min(ends.x, ends.y)))
      let high = UInt64(UInt32(bitPattern: max(ends.x, ends.y)))
      keys.append((low << 32 | high, Int32(use)))
    }
    keys.sort { $0.key != $1.key ? $0.key < $1.key : $0.use < $1.use }
    for (i, key) in keys.enumerated() {
      if i > 0, keys[i - 1].key != key.key { edgeOffsets.append(Int32(i)) }
      edgeUses.append(key.use)
    }
    if !keys.isEmpty { edgeOffsets.append(Int32(keys.count)) }
  }

  /// The number of edges.
  var edgeCount: Int { edgeOffsets.count - 1 }

  /// The corners at which the faces of an edge start it.
  func uses(ofEdge e: Int) -> ArraySlice<Int32> {
    edgeUses[Int(edgeOffsets[e])..<Int(edgeOffsets[e + 1])]
  }

  /// Whether a face is one of an edge's.
  func isFace(_ face: Int32, ofEdge e: Int) -> Bool {
    for use in Int(edgeOffsets[e])..<Int(edgeOffsets[e + 1]) where edgeUses[use] / 3 == face {
      return true
    }
    return false
  }

  /// The welded vertices that a use runs between.
  func ends(of use: Int32) -> SIMD2<Int32> {
    let first = Int(use)
    let second = first % 3 == 2 ? first - 2 : first + 1
    return SIMD2(corners[first], corners[second])
  }

  /// Whether a use runs from the smaller vertex to the larger.
  func isForward(_ use: Int32) -> Bool {
    let ends = ends(of: use)
    return ends.x < ends.y
  }

  /// Whether two faces have a vertex in common.
  func areNeighbors(_ a: Int32, _ b: Int32) -> Bool {
    let (i, j) = (3 * Int(a), 3 * Int(b))
    let p = SIMD3(corners[i], corners[i + 1], corners[i + 2])
    for k in j..<j + 3 where corners[k] == p.x || corners[k] == p.y || corners[k] == p.z {
      return true
    }
    return false
  }
}
