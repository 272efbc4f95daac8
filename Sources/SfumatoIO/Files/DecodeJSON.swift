internal import Foundation

/// What is wrong with a JSON text.
enum JSONProblem: Error {
  /// It is not JSON, or too deep or too large to be read.
  case malformed(String)
  /// The value at the coding path has the wrong kind or is null.
  case wrongKind(path: [any CodingKey], found: String, expected: String)
}

/// Decodes JSON whose nesting is bounded before a recursive parser sees it.
func decodeJSON<T: Decodable>(_ bytes: [UInt8], as type: T.Type) throws(JSONProblem) -> T {
  guard bytes.count <= 256 << 20 else {
    throw .malformed("\(bytes.count) bytes; the limit is 256 MiB")
  }
  let depth = nestingDepth(of: bytes)
  guard depth <= 64 else { throw .malformed("nested \(depth) deep; the limit is 64") }
  do {
    return try JSONDecoder().decode(type, from: Data(bytes))
  } catch DecodingError.typeMismatch(let expected, let context) {
    throw .wrongKind(
      path: context.codingPath, found: "of another kind", expected: kindName(expected))
  } catch DecodingError.valueNotFound(let expected, let context) {
    throw .wrongKind(path: context.codingPath, found: "null", expected: kindName(expected))
  } catch DecodingError.dataCorrupted(let context) {
    if !context.codingPath.isEmpty {
      throw .wrongKind(
        path: context.codingPath, found: "not representable", expected: "a finite number")
    }
    throw .malformed(syntaxProblem(of: bytes))
  } catch {
    throw .malformed("the text is damaged")
  }
}

/// Where the text stops being JSON: `JSONDecoder` keeps that to itself, `JSONSerialization` tells.
private func syntaxProblem(of bytes: [UInt8]) -> String {
  do {
    _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
  } catch {
    let detail = unsafe (error as? CocoaError)?.userInfo["NSDebugDescription"] as? String
    if let detail { return detail }
  }
  return "the text is damaged"
}

/// The deepest nesting of brackets outside strings.
func nestingDepth(of bytes: [UInt8]) -> Int {
  var depth = 0
  var deepest = 0
  var inString = false
  var escaped = false
  for byte in bytes {
    if inString {
      if escaped {
        escaped = false
      } else if byte == UInt8(ascii: "\\") {
        escaped = true
      } else if byte == UInt8(ascii: "\"") {
        inString = false
      }
      continue
    }
    switch byte {
    case UInt8(ascii: "\""): inString = true
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      depth += 1
      deepest = max(deepest, depth)
    case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
    default: break
    }
  }
  return deepest
}

/// The JSON word for a Swift type.
private func kindName(_ type: any Any.Type) -> String {
  switch type {
  case is Double.Type: "a number"
  case is String.Type: "a string"
  case is Bool.Type: "true or false"
  case is [String: Any].Type: "an object"
  default: "an array"
  }
}

/// A string as JSON writes it, with quotes.
package func quotedJSON(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    case _ where scalar.value < 32:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
