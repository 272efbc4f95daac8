// A function averaged over noise, f_ε(x) = E[f(x + ε Z)], has derivatives where f has none, and they are averages of
// values of f: it is never differentiated. Start at `estimate`; `forEachPerturbation` is the loop that the perturbed
// argmax shares.

/// Averages a function over noise around a point, with the gradient of the average.
///
/// Every number depends on the seed and its place alone. Results are unbiased for any number of draws; their deviation
/// falls with its root and grows as the scale shrinks.
public struct PerturbedSmoothing<S: RenderScalar>: Equatable, Sendable {
  /// The law of the noise.
  public var noise: PerturbationNoise
  /// The factor on the noise, epsilon, in the unit of the point.
  public var scale: S
  /// How many draws are averaged; mirrored ones come on top.
  public var drawCount: Int
  /// How the gradient's deviation is lowered.
  public var reduction: VarianceReduction
  /// Of all draws.
  public var seed: UInt64

  /// Makes an estimator.
  public init(
    noise: PerturbationNoise, scale: S, drawCount: Int, reduction: VarianceReduction = .antithetic,
    seed: UInt64 = 0
  ) {
    precondition(scale > 0 && scale.isFinite, "noise scale \(scale)")
    precondition(drawCount > 0 && drawCount <= Int(Int32.max), "\(drawCount) draws")
    self.noise = noise
    self.scale = scale
    self.drawCount = drawCount
    self.reduction = reduction
    self.seed = seed
  }

  /// Where some draws stand in the counter's space: the coordinate has a word of its own, the draw another.
  struct Place: Equatable, Sendable {
    /// The pixel, or 0.
    var pixel: UInt32 = 0
    /// What the noise is for; never the same for two things that shall be independent.
    var stream: UInt32 = 0
  }

  /// Calls `body` with every perturbed point and its noise, in a fixed order: draw by draw, each followed by its mirror
  /// image where the reduction asks for it.
  ///
  /// - Parameters:
  ///   - point: where, `[n]`.
  ///   - place: which draws.
  ///   - coordinates: the word of each coordinate in the counter, `[n]`; empty for 0, 1, 2...
  ///   - body: takes the perturbed point and the noise, `[n]` each, and whether the draw is complete.
  func forEachPerturbation(
    of point: [S], at place: Place, coordinates: [UInt32] = [],
    _ body: (_ moved: [S], _ noise: [S], _ isLast: Bool) -> Void
  ) {
    let generator = Philox(seed: seed)
    let isPaired = reduction.contains(.antithetic)
    var moved = point
    var z = point
    var draws = [PerturbationNoise.Draws<S>](
      repeating: .init(values: .zero, mirrored: .zero), count: point.count)
    for draw in 0..<drawCount {
      let lane = draw & 1
      if lane == 0 {
        for i in point.indices {
          let coordinate = coordinates.isEmpty ? UInt32(truncatingIfNeeded: i) : coordinates[i]
          draws[i] = noise.draws(
            generator.uniforms(
              SIMD4(place.pixel, coordinate, UInt32(truncatingIfNeeded: draw >> 1), place.stream)))
        }
      }
      for i in point.indices {
        z[i] = draws[i].values[lane]
        moved[i] = point[i] + scale * z[i]
      }
      body(moved, z, !isPaired)
      guard isPaired else { continue }
      for i in point.indices {
        z[i] = draws[i].mirrored[lane]
        moved[i] = point[i] + scale * z[i]
      }
      body(moved, z, true)
    }
  }

  /// One over the number of perturbations.
  var share: S { 1 / S(drawCount * (reduction.contains(.antithetic) ? 2 : 1)) }
}

/// A perturbed function's value and the gradient of its inner product with a cotangent.
public struct SmoothingEstimate<S: RenderScalar>: Equatable, Sendable {
  /// The mean value, `[m]`.
  public var value: [S]
  /// Cotangent of the point, `[n]`.
  public var pointBar: [S]
  /// Cotangent of the noise scale.
  public var scaleBar: S
  /// The standard deviation of one draw's (or antithetic pair's) share in `pointBar`, `[n]`.
  ///
  /// The error of `pointBar` is this over the root of the number of draws.
  public var pointDeviation: [S]
  /// The same for `scaleBar`.
  public var scaleDeviation: S
}

extension PerturbedSmoothing {
  /// The mean value of a function around a point.
  ///
  /// - Parameters:
  ///   - point: where, `[n]`.
  ///   - function: from `[n]` to `[m]`, of any kind; called once a perturbation, in order.
  /// - Returns: the mean, `[m]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func value(at point: [S], of function: ([S]) -> [S]) -> [S] {
    var sum: [Double] = []
    forEachPerturbation(of: point, at: Place()) { moved, _, _ in
      let value = function(moved)
      if sum.isEmpty { sum = [Double](repeating: 0, count: value.count) }
      for k in sum.indices { sum[k] += Double(value[k]) }
    }
    return sum.map { S($0 * Double(share)) }
  }

  /// The mean value of a function around a point, and the gradient of `Σ cotangent · mean`.
  ///
  /// *Differentiable in* the point and the noise scale, whatever the function is. Unbiased:
  ///
  ///     ∂/∂x = (1/ε) E[f(x + ε Z) ∇ν(Z)]        ∂/∂ε = (1/ε) E[f(x + ε Z) (∇ν(Z) · Z - n)]
  ///
  /// Source: Le Lidec et al. 2021, "Differentiable Rendering with Perturbed Optimizers", eq. 10 to 13. The paper prints
  /// 1 for the dimension n in the second formula, which is right for n = 1 only: E[∇ν(Z) · Z] = n. Mirrored
  /// Gumbel draws keep their own scores (half the sum of both terms), since the law is not symmetric.
  /// - Parameters:
  ///   - point: where, `[n]`.
  ///   - valueBar: the cotangent of the mean, `[m]`.
  ///   - function: from `[n]` to `[m]`, of any kind; called once a perturbation, in order, and once at the point with a
  ///     control variate.
  /// - Returns: the mean, the gradient and how far single draws lie apart.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func estimate(
    at point: [S], valueBar: [S], of function: ([S]) -> [S]
  ) -> SmoothingEstimate<S> {
    let n = point.count
    func inner(_ value: [S]) -> Double {
      precondition(value.count == valueBar.count, "\(value.count) of \(valueBar.count) values")
      return zip(value, valueBar).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let unperturbed = reduction.contains(.controlVariate) ? inner(function(point)) : 0
    let factor = (reduction.contains(.antithetic) ? 0.5 : 1) / Double(scale)
    var sum = [Double](repeating: 0, count: valueBar.count)
    // One draw's share in the gradient (the scale's last), its sum and the sum of its squares over draws.
    var share = [Double](repeating: 0, count: n + 1)
    var total = share
    var squares = share
    forEachPerturbation(of: point, at: Place()) { moved, z, isLast in
      let value = function(moved)
      let excess = (inner(value) - unperturbed) * factor
      for k in sum.indices { sum[k] += Double(value[k]) }
      var radial = -Double(n)
      for i in 0..<n {
        let score = Double(noise.score(z[i]))
        share[i] += excess * score
        radial += score * Double(z[i])
      }
      share[n] += excess * radial
      guard isLast else { return }
      for i in 0...n {
        total[i] += share[i]
        squares[i] += share[i] * share[i]
        share[i] = 0
      }
    }
    let count = Double(drawCount)
    let deviations = (0...n).map { i in
      S((max(squares[i] - total[i] * total[i] / count, 0) / max(count - 1, 1)).squareRoot())
    }
    return SmoothingEstimate(
      value: sum.map { S($0 * Double(self.share)) },
      pointBar: total[..<n].map { S($0 / count) }, scaleBar: S(total[n] / count),
      pointDeviation: Array(deviations[..<n]), scaleDeviation: deviations[n])
  }
}
