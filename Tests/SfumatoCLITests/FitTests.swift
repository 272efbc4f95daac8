import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@Suite struct FitTests {
  @Test func `a fit prints its numbers and leaves its folder, and eval and compare read it`() throws
  {
    let folder = try TemporaryFolder()
    let (mesh, targets) = try scene(folder)
    let result = folder.path("r")
    let run = try CommandRun("fit", targets, "--iterations", "12", "-o", result, "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(
      run.orderedKeys == [
        "run", "steps", "seconds", "stages", "iou", "psnr", "stopped_by", "ambiguous",
      ])
    let json = try run.json()
    #expect(json["run"] as? String == result)
    #expect(json["steps"] as? Int == 12)
    #expect(json["stopped_by"] as? String == "plan")
    for word in ["stage", "outline", "in all"] {
      #expect(run.messages.contains("sfumato: \(word)"), "\(run.messages)")
    }
    let stages = try #require(json["stages"] as? [[String: Any]])
    #expect(stages.count == 4 && Set(stages[0].keys) == ["name", "steps", "loss"])
    #expect(stages.compactMap { $0["steps"] as? Int }.reduce(0, +) == 12)
    let names = Set(try files(result).keys)
    for name in [
      "config.resolved.yaml", "log.jsonl", "metrics.csv", "checkpoints/000012.bin",
      "previews/000012.png", "result/mesh.obj", "result/mesh.ply", "result/transforms.json",
      "result/params.json", "result/metrics.json",
    ] { #expect(names.contains(name), "\(name)") }
    let eval = try CommandRun("eval", result, "--cameras", targets, "--json")
    #expect(eval.exitCode == 0, "\(eval.messages)")
    #expect(
      abs(try #require(try eval.json()["iou"] as? Double) - (json["iou"] as? Double ?? -1)) < 1e-3)
    // The cameras of the result lead back to the pictures.
    let own = try CommandRun(
      "eval", mesh, "--cameras", result + "/result/transforms.json", "--json")
    #expect(try own.json()["iou"] as? Double == 1)
    let compare = try CommandRun("compare", result, result, "--json")
    #expect(try compare.json()["identical"] as? Bool == true)
  }

  @Test func `the same arguments give the same result, on one thread and on all`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    for (name, threads) in [("a", "1"), ("b", "2")] {
      let run = try CommandRun(
        "fit", targets, "--iterations", "8", "-o", folder.path(name), "--threads", threads,
        "--seed", "-3", "--quiet")
      #expect(run.exitCode == 0, "\(run.messages)")
      #expect(run.messages.isEmpty)
    }
    for part in ["result", "checkpoints", "previews"] {
      #expect(try files(folder.path("a/\(part)")) == files(folder.path("b/\(part)")))
    }
  }

  @Test func `data that cannot be used is exit 3 and one line with file and cause`() throws {
    let folder = try TemporaryFolder()
    let (mesh, targets) = try scene(folder)
    let out = folder.path("out")
    let end = ["-o", out]
    try expectBadInput([folder.path("none.json")] + end, "none.json: no such file")
    try expectBadInput(
      [targets, "--init", folder.path("none.obj")] + end, "none.obj: no such file")
    try expectBadInput([targets, "--init", folder.path("mesh.abc")] + end, "mesh.abc", ".abc")
    try expectBadInput(
      [targets, "--config", folder.path("none.yaml")] + end, "none.yaml: no such file")
    try expectBadInput(["\(targets)#7"] + end, "frame 7: does not exist; the file has 3")
    try expectBadInput([folder.url.appendingPathComponent("x").path] + end, "no such file")

    try folder.file("broken.json", "{\"frames\": [")
    try expectBadInput([folder.path("broken.json")] + end, "broken.json: is not JSON")
    try folder.file("empty.obj", "v 0 0 0\n")
    try expectBadInput(
      [targets, "--init", folder.path("empty.obj")] + end, "empty.obj: has no faces")
    try folder.file("c.yaml", "stagez: []\n")
    try expectBadInput(
      [targets, "--config", folder.path("c.yaml")] + end, "c.yaml", "'stagez'", "'stages'")
    try folder.file("bad.yaml", "stages: [\n")
    try expectBadInput(
      [targets, "--config", folder.path("bad.yaml")] + end, "bad.yaml: is not YAML: line")
    try expectBadInput(
      [targets, "--set", "stages.0.stepz=3"] + end, "--set stages.0.stepz=3", "'steps'")
    try expectBadInput(
      [targets, "--set", "pose.start.offset_radii=1"] + end, "'pose' is not among")
    try expectBadInput(
      [folder.path("0.png"), "--init", mesh] + end, "0.png: has no camera", "--solve pose")

    try FileManager.default.createDirectory(
      atPath: folder.path("hollow"), withIntermediateDirectories: true)
    try expectBadInput(
      [folder.path("hollow")] + end, "hollow: is no camera file", "transforms_train.json")
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test func `pictures that cannot be used are exit 3 and one line`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    let picture = folder.path("1.png")
    let good = try #require(FileManager.default.contents(atPath: picture))
    let end = ["-o", folder.path("out")]

    try saveImage(ImageBuffer<Float>(width: 24, height: 20, channels: 3), to: picture)
    try expectBadInput(
      [targets] + end, "1.png: says nothing of the object's outline", "--mask-color")
    try saveImage(ImageBuffer<Float>(width: 20, height: 24, channels: 4), to: picture)
    try expectBadInput([targets] + end, "1.png: is 20 x 24 pixels; its camera has 24 x 20")
    try good.prefix(60).write(to: URL(fileURLWithPath: picture))
    try expectBadInput([targets] + end, "1.png: ")
    try FileManager.default.removeItem(atPath: picture)
    try expectBadInput([targets] + end, "1.png: no such file")
    for k in 0..<3 {
      try saveImage(
        ImageBuffer<Float>(width: 24, height: 20, channels: 4), to: folder.path("\(k).png"))
    }
    try expectBadInput([targets] + end, "transforms.json: no picture shows the object")
    try expectBadInput([targets, "--max-image-side", "16"] + end, ".png: ")
    // One picture that shows it is enough.
    try good.write(to: URL(fileURLWithPath: picture))
    let run = try CommandRun(["fit", targets, "--iterations", "2"] + end)
    #expect(run.exitCode == 0, "\(run.messages)")
  }

  @Test func `bad usage is exit 2`() throws {
    let folder = try TemporaryFolder()
    let (mesh, targets) = try scene(folder)
    try expectBadInput([], "targets", code: 2, lines: nil)
    try expectBadInput([targets, "--solve", "pose"], "--init FILE", code: 2, lines: nil)
    try expectBadInput([targets, "--solve", "shap"], "shap", code: 2, lines: nil)
    try expectBadInput([targets, "--iterations", "0"], "--iterations takes", code: 2, lines: nil)
    try expectBadInput([targets, "--time-limit", "90"], "90", code: 2, lines: nil)
    try expectBadInput([targets, "--require", "psnr"], "psnr", code: 2, lines: nil)
    try expectBadInput([targets, "--unheard-of"], "--unheard-of", code: 2, lines: nil)
    try expectBadInput([targets, "--fov-degrees", "180"], "--fov-degrees", code: 2, lines: nil)
    for option in [
      ["--set", "seed=1"], ["--config", "c.yaml"], ["--iterations", "3"], ["--seed", "1"],
      ["--init", mesh], ["--solve", "pose"], ["--time-limit", "3s"], ["--plan"], ["--force"],
    ] {
      try expectBadInput(
        [targets, "--resume", "-o", folder.path("r")] + option, "--resume", option[0], code: 2,
        lines: nil)
    }
  }

  @Test func `short of a requirement is exit 4, with the result`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    let run = try CommandRun(
      "fit", targets, "--iterations", "2", "-o", folder.path("r"), "--require", "iou=0.1",
      "--require", "psnr=99", "--json")
    #expect(run.exitCode == 4)
    #expect(run.messages.contains("psnr is ") && run.messages.contains("99"))
    #expect(try run.json()["steps"] as? Int == 2)
    #expect(FileManager.default.fileExists(atPath: folder.path("r/result/mesh.obj")))
    let met = try CommandRun(
      "fit", targets, "--iterations", "2", "-o", folder.path("q"), "--require", "iou=0.1")
    #expect(met.exitCode == 0, "\(met.messages)")
  }

  @Test func `a folder that is taken or cannot be written is exit 1 and untouched`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    let out = folder.path("r")
    let command = ["fit", targets, "--iterations", "2", "-o", out]
    #expect(try CommandRun(command).exitCode == 0)
    let before = try files(out)
    try expectBadInput(Array(command.dropFirst()), "r: holds a run already", "--force", code: 1)
    #expect(try files(out) == before)
    let forced = try CommandRun(command + ["--force"])
    #expect(forced.exitCode == 0, "\(forced.messages)")
    #expect(
      try files(out + "/result")
        == before.filter { $0.key.hasPrefix("result/") }
        .reduce(into: [:]) { $0[String($1.key.dropFirst(7))] = $1.value })
    try expectBadInput(
      [targets, "-o", folder.path(""), "--force"], "holds other things than a run", code: 1)
    try expectBadInput([targets, "-o", targets], "is a file, not a folder", code: 1)
    try expectBadInput([targets, "-o", targets + "/below"], "the folder cannot be made", code: 1)
  }

  @Test func `plan prints the configuration and writes nothing`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    let out = folder.path("r")
    let run = try CommandRun(
      "fit", targets, "--plan", "-o", out, "--seed", "5", "--set", "stages.0.steps=7")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(!FileManager.default.fileExists(atPath: out))
    for key in [
      "version: 1", "unknowns:", "init: sphere", "seed: 5", "losses:", "regularizers:", "stages:",
      "edge_width_px:", "image_scale:", "mode: soft", "views_per_step:", "learning_rates:",
      "steps: 7",
    ] { #expect(run.output.contains(key), "\(key)") }
    // What it prints is a configuration that leads to itself.
    try folder.file("plan.yaml", run.output)
    let again = try CommandRun("fit", targets, "--plan", "--config", folder.path("plan.yaml"))
    func plan(_ output: String) -> [Substring] {
      output.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }
    #expect(plan(again.output) == plan(run.output))
    // What it would cost stands below, as comments.
    let lines = run.output.split(separator: "\n")
    let comments = lines.filter { $0.hasPrefix("#") }
    #expect(Array(lines.suffix(comments.count)) == comments)
    for word in ["an estimate", "outline", "finish", "in all", "output"] {
      #expect(comments.contains { $0.contains(word) }, "\(word)")
    }
    let json = try CommandRun("fit", targets, "--plan", "--set", "stages.0.steps=7", "--json")
      .json()
    let estimate = try #require(json["estimate"] as? [String: Any])
    #expect(try #require(estimate["seconds"] as? Double) > 0)
    let stages = try #require(estimate["stages"] as? [[String: Any]])
    #expect(stages.count == 4 && stages[0]["steps"] as? Int == 7 && stages[0]["views"] as? Int == 3)
    // Its configuration is one for --config as well.
    let config = try JSONSerialization.data(withJSONObject: try #require(json["config"]))
    try config.write(to: folder.url.appendingPathComponent("plan.json"))
    let third = try CommandRun(
      "fit", targets, "--plan", "--seed", "5", "--config", folder.path("plan.json"))
    #expect(plan(third.output) == plan(run.output))
  }

  @Test func `unknowns and start of a configuration count, options before them, set before both`()
    throws
  {
    let folder = try TemporaryFolder()
    let (mesh, targets) = try scene(folder)
    try folder.file("c.yaml", "unknowns: [pose]\ninit: '\(mesh)'\nstages: [{steps: 3}]\n")
    func plan(_ options: String...) throws -> String {
      let run = try CommandRun(
        ["fit", targets, "--plan", "--config", folder.path("c.yaml")] + options)
      #expect(run.exitCode == 0, "\(run.messages)")
      return run.output
    }
    let filed = try plan()
    #expect(filed.contains("name: approach") && filed.contains("- pose\n"))
    #expect(filed.contains("init: \(mesh)"))
    let optioned = try plan("--solve", "cameras")
    #expect(optioned.contains("- cameras\n") && !optioned.contains("- pose\n"))
    let assigned = try plan(
      "--solve", "cameras", "--set", "unknowns=[shape]", "--set", "init=sphere")
    #expect(assigned.contains("- shape\n") && assigned.contains("init: sphere"))
    #expect(assigned.contains("name: outline"))
    // And they are what a run does.
    let run = try CommandRun(
      "fit", targets, "--config", folder.path("c.yaml"), "-o", folder.path("r"))
    #expect(run.exitCode == 0, "\(run.messages)")
    let found = try loadMesh(folder.path("r/result/mesh.obj"))
    #expect(found.vertexCount == 4)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal ends a fit with a valid result, and resume ends as undisturbed`(
    number: Int32
  ) throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    let command = ["fit", targets] + Self.plan
    let whole = try CommandRun(command + ["-o", folder.path("whole")])
    #expect(whole.exitCode == 0, "\(whole.messages)")
    let path = folder.path("r")
    let stopped = try interrupted(
      command + ["-o", path, "--json"], run: path, steps: 30, signal: number)
    #expect(stopped.exitCode == 0 && stopped.reason == .exit)
    #expect(stopped.output.contains("\"stopped_by\":\"signal\""), "\(stopped.output)")
    #expect(try loadMesh(path + "/result/mesh.obj").faceCount > 0)
    let resumed = try CommandRun("fit", targets, "--resume", "-o", path, "--json")
    #expect(resumed.exitCode == 0, "\(resumed.messages)")
    #expect(try resumed.json()["steps"] as? Int == 200)
    try expectSame(path, as: folder.path("whole"))
  }

  @Test func `a killed fit resumes to the same bytes`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    let command = ["fit", targets] + Self.plan
    #expect(try CommandRun(command + ["-o", folder.path("whole")]).exitCode == 0)
    for (name, steps) in [("early", 5), ("late", 70)] {
      let path = folder.path(name)
      let killed = try interrupted(
        command + ["-o", path], run: path, steps: steps, signal: SIGKILL)
      #expect(killed.reason == .uncaughtSignal)
      let resumed = try CommandRun("fit", targets, "--resume", "-o", path)
      #expect(resumed.exitCode == 0, "\(resumed.messages)")
      try expectSame(path, as: folder.path("whole"))
    }
    // Other targets than those of the run are refused.
    let first = try CommandRun("fit", "\(targets)#0", "--resume", "-o", folder.path("late"))
    #expect(first.exitCode == 3)
    #expect(first.messages.contains("belongs to other targets"))
  }

  @Test func `a fit killed at twenty random moments ends as undisturbed`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    let command =
      ["fit", targets] + Self.plan + ["--set", "checkpoint_every=4"]
    let begin = Date()
    #expect(try CommandRun(command + ["-o", folder.path("whole")]).exitCode == 0)
    let whole = Date().timeIntervalSince(begin)
    let path = folder.path("r")
    var generator = SplitMix64(seed: 20)
    var kills = 0
    for _ in 0..<20 {
      // Killed before there was a plan, a run begins anew; nothing is in the way.
      let exists = FileManager.default.fileExists(atPath: path + "/config.resolved.yaml")
      let arguments =
        exists ? ["fit", targets, "--resume", "-o", path] : command + ["-o", path, "--force"]
      if try killed(arguments, after: whole * (0.05 + 0.25 * generator.unit())) { kills += 1 }
    }
    // The last ones may find the fit at its end.
    #expect(kills >= 10, "\(kills)")
    let resumed = try CommandRun("fit", targets, "--resume", "-o", path)
    #expect(resumed.exitCode == 0, "\(resumed.messages)")
    try expectSame(path, as: folder.path("whole"))
  }

  private func expectSame(_ path: String, as reference: String) throws {
    let (found, wanted) = (try files(path), try files(reference))
    for name in wanted.keys where name != "log.jsonl" && name != "report.html" {
      #expect(found[name] == wanted[name], "\(name) differs")
    }
  }

  @Test func `nothing to resume is exit 3`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    try expectBadInput(
      [targets, "--resume", "-o", folder.path("none")], "none: has no config.resolved.yaml")
    #expect(!FileManager.default.fileExists(atPath: folder.path("none")))
    #expect(
      try CommandRun("fit", targets, "--iterations", "2", "-o", folder.path("r")).exitCode == 0)
    try Data("SFUMATOC".utf8).write(
      to: URL(fileURLWithPath: folder.path("r/checkpoints/000002.bin")))
    try expectBadInput([targets, "--resume", "-o", folder.path("r")], "000002.bin: ")
  }

  @Test func `a picture alone serves for the pose of a known mesh`() throws {
    let folder = try TemporaryFolder()
    let mesh = try folder.file("mesh.obj", Tetrahedron.obj).path
    let picture = folder.path("a.png")
    let view = ["--orbit", "0,0", "--fov-degrees", "35", "--size", "64x64"]
    #expect(try CommandRun(["render", mesh, "-o", picture] + view).exitCode == 0)
    let run = try CommandRun(
      "fit", picture, "--init", mesh, "--solve", "pose", "--fov-degrees", "35", "-o",
      folder.path("r"), "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(!run.messages.contains("assumed"))
    #expect(try #require(try run.json()["iou"] as? Double) > 0.95)
    let assumed = try CommandRun(
      "fit", picture, "--init", mesh, "--solve", "pose", "--plan", in: folder.url)
    #expect(assumed.messages.contains("a field of view of 50 degrees is assumed"))
    let opaque = folder.path("b.png")
    try saveImage(ImageBuffer<Float>(width: 8, height: 8, channels: 3), to: opaque)
    try expectBadInput(
      [opaque, "--init", mesh, "--solve", "pose"], "b.png: says nothing", lines: nil)
  }

  @Test func `one frame of a camera file serves alone, and a folder stands for its file`() throws {
    let folder = try TemporaryFolder()
    let (mesh, targets) = try scene(folder)
    let run = try CommandRun(
      "fit", "\(targets)#1", "--init", mesh, "--solve", "pose", "--set",
      "pose.start.rotation_degrees=8", "-o", folder.path("r"), "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    // That the frame serves, not how well: the plan for poses misses this tetrahedron by degrees (see the log).
    #expect(try run.json()["iou"] is Double)
    let cameras = try loadCameras(folder.path("r/result/transforms.json"))
    #expect(cameras.frames.count == 1)
    let whole = try CommandRun("fit", folder.path(""), "--iterations", "2", "-o", folder.path("q"))
    #expect(whole.exitCode == 0, "\(whole.messages)")
    #expect(try loadCameras(folder.path("q/result/transforms.json")).frames.count == 3)
  }

  @Test func `a time limit is kept`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try scene(folder)
    let run = try CommandRun(
      "fit", targets, "--time-limit", "3s", "--set", "stages.0.steps=1000000", "-o",
      folder.path("r"), "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    let json = try run.json()
    #expect(try #require(json["steps"] as? Int) < 100_000)
    #expect(try #require(json["seconds"] as? Double) < 6)
    let config = try String(contentsOfFile: folder.path("r/config.resolved.yaml"), encoding: .utf8)
    #expect(!config.contains("steps: 1000000") && config.contains("time_limit_seconds: 3"))
  }

  @Test func `help names the exit codes and what signals do`() throws {
    let run = try CommandRun("fit", "--help")
    #expect(run.exitCode == 0)
    for word in ["SIGINT", "--resume", "exit code 1", "--mask-color", "--plan"] {
      #expect(run.output.contains(word), "\(word)")
    }
  }
}
