internal import RealModule
public import SfumatoCore

/// Adam: steps along the mean gradient, each parameter scaled by the root of its own mean square.
///
/// Source: Kingma, Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1. The state is a
/// value: storing it and going on gives the same bits as going on.
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
  /// A gradient that is not finite spoils the state of its parameter; the caller screens it.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public mutating func step(gradient: [S], learningRate: S) -> [S] {
    let scales = moments.update(gradient, settings)
    stepCount += 1
    let epsilon = S(settings.epsilon)
    var update = moments.first
    for i in update.indices {
      let root = (moments.second[i] * scales.secondScale).squareRoot()
      update[i] = -learningRate * (update[i] * scales.firstScale) / (root + epsilon)
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
