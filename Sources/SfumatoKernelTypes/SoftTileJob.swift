/// One tile's work for the soft kernels: inputs, state and outputs as plain buffers.
///
/// A tile is 16 x 16 pixels, cut into 16 blocks of 4 x 4, a lane a pixel: pixel (x, y) of the tile is lane
/// `4 (y % 4) + x % 4` of block `4 (y / 4) + x / 4`. A plane is 256 scalars, block by block.
@unsafe
public struct SoftTileJob {
  /// All faces of the view.
  public var faces: UnsafePointer<SoftKernelFace>
  /// What they show; not read where alpha alone is wanted.
  public var attributes: UnsafePointer<SoftKernelAttributes>
  /// The faces that can reach the tile, in face order.
  public var entries: UnsafePointer<Int32>
  /// How many entries there are.
  public var entryCount: Int
  /// Column of the tile's top-left pixel.
  public var originX: Float
  /// Row of the tile's top-left pixel.
  public var originY: Float
  /// Which fall-off and which union of coverages.
  public var family: CoverageFamily
  /// Whether the profile is of the squared distance.
  public var squared: Bool
  /// Whether colour and depth are wanted; else alpha alone.
  public var hasColor: Bool
  /// One over the scale of the (squared) distance.
  public var inverseScale: Float
  /// The coverage at which a face ends.
  public var tailBound: Float
  /// The distance at which a face ends, pixels; infinity where the bound is 0.
  public var reach: Float
  /// Survival, largest logit, weight, red, green, blue, mean logit: seven planes, or survival alone; then two
  /// of the aggregation's own unless it is the probabilistic one.
  ///
  /// Forward reads the start and leaves the result with colours normalised and the weight inverted; backward reads.
  public var state: UnsafeMutablePointer<Float>
  /// Cotangents of alpha, red, green, blue, mean logit: five planes, or alpha alone; nil forward.
  public var cotangents: UnsafePointer<Float>? = nil
  /// Cotangents of alpha times survival up to here, of either sign, are left out.
  public var negligible: Float = 0
  /// Out: the cotangent of each entry's face, 28 scalars: x, y, q, logit, red, green, blue by corner; or the first 8
  /// where alpha alone is wanted; nil forward.
  public var gradients: UnsafeMutablePointer<Float>? = nil
  /// Room for 128 scalars.
  public var scratch: UnsafeMutablePointer<Float>
  /// Out: sums over the tile of the cotangent of u times u, and of the cotangent of u; nil where not wanted.
  public var smoothing: UnsafeMutablePointer<Float>? = nil

  /// Makes a job; what backward needs besides is set afterwards.
  public init(
    faces: UnsafePointer<SoftKernelFace>, attributes: UnsafePointer<SoftKernelAttributes>,
    entries: UnsafePointer<Int32>, entryCount: Int, originX: Float, originY: Float,
    family: CoverageFamily, squared: Bool, hasColor: Bool, inverseScale: Float,
    tailBound: Float, reach: Float, state: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    unsafe self.faces = faces
    unsafe self.attributes = attributes
    unsafe self.entries = entries
    unsafe self.entryCount = entryCount
    unsafe self.originX = originX
    unsafe self.originY = originY
    unsafe self.family = family
    unsafe self.squared = squared
    unsafe self.hasColor = hasColor
    unsafe self.inverseScale = inverseScale
    unsafe self.tailBound = tailBound
    unsafe self.reach = reach
    unsafe self.state = state
    unsafe self.scratch = scratch
  }
}
