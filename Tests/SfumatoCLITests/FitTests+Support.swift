import Foundation
import SfumatoCore
import SfumatoIO
import Testing

/// What the tests of `fit` set up and look at.
extension FitTests {
  /// A plan of 200 steps with the first subdivision only.
  static let plan = [
    "--iterations", "200", "--set", "stages.2.subdivide=0", "--set", "checkpoint_every=40", "--set",
    "preview_every=90",
  ]

  /// A coloured tetrahedron, a camera file of three views, and the pictures that `render` makes of them.
  func scene(_ folder: TemporaryFolder) throws -> (mesh: String, targets: String) {
    let (mesh, cameras) = try Tetrahedron.scene(
      in: folder, views: 3, degreesApart: 120, width: 24, height: 20)
    return (mesh, cameras)
  }

  /// The files below a folder with their contents.
  func files(_ path: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      files[name] = FileManager.default.contents(atPath: path + "/" + name)
    }
    return files
  }

  func lineCount(_ path: String) -> Int {
    (FileManager.default.contents(atPath: path) ?? Data()).count { $0 == UInt8(ascii: "\n") }
  }

  /// Starts a fit, waits until some steps are done, sends a signal and waits for the end.
  func interrupted(
    _ arguments: [String], run: String, steps: Int, signal: Int32
  ) throws -> (exitCode: Int32, output: String, reason: Process.TerminationReason) {
    let output = Pipe()
    let process = try begun(arguments, output: output)
    let limit = Date().addingTimeInterval(60)
    while lineCount(run + "/metrics.csv") <= steps, process.isRunning, Date() < limit {
      usleep(2000)
    }
    kill(process.processIdentifier, signal)
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: text, as: UTF8.self), process.terminationReason
    )
  }

  /// A fit at work, silent but for its standard output.
  private func begun(_ arguments: [String], output: Any) throws -> Process {
    let process = Process()
    process.executableURL = try CommandRun.executable()
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Starts a fit and kills it after some seconds; whether it was still at work.
  func killed(_ arguments: [String], after seconds: Double) throws -> Bool {
    let process = try begun(arguments, output: FileHandle.nullDevice)
    usleep(UInt32(seconds * 1_000_000))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  func expectBadInput(
    _ arguments: [String], _ words: String..., code: Int32 = 3, lines: Int? = 1,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let run = try CommandRun(["fit"] + arguments)
    #expect(run.exitCode == code, "\(arguments): \(run.messages)", sourceLocation: location)
    for word in words {
      #expect(run.messages.contains(word), "\(run.messages)", sourceLocation: location)
    }
    #expect(run.output.isEmpty, sourceLocation: location)
    if let lines {
      #expect(
        run.messages.split(separator: "\n").count == lines, "\(run.messages)",
        sourceLocation: location)
    }
  }
}
