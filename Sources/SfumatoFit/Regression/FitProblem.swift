public import SfumatoCore

/// What a fit is given: targets, where the object is, and the mesh to start from.
public struct FitProblem: Sendable {
  /// The targets.
  public var targets: [TargetView]
  /// The object's bounds, where the targets' file states them.
  public var bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)?
  /// The mesh to start from; nil starts from a sphere.
  public var mesh: Mesh<Float>?

  /// Makes a problem.
  public init(
    targets: [TargetView], bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)? = nil,
    mesh: Mesh<Float>? = nil
  ) {
    precondition(!targets.isEmpty, "a fit takes at least one target")
    self.targets = targets
    self.bounds = bounds
    self.mesh = mesh
  }

  /// The longest side of any target, pixels.
  public var imageSide: Int { targets.map { max($0.camera.width, $0.camera.height) }.max() ?? 1 }

  /// The mean colour inside the masks, sRGB; mid grey where all masks are empty.
  var meanColorSRGB: SIMD3<Float> {
    var sum = SIMD3<Double>.zero
    var weight = 0.0
    for target in targets {
      for p in 0..<target.picture.pixelCount {
        let alpha = Double(target.picture.values[4 * p + 3])
        guard alpha > 0 else { continue }
        weight += alpha
        for c in 0..<3 { sum[c] += alpha * Double(target.picture.values[4 * p + c]) }
      }
    }
    return weight > 0 ? SIMD3<Float>(sum / weight) : SIMD3(repeating: 0.5)
  }
}
