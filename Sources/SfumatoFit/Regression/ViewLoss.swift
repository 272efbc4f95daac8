internal import SfumatoCore

/// How far one rendered view is from its target, and the cotangents of its pictures.
enum ViewLoss {
  /// The weighted sum of the colour, alpha and intersection-over-union terms.
  ///
  /// - Parameters:
  ///   - picture: the rendering, linear light.
  ///   - target: what it shall be.
  ///   - losses: the weights.
  ///   - scale: a factor on value and cotangents, one over the number of views.
  /// - Returns: the value and the cotangents.
  static func evaluate<S: RenderScalar>(
    _ picture: Rendering<S>, _ target: ScaledTarget<S>, losses: FitConfig.Losses, scale: S
  ) -> (value: S, cotangent: RenderingCotangent<S>) {
    var value: S = 0
    let alpha = picture.alpha
    var alphaBar = ImageBuffer<S>(width: alpha.width, height: alpha.height, channels: 1)
    if losses.alpha != 0 {
      let (loss, residual) = PixelLoss.forward(
        .l2, image: alpha.values, target: target.alpha, weights: nil, channels: 1)
      value += S(losses.alpha) * loss
      PixelLoss.backward(
        residual, valueBar: scale * S(losses.alpha), into: &alphaBar.values)
    }
    if losses.iou != 0 {
      let (loss, residual) = SoftIoULoss.forward(alpha: alpha.values, target: target.alpha)
      value += S(losses.iou) * loss
      SoftIoULoss.backward(residual, valueBar: scale * S(losses.iou), into: &alphaBar.values)
    }
    var colorBar: ImageBuffer<S>?
    if losses.color != 0, let color = picture.color {
      let encoded = color.values.map { sRGBEncode($0) }
      let (loss, residual) = PixelLoss.forward(
        .huber(delta: S(losses.huberDelta)), image: encoded, target: target.colorSRGB,
        weights: nil, channels: 3)
      value += S(losses.color) * loss
      var bar = ImageBuffer<S>(width: color.width, height: color.height, channels: 3)
      PixelLoss.backward(residual, valueBar: scale * S(losses.color), into: &bar.values)
      for i in bar.values.indices {
        bar.values[i] = sRGBEncodeVJP(color.values[i], encodedBar: bar.values[i])
      }
      colorBar = bar
    }
    return (value * scale, RenderingCotangent(color: colorBar, alpha: alphaBar))
  }
}
