import SfumatoSolve
import SfumatoTestSupport
import Testing

/// Solves a dense system by elimination with pivots: the reference of the sparse solves.
func denseSolve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
  var a = matrix
  var b = right
  let n = b.count
  for k in 0..<n {
    let pivot = (k..<n).max { abs(a[$0][k]) < abs(a[$1][k]) } ?? k
    a.swapAt(k, pivot)
    b.swapAt(k, pivot)
    for i in k + 1..<max(n, k + 1) {
      let factor = a[i][k] / a[k][k]
      for j in k..<n { a[i][j] -= factor * a[k][j] }
      b[i] -= factor * b[k]
    }
  }
  for k in (0..<n).reversed() {
    for j in k + 1..<max(n, k + 1) { b[k] -= a[k][j] * b[j] }
    b[k] /= a[k][k]
  }
  return b
}

@Suite struct SparseCholeskyTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `solves agree with dense elimination`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let n = 12
    var dense = (0..<n).map { i in (0..<n).map { i == $0 ? 4.0 : 0.0 } }
    var (rows, columns, values): ([Int32], [Int32], [Double]) = ([], [], [])
    for i in 0..<n {
      rows.append(Int32(i))
      columns.append(Int32(i))
      values.append(4)
      for j in 0..<i where generator.uniform() > 0.5 {
        let value = generator.uniform(-0.3...0.3)
        dense[i][j] = value
        dense[j][i] = value
        rows.append(Int32(i))
        columns.append(Int32(j))
        values.append(value)
      }
    }
    let factor = try SparseCholesky(size: n, rows: rows, columns: columns, values: values)
    let right = generator.array(2 * n)
    var x = right
    factor.solve(&x, columns: 2)
    for column in 0..<2 {
      let expected = denseSolve(dense, (0..<n).map { right[2 * $0 + column] })
      for i in 0..<n { #expect(abs(x[2 * i + column] - expected[i]) < 1e-14) }
    }
  }

  @Test(arguments: [[1, 2, 1], [-1, 0, 1], [0, 0, 0], [.nan, 0, 1]] as [[Double]])
  func `a matrix that is not positive definite is refused`(lower: [Double]) {
    #expect(throws: SparseCholeskyError.self) {
      try SparseCholesky(size: 2, rows: [0, 1, 1], columns: [0, 0, 1], values: lower)
    }
  }

  @Test func `nothing has a factor`() throws {
    var none: [Double] = []
    try SparseCholesky(size: 0, rows: [], columns: [], values: []).solve(&none, columns: 3)
    #expect(none.isEmpty)
  }
}
