internal import RealModule

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
    let blur = GaussianWindow(width: width, height: height)
    let meanX = blur(x)
    let meanY = blur(y)
    let squareX = blur(x.map { $0 * $0 })
    let squareY = blur(y.map { $0 * $0 })
    let product = blur(x.indices.map { x[$0] * y[$0] })
    let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
    var sum = 0.0
    let margin = min(width, height) > 2 * blur.radius ? blur.radius : 0
    for row in margin..<height - margin {
      for i in row * width + margin..<(row + 1) * width - margin {
        let (mx, my) = (meanX[i], meanY[i])
        let varianceX = squareX[i] - mx * mx
        let varianceY = squareY[i] - my * my
        let covariance = product[i] - mx * my
        sum +=
          (2 * mx * my + c1) * (2 * covariance + c2)
          / ((mx * mx + my * my + c1) * (varianceX + varianceY + c2))
      }
    }
    return sum / Double((width - 2 * margin) * (height - 2 * margin))
  }
}

/// A separable Gaussian of sigma 1.5 over 11 x 11 pixels, the picture mirrored at its border.
private struct GaussianWindow {
  let width: Int
  let height: Int
  let radius = 5
  private let taps: [Double]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    let raw = (-5...5).map { Double.exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    let sum = raw.reduce(0, +)
    taps = raw.map { $0 / sum }
  }

  func callAsFunction(_ image: [Double]) -> [Double] {
    var rows = image
    for y in 0..<height {
      for x in 0..<width {
        rows[y * width + x] = weigh(image, start: y * width, at: x, count: width, stride: 1)
      }
    }
    var result = rows
    for x in 0..<width {
      for y in 0..<height {
        result[y * width + x] = weigh(rows, start: x, at: y, count: height, stride: width)
      }
    }
    return result
  }

  private func weigh(
    _ values: [Double], start: Int, at center: Int, count: Int, stride: Int
  ) -> Double {
    var sum = 0.0
    let inside = center >= radius && center + radius < count
    for tap in 0..<11 {
      let i = center + tap - radius
      sum += taps[tap] * values[start + (inside ? i : Self.mirrored(i, count)) * stride]
    }
    return sum
  }

  /// The place that an index outside stands for: edges repeat (d c b a | a b c d | d c b a).
  private static func mirrored(_ i: Int, _ count: Int) -> Int {
    let period = 2 * count
    let within = ((i % period) + period) % period
    return within < count ? within : period - 1 - within
  }
}
