import Foundation
import Testing

/// What one run of the built command said and how it ended.
struct CommandRun {
  var exitCode: Int32
  var output: String
  var messages: String

  /// Runs `sfumato`, or another program of this package, with some arguments and waits.
  init(_ arguments: [String], in folder: URL? = nil, program: String = "sfumato") throws {
    let process = Process()
    process.executableURL = try Self.executable(program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    // Into files: a full pipe would stop the command.
    let scratch = try TemporaryFolder()
    let outputFile = try scratch.emptyFile("output")
    let messagesFile = try scratch.emptyFile("messages")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: messagesFile)
    try process.run()
    process.waitUntilExit()
    exitCode = process.terminationStatus
    output = try String(contentsOf: outputFile, encoding: .utf8)
    messages = try String(contentsOf: messagesFile, encoding: .utf8)
  }

  init(_ arguments: String..., in folder: URL? = nil) throws {
    try self.init(arguments, in: folder)
  }

  /// A program that was built beside the test bundle.
  static func executable(_ name: String = "sfumato") throws -> URL {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let beside = try #require(bundle ?? Bundle.main.executableURL)
    return beside.deletingLastPathComponent().appendingPathComponent(name)
  }

  /// Standard output as one JSON object.
  func json() throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any],
      "not an object: \(output)")
  }

  /// The keys of the JSON object in the order in which they were printed, outermost only.
  var orderedKeys: [String] {
    var depth = 0
    var keys: [String] = []
    var pending: String?
    var inString = false
    var current = ""
    for character in output {
      switch character {
      case "\"":
        if inString { pending = current }
        inString.toggle()
        current = ""
      case _ where inString: current.append(character)
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      case ":" where depth == 1: if let key = pending { keys.append(key) }
      default: break
      }
    }
    return keys
  }
}

/// A folder that disappears with its owner.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("sfumato-cli-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func emptyFile(_ name: String) throws -> URL { try file(name, "") }

  @discardableResult
  func file(_ name: String, _ text: String) throws -> URL {
    let url = url.appendingPathComponent(name)
    try Data(text.utf8).write(to: url)
    return url
  }
}
