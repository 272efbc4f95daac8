internal import SfumatoCore

/// How far one rendered view is from its target, and the cotangents of its pictures.
enum ViewLoss {
  /// The weighted sum of the colour, similarity, alpha, intersection-over-union, outline, normal and depth terms.
  ///
  /// Normals are compared in the target camera's frame and depth in units of the object's radius, both over the pixels that
  /// target and picture cover in full. What a target ignores is in none of them: means and sums go over what counts.
  ///
  /// - Parameters:
  ///   - picture: the rendering, linear light.
  ///   - target: what it shall be.
  ///   - losses: the weights.
  ///   - frame: the picture's camera and the object's radius.
  ///   - scale: a factor on value and cotangents, one over the number of views.
  /// - Returns: the value and the cotangents.
  static func evaluate<S: RenderScalar>(
    _ picture: Rendering<S>, _ target: ScaledTarget<S>, losses: FitConfig.Losses,
    frame: Frame<S> = Frame(), scale: S
  ) -> (value: S, cotangent: RenderingCotangent<S>) {
    var cotangent: RenderingCotangent<S>? = RenderingCotangent()
    let value = sum(
      picture, target, losses: losses, frame: frame, scale: scale, cotangent: &cotangent)
    return (value, cotangent ?? RenderingCotangent())
  }

  /// The value of ``evaluate(_:_:losses:frame:scale:)`` alone.
  static func value<S: RenderScalar>(
    _ picture: Rendering<S>, _ target: ScaledTarget<S>, losses: FitConfig.Losses,
    frame: Frame<S> = Frame(), scale: S
  ) -> S {
    var none: RenderingCotangent<S>?
    return sum(picture, target, losses: losses, frame: frame, scale: scale, cotangent: &none)
  }

  /// What normals and depth are compared in.
  struct Frame<S: RenderScalar>: Sendable {
    /// World to camera.
    var rotation = Quaternion<S>.identity
    /// The object's radius, world units.
    var radius: S = 1
  }

  /// The differences between a picture and its target, for least squares: of ``evaluate(_:_:losses:frame:scale:)`` colour and
  /// alpha.
  static func residuals(
    _ picture: Rendering<Float>, _ target: ScaledTarget<Float>, losses: FitConfig.Losses,
    scale: Float
  ) -> ViewResiduals {
    let roots = target.weights?.map { $0.squareRoot() }
    func root(_ pixel: Int) -> Float { roots?[pixel] ?? 1 }
    let counted = max(
      target.weights.map { Float($0.reduce(0) { $0 + Double($1) }) } ?? Float(target.alpha.count),
      .leastNormalMagnitude)
    var values: [Float] = []
    if losses.alpha != 0 {
      let alpha = picture.alpha.values
      let factor = (2 * Float(losses.alpha) * scale / counted).squareRoot()
      values = alpha.indices.map { factor * root($0) * (alpha[$0] - target.alpha[$0]) }
    }
    let squaredCount = values.count
    guard losses.color != 0, let color = picture.color?.values else {
      return ViewResiduals(values: values, squaredCount: squaredCount, bound: 0)
    }
    // Half of a square costs Huber's loss, and a whole one the squared.
    let isSquared = losses.colorLoss == .l2
    let weight = Float(losses.color) * (isSquared ? 2 : 1)
    let factor = (weight * scale / (3 * counted)).squareRoot()
    values.reserveCapacity(squaredCount + color.count)
    for i in color.indices {
      values.append(factor * root(i / 3) * (sRGBEncode(color[i]) - target.colorSRGB[i]))
    }
    return ViewResiduals(
      values: values, squaredCount: isSquared ? values.count : squaredCount,
      bound: factor * Float(losses.huberDelta))
  }

  /// The terms' sum, and the pictures' cotangents where there is a place for them.
  private static func sum<S: RenderScalar>(
    _ picture: Rendering<S>, _ target: ScaledTarget<S>, losses: FitConfig.Losses,
    frame: Frame<S>, scale: S, cotangent: inout RenderingCotangent<S>?
  ) -> S {
    let wantsCotangent = cotangent != nil
    var value: S = 0
    let alpha = picture.alpha
    var alphaBar = ImageBuffer<S>(
      width: alpha.width, height: wantsCotangent ? alpha.height : 0, channels: 1)
    if losses.alpha != 0 {
      let (loss, residual) = PixelLoss.forward(
        .l2, image: alpha.values, target: target.alpha, weights: target.weights, channels: 1)
      value += S(losses.alpha) * loss
      if wantsCotangent {
        PixelLoss.backward(
          residual, valueBar: scale * S(losses.alpha), into: &alphaBar.values)
      }
    }
    if losses.iou != 0 {
      let (loss, residual) = SoftIoULoss.forward(
        alpha: alpha.values, target: target.alpha, weights: target.weights)
      value += S(losses.iou) * loss
      if wantsCotangent {
        SoftIoULoss.backward(residual, valueBar: scale * S(losses.iou), into: &alphaBar.values)
      }
    }
    if losses.maskDistance != 0, !target.outlineDistances.isEmpty {
      let (loss, residual) = MaskDistanceLoss.forward(
        alpha: alpha.values, distances: target.outlineDistances, weights: target.weights)
      value += S(losses.maskDistance) * loss
      if wantsCotangent {
        MaskDistanceLoss.backward(
          residual, valueBar: scale * S(losses.maskDistance), into: &alphaBar.values)
      }
    }
    cotangent?.alpha = alphaBar
    value += geometry(
      picture, target, losses: losses, frame: frame, scale: scale, cotangent: &cotangent)
    guard losses.comparesColor, let color = picture.color else { return value * scale }
    let encoded = color.values.map { sRGBEncode($0) }
    var bar = ImageBuffer<S>(
      width: color.width, height: wantsCotangent ? color.height : 0, channels: 3)
    if losses.color != 0 {
      let (loss, residual) = PixelLoss.forward(
        losses.colorPenalty(), image: encoded, target: target.colorSRGB, weights: target.weights,
        channels: 3)
      value += S(losses.color) * loss
      if wantsCotangent {
        PixelLoss.backward(residual, valueBar: scale * S(losses.color), into: &bar.values)
      }
    }
    for (weight, isMultiScale) in [(losses.ssim, false), (losses.multiScaleSSIM, true)]
    where weight != 0 {
      value +=
        S(weight)
        * similarity(
          encoded, target, isMultiScale: isMultiScale, width: color.width, height: color.height,
          valueBar: scale * S(weight), bar: &bar.values)
    }
    if wantsCotangent {
      for i in bar.values.indices {
        bar.values[i] = sRGBEncodeVJP(color.values[i], encodedBar: bar.values[i])
      }
      cotangent?.color = bar
    }
    return value * scale
  }
}

extension ViewLoss {
  /// Where a depth's cost turns from squared to absolute, radii of the object.
  private static var depthDelta: Double { 0.02 }

  /// The terms of normals and depth.
  private static func geometry<S: RenderScalar>(
    _ picture: Rendering<S>, _ target: ScaledTarget<S>, losses: FitConfig.Losses,
    frame: Frame<S>, scale: S, cotangent: inout RenderingCotangent<S>?
  ) -> S {
    let alpha = picture.alpha
    var value: S = 0
    if losses.normal != 0, let normal = picture.normal, !target.normals.isEmpty {
      let back = frame.rotation.conjugate.matrix
      var goal = target.normals
      var weights = [S](repeating: 0, count: alpha.pixelCount)
      for p in weights.indices where alpha.values[p] > S(0.99) {
        let n = goal.vector3(p)
        guard n != .zero else { continue }
        weights[p] = 1
        goal.setVector3(p, back * n)
      }
      let (loss, residual) = PixelLoss.forward(
        .l2, image: normal.values, target: goal, weights: weights, channels: 3)
      value += S(losses.normal) * loss
      if cotangent != nil {
        var bar = ImageBuffer<S>(width: alpha.width, height: alpha.height, channels: 3)
        PixelLoss.backward(residual, valueBar: scale * S(losses.normal), into: &bar.values)
        cotangent?.normal = bar
      }
    }
    if losses.depth != 0, let depth = picture.depth, !target.depth.isEmpty {
      let weights: [S] = alpha.values.indices.map { p in
        alpha.values[p] > S(0.99) && target.depth[p] > 0 && depth.values[p].isFinite ? 1 : 0
      }
      let image = weights.indices.map { weights[$0] > 0 ? depth.values[$0] / frame.radius : 0 }
      let (loss, residual) = PixelLoss.forward(
        .huber(delta: S(depthDelta)), image: image, target: target.depth.map { $0 / frame.radius },
        weights: weights, channels: 1)
      value += S(losses.depth) * loss
      if cotangent != nil {
        var bar = ImageBuffer<S>(width: alpha.width, height: alpha.height, channels: 1)
        PixelLoss.backward(
          residual, valueBar: scale * S(losses.depth) / frame.radius, into: &bar.values)
        cotangent?.depth = bar
      }
    }
    return value
  }
}

/// What one view adds to a least-squares problem.
struct ViewResiduals: Sendable {
  /// Differences, scaled so that half of their square is what they cost while they are small.
  var values: [Float]
  /// How many of them, from the first, cost half of their square however large.
  var squaredCount: Int
  /// Beyond this size the others cost in proportion to it: Huber's loss.
  var bound: Float

  /// What all of them cost.
  var cost: Double {
    var sum = 0.0
    for (i, value) in values.enumerated() {
      let size = Double(abs(value))
      let bound = Double(bound)
      sum += i < squaredCount || size <= bound ? size * size / 2 : bound * (size - bound / 2)
    }
    return sum
  }

  /// The factor on each that lets squares cost, near here, what Huber's loss does (iteratively reweighted least squares; Holland and
  /// Welsch 1977).
  var weights: [Float] {
    values.indices.map { i in
      let size = abs(values[i])
      return i < squaredCount || size <= bound ? 1 : (bound / size).squareRoot()
    }
  }
}
