/// A probability distribution whose cumulative function is the fall-off of coverage across an edge.
public enum EdgeDistribution: String, CaseIterable, Codable, Sendable {
  /// The logistic distribution: `F(u) = 1 / (1 + exp(-u))`.
  case logistic
}

/// How the coverage of a face falls off across its edge.
public struct EdgeProfile<S: RenderScalar>: Equatable, Sendable {
  /// The distribution.
  public var distribution: EdgeDistribution
  /// Whether it is of the squared distance, its sign kept.
  public var squared: Bool

  /// Makes a profile.
  public init(_ distribution: EdgeDistribution, squared: Bool = false) {
    self.distribution = distribution
    self.squared = squared
  }

  /// The logistic distribution of the signed distance, or of the signed squared distance.
  ///
  /// Source: Liu et al. 2019, "Soft Rasterizer", eq. 1 (squared); Petersen et al. 2022, "GenDR" (plain).
  public static func logistic(squared: Bool = false) -> Self {
    EdgeProfile(.logistic, squared: squared)
  }
}
