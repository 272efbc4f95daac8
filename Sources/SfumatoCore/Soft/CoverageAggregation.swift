/// How the coverages of several faces make the alpha of a pixel.
public enum CoverageAggregation<S: RenderScalar>: Equatable, Sendable {
  /// Independent events: `alpha = 1 - Π (1 - D)`.
  case probabilistic
}
