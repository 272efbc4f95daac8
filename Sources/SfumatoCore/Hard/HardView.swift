// Hard visibility: which face is seen at each sample, exactly, without gradient. Corners are snapped to 1/256 of a
// sample and edge functions are integers, so a sample centre belongs to exactly one of two faces that share an edge
// (top-left rule). Bands of rows are independent.

/// One view with one visible face a sample.
struct HardView<S: RenderScalar>: Sendable {
  private let projection: ScreenProjection<S>
  private let width: Int
  private let height: Int
  /// Samples along each side of a pixel.
  private let samples: Int
  /// The visible screen face of each sample, -1 where none, row-major over samples.
  private var visible: [Int32]
  private let faces: [SnappedFace]

  /// A face in sample coordinates, snapped to 1/256, wound so that its area is positive.
  private struct SnappedFace: Sendable {
    var x: SIMD4<Int64>
    var y: SIMD4<Int64>
    var count: Int
    /// Whether the products of its edge functions need more than 64 bits.
    var isWide = false
    var left = 0
    var right = -1
    var top = 0
    var bottom = -1
  }

  /// Coordinates up to here, in 1/256 of a sample, keep the edge functions within 64 bits.
  private static var narrowLimit: Int64 { 1 << 29 }
  /// Corners beyond this, in the same unit, are moved here; it lies further than a Float can be precise.
  private static var wideLimit: Int64 { 1 << 52 }

  /// Faces are cut at the near plane of `soft`.
  init(
    _ assembly: SceneAssembly<S>, camera: Camera<S>, samples: Int, workers: Workers,
    soft: SoftSettings<S> = SoftSettings()
  ) {
    let scale = DepthScale(soft, sphere: assembly.boundingSphere, camera: camera)
    projection = ScreenProjection(
      assembly, camera: camera, depth: scale, sortsByDepth: false)
    width = camera.width
    height = camera.height
    self.samples = samples
    let across = width * samples
    let down = height * samples
    faces = projection.faces.map {
      Self.snap($0, samples: samples, across: across, down: down)
    }
    let faces = faces
    let screen = projection.faces
    let bandRows = 16 * samples
    let bands = (down + bandRows - 1) / bandRows
    var lists = [[Int32]](repeating: [], count: bands)
    for (f, face) in faces.enumerated() where face.top <= face.bottom && face.left <= face.right {
      for band in face.top / bandRows...face.bottom / bandRows { lists[band].append(Int32(f)) }
    }
    let bandFaces = lists
    let isPerspective = camera.projection == .perspective
    visible = [Int32](repeating: -1, count: across * down)
    visible.forEachChunk(grain: across * bandRows, workers: workers) { start, chunk in
      let firstRow = start / across
      var depth = [S](repeating: .infinity, count: chunk.count)
      for f in bandFaces[firstRow / bandRows] {
        Self.draw(
          faces[Int(f)], DepthPlane(screen[Int(f)], samples: samples, isInverse: isPerspective),
          id: f, across: across,
          firstRow: firstRow, rows: chunk.count / across, depth: &depth, visible: &chunk)
      }
    }
  }

  private static func snap(
    _ face: ScreenFace<S>, samples: Int, across: Int, down: Int
  ) -> SnappedFace {
    let count = Int(face.cornerCount)
    var snapped = SnappedFace(x: .zero, y: .zero, count: count)
    // Numbers that are none draw nothing; a sum finds them.
    guard (face.x + face.y).sum().isFinite else { return snapped }
    let limit = S(wideLimit)
    let scale = S(samples) * 256
    for k in 0..<4 {
      snapped.x[k] = Int64(min(max((face.x[k] * scale).rounded(), -limit), limit))
      snapped.y[k] = Int64(min(max((face.y[k] * scale).rounded(), -limit), limit))
      snapped.isWide =
        snapped.isWide || abs(snapped.x[k]) > narrowLimit || abs(snapped.y[k]) > narrowLimit
    }
    let (x, y) = (snapped.x, snapped.y)
    var area: Int128 = 0
    for k in 1..<count - 1 {
      area += Int128(x[k] - x[0]) * Int128(y[k + 1] - y[0])
      area -= Int128(y[k] - y[0]) * Int128(x[k + 1] - x[0])
    }
    guard area != 0 else { return snapped }
    if area < 0 {
      for k in 0..<count {
        snapped.x[k] = x[count - 1 - k]
        snapped.y[k] = y[count - 1 - k]
      }
    }
    // Sample i has its centre at 256 i + 128.
    func first(_ v: Int64) -> Int { Int((v - 128 + 255) >> 8) }
    func last(_ v: Int64) -> Int { Int((v - 128) >> 8) }
    let valid = count == 4 ? 4 : 3
    var low = SIMD2(x[0], y[0])
    var high = low
    for k in 1..<valid {
      low = SIMD2(min(low.x, x[k]), min(low.y, y[k]))
      high = SIMD2(max(high.x, x[k]), max(high.y, y[k]))
    }
    snapped.left = max(first(low.x), 0)
    snapped.right = min(last(high.x), across - 1)
    snapped.top = max(first(low.y), 0)
    snapped.bottom = min(last(high.y), down - 1)
    return snapped
  }

  private static func draw(
    _ face: SnappedFace, _ plane: DepthPlane, id: Int32, across: Int, firstRow: Int,
    rows: Int, depth: inout [S], visible: inout MutableSpan<Int32>
  ) {
    for row in max(face.top, firstRow)...min(face.bottom, firstRow + rows - 1) {
      let cy = Int64(row) * 256 + 128
      var span = face.left...face.right
      let isTouched =
        face.isWide
        ? Self.clip(&span, face, centerY: cy, Int128.self)
        : Self.clip(&span, face, centerY: cy, Int64.self)
      guard isTouched else { continue }
      let base = (row - firstRow) * across
      for column in span {
        let z = plane.key(column: column, row: row)
        if z < depth[base + column] {
          depth[base + column] = z
          visible[base + column] = id
        }
      }
    }
  }

  /// Narrows a row's span to the samples inside all edges; an edge owns its samples if it is a top or a left one.
  ///
  /// The integer must hold products of two coordinates: `Int128` for wide faces.
  @inline(__always)
  private static func clip<I: FixedWidthInteger & SignedInteger>(
    _ span: inout ClosedRange<Int>, _ face: SnappedFace, centerY: Int64, _: I.Type
  ) -> Bool {
    var low = I(span.lowerBound)
    var high = I(span.upperBound)
    for k in 0..<face.count {
      let next = k + 1 == face.count ? 0 : k + 1
      let ex = I(face.x[next] - face.x[k])
      let ey = I(face.y[next] - face.y[k])
      guard ex != 0 || ey != 0 else { continue }
      // Inside: ex (cy - y) - ey (cx - x) > 0, or = 0 on a top edge (ey = 0, ex > 0) or a left edge (ey < 0).
      let owns = ey < 0 || (ey == 0 && ex > 0)
      let constant = ex &* I(centerY - face.y[k]) &- ey &* I(128 - face.x[k])
      let slope = -ey &* 256  // the value at column c is constant + slope c
      let needed: I = owns ? 0 : 1
      if slope == 0 {
        if constant < needed { return false }
      } else if slope > 0 {
        // c >= (needed - constant) / slope, rounded up
        let (q, r) = (needed - constant).quotientAndRemainder(dividingBy: slope)
        low = max(low, r > 0 ? q + 1 : q)
      } else {
        let (q, r) = (constant - needed).quotientAndRemainder(dividingBy: -slope)
        high = min(high, r < 0 ? q - 1 : q)
      }
      if low > high { return false }
    }
    span = Int(low)...Int(high)
    return true
  }

  /// An order by depth that is affine on the screen: 1 / depth, or the depth itself where orthographic.
  private struct DepthPlane {
    private let atOrigin: S
    private let slopeX: S
    private let slopeY: S
    private let isInverse: Bool

    init(_ face: ScreenFace<S>, samples: Int, isInverse: Bool) {
      self.isInverse = isInverse
      let v = isInverse ? face.q : -face.logit
      let a = face.corner(1) - face.corner(0)
      let b = face.corner(2) - face.corner(0)
      let area = cross(a, b)
      let inverse = area == 0 ? 0 : 1 / area
      let dx = ((v[1] - v[0]) * b.y - (v[2] - v[0]) * a.y) * inverse
      let dy = ((v[2] - v[0]) * a.x - (v[1] - v[0]) * b.x) * inverse
      let step = 1 / S(samples)
      slopeX = dx * step
      slopeY = dy * step
      atOrigin = v[0] + (step / 2 - face.x[0]) * dx + (step / 2 - face.y[0]) * dy
    }

    @inline(__always)
    func key(column: Int, row: Int) -> S {
      let value = atOrigin + slopeX * S(column) + slopeY * S(row)
      return isInverse ? -value : value  // nearer is smaller
    }
  }

  /// The visible face at each pixel's centre; meaningful with one sample a pixel.
  var faceIDs: [Int32] {
    visible.map { $0 < 0 ? -1 : projection.faces[Int($0)].source }
  }

  /// Camera depth at each pixel's centre; meaningful with one sample a pixel.
  private var depths: [S] {
    visible.indices.map { i in
      guard visible[i] >= 0 else { return .infinity }
      let face = projection.faces[Int(visible[i])]
      let weights = weights(face, sample: i)
      return projection.depth.near - (weights * face.logit).sum() * projection.depth.unit
    }
  }

  /// Perspective-correct corner weights at a sample's centre.
  private func weights(_ face: ScreenFace<S>, sample: Int) -> SIMD4<S> {
    let across = width * samples
    let pixel = SIMD2(
      (S(sample % across) + 1 / 2) / S(samples), (S(sample / across) + 1 / 2) / S(samples))
    var t = face.barycentrics(of: pixel)
    if face.cornerCount == 3 {
      // Snapping may own a sample that lies a hair outside: colours must not extrapolate.
      t.replace(with: 0, where: t .< 0)
    }
    let weighted = t * face.q
    let total = weighted.sum()
    guard total.isFinite, total > 0 else { return SIMD4(1, 0, 0, 0) }
    return weighted / total
  }

  /// Colour under alpha, and alpha: means over a pixel's samples.
  private func resolve(background: SIMD3<S>, workers: Workers) -> (color: [S], alpha: [S]) {
    // Colour and alpha interleaved, so that one slice a row is written.
    var premultiplied = [S](repeating: 0, count: width * height * 4)
    let share = 1 / S(samples * samples)
    premultiplied.forEachChunk(grain: width * 4, workers: workers) { start, row in
      let y = start / (width * 4)
      for x in 0..<width {
        var color = SIMD3<S>.zero
        var hits = 0
        for j in 0..<samples {
          for i in 0..<samples {
            let sample = (y * samples + j) * width * samples + x * samples + i
            guard visible[sample] >= 0 else { continue }
            hits += 1
            let face = projection.faces[Int(visible[sample])]
            let w = weights(face, sample: sample)
            color += SIMD3(
              (w * face.red).sum(), (w * face.green).sum(), (w * face.blue).sum())
          }
        }
        let alpha = S(hits) * share
        let over = color * share + background * (1 - alpha)
        row[4 * x] = over.x
        row[4 * x + 1] = over.y
        row[4 * x + 2] = over.z
        row[4 * x + 3] = alpha
      }
    }
    var color = [S](repeating: 0, count: width * height * 3)
    var alpha = [S](repeating: 0, count: width * height)
    for p in 0..<width * height {
      color.setVector3(
        p, SIMD3(premultiplied[4 * p], premultiplied[4 * p + 1], premultiplied[4 * p + 2]))
      alpha[p] = premultiplied[4 * p + 3]
    }
    return (color, alpha)
  }

  /// The pictures of several views.
  static func render(
    _ assembly: SceneAssembly<S>, _ cameras: [Camera<S>], background: SIMD3<S>, samples: Int,
    outputs: RenderOutputs, workers: Workers
  ) -> [Rendering<S>] {
    parallelMap(cameras.count, workers: workers) { k in
      let camera = cameras[k]
      let view = HardView(assembly, camera: camera, samples: samples, workers: workers)
      let (color, alpha) = view.resolve(background: background, workers: workers)
      func buffer(_ values: [S], _ channels: Int) -> ImageBuffer<S> {
        ImageBuffer(
          width: camera.width, height: camera.height, channels: channels, values: values)
      }
      var picture = Rendering(
        color: outputs.contains(.color) ? buffer(color, 3) : nil, alpha: buffer(alpha, 1),
        depth: nil, face: nil)
      if !outputs.isDisjoint(with: [.depth, .face]) {
        let centers =
          samples == 1
          ? view : HardView(assembly, camera: camera, samples: 1, workers: workers)
        if outputs.contains(.depth) { picture.depth = buffer(centers.depths, 1) }
        if outputs.contains(.face) { picture.face = centers.faceIDs }
      }
      return picture
    }
  }
}
