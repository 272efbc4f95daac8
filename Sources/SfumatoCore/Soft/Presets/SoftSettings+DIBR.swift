internal import RealModule

extension SoftSettings {
  /// DIB-R in the parameters and units of kaolin's `dibr_rasterization`: 1 in NDC is half the image's side.
  ///
  /// Coverage is 1 inside a face and `exp(-sigmainv d²)` outside, so that no covered pixel's alpha has a gradient.
  /// Source: Chen et al. 2019, "Learning to Predict 3D Objects with an Interpolation-based Differentiable Renderer",
  /// whose text has the distance where the code has its square. Deliberate differences from the code:
  ///
  /// - Every face counts, not the first `knum`.
  /// - A face ends at the distance `boxlen`, its coverage rescaled to reach 0 there, not at the box that is wider by
  ///   it. Where coverage is still above 1/4 at that distance, a face reaches on to 1/4.
  /// - Colours are perspective-correct, and back faces show.
  ///
  /// - Parameters:
  ///   - sigmainv: one over NDC².
  ///   - boxlen: how far a face reaches, NDC.
  ///   - depthRange: the planes of the depth range, of which the code has none.
  ///   - imageSide: of the square image, pixels; of another the side that spans NDC's -1 to 1.
  /// - Returns: the settings.
  public static func dibR(
    sigmainv: S = 7000, boxlen: S = 0.02, depthRange: DepthRange<S> = .boundingSphere,
    imageSide: Int
  ) -> Self {
    precondition(sigmainv > 0 && sigmainv.isFinite, "sigmainv \(sigmainv)")
    precondition(boxlen > 0 && boxlen.isFinite, "boxlen \(boxlen)")
    // A bound of 0 would be no end at all.
    let atCut = max(S.exp(-boxlen * boxlen * sigmainv), .leastNormalMagnitude)
    return SoftSettings(
      profile: EdgeProfile(.exponentialReversed, squared: true, shift: .raw(0)),
      edgeWidthPixels: pixels(ofNDC: 1 / sigmainv.squareRoot(), imageSide: imageSide),
      depth: .nearest(within: .face), composition: .logit(epsilon: 0),
      tailBound: min(atCut, 0.25), depthRange: depthRange)
  }
}
