internal import Foundation

/// One line on standard error that is written anew at each step where a terminal shows it, and nothing elsewhere.
struct ProgressLine {
  private let isShown: Bool
  private var lastLength = 0
  private var lastTime = Date.distantPast

  /// A line that is silent where `--quiet` is given or standard error is no terminal.
  init(quiet: Bool) { isShown = !quiet && isatty(STDERR_FILENO) == 1 }

  /// Shows a text in place of the last; at most ten times a second.
  mutating func show(_ text: @autoclosure () -> String) {
    guard isShown, Date().timeIntervalSince(lastTime) > 0.1 else { return }
    write(text())
    lastTime = Date()
  }

  /// Removes the line.
  mutating func clear() {
    guard isShown, lastLength > 0 else { return }
    write("")
    FileHandle.standardError.write(Data("\r".utf8))
  }

  private mutating func write(_ line: String) {
    let space = String(repeating: " ", count: max(0, lastLength - line.count))
    FileHandle.standardError.write(Data(("\r" + line + space).utf8))
    lastLength = line.count
  }
}
