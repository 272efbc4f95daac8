import SfumatoTestSupport

@testable import SfumatoCore

/// Random screen faces, the same for the kernel and the reference.
func soup(
  _ count: Int, seed: UInt64, width: Int, height: Int, quadrilaterals: Bool
) -> [ScreenFace<Float>] {
  var g = SeededGenerator(seed: seed)
  return (0..<count).map { i in
    let center = SIMD2(g.uniform(0...Double(width)), g.uniform(0...Double(height)))
    let size = [30.0, 8, 2, 0.4][i % 4]
    var corners = (0..<3).map { _ in center + SIMD2(g.uniform(), g.uniform()) * size }
    if i % 7 == 3 {  // a sliver
      corners[2] = (corners[0] + corners[1]) / 2 + SIMD2(g.uniform(), g.uniform()) * 0.02 * size
    }
    let isQuadrilateral = quadrilaterals && i % 3 == 0
    if isQuadrilateral {  // a parallelogram
      corners = [corners[0], corners[1], corners[2], corners[0] + corners[2] - corners[1]]
    } else {
      corners.append(corners[0])
    }
    func lanes(_ range: ClosedRange<Double>) -> SIMD4<Float> {
      let a = g.array(3, range).map { Float($0) }
      return SIMD4(a[0], a[1], a[2], isQuadrilateral ? a[0] + a[2] - a[1] : a[0])
    }
    let z = lanes(2.5...3.5)
    return ScreenFace(
      x: SIMD4(corners.map { Float($0.x) }), y: SIMD4(corners.map { Float($0.y) }), q: 1 / z,
      logit: (2 - z) / 0.1, red: lanes(0...1), green: lanes(0...1), blue: lanes(0...1),
      cornerCount: isQuadrilateral ? 4 : 3, source: Int32(i), clip: NearPlaneClip.uncut)
  }
}

/// State of all tiles and gradients of all faces of a pass.
func runTiles<S: RenderScalar>(
  _ pass: SoftTilePass<S>, bars: [S], workers: Workers = .all
) -> (state: [S], gradients: [ScreenFaceGradient<S>]) {
  let all = runTilesWithSmoothing(pass, bars: bars, workers: workers)
  return (all.state, all.gradients)
}

/// And the sums of the smoothing over all tiles.
func runTilesWithSmoothing<S: RenderScalar>(
  _ pass: SoftTilePass<S>, bars: [S], workers: Workers = .all
) -> (state: [S], gradients: [ScreenFaceGradient<S>], smoothing: SmoothingSums<S>) {
  var state = [S](repeating: 0, count: pass.bins.tileCount * pass.stateStride)
  state.forEachChunk(grain: pass.stateStride, workers: workers) { start, chunk in
    pass.clear(&chunk)
    S.softForwardTile(pass, tile: start / pass.stateStride, state: &chunk)
  }
  let done = state
  let rows = pass.gradientRows
  var entries = [SIMD4<S>](repeating: .zero, count: pass.bins.entryFaces.count * rows)
  var sums = [SmoothingSums<S>](repeating: .init(), count: pass.bins.tileCount)
  entries.forEachSlice(
    startingAt: { Int(pass.bins.tileOffsets[$0]) * rows }, alongside: &sums, workers: workers
  ) { tile, slice, sum in
    var own = Array(done[tile * pass.stateStride..<(tile + 1) * pass.stateStride])
    var span = own.mutableSpan
    let first = tile * pass.cotangentStride
    S.softBackwardTile(
      pass, tile: tile, state: &span,
      cotangents: bars.span.extracting(first..<first + pass.cotangentStride), negligible: 0,
      gradients: &slice, smoothing: &sum)
  }
  var faces = [ScreenFaceGradient<S>](repeating: .init(), count: pass.faces.count)
  for f in faces.indices {
    for place in Int(pass.bins.faceOffsets[f])..<Int(pass.bins.faceOffsets[f + 1]) {
      faces[f] += ScreenFaceGradient(
        rows: rows, at: Int(pass.bins.faceEntries[place]) * rows, of: entries)
    }
  }
  return (state, faces, sums.reduce(into: SmoothingSums()) { $0 += $1 })
}

extension ScreenFaceGradient {
  /// x, y, q, logit, red, green, blue, a list of four corners each.
  var lists: [[S]] {
    [x, y, q, logit, red, green, blue].map { v in (0..<4).map { v[$0] } }
  }
}

extension SoftTilePass {
  /// The place in plane 0 of the state of an image's pixel.
  func stateIndex(_ x: Int, _ y: Int) -> Int {
    (y / 16 * bins.columns + x / 16) * stateStride + Self.lane(x % 16, y % 16)
  }

  /// The place in plane 0 of the cotangents of an image's pixel.
  func cotangentIndex(_ x: Int, _ y: Int) -> Int {
    (y / 16 * bins.columns + x / 16) * cotangentStride + Self.lane(x % 16, y % 16)
  }
}

/// A face in Double.
func widened(_ f: ScreenFace<Float>) -> ScreenFace<Double> {
  ScreenFace(
    x: SIMD4(f.x), y: SIMD4(f.y), q: SIMD4(f.q), logit: SIMD4(f.logit), red: SIMD4(f.red),
    green: SIMD4(f.green), blue: SIMD4(f.blue), cornerCount: f.cornerCount, source: f.source,
    clip: f.clip)
}

/// A face in Float.
func shortened(_ f: ScreenFace<Double>) -> ScreenFace<Float> {
  ScreenFace(
    x: SIMD4(f.x), y: SIMD4(f.y), q: SIMD4(f.q), logit: SIMD4(f.logit), red: SIMD4(f.red),
    green: SIMD4(f.green), blue: SIMD4(f.blue), cornerCount: f.cornerCount, source: f.source,
    clip: f.clip)
}
