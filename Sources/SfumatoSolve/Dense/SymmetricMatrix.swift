internal import CEigen

/// A small dense symmetric matrix.
///
/// Wraps `ceigen_dense_solve` and `ceigen_symmetric_eigen` (Eigen's LDLT and SelfAdjointEigenSolver).
public struct SymmetricMatrix: Equatable, Sendable {
  /// The number of rows, N.
  public let size: Int
  /// Both triangles, `[N, N]`.
  public private(set) var values: [Double]

  /// A matrix of zeros.
  public init(size: Int) {
    precondition(size >= 0, "\(size) rows")
    self.size = size
    values = [Double](repeating: 0, count: size * size)
  }

  /// An entry; setting one sets its mirror too.
  public subscript(row: Int, column: Int) -> Double {
    get { values[row * size + column] }
    set {
      values[row * size + column] = newValue
      values[column * size + row] = newValue
    }
  }

  /// The solution of A x = b; nil where the matrix is not positive definite.
  public func solve(_ b: [Double]) -> [Double]? {
    precondition(b.count == size, "\(b.count) numbers for \(size) rows")
    guard size > 0 else { return [] }
    var x = b
    return unsafe ceigen_dense_solve(Int32(size), values, &x) == 0 ? x : nil
  }

  /// Eigenvalues, ascending, and a unit eigenvector each; nil where the matrix is not finite.
  public var eigenvectors: [(value: Double, vector: [Double])]? {
    guard values.allSatisfy(\.isFinite) else { return nil }
    guard size > 0 else { return [] }
    var own = [Double](repeating: 0, count: size)
    var vectors = values
    guard unsafe ceigen_symmetric_eigen(Int32(size), values, &own, &vectors) == 0 else {
      return nil
    }
    return (0..<size).map { k in (own[k], Array(vectors[k * size..<(k + 1) * size])) }
  }
}
