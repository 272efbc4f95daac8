internal import RealModule

extension SoftSettings {
  /// GenDR in its own parameters and units: 1 in NDC is half the image's side.
  ///
  /// Source: Petersen et al. 2022, "GenDR: A Generalized Differentiable Renderer"; names and defaults of its class
  /// `GenDR`. Deliberate differences from its code:
  ///
  /// - The background's logit is `eps / gamma`, as written. The code adds it twice: for its pictures give `2 *
  ///   aggrRGBEps`.
  /// - Coverage is rescaled to reach 0 where the code cuts it, at `d² = distEps distScale` or at a coverage of 1e-6;
  ///   the paper's cut of `d = distEps distScale` is not in the code either. Where coverage is still above 1/4 at the
  ///   cut, a face reaches on to 1/4.
  /// - A face's colour and depth outside it are read at its nearest point and perspective-correct, with gradients to
  ///   the corners; ``AttributeExtension/clampedAffine`` reads the point that the code reads.
  /// - Faces are clipped at `near`, and alpha and colour see the same ones. Back faces show, as with `double_side`.
  /// - `distShape` is 1 by default, not 0, which makes the gamma laws a step. Those are exact here; the code has 32
  ///   terms of their series.
  /// - `distShift` also moves the laws on which the code ignores it.
  /// - Aggregations take their whole range of parameters.
  ///
  /// - Parameters:
  ///   - distFunc: the law of the fall-off.
  ///   - distScale: NDC, or NDC² where squared.
  ///   - distSquared: whether the law is of the squared distance.
  ///   - distShape: the gamma laws' shape.
  ///   - distShift: in units of `distScale`; 0 erodes or dilates the object under one-sided laws, as the code does.
  ///   - distEps: where faces end, see above.
  ///   - aggrAlphaFunc: the T-conorm with its parameter.
  ///   - aggrRGBFunc: how colours are chosen.
  ///   - aggrRGBEps: normalised depth of the background, 0 far and 1 near.
  ///   - aggrRGBGamma: temperature of the softmax, fraction of the depth range.
  ///   - near: the near plane, world units.
  ///   - far: the far plane, world units.
  ///   - attributeExtension: where attributes are read outside a face.
  ///   - imageSide: of the square image, pixels; of another the side that spans NDC's -1 to 1.
  /// - Returns: the settings.
  public static func genDR(
    distFunc: EdgeDistribution = .uniform, distScale: S = 1e-2, distSquared: Bool = false,
    distShape: S = 1, distShift: S = 0, distEps: S = 1e4,
    aggrAlphaFunc: CoverageAggregation<S> = .probabilistic, aggrRGBFunc: PresetColor = .softmax,
    aggrRGBEps: S = 1e-3, aggrRGBGamma: S = 1e-3, near: S = 1, far: S = 100,
    attributeExtension: AttributeExtension = .nearestPoint, imageSide: Int
  ) -> Self {
    precondition(distScale > 0 && distScale.isFinite, "distScale \(distScale)")
    precondition(distEps > 0 && distEps.isFinite, "distEps \(distEps)")
    let length = distSquared ? distScale.squareRoot() : distScale
    let color = colorChoice(aggrRGBFunc, gamma: aggrRGBGamma, epsilon: aggrRGBEps)
    let profile = EdgeProfile(
      distFunc, squared: distSquared, shape: distShape, shift: .raw(distShift))
    var settings = SoftSettings(
      profile: profile, edgeWidthPixels: pixels(ofNDC: length, imageSide: imageSide),
      coverage: aggrAlphaFunc, depth: color.depth, composition: color.composition,
      attributeExtension: attributeExtension, tailBound: 0,
      depthRange: .planes(near: near, far: far))
    let cut = pixels(ofNDC: (distEps * distScale).squareRoot(), imageSide: imageSide)
    let atCut = EdgeCoverage(settings).sample(signedDistance: -cut)?.coverage ?? 0
    settings.tailBound = min(max(atCut, 1e-6), 0.25)
    return settings
  }
}
