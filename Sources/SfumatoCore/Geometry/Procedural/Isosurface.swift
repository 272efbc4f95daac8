// Marching tetrahedra: each cube of a grid is cut into six tetrahedra around its main diagonal, alike in all cubes, so that
// neighbours share faces. In a tetrahedron the surface is a triangle or two; there is no ambiguous case, and the whole is a closed manifold.

extension Mesh {
  /// The surface where a sampled field passes zero, closed and manifold; faces look towards negative values.
  ///
  /// The field counts as negative outside the grid: a body that the grid cuts off is closed a step outside.
  ///
  /// Source: Doi and Koide 1991, "An Efficient Method of Triangulating Equi-Valued Surfaces by Using Tetrahedral Cells".
  ///
  /// - Parameters:
  ///   - field: values at the grid's nodes, x fastest, finite.
  ///   - size: nodes along x, y, z.
  ///   - origin: the first node's place.
  ///   - spacing: the distance of neighbouring nodes, positive.
  /// - Returns: the mesh, empty where no node is positive.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func isosurface(
    field: [S], size: SIMD3<Int>, origin: SIMD3<S>, spacing: S
  ) -> Mesh {
    precondition(field.count == size.x * size.y * size.z, "\(field.count) values, size \(size)")
    precondition(spacing > 0, "spacing \(spacing)")
    var march = TetrahedraMarch(field: field, size: size, origin: origin, spacing: spacing)
    for z in -1..<size.z { march.addLayer(z) }
    return Mesh(positions: march.positions, faces: march.faces)
  }
}

/// A march through a grid, layer by layer.
private struct TetrahedraMarch<S: RenderScalar> {
  private let field: [S]
  private let size: SIMD3<Int>
  private let origin: SIMD3<S>
  private let spacing: S
  private(set) var positions: [S] = []
  private(set) var faces: [Int32] = []
  /// The vertex on each edge from a node of two layers, -1 for none: `[2, columns, 7]`.
  private var vertices: [Int32]
  /// Nodes a layer, with a frame of one outside the grid.
  private let columns: Int

  /// Corners of the six tetrahedra, bit 0 for x, bit 1 for y, bit 2 for z; each turns right-handed.
  private static var tetrahedra: [(Int, Int, Int, Int)] {
    [(0, 1, 3, 7), (0, 3, 2, 7), (0, 2, 6, 7), (0, 6, 4, 7), (0, 4, 5, 7), (0, 5, 1, 7)]
  }

  init(field: [S], size: SIMD3<Int>, origin: SIMD3<S>, spacing: S) {
    self.field = field
    self.size = size
    self.origin = origin
    self.spacing = spacing
    columns = (size.x + 2) * (size.y + 2)
    vertices = [Int32](repeating: -1, count: 14 * columns)
  }

  /// The value at a node, negative outside.
  private func value(_ x: Int, _ y: Int, _ z: Int) -> S {
    guard x >= 0, y >= 0, z >= 0, x < size.x, y < size.y, z < size.z else { return -spacing }
    return field[(z * size.y + y) * size.x + x]
  }

  /// Adds the cubes between nodes of layer `z` and the next.
  mutating func addLayer(_ z: Int) {
    // What was the upper layer is the lower one now.
    vertices.removeFirst(7 * columns)
    vertices += repeatElement(-1, count: 7 * columns)
    var values = [S](repeating: 0, count: 8)
    for y in -1..<size.y {
      for x in -1..<size.x {
        var inside = 0
        for corner in 0..<8 {
          values[corner] = value(x + (corner & 1), y + (corner >> 1 & 1), z + (corner >> 2))
          inside += values[corner] > 0 ? 1 : 0
        }
        guard inside > 0, inside < 8 else { continue }
        for t in Self.tetrahedra { addTetrahedron(SIMD3(x, y, z), t, values) }
      }
    }
  }

  private mutating func addTetrahedron(
    _ cube: SIMD3<Int>, _ corners: (Int, Int, Int, Int), _ values: [S]
  ) {
    let v = [corners.0, corners.1, corners.2, corners.3]
    let inside = (0..<4).filter { values[v[$0]] > 0 }
    func cut(_ i: Int, _ j: Int) -> Int32 { vertex(cube, v[i], v[j], values) }
    // The others in an order that makes an even permutation.
    switch inside.count {
    case 1, 3:
      let i =
        inside.count == 1 ? inside[0] : (0..<4).first { !inside.contains($0) } ?? 0
      let others = [[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]][i]
      let (a, b, c) = (cut(i, others[0]), cut(i, others[1]), cut(i, others[2]))
      faces += inside.count == 1 ? [a, b, c] : [a, c, b]
    case 2:
      let (i, j) = (inside[0], inside[1])
      let rest = (0..<4).filter { $0 != i && $0 != j }
      let isEven = (i, j) == (0, 1) || (i, j) == (0, 3) || (i, j) == (1, 2) || (i, j) == (2, 3)
      let (k, l) = isEven ? (rest[0], rest[1]) : (rest[1], rest[0])
      let (a, b, c, d) = (cut(i, k), cut(i, l), cut(j, l), cut(j, k))
      faces += [a, b, c, a, c, d]
    default: break
    }
  }

  /// The vertex where the surface cuts an edge of a cube.
  private mutating func vertex(_ cube: SIMD3<Int>, _ p: Int, _ q: Int, _ values: [S]) -> Int32 {
    let (low, high) = p < q ? (p, q) : (q, p)
    let direction = high ^ low
    let node = cube &+ SIMD3(low & 1, low >> 1 & 1, low >> 2)
    let column = (node.y + 1) * (size.x + 2) + node.x + 1
    let key = ((low >> 2) * columns + column) * 7 + direction - 1
    if vertices[key] >= 0 { return vertices[key] }
    let (a, b) = (values[low], values[high])
    // Not at the nodes themselves, where triangles would have no area.
    let t = min(max(a / (a - b), 0.05), 0.95)
    let way = SIMD3<S>(S(direction & 1), S(direction >> 1 & 1), S(direction >> 2)) * t
    let place = SIMD3<S>(S(node.x), S(node.y), S(node.z)) + way
    let position = origin + place * spacing
    vertices[key] = Int32(positions.count / 3)
    positions += [position.x, position.y, position.z]
    return vertices[key]
  }
}
