internal import RealModule
internal import SfumatoCore
internal import SfumatoSolve

/// How well the pictures fix what a fit by least squares has found.
///
/// From the matrix `Jᵀ J` of the residuals at the end, and their mean square as the variance of each; so it says what the pictures allow, not
/// how far the answer is from the truth, and knows of no other optimum.
public struct FitUncertainty: Codable, Equatable, Sendable {
  /// The standard deviation of each parameter, by name, in the units of its learning rate: radians and radii of the object, natural
  /// logarithm of the focal length, linear light, sRGB.
  public var deviations: [String: Float]
  /// Pairs of parameters of which a change of one is made up for by the other: correlation over 0.98 or under -0.98.
  public var indistinct: [[String]]
  /// Parameters that move no picture.
  public var unseen: [String]

  /// From the equations at the optimum.
  init?(_ equations: NormalEquations, names: [String]) {
    let count = names.count
    let matrix = equations.matrix
    let seen = (0..<count).filter { matrix[$0, $0] > 0 }
    unseen = (0..<count).filter { !(matrix[$0, $0] > 0) }.map { names[$0] }
    // Scaled to a diagonal of ones, so that units do not decide what is weak.
    var scaled = SymmetricMatrix(size: seen.count)
    for (a, i) in seen.enumerated() {
      for (b, j) in seen.enumerated() where b <= a {
        scaled[a, b] = matrix[i, j] / (matrix[i, i] * matrix[j, j]).squareRoot()
      }
    }
    guard let pairs = scaled.eigenvectors else { return nil }
    let freedom = max(equations.residualCount - seen.count, 1)
    let variance = 2 * equations.value / Double(freedom)
    func covariance(_ a: Int, _ b: Int) -> Double {
      pairs.reduce(0) { $0 + $1.vector[a] * $1.vector[b] / max($1.value, 1e-9) }
    }
    deviations = [:]
    for (a, i) in seen.enumerated() {
      deviations[names[i]] = Float((variance * covariance(a, a) / matrix[i, i]).squareRoot())
    }
    indistinct = []
    for a in seen.indices {
      for b in 0..<a {
        let product = (covariance(a, a) * covariance(b, b)).squareRoot()
        if abs(covariance(a, b)) > 0.98 * product {
          indistinct.append([names[seen[b]], names[seen[a]]])
        }
      }
    }
  }
}

extension SceneRegression {
  /// How well the last stage's pictures fix its unknowns; nil where it does not go by least squares.
  var uncertainty: FitUncertainty? {
    guard let last = config.stages.indices.last, config.stages[last].optimizer == .leastSquares
    else { return nil }
    var fit = self
    fit.state.stage = last
    if fit.level == nil || state.stage < last { fit.makeLevel(config.stages[last]) }
    let views = Array(problem.targets.indices)
    return FitUncertainty(
      fit.linearized(config.stages[last], views), names: parameterNames(config.stages[last]))
  }

  /// A name a parameter, such as `cameras.3.turn.x`.
  private func parameterNames(_ stage: FitConfig.Stage) -> [String] {
    let axes = ["x", "y", "z"]
    let motion = axes.map { "turn." + $0 } + axes.map { "shift." + $0 }
    let channels = ["r", "g", "b"]
    return blocks(stage).flatMap { block -> [String] in
      let own: [String] =
        switch block.unknown {
        case .shape, .color: []
        case .pose: motion
        case .parts:
          (known?.bodies ?? []).flatMap { body in motion.map { "\(body.name).\($0)" } }
        case .cameras: state.cameras.indices.flatMap { k in motion.map { "\(k).\($0)" } }
        case .focal: [""]
        case .principal: ["x", "y"]
        case .light where config.lightModel == .harmonics:
          SphericalHarmonics.names.flatMap { name in channels.map { "\(name).\($0)" } }
        case .light:
          channels.map { "ambient." + $0 } + axes.map { "direction." + $0 }
            + channels.map { "directional." + $0 }
        case .background: channels
        case .exposure: state.cameras.indices.flatMap { k in channels.map { "\(k).\($0)" } }
        }
      return own.map { $0.isEmpty ? block.unknown.rawValue : "\(block.unknown.rawValue).\($0)" }
    }
  }
}
