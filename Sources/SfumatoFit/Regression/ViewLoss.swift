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
    var cotangent: RenderingCotangent<S>? = RenderingCotangent()
    let value = sum(picture, target, losses: losses, scale: scale, cotangent: &cotangent)
    return (value, cotangent ?? RenderingCotangent())
  }

  /// The value of ``evaluate(_:_:losses:scale:)`` alone.
  static func value<S: RenderScalar>(
    _ picture: Rendering<S>, _ target: ScaledTarget<S>, losses: FitConfig.Losses, scale: S
  ) -> S {
    var none: RenderingCotangent<S>?
    return sum(picture, target, losses: losses, scale: scale, cotangent: &none)
  }

  /// The terms' sum, and the pictures' cotangents where there is a place for them.
  private static func sum<S: RenderScalar>(
    _ picture: Rendering<S>, _ target: ScaledTarget<S>, losses: FitConfig.Losses, scale: S,
    cotangent: inout RenderingCotangent<S>?
  ) -> S {
    let wantsCotangent = cotangent != nil
    var value: S = 0
    let alpha = picture.alpha
    var alphaBar = ImageBuffer<S>(
      width: alpha.width, height: wantsCotangent ? alpha.height : 0, channels: 1)
    if losses.alpha != 0 {
      let (loss, residual) = PixelLoss.forward(
        .l2, image: alpha.values, target: target.alpha, weights: nil, channels: 1)
      value += S(losses.alpha) * loss
      if wantsCotangent {
        PixelLoss.backward(
          residual, valueBar: scale * S(losses.alpha), into: &alphaBar.values)
      }
    }
    if losses.iou != 0 {
      let (loss, residual) = SoftIoULoss.forward(alpha: alpha.values, target: target.alpha)
      value += S(losses.iou) * loss
      if wantsCotangent {
        SoftIoULoss.backward(residual, valueBar: scale * S(losses.iou), into: &alphaBar.values)
      }
    }
    cotangent?.alpha = alphaBar
    guard losses.color != 0, let color = picture.color else { return value * scale }
    let encoded = color.values.map { sRGBEncode($0) }
    let (loss, residual) = PixelLoss.forward(
      .huber(delta: S(losses.huberDelta)), image: encoded, target: target.colorSRGB,
      weights: nil, channels: 3)
    value += S(losses.color) * loss
    if wantsCotangent {
      var bar = ImageBuffer<S>(width: color.width, height: color.height, channels: 3)
      PixelLoss.backward(residual, valueBar: scale * S(losses.color), into: &bar.values)
      for i in bar.values.indices {
        bar.values[i] = sRGBEncodeVJP(color.values[i], encodedBar: bar.values[i])
      }
      cotangent?.color = bar
    }
    return value * scale
  }
}
