// SoftRas' scale-free distance: the smallest barycentric coordinate of the pixel, negative outside.

extension EdgeCoverage {
  /// The box that a face can cover, before it is widened by the reach; empty where the face is not seen.
  func box(_ face: ScreenFace<S>) -> SIMD4<S> {
    let empty = SIMD4<S>(1, 1, 0, 0)
    guard face.isVisible else { return empty }
    let low = SIMD2(smallest(face.x), smallest(face.y))
    let high = SIMD2(largest(face.x), largest(face.y))
    guard profile.distance == .barycentric else { return SIMD4(lowHalf: low, highHalf: high) }
    guard face.cornerCount == 3 else { return empty }
    guard reach.isFinite else { return SIMD4(-S.infinity, -S.infinity, S.infinity, S.infinity) }
    // All coordinates above -reach: the triangle enlarged about its centroid.
    let center = (face.corner(0) + face.corner(1) + face.corner(2)) / 3
    let factor = 1 + 3 * reach
    return SIMD4(
      lowHalf: center + (low - center) * factor, highHalf: center + (high - center) * factor)
  }
}

extension ScreenFace {
  /// The smallest barycentric coordinate of a pixel and the corner it belongs to.
  func smallestBarycentric(of pixel: SIMD2<S>) -> (value: S, corner: Int) {
    let w = barycentrics(of: pixel)
    let corner = w[0] <= w[1] && w[0] <= w[2] ? 0 : w[1] <= w[2] ? 1 : 2
    return (w[corner], corner)
  }

  /// The adjoint of ``smallestBarycentric(of:)``: moving corner i by δ is moving the pixel by -w_i δ.
  func smallestBarycentricVJP(
    of pixel: SIMD2<S>, corner: Int, valueBar: S, into gradient: inout ScreenFaceGradient<S>
  ) {
    let next = (corner + 1) % 3
    let last = (corner + 2) % 3
    let inverse = 1 / cross(self.corner(1) - self.corner(0), self.corner(2) - self.corner(0))
    let slope = SIMD2(y[next] - y[last], x[last] - x[next]) * (inverse * valueBar)
    let w = barycentrics(of: pixel)
    gradient.x -= w * slope.x
    gradient.y -= w * slope.y
  }

  /// Whether the face owns a pixel's centre: inside, or on a left or top edge of it.
  ///
  /// Of two faces on either side of an edge exactly one owns a centre on it. Edges are taken from their smaller corner to
  /// the larger, so that both faces compute the same number.
  func owns(_ pixel: SIMD2<S>) -> Bool {
    let count = Int(cornerCount)
    let orientation: S = doubleArea > 0 ? 1 : -1
    for k in 0..<count {
      let a = corner(k)
      let b = corner(k + 1 == count ? 0 : k + 1)
      let isForward = a.x != b.x ? a.x < b.x : a.y < b.y
      let (first, second) = isForward ? (a, b) : (b, a)
      let turn = cross(second - first, pixel - first) * (isForward ? orientation : -orientation)
      guard turn <= 0 else { continue }
      guard turn == 0 else { return false }
      // Clockwise on the screen (y down): a top edge runs right, a left edge up.
      let e = (b - a) * orientation
      guard e.y < 0 || (e.y == 0 && e.x > 0) else { return false }
    }
    return true
  }
}
