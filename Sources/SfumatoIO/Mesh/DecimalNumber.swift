// Decimal numbers to Float, correctly rounded, whatever the locale. Most numbers in files have few digits and
// small exponents: then digits and power of ten are exact in Double and one division or product rounds once.
// Rounding that Double to Float rounds a second time, which is wrong only where the Double lies exactly between
// two Floats; those, and all long or extreme numbers, go to the standard library.
//
// Source of the fast case: Clinger 1990, "How to Read Floating Point Numbers Accurately".

/// Powers of ten that Double holds exactly.
private let exactPowersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]

/// How a word stands as a number.
package enum DecimalNumber: Equatable, Sendable {
  /// Finite and correctly rounded; the word may have been too small and became 0.
  case value(Float)
  /// A number, but beyond the largest `Float`.
  case tooLarge
  /// No number of the form `[+-] digits [. digits] [e [+-] digits]`.
  case malformed
}

/// Parses a word as a decimal number.
package func parseDecimal(_ word: ArraySlice<UInt8>) -> DecimalNumber {
  var at = word.startIndex
  let end = word.endIndex
  var negative = false
  if at < end, word[at] == UInt8(ascii: "-") || word[at] == UInt8(ascii: "+") {
    negative = word[at] == UInt8(ascii: "-")
    at += 1
  }
  var digits: UInt64 = 0
  var significant = 0  // digits taken since the first that is not 0
  var seen = 0
  var exponent = 0
  var inFraction = false
  while at < end {
    let byte = word[at]
    if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      seen += 1
      if significant < 19 {
        digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
        if digits > 0 { significant += 1 }
        if inFraction { exponent -= 1 }
      } else {
        significant += 1
        if !inFraction { exponent += 1 }
      }
    } else if byte == UInt8(ascii: "."), !inFraction {
      inFraction = true
    } else {
      break
    }
    at += 1
  }
  guard seen > 0 else { return .malformed }
  if at < end {
    guard word[at] == UInt8(ascii: "e") || word[at] == UInt8(ascii: "E") else { return .malformed }
    guard let written = parseExponent(word[(at + 1)...]) else { return .malformed }
    exponent += written
  }
  if digits == 0 { return .value(negative ? -0.0 : 0) }
  if significant <= 19, digits < 1 << 53, exponent.magnitude < exactPowersOfTen.count {
    let whole = Double(digits)
    let power = exactPowersOfTen[Int(exponent.magnitude)]
    let double = exponent < 0 ? whole / power : whole * power
    let isBetweenFloats = double.bitPattern & 0x1FFF_FFFF == 0x1000_0000
    if !isBetweenFloats, double >= Double(Float.leastNormalMagnitude) {
      let value = Float(double)
      return value.isFinite ? .value(negative ? -value : value) : .tooLarge
    }
  }
  guard let value = Float(String(decoding: word, as: UTF8.self)) else { return .malformed }
  return value.isFinite ? .value(value) : .tooLarge
}

/// The digits after `e`, held to six figures: beyond that the number is 0 or too large anyway.
private func parseExponent(_ word: ArraySlice<UInt8>) -> Int? {
  var at = word.startIndex
  var negative = false
  if at < word.endIndex, word[at] == UInt8(ascii: "-") || word[at] == UInt8(ascii: "+") {
    negative = word[at] == UInt8(ascii: "-")
    at += 1
  }
  guard at < word.endIndex else { return nil }
  var value = 0
  while at < word.endIndex {
    guard word[at] >= UInt8(ascii: "0"), word[at] <= UInt8(ascii: "9") else { return nil }
    value = min(value * 10 + Int(word[at] - UInt8(ascii: "0")), 999_999)
    at += 1
  }
  return negative ? -value : value
}
