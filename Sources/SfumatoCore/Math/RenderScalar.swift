public import RealModule
public import SfumatoKernelTypes

/// The scalars that every pass is generic over: `Float` is the product, `Double` the reference in which
/// gradients are checked.
///
/// The requirements are the passes that a scalar may answer with a kernel of its own; the defaults are the
/// scalar reference.
public protocol RenderScalar: Real, BinaryFloatingPoint, SIMDScalar, Codable, Sendable
where
  SIMD2Storage: Sendable & BitwiseCopyable, SIMD4Storage: Sendable & BitwiseCopyable,
  SIMD8Storage: Sendable & BitwiseCopyable, SIMDMaskScalar: Sendable
{
  /// Draws small faces into a band of samples: sets the nearest key and the face that has it, group by group of four samples.
  static func drawSmallFaces(
    _ faces: Span<SmallFace<Self>>, in band: SampleBand, keys: inout MutableSpan<SIMD4<Self>>,
    owners: inout MutableSpan<SIMD4<Int32>>)

  /// Faces as the soft kernels read them; empty where there is no kernel.
  static func softKernelFaces(_ faces: [ScreenFace<Self>]) -> [SoftKernelFace]

  /// Rasterizes one tile into its cleared state.
  static func softForwardTile(
    _ pass: SoftTilePass<Self>, tile: Int, state: inout MutableSpan<Self>)

  /// Adds one tile's cotangents to the gradients of its entries and of the smoothing; the state is read only.
  static func softBackwardTile(
    _ pass: SoftTilePass<Self>, tile: Int, state: inout MutableSpan<Self>,
    cotangents: Span<Self>, gradients: inout MutableSpan<ScreenFaceGradient<Self>>,
    smoothing: inout SmoothingSums<Self>)
}

extension Float: RenderScalar {}
extension Double: RenderScalar {}
