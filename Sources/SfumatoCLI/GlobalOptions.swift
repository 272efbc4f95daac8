internal import ArgumentParser

/// What every verb takes.
struct GlobalOptions: ParsableArguments {
  @Flag(help: "Replace files that are there.")
  var force = false

  @Flag(help: "No progress and no remarks on standard error; errors only.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more on standard error.")
  var verbose = false

  @Option(help: ArgumentHelp("Refuse larger images, pixels a side.", valueName: "N"))
  var maxImageSide = 16384

  func validate() throws {
    guard (1...65535).contains(maxImageSide) else {
      throw ValidationError("--max-image-side takes 1 to 65535, not \(maxImageSide).")
    }
  }

  /// A remark on standard error, unless `--quiet`.
  func remark(_ line: String) {
    if !quiet { printMessage("sfumato: \(line)") }
  }
}
