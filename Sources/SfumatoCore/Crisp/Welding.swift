/// The faces of a scene with vertices at the same place made one, so that seams of texture or colour are no outlines.
struct Welding: Sendable {
  /// The welded vertex of each corner, `[F * 3]`.
  private(set) var corners: [Int32]
  /// The corners that start an edge, `3 face + k`, edge after edge.
  private var edgeUses: [Int32] = []
  /// Where each edge's uses start, and the end.
  private var edgeOffsets: [Int32] = [0]
  /// The two faces of each edge that has two, through the same two vertices in opposite ways; else -1.
  private(set) var pairs: [SIMD2<Int32>] = []

  /// Welds the world positions of an assembly, or finds it welded in the cache of its first mesh.
  init<S: RenderScalar>(_ assembly: SceneAssembly<S>) {
    guard let first = assembly.scene.instances.first else {
      self.init(assembly, corners: [])
      return
    }
    self = assembly.scene.meshes[first.mesh].weldings.welding(of: assembly)
  }

  /// Joins the edges of faces whose welded vertices are known.
  init<S: RenderScalar>(_ assembly: SceneAssembly<S>, corners: [Int32]) {
    self.corners = corners
    joinEdges(vertexCount: assembly.vertexCount)
    findPairs(assembly.faces)
  }

  /// The welded vertex of each corner: the first vertex at its place.
  static func corners<S: RenderScalar>(of assembly: SceneAssembly<S>) -> [Int32] {
    let count = assembly.vertexCount
    // Open addressing, at most half full; only the first vertex at a place is entered.
    var size = 16
    while size < 2 * count { size *= 2 }
    var entries = [Int32](repeating: -1, count: size)
    var places = [Int32](repeating: 0, count: count)
    var table = entries.mutableSpan
    for v in 0..<count {
      let position = assembly.positions.vector3(v)
      var slot = Int(truncatingIfNeeded: hash(position)) & (size - 1)
      places[v] = Int32(truncatingIfNeeded: v)
      // A slot lies in the table: it is masked by the size, a power of two.
      while unsafe table[unchecked: slot] >= 0 {
        let other = unsafe table[unchecked: slot]
        if assembly.positions.vector3(Int(other)) == position {
          places[v] = other
          break
        }
        slot = (slot + 1) & (size - 1)
      }
      if places[v] == v { unsafe table[unchecked: slot] = Int32(truncatingIfNeeded: v) }
    }
    let known = places
    return assembly.faces.map { known[Int($0)] }
  }

  /// Bits that are equal for equal positions; both zeros are.
  private static func hash<S: RenderScalar>(_ position: SIMD3<S>) -> UInt64 {
    var bits: UInt64 = 0
    for k in 0..<3 {
      // Adding zero makes both zeros one.
      let own = unsafe unsafeBitCast(position[k] + 0, to: S.SIMDMaskScalar.self)
      bits = (bits ^ UInt64(truncatingIfNeeded: own)) &* 0x9E37_79B9_7F4A_7C15
      bits ^= bits >> 29
    }
    return bits
  }

  /// Brings the corners that start the same edge together: in rows by the smaller end, within a row by the larger.
  private mutating func joinEdges(vertexCount: Int) {
    var rows = [Int32](repeating: 0, count: vertexCount + 1)
    for use in corners.indices {
      let ends = ends(of: Int32(truncatingIfNeeded: use))
      if ends.x != ends.y { rows[Int(min(ends.x, ends.y)) + 1] += 1 }
    }
    for v in 0..<vertexCount { rows[v + 1] += rows[v] }
    var sortedUses = [Int32](repeating: 0, count: Int(rows[vertexCount]))
    var larger = sortedUses
    var filled = rows
    for use in corners.indices {
      let ends = ends(of: Int32(truncatingIfNeeded: use))
      guard ends.x != ends.y else { continue }
      let (low, high) = (Int(min(ends.x, ends.y)), max(ends.x, ends.y))
      // Into its place among the few of the row; of equal ones the later stays behind.
      var place = Int(filled[low])
      filled[low] += 1
      let start = Int(rows[low])
      while place > start, larger[place - 1] > high {
        larger[place] = larger[place - 1]
        sortedUses[place] = sortedUses[place - 1]
        place -= 1
      }
      larger[place] = high
      sortedUses[place] = Int32(truncatingIfNeeded: use)
    }
    edgeUses = sortedUses
    edgeOffsets.reserveCapacity(edgeUses.count / 2 + 1)
    for v in 0..<vertexCount {
      for place in Int(rows[v])..<Int(rows[v + 1]) {
        let isLast = place + 1 == Int(rows[v + 1])
        if isLast || larger[place + 1] != larger[place] { edgeOffsets.append(Int32(place + 1)) }
      }
    }
  }

  /// Notes the edges at which two faces go on in each other.
  private mutating func findPairs(_ faces: [Int32]) {
    pairs = (0..<edgeCount).map { e in
      let first = Int(edgeOffsets[e])
      guard Int(edgeOffsets[e + 1]) == first + 2 else { return SIMD2(-1, -1) }
      let (a, b) = (Int(edgeUses[first]), Int(edgeUses[first + 1]))
      let (afterA, afterB) = (a % 3 == 2 ? a - 2 : a + 1, b % 3 == 2 ? b - 2 : b + 1)
      guard faces[a] == faces[afterB], faces[afterA] == faces[b] else { return SIMD2(-1, -1) }
      return SIMD2(Int32(a / 3), Int32(b / 3))
    }
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
