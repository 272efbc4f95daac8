internal import RealModule

/// SoftRas' `dist_func`.
public enum SoftRasDistance: Equatable, Sendable {
  /// 1 inside, 0 outside; no gradient.
  case hard
  /// `sigmoid(±m² / sigma)` with m the smallest barycentric coordinate: sigma is a fraction of the face, squared.
  case barycentric
  /// `sigmoid(±d² / sigma)` with d the distance to the outline, NDC.
  case euclidean
}

/// SoftRas' `aggr_func_alpha`.
public enum SoftRasAlpha: Equatable, Sendable {
  /// 1 where a coverage exceeds 1/2.
  case hard
  /// The mean over all faces.
  case sum
  /// `1 - Π (1 - D)`.
  case prod
}

/// The `aggr_func_rgb` of SoftRas and GenDR.
public enum PresetColor: Equatable, Sendable {
  /// The nearest face that contains the pixel, else the background.
  case hard
  /// The softmax over `log D + depth / gamma`, the background one more term.
  case softmax
}

extension SoftSettings {
  /// SoftRas in its own parameters and units: 1 in NDC is half the image's side.
  ///
  /// Source: Liu et al. 2019, "Soft Rasterizer"; names and defaults of `soft_rasterize`. Deliberate differences from
  /// its code:
  ///
  /// - The background's logit is `eps / gamma`, as written. The code adds it twice: for its pictures give `2 * eps`.
  /// - Coverage is rescaled to reach 0 at the cut-off, `sigma ln(1 / distEps - 1)`, where the code steps by
  ///   `distEps`.
  /// - A face's colour and depth outside it are read at its nearest point and perspective-correct, with gradients to
  ///   the corners; ``AttributeExtension/clampedAffine`` reads the point that the code reads.
  /// - Faces are clipped at `near`, and alpha and colour see the same ones; the code leaves alpha faces that its
  ///   colour rejects. Back faces show, as with `fill_back`.
  /// - `.hard` alpha has no gradient, a gradient of 1 in the code; `.prod` keeps its gradient deep inside an object.
  /// - Antialiasing is twice `imageSide`, and a mean over 2 x 2 pixels by the caller.
  ///
  /// - Parameters:
  ///   - sigma: NDC², or a fraction of the face squared where `distFunc` is barycentric.
  ///   - gamma: temperature of the softmax, fraction of the depth range.
  ///   - distEps: the coverage at which a face ends, in (0, 0.25].
  ///   - eps: normalised depth of the background, 0 far and 1 near.
  ///   - near: the near plane, world units.
  ///   - far: the far plane, world units.
  ///   - distFunc: what coverage is a function of.
  ///   - aggrFuncRGB: how colours are chosen.
  ///   - aggrFuncAlpha: how alpha is made.
  ///   - attributeExtension: where attributes are read outside a face.
  ///   - imageSide: of the square image, pixels; of another the side that spans NDC's -1 to 1.
  /// - Returns: the settings.
  public static func softRas(
    sigma: S = 1e-5, gamma: S = 1e-4, distEps: S = 1e-4, eps: S = 1e-3, near: S = 1,
    far: S = 100, distFunc: SoftRasDistance = .euclidean, aggrFuncRGB: PresetColor = .softmax,
    aggrFuncAlpha: SoftRasAlpha = .prod, attributeExtension: AttributeExtension = .nearestPoint,
    imageSide: Int
  ) -> Self {
    precondition(sigma > 0 && sigma.isFinite, "sigma \(sigma)")
    precondition(distEps > 0 && distEps <= 0.25, "distEps \(distEps), not in (0, 0.25]")
    let root = sigma.squareRoot()
    let profile: EdgeProfile<S>
    var width = pixels(ofNDC: root, imageSide: imageSide)
    switch distFunc {
    case .hard: profile = EdgeProfile(.hard)
    case .barycentric:
      profile = EdgeProfile(.logistic, squared: true, distance: .barycentric)
      width = root
    case .euclidean: profile = .logistic(squared: true)
    }
    let coverage: CoverageAggregation<S> =
      switch aggrFuncAlpha {
      case .hard: .hard
      case .sum: .sum
      case .prod: .probabilistic
      }
    let color = colorChoice(aggrFuncRGB, gamma: gamma, epsilon: eps)
    return SoftSettings(
      profile: profile, edgeWidthPixels: width, coverage: coverage, depth: color.depth,
      composition: color.composition, attributeExtension: attributeExtension, tailBound: distEps,
      depthRange: .planes(near: near, far: far))
  }

  /// A length in NDC as pixels.
  static func pixels(ofNDC length: S, imageSide: Int) -> S {
    precondition(imageSide > 0, "an image of side \(imageSide)")
    return length * S(imageSide) / 2
  }

  /// How SoftRas and GenDR choose colours.
  ///
  /// The hard choice puts the background at the far plane, so that pixels in no face show it.
  static func colorChoice(
    _ color: PresetColor, gamma: S, epsilon: S
  ) -> (depth: DepthAggregation<S>, composition: ColorComposition<S>) {
    switch color {
    case .hard: (.nearest(within: .face), .logit(epsilon: 0))
    case .softmax: (.softmax(gamma: gamma), .logit(epsilon: epsilon))
    }
  }
}
