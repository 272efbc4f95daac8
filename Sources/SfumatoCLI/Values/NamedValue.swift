internal import ArgumentParser

/// The value of `--set`: `key.path=value`; the text after the first `=` is the value.
struct Assignment: Equatable, Sendable, ExpressibleByArgument {
  var keyPath: String
  var value: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      return nil
    }
    keyPath = String(argument[..<equals])
    value = String(argument[argument.index(after: equals)...])
  }
}

/// The value of `--require`: `METRIC=VALUE`, met when the metric is at least the value.
struct Requirement: Equatable, Sendable, ExpressibleByArgument {
  var metric: String
  var minimum: Double

  init?(argument: String) {
    guard let pair = Assignment(argument: argument), let minimum = Double(pair.value),
      minimum.isFinite
    else { return nil }
    metric = pair.keyPath
    self.minimum = minimum
  }
}
