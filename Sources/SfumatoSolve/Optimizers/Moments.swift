internal import RealModule
package import SfumatoCore

/// Which parameters share the scale of a step.
public enum AdamScale: String, CaseIterable, Codable, Equatable, Sendable {
  /// None: each parameter has its own.
  ///
  /// Source: Kingma, Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1.
  case parameter
  /// The three coordinates of a vertex: a step does not depend on how the axes lie.
  ///
  /// Source: Ling, Sharp, Jacobson 2022, "VectorAdam for Rotation Equivariant Geometry Optimization", algorithm 1.
  case vertex
  /// All, by the largest: a step keeps the gradient's shape.
  ///
  /// Source: Nicolet, Jacobson, Jakob 2021, "Large Steps in Inverse Rendering of Geometry", section 3.3.
  case largest
  /// None at all: gradient descent with momentum, in which a step is the learning rate times the gradients of the past, each weighing
  /// ``AdamSettings/beta1`` times the next. Its learning rate has the parameter's unit squared over the loss's.
  ///
  /// Source: Polyak 1964, "Some methods of speeding up the convergence of iteration methods", eq. 9, as PyTorch's SGD has it.
  case none
}

/// How Adam and its relatives average gradients.
public struct AdamSettings: Equatable, Sendable, Codable {
  /// The share of the old mean kept each step, in [0, 1).
  public var beta1: Double
  /// The share of the old mean square kept each step, in [0, 1).
  public var beta2: Double
  /// Added to the root of the mean square, in units of the gradient: keeps the first steps of a parameter
  /// without gradient finite; far below any gradient that matters.
  public var epsilon: Double
  /// Which parameters share the scale of a step.
  public var scale: AdamScale

  /// Settings, by default those of the paper.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    scale: AdamScale = .parameter
  ) {
    precondition((0..<1).contains(beta1) && (0..<1).contains(beta2), "betas \(beta1), \(beta2)")
    precondition(epsilon > 0, "epsilon \(epsilon)")
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.scale = scale
  }
}

/// Running means of a gradient and of its square, with what undoes their start at zero.
package struct Moments<S: RenderScalar>: Equatable, Sendable, Codable {
  package var first: [S]
  package var second: [S]
  /// β₁ᵗ and β₂ᵗ by repeated products in `Double`: the same bits on every machine.
  package var beta1Power = 1.0
  package var beta2Power = 1.0

  init(count: Int) {
    first = [S](repeating: 0, count: count)
    second = [S](repeating: 0, count: count)
  }

  /// Takes in a gradient; returns the factors that correct the bias of the two means.
  @inline(__always)
  mutating func update(
    _ gradient: [S], _ settings: AdamSettings
  ) -> (firstScale: S, secondScale: S) {
    precondition(gradient.count == first.count, "\(gradient.count) of \(first.count)")
    let (b1, b2) = (S(settings.beta1), S(settings.beta2))
    let (c1, c2) = (S(1 - settings.beta1), S(1 - settings.beta2))
    for i in gradient.indices {
      let g = gradient[i]
      first[i] = b1 * first[i] + c1 * g
      second[i] = b2 * second[i] + c2 * g * g
    }
    beta1Power *= settings.beta1
    beta2Power *= settings.beta2
    return (S(1 / (1 - beta1Power)), S(1 / (1 - beta2Power)))
  }

  /// The largest mean square, before its start at zero is undone.
  var largestSquare: S {
    var largest: S = 0
    for square in second { largest = square > largest ? square : largest }
    return largest
  }

  /// The moments of a subdivided mesh's vertices.
  func carried(through subdivision: MeshSubdivision, channels: Int) -> Moments {
    var carried = self
    carried.first = subdivision.carryVertices(first, channels: channels)
    carried.second = subdivision.carryVertices(second, channels: channels)
    return carried
  }
}
