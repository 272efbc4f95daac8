public import SfumatoCore

/// Silhouettes and their loss, on one thread: problems run side by side instead.
public enum Silhouettes {
  /// Hard silhouettes, one sample a pixel.
  public static func hard(_ scene: Scene<Float>, _ cameras: [Camera<Float>]) -> [[Float]] {
    Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 1), workers: .serial))
      .render(scene, cameras, outputs: .alpha).map(\.alpha.values)
  }

  /// The mean of one minus intersection over union; SoftRas' `neg-IoU`.
  public static func loss(_ pictures: [[Float]], _ targets: [[Float]]) -> Float {
    zip(pictures, targets).reduce(0) { $0 + SoftIoULoss.forward(alpha: $1.0, target: $1.1).value }
      / Float(targets.count)
  }

  /// The mean of one minus intersection over union of soft silhouettes, and its gradient.
  public static func lossAndGradient(
    _ scene: Scene<Float>, _ cameras: [Camera<Float>], targets: [[Float]],
    soft: SoftSettings<Float>, wrt parameters: GradientTargets
  ) -> (loss: Float, gradient: SceneGradient<Float>) {
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: .soft(soft), workers: .serial))
    let (pictures, pullback) = renderer.renderWithPullback(
      scene, cameras, wrt: parameters, outputs: .alpha)
    var loss: Float = 0
    let cotangents = zip(pictures, targets).map { picture, target in
      let (value, residual) = SoftIoULoss.forward(alpha: picture.alpha.values, target: target)
      loss += value / Float(targets.count)
      var bar = ImageBuffer<Float>(
        width: picture.alpha.width, height: picture.alpha.height, channels: 1)
      SoftIoULoss.backward(residual, valueBar: 1 / Float(targets.count), into: &bar.values)
      return RenderingCotangent(alpha: bar)
    }
    return (loss, pullback(cotangents))
  }
}
