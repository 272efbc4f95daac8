internal import Foundation
internal import SfumatoCore

/// A line of `log.jsonl`.
struct LogEntry: Codable {
  var step: Int
  var stage: String
  /// Nil where it is not finite.
  var loss: Float?
  /// Since the run began, over all processes that went on with it.
  var milliseconds: Int
  /// Nil where the fit does not change the mesh.
  var mesh: MeshHealth?

  /// The entries of a log, without a line that a kill cut short, each with its text.
  static func entries(_ bytes: [UInt8]) -> [(entry: LogEntry, line: Substring)] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      (try? JSONDecoder().decode(LogEntry.self, from: Data(line.utf8))).map { ($0, line) }
    }
  }

  /// How long a run has taken by its log, seconds; nil where that is empty.
  static func seconds(_ bytes: [UInt8]) -> Double? {
    entries(bytes).last.map { Double($0.entry.milliseconds) / 1000 }
  }
}
