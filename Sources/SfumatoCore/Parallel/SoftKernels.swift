// The Float kernels behind the tile pass: the one place where Core hands pointers to the kernel modules.
internal import SfumatoKernels
package import SfumatoKernelTypes
internal import Synchronization

#if SFUMATO_WIDE_KERNELS
internal import SfumatoKernelsV3
internal import SfumatoKernelsV4
#endif

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Picks the kernels of the widest instruction set that this processor has.
public enum InstructionSet {
  /// The kernels in use; picked once.
  package static let kernels: KernelTable = pick()

  /// The name of the instruction set in use: `baseline`, `x86-64-v3` or `x86-64-v4`.
  public static var name: String { kernels.instructionSet }

  /// The environment variable that forces one, for tests: `baseline`, `x86-64-v3` or `x86-64-v4`.
  public static let environmentVariable = "SFUMATO_ISA"

  /// The names of the instruction sets that this processor can run, narrowest first.
  public static var available: [String] { tables().map(\.instructionSet) }

  /// The kernels that this processor can run, narrowest instruction set first.
  package static func tables() -> [KernelTable] {
    var found = [SfumatoKernels.kernelTable]
    #if SFUMATO_WIDE_KERNELS
    let level = CPUFeatures.x86Level
    if level >= 3 { found.append(SfumatoKernelsV3.kernelTable) }
    if level >= 4 { found.append(SfumatoKernelsV4.kernelTable) }
    #endif
    return found
  }

  /// Single-precision multiply-add throughput of one core with the kernels in use, GFLOP/s: the best of some short runs.
  package static func measurePeak() -> Double {
    let clock = ContinuousClock()
    var sink: Float = 0
    var best = 0.0
    for _ in 0..<20 {
      let start = clock.now
      let operations = unsafe kernels.runMultiplyAdds(200_000, &sink)
      let seconds = (clock.now - start) / .seconds(1)
      if sink.isFinite { best = max(best, operations / seconds / 1e9) }
    }
    return best
  }

  private static func pick() -> KernelTable {
    let found = tables()
    let widest = found[found.count - 1]
    guard let forced = unsafe getenv(environmentVariable) else { return widest }
    let name = unsafe String(cString: forced)
    return found.first { $0.instructionSet == name } ?? widest
  }
}

extension Float {
  /// The SIMD kernel.
  public static func softForwardTile(
    _ pass: SoftTilePass<Float>, tile: Int, state: inout MutableSpan<Float>
  ) {
    guard !pass.usesReference else {
      return pass.referenceForward(tile: tile, state: &state)
    }
    unsafe pass.withJob(tile: tile, state: &state) { unsafe pass.kernels.softForward($0) }
  }

  /// The SIMD kernel's adjoint.
  public static func softBackwardTile(
    _ pass: SoftTilePass<Float>, tile: Int, state: inout MutableSpan<Float>,
    cotangents: Span<Float>, negligible: Float, gradients: inout MutableSpan<SIMD4<Float>>,
    smoothing: inout SmoothingSums<Float>
  ) {
    guard !pass.usesReference, !(pass.wantsSmoothing && pass.hasFamilyParameters) else {
      var none: FragmentGradients<Float>?
      return pass.referenceBackward(
        tile: tile, state: state.span, cotangents: cotangents, gradients: &gradients,
        smoothing: &smoothing, fragments: &none)
    }
    unsafe cotangents.withUnsafeBufferPointer { bar in
      unsafe gradients.withUnsafeMutableBufferPointer { out in
        guard let base = out.baseAddress else { return }
        let scalars = unsafe UnsafeMutableRawPointer(base).assumingMemoryBound(to: Float.self)
        var sums = SIMD2<Float>.zero
        unsafe withUnsafeMutablePointer(to: &sums) { sums in
          unsafe pass.withJob(tile: tile, state: &state) { job in
            var job = unsafe job
            unsafe job.cotangents = bar.baseAddress
            unsafe job.negligible = negligible
            unsafe job.gradients = scalars
            if pass.sumsSmoothing {
              unsafe job.smoothing = UnsafeMutableRawPointer(sums).assumingMemoryBound(
                to: Float.self)
            }
            unsafe pass.kernels.softBackward(job)
          }
        }
        smoothing.scale += sums.x
        smoothing.shift += sums.y
      }
    }
  }
}

extension SoftTilePass where S == Float {
  /// Whether the profile or the aggregation has a parameter whose cotangent only the reference computes.
  fileprivate var hasFamilyParameters: Bool {
    let law = coverage.profile.distribution
    return law == .gamma || law == .gammaReversed || union.aggregation.parameter != nil
  }

  fileprivate func withJob(
    tile: Int, state: inout MutableSpan<Float>, _ body: (SoftTileJob) -> Void
  ) {
    let entries = bins.entries(ofTile: tile)
    let origin = origin(ofTile: tile)
    let family = CoverageFamily(coverage, union)
    unsafe kernelFaces.withUnsafeBufferPointer { faces in
      unsafe kernelAttributes.withUnsafeBufferPointer { attributes in
        unsafe bins.entryFaces.withUnsafeBufferPointer { list in
          unsafe state.withUnsafeMutableBufferPointer { state in
            unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 128) { scratch in
              guard let faces = faces.baseAddress, let list = list.baseAddress,
                let attributes = attributes.baseAddress, let state = state.baseAddress,
                let scratch = scratch.baseAddress
              else { return }
              unsafe body(
                SoftTileJob(
                  faces: faces, attributes: attributes, entries: list + entries.lowerBound,
                  entryCount: entries.count, originX: Float(origin.x),
                  originY: Float(origin.y), family: family, squared: coverage.squared,
                  hasColor: hasColor, inverseScale: coverage.inverseScale,
                  tailBound: coverage.tailBound, reach: coverage.reach, state: state,
                  scratch: scratch))
            }
          }
        }
      }
    }
  }
}
