internal import RealModule
public import SfumatoCore

/// Adam: steps along the mean gradient, scaled by the root of its mean square: that of each parameter, of a vertex, or the largest; or, without a
/// scale, gradient descent with momentum.
///
/// Sources: ``AdamScale``. The state is a value: storing it and going on gives the same bits as going on.
public struct Adam<S: RenderScalar>: Equatable, Sendable, Codable {
  /// The settings; they may change between steps.
  public var settings: AdamSettings
  /// The number of steps taken.
  public package(set) var stepCount = 0
  package var moments: Moments<S>

  /// An optimiser of `count` parameters that has seen nothing.
  public init(count: Int, settings: AdamSettings = AdamSettings()) {
    self.settings = settings
    moments = Moments(count: count)
  }

  /// The number of parameters.
  public var count: Int { moments.first.count }

  /// Takes in a gradient and returns what to **add** to the parameters, `[N]` to `[N]`.
  ///
  /// The first step is as long as the learning rate: in each parameter, at each vertex, or in the parameter of the largest gradient; without a
  /// scale as long as that times the gradient.
  /// A gradient that is not finite spoils the state of what shares its scale; the caller screens it.
  ///
  /// - Precondition: the parameters are three a vertex where vertices have scales.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public mutating func step(gradient: [S], learningRate: S) -> [S] {
    let scales = moments.update(gradient, settings)
    stepCount += 1
    let epsilon = S(settings.epsilon)
    var update = moments.first
    func factor(_ square: S) -> S {
      -learningRate * scales.firstScale / ((square * scales.secondScale).squareRoot() + epsilon)
    }
    switch settings.scale {
    case .parameter:
      for i in update.indices {
        let root = (moments.second[i] * scales.secondScale).squareRoot()
        update[i] = -learningRate * (update[i] * scales.firstScale) / (root + epsilon)
      }
    case .vertex:
      precondition(update.count % 3 == 0, "\(update.count) parameters")
      // Far from all that a picture shows, a smoothed gradient is rounding; it has no scale of its own.
      let least = moments.largestSquare * S(1e-8)
      for v in 0..<(update.count / 3) {
        let square = moments.second[3 * v] + moments.second[3 * v + 1] + moments.second[3 * v + 2]
        let scale = factor(Swift.max(square, least))
        for c in 0..<3 { update[3 * v + c] *= scale }
      }
    case .largest:
      let scale = factor(moments.largestSquare)
      for i in update.indices { update[i] *= scale }
    case .none:
      let scale = -learningRate / S(1 - settings.beta1)
      for i in update.indices { update[i] *= scale }
    }
    return update
  }

  /// Carries the state to a subdivided mesh: a new vertex has the mean of its parents' moments.
  ///
  /// - Precondition: the parameters are `channels` scalars a vertex.
  public mutating func subdivide(_ subdivision: MeshSubdivision, channels: Int = 3) {
    moments = moments.carried(through: subdivision, channels: channels)
  }
}
