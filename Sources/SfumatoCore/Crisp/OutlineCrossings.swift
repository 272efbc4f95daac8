/// Where the outlines of a view cross the ways between the centres of neighbouring samples.
struct OutlineCrossings<S: RenderScalar>: Sendable {
  /// One outline on one way.
  struct Crossing: Equatable, Sendable {
    var edge: SilhouetteEdges<S>.Edge
    /// Column, or row where the way runs down, in samples.
    var place: S
    /// Grows towards the camera.
    var nearness: S
    /// Whether the outline's face lies on the side of the way's first sample.
    var isInnerFirst: Bool
    /// Whether the outline runs more across the way than along it.
    var isMain: Bool
    /// The next crossing of the same way, or -1.
    fileprivate var next: Int32
  }

  private var crossings: [Crossing] = []
  /// The first crossing of the way from each sample to the right, and down; -1 where there is none.
  private var firstRight: [Int32] = []
  private var firstDown: [Int32] = []

  /// Walks along every outline.
  ///
  /// - Parameters:
  ///   - edges: the outlines.
  ///   - projection: the view's faces on the screen.
  ///   - samples: along each side of a pixel.
  ///   - across: samples a row.
  ///   - down: rows of samples.
  init(
    _ edges: [SilhouetteEdges<S>.Edge], _ projection: ScreenProjection<S>, samples: Int,
    across: Int, down: Int
  ) {
    guard !edges.isEmpty else { return }
    firstRight = [Int32](repeating: -1, count: across * down)
    firstDown = firstRight
    for edge in edges {
      let face = projection.faces[Int(edge.face)]
      let (i, j) = (Int(edge.first), Int(edge.second))
      let scale = S(samples)
      let (a, b) = (face.corner(i) * scale, face.corner(j) * scale)
      let third = face.corner(3 - i - j) * scale
      let order = projection.nearness(face)
      let isSteep = abs(b.y - a.y) >= abs(b.x - a.x)
      let near = SIMD2(order[i], order[j])
      walk(edge, a, b, third, near, isMain: isSteep, isVertical: false, across, down)
      // Down columns with the coordinates exchanged.
      func turned(_ p: SIMD2<S>) -> SIMD2<S> { SIMD2(p.y, p.x) }
      walk(
        edge, turned(a), turned(b), turned(third), near, isMain: !isSteep, isVertical: true, across,
        down)
    }
  }

  /// Notes the crossings of an edge with each line of centres; x along the lines, y across them.
  private mutating func walk(
    _ edge: SilhouetteEdges<S>.Edge, _ a: SIMD2<S>, _ b: SIMD2<S>, _ third: SIMD2<S>,
    _ nearness: SIMD2<S>, isMain: Bool, isVertical: Bool, _ across: Int, _ down: Int
  ) {
    // Line k is crossed where low <= k + 1/2 < high.
    let first = max((min(a.y, b.y) - 1 / 2).rounded(.up), 0)
    let last = min(
      (max(a.y, b.y) - 1 / 2).rounded(.up) - 1, S((isVertical ? across : down) - 1))
    guard first <= last else { return }
    let e = b - a
    // The face lies where its third corner is: before the edge at the corner's height, or behind.
    let isInnerFirst = third.x < a.x + (third.y - a.y) / e.y * e.x
    for line in Int(first)...Int(last) {
      let t = (S(line) + 1 / 2 - a.y) / e.y
      let crossing = Crossing(
        edge: edge, place: a.x + t * e.x, nearness: nearness[0] + (nearness[1] - nearness[0]) * t,
        isInnerFirst: isInnerFirst, isMain: isMain, next: -1)
      // Visibility snaps corners by up to 1/512 of a sample: a crossing that close to a centre belongs to both ways.
      let place = (crossing.place - 1 / 2).rounded(.down)
      let rest = crossing.place - 1 / 2 - place
      let other = rest < 0.01 ? place - 1 : rest > 0.99 ? place + 1 : place
      for way in [place, other] where way >= 0 && way < S((isVertical ? down : across) - 1) {
        let sample = isVertical ? Int(way) * across + line : line * across + Int(way)
        add(crossing, at: sample, isVertical: isVertical)
      }
    }
  }

  private mutating func add(_ crossing: Crossing, at sample: Int, isVertical: Bool) {
    var crossing = crossing
    crossing.next = isVertical ? firstDown[sample] : firstRight[sample]
    if crossing.next >= 0, crossings[Int(crossing.next)].edge == crossing.edge { return }
    if isVertical {
      firstDown[sample] = Int32(crossings.count)
    } else {
      firstRight[sample] = Int32(crossings.count)
    }
    crossings.append(crossing)
  }

  /// Calls `body` with every crossing of the way from a sample to the right, or down.
  @inline(__always)
  func forEach(at sample: Int, isVertical: Bool, _ body: (Crossing) -> Void) {
    guard !firstRight.isEmpty else { return }
    var k = isVertical ? firstDown[sample] : firstRight[sample]
    while k >= 0 {
      body(crossings[Int(k)])
      k = crossings[Int(k)].next
    }
  }
}
