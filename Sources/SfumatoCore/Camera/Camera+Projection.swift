extension Camera {
  /// A point of the camera frame in pixels, `(u, v)`.
  ///
  /// - Precondition: `point.z` is not 0 where the projection is perspective; near-plane clipping comes before.
  @inlinable
  public func pixel(_ point: SIMD3<S>) -> SIMD2<S> {
    switch projection {
    case .perspective:
      return SIMD2(
        focal.x * point.x / point.z + principal.x, focal.y * point.y / point.z + principal.y)
    case .orthographic:
      return SIMD2(focal.x * point.x + principal.x, focal.y * point.y + principal.y)
    }
  }

  /// The adjoint of ``pixel(_:)`` to the point and the intrinsics.
  @inlinable
  public func pixelVJP(
    _ point: SIMD3<S>, pixelBar: SIMD2<S>
  ) -> (pointBar: SIMD3<S>, focalBar: SIMD2<S>, principalBar: SIMD2<S>) {
    switch projection {
    case .perspective:
      let q = 1 / point.z
      let a = SIMD2(point.x * q, point.y * q)
      let fx = focal.x * q * pixelBar.x
      let fy = focal.y * q * pixelBar.y
      return (
        SIMD3(fx, fy, -(fx * a.x + fy * a.y)), SIMD2(a.x * pixelBar.x, a.y * pixelBar.y), pixelBar
      )
    case .orthographic:
      return (
        SIMD3(focal.x * pixelBar.x, focal.y * pixelBar.y, 0),
        SIMD2(point.x * pixelBar.x, point.y * pixelBar.y), pixelBar
      )
    }
  }

  /// A world point in the camera frame.
  @inlinable
  public func cameraPoint(_ world: SIMD3<S>) -> SIMD3<S> { worldToCamera * world }
}
