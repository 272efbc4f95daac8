internal import Foundation
internal import SfumatoFit

/// What the machine says of itself; text that the system does not tell is empty.
enum Machine {
  /// The processor's name.
  static var cpu: String {
    field("model name", of: "/proc/cpuinfo") ?? ""
  }

  /// The mean number of running processes over the last minute; 0 where the system does not tell.
  static var load: Double {
    text("/proc/loadavg").flatMap { Double($0.prefix { $0 != " " }) } ?? 0
  }

  /// The largest resident memory since ``forgetPeakMemory()``, MB.
  static var peakMemory: Double {
    PeakMemory.megabytes ?? 0
  }

  /// Starts the measure of memory anew.
  static func forgetPeakMemory() {
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func field(_ name: String, of path: String) -> String? {
    text(path)?.split(separator: "\n").first { $0.hasPrefix(name) }?
      .split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
  }
}
