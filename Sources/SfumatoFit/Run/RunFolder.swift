internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// Why a run's folder cannot be used.
public struct RunFolderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The folder or file.
  public var path: String
  /// What is wrong and what would be right.
  public var problem: String

  /// "R: is there already; --force replaces it".
  public var description: String { "\(path): \(problem)" }
}

/// The folder in which a run leaves its traces; every file is written beside and renamed.
struct RunFolder: Sendable {
  let path: String

  var configPath: String { path + "/config.resolved.yaml" }
  var metricsPath: String { path + "/metrics.csv" }
  var logPath: String { path + "/log.jsonl" }
  var checkpoints: String { path + "/checkpoints" }
  var previews: String { path + "/previews" }
  var result: String { path + "/result" }

  /// Makes the folder of a new run; with `force` an earlier run's files in it are removed, nothing else.
  static func create(_ path: String, force: Bool) throws(RunFolderError) -> RunFolder {
    let folder = RunFolder(path: path)
    let files = FileManager.default
    if let found = try? files.contentsOfDirectory(atPath: path), !found.isEmpty {
      guard force else {
        throw RunFolderError(
          path: path, problem: "is there already; --force replaces it, --resume goes on with it")
      }
      guard files.fileExists(atPath: folder.configPath) else {
        throw RunFolderError(
          path: path, problem: "holds other things than a run; give another folder")
      }
      for part in [
        folder.configPath, folder.metricsPath, folder.logPath, folder.checkpoints,
        folder.previews, folder.result,
      ] { try? files.removeItem(atPath: part) }
    }
    try folder.makeFolders()
    return folder
  }

  private func makeFolders() throws(RunFolderError) {
    for part in [path, checkpoints, previews, result] {
      do {
        try FileManager.default.createDirectory(
          atPath: part, withIntermediateDirectories: true)
      } catch {
        throw RunFolderError(path: part, problem: "cannot be made: \(error.localizedDescription)")
      }
    }
  }

  /// Opens the folder of a run that shall go on.
  static func open(_ path: String) throws(RunFolderError) -> RunFolder {
    let folder = RunFolder(path: path)
    guard FileManager.default.fileExists(atPath: folder.configPath) else {
      throw RunFolderError(
        path: path, problem: "has no config.resolved.yaml, so there is no run to resume")
    }
    try folder.makeFolders()
    return folder
  }

  /// Writes text to a file of the run.
  func write(_ text: String, to path: String) throws(RunFolderError) {
    do {
      try writeAtomically(Array(text.utf8), to: path)
    } catch {
      throw RunFolderError(path: path, problem: error.problem)
    }
  }

  /// The path of the checkpoint after a number of steps.
  func checkpoint(_ steps: Int) -> String { "\(checkpoints)/\(Self.padded(steps)).bin" }

  static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// The newest checkpoint, or nil before the first.
  var lastCheckpoint: String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
    return names.filter { $0.hasSuffix(".bin") }.max().map { "\(checkpoints)/\($0)" }
  }
}
