public import Foundation
public import SfumatoCore
internal import SfumatoIO

/// What a finished (or stopped) run says of itself.
public struct FitSummary: Sendable {
  /// A stage as it ended.
  public struct Stage: Sendable {
    /// Its name.
    public var name: String
    /// Steps that it took.
    public var steps: Int
    /// The loss of its last step.
    public var loss: Double
  }

  /// The run's folder.
  public var run: String
  /// Steps done.
  public var steps: Int
  /// Wall time, seconds, of this process.
  public var seconds: Double
  /// The stages that began.
  public var stages: [Stage]
  /// Against the training targets.
  public var evaluation: Evaluation
  /// `plan` (done), `time_limit` or `signal`.
  public var stoppedBy: String
  /// Steps of this process that were not taken, because the gradient or the moved scene was not finite.
  public var skippedSteps: Int
  /// The pose after the best, where the search found one that the pictures hardly tell from it.
  public var ambiguity: FitParameters.RunnerUp?
  /// How well the pictures fix what was found, where the last stage goes by least squares.
  public var uncertainty: FitUncertainty?
}

/// A fit with a folder: checkpoints, previews, logs and results around a ``SceneRegression``.
public struct FitRun: Sendable {
  private var regression: SceneRegression
  private let folder: RunFolder
  private let owner: Checkpoint.Owner
  /// When this process began with the run.
  private let began: Date

  /// Milliseconds that earlier processes spent on the run.
  private var millisecondsBefore = 0
  /// The step of the log's last entry.
  private var lastLogged = 0

  /// The configuration that the run uses.
  public var config: FitConfig { regression.config }
  /// What the run will take, where its beginning has measured that: with a time limit, or asked for.
  public let estimate: PlanEstimate?

  /// Starts a new run in a folder; a time limit counts from `began`.
  ///
  /// A time limit becomes step counts here, by a probe whose results are thrown away.
  ///
  /// - Parameters:
  ///   - problem: what is given.
  ///   - config: the plan.
  ///   - path: the run's folder.
  ///   - force: whether an earlier run there may be replaced.
  ///   - workers: how many threads may work.
  ///   - began: since when a time limit counts.
  ///   - budget: about how many seconds may go into ``estimate`` where there is no time limit; 0 leaves it out.
  /// - Throws: ``RunFolderError``.
  public init(
    _ problem: FitProblem, config: FitConfig, folder path: String, force: Bool,
    workers: Workers = .all, began: Date = Date(), estimatingWithin budget: Double = 0
  ) throws {
    self.began = began
    // Before the probe, which takes time.
    try RunFolder.requireFree(path, force: force)
    var config = config
    estimate =
      config.timeLimitSeconds > 0 || budget > 0
      ? PlanEstimate(
        fitting: &config, problem, workers: workers, began: began, within: budget,
        measuresAll: false) : nil
    folder = try RunFolder.create(path, force: force)
    let yaml = try config.yaml()
    try folder.write(yaml, to: folder.configPath)
    owner = Checkpoint.Owner(config: fnv1a(yaml.utf8), problem: problem.fingerprint)
    regression = SceneRegression(problem, config: config, workers: workers)
    try folder.write(Self.metricsHeader, to: folder.metricsPath)
    try folder.write("", to: folder.logPath)
  }

  private static let metricsHeader = "step,stage,loss,edge_width_px\n"

  /// Goes on with a run from its last checkpoint; the configuration is the one in the folder.
  ///
  /// - Parameters:
  ///   - path: the run's folder.
  ///   - workers: how many threads may work.
  ///   - problem: the problem for the folder's configuration: the same targets and start as the first time.
  /// - Throws: ``RunFolderError``, ``FitConfigError`` or ``CheckpointError``.
  public init(
    resuming path: String, workers: Workers = .all, problem: (FitConfig) throws -> FitProblem
  ) throws {
    began = Date()
    estimate = nil
    folder = try RunFolder.open(path)
    let yaml: String
    do {
      yaml = String(decoding: try readBytes(folder.configPath), as: UTF8.self)
    } catch {
      throw RunFolderError(path: folder.configPath, kind: .isUnusable, problem: error.problem)
    }
    let config = try FitConfig(resolvedYAML: yaml, origin: folder.configPath)
    let problem = try problem(config)
    owner = Checkpoint.Owner(config: fnv1a(yaml.utf8), problem: problem.fingerprint)
    regression = SceneRegression(problem, config: config, workers: workers)
    if let checkpoint = folder.lastCheckpoint {
      try Checkpoint.restore(&regression, from: checkpoint, owner: owner)
    }
    try trim()
  }

  /// Drops the lines of steps that will be done again, and a line that a kill cut short.
  private mutating func trim() throws {
    let done = regression.state.totalSteps
    func lines(_ path: String) -> [Substring] {
      String(decoding: (try? readBytes(path)) ?? [], as: UTF8.self).split(separator: "\n")
    }
    let steps = lines(folder.metricsPath).dropFirst().prefix(done)
    try folder.write(
      Self.metricsHeader + steps.map { $0 + "\n" }.joined(), to: folder.metricsPath)
    let entries = LogEntry.entries((try? readBytes(folder.logPath)) ?? []).filter {
      $0.entry.step <= done
    }
    try folder.write(entries.map { $0.line + "\n" }.joined(), to: folder.logPath)
    millisecondsBefore = entries.last?.entry.milliseconds ?? 0
    lastLogged = entries.last?.entry.step ?? 0
  }

  /// Runs until the plan is done, the time is over, or `shouldStop` says so; leaves a valid result in any case.
  ///
  /// - Parameters:
  ///   - shouldStop: asked between steps, as by a signal.
  ///   - progress: told of every step.
  /// - Returns: what was reached.
  /// - Throws: ``RunFolderError`` and the errors of writers.
  public mutating func run(
    shouldStop: () -> Bool = { false }, progress: (FitStep) -> Void = { _ in }
  ) throws -> FitSummary {
    let start = Date()
    let limit = config.timeLimitSeconds
    var stoppedBy = "plan"
    var skipped = 0
    var last: FitStep?
    let losses = try LineLog(folder.metricsPath)
    let log = try LineLog(folder.logPath)
    func reasonToStop() -> String? {
      if shouldStop() { return "signal" }
      return limit > 0 && Date().timeIntervalSince(began) > limit ? "time_limit" : nil
    }
    while true {
      if let reason = reasonToStop() {
        stoppedBy = reason
        break
      }
      // Trials before the first step stop as well, and begin anew on resuming.
      var reason: String?
      let next = regression.next {
        reason = reasonToStop()
        return reason != nil
      }
      guard let step = next else {
        stoppedBy = reason ?? stoppedBy
        break
      }
      try losses.append("\(step.index),\(step.stageName),\(step.loss),\(step.edgeWidthPixels)")
      progress(step)
      if step.wasSkipped { skipped += 1 }
      last = step
      if step.index % config.previewEvery == 0 {
        try savePreview()
        try append(step, to: log, since: start)
      }
      if step.index % config.checkpointEvery == 0 { try saveCheckpoint() }
    }
    try saveCheckpoint()
    try savePreview()
    if let last, last.index > lastLogged { try append(last, to: log, since: start) }
    let evaluation = evaluate()
    let health = health
    let found = FitParameters(regression)
    let pull = regression.vertexPull
    var metrics = RunMetrics(evaluation)
    metrics.mesh = health
    metrics.vertices = health == nil ? nil : regression.state.mesh.vertexCount
    metrics.unseen_vertices = pull?.unseenCount
    (metrics.steps, metrics.stopped_by) = (regression.state.totalSteps, stoppedBy)
    try saveResult(metrics, found, pull)
    millisecondsBefore += Int(Date().timeIntervalSince(start) * 1000)
    let stageLosses = regression.state.stageLosses
    let stages = stageLosses.indices.map { i in
      FitSummary.Stage(
        name: config.stages[i].name,
        steps: i < regression.state.stage ? config.stages[i].steps : regression.state.step,
        loss: Double(stageLosses[i]))
    }
    let summary = FitSummary(
      run: folder.path, steps: regression.state.totalSteps,
      seconds: Date().timeIntervalSince(start), stages: stages, evaluation: evaluation,
      stoppedBy: stoppedBy, skippedSteps: skipped,
      ambiguity: regression.isAmbiguous ? found.runnerUp : nil, uncertainty: found.uncertainty)
    try saveReport(summary, found, health, pull)
    return summary
  }

  private mutating func append(_ step: FitStep, to log: LineLog, since start: Date) throws {
    let spent = Int(Date().timeIntervalSince(start) * 1000)
    let entry = LogEntry(
      step: step.index, stage: step.stageName, loss: step.loss.isFinite ? step.loss : nil,
      milliseconds: millisecondsBefore + spent, mesh: health)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try log.append(String(decoding: try encoder.encode(entry), as: UTF8.self))
    lastLogged = step.index
  }

  private func saveReport(
    _ summary: FitSummary, _ found: FitParameters, _ health: MeshHealth?, _ pull: VertexPull?
  ) throws {
    func text(_ path: String) -> String {
      String(decoding: (try? readBytes(path)) ?? [], as: UTF8.self)
    }
    try folder.write(
      try RunReport.page(
        regression, summary: summary, found: found, mesh: health, pull: pull,
        csv: text(folder.metricsPath), yaml: text(folder.configPath)), to: folder.reportPath)
  }

  /// What is wrong with the mesh, where the fit changes it.
  private var health: MeshHealth? {
    config.unknowns.contains(.shape)
      ? MeshHealth(regression.state.mesh, workers: regression.workers) : nil
  }

  private func savePreview() throws {
    let path = "\(folder.previews)/\(RunFolder.padded(regression.state.totalSteps)).png"
    try writing(path) { try saveImage(PreviewSheet.make(regression), to: path) }
  }

  private func saveCheckpoint() throws {
    let path = folder.checkpoint(regression.state.totalSteps)
    let bytes = try Checkpoint.encode(regression, owner: owner)
    try writing(path) { try writeAtomically(bytes, to: path) }
  }

  /// Does what writes a file; where that fails the run's folder is to blame and not the fit's input.
  private func writing(_ path: String, _ body: () throws -> Void) throws {
    func failure(_ problem: String) -> RunFolderError {
      RunFolderError(path: path, kind: .isUnwritable, problem: problem)
    }
    do {
      try body()
    } catch let error as FileAccessError {
      throw failure(error.problem)
    } catch let error as RunFolderError {
      throw error
    } catch {
      // Writers describe themselves as "path: problem".
      let text = "\(error)"
      throw failure(text.hasPrefix(path + ": ") ? String(text.dropFirst(path.count + 2)) : text)
    }
  }

  /// The present state against the training targets, with the present cameras and exposures.
  private func evaluate() -> Evaluation {
    let cameras = regression.cameras
    var targets = regression.problem.targets
    for i in targets.indices { targets[i].camera = cameras[i] }
    return Evaluation(
      of: regression.scene, on: targets, gains: regression.gains, workers: regression.workers)
  }

  private func saveResult(
    _ metrics: RunMetrics, _ found: FitParameters, _ pull: VertexPull?
  ) throws {
    let mesh = regression.worldMesh
    func result(_ name: String, _ save: (String) throws -> Void) throws {
      let path = "\(folder.result)/\(name)"
      try writing(path) { try save(path) }
    }
    try result("mesh.ply") { try savePLY(mesh, to: $0) }
    if let pull {
      try result("gradient.ply") {
        try savePLY(pull.colored(mesh), to: $0, vertexValues: [("gradient", pull.lengths)])
      }
    }
    // Colours found without a light hold it already.
    let shading: Shading = config.unknowns.contains(.light) ? .lambert : .unlit
    var scene = Scene(mesh, shading: shading)
    if regression.state.texture != nil {
      let found = regression.scene
      scene.meshes[0].vertexColors = nil
      (scene.materials, scene.textures) = (found.materials, found.textures)
      scene.textures[0].filter = .trilinear
      try result("mesh.obj") { try saveScene(SceneFile(scene), to: $0) }
    } else {
      try result("mesh.obj") { try saveOBJ(mesh, to: $0) }
    }
    try result("mesh.glb") { try saveScene(SceneFile(scene), to: $0) }
    if regression.known != nil {
      var file = SceneFile(regression.scene)
      // Lights of harmonics have no place in the format; params.json has them.
      if config.unknowns.contains(.light) { file.scene.lights = [] }
      try result(RunFolder.sceneName) { try saveScene(file, to: $0) }
    }
    let cameras = regression.cameras
    let frames = regression.problem.targets.enumerated().map { i, target in
      CameraFrame(
        filePath: target.file, imagePath: target.imagePath, maskPath: target.maskPath,
        ignoreMaskPath: target.ignoreMaskPath, depthPath: target.geometry.depthPath,
        normalPath: target.geometry.normalPath,
        camera: cameras[i], distortion: target.distortion)
    }
    if cameras.allSatisfy({ $0.projection == .perspective }) {
      let set = CameraSet(frames: frames, bounds: regression.problem.bounds)
      try result("transforms.json") { try saveCameras(set, to: $0) }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    func save(_ value: some Encodable, _ name: String) throws {
      try folder.write(
        String(decoding: try encoder.encode(value), as: UTF8.self) + "\n",
        to: "\(folder.result)/\(name)")
    }
    try save(found, "params.json")
    try save(metrics, "metrics.json")
  }
}

/// A text file that grows by lines.
private final class LineLog {
  private let handle: FileHandle
  private let path: String

  init(_ path: String) throws(RunFolderError) {
    guard let handle = FileHandle(forWritingAtPath: path) else {
      throw RunFolderError(path: path, kind: .isUnwritable, problem: "cannot be written")
    }
    self.handle = handle
    self.path = path
    _ = try? handle.seekToEnd()
  }

  func append(_ line: String) throws(RunFolderError) {
    do {
      try handle.write(contentsOf: Data((line + "\n").utf8))
    } catch {
      throw RunFolderError(
        path: path, kind: .isUnwritable, problem: "cannot be written; is the device full?")
    }
  }

  deinit { try? handle.close() }
}
