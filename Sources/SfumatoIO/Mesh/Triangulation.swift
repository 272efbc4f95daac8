internal import SfumatoCore

// Polygons to triangles. A convex polygon becomes a fan from its first corner; a concave one loses its ears one
// by one (Meisters 1975, "Polygons have ears") in the plane of its area vector. Where no ear is found, because
// the polygon crosses itself or is flat, the rest becomes a fan: every polygon of n corners gives n - 2 triangles
// with its winding.

/// Beyond this many corners a polygon becomes a fan unlooked at: ears would take seconds, and no modeller
/// writes such faces.
private let largestConcave = 4096

/// Cuts polygons, with a common bound on the work for all polygons of a file.
struct Triangulator {
  /// Corner tests left.
  ///
  /// A polygon brings what small ones need, large ones share the rest; only a hostile file uses it up and
  /// falls back to fans.
  private var budget = 50_000_000

  /// Appends the triangles of a polygon as triples of corner numbers, `0..<corners.count`.
  mutating func triangulate(
    _ corners: ArraySlice<Int32>, positions: [Float], into triangles: inout [(Int, Int, Int)]
  ) {
    let count = corners.count
    guard count > 3 else {
      triangles.append((0, 1, 2))
      return
    }
    guard count <= largestConcave else {
      for i in 1..<count - 1 { triangles.append((0, i, i + 1)) }
      return
    }
    budget += 64 * min(count, 64)
    let points = corners.map { corner in
      let p = positions.vector3(Int(corner))
      return SIMD3(Double(p.x), Double(p.y), Double(p.z))
    }
    let normal = areaVector(points)
    let plane = points.map { flatten($0, along: normal) }
    if isConvex(plane) {
      for i in 1..<count - 1 { triangles.append((0, i, i + 1)) }
    } else {
      clipEars(plane, into: &triangles)
    }
  }

  private mutating func clipEars(
    _ plane: [SIMD2<Double>], into triangles: inout [(Int, Int, Int)]
  ) {
    var left = Array(plane.indices)
    var at = 0
    var sinceEar = 0
    while left.count > 3, sinceEar < left.count, budget > 0 {
      let count = left.count
      let (a, b, c) = (left[(at + count - 1) % count], left[at % count], left[(at + 1) % count])
      if isEar(a, b, c, of: left, plane) {
        triangles.append((a, b, c))
        left.remove(at: at % count)
        at = at % count
        sinceEar = 0
      } else {
        at = (at + 1) % count
        sinceEar += 1
      }
    }
    for i in 1..<left.count - 1 { triangles.append((left[0], left[i], left[i + 1])) }
  }

  /// Whether the triangle turns left and holds no other corner.
  private mutating func isEar(
    _ a: Int, _ b: Int, _ c: Int, of left: [Int], _ plane: [SIMD2<Double>]
  ) -> Bool {
    budget -= left.count
    let (pa, pb, pc) = (plane[a], plane[b], plane[c])
    guard cross(pb - pa, pc - pa) > 0 else { return false }
    for i in left where i != a && i != b && i != c {
      let p = plane[i]
      if p == pa || p == pb || p == pc { continue }
      if cross(pb - pa, p - pa) >= 0, cross(pc - pb, p - pb) >= 0, cross(pa - pc, p - pc) >= 0 {
        return false
      }
    }
    return true
  }
}

/// Twice the area of a polygon times its unit normal.
private func areaVector(_ points: [SIMD3<Double>]) -> SIMD3<Double> {
  var sum = SIMD3<Double>.zero
  for i in 1..<points.count - 1 { sum += cross(points[i] - points[0], points[i + 1] - points[0]) }
  return sum
}

/// Drops the axis in which the normal is longest; the polygon then winds counter-clockwise.
private func flatten(_ p: SIMD3<Double>, along n: SIMD3<Double>) -> SIMD2<Double> {
  let (x, y, z) = (n.x.magnitude, n.y.magnitude, n.z.magnitude)
  if z >= x, z >= y { return n.z >= 0 ? SIMD2(p.x, p.y) : SIMD2(p.y, p.x) }
  if y >= x { return n.y >= 0 ? SIMD2(p.z, p.x) : SIMD2(p.x, p.z) }
  return n.x >= 0 ? SIMD2(p.y, p.z) : SIMD2(p.z, p.y)
}

/// Whether a counter-clockwise polygon turns left everywhere; then its fan is right unless it winds twice.
private func isConvex(_ plane: [SIMD2<Double>]) -> Bool {
  plane.indices.allSatisfy { i in
    let a = plane[i]
    let b = plane[(i + 1) % plane.count]
    let c = plane[(i + 2) % plane.count]
    return cross(b - a, c - b) >= 0
  }
}
