internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoFit
internal import SfumatoIO

/// `sfumato eval`: how well a mesh or a run's result matches pictures that a fit has not seen.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Compare a mesh or the result of a run with pictures, per view and on average.",
    discussion: """
      Rendered with hard visibility, 4 x 4 samples a pixel. iou: both masks from alpha 0.5 on. psnr: over the pixels \
      of either mask, both pictures over mid grey; psnr_full: over all pixels.
      """)

  @Argument(help: "An OBJ mesh or the folder of a run.")
  var input: String

  @Option(help: ArgumentHelp("The pictures and their cameras.", valueName: "transforms.json"))
  var cameras: String

  @OptionGroup var mask: MaskOptions

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let scene =
      FileKind(path: input) == .run ? try loadRunScene(input) : Scene(try loadMesh(input))
    let targets = try loadTargets(
      try loadCameras(cameras), of: cameras, maskColor: mask.maskColor, maxSide: global.maxImageSide
    )
    let evaluation = Evaluation(of: scene, on: targets, workers: threading.workers)
    printResult(
      .object([
        "psnr": .number(evaluation.psnr), "psnr_full": .number(evaluation.psnrFull),
        "ssim": .number(evaluation.ssim), "iou": .number(evaluation.iou),
        "views": .array(
          evaluation.views.map { view in
            .object([
              "file": .string(view.file), "psnr": .number(view.psnr),
              "psnr_full": .number(view.psnrFull), "ssim": .number(view.ssim),
              "iou": .number(view.iou),
            ])
          }),
      ]), asJSON: json)
  }
}
