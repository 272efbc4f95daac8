// Gradients of outlines on an unchanged image (math.md 4.2): between two neighbouring samples of different faces lies a
// micro-edge; moving it by a sample hands one sample's value over to the other. Where an outline of the mesh lies between them,
// it moves by the outline's corners; the paper moves it with the point that the nearer sample sees, which on a
// surface that turns away lies far behind the outline. Where none does, who moves it is told by whether each face
// goes on beneath the other's sample.

extension CrispView {
  /// Adds the gradient of every micro-edge to the corners of the faces that move it.
  ///
  /// - Parameters:
  ///   - bars: cotangents of the samples: red, green, blue, alpha.
  ///   - faces: added to, one a face on the screen.
  func edgesBackward(_ bars: [SIMD4<S>], into faces: inout [ScreenFaceGradient<S>]) {
    for y in 0..<down {
      for x in 0..<across {
        let i = y * across + x
        if x + 1 < across { moveEdge(i, i + 1, isVertical: false, bars, into: &faces) }
        if y + 1 < down { moveEdge(i, i + across, isVertical: true, bars, into: &faces) }
      }
    }
  }

  /// One micro-edge, between sample i and its neighbour j to the right or below.
  private func moveEdge(
    _ i: Int, _ j: Int, isVertical: Bool, _ bars: [SIMD4<S>],
    into faces: inout [ScreenFaceGradient<S>]
  ) {
    guard ids[i] != ids[j] else { return }
    // Moved towards j by a sample, j's value becomes i's: half of the change from either side.
    let crossingBar = ((bars[i] + bars[j]) * (values[i] - values[j])).sum() / 2 * S(samples)
    guard crossingBar != 0 else { return }
    if let (crossing, _) = outline(between: i, j, isVertical: isVertical) {
      // Outlines move along one direction only, or their area would count twice.
      guard crossing.isMain else { return }
      return addCrossing(
        crossing.edge, line: isVertical ? i % across : i / across, isVertical: isVertical,
        crossingBar: crossingBar, into: &faces)
    }
    guard ids[i] >= 0 else { return move(j, crossingBar, isVertical, into: &faces) }
    guard ids[j] >= 0 else { return move(i, crossingBar, isVertical, into: &faces) }
    let goesOnFirst = isBeneath(face: i, sample: j)
    let goesOnSecond = isBeneath(face: j, sample: i)
    switch (goesOnFirst, goesOnSecond) {
    case (false, true): move(i, crossingBar, isVertical, into: &faces)
    case (true, false): move(j, crossingBar, isVertical, into: &faces)
    case (true, true): intersect(i, j, crossingBar, isVertical, into: &faces)
    case (false, false):
      // Faces that meet move nothing; of others the nearer one ends here, in front of something smaller than a sample.
      guard let outlines, !outlines.areNeighbors(Int(ids[i]), Int(ids[j])) else { return }
      guard let nearer = isStep(i, j) else { return }
      move(nearer, crossingBar, isVertical, into: &faces)
    }
  }

  /// Whether the face seen at one sample covers another sample's centre.
  private func isBeneath(face i: Int, sample j: Int) -> Bool {
    projection.faces[Int(ids[i])].owns(center(j))
  }

  private func center(_ i: Int) -> SIMD2<S> {
    visibility.sampleCenter(column: i % across, row: i / across)
  }

  /// The order by depth of a face at a point, which grows towards the camera and is affine on the screen.
  private func nearness(_ face: ScreenFace<S>, _ point: SIMD2<S>) -> S {
    (face.barycentrics(of: point) * projection.nearness(face)).sum()
  }

  /// The nearer of two samples where depth steps between them: by more than both faces' slopes make of the way.
  private func isStep(_ i: Int, _ j: Int) -> Int? {
    let (a, b) = (projection.faces[Int(ids[i])], projection.faces[Int(ids[j])])
    let (p, q) = (center(i), center(j))
    let middle = (p + q) / 2
    let gap = nearness(a, middle) - nearness(b, middle)
    let slopes =
      abs(nearness(a, q) - nearness(a, p)) + abs(nearness(b, q) - nearness(b, p))
    guard abs(gap) > slopes else { return nil }
    return gap > 0 ? i : j
  }

  /// Moves the outline with the point of the face that a sample sees: x or y of its corners by their affine weights.
  private func move(
    _ i: Int, _ crossingBar: S, _ isVertical: Bool, into faces: inout [ScreenFaceGradient<S>]
  ) {
    let id = Int(ids[i])
    let t = visibility.cornerWeights(
      projection.faces[id], column: i % across, row: i / across
    ).screen
    if isVertical { faces[id].y += t * crossingBar } else { faces[id].x += t * crossingBar }
  }

  /// Moves the line in which two faces cut each other: where their nearness is equal between the two centres.
  ///
  /// `c = p + (B(p) - A(p)) / (A' - B')` along the way; a motion by more than 10,000 pixels for a relative change of nearness by 1 is
  /// taken as that.
  private func intersect(
    _ i: Int, _ j: Int, _ crossingBar: S, _ isVertical: Bool,
    into faces: inout [ScreenFaceGradient<S>]
  ) {
    let (first, second) = (Int(ids[i]), Int(ids[j]))
    let (a, b) = (projection.faces[first], projection.faces[second])
    let (p, q) = (center(i), center(j))
    let step = S(samples)
    let difference =
      ((nearness(a, q) - nearness(a, p)) - (nearness(b, q) - nearness(b, p))) * step
    let start = nearness(b, p) - nearness(a, p)
    let least = max(abs(nearness(a, p)), abs(nearness(b, p))) / 10_000
    guard difference != 0 else { return }
    let slope =
      abs(difference) < least ? (difference < 0 ? -least : least) : difference
    let way = min(max(start / slope * step, 0), 1)
    let point = p + (q - p) * way
    // ∂c/∂A = -1 / slope, ∂c/∂B = 1 / slope at the crossing.
    addNearness(a, point, -crossingBar / slope, into: &faces[first])
    addNearness(b, point, crossingBar / slope, into: &faces[second])
  }

  /// The adjoint of a face's nearness at a fixed point of the screen.
  private func addNearness(
    _ face: ScreenFace<S>, _ point: SIMD2<S>, _ bar: S,
    into gradient: inout ScreenFaceGradient<S>
  ) {
    let t = face.barycentrics(of: point)
    let values = projection.nearness(face)
    if projection.camera.projection == .perspective {
      gradient.q += t * bar
    } else {
      gradient.logit += t * bar
    }
    // Moving corner k by δ is moving the point by -t_k δ.
    let inverse = 1 / cross(face.corner(1) - face.corner(0), face.corner(2) - face.corner(0))
    let slope =
      SIMD2(
        values[0] * (face.y[1] - face.y[2]) + values[1] * (face.y[2] - face.y[0])
          + values[2] * (face.y[0] - face.y[1]),
        values[0] * (face.x[2] - face.x[1]) + values[1] * (face.x[0] - face.x[2])
          + values[2] * (face.x[1] - face.x[0])
      ) * (inverse * bar)
    gradient.x -= t * slope.x
    gradient.y -= t * slope.y
  }
}
