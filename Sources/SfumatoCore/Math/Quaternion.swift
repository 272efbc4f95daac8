internal import RealModule

/// A unit quaternion `w + x i + y j + z k` that stands for a rotation.
public struct Quaternion<S: RenderScalar>: Equatable, Sendable, Codable {
  /// The scalar part, cos(angle / 2).
  public var w: S
  /// The vector part, axis times sin(angle / 2).
  public var vector: SIMD3<S>

  /// Makes a quaternion from its parts; the caller keeps its norm at one.
  public init(w: S, vector: SIMD3<S>) {
    self.w = w
    self.vector = vector
  }

  /// No rotation.
  public static var identity: Quaternion { Quaternion(w: 1, vector: .zero) }

  /// The rotation by the angle `|rotation|` (radians) about the axis along `rotation`.
  ///
  /// Below 1e-4 rad the sine quotient is its Taylor series, so the derivative exists at zero.
  public init(rotationVector rotation: SIMD3<S>) {
    let angleSquared = dot(rotation, rotation)
    let half = angleSquared.squareRoot() / 2
    let sinc = angleSquared < 1e-8 ? (1 - angleSquared / 24) / 2 : S.sin(half) / (2 * half)
    self = Quaternion(w: S.cos(half), vector: rotation * sinc).normalized
  }

  /// The rotation given by a rotation matrix.
  ///
  /// Source: Shepperd 1978, "Quaternion from Rotation Matrix": the largest of the four squares is
  /// taken, so that no division is by a small number.
  public init(_ m: Matrix3<S>) {
    let (a, b, c) = (m.row0.x, m.row1.y, m.row2.z)
    let trace = a + b + c
    let q: Quaternion
    if trace >= a && trace >= b && trace >= c {
      q = Quaternion(
        w: 1 + trace,
        vector: SIMD3(m.row2.y - m.row1.z, m.row0.z - m.row2.x, m.row1.x - m.row0.y))
    } else if a >= b && a >= c {
      q = Quaternion(
        w: m.row2.y - m.row1.z,
        vector: SIMD3(1 + a - b - c, m.row0.y + m.row1.x, m.row0.z + m.row2.x))
    } else if b >= c {
      q = Quaternion(
        w: m.row0.z - m.row2.x,
        vector: SIMD3(m.row0.y + m.row1.x, 1 - a + b - c, m.row1.z + m.row2.y))
    } else {
      q = Quaternion(
        w: m.row1.x - m.row0.y,
        vector: SIMD3(m.row0.z + m.row2.x, m.row1.z + m.row2.y, 1 - a - b + c))
    }
    self = q.normalized
  }

  /// The same rotation with norm one.
  public var normalized: Quaternion {
    let norm = (w * w + dot(vector, vector)).squareRoot()
    return Quaternion(w: w / norm, vector: vector / norm)
  }

  /// The opposite rotation.
  public var conjugate: Quaternion { Quaternion(w: w, vector: -vector) }

  /// The rotation `b` followed by the rotation `a`.
  public static func * (a: Quaternion, b: Quaternion) -> Quaternion {
    Quaternion(
      w: a.w * b.w - dot(a.vector, b.vector),
      vector: b.vector * a.w + a.vector * b.w + cross(a.vector, b.vector))
  }

  /// The rotation matrix.
  public var matrix: Matrix3<S> {
    let (x, y, z) = (vector.x, vector.y, vector.z)
    return Matrix3(
      rows: SIMD3(1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
      SIMD3(2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
      SIMD3(2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)))
  }

  /// The rotation vector (axis times angle, radians, angle in [0, π]); the inverse of ``init(rotationVector:)``.
  public var rotationVector: SIMD3<S> {
    let sine = length(vector)
    guard sine > 1e-8 else { return vector * (w < 0 ? -2 : 2) }
    let angle = 2 * S.atan2(y: w < 0 ? -sine : sine, x: w < 0 ? -w : w)
    return vector * (angle / sine)
  }

  /// The angle of the rotation, radians, in [0, π].
  public var angle: S { 2 * S.atan2(y: length(vector), x: w < 0 ? -w : w) }
}
