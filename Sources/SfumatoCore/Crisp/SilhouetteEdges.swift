// Which edges of a view are outlines, found by position: vertices at the same place in the world are one, so that seams of
// texture or colour are none.

/// The outlines of one view.
struct SilhouetteEdges<S: RenderScalar>: Sendable {
  /// An edge as two corners of a face on the screen; the face lies on its inner side.
  struct Edge: Equatable, Sendable {
    var face: Int32
    var first: Int8
    var second: Int8
  }

  private(set) var edges: [Edge] = []
  /// The welded vertices of each face on the screen, or none where the near plane cut it.
  private var corners: [SIMD3<Int32>]

  /// Marks a face that is not whole.
  private static var cut: SIMD3<Int32> { SIMD3(repeating: -1) }

  /// An edge is an outline if it bounds one face, or if all its faces lie on the same side of it on the screen.
  init(_ projection: ScreenProjection<S>, _ welding: Welding) {
    let faces = projection.faces
    corners = faces.map { face in
      guard face.clip == NearPlaneClip.uncut, face.isVisible else { return Self.cut }
      let f = 3 * Int(face.source)
      return SIMD3(welding.corners[f], welding.corners[f + 1], welding.corners[f + 2])
    }
    var screenFaces = [Int32](repeating: -1, count: welding.corners.count / 3)
    for (i, face) in faces.enumerated() where corners[i] != Self.cut {
      screenFaces[Int(face.source)] = Int32(i)
    }
    for e in 0..<welding.edgeCount {
      let uses = welding.uses(ofEdge: e)
      var outline: Edge?
      var side: S = 0
      var isOutline = true
      for use in uses {
        let i = screenFaces[Int(use / 3)]
        // A face behind the near plane, cut by it or without area on the screen: the edge is left alone.
        guard i >= 0 else {
          isOutline = false
          break
        }
        let face = faces[Int(i)]
        let k = Int(use % 3)
        let (a, b) = (face.corner(k), face.corner((k + 1) % 3))
        let isForward = welding.isForward(use)
        let turn = cross(b - a, face.corner((k + 2) % 3) - a) * (isForward ? 1 : -1)
        if side == 0 { side = turn }
        if turn * side <= 0 {
          isOutline = false
          break
        }
        if outline == nil {
          outline = Edge(face: i, first: Int8(k), second: Int8((k + 1) % 3))
        }
      }
      if isOutline, let edge = outline { edges.append(edge) }
    }
  }

  /// Whether two faces on the screen have a vertex in common.
  func areNeighbors(_ a: Int, _ b: Int) -> Bool {
    let (p, q) = (corners[a], corners[b])
    guard p != Self.cut, q != Self.cut else { return false }
    for k in 0..<3 where q[k] == p.x || q[k] == p.y || q[k] == p.z { return true }
    return false
  }
}

/// The faces of a scene with vertices at the same place made one.
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
}
