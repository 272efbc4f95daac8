internal import ArgumentParser
internal import SfumatoCore

/// How `--mode` makes pictures.
enum RenderMode: String, CaseIterable, ExpressibleByArgument {
  case crisp, soft
}

/// How the soft mode smooths: edges, coverage, depth.
struct SmoothingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How coverage falls off across an edge: logistic, gaussian, uniform, laplace, cauchy and others of the family, \
      or their squared form, as logistic-squared. (soft; default: logistic)
      """, valueName: "LAW"))
  var edge: String?

  @Option(
    help: ArgumentHelp(
      "How wide an edge is, pixels. (soft; default: 1; gradcheck: less of over 1000 faces)",
      valueName: "W"))
  var edgeWidthPx: Float?

  @Option(
    help: ArgumentHelp(
      """
      How coverages make alpha: probabilistic, max, einstein, hamacher:p, frank:p, yager:p, aczel-alsina:p, dombi:p, \
      schweizer-sklar:p, lukasiewicz, drastic, sum or hard. (soft; default: probabilistic)
      """, valueName: "NAME[:p]"))
  var coverage: String?

  @Option(
    help: ArgumentHelp(
      """
      How colours are chosen over depth: softmax, softmax-inverse, nearest, nearest-reach or over. (soft; default: \
      softmax)
      """, valueName: "NAME"))
  var depth: String?

  func validate() throws {
    try Self.check("--edge") { if let edge { _ = try EdgeProfile<Float>(named: edge) } }
    try Self.check("--coverage") {
      if let coverage { _ = try CoverageAggregation<Float>(named: coverage) }
    }
    try Self.check("--depth") {
      if let depth { _ = try DepthAggregation<Float>(named: depth, gamma: 1) }
    }
    if let edgeWidthPx, !(edgeWidthPx > 0 && edgeWidthPx.isFinite) {
      throw ValidationError("--edge-width-px takes a positive number, not \(edgeWidthPx).")
    }
  }

  /// Refuses the options where the mode is not theirs.
  func require(_ mode: RenderMode) throws {
    if mode == .crisp, edge != nil || edgeWidthPx != nil || coverage != nil || depth != nil {
      throw ValidationError(
        "--edge, --edge-width-px, --coverage and --depth go with --mode soft.")
    }
  }

  /// Reads a name of the smoothing; an error says which option it is of.
  private static func check(_ option: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as SoftNameError {
      throw ValidationError("\(option): \(error).")
    }
  }

  /// The settings that the options name; `defaultWidth` is the edges' where they say nothing, pixels.
  func settings<S: RenderScalar>(_: S.Type, defaultWidth: S = 1) throws -> SoftSettings<S> {
    SoftSettings<S>(
      profile: try EdgeProfile(named: edge ?? "logistic"),
      edgeWidthPixels: edgeWidthPx.map { S(shortened($0)) } ?? defaultWidth,
      coverage: try CoverageAggregation(named: coverage ?? "probabilistic"),
      depth: try DepthAggregation(named: depth ?? "softmax", gamma: 1 / 100))
  }
}
