/// For each of fewer cells along a line, the cells under it and their share of it, which sum to 1.
package func boxOverlaps(_ size: Int, _ newSize: Int) -> [[(cell: Int, share: Double)]] {
  let step = Double(size) / Double(newSize)
  return (0..<newSize).map { i in
    let low = Double(i) * step
    let high = low + step
    return (Int(low)..<min(size, Int(high.rounded(.up)))).compactMap { cell in
      let overlap = min(high, Double(cell + 1)) - max(low, Double(cell))
      return overlap > 0 ? (cell, overlap / step) : nil
    }
  }
}
