internal import Foundation
internal import SfumatoCore
internal import SfumatoIO
internal import Yams

/// What the folder of a run holds, as far as it can be read; nothing in it must be there.
struct RunRecord {
  /// The run's folder.
  let path: String
  /// The resolved configuration, of whatever version.
  private(set) var settings: Node?
  private(set) var metrics: RunMetrics?
  /// The losses of `metrics.csv`.
  private(set) var losses: [ReportCharts.Entry] = []
  /// How long the run took, results left out.
  private(set) var seconds: Double?
  private(set) var parameters: FitParameters?
  /// The pictures with the cameras that the run ended with.
  private(set) var cameras: CameraSet?
  private(set) var mesh: Mesh<Float>?
  /// What could not be read.
  private(set) var remarks: [String] = []

  var meshPath: String { path + "/result/mesh.obj" }

  /// Reads a folder.
  ///
  /// - Throws: where it holds neither a configuration nor a mesh.
  init(_ path: String) throws(RunFolderError) {
    let folder = RunFolder(path: path)
    self.path = path
    let files = FileManager.default
    guard files.fileExists(atPath: folder.configPath) || files.fileExists(atPath: meshPath) else {
      throw RunFolderError(
        path: path, kind: .isUnusable,
        problem: "holds no run: neither config.resolved.yaml nor result/mesh.obj")
    }
    var absent: [String] = []
    var damaged: [String] = []
    func read<T>(_ file: String, _ parse: (String) throws -> T) -> T? {
      guard files.fileExists(atPath: file) else {
        absent.append(String(file.dropFirst(path.count + 1)))
        return nil
      }
      do { return try parse(file) } catch {
        let text = "\(error)"
        damaged.append(
          text.hasPrefix(file) ? text : "\(file): cannot be read; is it of another version?")
        return nil
      }
    }
    func bytes(_ file: String) throws -> [UInt8] {
      do { return try readBytes(file) } catch {
        throw RunFolderError(path: file, kind: .isUnusable, problem: error.problem)
      }
    }
    func decoded<T: Decodable>(_ file: String, _ type: T.Type) throws -> T {
      try JSONDecoder().decode(type, from: Data(try bytes(file)))
    }
    settings = read(folder.configPath) {
      try compose(yaml: String(decoding: try bytes($0), as: UTF8.self))
    }.flatMap(\.self)
    metrics = read(folder.result + "/metrics.json") { try decoded($0, RunMetrics.self) }
    let csv = read(folder.metricsPath) { String(decoding: try bytes($0), as: UTF8.self) }
    losses = ReportCharts.entries(csv: csv ?? "")
    seconds = read(folder.logPath) { LogEntry.seconds(try bytes($0)) }.flatMap(\.self)
    parameters = read(folder.result + "/params.json") { try decoded($0, FitParameters.self) }
    cameras = read(folder.result + "/transforms.json") { try loadCameras($0) }
    mesh = read(meshPath) { try loadMesh($0) }
    remarks = damaged
    if !absent.isEmpty { remarks.append("\(path): without \(absent.joined(separator: ", "))") }
  }

  /// A view with all that is known of it.
  struct View {
    /// The picture's path as the targets' file writes it; as the result's cameras do where that is not known.
    var name: String
    var frame: CameraFrame?
    var numbers: RunMetrics.View?

    /// Whether another run's view is of the same picture.
    func isSame(as other: View) -> Bool {
      if name == other.name { return true }
      guard let own = frame?.imagePath, let its = other.frame?.imagePath, !own.isEmpty else {
        return false
      }
      return URL(fileURLWithPath: own).standardizedFileURL
        == URL(fileURLWithPath: its).standardizedFileURL
    }
  }

  /// The views in the targets' order.
  var views: [View] {
    let numbers = metrics?.views ?? []
    guard let frames = cameras?.frames else {
      return numbers.map { View(name: $0.file, numbers: $0) }
    }
    guard numbers.count == frames.count else {
      return frames.map { View(name: $0.filePath, frame: $0) }
    }
    return zip(frames, numbers).map { View(name: $1.file, frame: $0, numbers: $1) }
  }

  /// The losses of a stage: how many steps are logged and what the last one was.
  func stage(_ name: String) -> (steps: Int, loss: Double)? {
    let own = losses.filter { $0.stage == name }
    return own.last.map { (own.count, $0.loss) }
  }
}
