public import SfumatoCore

/// A table as text: columns aligned, in Markdown.
public struct TextTable {
  private var rows: [[String]]

  /// A table of these columns.
  public init(_ header: [String]) { rows = [header] }

  /// Adds a row.
  public mutating func add(_ row: [String]) { rows.append(row) }

  /// The lines.
  public var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { c in
      rows.map { c < $0.count ? $0[c].count : 0 }.max() ?? 0
    }
    func line(_ row: [String]) -> String {
      let cells = (0..<columns).map { c in
        let cell = c < row.count ? row[c] : ""
        return cell + String(repeating: " ", count: widths[c] - cell.count)
      }
      return "| " + cells.joined(separator: " | ") + " |"
    }
    let rule =
      "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|"
    return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
  }
}

/// A number with so many digits after the point.
public func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let rounded = Int((abs(value) * scale).rounded())
  let sign = value < 0 && rounded > 0 ? "-" : ""
  guard digits > 0 else { return "\(sign)\(rounded)" }
  let fraction = String(rounded % Int(scale))
  return "\(sign)\(rounded / Int(scale))."
    + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// Calls `body` for each index on several threads and returns the results in order.
public func sideBySide<T: Sendable>(
  _ count: Int, workers: Workers, _ body: @Sendable (Int) -> T
) -> [T] {
  FreedMemory.keep()
  return parallelMap(count, workers: workers, body)
}
