internal import RealModule
public import SfumatoCore

/// Adam on a loss that is known by its values alone: it descends the loss averaged over a Gaussian around the parameters.
///
/// The mean slopes where the loss itself is flat, as when a picture and its target do not overlap, and it knows no kinks. A
/// step takes two losses a parameter and pair. Start wide, about half the parameters' domain, and narrow linearly
/// (``sigma(from:to:step:of:)``): what is found at a width is the optimum of the averaged loss.
///
/// Source: Fischer, Ritschel 2023, "Plateau-Reduced Differentiable Path Tracing". Each parameter has pairs of its own, in which
/// the other parameters move by Gaussian lengths that the pair shares.
///
/// The state is a value, and draws depend on seed and step alone: storing it and going on gives the same bits as going on.
public struct ParameterSpaceAdam<S: RenderScalar>: Equatable, Sendable, Codable {
  /// Of all draws.
  public var seed: UInt64
  package var adam: Adam<S>

  /// An optimiser of `count` parameters that has seen nothing.
  public init(count: Int, seed: UInt64 = 0, settings: AdamSettings = AdamSettings()) {
    self.seed = seed
    adam = Adam(count: count, settings: settings)
  }

  /// The number of parameters.
  public var count: Int { adam.count }
  /// The number of steps taken.
  public var stepCount: Int { adam.stepCount }

  /// The width at a step of a plan, falling linearly from the first to the last step.
  public static func sigma(from start: S, to end: S, step: Int, of steps: Int) -> S {
    steps > 1 ? start + (end - start) * (S(step) / S(steps - 1)) : start
  }

  /// Where the next step wants the loss: offsets from the parameters, `[2 N pairs][N]`.
  ///
  /// Pair `k` of parameter `i` stands at `2 (i pairs + k)`: parameter `i` moved up, then down by the same Rayleigh length
  /// `sqrt(-2 sigma² ln ξ)`, the density of which is the Gaussian's slope.
  /// - Parameters:
  ///   - sigma: the Gaussian's standard deviation, above 0, in the parameters' common unit.
  ///   - pairs: how many pairs a parameter, at least 1; more lower the gradient's deviation.
  /// - Returns: the offsets; the same until ``step(losses:sigma:learningRate:)``.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func offsets(sigma: S, pairs: Int = 1) -> [[S]] {
    precondition(sigma > 0 && sigma.isFinite, "sigma \(sigma)")
    precondition(pairs > 0, "\(pairs) pairs")
    let generator = Philox(seed: seed)
    var offsets: [[S]] = []
    offsets.reserveCapacity(2 * count * pairs)
    for i in 0..<count {
      for k in 0..<pairs {
        var up = [S](repeating: 0, count: count)
        for j in 0..<count {
          let u = generator.uniforms(
            SIMD4(
              UInt32(truncatingIfNeeded: j), UInt32(truncatingIfNeeded: i),
              UInt32(truncatingIfNeeded: k), UInt32(truncatingIfNeeded: stepCount)))
          let radius = (-2 * Double.log(u.x)).squareRoot()
          up[j] = sigma * S(i == j ? radius : radius * Double.cos(2 * .pi * u.y))
        }
        var down = up
        down[i] = -up[i]
        offsets.append(up)
        offsets.append(down)
      }
    }
    return offsets
  }

  /// The gradient of the averaged loss from its values at ``offsets(sigma:pairs:)``, `[N]`.
  ///
  /// `∂Q/∂θ = mean(P(θ + τ) - P(θ - τ)) / (sigma sqrt(2 π))`; unbiased for any number of pairs.
  public func gradient(losses: [S], sigma: S) -> [S] {
    guard count > 0 else { return [] }
    precondition(
      !losses.isEmpty && losses.count % (2 * count) == 0,
      "\(losses.count) losses of \(count) parameters")
    let pairs = losses.count / (2 * count)
    let scale = 1 / (sigma * (2 * S.pi).squareRoot() * S(pairs))
    return (0..<count).map { i in
      var sum: S = 0
      for k in 0..<pairs {
        let place = 2 * (i * pairs + k)
        sum += losses[place] - losses[place + 1]
      }
      return sum * scale
    }
  }

  /// Takes in the losses at the offsets and returns what to **add** to the parameters, `[N]`.
  ///
  /// Losses that are not finite spoil the state of their parameter; the caller screens them.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public mutating func step(losses: [S], sigma: S, learningRate: S) -> [S] {
    adam.step(gradient: gradient(losses: losses, sigma: sigma), learningRate: learningRate)
  }

  /// Takes a step on a loss, a function of the offset from the present parameters; returns what to **add** to them.
  public mutating func step(
    sigma: S, pairs: Int = 1, learningRate: S, loss: ([S]) -> S
  ) -> [S] {
    step(
      losses: offsets(sigma: sigma, pairs: pairs).map(loss), sigma: sigma,
      learningRate: learningRate)
  }
}
