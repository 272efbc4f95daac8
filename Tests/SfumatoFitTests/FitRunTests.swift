import Foundation
import SfumatoCore
import Testing

@testable import SfumatoFit

@Suite struct FitRunTests {
  /// Everything unknown; the second stage subdivides, the third is reached on a boundary.
  private func config() -> FitConfig {
    var stages = [
      FitFixtures.stage("a", steps: 6, smoothing: 3),
      FitFixtures.stage("b", steps: 7, smoothing: 2),
      FitFixtures.stage("c", steps: 5),
    ]
    stages[0].viewsPerStep = 2
    stages[1].subdivide = 1
    stages[2].imageScale = 0.5
    var config = FitFixtures.config(Unknown.allCases.filter { $0 != .parts }, stages)
    config.checkpointEvery = 4
    config.previewEvery = 5
    return config
  }

  /// Stages of every mode, schedule and optimiser.
  private func choices() -> FitConfig {
    var stages = [
      FitFixtures.stage("hard", steps: 4), FitFixtures.stage("adaptive", steps: 8),
      FitFixtures.stage("crisp", steps: 6),
    ]
    stages[0].mode = .hard
    stages[0].optimizer = .parameterSpace
    stages[1].schedule = .adaptive
    stages[1].adaptive.wait = 2
    stages[1].adaptive.interval = 1
    stages[2].mode = .crisp
    stages[2].edges = .edgeGradient
    stages[2].samples = 2
    var config = FitFixtures.config(
      [.pose, .cameras, .focal, .light, .background, .exposure], stages)
    config.checkpointEvery = 3
    config.previewEvery = 5
    return config
  }

  private var problem: FitProblem {
    FitProblem(
      targets: FitFixtures.targets(
        Scene(FitFixtures.box), FitFixtures.cameras(3, side: 24)),
      mesh: FitFixtures.colored(.icosphere(subdivisions: 1)))
  }

  /// Runs until `stop` steps are done.
  @discardableResult
  private func start(
    _ path: String, stop: Int = .max, _ config: FitConfig? = nil, _ given: FitProblem? = nil
  ) throws -> FitSummary {
    var run = try FitRun(
      given ?? problem, config: config ?? self.config(), folder: path, force: false)
    return try self.run(&run, stop: stop)
  }

  @discardableResult
  private func resume(
    _ path: String, stop: Int = .max, _ given: FitProblem? = nil
  ) throws -> FitSummary {
    var run = try FitRun(resuming: path) { _ in given ?? problem }
    return try self.run(&run, stop: stop)
  }

  private func run(_ run: inout FitRun, stop: Int) throws -> FitSummary {
    var done = 0
    return try run.run(shouldStop: { done >= stop }, progress: { done = $0.index })
  }

  /// The files below a run's folder with their contents, but for log and report, which have times.
  private func files(_ path: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path)
    where name != "log.jsonl" && name != "report.html" {
      files[name] = FileManager.default.contents(atPath: path + "/" + name)
    }
    return files
  }

  /// Whether a run ended as one that ran through; it may have more checkpoints and previews, of its stops.
  private func expectSame(_ path: String, as reference: String) throws {
    let (found, wanted) = (try files(path), try files(reference))
    for (name, data) in wanted where !name.isEmpty {
      #expect(found[name] == data, "\(name) differs")
    }
    let extra = Set(found.keys).subtracting(wanted.keys)
    #expect(extra.allSatisfy { $0.hasPrefix("checkpoints/") || $0.hasPrefix("previews/") })
  }

  @Test func `a run leaves what the contract names`() throws {
    let folder = try TemporaryFolder()
    let summary = try start(folder.path("r"))
    #expect(summary.steps == 18 && summary.stoppedBy == "plan" && summary.skippedSteps == 0)
    #expect(summary.stages.map(\.name) == ["a", "b", "c"])
    #expect(summary.stages.map(\.steps) == [6, 7, 5])
    let names = Set(try files(folder.path("r")).keys)
    for name in [
      "config.resolved.yaml", "metrics.csv", "checkpoints/000004.bin", "checkpoints/000018.bin",
      "previews/000005.png", "previews/000018.png", "result/mesh.obj", "result/mesh.ply",
      "result/transforms.json", "result/params.json", "result/metrics.json",
    ] { #expect(names.contains(name), "\(name)") }
    let lines = String(
      decoding: try #require(try files(folder.path("r"))["metrics.csv"]), as: UTF8.self
    ).split(separator: "\n")
    #expect(lines.count == 19)
    #expect(lines[0] == "step,stage,loss,edge_width_px")
    #expect(lines[7].hasPrefix("7,b,"))
    #expect(
      try FitConfig(
        resolvedYAML: String(
          contentsOfFile: folder.path("r/config.resolved.yaml"), encoding: .utf8),
        origin: "r") == config())
  }

  /// Before the first step, within a stage, on a checkpoint, on a boundary, after the subdivision, on the next
  /// boundary, in the last stage, and after the last step.
  @Test(arguments: [0, 3, 4, 6, 7, 9, 13, 15, 18])
  func `an interrupted run ends as one that ran through`(stop: Int) throws {
    let folder = try TemporaryFolder()
    try start(folder.path("whole"))
    let first = try start(folder.path("halves"), stop: stop)
    #expect(first.steps == stop && first.stoppedBy == "signal")
    #expect(FileManager.default.fileExists(atPath: folder.path("halves/result/mesh.obj")))
    let second = try resume(folder.path("halves"))
    #expect(second.steps == 18 && second.stoppedBy == "plan")
    try expectSame(folder.path("halves"), as: folder.path("whole"))
    // Once more: there is nothing left to do, and nothing changes.
    #expect(try resume(folder.path("halves")).steps == 18)
    try expectSame(folder.path("halves"), as: folder.path("whole"))
  }

  /// Within each stage and on its boundaries.
  @Test(arguments: [2, 4, 7, 10, 12, 13, 17])
  func `an interrupted run of chosen stages ends as one that ran through`(stop: Int) throws {
    let folder = try TemporaryFolder()
    try start(folder.path("whole"), choices())
    try start(folder.path("halves"), stop: stop, choices())
    #expect(try resume(folder.path("halves")).stoppedBy == "plan")
    try expectSame(folder.path("halves"), as: folder.path("whole"))
  }

  @Test func `many interruptions change nothing`() throws {
    let folder = try TemporaryFolder()
    try start(folder.path("whole"))
    try start(folder.path("pieces"), stop: 2)
    for stop in [5, 6, 8, 8, 13, 14] { try resume(folder.path("pieces"), stop: stop) }
    try resume(folder.path("pieces"))
    try expectSame(folder.path("pieces"), as: folder.path("whole"))
  }

  @Test func `a kill between checkpoints drops the lines after the last and does the steps again`()
    throws
  {
    let folder = try TemporaryFolder()
    try start(folder.path("whole"))
    let killed = folder.path("killed")
    try start(killed, stop: 11)
    // As kill -9 leaves it: no checkpoint of the stop, no results, and a line cut short.
    try FileManager.default.removeItem(atPath: killed + "/checkpoints/000011.bin")
    try FileManager.default.removeItem(atPath: killed + "/result")
    let metrics = killed + "/metrics.csv"
    let text = try String(contentsOfFile: metrics, encoding: .utf8)
    try (text + "12,b,0.1").write(toFile: metrics, atomically: true, encoding: .utf8)
    try resume(killed)
    try expectSame(killed, as: folder.path("whole"))
    let log = try String(contentsOfFile: killed + "/log.jsonl", encoding: .utf8)
    let steps = try log.split(separator: "\n").map { line in
      try #require(
        (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["step"] as? Int
      )
    }
    #expect(steps == [5, 10, 15, 18])
    // Time counts on over the processes.
    let times = LogEntry.entries(Array(log.utf8)).map(\.entry.milliseconds)
    #expect(times == times.sorted())
  }

  @Test func `a kill before the first checkpoint starts over`() throws {
    let folder = try TemporaryFolder()
    try start(folder.path("whole"))
    let killed = folder.path("killed")
    try start(killed, stop: 2)
    for part in ["checkpoints", "result", "previews", "log.jsonl"] {
      try FileManager.default.removeItem(atPath: killed + "/" + part)
    }
    try resume(killed)
    try expectSame(killed, as: folder.path("whole"))
  }

  @Test func `what a mesh carries survives a subdivision and a resume`() throws {
    let folder = try TemporaryFolder()
    var mesh = Mesh<Float>(
      positions: FitFixtures.box.positions, faces: FitFixtures.box.faces,
      texcoords: FitFixtures.box.positions.indices.filter { $0 % 3 < 2 }.map { Float($0 % 7) / 7 },
      texcoordFaces: FitFixtures.box.faces)
    mesh.normals = (0..<mesh.vertexCount).flatMap { v in
      let n = normalize(mesh.position(v))
      return [n.x, n.y, n.z]
    }
    let problem = FitProblem(targets: self.problem.targets, mesh: mesh)
    var config = config()
    config.unknowns = [.pose]
    try start(folder.path("whole"), config, problem)
    try start(folder.path("halves"), stop: 9, config, problem)
    try resume(folder.path("halves"), problem)
    try expectSame(folder.path("halves"), as: folder.path("whole"))
    let text = try String(contentsOfFile: folder.path("halves/result/mesh.obj"), encoding: .utf8)
    #expect(text.contains("\nvt ") && text.contains("\nvn "))
  }

  @Test func `other targets, cameras or starts are not resumed`() throws {
    let folder = try TemporaryFolder()
    try start(folder.path("r"), stop: 3)
    var others: [FitProblem] = [problem, problem, problem, problem, problem]
    others[0].targets[0].picture.values[7] = 0.5
    others[1].targets[2].camera.focal *= 1.01
    others[2].mesh = FitFixtures.box
    others[3].targets.removeLast()
    others[4].targets[0].ignored = ImageBuffer(width: 24, height: 24, channels: 1)
    for other in others {
      #expect(throws: CheckpointError.self) { try resume(folder.path("r"), other) }
    }
    // Nothing was touched.
    #expect(try resume(folder.path("r")).steps == 18)
  }

  @Test func `another configuration is not resumed`() throws {
    let folder = try TemporaryFolder()
    try start(folder.path("r"), stop: 3)
    let path = folder.path("r/config.resolved.yaml")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacingOccurrences(of: "seed: 0", with: "seed: 1").write(
      toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: CheckpointError.self) { try resume(folder.path("r")) }
  }

  @Test func `the newest checkpoint is the one with the largest number`() throws {
    let folder = try TemporaryFolder()
    let run = try RunFolder.create(folder.path("r"), force: false)
    #expect(run.lastCheckpoint == nil)
    for name in ["999999.bin", "1000000.bin", "000050.bin", "copy.bin", "2000000.txt"] {
      try Data().write(to: URL(fileURLWithPath: run.checkpoints + "/" + name))
    }
    #expect(run.lastCheckpoint == run.checkpoints + "/1000000.bin")
  }

  @Test func `a folder is taken only where it may be`() throws {
    let folder = try TemporaryFolder()
    func kind(_ name: String, force: Bool = false) -> RunFolderError.Kind? {
      do {
        _ = try RunFolder.create(folder.path(name), force: force)
        return nil
      } catch { return error.kind }
    }
    try FileManager.default.createDirectory(
      atPath: folder.path("empty"), withIntermediateDirectories: true)
    #expect(kind("empty") == nil)
    _ = try folder.file("file", "text")
    #expect(kind("file") == .isTaken)
    #expect(kind("file", force: true) == .isTaken)
    #expect(kind("file/below") == .isUnwritable)
    try FileManager.default.createDirectory(
      atPath: folder.path("photos"), withIntermediateDirectories: true)
    _ = try folder.file("photos/a.txt", "text")
    #expect(kind("photos", force: true) == .isTaken)
    #expect(FileManager.default.fileExists(atPath: folder.path("photos/a.txt")))
    try start(folder.path("r"), stop: 1)
    _ = try folder.file("r/mine.txt", "text")
    #expect(kind("r") == .isTaken)
    #expect(kind("r", force: true) == nil)
    #expect(FileManager.default.fileExists(atPath: folder.path("r/mine.txt")))
    #expect(!FileManager.default.fileExists(atPath: folder.path("r/config.resolved.yaml")))
    #expect(throws: RunFolderError.self) { try resume(folder.path("none")) }
  }

  @Test func `a time limit becomes fewer steps`() throws {
    let folder = try TemporaryFolder()
    var config = config()
    config.timeLimitSeconds = 1
    for i in config.stages.indices { config.stages[i].steps = 50_000 }
    config.previewEvery = 1_000_000
    var run = try FitRun(problem, config: config, folder: folder.path("r"), force: false)
    #expect(run.config.stepCount < 60_000 && run.config.stages.allSatisfy { $0.steps >= 1 })
    let planned = run.config.stepCount
    let summary = try self.run(&run, stop: .max)
    #expect(summary.steps <= planned)
    #expect(
      summary.stoppedBy == "plan" ? summary.steps == planned : summary.stoppedBy == "time_limit")
  }

  @Test func `masks and bounds go into the result's cameras`() throws {
    let folder = try TemporaryFolder()
    var problem = problem
    problem.bounds = (SIMD3(-1, -1, -1), SIMD3(1, 1, 1))
    problem.targets[1].maskPath = folder.path("mask.png")
    try start(folder.path("r"), stop: 1, nil, problem)
    let text = try String(contentsOfFile: folder.path("r/result/transforms.json"), encoding: .utf8)
    #expect(text.contains("mask.png") && text.contains("\"aabb\""))
  }
}
