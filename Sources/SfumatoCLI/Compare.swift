internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoFit
internal import SfumatoIO

/// `sfumato compare`: how far two images, two meshes or two runs are apart.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare two images, two meshes or two runs; the second is the reference.",
    discussion: """
      Mesh distances are divided by the largest distance of B's vertices from the centre of B's box.
      Of runs all is compared that their folders hold: settings, metrics on the targets on average and per view, losses \
      and steps of each stage, seconds, meshes, poses and cameras; differences are B minus A. -o writes a page with both \
      sets of pictures. What cannot be compared is said on standard error.
      """)

  @Argument(help: "A PNG image, an OBJ mesh or the folder of a run.")
  var a: String

  @Argument(help: "The reference, of the same kind.")
  var b: String

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Of runs: a page with their pictures side by side.", valueName: "FILE.html"))
  var output: String?

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let kind = FileKind(path: a)
    if output != nil, kind != .run {
      throw ValidationError("-o writes a page of two runs; \(a) is none.")
    }
    guard FileKind(path: b) == kind else {
      throw CommandFailure.badInput(file: b, cause: "is not of the same kind as \(a)")
    }
    let result: JSONValue
    switch kind {
    case .image: result = try compareImages()
    case .mesh: result = .object(try compareMeshes(a, b))
    case .run: result = try compareRuns()
    case .cameras, nil:
      throw CommandFailure.badInput(
        file: a, cause: "cannot be compared; .png, .obj and folders of runs can")
    }
    printResult(result, asJSON: json)
  }

  private func compareImages() throws -> JSONValue {
    let first = try loadImage(a, maxSide: global.maxImageSide, linearColor: false).pixels
    let second = try loadImage(b, maxSide: global.maxImageSide, linearColor: false).pixels
    guard first.width == second.width, first.height == second.height else {
      throw CommandFailure.badInput(
        file: b,
        cause:
          "\(second.width) x \(second.height) pixels; \(a) has \(first.width) x \(first.height)")
    }
    let image = MetricImage(straightSRGBA: first)
    let reference = MetricImage(straightSRGBA: second)
    return .object([
      "psnr": .number(ImageMetrics.psnr(image, reference)),
      "ssim": .number(ImageMetrics.ssim(image, reference)),
      "iou": .number(ImageMetrics.iou(image, reference)),
      "max_abs": .number(ImageMetrics.maxAbs(image, reference)),
    ])
  }

  private func compareMeshes(_ a: String, _ b: String) throws -> [JSONValue.Member] {
    Self.members(
      MeshDistance.compare(
        try loadMesh(a), reference: try loadMesh(b), workers: threading.workers))
  }

  /// The numbers of a comparison of meshes.
  static func members(_ result: MeshComparison) -> [JSONValue.Member] {
    [
      JSONValue.Member("chamfer", .number(result.chamfer)),
      JSONValue.Member("chamfer_rms", .number(result.chamferRMS)),
      JSONValue.Member("hausdorff", .number(result.hausdorff)),
      JSONValue.Member("fscore_1pct", .number(result.fscore1pct)),
      JSONValue.Member("normal_degrees", .number(result.normalDegrees)),
    ]
  }
}
