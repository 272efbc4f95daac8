internal import ArgumentParser
internal import SfumatoCore

/// How many threads work; the results do not depend on it.
struct ThreadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("At most this many threads. (default: one a core)", valueName: "N"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...4096).contains(threads) {
      throw ValidationError("--threads takes 1 to 4096, not \(threads).")
    }
  }

  /// The limit for the passes.
  var workers: Workers { threads.map(Workers.init(count:)) ?? .all }
}
