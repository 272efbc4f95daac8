internal import ArgumentParser
internal import SfumatoCore
internal import SfumatoIO

/// `sfumato gradcheck`: the renderer's gradient of a mesh against finite differences.
struct Gradcheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the renderer's gradients of a mesh against finite differences.",
    discussion: """
      The mesh in its colours is lit from over the camera's shoulder and seen in double precision by your camera and with your \
      smoothing. Each number is moved by steps of several decades; each pixel takes the step at which its differences repeat \
      best. A group passes under a relative error of 1e-6. A group that does not change the picture is vacuous: nothing was \
      shown, and that counts as a failure, as does a wrong gradient: exit 1.
      """)

  /// An entry of `--params`: a name, and how many of its numbers are checked, if said.
  struct Choice: Equatable, Sendable {
    var parameter: CheckedParameter
    var count: Int?
  }

  /// The value of `--params`.
  struct Choices: Equatable, Sendable, ExpressibleByArgument {
    var all: [Choice]

    init?(argument: String) {
      all = []
      for entry in argument.split(separator: ",", omittingEmptySubsequences: false) {
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let parameter = CheckedParameter(rawValue: String(parts[0])) else {
          return nil
        }
        let count = parts.count == 2 ? Int(parts[1]) : nil
        guard parts.count == 1 || (count ?? 0) > 0 else { return nil }
        all.append(Choice(parameter: parameter, count: count))
      }
    }
  }

  @Argument(help: "An OBJ mesh.")
  var scene: String

  @Option(
    help: ArgumentHelp(
      """
      Groups, and how many numbers of each: shape, color, pose, cameras, focal, light, background, smoothing. (default: all \
      that the mode has; 24 numbers, 4 over 1000 faces, 2 over 5000)
      """, valueName: "NAME[:count],..."))
  var params: Choices?

  @OptionGroup(title: "View") var view: ViewOptions

  @Option(help: "soft: what a fit sees; crisp: visibility at pixel centres, outlines antialiased.")
  var mode = RenderMode.soft

  @OptionGroup(title: "Smoothing") var smoothing: SmoothingOptions

  @Option(help: ArgumentHelp("Of the checked numbers and the random cotangent.", valueName: "S"))
  var seed: UInt64 = 1

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var global: GlobalOptions

  func validate() throws { try smoothing.require(mode) }

  /// The longer side of a picture that `--size` says nothing of: thousands are made.
  private static let longestSide = 48

  func run() throws {
    let mesh = try loadMesh(scene)
    let side = Self.longestSide
    let camera = Self.limited(
      try view.cameras(
        frames: 1, around: mesh.boundingSphere, global: global,
        defaultSize: ImageSize(width: side, height: side))[0],
      to: view.size == nil ? side : .max)
    let way: RenderSettings<Double>.Mode
    switch mode {
    case .soft:
      way = .soft(
        try smoothing.settings(Double.self, defaultWidth: Self.edgeWidth(mesh.faceCount)))
    case .crisp: way = .crisp(CrispSettings(edges: .antialiased))
    }
    var check = GradientCheck(
      CheckedScene(mesh, camera: camera, mode: way), seed: seed, workers: threading.workers)
    let choices = params?.all ?? check.groups.map { Choice(parameter: $0) }
    var progress = ProgressLine(quiet: global.quiet)
    var results: [GradientCheck.Result] = []
    for choice in choices {
      progress.show("checking \(choice.parameter.rawValue)")
      results.append(check.run(choice.parameter, count: choice.count ?? check.defaultCount))
    }
    progress.clear()
    printResult(.object(["groups": .array(results.map(row))]), asJSON: json)
    if !json { for note in notes(results, check) { print(note) } }
    let failed = results.filter { $0.verdict == .failed }.map(\.parameter.rawValue)
    let vacuous = results.filter { $0.verdict == .vacuous }
    var complaints: [String] = []
    if !failed.isEmpty {
      complaints.append("gradient and differences disagree in \(failed.joined(separator: ", "))")
    }
    for result in vacuous {
      complaints.append(
        "\(result.parameter.rawValue) is vacuous: \(check.reason(result.parameter))")
    }
    guard complaints.isEmpty else {
      throw CommandFailure.failed("\(scene): \(complaints.joined(separator: "; "))")
    }
  }

  /// The width of edges that the user says nothing of, pixels: 1, and of more than 1000 faces so much less that a picture takes no
  /// longer, for each face reaches nine widths far.
  private static func edgeWidth(_ faceCount: Int) -> Double {
    (1000 / Double(max(faceCount, 1000))).squareRoot()
  }

  /// A camera whose picture is so small that its longer side is within a limit.
  private static func limited(_ camera: Camera<Float>, to side: Int) -> Camera<Float> {
    let longer = max(camera.width, camera.height)
    guard longer > side else { return camera }
    func scaled(_ length: Int) -> Int { max(1, (length * side + longer / 2) / longer) }
    return camera.resized(width: scaled(camera.width), height: scaled(camera.height))
  }

  /// A group's line of the table; scripts read the four names of the contract, people the others as well.
  private func row(_ result: GradientCheck.Result) -> JSONValue {
    let error: JSONValue = result.isVacuous ? .null : .number(result.maxRelativeError)
    let name = JSONValue.string(result.parameter.rawValue)
    guard !json else {
      return .object([
        "name": name, "max_relative_error": error, "step": .number(result.step),
        "vacuous": .bool(result.isVacuous),
      ])
    }
    return .object([
      "name": name, "numbers": .integer(result.count), "max_relative_error": error,
      "step": .number(result.step), "verdict": .string(result.verdict.rawValue),
    ])
  }

  /// What the table does not say: in which picture, and where kinks and cut-offs were at work.
  private func notes(_ results: [GradientCheck.Result], _ check: GradientCheck) -> [String] {
    let camera = check.checked.camera
    var picture = "a picture of \(camera.width)x\(camera.height), \(mode.rawValue)"
    if let soft = check.checked.soft {
      picture += ", edges \(fourDigits(soft.edgeWidthPixels)) pixels wide"
    }
    let shift = CheckedScene.shift
    picture +=
      ", shifted by \(shift.x), \(shift.y) pixels so that symmetric views stand on no kinks"
    var notes = [picture + "; a step is in its number's own unit, the shortest that a pixel wanted"]
    let kinked = results.filter { $0.kinkedPixels > 0 }
    if !kinked.isEmpty {
      let list = kinked.map { "\($0.parameter.rawValue) \($0.kinkedPixels)" }
      notes.append(
        "pixels that wanted steps under a hundred-thousandth of an edge's width (\(list.joined(separator: ", "))): \(kinks(check))"
      )
    }
    return notes
  }

  private func fourDigits(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

  /// What a longer step runs into.
  private func kinks(_ check: GradientCheck) -> String {
    guard let soft = check.checked.soft else {
      return
        "a longer one changes which face a pixel's centre sees, or which neighbour an outline blends"
    }
    let kink = "the picture has a kink where a pixel is as near to one edge of a face as to another"
    guard soft.tailBound > 0 else { return kink }
    return kink + ", and where the tail of an edge ends (at a coverage of \(soft.tailBound))"
  }
}
