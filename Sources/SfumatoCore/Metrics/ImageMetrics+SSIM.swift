extension ImageMetrics {
  /// Structural similarity of two pictures, the mean over pixels and three channels; 1 where equal.
  ///
  /// Gaussian window of sigma 1.5 px cut at 11 x 11, population covariance, K1 = 0.01, K2 = 0.03, range 1. As
  /// in scikit-image the windows that leave the picture do not count; where a side is under 11 pixels
  /// they all count, and the picture is mirrored at its border. 1 for no pixels.
  ///
  /// Source: Wang et al. 2004, "Image Quality Assessment: From Error Visibility to Structural
  /// Similarity", eq. 13.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func ssim<S: RenderScalar>(_ a: MetricImage<S>, _ b: MetricImage<S>) -> Double {
    checkSizes(a, b)
    guard !a.alpha.isEmpty else { return 1 }
    var sum = 0.0
    for channel in 0..<3 {
      let x = a.alpha.indices.map { Double(a.colorSRGB[3 * $0 + channel]) }
      let y = b.alpha.indices.map { Double(b.colorSRGB[3 * $0 + channel]) }
      sum += similarity(x, y, width: a.width, height: a.height)
    }
    return sum / 3
  }

  /// The mean similarity of one channel.
  private static func similarity(_ x: [Double], _ y: [Double], width: Int, height: Int) -> Double {
    let blur = GaussianWindow<Double>(width: width, height: height)
    let local = LocalSimilarity(x, y, blur)
    var sum = 0.0
    let margin = blur.margin
    for row in margin..<height - margin {
      for i in row * width + margin..<(row + 1) * width - margin {
        let terms = local.terms(i)
        sum += terms.light * terms.structure / (terms.lights * terms.spreads)
      }
    }
    return sum / Double((width - 2 * margin) * (height - 2 * margin))
  }
}
