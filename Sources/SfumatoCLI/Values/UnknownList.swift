internal import Foundation
internal import ArgumentParser
internal import SfumatoFit

/// The argument of `--solve`: names of unknowns, comma-separated, each once.
struct UnknownList: Equatable, Sendable, ExpressibleByArgument {
  var names: [Unknown]

  init?(argument: String) {
    names = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let name = Unknown(rawValue: word.trimmingCharacters(in: .whitespaces)) else {
        return nil
      }
      if !names.contains(name) { names.append(name) }
    }
  }
}
