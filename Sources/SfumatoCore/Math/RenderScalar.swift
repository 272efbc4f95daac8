public import RealModule

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
  /// The number without its fraction; it must fit.
  ///
  /// The standard library's conversion is slow where the scalar is generic.
  var whole: Int { get }

  /// Whether the soft kernels work in this scalar.
  static var hasSoftKernels: Bool { get }

  /// Draws small faces into a band of samples: sets the nearest key and the face that has it, group by group of four samples.
  static func drawSmallFaces(
    _ faces: Span<SmallFace<Self>>, in band: SampleBand, keys: inout MutableSpan<SIMD4<Self>>,
    owners: inout MutableSpan<SIMD4<Int32>>)

  /// Rasterizes one tile into its cleared state.
  static func softForwardTile(
    _ pass: SoftTilePass<Self>, tile: Int, state: inout MutableSpan<Self>)

  /// Stores one tile's cotangents as the gradients of its entries, ``SoftTilePass/gradientRows`` each, and adds those of the
  /// smoothing; the state is read only.
  static func softBackwardTile(
    _ pass: SoftTilePass<Self>, tile: Int, state: inout MutableSpan<Self>,
    cotangents: Span<Self>, negligible: Self, gradients: inout MutableSpan<SIMD4<Self>>,
    smoothing: inout SmoothingSums<Self>)
}

extension Float: RenderScalar {
  /// The number without its fraction.
  @inlinable
  public var whole: Int { Int(self) }

  /// True.
  public static var hasSoftKernels: Bool { true }
}

extension Double: RenderScalar {
  /// The number without its fraction.
  @inlinable
  public var whole: Int { Int(self) }

  /// False: Double is the reference.
  public static var hasSoftKernels: Bool { false }
}
