/// A face on the screen, after the near plane: a convex polygon of three or four corners, a lane each.
///
/// A quadrilateral stays one polygon, so that the diagonal inside it is no edge. Lane 3 of a triangle repeats lane 0.
public struct ScreenFace<S: RenderScalar>: Equatable, Sendable {
  /// Corner columns, pixels.
  public var x: SIMD4<S>
  /// Corner rows, pixels.
  public var y: SIMD4<S>
  /// Perspective weights: 1 / depth, or 1 where orthographic.
  public var q: SIMD4<S>
  /// Depth logits: (near - depth) / (gamma (far - near)), at most 0.
  public var logit: SIMD4<S>
  /// Corner reds, linear light.
  public var red: SIMD4<S>
  /// Corner greens.
  public var green: SIMD4<S>
  /// Corner blues.
  public var blue: SIMD4<S>
  /// Three or four.
  public var cornerCount: Int32
  /// The face that this one came from.
  public var source: Int32
  /// How the near plane cut it; see ``NearPlaneClip``.
  public var clip: NearPlaneClip.Code

  /// The corner of a lane, pixels.
  @inlinable
  func corner(_ k: Int) -> SIMD2<S> { SIMD2(x[k], y[k]) }

  /// Twice the signed area in pixels², positive when clockwise on the screen (y down).
  var doubleArea: S {
    let a = cross(corner(1) - corner(0), corner(2) - corner(0))
    guard cornerCount == 4 else { return a }
    return a + cross(corner(2) - corner(0), corner(3) - corner(0))
  }

  /// Twice the area below which a face is invisible, as a fraction of its largest squared side: 2^-22.
  static var degenerateRatio: S { 1 / 4_194_304 }

  /// Whether the face has an inside: finite corners, and an area above the degenerate ratio and above what rounding
  /// makes of corners on one line.
  ///
  /// Below it the sign of the area is noise, so inside and outside have no meaning, yet coverage would be a half along
  /// the line. Corners come with an error of a few units in the last place of the largest coordinate; a face
  /// lower than eight of them (0.001 px at 1000 px in Float) is not seen.
  var isVisible: Bool {
    let (left, right, top, bottom) = (smallest(x), largest(x), smallest(y), largest(y))
    let side = max(right - left, bottom - top)
    let farthest = max(max(right, -left), max(bottom, -top))
    let height = max(Self.degenerateRatio * side, 8 * S.ulpOfOne * farthest)
    return side.isFinite && abs(doubleArea) > height * side
  }
}

/// The cotangent of a ``ScreenFace``, a lane a corner.
public struct ScreenFaceGradient<S: RenderScalar>: Equatable, Sendable {
  /// Cotangent of the columns.
  public var x = SIMD4<S>.zero
  /// Cotangent of the rows.
  public var y = SIMD4<S>.zero
  /// Cotangent of the perspective weights.
  public var q = SIMD4<S>.zero
  /// Cotangent of the depth logits.
  public var logit = SIMD4<S>.zero
  /// Cotangent of the reds.
  public var red = SIMD4<S>.zero
  /// Cotangent of the greens.
  public var green = SIMD4<S>.zero
  /// Cotangent of the blues.
  public var blue = SIMD4<S>.zero

  /// A zero cotangent.
  public init() {}

  /// Adds another cotangent in place.
  static func += (a: inout Self, b: Self) {
    a.x += b.x
    a.y += b.y
    a.q += b.q
    a.logit += b.logit
    a.red += b.red
    a.green += b.green
    a.blue += b.blue
  }

  /// From consecutive vectors in the order of the properties; what is left out is zero.
  @inline(__always)
  init(rows: Int, at first: Int, of vectors: [SIMD4<S>]) {
    x = vectors[first]
    y = vectors[first + 1]
    guard rows == 7 else { return }
    q = vectors[first + 2]
    logit = vectors[first + 3]
    red = vectors[first + 4]
    green = vectors[first + 5]
    blue = vectors[first + 6]
  }

  /// Stores its first vectors.
  func store(rows: Int, at first: Int, in vectors: inout MutableSpan<SIMD4<S>>) {
    let all = [x, y, q, logit, red, green, blue]
    for k in 0..<rows { vectors[first + k] = all[k] }
  }
}
