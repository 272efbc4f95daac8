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
  let square = dot(along, along)
  let t = square > 0 ? min(max(dot(p, along) / square, 0), 1) : 0
  let d = p - along * t
  return dot(d, d)
}
