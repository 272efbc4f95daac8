/// What light meets at a point, or the cotangents of all that.
struct SurfacePoint<S: RenderScalar>: Sendable {
  var position = SIMD3<S>.zero
  /// Unit.
  var normal = SIMD3<S>.zero
  /// Unit, towards the viewer.
  var viewer = SIMD3<S>.zero
  var base = SIMD3<S>.zero
  var specular = SIMD3<S>.zero
  var shininess: S = 1
  var metallic: S = 0
  var roughness: S = 1
  /// The share of light from all around that arrives.
  var occlusion: S = 1
  var emissive = SIMD3<S>.zero

  /// All zero, as a cotangent starts.
  static var zero: SurfacePoint { SurfacePoint(shininess: 0, roughness: 0, occlusion: 0) }
}
