/// A face of any size in sample coordinates, snapped to 1/256, wound so that its area is positive.
struct SnappedFace<S: RenderScalar>: Sendable {
  private var x: SIMD4<Int64> = .zero
  private var y: SIMD4<Int64> = .zero
  private var count: Int
  /// Whether the products of its edge functions need more than 64 bits.
  private var isWide = false
  /// Whether it looks at the camera: counter-clockwise on the screen before it was wound.
  private(set) var isFront = false
  private var left = 0
  private var right = -1
  private var top = 0
  private var bottom = -1

  /// Coordinates up to here, in 1/256 of a sample, keep the edge functions within 64 bits.
  private static var narrowLimit: Int64 { 1 << 29 }
  /// Corners beyond this, in the same unit, are moved here; it lies further than a Float can be precise.
  private static var wideLimit: Int64 { 1 << 52 }

  /// A face cut to a picture of `across` x `down` samples.
  init(_ face: ScreenFace<S>, samples: Int, across: Int, down: Int) {
    count = Int(face.cornerCount)
    // Numbers that are none draw nothing; a sum finds them.
    guard (face.x + face.y).sum().isFinite else { return }
    let scale = S(samples)
    for k in 0..<4 {
      x[k] = Self.snap(face.x[k] * scale)
      y[k] = Self.snap(face.y[k] * scale)
      isWide = isWide || abs(x[k]) > Self.narrowLimit || abs(y[k]) > Self.narrowLimit
    }
    let (x, y) = (x, y)
    let sign = isWide ? Int(areaSign(Int128.self)) : Int(areaSign(Int64.self))
    guard sign != 0 else { return }
    if sign < 0 {
      isFront = true
      for k in 0..<count {
        self.x[k] = x[count - 1 - k]
        self.y[k] = y[count - 1 - k]
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
    left = max(first(low.x), 0)
    right = min(last(high.x), across - 1)
    top = max(first(low.y), 0)
    bottom = min(last(high.y), down - 1)
  }

  /// The sign of the area; the integer must hold products of two coordinates.
  @inline(__always)
  private func areaSign<I: FixedWidthInteger & SignedInteger>(_: I.Type) -> I {
    var area: I = 0
    for k in 1..<count - 1 {
      area += I(x[k] - x[0]) * I(y[k + 1] - y[0])
      area -= I(y[k] - y[0]) * I(x[k + 1] - x[0])
    }
    return area.signum()
  }

  /// A finite coordinate in samples to the nearest 1/256.
  static func snap(_ v: S) -> Int64 {
    Int64(min(max((v * 256).rounded(), -S(wideLimit)), S(wideLimit)))
  }

  /// Calls `body` with those of some rows in which the face covers samples, and with their columns.
  @inline(__always)
  func forEachSpan(firstRow: Int, lastRow: Int, _ body: (Int, ClosedRange<Int>) -> Void) {
    guard left <= right else { return }
    let (first, last) = (max(top, firstRow), min(bottom, lastRow))
    guard first <= last else { return }
    for row in first...last {
      let cy = Int64(row) * 256 + 128
      var span = left...right
      let isTouched =
        isWide
        ? clip(&span, centerY: cy, Int128.self) : clip(&span, centerY: cy, Int64.self)
      if isTouched { body(row, span) }
    }
  }

  /// Calls `body` with the rows and the groups of four samples of a band in which the face owns some, and which.
  @inline(__always)
  func forEachGroup(
    in band: SampleBand, _ body: (Int, Int, SIMDMask<SIMD4<Int32>>) -> Void
  ) {
    let lanes = SIMD4<Int32>(0, 1, 2, 3)
    forEachSpan(firstRow: band.firstRow, lastRow: band.lastRow) { row, span in
      for group in span.lowerBound >> 2...span.upperBound >> 2 {
        let low = Int32(truncatingIfNeeded: span.lowerBound - group * 4)
        let high = Int32(truncatingIfNeeded: span.upperBound - group * 4)
        body(row, group, (lanes .>= low) .& (lanes .<= high))
      }
    }
  }

  /// Narrows a row's span to the samples inside all edges; an edge owns its samples if it is a top or a left one.
  ///
  /// The integer must hold products of two coordinates: `Int128` for wide faces.
  @inline(__always)
  private func clip<I: FixedWidthInteger & SignedInteger>(
    _ span: inout ClosedRange<Int>, centerY: Int64, _: I.Type
  ) -> Bool {
    var low = I(span.lowerBound)
    var high = I(span.upperBound)
    for k in 0..<count {
      let next = k + 1 == count ? 0 : k + 1
      let ex = I(x[next] - x[k])
      let ey = I(y[next] - y[k])
      guard ex != 0 || ey != 0 else { continue }
      // Inside: ex (cy - y) - ey (cx - x) > 0, or = 0 on a top edge (ey = 0, ex > 0) or a left edge (ey < 0).
      let owns = ey < 0 || (ey == 0 && ex > 0)
      let constant = ex &* I(centerY - y[k]) &- ey &* I(128 - x[k])
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
}

/// A segment between corners snapped as faces are: it tells on which side of it the centres of samples lie.
struct SnappedSegment {
  var a: SIMD2<Int64>
  var b: SIMD2<Int64>

  /// Whether a sample's centre is owned by a face on the positive side, where `cross(b - a, p - a) > 0`, and not on the other.
  func isPositive(column: Int, row: Int) -> Bool {
    let (ex, ey) = (Int128(b.x - a.x), Int128(b.y - a.y))
    let (px, py) = (Int64(column) * 256 + 128 - a.x, Int64(row) * 256 + 128 - a.y)
    let side = ex * Int128(py) - ey * Int128(px)
    return side > 0 || (side == 0 && (ey < 0 || (ey == 0 && ex > 0)))
  }
}
