internal import SfumatoCore

// Equal rows of numbers become one: what formats without separate indices repeat at each corner.

/// Numbers each row: equal rows share one, in the order of their first appearance.
///
/// Rows are equal where their numbers are, 0 and -0 alike.
struct RowWelder {
  private var numbers: [SIMD4<UInt32>: Int32] = [:]
  /// The first row of each number.
  private(set) var firstRows: [Int32] = []

  init(capacity: Int) { numbers.reserveCapacity(capacity) }

  /// The number of a row, which is new where it has not been seen.
  mutating func number(_ row: SIMD4<Float>, at index: Int) -> Int32 {
    let key = SIMD4<UInt32>(bits(row.x), bits(row.y), bits(row.z), bits(row.w))
    if let found = numbers[key] { return found }
    let number = Int32(firstRows.count)
    numbers[key] = number
    firstRows.append(Int32(index))
    return number
  }

  private func bits(_ x: Float) -> UInt32 { x == 0 ? 0 : x.bitPattern }
}

/// Rows of `width` numbers, at most 4, with equal ones joined: the rows left, and each row's number.
func weldedRows(_ values: [Float], width: Int) -> (values: [Float], numbers: [Int32]) {
  precondition((1...4).contains(width), "rows of \(width) numbers")
  let count = values.count / width
  var welder = RowWelder(capacity: count)
  var numbers: [Int32] = []
  numbers.reserveCapacity(count)
  for row in 0..<count {
    var key = SIMD4<Float>.zero
    for c in 0..<width { key[c] = values[row * width + c] }
    numbers.append(welder.number(key, at: row))
  }
  if welder.firstRows.count == count { return (values, numbers) }
  var left: [Float] = []
  left.reserveCapacity(welder.firstRows.count * width)
  for row in welder.firstRows { left += values[Int(row) * width..<(Int(row) + 1) * width] }
  return (left, numbers)
}

/// Vectors of unit length, `[N, 3]`, those that are it already to the digits of a file as they are; nil where one is
/// zero.
func unitVectors(_ vectors: [Float]) -> [Float]? {
  var result = vectors
  for i in 0..<vectors.count / 3 {
    let v = vectors.vector3(i)
    let wide = SIMD3(Double(v.x), Double(v.y), Double(v.z))
    let squared = dot(wide, wide)
    guard squared > 0 else { return nil }
    if abs(squared - 1) < 1e-5 { continue }
    let unit = wide / squared.squareRoot()
    result.setVector3(i, SIMD3(Float(unit.x), Float(unit.y), Float(unit.z)))
  }
  return result
}
