internal import RealModule
public import SfumatoCore

/// How well a scene matches target pictures when rendered with hard visibility, 4 x 4 samples a pixel.
public struct Evaluation: Equatable, Sendable {
  /// The numbers of one view.
  public struct View: Equatable, Sendable {
    /// The picture's path as its camera file writes it.
    public var file: String
    /// Peak signal-to-noise ratio over the object, dB; infinite where equal.
    public var psnr: Double
    /// The same over all pixels.
    public var psnrFull: Double
    /// Structural similarity.
    public var ssim: Double
    /// Intersection over union of the masks.
    public var iou: Double
  }

  /// One entry a view, in order.
  public var views: [View]

  /// The mean over the views, dB.
  public var psnr: Double { mean(\.psnr) }
  /// The mean over the views, dB.
  public var psnrFull: Double { mean(\.psnrFull) }
  /// The mean over the views.
  public var ssim: Double { mean(\.ssim) }
  /// The mean over the views.
  public var iou: Double { mean(\.iou) }

  /// Renders a scene as each target's camera sees it and compares; the scene's background is left out.
  ///
  /// What a target ignores is left out of masks and of both signal-to-noise ratios; in structural similarity both pictures are grey
  /// there.
  ///
  /// - Parameters:
  ///   - scene: what is shown.
  ///   - targets: pictures with their cameras.
  ///   - gains: factors on each view's linear colour, as a fit finds them for its own targets; nil shows colours as they are.
  ///   - workers: how many threads may work.
  public init(
    of scene: Scene<Float>, on targets: [TargetView], gains: [SIMD3<Float>]? = nil,
    workers: Workers = .all
  ) {
    precondition(gains.map { $0.count == targets.count } ?? true, "\(gains?.count ?? 0) gains")
    var scene = scene
    scene.background = .zero
    // Views side by side: most of the time goes into the numbers, not into the picture.
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: .hard(samples: 4), workers: .serial))
    let lit = scene
    views = parallelMap(targets.count, workers: workers) { i in
      let target = targets[i]
      let rendering = renderer.render(lit, [target.camera])[0].scaled(by: gains?[i])
      let result = MetricImage(rendering).clear(where: target.ignored)
      let goal = target.metricImage.clear(where: target.ignored)
      let full = ImageMetrics.psnrFull(result, goal) + target.unseenDecibels
      return View(
        file: target.file, psnr: ImageMetrics.psnr(result, goal),
        psnrFull: full, ssim: ImageMetrics.ssim(result, goal),
        iou: ImageMetrics.iou(result, goal))
    }
  }

  private func mean(_ key: KeyPath<View, Double>) -> Double {
    guard !views.isEmpty else { return .nan }
    return views.reduce(0) { $0 + $1[keyPath: key] } / Double(views.count)
  }
}

extension TargetView {
  /// Whether some of each pixel is ignored, `[H, W]`; nil where nothing is.
  private var isIgnored: [Bool]? { ignored?.values.map { $0 > 0 } }

  /// What is added to a ratio over all pixels, so that it is one over those that count; dB.
  fileprivate var unseenDecibels: Double {
    guard let isIgnored else { return 0 }
    let counted = isIgnored.count { !$0 }
    return counted > 0 ? 10 * Double.log10(Double(counted) / Double(isIgnored.count)) : 0
  }
}

extension MetricImage where S == Float {
  /// The picture without the pixels of which some is ignored: grey there, and outside of the mask.
  fileprivate func clear(where ignored: ImageBuffer<Float>?) -> MetricImage {
    guard let ignored else { return self }
    let isKept = ignored.values.map { $0 == 0 }
    return MetricImage(
      width: width, height: height,
      colorSRGB: colorSRGB.indices.map { isKept[$0 / 3] ? colorSRGB[$0] : 0.5 },
      alpha: alpha.indices.map { isKept[$0] ? alpha[$0] : 0 })
  }

  /// A rendering over a black background as a viewer sees it on mid grey.
  public init(_ rendering: Rendering<Float>) {
    let alpha = rendering.alpha.values
    let color = rendering.color?.values ?? [Float](repeating: 0, count: 3 * alpha.count)
    let straight = color.indices.map { i in
      let a = alpha[i / 3]
      return a > 0 ? min(max(sRGBEncode(color[i] / a), 0), 1) : 0
    }
    self.init(
      width: rendering.alpha.width, height: rendering.alpha.height, straightSRGB: straight,
      alpha: alpha)
  }
}
