// Signed distance from a pixel to a convex polygon, relative to the pixel: the corners are moved so that the
// pixel is the origin, then projected on each edge with the parameter clamped; the sign comes from the edge functions.
// Exact to rounding where the barycentric form loses the digits (math.md 1.2).

/// The point of a face's boundary nearest to a pixel.
struct BoundaryFoot<S: RenderScalar> {
  /// The edge it lies on, from corner `edge` to the next.
  var edge: Int
  /// Its place on the edge, in [0, 1].
  var parameter: S
  /// Foot minus pixel.
  var offset: SIMD2<S>
  /// Whether the parameter was clamped, so that the foot is a corner.
  var isCorner: Bool
  /// Whether the pixel lies in the face.
  var isInside: Bool
  /// Pixels, positive inside.
  var signedDistance: S
  /// ∂(signed distance) / ∂(foot): the outward edge normal, or the direction from a corner to the pixel.
  var direction: SIMD2<S>
}

extension ScreenFace {
  /// The nearest point of the boundary to a pixel.
  ///
  /// The derivative holds except where two edges are equally near (a kink; the value is continuous). On the
  /// edge itself it is the edge's normal, not the quotient 0 / 0.
  func boundaryFoot(from pixel: SIMD2<S>) -> BoundaryFoot<S> {
    let count = Int(cornerCount)
    let orientation: S = doubleArea > 0 ? 1 : -1
    var best = BoundaryFoot<S>(
      edge: 0, parameter: 0, offset: .zero, isCorner: false, isInside: true, signedDistance: 0,
      direction: .zero)
    var bestSquared = S.infinity
    var bestRank = S.infinity
    var a = corner(0) - pixel
    for k in 0..<count {
      let b = corner(k + 1 == count ? 0 : k + 1) - pixel
      let e = b - a
      if cross(a, b) * orientation < 0 { best.isInside = false }
      let squaredLength = dot(e, e)
      let free = squaredLength > 0 ? -dot(a, e) / squaredLength : 0
      let t = min(max(free, 0), 1)
      let offset = a + e * t
      let squared = dot(offset, offset)
      // A foot between corners wins against a corner that rounding cannot tell from it, or a pixel far from a small
      // face would lose the slope of the colour along the edge.
      let rank = t > 0 && t < 1 ? squared * (1 - 16 * S.ulpOfOne) : squared
      if rank < bestRank {
        bestRank = rank
        bestSquared = squared
        best.edge = k
        best.parameter = t
        best.offset = offset
        best.isCorner = t != free || squaredLength == 0
        best.direction =
          squaredLength > 0
          ? SIMD2(e.y, -e.x) * (orientation / squaredLength.squareRoot()) : .zero
      }
      a = b
    }
    let distance = bestSquared.squareRoot()
    best.signedDistance = best.isInside ? distance : -distance
    if best.isCorner, distance > 0 {
      best.direction = best.offset * ((best.isInside ? 1 : -1) / distance)
    }
    return best
  }

  /// The adjoint of ``boundaryFoot(from:)`` for the signed distance: adds to the corners' cotangents.
  ///
  /// Envelope theorem: the foot may be held fixed on its edge (math.md 1.2).
  func signedDistanceVJP(
    _ foot: BoundaryFoot<S>, signedDistanceBar: S, into gradient: inout ScreenFaceGradient<S>
  ) {
    let i = foot.edge
    let j = i + 1 == Int(cornerCount) ? 0 : i + 1
    let g = foot.direction * signedDistanceBar
    gradient.x[i] += g.x * (1 - foot.parameter)
    gradient.y[i] += g.y * (1 - foot.parameter)
    gradient.x[j] += g.x * foot.parameter
    gradient.y[j] += g.y * foot.parameter
  }
}
