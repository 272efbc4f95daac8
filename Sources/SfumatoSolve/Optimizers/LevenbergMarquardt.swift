/// A least-squares problem linearised at a point: what its residuals and their derivatives come to.
///
/// The value is `½ Σ r²`, or what a robust loss makes of it; the matrix `Jᵀ J`, the gradient `Jᵀ r`.
public struct NormalEquations: Equatable, Sendable {
  /// Half the sum of the squared residuals, or what was given in its place.
  public private(set) var value = 0.0
  /// `Jᵀ J`.
  public private(set) var matrix: SymmetricMatrix
  /// `Jᵀ r`, one a parameter.
  public private(set) var gradient: [Double]
  /// How many residuals were added.
  public private(set) var residualCount = 0

  /// The equations of no residuals yet.
  public init(parameterCount: Int) {
    matrix = SymmetricMatrix(size: parameterCount)
    gradient = [Double](repeating: 0, count: parameterCount)
  }

  /// Adds residuals and their derivatives with respect to some of the parameters; the others do not move them.
  ///
  /// - Parameters:
  ///   - residuals: `[R]`.
  ///   - columns: the derivatives with respect to one parameter each, `[R]`.
  ///   - parameters: which parameter each column is of.
  ///   - value: what the residuals cost, where that is not half of their squares' sum: residuals weighted for a robust loss.
  public mutating func add(
    residuals: [Float], columns: [[Float]], parameters: [Int], value: Double? = nil
  ) {
    precondition(
      columns.count == parameters.count && columns.allSatisfy { $0.count == residuals.count },
      "\(columns.count) columns of \(parameters.count) parameters")
    self.value += value ?? Self.product(residuals, residuals) / 2
    residualCount += residuals.count
    for (a, i) in parameters.enumerated() {
      gradient[i] += Self.product(columns[a], residuals)
      for (b, j) in parameters.enumerated() where b <= a {
        matrix[i, j] += Self.product(columns[a], columns[b])
      }
    }
  }

  /// How far a step lets the linearised problem's value fall: `-(gᵀ x + ½ xᵀ Jᵀ J x)`.
  public func fall(_ step: [Double]) -> Double {
    var sum = 0.0
    for i in step.indices {
      var product = 0.0
      for j in step.indices { product += matrix[i, j] * step[j] }
      sum -= step[i] * (gradient[i] + product / 2)
    }
    return sum
  }

  private static func product(_ a: [Float], _ b: [Float]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += Double(a[i]) * Double(b[i]) }
    return sum
  }
}

/// Levenberg-Marquardt: Gauss-Newton steps, shortened towards the gradient as far as the problem is not what its linearisation
/// says.
///
/// Source: Marquardt 1963, "An Algorithm for Least-Squares Estimation of Nonlinear Parameters"; the damping's update is that of
/// Nielsen 1999, "Damping Parameter in Marquardt's Method".
public struct LevenbergMarquardt: Equatable, Sendable {
  /// The share of the matrix's diagonal that is added to it.
  public package(set) var damping: Double
  /// What damping is multiplied by at the next step that fails.
  public package(set) var growth = 2.0

  /// An optimiser that has seen nothing.
  public init(damping: Double = 1e-3) {
    precondition(damping > 0, "damping \(damping)")
    self.damping = damping
  }

  /// What to add to the parameters; nil where no step is to be had: residuals that are not finite, or that no parameter moves.
  ///
  /// Parameters that move nothing stay where they are.
  public func step(_ equations: NormalEquations) -> [Double]? {
    let count = equations.gradient.count
    let moving = (0..<count).filter { equations.matrix[$0, $0] > 0 }
    guard !moving.isEmpty, equations.value.isFinite else { return nil }
    var matrix = SymmetricMatrix(size: moving.count)
    for (a, i) in moving.enumerated() {
      for (b, j) in moving.enumerated() where b <= a { matrix[a, b] = equations.matrix[i, j] }
      matrix[a, a] += damping * equations.matrix[i, i]
    }
    guard let own = matrix.solve(moving.map { -equations.gradient[$0] }) else { return nil }
    var step = [Double](repeating: 0, count: count)
    for (a, i) in moving.enumerated() { step[i] = own[a] }
    return step
  }

  /// Takes in what a step came to, and says whether it is to be kept.
  public mutating func judge(
    _ step: [Double], of equations: NormalEquations, newValue: Double
  ) -> Bool {
    let promised = equations.fall(step)
    guard newValue.isFinite, newValue < equations.value, promised > 0 else {
      damping *= growth
      growth *= 2
      return false
    }
    let kept = 2 * (equations.value - newValue) / promised - 1
    damping *= max(1 / 3, 1 - kept * kept * kept)
    growth = 2
    return true
  }
}
