/// A 3 x 3 matrix, stored by rows; it multiplies column vectors.
public struct Matrix3<S: RenderScalar>: Equatable, Sendable, Codable {
  /// The first row.
  public var row0: SIMD3<S>
  /// The second row.
  public var row1: SIMD3<S>
  /// The third row.
  public var row2: SIMD3<S>

  /// Makes a matrix from its rows.
  @inlinable
  public init(rows row0: SIMD3<S>, _ row1: SIMD3<S>, _ row2: SIMD3<S>) {
    self.row0 = row0
    self.row1 = row1
    self.row2 = row2
  }

  /// The identity.
  public static var identity: Matrix3 {
    Matrix3(rows: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
  }

  /// The transpose; the inverse where the matrix is a rotation.
  @inlinable
  public var transpose: Matrix3 {
    Matrix3(
      rows: SIMD3(row0.x, row1.x, row2.x), SIMD3(row0.y, row1.y, row2.y),
      SIMD3(row0.z, row1.z, row2.z))
  }

  /// The inverse transpose, by which normals are mapped (before they are normalised); zero where the matrix is singular.
  public var inverseTranspose: Matrix3 {
    let (a, b, c) = (cross(row1, row2), cross(row2, row0), cross(row0, row1))
    let determinant = dot(row0, a)
    guard determinant != 0 else { return Matrix3(rows: .zero, .zero, .zero) }
    return Matrix3(rows: a / determinant, b / determinant, c / determinant)
  }

  /// The determinant: +1 for a rotation, -1 for a reflection.
  public var determinant: S { dot(row0, cross(row1, row2)) }

  /// The matrix times a column vector.
  @inlinable
  public static func * (m: Matrix3, v: SIMD3<S>) -> SIMD3<S> {
    SIMD3(dot(m.row0, v), dot(m.row1, v), dot(m.row2, v))
  }

  /// The matrix product.
  @inlinable
  public static func * (a: Matrix3, b: Matrix3) -> Matrix3 {
    let t = b.transpose
    return Matrix3(
      rows: SIMD3(dot(a.row0, t.row0), dot(a.row0, t.row1), dot(a.row0, t.row2)),
      SIMD3(dot(a.row1, t.row0), dot(a.row1, t.row1), dot(a.row1, t.row2)),
      SIMD3(dot(a.row2, t.row0), dot(a.row2, t.row1), dot(a.row2, t.row2)))
  }
}
