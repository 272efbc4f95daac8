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
  init(
    _ settings: SoftSettings<S>, sphere: (center: SIMD3<S>, radius: S), camera: Camera<S>
  ) {
    let (near, far) = settings.depthRange.planes(around: sphere, seenFrom: camera)
    self.near = near
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
