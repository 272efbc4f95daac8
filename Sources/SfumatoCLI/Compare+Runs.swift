internal import Foundation
internal import SfumatoCore
internal import SfumatoFit
internal import SfumatoIO

extension Compare {
  /// Views that are listed for people; `--json` has all.
  private static let listedViews = 8

  /// What two runs differ in; where a page is asked for, it is written.
  func compareRuns() throws -> JSONValue {
    if let output { try requireFree([output], force: global.force) }
    let comparison = try RunComparison(a, b, workers: threading.workers)
    for remark in comparison.remarks where !json { global.remark(remark) }
    if let output {
      let page = try comparison.page(workers: threading.workers)
      for remark in page.remarks { global.remark(remark) }
      do { try writeAtomically(Array(page.html.utf8), to: output) } catch {
        throw CommandFailure.failed("\(output): \(error.problem)")
      }
    }
    return value(comparison)
  }

  private func value(_ comparison: RunComparison) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
    func rows(_ quantities: [RunComparison.Quantity]) -> JSONValue {
      .array(
        quantities.map {
          .object([
            "name": .string($0.name), "a": number($0.a), "b": number($0.b),
            "difference": number($0.difference),
          ])
        })
    }
    func rows(_ motions: [RunComparison.Motion]) -> JSONValue {
      .array(
        motions.map {
          .object([
            "name": .string($0.name), "degrees": .number($0.degrees), "units": .number($0.units),
            "focal_ratio": .number($0.focalRatio),
          ])
        })
    }
    func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
    var members: [JSONValue.Member] = []
    func add(_ key: String, _ value: JSONValue) {
      // For people what is empty is left out.
      if !json, value == .array([]) || value == .null { return }
      members.append(JSONValue.Member(key, value))
    }
    add("identical", comparison.isIdentical.map(JSONValue.bool) ?? .null)
    if let distance = comparison.distance {
      members += Self.members(distance)
      add("a_to_b", .number(distance.accuracy))
      add("b_to_a", .number(distance.completeness))
    }
    add("stopped_by_a", text(comparison.stoppedBy.a))
    add("stopped_by_b", text(comparison.stoppedBy.b))
    add(
      "settings",
      .array(
        comparison.settings.map {
          .object(["key": .string($0.key), "a": text($0.a ?? none), "b": text($0.b ?? none)])
        }))
    add("effort", rows(comparison.effort))
    add("metrics", rows(comparison.metrics))
    add(
      "stages",
      .array(
        comparison.stages.map {
          .object([
            "stage": .string($0.name), "steps_a": number($0.steps.a),
            "steps_b": number($0.steps.b), "loss_a": number($0.loss.a),
            "loss_b": number($0.loss.b),
          ])
        }))
    add("mesh", rows(comparison.mesh))
    let listed = json ? comparison.views.count : Self.listedViews
    add(
      "views",
      .array(
        comparison.views.prefix(listed).map {
          .object([
            "file": .string($0.file), "psnr_a": number($0.psnr.a), "psnr_b": number($0.psnr.b),
            "psnr_difference": number($0.psnr.difference),
            "ssim_difference": number($0.ssim.difference),
            "iou_difference": number($0.iou.difference),
          ])
        }))
    if !json, comparison.views.count > listed {
      add("more_views", .integer(comparison.views.count - listed))
    }
    add("poses", rows(comparison.poses))
    // Cameras that nothing moved are all alike.
    let isListed = json || comparison.cameras.contains(where: \.differs)
    add("cameras", rows(isListed ? comparison.cameras : []))
    add("parameters", rows(comparison.parameters))
    add("not_compared", json ? .array(comparison.remarks.map(JSONValue.string)) : .null)
    return .object(members)
  }

  /// For people a key that is not there has a sign, so that its column is text.
  private var none: String? { json ? nil : "-" }
}
