internal import Foundation

/// The largest resident memory that this process had.
package enum PeakMemory {
  /// Megabytes; nil where the system does not tell.
  package static var megabytes: Double? {
    guard let status = FileManager.default.contents(atPath: "/proc/self/status"),
      let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first(where: {
        $0.hasPrefix("VmHWM:")
      }), let kilobytes = Double(line.split(whereSeparator: \.isWhitespace).dropFirst().first ?? "")
    else { return nil }
    return kilobytes / 1024
  }
}
