// Where colour and depth of a face are read for a pixel: inside at the pixel itself, outside at the nearest point of
// the boundary; as weights of the corners, perspective-correct, and differentiated in x and y (math.md 9.5).

/// The weights of a face's corners at one pixel.
struct AttributeWeights<S: RenderScalar> {
  /// Affine (screen) weights, sum 1.
  var screen: SIMD4<S>
  /// Perspective-correct weights, sum 1.
  var corrected: SIMD4<S>
  /// Whether the pixel's own barycentric weights were taken, not the foot's.
  var usesPixel: Bool
  /// Whether they were clamped to [0, 1] and renormalised.
  var isClamped: Bool
}

extension ScreenFace {
  /// The barycentric weights of a pixel in the triangle of corners 0, 1, 2.
  func barycentrics(of pixel: SIMD2<S>) -> SIMD4<S> {
    let a = corner(0) - pixel
    let b = corner(1) - pixel
    let c = corner(2) - pixel
    let inverse = 1 / cross(b - a, c - a)
    return SIMD4(cross(b, c) * inverse, cross(c, a) * inverse, cross(a, b) * inverse, 0)
  }

  /// The corner weights at the point where a pixel reads the face.
  func attributeWeights(
    at pixel: SIMD2<S>, foot: BoundaryFoot<S>, extension rule: AttributeExtension
  ) -> AttributeWeights<S> {
    let clamps = rule == .clampedAffine && cornerCount == 3
    var t = SIMD4<S>.zero
    if foot.isInside || clamps {
      t = barycentrics(of: pixel)
      if clamps {
        t.replace(with: 0, where: t .< 0)
        t.replace(with: 1, where: t .> 1)
        t /= max(t.sum(), 1e-5)
      }
    } else {
      t[foot.edge] = 1 - foot.parameter
      t[foot.edge + 1 == Int(cornerCount) ? 0 : foot.edge + 1] = foot.parameter
    }
    let weighted = t * q
    return AttributeWeights(
      screen: t, corrected: weighted / weighted.sum(), usesPixel: foot.isInside || clamps,
      isClamped: clamps)
  }

  /// The adjoint of ``attributeWeights(at:foot:extension:)``: adds to the corners' x, y and q.
  func attributeWeightsVJP(
    _ weights: AttributeWeights<S>, at pixel: SIMD2<S>, foot: BoundaryFoot<S>,
    screenBar: SIMD4<S>, correctedBar: SIMD4<S>, into gradient: inout ScreenFaceGradient<S>
  ) {
    // corrected = t q / Σ t q
    let total = (weights.screen * q).sum()
    let centered = (correctedBar - (weights.corrected * correctedBar).sum()) / total
    var tBar = screenBar + centered * q
    gradient.q += centered * weights.screen
    if weights.usesPixel {
      let raw = barycentrics(of: pixel)
      if weights.isClamped {
        let sum = raw.clamped(lowerBound: .zero, upperBound: .one).sum()
        let mean = (tBar * weights.screen).sum()
        tBar = sum > 1e-5 ? (tBar - mean) / sum : tBar / 1e-5
        tBar.replace(with: 0, where: (raw .< 0) .| (raw .> 1))
      }
      // Moving corner k by δ is moving the pixel by -w_k δ.
      let inverse = 1 / cross(corner(1) - corner(0), corner(2) - corner(0))
      let slope =
        SIMD2(
          tBar[0] * (y[1] - y[2]) + tBar[1] * (y[2] - y[0]) + tBar[2] * (y[0] - y[1]),
          tBar[0] * (x[2] - x[1]) + tBar[1] * (x[0] - x[2]) + tBar[2] * (x[1] - x[0])
        ) * inverse
      gradient.x -= raw * slope.x
      gradient.y -= raw * slope.y
      return
    }
    guard !foot.isCorner else { return }  // a corner stays the nearest point
    let i = foot.edge
    let j = i + 1 == Int(cornerCount) ? 0 : i + 1
    let e = corner(j) - corner(i)
    let parameterBar = (tBar[j] - tBar[i]) / dot(e, e)
    let onFirst = (foot.offset - e * (1 - foot.parameter)) * parameterBar
    let onSecond = (-foot.offset - e * foot.parameter) * parameterBar
    gradient.x[i] += onFirst.x
    gradient.y[i] += onFirst.y
    gradient.x[j] += onSecond.x
    gradient.y[j] += onSecond.y
  }
}
