/// The depth planes and the logit's scale of one view; constants within a step.
///
/// The logit of a depth z is `(near - z) / unit`, or `(1/z - 1/near) / unit` where inverse depth is compared: 0 at the near plane,
/// `-1 / gamma` at the far one.
struct DepthScale<S: RenderScalar>: Equatable, Sendable {
  /// Depth of the near plane, world units; faces are clipped there.
  var near: S
  /// gamma (far - near), or gamma (1/near - 1/far).
  var unit: S
  /// Whether logits are of the inverse depth, which is affine on the screen.
  var isInverse: Bool

  /// From settings, or from a sphere around the scene.
  ///
  /// The distance of the sphere is its depth along the optical axis, so that no part of it is cut off axis.
  init(
    _ settings: SoftSettings<S>, sphere: (center: SIMD3<S>, radius: S), camera: Camera<S>
  ) {
    let far: S
    switch settings.depthRange {
    case .planes(let first, let last):
      near = first
      far = last
    case .boundingSphere:
      let radius = sphere.radius > 0 ? sphere.radius : 1
      let depth = camera.cameraPoint(sphere.center).z
      near = max(radius / 1000, depth - radius * 1.05)
      far = max(depth + radius * 1.05, near + radius / 1000)
    }
    isInverse = settings.depth.measure == .inverse && camera.projection == .perspective
    unit = settings.depth.temperature * (isInverse ? 1 / near - 1 / far : far - near)
  }

  /// The logit of a depth.
  func logit(_ z: S) -> S { isInverse ? (1 / z - 1 / near) / unit : (near - z) / unit }

  /// ∂logit/∂z.
  func logitSlope(_ z: S) -> S { isInverse ? -1 / (z * z * unit) : -1 / unit }

  /// The depth of a logit.
  func depth(_ logit: S) -> S {
    isInverse ? 1 / (1 / near + logit * unit) : near - logit * unit
  }

  /// ∂z/∂logit at a logit.
  func depthSlope(_ logit: S) -> S {
    let z = depth(logit)
    return isInverse ? -z * z * unit : -unit
  }
}
