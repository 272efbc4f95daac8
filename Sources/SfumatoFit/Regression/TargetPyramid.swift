internal import SfumatoCore

/// One target at one size, in the form that losses compare.
struct ScaledTarget<S: RenderScalar>: Sendable {
  var camera: Camera<S>
  /// Alpha, `[H, W]`.
  var alpha: [S]
  /// Colour over the fit's background, sRGB encoded, `[H, W, 3]`.
  var colorSRGB: [S]
  /// Unit normals, camera frame, `[H, W, 3]`, zero where unknown; empty where the target has none.
  var normals: [S] = []
  /// Depth, world units, `[H, W]`, 0 where unknown; empty where the target has none.
  var depth: [S] = []
  /// How much of each pixel counts, `[H, W]` in 0...1; nil where all do.
  var weights: [S]?
  /// The signed distance to the mask's outline, positive inside, fractions of the longer side, `[H, W]`; empty where it is not asked for, or
  /// the mask has no outline.
  var outlineDistances: [S] = []
}

/// A mask at one size.
struct ScaledMask: Sendable {
  /// Coverage of what counts of each pixel, `[H, W]`.
  var alpha: [Float]
  /// How much of each pixel counts, `[H, W]`; nil where all do.
  var weights: [Float]?
  var camera: Camera<Float>

  /// The mask with the object everywhere where it may be: what does not count hides what is behind it.
  var possible: [Float] {
    guard let weights else { return alpha }
    return alpha.indices.map { alpha[$0] * weights[$0] + 1 - weights[$0] }
  }

  /// Whether pixels show the object, and not only may; nil where all that may do.
  var isCertain: [Bool]? {
    weights.map { weights in alpha.indices.map { alpha[$0] * weights[$0] >= 0.5 } }
  }
}

/// Targets resized by averaging over pixel areas, in linear light and premultiplied.
enum TargetPyramid {
  /// All targets at a scale.
  ///
  /// What is ignored weighs nothing in these means; the part that does not count becomes a pixel's weight.
  ///
  /// Where the background is unknown, colour outside the mask is taken from the picture, else it is `background`. Distances to outlines are
  /// measured where they are asked for.
  static func scaled(
    _ targets: [TargetView], by scale: Double, background: SIMD3<Float>, keepsBackground: Bool,
    measuresOutlines: Bool = false, workers: Workers
  ) -> [ScaledTarget<Float>] {
    parallelMap(targets.count, workers: workers) { i in
      let target = targets[i]
      let picture = target.picture
      let (width, height) = size(of: picture, scale: scale)
      var linear = [Float](repeating: 0, count: picture.pixelCount * 4)
      for p in 0..<picture.pixelCount {
        let alpha = picture.values[4 * p + 3]
        linear[4 * p + 3] = alpha
        for c in 0..<3 {
          let value = sRGBDecode(picture.values[4 * p + c])
          linear[4 * p + c] =
            keepsBackground ? value : value * alpha + background[c] * (1 - alpha)
        }
      }
      let (small, weights) = weighted(target, linear, width: width, height: height)
      var result = ScaledTarget<Float>(
        camera: target.camera.resized(width: width, height: height),
        alpha: [Float](repeating: 0, count: width * height),
        colorSRGB: [Float](repeating: 0, count: width * height * 3), weights: weights)
      for p in 0..<width * height {
        result.alpha[p] = small[4 * p + 3]
        for c in 0..<3 { result.colorSRGB[3 * p + c] = sRGBEncode(small[4 * p + c]) }
      }
      if measuresOutlines, result.alpha.contains(where: { $0 >= 0.5 }),
        result.alpha.contains(where: { $0 < 0.5 })
      {
        let map = DistanceMap(alpha: result.alpha, width: width, height: height)
        result.outlineDistances = map.values.map { $0 / Float(max(width, height)) }
      }
      if let normals = target.geometry.normals {
        result.normals = scaled(normals, of: target, width: width, height: height)
      }
      if let depth = target.geometry.depth {
        result.depth = scaled(depth: depth, of: target, width: width, height: height)
      }
      return result
    }
  }

  /// Mean normals; unknown where any of a pixel is, or where they differ so that their mean is short.
  private static func scaled(
    _ normals: ImageBuffer<Float>, of target: TargetView, width: Int, height: Int
  ) -> [Float] {
    var known = [Float](repeating: 0, count: 4 * normals.pixelCount)
    for p in 0..<normals.pixelCount where target.knownAlpha(p) > 0.99 {
      let n = normals.values.vector3(p)
      guard n != .zero else { continue }
      for c in 0..<3 { known[4 * p + c] = n[c] }
      known[4 * p + 3] = 1
    }
    let small = areaAverage(
      known, width: normals.width, height: normals.height, newWidth: width, newHeight: height)
    var result = [Float](repeating: 0, count: 3 * width * height)
    for p in 0..<width * height where small[4 * p + 3] > 0.99 {
      let n = SIMD3(small[4 * p], small[4 * p + 1], small[4 * p + 2])
      let length = dot(n, n).squareRoot()
      if length > 0.5 { result.setVector3(p, n / length) }
    }
    return result
  }

  /// Mean depth; unknown where any of a pixel is, or where it spans a step: a deviation of over 2 % of the mean.
  private static func scaled(
    depth: ImageBuffer<Float>, of target: TargetView, width: Int, height: Int
  ) -> [Float] {
    var known = [Float](repeating: 0, count: 4 * depth.pixelCount)
    for p in 0..<depth.pixelCount where target.knownAlpha(p) > 0.99 {
      let value = depth.values[p]
      guard value > 0 else { continue }
      (known[4 * p], known[4 * p + 1], known[4 * p + 3]) = (value, value * value, 1)
    }
    let small = areaAverage(
      known, width: depth.width, height: depth.height, newWidth: width, newHeight: height)
    return (0..<width * height).map { p in
      let (mean, square) = (small[4 * p], small[4 * p + 1])
      let isKnown = small[4 * p + 3] > 0.99 && square - mean * mean <= 4e-4 * mean * mean
      return isKnown ? mean : 0
    }
  }

  /// The mask of a target at a scale, with the weights of its pixels where they differ, and the camera of that size.
  static func alpha(of target: TargetView, scale: Double) -> ScaledMask {
    let picture = target.picture
    let (width, height) = size(of: picture, scale: scale)
    let (small, weights) = weighted(target, picture.values, width: width, height: height)
    return ScaledMask(
      alpha: (0..<width * height).map { small[4 * $0 + 3] }, weights: weights,
      camera: target.camera.resized(width: width, height: height))
  }

  /// Means of four channels over what counts of each new pixel, and how much of it that is; 0 where nothing is.
  private static func weighted(
    _ target: TargetView, _ values: [Float], width: Int, height: Int
  ) -> (values: [Float], weights: [Float]?) {
    let picture = target.picture
    func average(_ values: [Float]) -> [Float] {
      areaAverage(
        values, width: picture.width, height: picture.height, newWidth: width, newHeight: height)
    }
    guard target.ignored != nil else { return (average(values), nil) }
    var (counted, kept) = (values, [Float](repeating: 0, count: values.count))
    for p in 0..<picture.pixelCount {
      let weight = target.weight(p)
      kept[4 * p] = weight
      for i in 4 * p..<4 * p + 4 { counted[i] *= weight }
    }
    var small = average(counted)
    let shares = average(kept)
    let weights = (0..<width * height).map { shares[4 * $0] }
    for p in weights.indices where weights[p] > 0 {
      for i in 4 * p..<4 * p + 4 { small[i] /= weights[p] }
    }
    return (small, weights)
  }

  /// The size of a picture at a scale, at least a pixel.
  static func size(
    of picture: ImageBuffer<Float>, scale: Double
  ) -> (width: Int, height: Int) {
    (
      max(1, Int((Double(picture.width) * scale).rounded())),
      max(1, Int((Double(picture.height) * scale).rounded()))
    )
  }

  /// Four-channel box average: each new pixel is the mean over the area that it covers.
  private static func areaAverage(
    _ values: [Float], width: Int, height: Int, newWidth: Int, newHeight: Int
  ) -> [Float] {
    guard newWidth != width || newHeight != height else { return values }
    func spans(_ size: Int, _ newSize: Int) -> [[(Int, Float)]] {
      boxOverlaps(size, newSize).map { cells in cells.map { ($0.cell, Float($0.share)) } }
    }
    let columns = spans(width, newWidth)
    let rows = spans(height, newHeight)
    var result = [Float](repeating: 0, count: newWidth * newHeight * 4)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        var sum = SIMD4<Float>.zero
        for (sy, wy) in rows[y] {
          for (sx, wx) in columns[x] {
            let i = (sy * width + sx) * 4
            sum += SIMD4(values[i], values[i + 1], values[i + 2], values[i + 3]) * (wx * wy)
          }
        }
        for c in 0..<4 { result[(y * newWidth + x) * 4 + c] = sum[c] }
      }
    }
    return result
  }
}
