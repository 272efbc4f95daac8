internal import ArgumentParser
internal import SfumatoCore
internal import SfumatoIO

/// `sfumato gradcheck`: the renderer's gradient of a mesh against finite differences.
struct Gradcheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the renderer's gradients of a mesh against finite differences.",
    discussion: """
      The mesh is seen softly, lit and small, in double precision. A group passes under a relative error of 1e-6; a \
      vacuous one does not change the picture. A failed group is exit 1.
      """)

  /// An entry of `--params`: a name, and how many of its numbers are checked.
  struct Choice: Equatable, Sendable {
    var parameter: CheckedParameter
    var count: Int
  }

  /// The value of `--params`.
  struct Choices: Equatable, Sendable, ExpressibleByArgument {
    var all: [Choice]

    static let defaultCount = 24
    static let everything = Choices(
      all: CheckedParameter.allCases.map { Choice(parameter: $0, count: defaultCount) })

    init(all: [Choice]) { self.all = all }

    init?(argument: String) {
      all = []
      for entry in argument.split(separator: ",", omittingEmptySubsequences: false) {
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let parameter = CheckedParameter(rawValue: String(parts[0])),
          let count = parts.count == 2 ? Int(parts[1]) : Self.defaultCount, count > 0
        else { return nil }
        all.append(Choice(parameter: parameter, count: count))
      }
    }

    var defaultValueDescription: String { "all" }
  }

  @Argument(help: "An OBJ mesh.")
  var scene: String

  @Option(
    help: ArgumentHelp(
      "Groups, and how many numbers of each, 24 if not said: shape, color, pose, cameras, focal, light, background.",
      valueName: "NAME[:count],..."))
  var params = Choices.everything

  @Option(help: ArgumentHelp("Of the checked numbers and the random cotangent.", valueName: "S"))
  var seed: UInt64 = 1

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var global: GlobalOptions

  /// The largest relative error of a right adjoint; differences in Double are exact to about 1e-9.
  private static let tolerance = 1e-6

  func run() throws {
    var check = GradientCheck(try loadMesh(scene), seed: seed, workers: threading.workers)
    var progress = ProgressLine(quiet: global.quiet)
    var results: [GradientCheck.Result] = []
    for choice in params.all {
      progress.show("checking \(choice.parameter.rawValue)")
      results.append(check.run(choice.parameter, count: choice.count))
    }
    progress.clear()
    printResult(
      .object([
        "groups": .array(
          results.map { result in
            .object([
              "name": .string(result.parameter.rawValue),
              "max_relative_error": .number(result.maxRelativeError),
              "step": .number(result.step), "vacuous": .bool(result.isVacuous),
            ])
          })
      ]), asJSON: json)
    let failed = results.filter { !($0.maxRelativeError < Self.tolerance) }
    if !failed.isEmpty {
      let names = failed.map(\.parameter.rawValue).joined(separator: ", ")
      throw CommandFailure.failed("\(scene): gradient and differences disagree in \(names)")
    }
  }
}
