/// What is worked out once for each face on the screen: the plane of its depth, the side that it shows and how it is drawn.
struct FaceSetup<S: RenderScalar>: Sendable {
  /// What is known of a face.
  struct Traits: OptionSet, Sendable {
    var rawValue: Int32
    /// It can be seen, clockwise on the screen.
    static var clockwise: Traits { Traits(rawValue: 1) }
    /// It can be seen, counter-clockwise on the screen: a front face.
    static var counterClockwise: Traits { Traits(rawValue: 2) }
    /// It can be seen, from either side.
    static var visible: Traits { [.clockwise, .counterClockwise] }
    /// The near plane left it whole.
    static var uncut: Traits { Traits(rawValue: 4) }
    /// A triangle of at most ``SmallFace/widest`` samples along each side, near the picture.
    static var small: Traits { Traits(rawValue: 8) }
    /// Its box holds more than ``largeArea`` samples of the picture.
    static var large: Traits { Traits(rawValue: 16) }
  }

  /// The plane of its depth.
  let plane: DepthPlane<S>
  /// More than rounding makes of a key in the picture.
  private(set) var room: S
  private(set) var traits: Traits = []

  /// Samples in a face's box from which on it is large.
  static var largeArea: Int { 1024 }

  /// Sets a face up.
  ///
  /// - Parameters:
  ///   - face: on the screen.
  ///   - nearness: of its corners; see ``ScreenProjection/nearness(_:)``.
  ///   - bounds: its box, pixels.
  ///   - box: the same in samples, cut to the picture.
  ///   - picture: samples across and down.
  ///   - samples: along each side of a pixel.
  init(
    _ face: ScreenFace<S>, nearness: SIMD4<S>, bounds: FaceBounds<S>, box: SIMD4<Int32>,
    picture: SIMD2<S>, samples: Int
  ) {
    plane = DepthPlane(face, nearness: nearness, samples: samples)
    room =
      32 * S.ulpOfOne
      * (abs(plane.atOrigin) + abs(plane.slopeX) * picture.x + abs(plane.slopeY) * picture.y)
    if Int(box.y - box.x + 1) * Int(box.w - box.z + 1) > Self.largeArea { traits.insert(.large) }
    guard bounds.isFinite else { return }
    if face.clip == NearPlaneClip.uncut { traits.insert(.uncut) }
    let size = bounds.high - bounds.low
    let side = max(size.x, size.y)
    let farthest = max(
      max(bounds.high.x, -bounds.low.x), max(bounds.high.y, -bounds.low.y))
    let doubled = face.doubleArea
    // Twice what `isVisible` asks for, which is slower.
    let height = 2 * ScreenFace<S>.degenerateRatio * side + 16 * S.ulpOfOne * farthest
    let isPlain = abs(doubled) > height * side
    if isPlain || face.isVisible { traits.insert(doubled > 0 ? .clockwise : .counterClockwise) }
    let step = 1 / S(samples)
    let reach = S(SmallFace<S>.widest) * step
    if face.cornerCount == 3, side <= reach, farthest <= SmallFace<S>.farthest * step {
      traits.insert(.small)
    }
  }
}

/// An order by depth that is affine on the screen, nearer is smaller: -1 / depth, or minus the logit where orthographic.
struct DepthPlane<S: RenderScalar>: Sendable {
  /// The key at the centre of sample (0, 0).
  let atOrigin: S
  /// Its change from sample to sample, and from row to row.
  let slopeX: S
  let slopeY: S

  /// The plane of a face; see ``ScreenProjection/nearness(_:)``.
  @inline(__always)
  init(_ face: ScreenFace<S>, nearness: SIMD4<S>, samples: Int) {
    let v = -nearness
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

  /// The key at a sample's centre.
  @inline(__always)
  func key(column: Int, row: Int) -> S {
    atOrigin + slopeX * S(column) + slopeY * S(row)
  }
}

/// The box of a face on the screen, pixels.
struct FaceBounds<S: RenderScalar> {
  var low: SIMD2<S>
  var high: SIMD2<S>
  /// Whether all corners are numbers and their sum is one.
  var isFinite: Bool

  @inline(__always)
  init(_ face: ScreenFace<S>) {
    low = SIMD2(smallest(face.x), smallest(face.y))
    high = SIMD2(largest(face.x), largest(face.y))
    let sum = face.x + face.y
    isFinite = ((sum.x + sum.z) + (sum.y + sum.w)).isFinite
  }

  /// The samples whose centres may lie in the box after snapping: columns x and y, rows z and w, cut to the picture;
  /// one more where in doubt.
  @inline(__always)
  func samples(_ samples: Int, across: Int, down: Int) -> SIMD4<Int32> {
    let none = SIMD4<Int32>(0, -1, 0, -1)
    guard isFinite else { return none }
    // More than half a step of the snapping and the rounding of a large coordinate.
    let slack: S = 1 / 256
    let scale = S(samples)
    func place(_ v: S, _ count: Int) -> Int32 {
      nearestInteger(min(max(v, -1), S(count)))
    }
    let left = max(place(low.x * scale - slack, across), 0)
    let right = min(place(high.x * scale - 1 + slack, across), Int32(across) - 1)
    let top = max(place(low.y * scale - slack, down), 0)
    let bottom = min(place(high.y * scale - 1 + slack, down), Int32(down) - 1)
    guard left <= right, top <= bottom else { return none }
    return SIMD4(left, right, top, bottom)
  }
}

/// The nearest integer, halves to even, of a number below 2^22.
///
/// Without a conversion, which generic code leaves to a call: numbers with the same exponent differ in their bits by integers.
@inline(__always)
func nearestInteger<S: RenderScalar>(_ v: S) -> Int32 {
  let shift: S = integerShift()
  return Int32(
    truncatingIfNeeded: unsafe unsafeBitCast(v + shift, to: S.SIMDMaskScalar.self)
      &- unsafeBitCast(shift, to: S.SIMDMaskScalar.self))
}

/// 1.5 · 2^p for a significand of p bits: added, it rounds to integers.
@inline(__always)
func integerShift<S: RenderScalar>() -> S { 1.5 / S.ulpOfOne }
