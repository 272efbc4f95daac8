internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoIO
internal import SfumatoSolve

/// `sfumato doctor`: what this machine and this build offer.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the instruction set, the number of threads and the libraries in use.")

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() {
    let libraries = [
      ("libpng", pngLibraryVersion()), ("TurboJPEG", jpegLibraryVersion()),
      ("tinygltf", gltfLibraryVersion()), ("Eigen", eigenVersion()),
    ]
    let result: JSONValue = .object([
      "isa": .string(InstructionSet.name),
      "threads": .integer(ProcessInfo.processInfo.activeProcessorCount),
      "libraries": .array(
        libraries.map { .object(["name": .string($0.0), "version": .string($0.1)]) }),
    ])
    printResult(result, asJSON: json)
  }
}
