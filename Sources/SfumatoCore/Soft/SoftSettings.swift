/// How the faces' colour meets the background.
public enum ColorComposition<S: RenderScalar>: Equatable, Sendable {
  /// `alpha C + (1 - alpha) background`: the outline of the colour is the outline of alpha.
  case underneath
  /// The background is one more term of the softmax, with normalised depth `epsilon` (SoftRas; 0 is far, 1 near).
  case logit(epsilon: S)
}

/// Where colour and depth of a face are read at a pixel outside it.
public enum AttributeExtension: Equatable, Sendable {
  /// At the face's nearest point, perspective-correct.
  case nearestPoint
  /// At the pixel's barycentric weights clamped to [0, 1] and renormalised, affine for colour and
  /// perspective-correct for depth, as SoftRas and GenDR do; faces cut by the near plane use ``nearestPoint``.
  ///
  /// Only the scalar reference has it, so it is slow in Float.
  case clampedAffine
}

/// The planes between which depth is normalised; faces are clipped at the near one.
public enum DepthRange<S: RenderScalar>: Equatable, Sendable {
  /// From the scene's bounding sphere: near = max(r / 1000, d - 1.05 r), far = d + 1.05 r.
  case boundingSphere
  /// Stated, world units, 0 < near < far.
  case planes(near: S, far: S)

  /// The planes themselves; of the bounding sphere those of a camera that sees it.
  ///
  /// The distance of the sphere is its depth along the optical axis, so that no part of it is cut off axis.
  package func planes(
    around sphere: (center: SIMD3<S>, radius: S), seenFrom camera: Camera<S>
  ) -> (near: S, far: S) {
    switch self {
    case .planes(let near, let far): return (near, far)
    case .boundingSphere:
      let radius = sphere.radius > 0 ? sphere.radius : 1
      let depth = camera.cameraPoint(sphere.center).z
      let near = max(radius / 1000, depth - radius * 1.05)
      return (near, max(depth + radius * 1.05, near + radius / 1000))
    }
  }
}

/// The smoothing of the soft renderer.
public struct SoftSettings<S: RenderScalar>: Equatable, Sendable {
  /// The fall-off across an edge.
  public var profile: EdgeProfile<S>
  /// The scale of the fall-off, pixels, for the plain and the squared form alike; a fraction of the face where the
  /// profile's distance is barycentric.
  public var edgeWidthPixels: S
  /// How coverages make alpha.
  public var coverage: CoverageAggregation<S>
  /// How colours are chosen over depth.
  public var depth: DepthAggregation<S>
  /// How colour meets the background.
  public var composition: ColorComposition<S>
  /// Where attributes are read outside a face.
  public var attributeExtension: AttributeExtension
  /// The coverage at which a face ends, in [0, 0.25]; 0 switches the cut-off off.
  ///
  /// The profile is shifted and rescaled to reach 0 there, so that J faces left out change alpha by less
  /// than J times this bound and nothing steps.
  public var tailBound: S
  /// The planes of the depth range.
  public var depthRange: DepthRange<S>

  /// Whether textures and highlights are shaded at each fragment; else at the corners of faces, and interpolated.
  ///
  /// By the scalar reference, some hundred times slower; materials that need no fragments are not touched.
  public var shadesFragments = false

  /// Makes settings; the defaults suit fitting at any image size, the tail bound by default the profile.
  public init(
    profile: EdgeProfile<S> = .logistic(), edgeWidthPixels: S = 1,
    coverage: CoverageAggregation<S> = .probabilistic,
    depth: DepthAggregation<S> = .softmax(gamma: 0.01),
    composition: ColorComposition<S> = .underneath,
    attributeExtension: AttributeExtension = .nearestPoint, tailBound: S? = nil,
    depthRange: DepthRange<S> = .boundingSphere
  ) {
    self.profile = profile
    self.edgeWidthPixels = edgeWidthPixels
    self.coverage = coverage
    self.depth = depth
    self.composition = composition
    self.attributeExtension = attributeExtension
    self.tailBound = tailBound ?? profile.defaultTailBound
    self.depthRange = depthRange
    check()
  }

  /// Ends the process where a value has no meaning; also before each pass, since the properties may change.
  func check() {
    precondition(
      edgeWidthPixels > 0 && edgeWidthPixels.isFinite, "edge width \(edgeWidthPixels) px")
    precondition(tailBound >= 0 && tailBound <= 0.25, "tail bound \(tailBound)")
    profile.check()
    if let complaint = coverage.complaint { preconditionFailure(complaint) }
    depth.check()
    switch depthRange {
    case .boundingSphere: break
    case .planes(let near, let far):
      precondition(near > 0 && far > near && far.isFinite, "planes at \(near) and \(far)")
    }
  }
}
