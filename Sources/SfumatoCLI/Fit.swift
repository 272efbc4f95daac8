internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoFit

/// `sfumato fit`: recover mesh, colour, pose and cameras from pictures.
struct Fit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recover a mesh, its colours, its pose, cameras or light from pictures.",
    discussion: """
      TARGETS is a transforms.json (FILE#k takes frame k alone), a folder that holds one, or one PNG without a camera \
      (only with --init MESH and --solve pose). The mask is the alpha channel, a mask_path, or --mask-color.
      --solve takes names of: shape, color, pose, parts, cameras, focal, principal, light, background, exposure. The parts are the nodes of \
      the scene that --init names; --set parts=[a,b] moves those alone.
      The plan is chosen from what is given and asked; --plan prints it with \
      the time and memory that it would take, --config and --set change it. Options go
      before the values of --config, --set before both.
      SIGINT and SIGTERM end the fit after the present step with a valid result and exit code 0; --resume goes on with
      the run, of the same targets, where it stopped or was killed. A folder that is there already is exit code 1.
      """)

  @Argument(help: ArgumentHelp("The pictures and their cameras.", valueName: "targets"))
  var targets: String

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      """
      Where the shape starts: the body that all masks allow, a sphere, or an OBJ mesh. (default: hull from four \
      pictures on, else sphere)
      """, valueName: "hull|sphere|FILE"))
  var initial: String?

  @Option(
    help: ArgumentHelp(
      "What to change, comma-separated. (default: shape,color)", valueName: "NAMES"))
  var solve: UnknownList?

  @Option(help: ArgumentHelp("A YAML or JSON file with values for the plan.", valueName: "FILE"))
  var config: String?

  @Option(help: ArgumentHelp("Change one value of the plan.", valueName: "key.path=value"))
  var set: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The folder of the run.", valueName: "DIR"))
  var output: String = "sfumato-run"

  @Flag(
    help: """
      End on a texture: color then goes from vertices to texels, and mesh.obj comes with an MTL and a PNG.
      """)
  var texture = false

  @Flag(help: "Go on with the run in the output folder from its last checkpoint.")
  var resume = false

  @Option(
    help: ArgumentHelp("So many steps in all, shared over the stages as planned.", valueName: "N"))
  var iterations: Int?

  @Option(
    help: ArgumentHelp("Plan for at most this long: 90s, 2m.", valueName: "TIME"),
    transform: explained)
  var timeLimit: TimeLimit?

  @Flag(help: "Print the resolved configuration with an estimate of time and memory, and stop.")
  var plan = false

  @Option(
    help: ArgumentHelp(
      "Exit with 4 if iou, psnr, psnr_full or ssim on the targets is lower.",
      valueName: "METRIC=VALUE"))
  var require: [Requirement] = []

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Seed of every random choice.", valueName: "N"))
  var seed: Int?

  @OptionGroup var mask: MaskOptions

  @Option(
    help: ArgumentHelp(
      "Field of view across the width of a PNG without a camera. (default: 50)", valueName: "F"))
  var fovDegrees: Float?

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let iterations, !(1...1_000_000_000).contains(iterations) {
      throw ValidationError("--iterations takes 1 to 1000000000, not \(iterations).")
    }
    if let fovDegrees, !(fovDegrees > 0 && fovDegrees < 180) {
      throw ValidationError("--fov-degrees takes more than 0 and less than 180, not \(fovDegrees).")
    }
    let given = [
      ("--config", config != nil), ("--set", !set.isEmpty), ("--iterations", iterations != nil),
      ("--time-limit", timeLimit != nil), ("--init", initial != nil), ("--solve", solve != nil),
      ("--seed", seed != nil), ("--plan", plan), ("--force", global.force), ("--texture", texture),
    ].filter(\.1).map(\.0)
    if resume, let option = given.first {
      throw ValidationError(
        "--resume goes on with the configuration in the run's folder; \(option) belongs to a new run."
      )
    }
  }

  func run() throws {
    let began = Date()
    let source = TargetSource(
      path: targets, maskColor: mask.maskColor, maxSide: global.maxImageSide, fovDegrees: fovDegrees
    )
    var run: FitRun
    if resume {
      run = try FitRun(resuming: output, workers: threading.workers) { config in
        try source.problem(
          initial: config.initial, unknowns: config.unknowns, mirror: config.mirror,
          workers: threading.workers
        ).problem
      }
    } else {
      // Before the plan, which depends on them: --set goes before options, options before the file.
      let filed = try FitConfig.choices(file: self.config)
      let assigned = try FitConfig.choices(assignments: set)
      let asked = assigned.initial ?? initial ?? filed.initial
      let chosen = assigned.unknowns ?? solve?.names ?? filed.unknowns
      var unknowns = chosen ?? [.shape, .color]
      if !unknowns.contains(.shape), asked.map(FitConfig.isOwnStart) ?? true {
        throw ValidationError("without shape in --solve the mesh must be given: --init FILE.")
      }
      let found = try source.problem(
        initial: asked, unknowns: unknowns,
        mirror: MirrorPlane(assigned.mirrorPlane ?? filed.mirrorPlane ?? []),
        workers: threading.workers)
      let (problem, start) = (found.problem, found.initial)
      if let note = found.note { global.remark(note) }
      for doubt in doubts(about: problem.targets) { global.remark("\(targets): \(doubt)") }
      if chosen == nil, problem.showsLight(workers: threading.workers) {
        unknowns = [.shape, .light, .color]
        global.remark(
          "one colour under a distant light explains the pictures: a light is unknown too; --solve shape,color for colours that hold it"
        )
      }
      if chosen == nil, let hull = found.hull, hull.disagrees {
        unknowns.append(.principal)
        global.remark(
          String(
            format: """
              the outlines of the body common to all masks lie %.1f pixels within them: a shift of all principal points is \
              unknown too; --solve %@ for the cameras as they are
              """, hull.outlineGap,
            unknowns.dropLast().map(\.rawValue).joined(separator: ",")))
      }
      let config = try resolvedConfig(problem, start: start, unknowns: unknowns)
      if plan {
        try printPlan(config, for: problem, began: began)
        return
      }
      run = try FitRun(
        problem, config: config, folder: output, force: global.force, workers: threading.workers,
        began: began, estimatingWithin: global.quiet ? 0 : Self.estimateSeconds)
      for line in run.estimate?.table ?? [] { global.remark(line) }
    }
    try finish(&run)
  }

  /// How long a plan without a time limit is measured before it begins.
  private static let estimateSeconds = 1.0

  private func resolvedConfig(
    _ problem: FitProblem, start: String, unknowns: [Unknown]
  ) throws -> FitConfig {
    var config = FitConfig.plan(
      for: problem, unknowns: unknowns, initial: start, hasTexture: texture)
    if let path = self.config { config = try config.merging(file: path) }
    config.unknowns = unknowns
    config.initial = start
    if let seed { config.seed = seed }
    if let timeLimit { config.timeLimitSeconds = timeLimit.seconds }
    if let iterations { config = config.withSteps(iterations) }
    config = try config.setting(set)
    try config.check(origin: "the plan")
    try problem.check(config, origin: "the plan")
    return config
  }

  private func finish(_ run: inout FitRun) throws {
    let signal = InterruptSignal()
    var line = ProgressLine(quiet: global.quiet)
    let total = run.config.stepCount
    let start = Date()
    var first: Int?
    let summary = try run.run(shouldStop: { signal.arrived }) { step in
      let began = first ?? step.index - 1
      first = began
      let spent = Date().timeIntervalSince(start)
      let rate = spent > 0 ? Double(step.index - began) / spent : 0
      let left = rate > 0 ? Double(total - step.index) / rate : 0
      line.show(
        String(
          format: "%@ %d/%d  loss %.5f  %.1f steps/s  ETA %.0f s", step.stageName, step.index,
          total, step.loss, rate, left))
    }
    line.clear()
    if summary.stoppedBy != "plan" {
      global.remark("stopped by \(summary.stoppedBy) after step \(summary.steps) of \(total)")
    }
    if summary.skippedSteps > 0 {
      global.remark(
        "\(summary.skippedSteps) steps were not taken, because a gradient or its step was not finite"
      )
    }
    if let other = summary.ambiguity {
      global.remark(
        String(
          format: """
            a pose %.0f degrees away looks nearly the same (%.2f times the loss); it is runner_up in result/params.json
            """, other.degreesApart, other.lossRatio))
    }
    if let unsure = summary.uncertainty {
      if !unsure.unseen.isEmpty {
        global.remark("nothing in the pictures depends on \(unsure.unseen.joined(separator: ", "))")
      }
      for pair in unsure.indistinct.prefix(4) {
        global.remark("the pictures do not tell \(pair[0]) from \(pair[1])")
      }
    }
    let evaluation = summary.evaluation
    printResult(
      .object([
        "run": .string(summary.run), "steps": .integer(summary.steps),
        "seconds": .number((summary.seconds * 100).rounded() / 100),
        "stages": .array(
          summary.stages.map { stage in
            .object([
              "name": .string(stage.name), "steps": .integer(stage.steps),
              "loss": .number(stage.loss),
            ])
          }),
        "iou": .number(evaluation.iou), "psnr": .number(evaluation.psnr),
        "stopped_by": .string(summary.stoppedBy),
        "ambiguous": .bool(summary.ambiguity != nil),
      ]), asJSON: json)
    for requirement in require {
      let found = requirement.value(in: evaluation)
      guard found >= requirement.value else {
        throw CommandFailure.requirementNotMet(
          "\(requirement.metric) is \(found), short of the required \(requirement.value)")
      }
    }
  }
}
