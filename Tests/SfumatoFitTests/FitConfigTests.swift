import Foundation
import Testing

@testable import SfumatoFit

@Suite struct FitConfigTests {
  private let plan = FitConfig.plan(
    unknowns: [.shape, .color], initial: "sphere", imageSide: 256, viewCount: 24, isColored: false)

  /// What an error says, or "no error".
  private func problem(_ body: () throws -> FitConfig) -> String {
    do {
      _ = try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test(arguments: [
    [Unknown.shape, .color], [.pose], [.pose, .color], [.cameras, .focal, .light],
  ])
  func `YAML comes back equal, and as the same text`(unknowns: [Unknown]) throws {
    var config = FitConfig.plan(
      unknowns: unknowns, initial: "a: \"b\" #c.obj", imageSide: 640, viewCount: 7, isColored: true)
    config.stages[0].name = "no"
    config.stages[1].name = "1e3"
    config.regularizers.laplacian = 0.1 + 0.2
    config.regularizers.normal = 1.0 / 3
    config.regularizers.edge = 1.2345678901234567e-13
    config.stages[0].imageScale = 64.0 / 640 * 0.999999999999
    let text = try config.yaml()
    let back = try FitConfig(resolvedYAML: text, origin: "back")
    #expect(back == config)
    #expect(try back.yaml() == text)
    #expect(try plan.merging(yaml: text, origin: "file") == config)
  }

  @Test(arguments: ["", "# nothing but a remark\n", "---\n", "null"])
  func `an empty file changes nothing`(text: String) throws {
    #expect(try plan.merging(yaml: text, origin: "empty.yaml") == plan)
  }

  @Test func `an unknown key names the nearest, at every depth`() {
    for (text, expected) in [
      ("sed: 3", "c.yaml: unknown key 'sed'; the nearest is 'seed'"),
      (
        "pose: {start: {rotation_degree: 3}}",
        "c.yaml: unknown key 'pose.start.rotation_degree'; the nearest is 'rotation_degrees'"
      ),
      (
        "stages: [{}, {step: 3}]",
        "c.yaml: unknown key 'stages.1.step'; the nearest is 'steps'"
      ),
      (
        "stages: [{learning_rates: {shap: 3}}]",
        "c.yaml: unknown key 'stages.0.learning_rates.shap'; the nearest is 'shape'"
      ),
      ("losses: {colour: 1}", "c.yaml: unknown key 'losses.colour'; the nearest is 'color'"),
    ] { #expect(problem { try plan.merging(yaml: text, origin: "c.yaml") } == expected) }
    #expect(
      problem { try plan.setting("stages.0.stepz=3") }
        == "--set stages.0.stepz=3: unknown key 'stages.0.stepz'; the nearest is 'steps'")
  }

  @Test func `set reaches every depth`() throws {
    #expect(try plan.setting("stages.0.steps=5").stages[0].steps == 5)
    #expect(try plan.setting("stages.0.steps=5").stages[1] == plan.stages[1])
    #expect(try plan.setting("seed=-3").seed == -3)
    #expect(try plan.setting("stages.1.edge_width_px=[2, 1]").stages[1].edgeWidthPixels == [2, 1])
    #expect(
      try plan.setting("stages.2.learning_rates.shape=0.5").stages[2].learningRates.shape == 0.5)
    #expect(try plan.setting("unknowns=[pose, shape]").unknowns == [.pose, .shape])
    let posed = try plan.setting("unknowns=[pose]").setting("pose.start.rotation_degrees=20")
    #expect(posed.pose.start.rotationDegrees == 20)
  }

  @Test func `losses at the top hold for every stage that does not say otherwise`() throws {
    let config = try plan.setting("losses.color=0.25")
    #expect(config.losses.color == 0.25)
    #expect(config.stages.allSatisfy { $0.losses.color == 0.25 })
    #expect(config.stages.allSatisfy { $0.losses.alpha == 1 })
    let filed = try plan.merging(
      yaml: "losses: {iou: 3}\nstages: [{}, {losses: {iou: 4}}]", origin: "f")
    #expect(filed.stages.map(\.losses.iou) == [3, 4])
  }

  @Test func `a list of stages replaces the plan's, each filled from the plan's in its place`()
    throws
  {
    let config = try plan.merging(
      yaml: "stages:\n- {name: one, steps: 3}\n- {name: two}\n", origin: "f")
    #expect(config.stages.map(\.name) == ["one", "two"])
    #expect(config.stages[0].steps == 3)
    #expect(config.stages[0].smoothing == plan.stages[0].smoothing)
    #expect(config.stages[1].steps == plan.stages[1].steps)
    let more = try plan.merging(
      yaml: "stages: [{}, {}, {}, {}, {name: more}]", origin: "f")
    #expect(more.stages.count == 5)
    #expect(more.stages[4].edgeWidthPixels == plan.stages[3].edgeWidthPixels)
  }

  @Test func `JSON is YAML`() throws {
    let config = try plan.merging(
      yaml: "{\"seed\": 4,\n\t\"stages\": [{\"steps\": 9}]}", origin: "c.json")
    #expect(config.seed == 4 && config.stages.count == 1 && config.stages[0].steps == 9)
  }

  @Test func `a wrong kind names its key`() {
    for (text, key) in [
      ("seed: many", "'seed'"), ("seed: 1.5", "'seed'"), ("stages: 3", "'stages'"),
      ("stages: [{steps: [1]}]", "'stages.0.steps'"), ("losses: 3", "losses"),
      ("stages: [{edge_width_px: 2}]", "'stages.0.edge_width_px'"),
      ("stages: [{edge_width_px: [2, wide]}]", "'stages.0.edge_width_px.1'"),
      ("unknowns: [shap]", "'unknowns.0' is none of shape, color"),
      ("unknowns: shape", "'unknowns'"),
      ("pose: {start: 3}", "'pose.start'"), ("pose:", "'pose'"), ("stages: [3]", "'stages.0'"),
    ] {
      let found = problem { try plan.merging(yaml: text, origin: "c.yaml") }
      #expect(found.hasPrefix("c.yaml: ") && found.contains(key), "\(text): \(found)")
      #expect(!found.contains("\n") && !found.contains("Swift") && !found.contains("<"), "\(found)")
    }
  }

  @Test(
    arguments: [
      "version=2", "stages=[]", "unknowns=[]", "unknowns=[shape, shape]", "init=''",
      "checkpoint_every=0", "preview_every=-1", "time_limit_seconds=-1", "time_limit_seconds=.inf",
      "pose.start.rotation_degrees=10", "pose.trial_steps=-1", "pose.trial_starts=0",
      "pose.trial_degrees=.nan",
      "regularizers.laplacian=-1", "regularizers.edge=.nan",
      "losses.color=.nan", "losses.huber_delta=0", "stages.0.steps=-1",
      "stages.0.steps=9000000000000000000", "stages.0.edge_width_px=[1]",
      "stages.0.edge_width_px=[1, 0]", "stages.0.edge_width_px=[.inf, 1]", "stages.0.image_scale=0",
      "stages.0.image_scale=1.1", "stages.0.mode=crips", "stages.0.edge_profile=gauss",
      "stages.0.edge_profile=hard", "stages.0.coverage=yager", "stages.0.coverage=yager:-1",
      "stages.0.coverage=hard", "stages.0.depth=nearer",
      "stages.0.tail_bound=0", "stages.0.views_per_step=-1", "stages.0.subdivide=5",
      "stages.0.smoothing=.inf", "stages.0.depth_temperature=1e-300",
      "stages.0.learning_rate_end=0", "stages.0.learning_rates.pose=.nan",
      "stages.0.edges=none", "stages.0.samples=0", "stages.0.samples=17",
      "stages.0.schedule=adaptiv", "stages.0.optimizer=sdg", "stages.0.adaptive.watch=gamma",
      "stages.0.adaptive.beta=1", "stages.0.adaptive.wait=-1", "stages.0.adaptive.interval=0",
      "stages.0.adaptive.factor=1", "stages.0.adaptive.rate_factor=0.9",
      "stages.0.adaptive.depth_temperature_min=0", "stages.0.parameter_space.sigma_end=0",
      "stages.0.parameter_space.sigma.pose.turn=-1",
      "stages.0.parameter_space.sigma.light=0", "stages.0.parameter_space.pairs=0",
      "stages.0.losses.iou=-1", "stages.0.name='a,b'", "stages.0.name=\"a\\nb\"",
    ])
  func `a value out of range names its key`(assignment: String) {
    let found = problem { try plan.setting(assignment) }
    let key = assignment.prefix { $0 != "=" }
    let named = key.hasPrefix("pose.start") ? "pose.start" : String(key)
    #expect(found.contains("'\(named)'"), "\(found)")
    #expect(!found.contains("\n"))
  }

  @Test func `a wrong name of a choice names the nearest`() {
    for (assignment, expected) in [
      (
        "mode=crips",
        "'stages.1.mode' is 'crips', none of soft, crisp, hard; the nearest is 'crisp'"
      ),
      (
        "edges=edge_gradient",
        "'stages.1.edges' is 'edge_gradient', none of antialiased, edge-gradient; the nearest is "
          + "'edge-gradient'"
      ),
      (
        "adaptive.watch=width",
        "'stages.1.adaptive.watch' is 'width', none of both, depth-temperature, edge-width; the "
          + "nearest is 'both'"
      ),
    ] {
      let set = "stages.1.\(assignment)"
      #expect(problem { try plan.setting(set) } == "--set \(set): \(expected)")
    }
  }

  @Test func `choices that do not go together say why, whatever their order`() throws {
    let poses = FitConfig.plan(
      unknowns: [.pose, .light], initial: "a.obj", imageSide: 256, viewCount: 4, isColored: true)
    for (config, assignments, words) in [
      (poses, ["mode=hard"], "'stages.0.mode' is 'hard', which has no gradient"),
      (plan, ["optimizer=parameter-space"], "for which 'shape' has too many parameters"),
      (poses, ["mode=crisp", "schedule=adaptive"], "mode 'crisp' has no smoothing"),
      (poses, ["optimizer=parameter-space", "schedule=adaptive"], "goes with 'optimizer: adam'"),
      (poses, ["schedule=adaptive", "edge_width_px=[1, 2]"], "widens from 1.0 to 2.0"),
      (
        poses, ["schedule=adaptive", "depth_temperature=0.0001"],
        "is 0.001, above the depth_temperature 0.0001"
      ),
      (
        poses,
        ["schedule=adaptive", "losses.color=0", "adaptive.watch=depth-temperature"],
        "watch 'edge-width'"
      ),
    ] as [(FitConfig, [String], String)] {
      let found = problem { try config.setting(assignments.map { "stages.0.\($0)" }) }
      #expect(found.contains(words), "\(found)")
      let file =
        "stages: [{\(assignments.map { $0.replacing("=", with: ": ") }.joined(separator: ", "))}]"
      if !file.contains(".") {
        #expect(problem { try config.merging(yaml: file, origin: "f") }.contains(words))
      }
    }
    for order in [
      ["stages.0.mode=hard", "stages.0.optimizer=parameter-space"],
      ["stages.0.optimizer=parameter-space", "stages.0.mode=hard"],
    ] {
      let config = try poses.setting(order)
      #expect(config.stages[0].mode == .hard && config.stages[0].optimizer == .parameterSpace)
      #expect(try FitConfig(resolvedYAML: config.yaml(), origin: "back") == config)
    }
  }

  @Test func `a set without form, a missing item and a path through a value say so`() {
    #expect(problem { try plan.setting("seed") }.hasSuffix("is not of the form key.path=value"))
    #expect(
      problem { try plan.setting("seed=") }.hasSuffix("has no value that can be read as YAML"))
    #expect(
      problem { try plan.setting("seed=[1") }.hasSuffix("has no value that can be read as YAML"))
    #expect(problem { try plan.setting("=3") }.contains("unknown key ''"))
    #expect(problem { try plan.setting("stages.9.steps=1") }.contains("'stages' has items 0 to 3"))
    #expect(problem { try plan.setting("stages.x.steps=1") }.contains("not 'x'"))
    #expect(problem { try plan.setting("seed.x=1") }.contains("'seed' has no keys below it"))
  }

  @Test func `text that is not YAML is one line with its place`() {
    #expect(
      problem { try plan.merging(yaml: "seed: 1\nstages: [", origin: "c.yaml") }
        .hasPrefix("c.yaml: is not YAML: line "))
    for text in ["a: b: c", "\tseed: 1", "[1, 2]", "seed: 1\nseed: 2", "{", "\u{0}", "%"] {
      let found = problem { try plan.merging(yaml: text, origin: "c.yaml") }
      #expect(found.hasPrefix("c.yaml: ") && !found.contains("\n"), "\(found)")
    }
    #expect(
      problem { try plan.merging(file: "/nonexistent/c.yaml") }.hasPrefix("/nonexistent/c.yaml: "))
  }

  @Test func `unknowns and start are known before there is a plan`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("c.yaml", "unknowns: [pose]\ninit: a.obj\nwhatever: 3\n")
    let filed = try FitConfig.choices(file: file)
    #expect(filed.unknowns == [.pose] && filed.initial == "a.obj")
    let assigned = try FitConfig.choices(assignments: ["seed=3", "init=b.obj"])
    #expect(assigned.unknowns == nil && assigned.initial == "b.obj")
    #expect(throws: FitConfigError.self) { try FitConfig.choices(assignments: ["unknowns=[x]"]) }
  }

  @Test func `a texture ends the plan of unknown colours, on faces that stay`() throws {
    let plan = FitConfig.plan(
      unknowns: [.shape, .color], initial: "hull", imageSide: 256, viewCount: 24, isColored: false,
      hasTexture: true)
    try plan.check(origin: "the plan")
    #expect(plan.stages.map(\.texelsPerPixel) == [0, 0, 0, 2])
    #expect(
      FitConfig.plan(
        unknowns: [.pose], initial: "a.obj", imageSide: 256, viewCount: 1, isColored: true,
        hasTexture: true
      ).stages.allSatisfy { $0.texelsPerPixel == 0 })
    #expect(
      problem { try plan.setting("stages.3.edge_length_px=2").setting("stages.3.remesh_every=5") }
        .contains("faces with a texture stay"))
    var swapped = plan
    swapped.stages.swapAt(2, 3)
    #expect(
      problem {
        try swapped.check(origin: "here")
        return swapped
      }.contains("'stages.3.edge_length_px' does not go with the texture of 'texture'"))
    #expect(
      problem { try plan.setting("stages.3.mode=soft") }.contains("in 'mode: crisp' alone"))
  }

  @Test func `steps are shared as planned`() {
    for total in [1, 3, 17, 800, 100_000, 1_000_000_000] {
      #expect(plan.withSteps(total).stepCount == total)
    }
    #expect(plan.withSteps(80).stages.map(\.steps) == [11, 21, 16, 32])
  }

  @Test func `a time limit cuts steps in proportion, and no stage to nothing`() {
    var config = plan
    config.timeLimitSeconds = 10
    config.stages[3].steps = 0
    let slow = config.fitted(to: [0.1, 0.2, 0.4, 0])
    // 220 s planned, with a tenth more for each stage; 8 allowed.
    #expect(slow.stages.map(\.steps) == [7, 14, 10, 0])
    #expect(config.fitted(to: [0.1, 0.2, 0.4, 0], spent: 5).stages.map(\.steps) == [3, 7, 5, 0])
    #expect(config.fitted(to: [0.1, 0.2, 0.4, 0], spent: 20).stages.map(\.steps) == [1, 1, 1, 0])
    #expect(config.fitted(to: [1e-6, 1e-6, 1e-6, 0]) == config)
  }
  @Test func `a plan counts the steps of its trials, and a time limit cuts them`() {
    var config = FitConfig.plan(
      unknowns: [.pose], initial: "cube.obj", imageSide: 128, viewCount: 1, isColored: true)
    // 160 looks, 16 starts and the given one by 11 steps, 4 and the given one by 36, and these by 8 of least squares; then 20, and twice 8 of least squares.
    #expect(config.trialStepCount == 160 + 187 + 180)
    #expect(config.renderCount == 527 + 5 * 8 * 14 + 20 + 2 * 8 * 14)
    config.timeLimitSeconds = 1000
    #expect(config.fitted(to: [0.1, 0.1, 0.1]) == config)
    config.timeLimitSeconds = 24
    let short = config.fitted(to: [0.1, 0.1, 0.1])
    #expect(short.pose.trialStarts == 19 && short.trialStepCount <= 120)
    config.timeLimitSeconds = 1
    #expect(config.fitted(to: [0.1, 0.1, 0.1]).trialStepCount == 0)
    config.unknowns = [.cameras]
    #expect(config.trialStepCount == 0)
  }
}
