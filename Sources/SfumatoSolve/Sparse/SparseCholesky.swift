internal import CEigen
internal import Synchronization

/// Why a sparse matrix has no Cholesky factor.
public struct SparseCholeskyError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The number of rows of the matrix.
  public var size: Int

  /// What went wrong and what would be right.
  public var description: String {
    "the \(size) x \(size) matrix has no Cholesky factor: it must be symmetric positive definite, "
      + "and its factor must fit in memory"
  }
}

/// The Cholesky factor of a sparse symmetric positive definite matrix, for many solves.
///
/// Solves of one factor wait for each other, so that it may be shared between threads.
/// Wraps `ceigen_ldlt_create`, `ceigen_ldlt_solve`, `ceigen_ldlt_destroy` (Eigen's SimplicialLDLT).
@safe public final class SparseCholesky: Sendable {
  /// The number of rows.
  public let size: Int
  private let factor: Mutex<OpaquePointer>

  /// Factors a matrix given by its lower triangle; entries at one place add up.
  ///
  /// - Parameters:
  ///   - size: the number of rows, N.
  ///   - rows: row of each entry, in `0..<N`.
  ///   - columns: column of each entry, not above its row.
  ///   - values: the entries.
  /// - Throws: where the matrix is not positive definite or memory is short.
  public init(
    size: Int, rows: [Int32], columns: [Int32], values: [Double]
  ) throws(SparseCholeskyError) {
    precondition(rows.count == values.count && columns.count == values.count, "uneven triplets")
    precondition(
      zip(rows, columns).allSatisfy { 0 <= $1 && $1 <= $0 && $0 < size },
      "an entry is not in the lower triangle of \(size) x \(size)")
    let pointer = unsafe ceigen_ldlt_create(
      Int32(size), Int64(values.count), rows, columns, values)
    guard let pointer = unsafe pointer else { throw SparseCholeskyError(size: size) }
    self.size = size
    unsafe factor = unsafe Mutex(pointer)
  }

  deinit {
    unsafe factor.withLock { pointer in unsafe ceigen_ldlt_destroy(pointer) }
  }

  /// Solves A X = B in place: `columns` right-hand sides, `[N, columns]`.
  ///
  /// Values that are not finite spoil their own column only.
  public func solve(_ values: inout [Double], columns: Int) {
    precondition(
      columns > 0 && values.count == size * columns, "\(values.count) for [\(size), \(columns)]")
    guard size > 0 else { return }
    let status = unsafe factor.withLock { pointer in
      unsafe ceigen_ldlt_solve(pointer, Int32(columns), &values)
    }
    // A factor that exists solves every right-hand side; what is left is memory.
    precondition(status == 0, "no memory to solve \(size) x \(columns)")
  }
}
