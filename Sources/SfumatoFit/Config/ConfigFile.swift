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
      throw FitConfigError(origin: origin, problem: Self.describe(error))
    }
    guard let patch, patch.null == nil else { return self }  // an empty file
    guard patch.mapping != nil else {
      throw FitConfigError(origin: origin, problem: "holds no mapping of keys to values")
    }
    var tree = try node()
    if let losses = patch["losses"] { try Self.spread(losses, over: &tree, origin: origin) }
    try Self.merge(patch, into: &tree, path: "", origin: origin)
    let config = try Self(tree, origin: origin)
    try config.check(origin: origin)
    return config
  }

  /// This configuration with one value changed, as by `--set stages.0.steps=50`.
  public func setting(_ assignment: String) throws -> FitConfig {
    try setting([assignment])
  }

  /// This configuration with values changed in turn; whether a stage's choices go together is asked of the last.
  public func setting(_ assignments: [String]) throws -> FitConfig {
    guard let last = assignments.last else { return self }
    let config = try assignments.reduce(self) { try $0.assigning($1) }
    try config.check(origin: "--set \(last)")
    return config
  }

  private func assigning(_ assignment: String) throws -> FitConfig {
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

  /// What must be known before a plan can be made.
  public struct Choices: Equatable, Sendable {
    /// What the fit changes.
    public var unknowns: [Unknown]?
    /// Where the shape starts.
    public var initial: String?
    /// The plane that the object is its own mirror image in.
    public var mirrorPlane: [Double]?
  }

  /// The unknowns, the start and the mirror that a file and `--set` arguments name, which must be known before a plan can be made.
  ///
  /// Nil stands for what none of them names. Other keys are not looked at; ``merging(file:)`` and ``setting(_:)``
  /// check them.
  public static func choices(
    file path: String? = nil, assignments: [String] = []
  ) throws -> Choices {
    let keys = ["unknowns", "init", "mirror_plane"]
    var tree = Node(keys.map { (Node($0), Node("")) } as [(Node, Node)])
    var origins: [String: String] = [:]
    if let path, let bytes = try? readBytes(path),
      let patch = (try? compose(yaml: String(decoding: bytes, as: UTF8.self))) ?? nil
    {
      for key in keys {
        guard let value = patch[key] else { continue }
        tree[key] = value
        origins[key] = path
      }
    }
    for assignment in assignments {
      guard let equals = assignment.firstIndex(of: "=") else { continue }
      let key = String(assignment[..<equals])
      let text = String(assignment[assignment.index(after: equals)...])
      guard keys.contains(key), let value = (try? compose(yaml: text)) ?? nil else { continue }
      tree[key] = value
      origins[key] = "--set \(assignment)"
    }
    func value<T: Decodable>(_ key: String, _ type: T.Type) throws -> T? {
      guard let origin = origins[key], let node = tree[key] else { return nil }
      let text = try serialize(node: Node([(Node(key), node)] as [(Node, Node)]))
      do {
        return try YAMLDecoder().decode([String: T].self, from: text)[key]
      } catch let error as DecodingError {
        throw FitConfigError(origin: origin, problem: describe(error))
      }
    }
    return Choices(
      unknowns: try value("unknowns", [Unknown].self), initial: try value("init", String.self),
      mirrorPlane: try value("mirror_plane", [Double].self))
  }

  /// A configuration from its own YAML text, complete.
  init(resolvedYAML text: String, origin: String) throws {
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch {
      throw FitConfigError(origin: origin, problem: Self.describe(error))
    }
    guard let node else { throw FitConfigError(origin: origin, problem: "is empty") }
    try self.init(node, origin: origin)
    try check(origin: origin)
  }

  /// The YAML text of this configuration; the same for equal configurations.
  public func yaml() throws -> String {
    try serialize(node: try node())
  }

  private func node() throws -> Node {
    // YAMLEncoder keeps the order of the keys, but only 15 digits of a number; JSONEncoder the other way round.
    let text = try YAMLEncoder().encode(self)
    let exact = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    guard let node = try compose(yaml: text), let numbers = try compose(yaml: exact) else {
      throw FitConfigError(origin: "configuration", problem: "cannot be written as YAML")
    }
    return Self.taking(numbers, in: node)
  }

  /// A tree with the numbers of another of the same form.
  private static func taking(_ numbers: Node, in tree: Node) -> Node {
    if let mapping = tree.mapping {
      return Node(
        mapping.map { key, value in
          (key, numbers[key].map { taking($0, in: value) } ?? value)
        })
    }
    if let items = tree.sequence, let other = numbers.sequence, items.count == other.count {
      return Node(zip(items, other).map { taking($1, in: $0) })
    }
    guard let written = tree.string.flatMap(Double.init), let text = numbers.string,
      let number = Double(text), number != written
    else { return tree }
    return Node(text)
  }

  private init(_ tree: Node, origin: String) throws {
    try Self.checkChoices(tree, origin: origin)
    do {
      self = try YAMLDecoder().decode(FitConfig.self, from: try serialize(node: tree))
    } catch let error as DecodingError {
      throw FitConfigError(origin: origin, problem: Self.describe(error))
    }
    try checkValues(origin: origin)
  }

  /// What the YAML parser found, on one line.
  private static func describe(_ error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
      .composer(_, let problem, let mark, _)?:
      return "is not YAML: line \(mark.line), column \(mark.column): \(problem)"
    case .reader(let problem, _, _, _)?: return "is not YAML: \(problem)"
    case .duplicatedKeysInMapping(let keys, _)?:
      return "names the key '\(keys.first ?? "")' twice"
    default: return "is not YAML"
    }
  }

  /// The kind of a value in words.
  private static func words(_ type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "whole number"
    case is Double.Type: "number"
    case is String.Type: "text"
    case is any Collection.Type where !(type is any ExpressibleByDictionaryLiteral.Type): "list"
    default: "mapping of keys to values"
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    func key(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
        .joined(separator: ".")
    }
    switch error {
    case .typeMismatch(let type, let context): return "'\(key(context))' is not a \(words(type))"
    case .valueNotFound(let type, let context): return "'\(key(context))' takes a \(words(type))"
    case .keyNotFound(let missing, let context):
      let place = key(context)
      return "'\(place.isEmpty ? "" : place + ".")\(missing.stringValue)' is missing"
    case .dataCorrupted(let context):
      if key(context).hasPrefix("unknowns") || key(context).contains(".freeze") {
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
  static func editDistance(_ a: String, _ b: String) -> Int {
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
}
