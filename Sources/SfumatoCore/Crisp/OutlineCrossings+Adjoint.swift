// How a crossing moves with the corners of the faces that make it.

extension CrispView {
  /// The adjoint of a crossing's place.
  ///
  /// - Parameters:
  ///   - crossing: where the picture jumps.
  ///   - placeBar: cotangent of the place, per pixel.
  ///   - sums: added to.
  func addPlace(
    _ crossing: OutlineCrossing<S>, placeBar: S, into sums: inout FaceGradients<S>
  ) {
    guard placeBar != 0 else { return }
    guard crossing.edge >= 0 else { return addCut(crossing, placeBar: placeBar, into: &sums) }
    // Along a row `c = a.x + (line - a.y) / (b.y - a.y) (b.x - a.x)`, in pixels.
    let edge = edges[Int(crossing.edge)]
    let face = Int(edge.face)
    let (i, j) = (Int(edge.first), Int(edge.second))
    let (a, b) = (projection.faces[face].corner(i), projection.faces[face].corner(j))
    let level = (S(crossing.line) + 1 / 2) / S(samples)
    let isVertical = crossing.isVertical
    let (along, over) = isVertical ? (b.x - a.x, b.y - a.y) : (b.y - a.y, b.x - a.x)
    let t = (level - (isVertical ? a.x : a.y)) / along
    let parts = SIMD2(1 - t, t) * placeBar
    let turned = parts * (-over / along)
    let (onX, onY) = isVertical ? (turned, parts) : (parts, turned)
    var gradient = ScreenFaceGradient<S>()
    gradient.x[i] = onX.x
    gradient.x[j] = onX.y
    gradient.y[i] = onY.x
    gradient.y[j] = onY.y
    sums.append(edge.face, gradient)
  }

  /// Two faces cut each other where their nearness is equal: `∂c/∂A = -1 / (A' - B')` along the line, `∂c/∂B` the opposite.
  ///
  /// A motion by more than 10,000 pixels for a relative change of nearness by 1 is taken as that: nearly parallel faces.
  private func addCut(
    _ crossing: OutlineCrossing<S>, placeBar: S, into sums: inout FaceGradients<S>
  ) {
    let (first, second) = (Int(crossing.before), Int(crossing.after))
    let (a, b) = (projection.faces[first], projection.faces[second])
    let point = point(of: crossing)
    let way: SIMD2<S> = crossing.isVertical ? SIMD2(0, 1) : SIMD2(1, 0)
    let slope = projection.nearnessSlope(a, along: way) - projection.nearnessSlope(b, along: way)
    let least = abs(projection.nearness(a, at: point)) / 10_000
    // The nearer face before the place falls behind after it.
    let bar = placeBar / min(slope, -least)
    sums.append(crossing.before, nearnessGradient(a, point, -bar))
    sums.append(crossing.after, nearnessGradient(b, point, bar))
  }

  /// The adjoint of a face's nearness at a fixed point of the screen.
  private func nearnessGradient(
    _ face: ScreenFace<S>, _ point: SIMD2<S>, _ bar: S
  ) -> ScreenFaceGradient<S> {
    var gradient = ScreenFaceGradient<S>()
    let t = face.barycentrics(of: point)
    if projection.camera.projection == .perspective {
      gradient.q = t * bar
    } else {
      gradient.logit = t * bar
    }
    // Moving corner k by δ is moving the point by -t_k δ.
    let slope =
      SIMD2(
        projection.nearnessSlope(face, along: SIMD2(1, 0)),
        projection.nearnessSlope(face, along: SIMD2(0, 1))) * bar
    gradient.x = -t * slope.x
    gradient.y = -t * slope.y
    return gradient
  }
}
