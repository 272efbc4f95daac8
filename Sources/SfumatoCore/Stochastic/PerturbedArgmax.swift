internal import RealModule

/// The index of the largest of some numbers, the first of equal ones.
func indexOfLargest<S: RenderScalar>(_ values: [S]) -> Int {
  var best = 0
  for i in values.indices where values[i] > values[best] { best = i }
  return best
}

/// A choice among logits that noise makes soft: `w = E[one-hot argmax(logits + scale Z)]`.
///
/// With Gumbel noise this is the softmax of `logits / scale`.
///
/// *Differentiable in* the logits and the scale.
///
/// Source: Berthet et al. 2020, "Learning with Differentiable Perturbed Optimizers"; Le Lidec et al. 2021,
/// "Differentiable Rendering with Perturbed Optimizers", section 3.3.
public struct PerturbedArgmax<S: RenderScalar>: Equatable, Sendable {
  /// The noise, its scale and how it is drawn.
  public var smoothing: PerturbedSmoothing<S>

  /// Makes a choice.
  public init(_ smoothing: PerturbedSmoothing<S>) { self.smoothing = smoothing }

  /// How often each logit wins, `[n]`, sum 1.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func weights(_ logits: [S]) -> [S] {
    weights(logits, at: .init(), coordinates: [])
  }

  /// The adjoint of ``weights(_:)``, by scores: it does not differentiate the argmax.
  ///
  /// - Parameters:
  ///   - logits: `[n]`.
  ///   - weightsBar: cotangent of the weights, `[n]`.
  /// - Returns: cotangents of the logits, `[n]`, and of the noise scale.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func weightsVJP(_ logits: [S], weightsBar: [S]) -> (logitsBar: [S], scaleBar: S) {
    weightsVJP(logits, at: .init(), coordinates: [], weightsBar: weightsBar)
  }

  /// ``weights(_:)`` with the draws of some place.
  func weights(
    _ logits: [S], at place: PerturbedSmoothing<S>.Place, coordinates: [UInt32]
  ) -> [S] {
    var weights = [S](repeating: 0, count: logits.count)
    guard !logits.isEmpty else { return weights }
    let share = smoothing.share
    smoothing.forEachPerturbation(of: logits, at: place, coordinates: coordinates) { moved, _, _ in
      weights[indexOfLargest(moved)] += share
    }
    return weights
  }

  /// ``weightsVJP(_:weightsBar:)`` with the draws of some place, the same as forward.
  func weightsVJP(
    _ logits: [S], at place: PerturbedSmoothing<S>.Place, coordinates: [UInt32], weightsBar: [S]
  ) -> (logitsBar: [S], scaleBar: S) {
    precondition(weightsBar.count == logits.count, "\(weightsBar.count) of \(logits.count)")
    var logitsBar = [S](repeating: 0, count: logits.count)
    var scaleBar: S = 0
    guard !logits.isEmpty else { return (logitsBar, scaleBar) }
    let noise = smoothing.noise
    let unperturbed: S =
      smoothing.reduction.contains(.controlVariate) ? weightsBar[indexOfLargest(logits)] : 0
    let factor = smoothing.share / smoothing.scale
    smoothing.forEachPerturbation(of: logits, at: place, coordinates: coordinates) { moved, z, _ in
      let excess = (weightsBar[indexOfLargest(moved)] - unperturbed) * factor
      guard excess != 0 else { return }
      var radial = -S(logits.count)
      for i in logitsBar.indices {
        let score = noise.score(z[i])
        logitsBar[i] += excess * score
        radial += score * z[i]
      }
      scaleBar += excess * radial
    }
    return (logitsBar, scaleBar)
  }
}

/// The softmax, which Gumbel noise would make, and its adjoint.
enum Softmax {
  /// `exp(logit) / Σ exp(logit)`, `[n]`.
  static func forward<S: RenderScalar>(_ logits: [S]) -> [S] {
    guard let largest = logits.max() else { return [] }
    var weights = logits.map { S.exp($0 - largest) }
    let sum = weights.reduce(0, +)
    for i in weights.indices { weights[i] /= sum }
    return weights
  }

  /// The adjoint of ``forward(_:)``, from its result.
  static func backward<S: RenderScalar>(weights: [S], weightsBar: [S]) -> [S] {
    let mean = zip(weights, weightsBar).reduce(0) { $0 + $1.0 * $1.1 }
    return zip(weights, weightsBar).map { $0 * ($1 - mean) }
  }
}
