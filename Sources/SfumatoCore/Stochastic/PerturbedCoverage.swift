/// The coverage of a face as the share of draws that say it is there: `D = E[H(u + X)]`, `H` the unit step.
///
/// Its mean is the noise's distribution function at the standardised signed distance `u`.
///
/// *Differentiable in* the distance and the edge width, by scores; *constant in* the noise.
///
/// Source: Le Lidec et al. 2021, "Differentiable Rendering with Perturbed Optimizers", section 3.2.
public struct PerturbedCoverage<S: RenderScalar>: Equatable, Sendable {
  /// The law of the noise.
  public var noise: PerturbationNoise
  /// How many draws are averaged; mirrored ones come on top.
  public var drawCount: Int
  /// How the gradient's deviation is lowered.
  public var reduction: VarianceReduction
  /// Of all draws.
  public var seed: UInt64

  /// Makes a sampler.
  public init(
    noise: PerturbationNoise, drawCount: Int, reduction: VarianceReduction = .antithetic,
    seed: UInt64 = 0
  ) {
    precondition(drawCount > 0 && drawCount <= Int(Int32.max), "\(drawCount) draws")
    self.noise = noise
    self.drawCount = drawCount
    self.reduction = reduction
    self.seed = seed
  }

  /// A sampled coverage.
  public struct Sample: Equatable, Sendable {
    /// D, in [0, 1].
    public var coverage: S
    /// ∂D/∂u; its mean is the density.
    public var slope: S
  }

  /// The coverage and its slope at a standardised signed distance, positive inside.
  ///
  /// Where `u = s d / w`, ∂D/∂w is `-slope u / w`: the score form with the constant n = 1 has the same mean and more noise.
  /// - Parameters:
  ///   - u: the distance in edge widths (squared, sign kept, for squared profiles).
  ///   - pixel: whose draws are used.
  ///   - face: whose draws are used; different faces are independent.
  ///   - stream: what the noise is for.
  /// - Returns: the mean over all draws.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func sample(_ u: S, pixel: UInt32 = 0, face: UInt32 = 0, stream: UInt32 = 0) -> Sample {
    let generator = Philox(seed: seed)
    let isPaired = reduction.contains(.antithetic)
    let unperturbed: S = reduction.contains(.controlVariate) && u > 0 ? 1 : 0
    var hits = 0
    var slope: S = 0
    func add(_ x: S) {
      let hit = u + x > 0
      if hit { hits += 1 }
      slope += ((hit ? 1 : 0) - unperturbed) * noise.score(x)
    }
    var draws = PerturbationNoise.Draws<S>(values: .zero, mirrored: .zero)
    for draw in 0..<drawCount {
      let lane = draw & 1
      if lane == 0 {
        draws = noise.draws(
          generator.uniforms(
            SIMD4(pixel, face, UInt32(truncatingIfNeeded: draw >> 1), stream)))
      }
      add(draws.values[lane])
      if isPaired { add(draws.mirrored[lane]) }
    }
    let count = S(drawCount * (isPaired ? 2 : 1))
    return Sample(coverage: S(hits) / count, slope: slope / count)
  }
}
