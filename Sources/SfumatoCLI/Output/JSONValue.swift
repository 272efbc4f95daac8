internal import SfumatoIO

/// What `--json` prints: keys keep the order in which they are written.
enum JSONValue: Equatable, Sendable {
  /// Nothing; also stands for a number that is not one.
  case null
  /// True or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number in the shortest decimal form that reads back as the same bits.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Keys and values in order.
  case object([Member])

  /// One key with its value.
  struct Member: Equatable, Sendable {
    var key: String
    var value: JSONValue

    init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// An object from keys and values.
  static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(members.map { Member($0.key, $0.value) })
  }

  /// What stands for infinity, with its sign: JSON has no infinity, and a reader that asks `psnr >= 26` of two equal
  /// images shall hear yes.
  static let infinityStandIn = 1e308

  /// The value as JSON text on one line.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): Self.text(of: value)
    case .string(let value): quotedJSON(value)
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { quotedJSON($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
    }
  }

  private static func text(of value: Double) -> String {
    if value.isNaN { return "null" }
    if value.isInfinite { return String(value > 0 ? infinityStandIn : -infinityStandIn) }
    return String(value)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByArrayLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// A vector as a list of its components.
  init(_ v: SIMD3<Float>) { self = .array([v.x, v.y, v.z].map { .number(shortened($0)) }) }
}

/// A Float as the Double with the same shortest decimal text: 0.1 and not 0.10000000149.
func shortened(_ value: Float) -> Double { Double(String(value)) ?? Double(value) }
