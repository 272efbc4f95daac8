public import SfumatoCore
internal import RealModule

/// A camera by four numbers: distance, elevation, azimuth and half of the field of view, the angles in degrees.
public struct OrbitView: Sendable {
  /// Distance from the origin, world units.
  public var distance: Double
  /// Degrees.
  public var elevation: Double
  /// Degrees.
  public var azimuth: Double
  /// Half of the field of view, degrees.
  public var halfAngle: Double

  /// Makes a view.
  public init(distance: Double, elevation: Double, azimuth: Double, halfAngle: Double) {
    self.distance = distance
    self.elevation = elevation
    self.azimuth = azimuth
    self.halfAngle = halfAngle
  }

  /// The camera of a square image.
  public func camera<S: RenderScalar>(side: Int, as _: S.Type = S.self) -> Camera<S> {
    let focal = S(Double(side) / 2 / Double.tan(halfAngle * .pi / 180))
    return Camera(
      focal: SIMD2(focal, focal), principal: SIMD2(S(side) / 2, S(side) / 2),
      worldToCamera: .orbit(
        azimuthDegrees: S(azimuth), elevationDegrees: S(elevation), distance: S(distance)),
      width: side, height: side)
  }

  /// The adjoint of the camera: cotangents of distance, elevation, azimuth and half angle, each in its unit.
  ///
  /// The eye is on a sphere around the origin, which stays at (0, 0, distance) in the camera's frame. A larger elevation
  /// turns the camera's points about its x axis; a larger azimuth turns the world about -y.
  public func parametersBar<S: RenderScalar>(
    _ camera: Camera<S>, _ bar: CameraGradient<S>
  ) -> [Double] {
    let origin = camera.worldToCamera.translation
    let degree = Double.pi / 180
    func turned(_ axis: SIMD3<S>) -> Double {
      Double(dot(axis, bar.twist.angular) + dot(cross(origin, axis), bar.twist.linear)) * degree
    }
    let sine = Double.sin(halfAngle * degree)
    let focalSlope = -Double(camera.width) / 2 / (sine * sine) * degree
    return [
      Double(bar.twist.linear.z), turned(SIMD3(1, 0, 0)),
      turned(camera.worldToCamera.rotation.matrix * SIMD3(0, -1, 0)),
      Double(bar.focal.x + bar.focal.y) * focalSlope,
    ]
  }
}
