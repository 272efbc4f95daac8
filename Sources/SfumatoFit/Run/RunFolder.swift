internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// Why a run's folder cannot be used.
public struct RunFolderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Whose fault it is.
  public enum Kind: Equatable, Sendable {
    /// Something is there that must not be overwritten.
    case isTaken
    /// The operating system did not let it be written: no permission, no space.
    case isUnwritable
    /// It does not hold what it should.
    case isUnusable
  }

  /// The folder or file.
  public var path: String
  /// Whose fault it is.
  public var kind: Kind
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
  var reportPath: String { path + "/report.html" }
  var checkpoints: String { path + "/checkpoints" }
  var previews: String { path + "/previews" }
  var result: String { path + "/result" }

  /// In `result`: the given scene as it moved, where a fit shows one.
  static let sceneName = "scene.glb"

  /// Throws where a new run may not take the folder: it holds an earlier run and `force` is not given, or other
  /// things than a run.
  static func requireFree(_ path: String, force: Bool) throws(RunFolderError) {
    let files = FileManager.default
    guard let found = try? files.contentsOfDirectory(atPath: path) else {
      guard !files.fileExists(atPath: path) else {
        throw RunFolderError(
          path: path, kind: .isTaken, problem: "is a file, not a folder; give another name")
      }
      return
    }
    guard !found.isEmpty else { return }
    guard files.fileExists(atPath: RunFolder(path: path).configPath) else {
      throw RunFolderError(
        path: path, kind: .isTaken, problem: "holds other things than a run; give another folder")
    }
    guard force else {
      throw RunFolderError(
        path: path, kind: .isTaken,
        problem: "holds a run already; --force replaces it, --resume goes on with it")
    }
  }

  /// Makes the folder of a new run; with `force` an earlier run's files in it are removed, nothing else.
  static func create(_ path: String, force: Bool) throws(RunFolderError) -> RunFolder {
    try requireFree(path, force: force)
    let folder = RunFolder(path: path)
    for part in [
      folder.configPath, folder.metricsPath, folder.logPath, folder.checkpoints,
      folder.previews, folder.result, folder.reportPath,
    ] where FileManager.default.fileExists(atPath: part) {
      do {
        try FileManager.default.removeItem(atPath: part)
      } catch {
        throw RunFolderError(path: part, kind: .isUnwritable, problem: "cannot be removed")
      }
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
        throw RunFolderError(path: part, kind: .isUnwritable, problem: "the folder cannot be made")
      }
    }
  }

  /// Opens the folder of a run that shall go on.
  static func open(_ path: String) throws(RunFolderError) -> RunFolder {
    let folder = RunFolder(path: path)
    guard FileManager.default.fileExists(atPath: folder.configPath) else {
      throw RunFolderError(
        path: path, kind: .isUnusable,
        problem: "has no config.resolved.yaml, so there is no run to resume")
    }
    try folder.makeFolders()
    return folder
  }

  /// Writes text to a file of the run.
  func write(_ text: String, to path: String) throws(RunFolderError) {
    do {
      try writeAtomically(Array(text.utf8), to: path)
    } catch {
      throw RunFolderError(path: path, kind: .isUnwritable, problem: error.problem)
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
    let steps = names.filter { $0.hasSuffix(".bin") }.compactMap { Int($0.dropLast(4)) }
    return steps.max().map(checkpoint)
  }
}
