internal import ArgumentParser

/// The value of `--time-limit`: a number with `s`, `m` or `h`, such as `90s`.
struct TimeLimit: Equatable, Sendable, ExplainedArgument {
  static let form = "a number above 0 with s, m or h, as 90s"

  var seconds: Double

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let last = argument.last, let unit = units[last],
      let number = Double(argument.dropLast()), number.isFinite, number > 0
    else { return nil }
    seconds = number * unit
  }
}
