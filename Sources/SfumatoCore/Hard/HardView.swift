// Hard visibility: which face is seen at each sample, exactly, without gradient. Corners are snapped to 1/256 of a
// sample and edge functions are integers, so a sample centre belongs to exactly one of two faces that share an edge
// (top-left rule). Bands of rows are independent.

/// One view with one visible face a sample.
struct HardView<S: RenderScalar>: Sendable {
  let projection: ScreenProjection<S>
  let width: Int
  let height: Int
  /// Samples along each side of a pixel.
  let samples: Int
  let faces: [SnappedFace]
  /// The faces that touch each band of ``bandRows`` rows of pixels, in face order.
  let bandFaces: [[Int32]]
  private let isPerspective: Bool

  /// Rows of pixels a band; bands are drawn one by one, so memory does not grow with the samples.
  static var bandRows: Int { 16 }

  /// A face in sample coordinates, snapped to 1/256, wound so that its area is positive.
  struct SnappedFace: Sendable {
    var x: SIMD4<Int64>
    var y: SIMD4<Int64>
    var count: Int
    /// Whether the products of its edge functions need more than 64 bits.
    var isWide = false
    /// Whether it looks at the camera: counter-clockwise on the screen before it was wound.
    var isFront = false
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
    _ assembly: SceneAssembly<S>, camera: Camera<S>, samples: Int,
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
    let rows = Self.bandRows * samples
    var lists = [[Int32]](repeating: [], count: (down + rows - 1) / rows)
    for (f, face) in faces.enumerated() where face.top <= face.bottom && face.left <= face.right {
      for band in face.top / rows...face.bottom / rows { lists[band].append(Int32(f)) }
    }
    bandFaces = lists
    isPerspective = camera.projection == .perspective
  }

  /// The visible screen face of each sample of a band, -1 where none, row-major over samples.
  func visibleFaces(band: Int) -> [Int32] {
    let across = width * samples
    let firstRow = band * Self.bandRows * samples
    let rows = min(Self.bandRows, height - band * Self.bandRows) * samples
    var visible = [Int32](repeating: -1, count: across * rows)
    var depth = [S](repeating: .infinity, count: across * rows)
    for f in bandFaces[band] {
      Self.draw(
        faces[Int(f)],
        DepthPlane(
          projection.faces[Int(f)], samples: samples, isInverse: isPerspective),
        id: f, across: across, firstRow: firstRow, rows: rows, depth: &depth, visible: &visible)
    }
    return visible
  }

  /// A segment between corners snapped as faces are: it tells on which side of it the centres of samples lie.
  struct SnappedSegment {
    fileprivate var a: SIMD2<Int64>
    fileprivate var b: SIMD2<Int64>

    /// Whether a sample's centre is owned by a face on the positive side, where `cross(b - a, p - a) > 0`, and not on the other.
    func isPositive(column: Int, row: Int) -> Bool {
      let (ex, ey) = (Int128(b.x - a.x), Int128(b.y - a.y))
      let (px, py) = (Int64(column) * 256 + 128 - a.x, Int64(row) * 256 + 128 - a.y)
      let side = ex * Int128(py) - ey * Int128(px)
      return side > 0 || (side == 0 && (ey < 0 || (ey == 0 && ex > 0)))
    }
  }

  /// The segment between two points in samples, snapped.
  func snapped(_ a: SIMD2<S>, _ b: SIMD2<S>) -> SnappedSegment {
    func snap(_ p: SIMD2<S>) -> SIMD2<Int64> {
      SIMD2(Self.snap(p.x), Self.snap(p.y))
    }
    return SnappedSegment(a: snap(a), b: snap(b))
  }

  /// A finite coordinate in samples to the nearest 1/256.
  private static func snap(_ v: S) -> Int64 {
    Int64(min(max((v * 256).rounded(), -S(wideLimit)), S(wideLimit)))
  }

  private static func snap(
    _ face: ScreenFace<S>, samples: Int, across: Int, down: Int
  ) -> SnappedFace {
    let count = Int(face.cornerCount)
    var snapped = SnappedFace(x: .zero, y: .zero, count: count)
    // Numbers that are none draw nothing; a sum finds them.
    guard (face.x + face.y).sum().isFinite else { return snapped }
    let scale = S(samples)
    for k in 0..<4 {
      snapped.x[k] = snap(face.x[k] * scale)
      snapped.y[k] = snap(face.y[k] * scale)
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
      snapped.isFront = true
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
    rows: Int, depth: inout [S], visible: inout [Int32]
  ) {
    forEachSpan(face, firstRow: firstRow, rows: rows) { row, span in
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

  /// Calls `body` with the rows of a band in which a face covers samples, and with their columns.
  @inline(__always)
  static func forEachSpan(
    _ face: SnappedFace, firstRow: Int, rows: Int, _ body: (Int, ClosedRange<Int>) -> Void
  ) {
    for row in max(face.top, firstRow)...min(face.bottom, firstRow + rows - 1) {
      let cy = Int64(row) * 256 + 128
      var span = face.left...face.right
      let isTouched =
        face.isWide
        ? clip(&span, face, centerY: cy, Int128.self)
        : clip(&span, face, centerY: cy, Int64.self)
      if isTouched { body(row, span) }
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
}
