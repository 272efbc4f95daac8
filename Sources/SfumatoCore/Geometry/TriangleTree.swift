// A tree of boxes over the faces of a mesh, for exact nearest-face queries. Nodes are split where the surface
// area heuristic over 16 bins of the widest axis is least (Wald 2007, "On fast Construction of SAH-based
// Bounding Volume Hierarchies"); the two children of a node stand side by side. The query walks the nearer
// child first and leaves out boxes farther than the best face. Of faces at equal distance the lowest wins, so
// the answer depends on nothing but point and mesh.

/// A bounding volume hierarchy over the faces of a mesh.
package struct TriangleTree: Sendable {
  /// A box; inner where `count` is 0, then its children are nodes `first` and `first + 1`.
  private struct Node {
    var lower = SIMD3<Double>(repeating: .infinity)
    var upper = SIMD3<Double>(repeating: -.infinity)
    var first: Int32 = 0
    var count: Int32 = 0

    mutating func include(_ p: SIMD3<Double>) {
      lower.replace(with: p, where: p .< lower)
      upper.replace(with: p, where: p .> upper)
    }

    mutating func include(_ other: Node) {
      include(other.lower)
      include(other.upper)
    }

    /// Half the area of the box; 0 where nothing is inside.
    var halfArea: Double {
      let d = upper - lower
      return d.x >= 0 ? d.x * d.y + d.y * d.z + d.z * d.x : 0
    }

    // By component: without wide registers the masks of whole Double vectors are slower.
    @inline(__always)
    func squaredDistance(_ p: SIMD3<Double>) -> Double {
      let x = max(max(lower.x - p.x, p.x - upper.x), 0)
      let y = max(max(lower.y - p.y, p.y - upper.y), 0)
      let z = max(max(lower.z - p.z, p.z - upper.z), 0)
      return x * x + y * y + z * z
    }
  }

  private struct Triangle {
    var a: SIMD3<Double>
    var b: SIMD3<Double>
    var c: SIMD3<Double>
    var face: Int32
  }

  /// A node that a query has yet to visit.
  package struct Visit {
    fileprivate var node: Int32
    fileprivate var squaredDistance: Double
  }

  private var nodes: [Node] = []
  private var triangles: [Triangle] = []
  /// Place of each face in `triangles`.
  private var places: [Int32] = []

  private static let leafSize = 4
  private static let binCount = 16

  /// Builds the tree; faces without area are kept.
  ///
  /// - Complexity: F log F.
  package init(positions: [Double], faces: [Int32]) {
    let unsorted = (0..<faces.count / 3).map { face in
      let (i, j, k) = faceCorners(faces, face)
      return Triangle(
        a: positions.vector3(i), b: positions.vector3(j), c: positions.vector3(k),
        face: Int32(face))
    }
    guard !unsorted.isEmpty else { return }
    let boxes = unsorted.map { t in
      var box = Node()
      box.include(t.a)
      box.include(t.b)
      box.include(t.c)
      return box
    }
    let centers = boxes.map { ($0.lower + $0.upper) / 2 }
    var order = Array(boxes.indices)
    nodes = [Node()]
    var pending = [(node: 0, range: order.indices)]
    while let (node, range) = pending.popLast() {
      for i in range { nodes[node].include(boxes[order[i]]) }
      guard range.count > Self.leafSize else {
        nodes[node].first = Int32(range.lowerBound)
        nodes[node].count = Int32(range.count)
        continue
      }
      let middle = Self.split(&order, range, boxes, centers)
      nodes[node].first = Int32(nodes.count)
      pending.append((nodes.count + 1, middle..<range.upperBound))
      pending.append((nodes.count, range.lowerBound..<middle))
      nodes.append(Node())
      nodes.append(Node())
    }
    triangles = order.map { unsorted[$0] }
    places = [Int32](repeating: 0, count: order.count)
    for (place, face) in order.enumerated() { places[face] = Int32(place) }
  }

  /// Orders a range of faces into two parts that are not empty; returns where the second starts.
  private static func split(
    _ order: inout [Int], _ range: Range<Int>, _ boxes: [Node], _ centers: [SIMD3<Double>]
  ) -> Int {
    var spread = Node()
    for i in range { spread.include(centers[order[i]]) }
    let size = spread.upper - spread.lower
    let axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2
    let middle = (range.lowerBound + range.upperBound) / 2
    guard size[axis] > 0 else { return middle }
    let scale = Double(binCount) / size[axis]
    func bin(_ face: Int) -> Int {
      min(Int((centers[face][axis] - spread.lower[axis]) * scale), binCount - 1)
    }
    var bins = [(box: Node, count: Int)](repeating: (Node(), 0), count: binCount)
    for i in range {
      let b = bin(order[i])
      bins[b].box.include(boxes[order[i]])
      bins[b].count += 1
    }
    var rightCosts = [Double](repeating: 0, count: binCount)
    var (box, count) = (Node(), 0)
    for b in (1..<binCount).reversed() {
      if bins[b].count > 0 { box.include(bins[b].box) }
      count += bins[b].count
      rightCosts[b] = box.halfArea * Double(count)
    }
    (box, count) = (Node(), 0)
    var (best, bestCost) = (0, Double.infinity)
    for b in 0..<binCount - 1 {
      if bins[b].count > 0 { box.include(bins[b].box) }
      count += bins[b].count
      let cost = box.halfArea * Double(count) + rightCosts[b + 1]
      if count > 0, count < range.count, cost < bestCost { (best, bestCost) = (b, cost) }
    }
    guard bestCost < .infinity else { return middle }
    var next = range.lowerBound
    for i in range where bin(order[i]) <= best {
      order.swapAt(i, next)
      next += 1
    }
    return next
  }

  /// The nearest face to a point; of equally near ones the lowest.
  ///
  /// - Parameters:
  ///   - point: the point, finite.
  ///   - guess: a face that may be near, or nil; it saves time and changes nothing.
  ///   - stack: scratch, reused from query to query.
  /// - Returns: face and squared distance; face -1 at infinity where the mesh has no face.
  package func nearest(
    to point: SIMD3<Double>, guess: Int? = nil, stack: inout [Visit]
  ) -> (face: Int, squaredDistance: Double) {
    var face = Int32(-1)
    var best = Double.infinity
    func visit(_ t: Triangle) {
      let d = SfumatoCore.squaredDistance(from: point, toTriangle: t.a, t.b, t.c)
      if d < best || d == best && t.face < face {
        best = d
        face = t.face
      }
    }
    if let guess { visit(triangles[Int(places[guess])]) }
    stack.removeAll(keepingCapacity: true)
    if !nodes.isEmpty { stack.append(Visit(node: 0, squaredDistance: 0)) }
    while let next = stack.popLast() {
      // Slack for the rounding of box distances, so that an equally near face is not lost.
      guard next.squaredDistance * (1 - 1e-12) <= best else { continue }
      let node = nodes[Int(next.node)]
      if node.count > 0 {
        for i in Int(node.first)..<Int(node.first + node.count) { visit(triangles[i]) }
        continue
      }
      let left = nodes[Int(node.first)].squaredDistance(point)
      let right = nodes[Int(node.first) + 1].squaredDistance(point)
      let near = Visit(
        node: left <= right ? node.first : node.first + 1, squaredDistance: min(left, right))
      stack.append(
        Visit(node: left <= right ? node.first + 1 : node.first, squaredDistance: max(left, right)))
      stack.append(near)
    }
    return (Int(face), best)
  }

  /// Calls `body` with the faces whose boxes meet a box, in no meaningful order.
  package func forEachFace(
    lower: SIMD3<Double>, upper: SIMD3<Double>, stack: inout [Visit], _ body: (Int) -> Void
  ) {
    func meets(_ low: SIMD3<Double>, _ high: SIMD3<Double>) -> Bool {
      low.x <= upper.x && low.y <= upper.y && low.z <= upper.z && high.x >= lower.x
        && high.y >= lower.y && high.z >= lower.z
    }
    stack.removeAll(keepingCapacity: true)
    if !nodes.isEmpty { stack.append(Visit(node: 0, squaredDistance: 0)) }
    while let next = stack.popLast() {
      let node = nodes[Int(next.node)]
      guard meets(node.lower, node.upper) else { continue }
      guard node.count > 0 else {
        stack.append(Visit(node: node.first, squaredDistance: 0))
        stack.append(Visit(node: node.first + 1, squaredDistance: 0))
        continue
      }
      for t in triangles[Int(node.first)..<Int(node.first + node.count)] {
        var box = Node()
        box.include(t.a)
        box.include(t.b)
        box.include(t.c)
        if meets(box.lower, box.upper) { body(Int(t.face)) }
      }
    }
  }
}
