// Where the picture jumps along the lines of sample centres: outlines and creases of the mesh, each followed along rows
// where it is steep and along columns where it is level, and lines in which faces cut each other. A place counts if
// nothing nearer hides it; what stands behind it is looked up there, so outlines narrower than a sample count as well.

/// A place where the picture jumps along a row or a column of sample centres.
struct OutlineCrossing<S: RenderScalar>: Equatable, Sendable {
  /// The edge, or -1 where `before` and `after` cut each other.
  var edge: Int32
  /// The faces seen on the side of smaller coordinates and on the other one, -1 for the background.
  var before: Int32
  var after: Int32
  /// The row, or the column where the line runs down.
  var line: Int32
  var isVertical: Bool
  /// The column, or row where the line runs down, in samples.
  var place: S
  /// Whether the centre of the sample in which the place lies comes before it.
  var isBeyond: Bool

  /// The sample in which the place lies, along the line.
  var cell: Int { Int(place.rounded(.down)) }

  /// How far the place lies from the sample's centre, away from it.
  var distance: S { (place - (place.rounded(.down) + 1 / 2)) * (isBeyond ? 1 : -1) }
}

/// A possible crossing, before it is known what can be seen there.
private struct Candidate<S: RenderScalar>: Sendable {
  var crossing: OutlineCrossing<S>
  /// Of the edge or of the faces that cut each other; infinity where one of these ends before the place, and its neighbour
  /// is still to be found.
  var nearness: S
}

extension CrispView {
  /// All crossings that can be seen, in the order of the edges and then of the samples.
  ///
  /// - Parameters:
  ///   - edges: the view's outlines and creases.
  ///   - welding: of the scene.
  ///   - workers: how many threads may work.
  /// - Returns: the crossings.
  func findCrossings(
    _ edges: [OutlineEdge<S>], _ welding: Welding, workers: Workers
  ) -> [OutlineCrossing<S>] {
    let grain = 256
    let walked = parallelMap((edges.count + grain - 1) / grain, workers: workers) { chunk in
      var found: [Candidate<S>] = []
      for e in chunk * grain..<min((chunk + 1) * grain, edges.count) {
        walk(Int32(e), edges[e], welding, into: &found)
      }
      return found
    }
    let rows = HardView<S>.bandRows
    let meeting = parallelMap((down + rows - 1) / rows, workers: workers) { band in
      var found: [Candidate<S>] = []
      for y in band * rows..<min((band + 1) * rows, down) {
        for x in 0..<across {
          let i = y * across + x
          let id = ids[i]
          guard id >= 0 else { continue }
          if x + 1 < across, mayCut(id, ids[i + 1], column: x, row: y, isVertical: false) {
            cut(i, i + 1, isVertical: false, welding, into: &found)
          }
          if y + 1 < down, mayCut(id, ids[i + across], column: x, row: y, isVertical: true) {
            cut(i, i + across, isVertical: true, welding, into: &found)
          }
        }
      }
      return found
    }
    let candidates = walked.flatMap { $0 } + meeting.flatMap { $0 }
    let probe = SurfaceProbe(
      visibility, points: candidates.map { point(of: $0.crossing) }, workers: workers)
    let count = (candidates.count + grain - 1) / grain
    return parallelMap(count, workers: workers) { chunk in
      candidates[chunk * grain..<min((chunk + 1) * grain, candidates.count)]
        .compactMap { seen($0, edges, welding, probe) }
    }.flatMap { $0 }
  }

  /// A crossing's point, pixels.
  func point(of crossing: OutlineCrossing<S>) -> SIMD2<S> {
    let line = S(crossing.line) + 1 / 2
    return (crossing.isVertical ? SIMD2(line, crossing.place) : SIMD2(crossing.place, line))
      / S(samples)
  }

  /// The sample in which a crossing lies.
  func sample(of crossing: OutlineCrossing<S>) -> Int {
    crossing.isVertical
      ? crossing.cell * across + Int(crossing.line)
      : Int(crossing.line) * across + crossing.cell
  }

  /// Notes the crossings of an edge with the lines of centres that it runs across rather than along.
  private func walk(
    _ index: Int32, _ edge: OutlineEdge<S>, _ welding: Welding,
    into found: inout [Candidate<S>]
  ) {
    let face = projection.faces[Int(edge.face)]
    let (i, j) = (Int(edge.first), Int(edge.second))
    let near = projection.nearness(face)
    let scale = S(samples)
    var (a, b) = (face.corner(i) * scale, face.corner(j) * scale)
    let isVertical = abs(b.y - a.y) < abs(b.x - a.x)
    let ends = visibility.snapped(a, b)
    // Which side comes first: along a row the positive one where the edge runs down, along a column where it runs left.
    let isPositiveFirst = isVertical ? b.x < a.x : b.y > a.y
    if isVertical { (a, b) = (SIMD2(a.y, a.x), SIMD2(b.y, b.x)) }
    // Line k is crossed where low <= k + 1/2 < high.
    let low = max((min(a.y, b.y) - 1 / 2).rounded(.up), 0)
    let high = min(
      (max(a.y, b.y) - 1 / 2).rounded(.up) - 1, S((isVertical ? across : down) - 1))
    guard low <= high else { return }
    let width = isVertical ? down : across
    for line in Int(low)...Int(high) {
      let t = (S(line) + 1 / 2 - a.y) / (b.y - a.y)
      let place = a.x + t * (b.x - a.x)
      guard place >= 0, place < S(width) else { continue }
      var crossing = OutlineCrossing<S>(
        edge: index, before: isPositiveFirst ? edge.positive : edge.negative,
        after: isPositiveFirst ? edge.negative : edge.positive, line: Int32(line),
        isVertical: isVertical, place: place, isBeyond: false)
      let nearness = near[i] + (near[j] - near[i]) * t
      let sample = sample(of: crossing)
      if isHidden(crossing, nearness, by: ids[sample], edge, welding) { continue }
      let isPositive = ends.isPositive(column: sample % across, row: sample / across)
      crossing.isBeyond = isPositive == isPositiveFirst
      found.append(Candidate(crossing: crossing, nearness: nearness))
    }
  }

  /// Whether the face at the sample's own centre stands in front of an edge that crosses the sample.
  private func isHidden(
    _ crossing: OutlineCrossing<S>, _ nearness: S, by id: Int32, _ edge: OutlineEdge<S>,
    _ welding: Welding
  ) -> Bool {
    guard id >= 0, id != edge.positive, id != edge.negative, !visibility.hasClearFaces else {
      return false
    }
    let face = projection.faces[Int(id)]
    let point = point(of: crossing)
    return projection.nearness(face, at: point) > nearness && face.reaches(point, margin: 0)
      && !welding.isFace(face.source, ofEdge: Int(edge.weld))
  }

  /// Whether the faces seen at a sample and at the next one may cut each other between: by their planes, with room for rounding.
  @inline(__always)
  private func mayCut(
    _ before: Int32, _ after: Int32, column: Int, row: Int, isVertical: Bool
  ) -> Bool {
    guard after >= 0, before != after else { return false }
    let (a, b) = (visibility.setups[Int(before)], visibility.setups[Int(after)])
    let room = a.room + b.room
    let start = b.plane.key(column: column, row: row) - a.plane.key(column: column, row: row)
    let (fallX, fallY) = (a.plane.slopeX - b.plane.slopeX, a.plane.slopeY - b.plane.slopeY)
    let (fall, rise) = isVertical ? (fallY, fallX) : (fallX, fallY)
    return start >= -room && start <= fall + room && abs(rise) <= fall + room
  }

  /// Notes the place between two neighbouring samples where the faces that they see cut each other, if that line runs across the
  /// way rather than along it.
  private func cut(
    _ i: Int, _ j: Int, isVertical: Bool, _ welding: Welding, into found: inout [Candidate<S>]
  ) {
    guard ids[i] != ids[j], ids[i] >= 0, ids[j] >= 0,
      let t = meeting(ids[i], ids[j], from: i, isVertical: isVertical, welding)
    else { return }
    let (a, b) = (projection.faces[Int(ids[i])], projection.faces[Int(ids[j])])
    let point = center(i) + (center(j) - center(i)) * t
    let (first, second) = (a.reaches(point, margin: 0), b.reaches(point, margin: 0))
    found.append(
      Candidate(
        crossing: crossing(ids[i], ids[j], from: i, at: t, isVertical: isVertical),
        nearness: first && second ? projection.nearness(a, at: point) : .infinity))
  }

  /// Where between a sample and the next one a face falls behind another that it does not touch, in [0, 1]; nil where it does
  /// not, or where the line of both runs along the way rather than across it.
  private func meeting(
    _ before: Int32, _ after: Int32, from i: Int, isVertical: Bool, _ welding: Welding
  ) -> S? {
    let (a, b) = (projection.faces[Int(before)], projection.faces[Int(after)])
    guard !welding.areNeighbors(a.source, b.source) else { return nil }
    let p = center(i)
    let step = 1 / S(samples)
    let (way, aside) =
      isVertical ? (SIMD2(0, step), SIMD2(step, 0)) : (SIMD2(step, 0), SIMD2(0, step))
    let start = projection.nearness(a, at: p) - projection.nearness(b, at: p)
    let fall = projection.nearnessSlope(b, along: way) - projection.nearnessSlope(a, along: way)
    guard start >= 0, fall > 0, start <= fall else { return nil }
    let rise =
      projection.nearnessSlope(a, along: aside) - projection.nearnessSlope(b, along: aside)
    guard isVertical ? fall > abs(rise) : fall >= abs(rise) else { return nil }
    return start / fall
  }

  /// The crossing of two faces at a part of the way from a sample to the next one.
  private func crossing(
    _ before: Int32, _ after: Int32, from i: Int, at t: S, isVertical: Bool
  ) -> OutlineCrossing<S> {
    let (column, row) = (i % across, i / across)
    return OutlineCrossing(
      edge: -1, before: before, after: after, line: Int32(isVertical ? column : row),
      isVertical: isVertical, place: S(isVertical ? row : column) + 1 / 2 + t,
      isBeyond: t < 1 / 2)
  }

  /// The centre of a sample, pixels.
  func center(_ i: Int) -> SIMD2<S> {
    visibility.sampleCenter(column: i % across, row: i / across)
  }

  /// A candidate with what stands behind it; nil where something hides it or the picture does not jump.
  private func seen(
    _ candidate: Candidate<S>, _ edges: [OutlineEdge<S>], _ welding: Welding,
    _ probe: SurfaceProbe<S>
  ) -> OutlineCrossing<S>? {
    var crossing = candidate.crossing
    guard crossing.edge >= 0 else { return seenMeeting(candidate, welding, probe) }
    // Surfaces that let others shine through have no outlines.
    for face in [crossing.before, crossing.after] where face >= 0 {
      guard visibility.isSolid(face, at: point(of: crossing)) else { return nil }
    }
    let edge = edges[Int(crossing.edge)]
    let own = projection.faces[Int(edge.face)].source
    let answer = probe.look(
      at: point(of: crossing), nearness: candidate.nearness,
      isOwn: { welding.isFace(projection.faces[Int($0)].source, ofEdge: Int(edge.weld)) },
      isBeside: { welding.areNeighbors(projection.faces[Int($0)].source, own) })
    guard case .behind(let face) = answer else { return nil }
    if crossing.before < 0 {
      crossing.before = face
    } else if crossing.after < 0 {
      crossing.after = face
    }
    guard hasColor || crossing.before < 0 || crossing.after < 0 else { return nil }
    return crossing
  }

  /// A place where two faces cut each other, if nothing hides it; where one of them ends before, its neighbour at the
  /// place stands in.
  private func seenMeeting(
    _ candidate: Candidate<S>, _ welding: Welding, _ probe: SurfaceProbe<S>
  ) -> OutlineCrossing<S>? {
    var crossing = candidate.crossing
    var nearness = candidate.nearness
    if nearness == .infinity {
      let sample = Int((crossing.place - 1 / 2).rounded(.down))
      let line = Int(crossing.line)
      let i = crossing.isVertical ? sample * across + line : line * across + sample
      // What is seen a little before the place and a little behind it.
      func face(_ way: S) -> Int32 {
        var beside = crossing
        beside.place += way
        let answer = probe.look(
          at: point(of: beside), nearness: .infinity, isOwn: { _ in false },
          isBeside: { _ in false })
        guard case .behind(let face) = answer else { return -1 }
        return face
      }
      let (a, b) = (face(-1 / 16), face(1 / 16))
      guard a >= 0, b >= 0, a != b,
        let t = meeting(a, b, from: i, isVertical: crossing.isVertical, welding)
      else { return nil }
      crossing = self.crossing(a, b, from: i, at: t, isVertical: crossing.isVertical)
      let place = point(of: crossing)
      guard projection.faces[Int(a)].reaches(place, margin: 0),
        projection.faces[Int(b)].reaches(place, margin: 0)
      else { return nil }
      nearness = projection.nearness(projection.faces[Int(a)], at: place)
    }
    let (before, after) = (crossing.before, crossing.after)
    let answer = probe.look(
      at: point(of: crossing), nearness: nearness, isOwn: { $0 == before || $0 == after },
      isBeside: { _ in true })
    return answer == .hidden ? nil : crossing
  }
}
