internal import ArgumentParser
internal import SfumatoFit

/// The argument of `--require`: a metric on the targets and its least value, as `iou=0.97`.
struct Requirement: Equatable, Sendable, ExpressibleByArgument {
  /// The metrics by name.
  enum Metric: String, CaseIterable, Sendable {
    case iou, psnr, psnr_full, ssim
  }

  var metric: Metric
  var value: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let metric = Metric(rawValue: String(parts[0])),
      let value = Double(parts[1]), value.isFinite
    else { return nil }
    self.metric = metric
    self.value = value
  }

  func value(in evaluation: Evaluation) -> Double {
    switch metric {
    case .iou: evaluation.iou
    case .psnr: evaluation.psnr
    case .psnr_full: evaluation.psnrFull
    case .ssim: evaluation.ssim
    }
  }
}
