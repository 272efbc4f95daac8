internal import SfumatoCore

/// `metrics.json`: what a run has reached against its targets; a number that is not finite is left out.
///
/// All is optional, so that the file of another version can be read.
struct RunMetrics: Codable, Equatable, Sendable {
  /// A view's numbers.
  struct View: Codable, Equatable, Sendable {
    var file: String
    var psnr: Double?
    var psnr_full: Double?
    var ssim: Double?
    var iou: Double?
  }

  var iou: Double?
  var psnr: Double?
  var psnr_full: Double?
  var ssim: Double?
  /// Where the fit changes the mesh; so are the next two.
  var mesh: MeshHealth?
  var vertices: Int?
  /// Vertices at whose places nothing in the pictures pulls.
  var unseen_vertices: Int?
  var steps: Int?
  var stopped_by: String?
  var views: [View]?

  init(_ evaluation: Evaluation) {
    iou = Self.finite(evaluation.iou)
    psnr = Self.finite(evaluation.psnr)
    psnr_full = Self.finite(evaluation.psnrFull)
    ssim = Self.finite(evaluation.ssim)
    views = evaluation.views.map {
      View(
        file: $0.file, psnr: Self.finite($0.psnr), psnr_full: Self.finite($0.psnrFull),
        ssim: Self.finite($0.ssim), iou: Self.finite($0.iou))
    }
  }

  static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}
