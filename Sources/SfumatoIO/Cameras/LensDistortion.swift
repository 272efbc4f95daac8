internal import RealModule

/// How a lens bends the picture: a map of the plane at depth 1 from where a pinhole would show a point to where the lens does.
///
/// Coordinates are `((u - cx) / fx, (v - cy) / fy)`; r is their length.
public enum LensDistortion: Equatable, Sendable {
  /// Radial factor and tangential shift.
  ///
  /// The factor is (1 + a₁ r² + a₂ r⁴ + a₃ r⁶ + a₄ r⁸) / (1 + b₁ r² + b₂ r⁴ + b₃ r⁶), the shift OpenCV's with p₁ and p₂.
  ///
  /// Source: Brown 1966, "Decentering Distortion of Lenses"; the quotient as in OpenCV's rational model.
  case polynomial(
    radial: SIMD4<Double>, denominator: SIMD3<Double> = .zero, tangential: SIMD2<Double> = .zero)
  /// An image radius of θ (1 + k₁ θ² + k₂ θ⁴ + k₃ θ⁶ + k₄ θ⁸), where θ is the angle to the optical axis, radians.
  ///
  /// Source: Kannala and Brandt 2006, "A Generic Camera Model and Calibration Method", as in OpenCV's fisheye model.
  case fisheye(SIMD4<Double>)

  /// Where the lens shows the point that a pinhole shows at `p`, plane at depth 1.
  public func distorted(_ p: SIMD2<Double>) -> SIMD2<Double> {
    let square = p.x * p.x + p.y * p.y
    switch self {
    case .polynomial(_, _, let tangential):
      let cross = 2 * p.x * p.y
      let shift = SIMD2(
        tangential.x * cross + tangential.y * (square + 2 * p.x * p.x),
        tangential.y * cross + tangential.x * (square + 2 * p.y * p.y))
      return p * factor(square) + shift
    case .fisheye: return p * factor(square)
    }
  }

  /// The largest radius, plane at depth 1, up to which the image radius grows with it; `limit` where that is beyond.
  ///
  /// A polynomial turns back somewhere outside of the field where it was measured: pixels further out say nothing.
  public func monotoneRadius(upTo limit: Double) -> Double {
    let steps = 2048
    var last = 0.0
    for i in 1...steps {
      let r = limit * Double(i) / Double(steps)
      let image = r * factor(r * r)
      guard image > last else { return limit * Double(i - 1) / Double(steps) }
      last = image
    }
    return limit
  }

  /// Whether nothing is bent.
  public var isIdentity: Bool {
    switch self {
    case .polynomial(let radial, let denominator, let tangential):
      radial == .zero && denominator == .zero && tangential == .zero
    case .fisheye: false
    }
  }

  /// The name that nerfstudio gives the simplest model with these coefficients.
  public var modelName: String {
    switch self {
    case .polynomial(_, let denominator, _):
      denominator == .zero ? "OPENCV" : "FULL_OPENCV"
    case .fisheye: "OPENCV_FISHEYE"
    }
  }

  /// The coefficients are finite and far from overflow.
  var isReasonable: Bool {
    switch self {
    case .polynomial(let radial, let denominator, let tangential):
      [radial.x, radial.y, radial.z, radial.w, denominator.x, denominator.y, denominator.z]
        .allSatisfy { abs($0) < 1e6 } && abs(tangential.x) < 1e6 && abs(tangential.y) < 1e6
    case .fisheye(let k): [k.x, k.y, k.z, k.w].allSatisfy { abs($0) < 1e6 }
    }
  }

  /// Image radius over pinhole radius, by the square of the latter; zero where the quotient has no meaning.
  private func factor(_ square: Double) -> Double {
    switch self {
    case .polynomial(let a, let b, _):
      let numerator = 1 + square * (a.x + square * (a.y + square * (a.z + square * a.w)))
      let denominator = 1 + square * (b.x + square * (b.y + square * b.z))
      return denominator > 1e-9 ? numerator / denominator : 0
    case .fisheye(let k):
      guard square > 1e-12 else { return 1 }
      let r = square.squareRoot()
      let angle = Double.atan(r)
      let t = angle * angle
      return angle / r * (1 + t * (k.x + t * (k.y + t * (k.z + t * k.w))))
    }
  }
}
