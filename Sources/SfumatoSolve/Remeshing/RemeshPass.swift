internal import SfumatoCore

/// A mesh on its way through a remeshing.
struct RemeshPass {
  var mesh: HalfEdgeMesh
  /// The wanted edge length at each vertex.
  private var lengths: [Double]
  /// Where each vertex stands on the incoming surface.
  private var feet: [SurfaceSamples.Foot]
  private var counts = RemeshCounts()
  private let mostVertices: Int

  /// An edge is long from here on, in wanted lengths: halves are then nearer to the wanted length than the whole.
  private static let longest = 4.0 / 3
  /// An edge is short up to here.
  private static let shortest = 4.0 / 5
  /// The least cosine between a face's normals before and after a change.
  private static let leastCosine = 0.5

  init(
    mesh: HalfEdgeMesh, lengths: [Double], mostVertices: Int, feet: [SurfaceSamples.Foot]
  ) {
    self.mesh = mesh
    self.lengths = lengths
    self.mostVertices = mostVertices
    self.feet = feet
  }

  /// The squared length of an edge in wanted lengths.
  private func relativeSquare(_ h: Int) -> Double {
    let wanted = (lengths[mesh.start(h)] + lengths[mesh.end(h)]) / 2
    return mesh.squaredLength(h) / (wanted * wanted)
  }

  /// Edges that a test holds for, by their relative length and then by number.
  private func edges(
    where test: (Double) -> Bool, by order: (Double, Double) -> Bool
  ) -> [Int] {
    var found: [(edge: Int, square: Double)] = []
    for h in 0..<mesh.halfEdgeCount where mesh.isInteriorEdge(h) {
      let square = relativeSquare(h)
      if test(square) { found.append((h, square)) }
    }
    found.sort { $0.square != $1.square ? order($0.square, $1.square) : $0.edge < $1.edge }
    return found.map(\.edge)
  }

  /// Splits edges at their middles, the longest first, until none is long.
  mutating func splitLongEdges() {
    let limit = Self.longest * Self.longest
    for _ in 0..<12 {
      let long = edges(where: { $0 > limit }, by: >)
      for h in long {
        guard mesh.liveVertexCount < mostVertices else { return }
        let (a, b) = (mesh.start(h), mesh.end(h))
        guard !(mesh.isFixed[a] && mesh.isFixed[b]) else { continue }
        _ = mesh.split(h, at: (mesh.positions[a] + mesh.positions[b]) / 2)
        lengths.append((lengths[a] + lengths[b]) / 2)
        feet.append(feet[a])
        counts.splits += 1
      }
      if long.isEmpty { return }
    }
  }

  /// Draws short edges into their middles, the shortest first, where that turns no face over and makes no edge long.
  mutating func collapseShortEdges() {
    let limit = Self.shortest * Self.shortest
    for _ in 0..<12 {
      var done = 0
      for h in edges(where: { $0 < limit }, by: <) {
        guard mesh.isInteriorEdge(h), relativeSquare(h) < limit, mesh.canCollapse(h) else {
          continue
        }
        let (a, b) = (mesh.start(h), mesh.end(h))
        let middle = (mesh.positions[a] + mesh.positions[b]) / 2
        let wanted = (lengths[a] + lengths[b]) / 2
        guard keepsShape(a, without: b, to: middle, wanted: wanted),
          keepsShape(b, without: a, to: middle, wanted: wanted)
        else { continue }
        mesh.collapse(h, to: middle)
        lengths[a] = wanted
        done += 1
      }
      counts.collapses += done
      if done == 0 { return }
    }
  }

  /// Whether a vertex can move: its faces without another vertex do not turn over, and its edges stay short of long.
  private func keepsShape(
    _ vertex: Int, without other: Int, to position: SIMD3<Double>, wanted: Double
  ) -> Bool {
    var holds = true
    mesh.forEachOutgoing(vertex) { h in
      let (i, j) = (mesh.end(h), mesh.start(mesh.previous(h)))
      guard holds, i != other else { return }
      let reach = mesh.positions[i] - position
      let longest = Self.longest * (wanted + lengths[i]) / 2
      holds = dot(reach, reach) <= longest * longest
      guard holds, j != other else { return }
      holds = Self.agree(mesh.areaVector(h), cross(reach, mesh.positions[j] - position))
    }
    return holds
  }

  /// Whether two faces look about the same way; one without area agrees with all.
  private static func agree(_ before: SIMD3<Double>, _ after: SIMD3<Double>) -> Bool {
    let product = dot(before, after)
    let scale = dot(before, before) * dot(after, after)
    return scale == 0 ? dot(before, before) == 0 : product > leastCosine * scale.squareRoot()
  }

  /// Turns edges where that brings the valences around nearer to six.
  mutating func flipEdges() {
    var valence = [Int](repeating: 0, count: mesh.positions.count)
    for h in 0..<mesh.halfEdgeCount where mesh.origin[h] >= 0 { valence[mesh.start(h)] += 1 }
    for _ in 0..<4 {
      var done = 0
      for h in 0..<mesh.halfEdgeCount where mesh.isInteriorEdge(h) {
        let t = Int(mesh.twin[h])
        let (a, b) = (mesh.start(h), mesh.start(t))
        let (c, d) = (mesh.start(mesh.previous(h)), mesh.start(mesh.previous(t)))
        guard ![a, b, c, d].contains(where: { mesh.isFixed[$0] }) else { continue }
        func cost(_ vertex: Int, _ change: Int) -> Int {
          let excess = valence[vertex] + change - 6
          return excess * excess
        }
        let before = cost(a, 0) + cost(b, 0) + cost(c, 0) + cost(d, 0)
        let after = cost(a, -1) + cost(b, -1) + cost(c, 1) + cost(d, 1)
        guard after < before, valence[a] > 3, valence[b] > 3, mesh.canFlip(h),
          flipKeepsShape(a, b, c, d)
        else { continue }
        mesh.flip(h)
        valence[a] -= 1
        valence[b] -= 1
        valence[c] += 1
        valence[d] += 1
        done += 1
      }
      counts.flips += done
      if done == 0 { return }
    }
  }

  /// Whether the faces (a, d, c) and (c, d, b) look the way of (a, b, c) and (b, a, d).
  private func flipKeepsShape(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Bool {
    let p = (mesh.positions[a], mesh.positions[b], mesh.positions[c], mesh.positions[d])
    let old = (cross(p.1 - p.0, p.2 - p.0), cross(p.0 - p.1, p.3 - p.1))
    let new = (cross(p.3 - p.0, p.2 - p.0), cross(p.3 - p.2, p.1 - p.2))
    func looksAlike(_ x: SIMD3<Double>, _ y: SIMD3<Double>) -> Bool {
      dot(x, y) > 0.8 * (dot(x, x) * dot(y, y)).squareRoot()
    }
    return looksAlike(old.0, new.0) && looksAlike(old.1, new.0) && looksAlike(old.0, new.1)
      && looksAlike(old.1, new.1)
  }

  /// Slides vertices in their tangent planes towards the middle of their neighbours, unless a face would turn over.
  mutating func relax(_ share: Double) {
    let before = mesh.positions
    for vertex in before.indices where mesh.outgoing[vertex] >= 0 && !mesh.isFixed[vertex] {
      var normal = SIMD3<Double>.zero
      var sum = SIMD3<Double>.zero
      var count = 0.0
      mesh.forEachOutgoing(vertex) { h in
        normal += mesh.areaVector(h)
        sum += before[mesh.end(h)]
        count += 1
      }
      let square = dot(normal, normal)
      guard square > 0 else { continue }
      var move = (sum / count - before[vertex]) * share
      move -= normal * (dot(normal, move) / square)
      let target = before[vertex] + move
      if turnsNoFace(vertex, to: target) { mesh.positions[vertex] = target }
    }
  }

  private func turnsNoFace(_ vertex: Int, to target: SIMD3<Double>) -> Bool {
    var holds = true
    mesh.forEachOutgoing(vertex) { h in
      guard holds else { return }
      let (i, j) = (mesh.end(h), mesh.start(mesh.previous(h)))
      holds = Self.agree(
        mesh.areaVector(h), cross(mesh.positions[i] - target, mesh.positions[j] - target))
    }
    return holds
  }

  /// Returns vertices to the incoming surface, and reads the wanted lengths there.
  ///
  /// A vertex stays where the nearest sheet is another one: it looks away, or is further than an edge.
  mutating func project(onto source: SurfaceSamples, workers: Workers) {
    let mesh = mesh
    let feet = feet
    let lengths = lengths
    let grain = 512
    let chunks = (mesh.positions.count + grain - 1) / grain
    let found = parallelMap(chunks, workers: workers) { chunk in
      var stack: [TriangleTree.Visit] = []
      return (chunk * grain..<min((chunk + 1) * grain, mesh.positions.count)).map {
        vertex -> SurfaceSamples.Foot? in
        guard mesh.outgoing[vertex] >= 0, !mesh.isFixed[vertex] else { return nil }
        let point = mesh.positions[vertex]
        let foot = source.foot(of: point, guess: feet[vertex].face, stack: &stack)
        let way = source.position(foot) - point
        var normal = SIMD3<Double>.zero
        mesh.forEachOutgoing(vertex) { normal += mesh.areaVector($0) }
        let isSame =
          dot(way, way) < lengths[vertex] * lengths[vertex]
          && dot(normal, source.areaVector(foot)) >= 0
        return isSame ? foot : nil
      }
    }.flatMap { $0 }
    for (vertex, foot) in found.enumerated() {
      guard let foot else { continue }
      self.feet[vertex] = foot
      self.lengths[vertex] = source.length(foot)
      let place = source.position(foot)
      if turnsNoFace(vertex, to: place) { self.mesh.positions[vertex] = place }
    }
  }

  /// The mesh without what was removed; values as the incoming surface has them.
  func result(_ source: SurfaceSamples) -> RemeshedSurface {
    var numbers = [Int32](repeating: -1, count: mesh.positions.count)
    var surface = RemeshedSurface(positions: [], faces: [], attributes: [], counts: counts)
    var count: Int32 = 0
    for vertex in numbers.indices where mesh.outgoing[vertex] >= 0 {
      numbers[vertex] = count
      count += 1
      let p = SIMD3<Float>(mesh.positions[vertex])
      surface.positions += [p.x, p.y, p.z]
      source.appendAttributes(feet[vertex], to: &surface.attributes)
    }
    for h in 0..<mesh.halfEdgeCount where mesh.origin[h] >= 0 {
      surface.faces.append(numbers[mesh.start(h)])
    }
    return surface
  }
}
