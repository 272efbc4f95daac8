internal import ArgumentParser

/// The value of `--camera`: a file of cameras, and which of them after a `#`, from 0.
struct CameraReference: Equatable, Sendable, ExpressibleByArgument {
  var path: String
  /// Nil: the first.
  var index: Int?

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    path = argument
    if let hash = argument.lastIndex(of: "#"), hash != argument.startIndex,
      let index = Int(argument[argument.index(after: hash)...]), index >= 0
    {
      path = String(argument[..<hash])
      self.index = index
    }
  }
}
