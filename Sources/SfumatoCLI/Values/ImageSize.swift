internal import ArgumentParser

/// The value of `--size`: `WxH`, pixels.
struct ImageSize: Equatable, Sendable, ExplainedArgument {
  static let form = "width x height in pixels, as 640x480"

  var width: Int
  var height: Int

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]),
      width > 0, height > 0
    else { return nil }
    self.init(width: width, height: height)
  }

  var defaultValueDescription: String { "\(width)x\(height)" }
}
