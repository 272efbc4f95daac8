internal import RealModule

/// A tangent vector of the rigid motions, an element of se(3); also the cotangent of a motion.
///
/// A motion `T` moves by a twist from the left: `exp(twist) T`, so the twist is expressed in the
/// frame that `T` maps *into*.
public struct Twist<S: RenderScalar>: Equatable, Sendable, Codable {
  /// The rotation part, radians about the axes.
  public var angular: SIMD3<S>
  /// The translation part, world units.
  public var linear: SIMD3<S>

  /// Makes a twist.
  public init(angular: SIMD3<S> = .zero, linear: SIMD3<S> = .zero) {
    self.angular = angular
    self.linear = linear
  }

  /// Adds another twist in place.
  public static func += (a: inout Twist, b: Twist) {
    a.angular += b.angular
    a.linear += b.linear
  }

  /// The cotangent of a small motion before another, from the cotangent of the same after it.
  ///
  /// With `y = (1 + a) R x + t` to first order for a twist after the motion, and `y = R (1 + b) x + t` for one before it:
  /// the transpose of the adjoint map. Source: Murray, Li, Sastry 1994, "A Mathematical Introduction to Robotic
  /// Manipulation", equation 2.57.
  public func pulledBack(through motion: RigidTransform<S>) -> Twist {
    let back = motion.rotation.conjugate.matrix
    return Twist(
      angular: back * (angular - cross(motion.translation, linear)), linear: back * linear)
  }
}

/// A rotation followed by a translation: `y = R x + t`.
public struct RigidTransform<S: RenderScalar>: Equatable, Sendable, Codable {
  /// The rotation, a unit quaternion.
  public var rotation: Quaternion<S>
  /// The translation, world units.
  public var translation: SIMD3<S>

  /// Makes a motion from its parts.
  public init(rotation: Quaternion<S> = .identity, translation: SIMD3<S> = .zero) {
    self.rotation = rotation
    self.translation = translation
  }

  /// The same motion in another precision.
  public init<T: RenderScalar>(_ other: RigidTransform<T>) {
    self.init(
      rotation: Quaternion(w: S(other.rotation.w), vector: SIMD3<S>(other.rotation.vector)),
      translation: SIMD3<S>(other.translation))
  }

  /// The motion that changes nothing.
  public static var identity: RigidTransform { RigidTransform() }

  /// The exponential map of SE(3).
  ///
  /// Source: Barfoot 2017, "State Estimation for Robotics", eq. 7.86 (left Jacobian). Below an
  /// angle of 1e-2 rad the coefficients are their Taylor series, which is exact to rounding there.
  public init(exp twist: Twist<S>) {
    let omega = twist.angular
    let angleSquared = dot(omega, omega)
    let b: S
    let c: S
    if angleSquared < 1e-4 {
      b = 1 / 2 - angleSquared / 24 + angleSquared * angleSquared / 720
      c = 1 / 6 - angleSquared / 120 + angleSquared * angleSquared / 5040
    } else {
      let angle = angleSquared.squareRoot()
      // (1 - cos) / angle² without the cancellation, which costs Float half its digits at 1e-2 rad.
      let sinc = S.sin(angle / 2) / (angle / 2)
      b = sinc * sinc / 2
      c = (angle - S.sin(angle)) / (angleSquared * angle)
    }
    let v = twist.linear
    let first = cross(omega, v)
    let translation = v + first * b + cross(omega, first) * c
    self.init(rotation: Quaternion(rotationVector: omega), translation: translation)
  }

  /// The logarithm: the twist whose exponential this motion is, angle in [0, π].
  public var log: Twist<S> {
    let omega = rotation.rotationVector
    let angleSquared = dot(omega, omega)
    let d: S
    if angleSquared < 1e-4 {
      d = 1 / 12 + angleSquared / 720
    } else {
      let half = angleSquared.squareRoot() / 2
      d = (1 - half * S.cos(half) / S.sin(half)) / angleSquared
    }
    let first = cross(omega, translation)
    return Twist(angular: omega, linear: translation - first / 2 + cross(omega, first) * d)
  }

  /// The image of a point.
  public static func * (m: RigidTransform, p: SIMD3<S>) -> SIMD3<S> {
    m.rotation.matrix * p + m.translation
  }

  /// The motion `b` followed by the motion `a`.
  public static func * (a: RigidTransform, b: RigidTransform) -> RigidTransform {
    RigidTransform(
      rotation: (a.rotation * b.rotation).normalized,
      translation: a.rotation.matrix * b.translation + a.translation)
  }

  /// The opposite motion.
  public var inverse: RigidTransform {
    let back = rotation.conjugate
    return RigidTransform(rotation: back, translation: -(back.matrix * translation))
  }

  /// This motion moved by a twist from the left, `exp(twist) self`: a step of an optimiser.
  public func moved(by twist: Twist<S>) -> RigidTransform { RigidTransform(exp: twist) * self }

  /// The adjoint of applying the motion to a point.
  ///
  /// - Parameters:
  ///   - rotation: the motion's rotation matrix.
  ///   - image: the point that came out, `R x + t`.
  ///   - imageBar: its cotangent.
  /// - Returns: the cotangent of the point and of a twist at zero that moves the motion from the left.
  @inlinable
  public static func applyVJP(
    rotation: Matrix3<S>, image: SIMD3<S>, imageBar: SIMD3<S>
  ) -> (pointBar: SIMD3<S>, twistBar: Twist<S>) {
    (rotation.transpose * imageBar, Twist(angular: cross(image, imageBar), linear: imageBar))
  }
}
