internal import RealModule

/// Which side of the image a field of view spans.
public enum FieldOfViewAxis: String, Equatable, Sendable, Codable {
  /// The width.
  case x
  /// The height.
  case y
  /// The diagonal.
  case diagonal
}

extension Camera {
  /// A perspective camera with square pixels from its field of view.
  ///
  /// The angle is the full one along the named axis, in (0, 180) degrees.
  public init(
    fieldOfViewDegrees: S, axis: FieldOfViewAxis, width: Int, height: Int,
    worldToCamera: RigidTransform<S> = .identity
  ) {
    precondition(
      fieldOfViewDegrees > 0 && fieldOfViewDegrees < 180, "field of view \(fieldOfViewDegrees)")
    let (w, h) = (S(width), S(height))
    let side: S
    switch axis {
    case .x: side = w
    case .y: side = h
    case .diagonal: side = (w * w + h * h).squareRoot()
    }
    let focal = side / 2 / S.tan(fieldOfViewDegrees * .pi / 360)
    self.init(
      focal: SIMD2(focal, focal), principal: SIMD2(w / 2, h / 2), worldToCamera: worldToCamera,
      width: width, height: height)
  }

  /// The full horizontal field of view, degrees; nil where orthographic.
  public var fieldOfViewXDegrees: S? {
    guard projection == .perspective else { return nil }
    return 360 / .pi * S.atan(S(width) / 2 / focal.x)
  }
}

extension RigidTransform {
  /// World to camera for an eye that looks at a target.
  ///
  /// Where `up` is along the line of sight another axis takes its place.
  /// - Parameters:
  ///   - eye: the camera's place, world units.
  ///   - target: the point that the optical axis meets.
  ///   - up: the world direction that shall point up in the image.
  /// - Returns: the extrinsics.
  public static func lookAt(
    eye: SIMD3<S>, target: SIMD3<S>, up: SIMD3<S> = SIMD3(0, 1, 0)
  ) -> RigidTransform {
    let forward = normalize(target - eye)
    precondition(dot(forward, forward) > 0, "the eye stands on its target")
    var right = cross(forward, normalize(up))
    if dot(right, right) < 1e-8 {
      let other: SIMD3<S> = abs(forward.z) < 0.9 ? SIMD3(0, 0, -1) : SIMD3(0, 1, 0)
      right = cross(forward, other)
    }
    right = normalize(right)
    let down = cross(forward, right)
    let rotation = Matrix3(rows: right, down, forward)
    return RigidTransform(rotation: Quaternion(rotation), translation: -(rotation * eye))
  }

  /// World to camera for an eye on a sphere around a target.
  ///
  /// Azimuth 0 looks along -Z from +Z; positive azimuth moves the eye towards +X, positive elevation
  /// towards +Y. Up is up in the image; at a pole it is the limit of the azimuth's meridian, and beyond it
  /// the view turns upright again.
  public static func orbit(
    azimuthDegrees: S, elevationDegrees: S, distance: S, target: SIMD3<S> = .zero
  ) -> RigidTransform {
    let a = azimuthDegrees * .pi / 180
    let e = elevationDegrees * .pi / 180
    let radial = SIMD3(S.sin(a), 0, S.cos(a))
    let direction = radial * S.cos(e) + SIMD3(0, S.sin(e), 0)
    // The meridian's direction has the azimuth where +Y is along the line of sight and has not. At
    // 90 degrees the rounded cosine may be negative: no less than 1e-6 is beyond the pole.
    let meridian = SIMD3(0, S.cos(e), 0) - radial * S.sin(e)
    return lookAt(
      eye: target + direction * distance, target: target,
      up: S.cos(e) < -1e-6 ? -meridian : meridian)
  }
}
