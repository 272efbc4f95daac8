// A verb builds one JSONValue; this prints it, as JSON or for people. So both say the same under the same names.
internal import Foundation

/// Prints the result of a verb on standard output: one JSON object, or lines for people.
func printResult(_ value: JSONValue, asJSON: Bool) {
  print(asJSON ? value.text : readable(value))
}

/// A line on standard error.
func printMessage(_ line: String) {
  FileHandle.standardError.write(Data((line + "\n").utf8))
}

/// A result for people: "name  value" lines, lists of objects as tables.
func readable(_ value: JSONValue) -> String {
  guard case .object(let members) = value else { return brief(value) }
  let width = members.map(\.key.count).max() ?? 0
  var lines: [String] = []
  for member in members {
    if case .array(let rows) = member.value, let table = readableTable(rows) {
      lines.append(member.key)
      lines += table.map { "  " + $0 }
    } else {
      lines.append(padded(member.key, to: width) + "  " + brief(member.value))
    }
  }
  return lines.joined(separator: "\n")
}

/// Rows of objects with the same keys under these keys, numbers to the right; nil where the rows are something else.
private func readableTable(_ rows: [JSONValue]) -> [String]? {
  var cells: [[String]] = []
  var isText: [Bool] = []
  for row in rows {
    guard case .object(let members) = row else { return nil }
    if cells.isEmpty {
      cells.append(members.map(\.key))
      isText = members.map { if case .string = $0.value { true } else { false } }
    }
    guard members.count == cells[0].count else { return nil }
    cells.append(members.map { brief($0.value) })
  }
  guard let header = cells.first else { return nil }
  let widths = header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
  return cells.map { row in
    row.indices.map { column in
      let space = String(repeating: " ", count: widths[column] - row[column].count)
      return isText[column] ? row[column] + space : space + row[column]
    }.joined(separator: "  ")
  }
}

/// A value in few characters: numbers with five significant digits.
private func brief(_ value: JSONValue) -> String {
  switch value {
  case .null: return "-"
  case .string(let text): return text
  case .number(let number):
    if number.isNaN { return "nan" }
    if number.isInfinite { return number > 0 ? "inf" : "-inf" }
    return String(format: "%.5g", number)
  case .array(let values): return values.map(brief).joined(separator: " ")
  case .object(let members):
    return members.map { "\($0.key) \(brief($0.value))" }.joined(separator: ", ")
  case .bool, .integer: return value.text
  }
}

private func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
