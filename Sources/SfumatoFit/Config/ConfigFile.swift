internal import Foundation
internal import SfumatoIO
internal import Yams

/// Why a configuration cannot be used.
public struct FitConfigError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, or the `--set` argument.
  public var origin: String
  /// What is wrong and what would be right.
  public var problem: String

  /// Makes an error.
  public init(origin: String, problem: String) {
    self.origin = origin
    self.problem = problem
  }

  /// "fit.yaml: unknown key 'stages.0.step'; the nearest is 'steps'".
  public var description: String { "\(origin): \(problem)" }
}

extension FitConfig {
  /// This configuration with a YAML (or JSON) file's values in place of its own.
  public func merging(file path: String) throws -> FitConfig {
    let text: String
    do {
      text = String(decoding: try readBytes(path), as: UTF8.self)
    } catch {
      throw FitConfigError(origin: path, problem: error.problem)
    }
    return try merging(yaml: text, origin: path)
  }

  /// This configuration with values from YAML text in place of its own.
  public func merging(yaml text: String, origin: String) throws -> FitConfig {
    let patch: Node?
    do {
      patch = try compose(yaml: text)
    } catch {
      throw FitConfigError(origin: origin, problem: "is not YAML: \(error)")
    }
    guard let patch else { return self }  // an empty file
    guard patch.mapping != nil else {
      throw FitConfigError(origin: origin, problem: "holds no mapping of keys to values")
    }
    var tree = try node()
    if let losses = patch["losses"] { try Self.spread(losses, over: &tree, origin: origin) }
    try Self.merge(patch, into: &tree, path: "", origin: origin)
    return try Self(tree, origin: origin)
  }

  /// This configuration with one value changed, as by `--set stages.0.steps=50`.
  public func setting(_ assignment: String) throws -> FitConfig {
    let origin = "--set \(assignment)"
    guard let equals = assignment.firstIndex(of: "=") else {
      throw FitConfigError(origin: origin, problem: "is not of the form key.path=value")
    }
    let path = assignment[..<equals].split(separator: ".", omittingEmptySubsequences: false)
      .map(String.init)
    let text = String(assignment[assignment.index(after: equals)...])
    guard let value = try? compose(yaml: text) else {
      throw FitConfigError(origin: origin, problem: "has no value that can be read as YAML")
    }
    var tree = try node()
    if path[0] == "losses" {
      var patch = value
      for key in path.dropFirst().reversed() { patch = Node([(Node(key), patch)]) }
      try Self.spread(patch, over: &tree, origin: origin)
    }
    try Self.set(value, at: path[...], in: &tree, done: "", origin: origin)
    return try Self(tree, origin: origin)
  }

  /// A configuration from its own YAML text, complete.
  init(resolvedYAML text: String, origin: String) throws {
    guard let node = try? compose(yaml: text) else {
      throw FitConfigError(origin: origin, problem: "is not YAML")
    }
    try self.init(node, origin: origin)
  }

  /// The YAML text of this configuration; the same for equal configurations.
  public func yaml() throws -> String {
    try serialize(node: try node())
  }

  private func node() throws -> Node {
    let text = try YAMLEncoder().encode(self)
    guard let node = try compose(yaml: text) else {
      throw FitConfigError(origin: "configuration", problem: "cannot be written as YAML")
    }
    return node
  }

  private init(_ tree: Node, origin: String) throws {
    do {
      self = try YAMLDecoder().decode(FitConfig.self, from: try serialize(node: tree))
    } catch let error as DecodingError {
      throw FitConfigError(origin: origin, problem: Self.describe(error))
    }
    try check(origin: origin)
  }

  private static func describe(_ error: DecodingError) -> String {
    func key(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
        .joined(separator: ".")
    }
    switch error {
    case .typeMismatch(let type, let context): return "'\(key(context))' is not a \(type)"
    case .valueNotFound(let type, let context): return "'\(key(context))' needs a \(type)"
    case .keyNotFound(let missing, _): return "'\(missing.stringValue)' is missing"
    case .dataCorrupted(let context):
      if key(context).hasPrefix("unknowns") {
        let names = Unknown.allCases.map(\.rawValue).joined(separator: ", ")
        return "'\(key(context))' is none of \(names)"
      }
      return "'\(key(context))' cannot be read: \(context.debugDescription)"
    @unknown default: return "cannot be read"
    }
  }

  private static func merge(
    _ patch: Node, into base: inout Node, path: String, origin: String
  ) throws {
    guard let mapping = patch.mapping, base.mapping != nil else {
      base = patch
      return
    }
    for (keyNode, value) in mapping {
      let key = keyNode.string ?? ""
      guard var child = base[key] else { throw unknownKey(key, path, base, origin) }
      let here = path.isEmpty ? key : "\(path).\(key)"
      if path.isEmpty, key == "stages", let items = value.sequence, let old = child.sequence {
        // A list of stages replaces the plan's; what a stage leaves open comes from the plan's stage there.
        var stages: [Node] = []
        for (i, item) in items.enumerated() {
          var stage = old[min(i, old.count - 1)]
          try merge(item, into: &stage, path: "stages.\(i)", origin: origin)
          stages.append(stage)
        }
        child = Node(stages)
      } else {
        try merge(value, into: &child, path: here, origin: origin)
      }
      base[key] = child
    }
  }

  /// Losses at the top hold for every stage that does not say otherwise.
  private static func spread(_ losses: Node, over tree: inout Node, origin: String) throws {
    guard let stages = tree["stages"]?.sequence else { return }
    tree["stages"] = Node(
      try stages.map { stage in
        var stage = stage
        guard var own = stage["losses"] else { return stage }
        try merge(losses, into: &own, path: "losses", origin: origin)
        stage["losses"] = own
        return stage
      })
  }

  private static func set(
    _ value: Node, at path: ArraySlice<String>, in base: inout Node, done: String, origin: String
  ) throws {
    guard let key = path.first else {
      try merge(value, into: &base, path: done, origin: origin)
      return
    }
    let here = done.isEmpty ? key : "\(done).\(key)"
    if let items = base.sequence {
      guard let i = Int(key), items.indices.contains(i) else {
        throw FitConfigError(
          origin: origin, problem: "'\(done)' has items 0 to \(items.count - 1), not '\(key)'")
      }
      var list = Array(items)
      try set(value, at: path.dropFirst(), in: &list[i], done: here, origin: origin)
      base = Node(list)
      return
    }
    guard var child = base[key] else { throw unknownKey(key, done, base, origin) }
    try set(value, at: path.dropFirst(), in: &child, done: here, origin: origin)
    base[key] = child
  }

  private static func unknownKey(
    _ key: String, _ path: String, _ base: Node, _ origin: String
  ) -> FitConfigError {
    let known = base.mapping?.keys.compactMap(\.string) ?? []
    let full = path.isEmpty ? key : "\(path).\(key)"
    guard
      let nearest = known.min(by: { editDistance($0, key) < editDistance($1, key) })
    else {
      return FitConfigError(origin: origin, problem: "'\(path)' has no keys below it")
    }
    return FitConfigError(
      origin: origin, problem: "unknown key '\(full)'; the nearest is '\(nearest)'")
  }

  /// The number of insertions, deletions and replacements between two words (Levenshtein 1966).
  private static func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let up = row[j + 1]
        row[j + 1] = min(diagonal + (x == y ? 0 : 1), up + 1, row[j] + 1)
        diagonal = up
      }
    }
    return row[b.count]
  }

  private func check(origin: String) throws {
    func need(_ holds: Bool, _ problem: String) throws {
      if !holds { throw FitConfigError(origin: origin, problem: problem) }
    }
    try need(version == 1, "'version' is \(version); this program reads 1")
    try need(!stages.isEmpty, "'stages' is empty; a fit takes at least one")
    try need(!unknowns.isEmpty, "'unknowns' is empty; a fit takes at least one")
    try need(checkpointEvery > 0 && previewEvery > 0, "'checkpoint_every' and 'preview_every' are at least 1")
    try need(pose.trialSteps >= 0, "'pose.trial_steps' is negative")
    try need(timeLimitSeconds >= 0, "'time_limit_seconds' is negative")
    for (i, stage) in stages.enumerated() {
      let key = "stages.\(i)"
      let widths = stage.edgeWidthPixels
      try need(stage.steps >= 0, "'\(key).steps' is negative")
      try need(
        widths.count == 2 && widths.allSatisfy { $0 > 0 && $0.isFinite },
        "'\(key).edge_width_px' takes two positive numbers, at the first and the last step")
      try need(
        stage.imageScale > 0 && stage.imageScale <= 1, "'\(key).image_scale' is not in (0, 1]")
      try need(stage.mode == "soft", "'\(key).mode' is '\(stage.mode)'; there is 'soft'")
      try need(
        ["logistic", "logistic-squared"].contains(stage.edgeProfile),
        "'\(key).edge_profile' is '\(stage.edgeProfile)'; there are 'logistic' and 'logistic-squared'")
      try need(
        stage.tailBound > 0 && stage.tailBound <= 0.25, "'\(key).tail_bound' is not in (0, 0.25]")
      try need(stage.viewsPerStep >= 0, "'\(key).views_per_step' is negative")
      try need((0...4).contains(stage.subdivide), "'\(key).subdivide' is not in 0...4")
      try need(stage.smoothing >= 0, "'\(key).smoothing' is negative")
      try need(stage.depthTemperature > 0, "'\(key).depth_temperature' is not positive")
      try need(
        stage.learningRateEnd > 0 && stage.learningRateEnd <= 1,
        "'\(key).learning_rate_end' is not in (0, 1]")
      try need(stage.losses.huberDelta > 0, "'\(key).losses.huber_delta' is not positive")
    }
  }
}
