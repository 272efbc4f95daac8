internal import ArgumentParser

/// Why a verb ends without its result; each reason has its exit code.
enum CommandFailure: Error, Equatable, CustomStringConvertible {
  /// Something that was asked for did not work out: exit code 1.
  case failed(String)
  /// The data that was given cannot be used: exit code 3. Described as `FILE: cause`.
  case badInput(file: String, cause: String)
  /// The result is there, but short of `--require`: exit code 4.
  case requirementNotMet(String)

  var description: String {
    switch self {
    case .failed(let message), .requirementNotMet(let message): message
    case .badInput(let file, let cause): "\(file): \(cause)"
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .failed: .failure
    case .badInput: .badInput
    case .requirementNotMet: .requirementNotMet
    }
  }
}

extension ExitCode {
  /// The command line was not understood: 2, where ArgumentParser says 64.
  static let badUsage = ExitCode(2)
  /// A file, or what it says, cannot be used.
  static let badInput = ExitCode(3)
  /// The result is short of `--require`.
  static let requirementNotMet = ExitCode(4)
}
