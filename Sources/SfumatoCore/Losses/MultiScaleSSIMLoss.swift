internal import RealModule

/// One minus the multi-scale structural similarity of two pictures: structure compared at several sizes, luminance at the smallest.
///
/// Source: Wang, Simoncelli, Bovik 2003, "Multiscale Structural Similarity for Image Quality Assessment", eq. 7, with its five weights; sizes
/// halve by means of 2 x 2 pixels. Where a side would be under 11 pixels, scales are left out and the weights of the rest are made one in
/// sum. As a sum over pixels and channels may be negative and has no power then, each scale's mean counts at least ``least``.
public enum MultiScaleSSIMLoss {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// Scales from fine to coarse.
    public let scales: [SSIMLoss.Residual<S>]
    /// The derivatives of the value by those of the scales.
    public let slopes: [S]
  }

  /// What each scale weighs, from fine to coarse.
  public static let exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

  /// The least that a scale's mean similarity counts.
  public static let least = 1e-3

  /// `1 - Π meanⱼ(structure)^wⱼ · mean(similarity at the coarsest)^w`; 0 where no pixel weighs anything.
  ///
  /// *Differentiable in* the image, *constant in* target and weights; parameters as of ``SSIMLoss``.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    image: [S], target: [S], weights: [S]? = nil, width: Int, height: Int, channels: Int
  ) -> (value: S, residual: Residual<S>) {
    var count = 1
    while count < exponents.count, min(width, height) >> count >= 11 { count += 1 }
    let total = exponents[..<count].reduce(0, +)
    var level = (image: image, target: target, weights: weights, width: width, height: height)
    var scales: [SSIMLoss.Residual<S>] = []
    var means: [Double] = []
    for j in 0..<count {
      if j > 0 {
        let (w, h) = (level.width, level.height)
        level.image = halved(level.image, w, h, channels)
        level.target = halved(level.target, w, h, channels)
        level.weights = level.weights.map { halved($0, w, h, 1) }
        (level.width, level.height) = (w / 2, h / 2)
      }
      let (value, residual) = SSIMLoss.forward(
        image: level.image, target: level.target, weights: level.weights, width: level.width,
        height: level.height, channels: channels,
        term: j == count - 1 ? .similarity : .structure)
      scales.append(residual)
      means.append(1 - Double(value))
    }
    let product = zip(means, exponents).reduce(1.0) {
      $0 * Double.pow(max($1.0, least), $1.1 / total)
    }
    // 1 - product, each mean being one less the scale's value.
    let slopes = zip(means, exponents).map { mean, exponent in
      mean > least ? S(product * exponent / total / mean) : 0
    }
    return (S(1 - product), Residual(scales: scales, slopes: slopes))
  }

  /// The adjoint of ``forward(image:target:weights:width:height:channels:)``: adds to the image's cotangent `[H, W, C]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into imageBar: inout [S]
  ) {
    var bar: [S] = []
    for (scale, slope) in zip(residual.scales, residual.slopes).reversed() {
      var own = [S](repeating: 0, count: scale.image.count)
      if !bar.isEmpty { spread(bar, scale.width, scale.height, scale.channels, into: &own) }
      SSIMLoss.backward(scale, valueBar: valueBar * slope, into: &own)
      bar = own
    }
    precondition(imageBar.count == bar.count, "\(imageBar.count) cotangents")
    for i in bar.indices { imageBar[i] += bar[i] }
  }

  /// Means of 2 x 2 pixels of `[H, W, C]`; an odd last row or column is left out.
  private static func halved<S: RenderScalar>(
    _ image: [S], _ width: Int, _ height: Int, _ channels: Int
  ) -> [S] {
    let (w, h) = (width / 2, height / 2)
    var result = [S](repeating: 0, count: w * h * channels)
    for y in 0..<h {
      for x in 0..<w {
        let from = (2 * y * width + 2 * x) * channels
        for c in 0..<channels {
          let (top, below) = (from + c, from + c + width * channels)
          result[(y * w + x) * channels + c] =
            (image[top] + image[top + channels] + image[below] + image[below + channels]) / 4
        }
      }
    }
    return result
  }

  /// The adjoint of `halved`: adds to the cotangent of the larger picture, `[H, W, C]`.
  private static func spread<S: RenderScalar>(
    _ bar: [S], _ width: Int, _ height: Int, _ channels: Int, into imageBar: inout [S]
  ) {
    let w = width / 2
    for y in 0..<2 * (height / 2) {
      for x in 0..<2 * w {
        for c in 0..<channels {
          imageBar[(y * width + x) * channels + c] +=
            bar[((y / 2) * w + x / 2) * channels + c] / 4
        }
      }
    }
  }
}
