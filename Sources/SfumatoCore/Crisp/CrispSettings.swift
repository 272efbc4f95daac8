/// How the crisp renderer differentiates outlines.
public enum CrispEdges: Equatable, Sendable {
  /// Not at all: the interior alone has gradients.
  case none
  /// Samples are blended by the area that outlines, creases and cuts leave of them; image and gradient agree.
  ///
  /// Exact along the row or the column of a sample's centre. After Laine et al. 2020, "Modular Primitives for High-Performance
  /// Differentiable Rendering", section 3.6.
  case antialiased
  /// The image stays as it is; where it jumps, moving the jump hands area from one side's colour to the other's.
  ///
  /// Jumps are outlines, creases between faces of different colours, and lines in which faces cut each other. After Pidhorskyi et
  /// al. 2024, "Rasterized Edge Gradients: Handling Discontinuities Differentiably".
  case edgeGradient
}

/// The settings of the crisp renderer: one visible face a sample, shaded at the sample's centre.
public struct CrispSettings<S: RenderScalar>: Equatable, Sendable {
  /// How outlines are differentiated.
  public var edges: CrispEdges
  /// Samples along each side of a pixel, 1 to 16; outlines are found between samples.
  public var samples: Int
  /// The planes of the depth range; faces are clipped at the near one.
  public var depthRange: DepthRange<S>

  /// Makes settings.
  public init(
    edges: CrispEdges = .antialiased, samples: Int = 1,
    depthRange: DepthRange<S> = .boundingSphere
  ) {
    self.edges = edges
    self.samples = samples
    self.depthRange = depthRange
    check()
  }

  /// Ends the process where a value has no meaning.
  func check() {
    precondition(samples >= 1 && samples <= 16, "\(samples) samples a side")
  }
}
