/// The squared distance from a point to a triangle, exact to rounding, in `Double`; it has no adjoint.
///
/// The plane counts where the point is above the inside, else the nearest of the three sides. A triangle whose
/// height is below 1e-10 of its longest side counts as its sides, whose normal would be noise.
@inlinable @inline(__always)
package func squaredDistance(
  from p: SIMD3<Double>, toTriangle a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>
) -> Double {
  let (ab, bc, ca) = (b - a, c - b, a - c)
  let (ap, bp, cp) = (p - a, p - b, p - c)
  let normal = cross(ab, bc)
  let normalSquared = dot(normal, normal)
  let longest = max(dot(ab, ab), dot(bc, bc), dot(ca, ca))
  if normalSquared > 1e-20 * longest * longest,
    dot(cross(ab, ap), normal) >= 0, dot(cross(bc, bp), normal) >= 0,
    dot(cross(ca, cp), normal) >= 0
  {
    let height = dot(ap, normal)
    return height * height / normalSquared
  }
  return min(
    squaredDistance(of: ap, toSegment: ab), squaredDistance(of: bp, toSegment: bc),
    squaredDistance(of: cp, toSegment: ca))
}

/// The squared distance from a point to the segment from the origin along a vector, which may be zero.
@inlinable @inline(__always)
package func squaredDistance(
  of p: SIMD3<Double>, toSegment along: SIMD3<Double>
) -> Double {
  let d = p - along * nearestShare(of: p, toSegment: along)
  return dot(d, d)
}

/// The share, in 0...1, of a segment from the origin along a vector at which it is nearest to a point; 0 where it has no length.
@inlinable @inline(__always)
package func nearestShare(of p: SIMD3<Double>, toSegment along: SIMD3<Double>) -> Double {
  let square = dot(along, along)
  return square > 0 ? min(max(dot(p, along) / square, 0), 1) : 0
}

/// The weights of the corners at a triangle's point nearest to `p`, in `Double`; not negative, they add up to 1.
///
/// A triangle without area counts as its sides.
package func nearestWeights(
  _ p: SIMD3<Double>, triangle a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>
) -> SIMD3<Double> {
  let (ab, bc, ca) = (b - a, c - b, a - c)
  let (ap, bp, cp) = (p - a, p - b, p - c)
  let normal = cross(ab, bc)
  let (u, v, w) = (
    dot(cross(bc, bp), normal), dot(cross(ca, cp), normal), dot(cross(ab, ap), normal)
  )
  let total = u + v + w
  if total > 0, u >= 0, v >= 0, w >= 0 { return SIMD3(u, v, w) / total }
  let (s, t, r) = (
    nearestShare(of: ap, toSegment: ab), nearestShare(of: bp, toSegment: bc),
    nearestShare(of: cp, toSegment: ca)
  )
  let (x, y, z) = (ap - ab * s, bp - bc * t, cp - ca * r)
  let (dx, dy, dz) = (dot(x, x), dot(y, y), dot(z, z))
  if dx <= dy, dx <= dz { return SIMD3(1 - s, s, 0) }
  return dy <= dz ? SIMD3(0, 1 - t, t) : SIMD3(r, 0, 1 - r)
}
