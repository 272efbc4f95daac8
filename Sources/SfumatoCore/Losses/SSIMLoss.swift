/// One minus the structural similarity of two pictures, a weighted mean over pixels and channels.
///
/// The window and the constants are those of ``ImageMetrics/ssim(_:_:)``. Source: Wang et al. 2004, "Image Quality Assessment: From Error
/// Visibility to Structural Similarity", eq. 13.
public enum SSIMLoss {
  /// Which part of the similarity is compared.
  public enum Term: Sendable {
    /// Luminance times structure: SSIM.
    case similarity
    /// Contrast and structure, without luminance.
    case structure
  }

  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// Pixels across.
    public let width: Int
    /// Pixels down.
    public let height: Int
    /// Scalars a pixel, C.
    public let channels: Int
    /// The image, `[C, H, W]`.
    public let image: [S]
    /// The target, `[C, H, W]`.
    public let target: [S]
    /// Derivatives of the value by the window's means of image, squared image and product, `[C, H, W]` each.
    public let byMean: [S]
    /// See ``byMean``.
    public let bySquare: [S]
    /// See ``byMean``.
    public let byProduct: [S]
  }

  /// `Σ wₚ (1 - SSIMₚ) / (C Σ wₚ)`; 0 where no pixel weighs anything.
  ///
  /// *Differentiable in* the image, *constant in* target and weights. Windows that leave the picture do not count, but where a side is
  /// under 11 pixels, where the picture is mirrored at its border. A weight of 0 hides no value from the windows around it.
  /// - Parameters:
  ///   - image: `[H, W, C]`, in 0...1.
  ///   - target: `[H, W, C]`, in 0...1.
  ///   - weights: one a pixel, `[H, W]`, not negative; nil weighs all alike.
  ///   - width: pixels across.
  ///   - height: pixels down.
  ///   - channels: scalars a pixel, C.
  ///   - term: what of the similarity is compared.
  /// - Returns: the mean and the residual.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    image: [S], target: [S], weights: [S]? = nil, width: Int, height: Int, channels: Int,
    term: Term = .similarity
  ) -> (value: S, residual: Residual<S>) {
    let pixels = width * height
    precondition(image.count == pixels * channels, "\(image.count), \(width) x \(height)")
    precondition(target.count == image.count, "target \(target.count), image \(image.count)")
    precondition(weights.map { $0.count == pixels } ?? true, "\(weights?.count ?? 0) weights")
    let blur = GaussianWindow<S>(width: width, height: height)
    let margin = blur.margin
    var counted = [S](repeating: 0, count: pixels)
    var weightSum = 0.0
    for y in margin..<max(height - margin, margin) {
      for p in y * width + margin..<(y + 1) * width - margin {
        counted[p] = weights?[p] ?? 1
        weightSum += Double(counted[p])
      }
    }
    let total = weightSum * Double(channels)
    let scale = S(total > 0 ? 1 / total : 0)
    let (x, y) = (planes(image, channels), planes(target, channels))
    var (byMean, bySquare, byProduct) = ([S](), [S](), [S]())
    var sum = 0.0
    for c in 0..<channels {
      let own = Array(x[c * pixels..<(c + 1) * pixels])
      let goal = Array(y[c * pixels..<(c + 1) * pixels])
      let part = terms(own, goal, blur, counted, scale, term)
      sum += part.sum
      byMean += part.byMean
      bySquare += part.bySquare
      byProduct += part.byProduct
    }
    let residual = Residual(
      width: width, height: height, channels: channels, image: x, target: y, byMean: byMean,
      bySquare: bySquare, byProduct: byProduct)
    return (total > 0 ? S(sum / total) : 0, residual)
  }

  /// One channel's sum, and the value's derivatives by the three means that depend on the image.
  private static func terms<S: RenderScalar>(
    _ x: [S], _ y: [S], _ blur: GaussianWindow<S>, _ weights: [S], _ scale: S,
    _ term: Term
  ) -> (sum: Double, byMean: [S], bySquare: [S], byProduct: [S]) {
    let local = LocalSimilarity(x, y, blur)
    var byMean = [S](repeating: 0, count: x.count)
    var (bySquare, byProduct) = (byMean, byMean)
    var sum = 0.0
    for p in x.indices where weights[p] != 0 {
      let (mx, my) = (local.meanX[p], local.meanY[p])
      let (light, structure, lights, spreads) = local.terms(p)
      let factor = -weights[p] * scale
      if term == .structure {
        let similarity = structure / spreads
        sum += Double(weights[p] * (1 - similarity))
        byMean[p] = factor * 2 * (mx * similarity - my) / spreads
        bySquare[p] = -factor * similarity / spreads
        byProduct[p] = factor * 2 / spreads
        continue
      }
      let quotient = 1 / (lights * spreads)
      let similarity = light * structure * quotient
      sum += Double(weights[p] * (1 - similarity))
      byMean[p] =
        factor
        * (2 * my * (structure - light) * quotient
          - 2 * mx * similarity * (1 / lights - 1 / spreads))
      bySquare[p] = -factor * similarity / spreads
      byProduct[p] = factor * 2 * light * quotient
    }
    return (sum, byMean, bySquare, byProduct)
  }

  /// The adjoint of ``forward(image:target:weights:width:height:channels:term:)``: adds to the image's cotangent `[H, W, C]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into imageBar: inout [S]
  ) {
    let pixels = residual.width * residual.height
    precondition(imageBar.count == residual.image.count, "\(imageBar.count) cotangents")
    let blur = GaussianWindow<S>(width: residual.width, height: residual.height)
    for c in 0..<residual.channels {
      let range = c * pixels..<(c + 1) * pixels
      let means = blur.transposed(Array(residual.byMean[range]))
      let squares = blur.transposed(Array(residual.bySquare[range]))
      let products = blur.transposed(Array(residual.byProduct[range]))
      for p in 0..<pixels {
        let (x, y) = (residual.image[c * pixels + p], residual.target[c * pixels + p])
        imageBar[p * residual.channels + c] +=
          valueBar * (means[p] + 2 * x * squares[p] + y * products[p])
      }
    }
  }

  /// `[H, W, C]` as `[C, H, W]`.
  private static func planes<S: RenderScalar>(_ image: [S], _ channels: Int) -> [S] {
    let pixels = image.count / max(channels, 1)
    var result = image
    for p in 0..<pixels {
      for c in 0..<channels { result[c * pixels + p] = image[p * channels + c] }
    }
    return result
  }
}
