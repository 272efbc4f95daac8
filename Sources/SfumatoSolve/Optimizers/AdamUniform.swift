internal import RealModule
public import SfumatoCore

/// Adam with one scale for all parameters: the largest mean square, so that a smoothed step keeps its shape.
///
/// Source: Nicolet, Jacobson, Jakob 2021, "Large Steps in Inverse Rendering of Geometry", section 3.3.
public struct AdamUniform<S: RenderScalar>: Equatable, Sendable, Codable {
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
  /// A gradient that is not finite spoils the state of all parameters; the caller screens it.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public mutating func step(gradient: [S], learningRate: S) -> [S] {
    let scales = moments.update(gradient, settings)
    stepCount += 1
    var largest: S = 0
    for square in moments.second { largest = square > largest ? square : largest }
    let root = (largest * scales.secondScale).squareRoot()
    let scale = -learningRate * scales.firstScale / (root + S(settings.epsilon))
    var update = moments.first
    for i in update.indices { update[i] *= scale }
    return update
  }

  /// Carries the state to a subdivided mesh: a new vertex has the mean of its parents' moments.
  ///
  /// - Precondition: the parameters are `channels` scalars a vertex.
  public mutating func subdivide(_ subdivision: MeshSubdivision, channels: Int = 3) {
    moments = moments.carried(through: subdivision, channels: channels)
  }
}
