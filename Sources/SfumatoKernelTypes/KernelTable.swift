/// The kernels of one instruction set.
@safe
public struct KernelTable: Sendable {
  /// The name of the instruction set, as `sfumato doctor` prints it.
  public var instructionSet: String
  /// Coverage, colour and depth of one tile.
  public var softForward: @Sendable (borrowing SoftTileJob) -> Void
  /// The adjoint of one tile.
  public var softBackward: @Sendable (borrowing SoftTileJob) -> Void

  /// The law of a family at sixteen distances and the coverage that a tail bound makes of it; for tests.
  ///
  /// Nine rows of sixteen: log F, log S, f / S, f / F; D, 1 - D, log D, log(1 - D), ∂D/∂u.
  public var sampleCoverage: CoverageSampler

  /// Reads a family, a tail bound and sixteen distances; writes nine rows of sixteen.
  public typealias CoverageSampler =
    @Sendable (
      borrowing CoverageFamily, Float, UnsafePointer<Float>, UnsafeMutablePointer<Float>
    ) -> Void

  /// Runs rounds of independent multiply-adds, stores a sum, returns the floating-point operations done; for benchmarks.
  public var runMultiplyAdds: @Sendable (Int, UnsafeMutablePointer<Float>) -> Double

  /// Makes a table.
  public init(
    instructionSet: String, softForward: @escaping @Sendable (borrowing SoftTileJob) -> Void,
    softBackward: @escaping @Sendable (borrowing SoftTileJob) -> Void,
    sampleCoverage: @escaping CoverageSampler,
    runMultiplyAdds: @escaping @Sendable (Int, UnsafeMutablePointer<Float>) -> Double
  ) {
    self.instructionSet = instructionSet
    unsafe self.softForward = softForward
    unsafe self.softBackward = softBackward
    unsafe self.sampleCoverage = sampleCoverage
    unsafe self.runMultiplyAdds = runMultiplyAdds
  }
}
