internal import RealModule

/// The blends of PyTorch3D.
public enum PyTorch3DBlend: Equatable, Sendable {
  /// `softmax_rgb_blend`.
  case softmax
  /// `sigmoid_alpha_blend`: alpha as in the softmax, the colour of the nearest face within the blur radius.
  case sigmoidAlpha
  /// `hard_rgb_blend`: the nearest face that contains the pixel.
  case hard
}

extension SoftSettings {
  /// PyTorch3D's rasterizer and a blend in their own parameters and units: the image's shorter side spans NDC's -1 to
  /// 1.
  ///
  /// Source: Ravi et al. 2020, "Accelerating 3D Deep Learning with PyTorch3D"; names and defaults of `BlendParams`.
  /// Deliberate differences from its code:
  ///
  /// - Every face counts, not the nearest `faces_per_pixel`.
  /// - Coverage is rescaled to reach 0 at the blur radius, where the code steps.
  /// - The softmax's background has the code's logit `1e-10 / gamma` without its floor: it gets less than 1e-10 of
  ///   the nearest face's weight where the code holds it there.
  /// - A face's colour and depth outside it are read at its nearest point, not at clipped barycentric coordinates.
  /// - Faces are clipped at `znear`; the code clips at half of it.
  /// - `.hard` has no blur radius; alpha is 1 on the object and 0 elsewhere.
  ///
  /// - Parameters:
  ///   - sigma: NDC².
  ///   - gamma: temperature of the softmax, fraction of the depth range.
  ///   - blurRadius: where a face ends, squared distance in NDC², at least `sigma ln 3`; by default `sigma ln(1 /
  ///     1e-4 - 1)`.
  ///   - znear: the near plane, world units.
  ///   - zfar: the far plane, world units.
  ///   - imageSide: the image's shorter side, pixels.
  ///   - blend: how colours and alpha are made.
  /// - Returns: the settings.
  public static func pytorch3d(
    sigma: S = 1e-4, gamma: S = 1e-4, blurRadius: S? = nil, znear: S = 1, zfar: S = 100,
    imageSide: Int, blend: PyTorch3DBlend = .softmax
  ) -> Self {
    precondition(sigma > 0 && sigma.isFinite, "sigma \(sigma)")
    let range = DepthRange<S>.planes(near: znear, far: zfar)
    let width = pixels(ofNDC: sigma.squareRoot(), imageSide: imageSide)
    let nearest: DepthAggregation<S>
    switch blend {
    case .hard:
      // Coverages are 0 or 1: any aggregation of them is the union.
      return SoftSettings(
        profile: EdgeProfile(.hard), edgeWidthPixels: width, depth: .nearest(within: .face),
        composition: .logit(epsilon: 0), depthRange: range)
    case .sigmoidAlpha: nearest = .nearest(within: .reach)
    case .softmax: nearest = .softmax(gamma: gamma)
    }
    var tailBound: S = 1e-4
    if let blurRadius {
      let cut = blurRadius / sigma
      precondition(
        cut >= S.log(3) * 0.999, "blur radius \(blurRadius) is under ln 3 times sigma, \(sigma)")
      // A bound of 0 would be no end at all.
      tailBound = max(S.exp(-cut) / (1 + S.exp(-cut)), .leastNormalMagnitude)
      tailBound = min(tailBound, 0.25)
    }
    return SoftSettings(
      profile: .logistic(squared: true), edgeWidthPixels: width, depth: nearest,
      composition: .logit(epsilon: blend == .softmax ? 1e-10 : 0), tailBound: tailBound,
      depthRange: range)
  }
}
