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
      of either mask, both pictures over mid grey; psnr_full: over all pixels. What a run found of all its cameras, a factor on \
      focal lengths or a shift of principal points, holds for these as well, unless --given-cameras.
      """)

  @Argument(help: "An OBJ mesh or the folder of a run.")
  var input: String

  @Option(help: ArgumentHelp("The pictures and their cameras.", valueName: "transforms.json"))
  var cameras: String

  @Flag(help: "Leave the cameras as they are, whatever the run found of its own.")
  var givenCameras = false

  @OptionGroup var mask: MaskOptions

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let isRun = FileKind(path: input) == .run
    let scene = isRun ? try loadRunScene(input) : Scene(try loadMesh(input))
    var targets = try loadTargets(
      try loadCameras(cameras), of: cameras, maskColor: mask.maskColor, maxSide: global.maxImageSide
    )
    if isRun, !givenCameras, let found = try loadRunParameters(input),
      targets.contains(where: { found.calibrated($0.camera) != $0.camera })
    {
      for i in targets.indices { targets[i].camera = found.calibrated(targets[i].camera) }
      global.remark(
        "the cameras have the intrinsics that the run found; --given-cameras keeps them")
    }
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
