// Outlines blended by area (math.md 4.1): between two neighbouring samples that see different faces an outline of the nearer
// one cuts the way from centre to centre. What it cuts off the nearer sample beyond its half, the other one fills; what
// it reaches into the other sample, the nearer one fills. Of several outlines on the way the nearest to the camera counts, whichever
// face it belongs to: near an outline faces turn away and are smaller than a sample.

/// One sample takes a part of another across an outline.
struct OutlineBlend<S: RenderScalar>: Equatable, Sendable {
  /// The sample that changes.
  var receiver: Int32
  /// The sample whose value it takes.
  var source: Int32
  /// How much, in [0, 1/2].
  var amount: S
  /// ∂amount/∂(crossing), per sample: 1 or -1.
  var slope: S
  /// Whether the samples stand one above the other.
  var isVertical: Bool
  /// The outline.
  var edge: SilhouetteEdges<S>.Edge
}

extension CrispView {
  /// The face at a sample whose depth counts, nearer than another sample's.
  func isNearer(_ i: Int, than j: Int) -> Bool {
    guard ids[i] >= 0 else { return false }
    guard ids[j] >= 0 else { return true }
    return depthOrder(i) <= depthOrder(j)
  }

  /// A number that grows with the depth seen at a sample.
  private func depthOrder(_ i: Int) -> S {
    let face = projection.faces[Int(ids[i])]
    return
      -(visibility.cornerWeights(face, column: i % across, row: i / across).corrected
      * face.logit).sum()
  }

  /// Finds all blends, in row-major order of the pairs' first samples, and the crowded receivers.
  mutating func findBlends(workers: Workers) {
    let rows = HardView<S>.bandRows
    let view = self
    let bands = parallelMap((down + rows - 1) / rows, workers: workers) { band in
      var found: [OutlineBlend<S>] = []
      for y in band * rows..<min((band + 1) * rows, view.down) {
        for x in 0..<view.across {
          let i = y * view.across + x
          if x + 1 < view.across { view.blend(i, i + 1, isVertical: false, into: &found) }
          if y + 1 < view.down { view.blend(i, i + view.across, isVertical: true, into: &found) }
        }
      }
      return found
    }
    blends = bands.flatMap { $0 }
    var totals: [Int32: S] = [:]
    for blend in blends { totals[blend.receiver, default: 0] += blend.amount }
    crowded = totals.filter { $0.value > 1 }
  }

  /// The outline that ends the nearer of two neighbouring samples' faces, sample i left of or above j; and whether i is the
  /// nearer one.
  func outline(
    between i: Int, _ j: Int, isVertical: Bool
  ) -> (crossing: OutlineCrossings<S>.Crossing, isFirst: Bool)? {
    let isFirst = isNearer(i, than: j)
    var best: OutlineCrossings<S>.Crossing?
    crossings.forEach(at: i, isVertical: isVertical) { crossing in
      guard crossing.isInnerFirst == isFirst else { return }
      if let known = best, known.nearness >= crossing.nearness { return }
      best = crossing
    }
    return best.map { ($0, isFirst) }
  }

  /// Looks for an outline between two neighbouring samples.
  private func blend(
    _ i: Int, _ j: Int, isVertical: Bool, into found: inout [OutlineBlend<S>]
  ) {
    guard ids[i] != ids[j], let (crossing, isFirst) = outline(between: i, j, isVertical: isVertical)
    else { return }
    // Each outline blends along one direction only, or its area would count twice.
    guard crossing.isMain else { return }
    let (owner, other) = isFirst ? (i, j) : (j, i)
    let direction: S = isFirst ? 1 : -1
    let start = S(isVertical ? owner / across : owner % across) + 1 / 2
    let way = min(max(direction * (crossing.place - start), 0), 1)
    let cuts = way < 1 / 2
    found.append(
      OutlineBlend(
        receiver: Int32(cuts ? owner : other), source: Int32(cuts ? other : owner),
        amount: abs(way - 1 / 2), slope: cuts ? -direction : direction, isVertical: isVertical,
        edge: crossing.edge))
  }

  /// The adjoint of the blends: from the cotangents of the blended samples to those of the samples, in place, and to the
  /// corners of the outlines.
  func blendsBackward(
    _ bars: inout [SIMD4<S>], into faces: inout [ScreenFaceGradient<S>]
  ) {
    let given = bars
    // Of crowded receivers share = amount / total, so each amount acts on all shares.
    var means: [Int32: S] = [:]
    for blend in blends where crowded[blend.receiver] != nil {
      means[blend.receiver, default: 0] += shareBar(blend, given) * share(blend)
    }
    for blend in blends {
      let share = share(blend)
      let bar = given[Int(blend.receiver)]
      bars[Int(blend.receiver)] -= bar * share
      bars[Int(blend.source)] += bar * share
      var amountBar = shareBar(blend, given)
      if let total = crowded[blend.receiver] {
        amountBar = (amountBar - (means[blend.receiver] ?? 0)) / total
      }
      let receiver = Int(blend.receiver)
      addCrossing(
        blend.edge, line: blend.isVertical ? receiver % across : receiver / across,
        isVertical: blend.isVertical, crossingBar: amountBar * blend.slope * S(samples),
        into: &faces)
    }
  }

  private func shareBar(_ blend: OutlineBlend<S>, _ bars: [SIMD4<S>]) -> S {
    (bars[Int(blend.receiver)] * (values[Int(blend.source)] - values[Int(blend.receiver)])).sum()
  }

  /// The adjoint of a crossing in the outline's corners: `c = a.x + (line - a.y) / e.y e.x` along a row of centres.
  ///
  /// - Parameters:
  ///   - edge: the outline.
  ///   - line: the row of samples, or the column where the way is vertical.
  ///   - isVertical: whether the way runs down a column.
  ///   - crossingBar: cotangent of the place, per pixel.
  ///   - faces: added to.
  func addCrossing(
    _ edge: SilhouetteEdges<S>.Edge, line: Int, isVertical: Bool, crossingBar: S,
    into faces: inout [ScreenFaceGradient<S>]
  ) {
    let face = Int(edge.face)
    let (i, j) = (Int(edge.first), Int(edge.second))
    let (a, b) = (projection.faces[face].corner(i), projection.faces[face].corner(j))
    let level = (S(line) + 1 / 2) / S(samples)
    let (along, over) = isVertical ? (b.x - a.x, b.y - a.y) : (b.y - a.y, b.x - a.x)
    let t = (level - (isVertical ? a.x : a.y)) / along
    let parts = SIMD2(1 - t, t) * crossingBar
    let turned = parts * (-over / along)
    let (onX, onY) = isVertical ? (turned, parts) : (parts, turned)
    faces[face].x[i] += onX.x
    faces[face].x[j] += onX.y
    faces[face].y[i] += onY.x
    faces[face].y[j] += onY.y
  }
}
