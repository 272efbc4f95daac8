/// What the colour's adjoint needs of a face, worked out once for all of its samples.
struct FaceShading<S: RenderScalar> {
  /// The corners after each one, and the corners after those; lane 3 is zero.
  private let nextX: SIMD4<S>
  private let nextY: SIMD4<S>
  private let lastX: SIMD4<S>
  private let lastY: SIMD4<S>
  private let inverse: S
  private let q: SIMD4<S>
  private let red: SIMD4<S>
  private let green: SIMD4<S>
  private let blue: SIMD4<S>
  private let isTriangle: Bool

  @inline(__always)
  init(_ face: ScreenFace<S>) {
    func after(_ v: SIMD4<S>) -> SIMD4<S> { SIMD4(v.y, v.z, v.x, 0) }
    func before(_ v: SIMD4<S>) -> SIMD4<S> { SIMD4(v.z, v.x, v.y, 0) }
    (nextX, nextY) = (after(face.x), after(face.y))
    (lastX, lastY) = (before(face.x), before(face.y))
    inverse = 1 / cross(face.corner(1) - face.corner(0), face.corner(2) - face.corner(0))
    (q, red, green, blue) = (face.q, face.red, face.green, face.blue)
    isTriangle = face.cornerCount == 3
  }

  /// The adjoint of ``HardView/color(_:at:)`` for a triangle and a point inside it.
  ///
  /// - Parameters:
  ///   - point: pixels.
  ///   - colorBar: cotangent of the colour there.
  ///   - gradient: added to.
  /// - Returns: false, and nothing is added, where the face is no triangle or weights are clamped.
  @inline(__always)
  func addColorVJP(
    at point: SIMD2<S>, colorBar: SIMD3<S>, into gradient: inout ScreenFaceGradient<S>
  ) -> Bool {
    let t =
      ((nextX - point.x) * (lastY - point.y) - (nextY - point.y) * (lastX - point.x)) * inverse
    let weighted = t * q
    let total = Self.sum(weighted)
    guard isTriangle, t.x >= 0, t.y >= 0, t.z >= 0, total.isFinite, total > 0 else {
      return false
    }
    let share = 1 / total
    let weights = weighted * share
    gradient.red += weights * colorBar.x
    gradient.green += weights * colorBar.y
    gradient.blue += weights * colorBar.z
    // weights = t q / Σ t q; lane 3 of t is zero, and of what is summed.
    let bar = red * colorBar.x + green * colorBar.y + blue * colorBar.z
    let centered = (bar - Self.sum(weights * bar)) * share
    gradient.q += centered * t
    let tBar = centered * q
    // Moving corner k by δ is moving the point by -t_k δ.
    let slopeX = Self.sum(tBar * (nextY - lastY)) * inverse
    let slopeY = Self.sum(tBar * (lastX - nextX)) * inverse
    gradient.x -= t * slopeX
    gradient.y -= t * slopeY
    return true
  }

  @inline(__always)
  private static func sum(_ v: SIMD4<S>) -> S { (v.x + v.z) + (v.y + v.w) }
}
