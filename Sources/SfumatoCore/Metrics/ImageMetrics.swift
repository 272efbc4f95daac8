internal import RealModule

/// A picture as the image metrics take it: what a viewer sees on mid grey, and its mask.
public struct MetricImage<S: RenderScalar>: Equatable, Sendable {
  /// Pixels across.
  public let width: Int
  /// Pixels down.
  public let height: Int
  /// sRGB-encoded colour composited in sRGB over 0.5, `[H, W, 3]`, in 0...1.
  public let colorSRGB: [S]
  /// Coverage, `[H, W]`, in 0...1.
  public let alpha: [S]

  /// A picture that is composited already.
  public init(width: Int, height: Int, colorSRGB: [S], alpha: [S]) {
    precondition(
      colorSRGB.count == 3 * width * height, "\(colorSRGB.count) for \(width) x \(height) x 3")
    precondition(alpha.count == width * height, "\(alpha.count) for \(width) x \(height)")
    self.width = width
    self.height = height
    self.colorSRGB = colorSRGB
    self.alpha = alpha
  }

  /// A picture from straight (not premultiplied) sRGB colour `[H, W, 3]`, composited here over 0.5.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public init(width: Int, height: Int, straightSRGB: [S], alpha: [S]) {
    precondition(straightSRGB.count == 3 * alpha.count, "\(straightSRGB.count), \(alpha.count)")
    self.init(
      width: width, height: height,
      colorSRGB: straightSRGB.indices.map {
        1 / 2 + (straightSRGB[$0] - 1 / 2) * alpha[$0 / 3]
      }, alpha: alpha)
  }
}

/// How alike two pictures of one size are; none has an adjoint.
///
/// Sums run in `Double`, in order.
public enum ImageMetrics {
  /// Peak signal-to-noise ratio, dB, over the pixels where either alpha is 0.5 or more.
  ///
  /// The mean square runs over three channels. Infinite where nothing differs, also where there is no such pixel.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func psnr<S: RenderScalar>(_ a: MetricImage<S>, _ b: MetricImage<S>) -> Double {
    checkSizes(a, b)
    return decibels(a, b) { a.alpha[$0] >= 0.5 || b.alpha[$0] >= 0.5 }
  }

  /// Peak signal-to-noise ratio, dB, over all pixels; infinite where nothing differs.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func psnrFull<S: RenderScalar>(
    _ a: MetricImage<S>, _ b: MetricImage<S>
  ) -> Double {
    checkSizes(a, b)
    return decibels(a, b) { _ in true }
  }

  /// Intersection over union of the masks alpha >= 0.5, in 0...1; 1 where both are empty.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func iou<S: RenderScalar>(_ a: MetricImage<S>, _ b: MetricImage<S>) -> Double {
    checkSizes(a, b)
    var both = 0
    var either = 0
    for pixel in a.alpha.indices {
      let (inA, inB) = (a.alpha[pixel] >= 0.5, b.alpha[pixel] >= 0.5)
      if inA && inB { both += 1 }
      if inA || inB { either += 1 }
    }
    return either == 0 ? 1 : Double(both) / Double(either)
  }

  /// The largest absolute difference of any colour or alpha; NaN where one is NaN, 0 for no pixels.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func maxAbs<S: RenderScalar>(_ a: MetricImage<S>, _ b: MetricImage<S>) -> Double {
    checkSizes(a, b)
    var largest: S = 0
    for i in a.colorSRGB.indices { widen(&largest, a.colorSRGB[i] - b.colorSRGB[i]) }
    for i in a.alpha.indices { widen(&largest, a.alpha[i] - b.alpha[i]) }
    return Double(largest)
  }

  private static func widen<S: RenderScalar>(_ largest: inout S, _ difference: S) {
    if !(difference.magnitude <= largest) && !largest.isNaN { largest = difference.magnitude }
  }

  private static func decibels<S: RenderScalar>(
    _ a: MetricImage<S>, _ b: MetricImage<S>, over counts: (Int) -> Bool
  ) -> Double {
    var sum = 0.0
    var pixels = 0
    for pixel in a.alpha.indices where counts(pixel) {
      pixels += 1
      for i in 3 * pixel..<3 * pixel + 3 {
        let d = Double(a.colorSRGB[i]) - Double(b.colorSRGB[i])
        sum += d * d
      }
    }
    guard pixels > 0, sum != 0 else { return .infinity }
    return -10 * Double.log10(sum / Double(3 * pixels))
  }

  static func checkSizes<S: RenderScalar>(_ a: MetricImage<S>, _ b: MetricImage<S>) {
    precondition(
      a.width == b.width && a.height == b.height,
      "\(a.width) x \(a.height) against \(b.width) x \(b.height)")
  }
}
