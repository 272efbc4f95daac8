/// The nine real spherical harmonics of orders 0 to 2 in a unit direction, and diffuse light from them.
///
/// In the order Y00, Y1-1 (y), Y10 (z), Y11 (x), Y2-2 (xy), Y2-1 (yz), Y20 (3z² - 1), Y21 (xz), Y22 (x² - y²).
/// Source: Ramamoorthi and Hanrahan 2001, "An Efficient Representation for Irradiance Environment Maps", equations 3, 8 and 9.
public enum SphericalHarmonics {
  /// The number of coefficients.
  public static var count: Int { 9 }

  /// A name each: the letter's order and degree, as `Y2-1`.
  public static let names = [
    "Y00", "Y1-1", "Y10", "Y11", "Y2-2", "Y2-1", "Y20", "Y21", "Y22",
  ]

  /// The harmonics in a direction.
  @inlinable
  public static func basis<S: RenderScalar>(_ n: SIMD3<S>) -> InlineArray<9, S> {
    [
      S(0.28209479177387814), S(0.4886025119029199) * n.y, S(0.4886025119029199) * n.z,
      S(0.4886025119029199) * n.x, S(1.0925484305920792) * n.x * n.y,
      S(1.0925484305920792) * n.y * n.z, S(0.31539156525252005) * (3 * n.z * n.z - 1),
      S(1.0925484305920792) * n.x * n.z, S(0.5462742152960396) * (n.x * n.x - n.y * n.y),
    ]
  }

  /// The adjoint of ``basis(_:)`` for a sum of harmonics with some weights: the direction's cotangent.
  @inlinable
  static func basisVJP<S: RenderScalar>(
    _ n: SIMD3<S>, weights w: InlineArray<9, S>
  ) -> SIMD3<S> {
    let a = S(0.4886025119029199)
    let b = S(1.0925484305920792)
    let x = a * w[3] + b * (w[4] * n.y + w[7] * n.z + w[8] * n.x)
    let y = a * w[1] + b * (w[4] * n.x + w[5] * n.z - w[8] * n.y)
    let z =
      a * w[2] + b * (w[5] * n.y + w[7] * n.x) + S(0.31539156525252005) * 6 * w[6] * n.z
    return SIMD3(x, y, z)
  }

  /// What a white diffuse surface sends back of each harmonic, a harmonic: the cosine lobe's coefficients divided by π.
  @inlinable
  public static func diffuseShare<S: RenderScalar>(_ k: Int) -> S {
    k == 0 ? 1 : k < 4 ? 2 / 3 : 1 / 4
  }

  /// The light that a white diffuse surface with a unit normal sends back; ringing may leave it below 0.
  @inlinable
  static func irradiance<S: RenderScalar>(
    _ coefficients: [SIMD3<S>], normal: SIMD3<S>
  ) -> SIMD3<S> {
    let basis = basis(normal)
    var sum = SIMD3<S>.zero
    for (k, value) in coefficients.enumerated() where k < 9 {
      sum += value * (basis[k] * diffuseShare(k))
    }
    return sum
  }

  /// The adjoint of ``irradiance(_:normal:)``: adds to the coefficients' cotangents, returns the normal's.
  @inlinable
  static func irradianceVJP<S: RenderScalar>(
    _ coefficients: [SIMD3<S>], normal: SIMD3<S>, irradianceBar: SIMD3<S>,
    into gradient: inout [SIMD3<S>]
  ) -> SIMD3<S> {
    let basis = basis(normal)
    var weights = InlineArray<9, S>(repeating: 0)
    for (k, value) in coefficients.enumerated() where k < 9 {
      gradient[k] += irradianceBar * (basis[k] * diffuseShare(k))
      weights[k] = dot(value, irradianceBar) * diffuseShare(k)
    }
    return basisVJP(normal, weights: weights)
  }
}
