/// The cotangents of the smoothing's own parameters, summed over the faces of a tile.
public struct SmoothingSums<S: RenderScalar>: Equatable, Sendable {
  /// Σ ū u over faces and pixels, u the standardised signed distance.
  public var scale: S = 0
  /// Σ ū.
  public var shift: S = 0
  /// Σ ū ∂u/∂shape; left out unless ``SoftTilePass/wantsSmoothing``.
  public var shape: S = 0
  /// Cotangent of the aggregation's parameter; left out unless ``SoftTilePass/wantsSmoothing``.
  public var conormParameter: S = 0

  /// Nothing yet.
  public init() {}

  /// Adds another tile's in place.
  static func += (a: inout Self, b: Self) {
    a.scale += b.scale
    a.shift += b.shift
    a.shape += b.shape
    a.conormParameter += b.conormParameter
  }
}

extension SoftSettings {
  /// Whether the SIMD kernels have these settings; else Float runs on the scalar reference.
  func hasKernel(hasColor: Bool) -> Bool {
    guard profile.distance == .euclidean else { return false }
    switch profile.distribution {
    case .hard: return false
    // The kernels' series has so many terms.
    case .gamma, .gammaReversed: guard profile.shape <= 20 else { return false }
    case .uniform, .cubicHermite, .wignerSemicircle, .gaussian, .laplace, .logistic,
      .gudermannian, .cauchy, .reciprocal, .gumbelMax, .gumbelMin, .exponential,
      .exponentialReversed, .levy, .levyReversed:
      break
    }
    switch coverage.canonical {
    case .hard: return false
    case .probabilistic, .max, .einstein, .hamacher, .frank, .yager, .aczelAlsina, .dombi,
      .schweizerSklar, .lukasiewicz, .drastic, .sum:
      break
    }
    guard hasColor else { return true }
    switch depth {
    case .softmax: return true
    case .nearest, .over: return false
    }
  }
}
