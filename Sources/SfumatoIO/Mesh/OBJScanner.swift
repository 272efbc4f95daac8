/// Walks the words of an OBJ file line by line.
///
/// A line ends at LF, CR LF or CR; `\` before the end joins the next line; `#` ends the words of a line.
struct OBJScanner {
  private let bytes: [UInt8]
  private var at: Int
  /// The line of the word read last, from 1.
  private(set) var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  var isAtEnd: Bool { at >= bytes.count }

  /// The next word of this line, or nil at its end.
  mutating func word() -> ArraySlice<UInt8>? {
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0B, 0x0C: at += 1
      case UInt8(ascii: "\\"):
        let next = lengthOfLineEnd(at + 1)
        if next == 0 { return wordHere() }
        at += 1 + next
        line += 1
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"): return nil
      default: return wordHere()
      }
    }
    return nil
  }

  /// The rest of this line without the spaces around it: a name that may hold spaces.
  mutating func restOfLine() -> String {
    var words: [UInt8] = []
    var last = at
    while let word = word() {
      if !words.isEmpty {
        // The spaces as they stand; where a line is continued, one.
        let between = bytes[last..<word.startIndex]
        words += between.contains(UInt8(ascii: "\\")) ? [32] : Array(between)
      }
      words += word
      last = word.endIndex
    }
    return String(decoding: words.map { $0 < 32 ? 32 : $0 }, as: UTF8.self)
  }

  /// Leaves the rest of this line and its end behind.
  ///
  /// A comment ends with its line, even if that ends in `\`: Windows paths do.
  mutating func skipLine() {
    var inComment = false
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "#") { inComment = true }
      let end = lengthOfLineEnd(at)
      if end > 0 {
        let continues = !inComment && at > 0 && bytes[at - 1] == UInt8(ascii: "\\")
        at += end
        line += 1
        if !continues { return }
      } else {
        at += 1
      }
    }
  }

  private mutating func wordHere() -> ArraySlice<UInt8> {
    let start = at
    at += 1
    scan: while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0B, 0x0C, UInt8(ascii: "\n"),
        UInt8(ascii: "\r"), UInt8(ascii: "#"):
        break scan
      case UInt8(ascii: "\\") where lengthOfLineEnd(at + 1) > 0: break scan
      default: at += 1
      }
    }
    return bytes[start..<at]
  }

  /// Bytes of the line end that begins here: 0, 1 or 2.
  private func lengthOfLineEnd(_ i: Int) -> Int {
    guard i < bytes.count else { return 0 }
    if bytes[i] == UInt8(ascii: "\n") { return 1 }
    guard bytes[i] == UInt8(ascii: "\r") else { return 0 }
    return i + 1 < bytes.count && bytes[i + 1] == UInt8(ascii: "\n") ? 2 : 1
  }
}
