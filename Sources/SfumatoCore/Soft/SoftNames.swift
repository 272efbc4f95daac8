// The names that the command line and configurations have for profiles and aggregations.

/// Why a name of a profile or an aggregation cannot be used.
package struct SoftNameError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong and what would be right.
  package var description: String
}

/// A name and the number after its colon, as in `yager:2`.
private func split<S: RenderScalar>(
  _ text: String, _: S.Type
) throws(SoftNameError) -> (name: String, number: S?) {
  guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
  let name = String(text[..<colon])
  guard let number = Double(text[text.index(after: colon)...]), !number.isNaN else {
    throw SoftNameError(description: "'\(text)' has no number after its colon")
  }
  return (name, S(number))
}

extension EdgeProfile {
  /// The names of all profiles, each law plain and as `NAME-squared`.
  package static var names: [String] {
    EdgeDistribution.allCases.flatMap { law in
      law == .hard ? [law.rawValue] : [law.rawValue, law.rawValue + "-squared"]
    }
  }

  /// The centred profile of a name; the gamma laws take their shape as `gamma:2`, 1 without it.
  package init(named text: String) throws(SoftNameError) {
    let (name, shape) = try split(text, S.self)
    let suffix = "-squared"
    let squared = name.hasSuffix(suffix)
    let law = EdgeDistribution(rawValue: squared ? String(name.dropLast(suffix.count)) : name)
    guard let law, !(squared && law == .hard) else {
      throw SoftNameError(
        description: "'\(name)' is none of \(Self.names.joined(separator: ", "))")
    }
    self.init(law, squared: squared)
    guard let shape else { return }
    guard law == .gamma || law == .gammaReversed else {
      throw SoftNameError(description: "'\(name)' has no shape; the gamma laws have one")
    }
    guard shape > 0 && shape.isFinite else {
      throw SoftNameError(description: "'\(name)' needs a shape above 0, not \(shape)")
    }
    self.shape = shape
  }
}

extension CoverageAggregation {
  /// The names of all aggregations; `:p` stands for a parameter.
  package static var names: [String] {
    [
      "probabilistic", "max", "einstein", "hamacher:p", "frank:p", "yager:p", "aczel-alsina:p",
      "dombi:p", "schweizer-sklar:p", "lukasiewicz", "drastic", "sum", "hard",
    ]
  }

  /// The aggregation of a name, its parameter after a colon: `yager:2`.
  package init(named text: String) throws(SoftNameError) {
    let (name, p) = try split(text, S.self)
    func parameter() throws(SoftNameError) -> S {
      if let p { return p }
      throw SoftNameError(description: "'\(name)' needs a parameter, as '\(name):2'")
    }
    switch name {
    case "probabilistic": self = .probabilistic
    case "max": self = .max
    case "einstein": self = .einstein
    case "hamacher": self = .hamacher(try parameter())
    case "frank": self = .frank(try parameter())
    case "yager": self = .yager(try parameter())
    case "aczel-alsina": self = .aczelAlsina(try parameter())
    case "dombi": self = .dombi(try parameter())
    case "schweizer-sklar": self = .schweizerSklar(try parameter())
    case "lukasiewicz": self = .lukasiewicz
    case "drastic": self = .drastic
    case "sum": self = .sum
    case "hard": self = .hard
    default:
      throw SoftNameError(
        description: "'\(name)' is none of \(Self.names.joined(separator: ", "))")
    }
    if p != nil && self.parameter == nil {
      throw SoftNameError(description: "'\(name)' takes no parameter")
    }
    if let complaint { throw SoftNameError(description: complaint) }
  }
}

extension DepthAggregation {
  /// The names of all depth aggregations.
  package static var names: [String] {
    ["softmax", "softmax-inverse", "nearest", "nearest-reach", "over"]
  }

  /// The depth aggregation of a name; `gamma` is the softmax's temperature.
  package init(named name: String, gamma: S) throws(SoftNameError) {
    switch name {
    case "softmax": self = .softmax(gamma: gamma)
    case "softmax-inverse": self = .softmax(gamma: gamma, over: .inverse)
    case "nearest": self = .nearest(within: .face)
    case "nearest-reach": self = .nearest(within: .reach)
    case "over": self = .over
    default:
      throw SoftNameError(
        description: "'\(name)' is none of \(Self.names.joined(separator: ", "))")
    }
  }
}
