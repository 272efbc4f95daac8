/// What a difference `d` between two images costs.
public enum PixelPenalty<S: RenderScalar>: Equatable, Sendable {
  /// `|d|`; its derivative at zero is zero.
  case l1
  /// `d²`.
  case l2
  /// `d² / 2` up to `|d| = delta`, then `delta (|d| - delta / 2)`; `delta` above 0.
  case huber(delta: S)
  /// `√(d² + epsilon²) - epsilon`, smooth everywhere: `d² / (2 epsilon)` near 0, `|d|` far from it; `epsilon` above 0.
  ///
  /// Source: Charbonnier et al. 1994, "Two Deterministic Half-Quadratic Regularization Algorithms for Computed Imaging"; here without
  /// the constant, so that equals cost nothing.
  case charbonnier(epsilon: S)
  /// `d² / (2 (1 + d² / scale²))`: `d² / 2` near 0, at most `scale² / 2`, so that what no picture of the object can explain stops pulling;
  /// `scale` above 0.
  ///
  /// Source: Geman, McClure 1985, "Bayesian Image Analysis: An Application to Single Photon Emission Tomography".
  case gemanMcClure(scale: S)
}

extension PixelPenalty {
  /// The cost of a difference.
  @inlinable
  public func cost(_ d: S) -> S {
    switch self {
    case .l1: return d.magnitude
    case .l2: return d * d
    case .huber(let delta):
      let size = d.magnitude
      return size <= delta ? d * d / 2 : delta * (size - delta / 2)
    case .charbonnier(let epsilon):
      return (d * d + epsilon * epsilon).squareRoot() - epsilon
    case .gemanMcClure(let scale):
      let ratio = d / scale
      return d * d / (2 * (1 + ratio * ratio))
    }
  }

  /// The derivative of ``cost(_:)``.
  @inlinable
  public func slope(_ d: S) -> S {
    switch self {
    case .l1: return d > 0 ? 1 : d < 0 ? -1 : 0
    case .l2: return 2 * d
    case .huber(let delta):
      return d.magnitude <= delta ? d : d > 0 ? delta : -delta
    case .charbonnier(let epsilon):
      return d / (d * d + epsilon * epsilon).squareRoot()
    case .gemanMcClure(let scale):
      let ratio = d / scale
      let whole = 1 + ratio * ratio
      return d / (whole * whole)
    }
  }
}

/// The weighted mean of a penalty over the pixels and channels of an image.
public enum PixelLoss {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// The penalty.
    public let penalty: PixelPenalty<S>
    /// The image, `[H, W, C]`.
    public let image: [S]
    /// The target, `[H, W, C]`.
    public let target: [S]
    /// One weight a pixel, `[H, W]`, or nil for 1.
    public let weights: [S]?
    /// Scalars a pixel, C.
    public let channels: Int
    /// One over the sum of the weights times the channels; 0 where no pixel weighs anything.
    public let scale: S
  }

  /// `Σ wₚ cost(image - target) / (C Σ wₚ)`; 0 where no pixel weighs anything.
  ///
  /// *Differentiable in* the image, *constant in* target and weights. Sums run in `Double`, in order.
  /// Values that are not finite come through in a pixel whose weight is not 0; a weight of 0 hides them.
  /// - Parameters:
  ///   - penalty: the cost of a difference.
  ///   - image: `[H, W, C]`.
  ///   - target: `[H, W, C]`.
  ///   - weights: one a pixel, `[H, W]`, not negative; nil weighs all alike.
  ///   - channels: scalars a pixel, C.
  /// - Returns: the mean and the residual.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    _ penalty: PixelPenalty<S>, image: [S], target: [S], weights: [S]? = nil, channels: Int
  ) -> (value: S, residual: Residual<S>) {
    precondition(channels > 0 && image.count % channels == 0, "\(image.count) of \(channels)")
    precondition(target.count == image.count, "target \(target.count), image \(image.count)")
    let pixels = image.count / channels
    var sum = 0.0
    var weightSum = Double(pixels)
    if let weights {
      precondition(weights.count == pixels, "\(weights.count) weights for \(pixels) pixels")
      weightSum = 0
      for pixel in 0..<pixels where weights[pixel] != 0 {
        var cost: S = 0
        for i in pixel * channels..<(pixel + 1) * channels {
          cost += penalty.cost(image[i] - target[i])
        }
        sum += Double(cost * weights[pixel])
        weightSum += Double(weights[pixel])
      }
    } else {
      for i in image.indices { sum += Double(penalty.cost(image[i] - target[i])) }
    }
    let total = weightSum * Double(channels)
    let scale = total > 0 ? 1 / total : 0
    let residual = Residual(
      penalty: penalty, image: image, target: target, weights: weights, channels: channels,
      scale: S(scale))
    return (total > 0 ? S(sum * scale) : 0, residual)
  }

  /// The adjoint of ``forward(_:image:target:weights:channels:)``: adds to the image's cotangent `[H, W, C]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into imageBar: inout [S]
  ) {
    let (image, target, channels) = (residual.image, residual.target, residual.channels)
    precondition(imageBar.count == image.count, "\(imageBar.count) of \(image.count)")
    let scale = valueBar * residual.scale
    guard let weights = residual.weights else {
      for i in image.indices {
        imageBar[i] += scale * residual.penalty.slope(image[i] - target[i])
      }
      return
    }
    for pixel in weights.indices where weights[pixel] != 0 {
      let factor = scale * weights[pixel]
      for i in pixel * channels..<(pixel + 1) * channels {
        imageBar[i] += factor * residual.penalty.slope(image[i] - target[i])
      }
    }
  }
}
