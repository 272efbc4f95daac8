internal import CTinyGLTF
internal import SfumatoCore

/// An affine map of the world: `y = linear x + translation`.
struct AffineMap {
  var linear: Matrix3<Double>
  var translation: SIMD3<Double>

  static var identity: AffineMap { AffineMap(linear: .identity, translation: .zero) }

  /// `b` first, then `a`.
  static func * (a: AffineMap, b: AffineMap) -> AffineMap {
    AffineMap(
      linear: a.linear * b.linear, translation: a.linear * b.translation + a.translation)
  }

  /// The map as a stretch of positive determinant and a rigid motion after it; where the map mirrors, object positions
  /// are to be mirrored in x before.
  var parts: (rigid: RigidTransform<Float>, stretch: Matrix3<Float>, mirrors: Bool) {
    let mirrors = linear.determinant < 0
    var own = linear
    if mirrors {
      own.row0.x = -own.row0.x
      own.row1.x = -own.row1.x
      own.row2.x = -own.row2.x
    }
    let rotation = nearestRotation(own)
    let quaternion = Quaternion<Double>(rotation).normalized
    let stretch = quaternion.matrix.transpose * own
    func rounded(_ row: SIMD3<Double>) -> SIMD3<Float> {
      SIMD3(Float(row.x), Float(row.y), Float(row.z))
    }
    var small = Matrix3<Float>(
      rows: rounded(stretch.row0), rounded(stretch.row1), rounded(stretch.row2))
    if isNearIdentity(stretch) { small = .identity }
    return (
      RigidTransform(RigidTransform(rotation: quaternion, translation: translation)), small, mirrors
    )
  }
}

/// Whether a matrix is the identity to the digits of Float.
private func isNearIdentity(_ m: Matrix3<Double>) -> Bool {
  let rest = [
    m.row0 - SIMD3(1, 0, 0), m.row1 - SIMD3(0, 1, 0), m.row2 - SIMD3(0, 0, 1),
  ]
  return rest.allSatisfy { abs($0.x) < 3e-7 && abs($0.y) < 3e-7 && abs($0.z) < 3e-7 }
}

/// The rotation nearest to a matrix of positive determinant, by Newton's iteration on the polar decomposition
/// (Higham 1986, "Computing the Polar Decomposition"); the identity where the matrix is singular.
private func nearestRotation(_ matrix: Matrix3<Double>) -> Matrix3<Double> {
  guard matrix.determinant > 1e-30 else { return .identity }
  var q = matrix
  for _ in 0..<60 {
    let back = q.inverseTranspose
    // Scaled, so that large and small stretches take few steps.
    let scale = (norm(back) / norm(q)).squareRoot()
    let (a, b) = (scale / 2, 1 / (2 * scale))
    let next = Matrix3(
      rows: q.row0 * a + back.row0 * b, q.row1 * a + back.row1 * b, q.row2 * a + back.row2 * b)
    let step = Matrix3(rows: next.row0 - q.row0, next.row1 - q.row1, next.row2 - q.row2)
    q = next
    if norm(step) < 1e-15 { break }
  }
  return q.determinant > 0.5 ? q : .identity
}

private func norm(_ m: Matrix3<Double>) -> Double {
  (dot(m.row0, m.row0) + dot(m.row1, m.row1) + dot(m.row2, m.row2)).squareRoot()
}

extension CTinyGLTFNode {
  /// Node to parent.
  var local: AffineMap {
    if hasMatrix {
      return AffineMap(
        linear: Matrix3(
          rows: SIMD3(column0.x, column1.x, column2.x), SIMD3(column0.y, column1.y, column2.y),
          SIMD3(column0.z, column1.z, column2.z)),
        translation: SIMD3(column3.x, column3.y, column3.z))
    }
    let quaternion = Quaternion<Double>(
      w: rotation.w, vector: SIMD3(rotation.x, rotation.y, rotation.z))
    let r = quaternion.normalized.matrix
    let s = SIMD3(scale.x, scale.y, scale.z)
    return AffineMap(
      linear: Matrix3(rows: r.row0 * s, r.row1 * s, r.row2 * s),
      translation: SIMD3(translation.x, translation.y, translation.z))
  }
}

/// Node to world of every node, and whether the scene shows it.
func gltfWorlds(
  _ document: GLTFDocument
) throws(SceneFileError) -> [(world: AffineMap, isShown: Bool)] {
  let nodes = document.nodes
  for (i, node) in nodes.enumerated() {
    if node.record.parent == -2 {
      throw document.failure(
        "nodes[\(i)]", .wrongValue(found: "a child of several nodes", expected: "one parent"))
    }
    let r = node.record.rotation
    let size = r.x * r.x + r.y * r.y + r.z * r.z + r.w * r.w
    guard node.record.hasMatrix || (size > 1e-12 && size < 1e12) else {
      throw document.failure(
        "nodes[\(i)].rotation",
        .wrongValue(found: "of length \(size.squareRoot())", expected: "a unit quaternion"))
    }
  }
  for root in document.roots ?? [] where !nodes.indices.contains(Int(root)) {
    throw document.failure(
      "scenes", .indexOutOfRange(index: Int(root), count: nodes.count))
  }
  let roots = document.roots.map { Set($0) }
  var worlds = [(world: AffineMap, isShown: Bool)?](repeating: nil, count: nodes.count)
  for start in nodes.indices {
    var chain: [Int] = []
    var at = start
    while worlds[at] == nil {
      chain.append(at)
      guard chain.count <= nodes.count else {
        throw document.failure(
          "nodes[\(start)]",
          .wrongValue(found: "among its own ancestors", expected: "a tree of nodes"))
      }
      let parent = Int(nodes[at].record.parent)
      if parent < 0 { break }
      at = parent
    }
    for i in chain.reversed() {
      let parent = Int(nodes[i].record.parent)
      var above = (world: AffineMap.identity, isShown: roots?.contains(Int32(i)) ?? true)
      if parent >= 0, let found = worlds[parent] { above = found }
      let world = above.world * nodes[i].record.local
      let numbers = [
        world.linear.row0, world.linear.row1, world.linear.row2, world.translation,
      ]
      let largest = Double(Float.greatestFiniteMagnitude)
      guard
        numbers.allSatisfy({ abs($0.x) < largest && abs($0.y) < largest && abs($0.z) < largest })
      else {
        throw document.failure(
          "nodes[\(i)]",
          .wrongValue(found: "moved beyond 32-bit floats", expected: "a finite transform"))
      }
      worlds[i] = (world, above.isShown)
    }
  }
  return worlds.map { $0 ?? (.identity, false) }
}
