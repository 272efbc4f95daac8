public import RealModule

/// The scalars that every pass is generic over: `Float` is the product, `Double` the reference in which
/// gradients are checked.
///
/// Requirements that a scalar overrides with a faster implementation are declared beside the pass
/// that uses them.
public protocol RenderScalar: Real, BinaryFloatingPoint, SIMDScalar, Codable, Sendable
where
  SIMD2Storage: Sendable & BitwiseCopyable, SIMD4Storage: Sendable & BitwiseCopyable,
  SIMD8Storage: Sendable & BitwiseCopyable, SIMDMaskScalar: Sendable
{}

extension Float: RenderScalar {}
extension Double: RenderScalar {}
