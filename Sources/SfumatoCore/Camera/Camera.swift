internal import RealModule

/// A camera: where it stands (world to camera) and how it projects (camera to pixels).
///
/// The camera frame is OpenCV's: +X right, +Y down, +Z forward; depth is camera z. Pixel (i, j) has its
/// centre at (i + 0.5, j + 0.5), the origin is the top-left corner of the image.
public struct Camera<S: RenderScalar>: Equatable, Sendable, Codable {
  /// How camera points reach pixels.
  public enum Projection: String, Equatable, Sendable, Codable {
    /// `u = fx X / Z + cx`; focal lengths in pixels.
    case perspective
    /// `u = fx X + cx`; focal lengths in pixels per world unit.
    case orthographic
  }

  /// The projection.
  public var projection: Projection
  /// Focal lengths (fx, fy): pixels, or pixels per world unit where orthographic.
  public var focal: SIMD2<S>
  /// The principal point (cx, cy), pixels from the top-left corner.
  public var principal: SIMD2<S>
  /// World to camera: `x_camera = R x_world + t`.
  public var worldToCamera: RigidTransform<S>
  /// Image width, pixels.
  public var width: Int
  /// Image height, pixels.
  public var height: Int

  /// Makes a camera from intrinsics and extrinsics.
  public init(
    projection: Projection = .perspective, focal: SIMD2<S>, principal: SIMD2<S>,
    worldToCamera: RigidTransform<S> = .identity, width: Int, height: Int
  ) {
    precondition(width > 0 && height > 0, "image size \(width) x \(height)")
    precondition(focal.x > 0 && focal.y > 0, "focal lengths \(focal.x), \(focal.y)")
    self.projection = projection
    self.focal = focal
    self.principal = principal
    self.worldToCamera = worldToCamera
    self.width = width
    self.height = height
  }

  /// The same camera in another precision.
  public init<T: RenderScalar>(_ other: Camera<T>) {
    self.init(
      projection: other.projection == .perspective ? .perspective : .orthographic,
      focal: SIMD2(S(other.focal.x), S(other.focal.y)),
      principal: SIMD2(S(other.principal.x), S(other.principal.y)),
      worldToCamera: RigidTransform(other.worldToCamera), width: other.width, height: other.height)
  }

  /// The camera's place in the world.
  public var center: SIMD3<S> { worldToCamera.inverse.translation }

  /// The same view with another image size: intrinsics scale with the pixel grid.
  public func resized(width newWidth: Int, height newHeight: Int) -> Camera {
    let sx = S(newWidth) / S(width)
    let sy = S(newHeight) / S(height)
    var copy = self
    copy.focal = SIMD2(focal.x * sx, focal.y * sy)
    copy.principal = SIMD2(principal.x * sx, principal.y * sy)
    copy.width = newWidth
    copy.height = newHeight
    return copy
  }
}

/// The cotangent of a camera.
public struct CameraGradient<S: RenderScalar>: Equatable, Sendable {
  /// Cotangent of a twist at zero that moves the extrinsics from the left: `exp(twist) worldToCamera`.
  public var twist = Twist<S>()
  /// Cotangent of the focal lengths.
  public var focal = SIMD2<S>.zero
  /// Cotangent of the principal point.
  public var principal = SIMD2<S>.zero

  /// A zero cotangent.
  public init() {}

  /// Adds another cotangent in place.
  public static func += (a: inout CameraGradient, b: CameraGradient) {
    a.twist += b.twist
    a.focal += b.focal
    a.principal += b.principal
  }
}
