internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoFit
internal import SfumatoIO

/// The command `sfumato`: results on standard output, progress and messages on standard error.
///
/// Exit codes: 0 done, 1 failed, 2 bad usage, 3 bad input data, 4 short of `--require`.
@main
struct Sfumato: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sfumato",
    abstract: "Render triangle meshes on the CPU, and recover them from pictures.",
    discussion: """
      Results go to standard output, progress and messages to standard error.
      Exit codes: 0 done, 1 failed, 2 bad usage, 3 bad input data, 4 short of --require.
      JSON numbers are finite: 1e+308 stands for infinity, null for what is not a number.
      """,
    version: "0.1.0",
    subcommands: [
      Render.self, Fit.self, Evaluate.self, Compare.self, Gradcheck.self, CameraCheckCommand.self,
      Info.self, Convert.self, Bench.self,
      Doctor.self,
    ])

  /// Parses, runs and maps errors to the exit codes above.
  static func main() {
    FreedMemory.keep()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as CommandFailure {
      printMessage("sfumato: \(failure)")
      exit(withError: failure.exitCode)
    } catch let error as RunFolderError where error.kind != .isUnusable {
      printMessage("sfumato: \(error)")
      exit(withError: ExitCode.failure)
    } catch  where isBadInput(error) {
      printMessage("sfumato: \(error)")
      exit(withError: ExitCode.badInput)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code.isSuccess {
        print(message)
      } else if !message.isEmpty {
        printMessage(message)
      }
      exit(withError: code == .validationFailure ? .badUsage : code)
    }
  }

  /// Whether a file, or what it says, is to blame; such errors describe themselves as `FILE: cause`.
  private static func isBadInput(_ error: any Error) -> Bool {
    error is MeshFileError || error is SceneFileError || error is ImageFileError
      || error is CameraFileError
      || error is TargetFileError || error is FitConfigError || error is CheckpointError
      || error is RunFolderError
  }
}
