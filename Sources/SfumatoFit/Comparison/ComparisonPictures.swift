internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// The pictures of a comparison of two runs, as data addresses of PNGs.
struct ComparisonPictures {
  /// A view as both runs show it.
  struct View {
    var file: String
    /// The picture itself; nil where it is not to be had.
    var target: String?
    /// The results.
    var a: String
    var b: String
    /// How they differ from the target, or where there is none, from each other: then `heatB` is nil.
    var heatA: String
    var heatB: String?
  }

  private(set) var views: [View] = []
  /// What could not be shown.
  private(set) var remarks: [String] = []

  /// Renders views that both runs have, by their own cameras; at most `count`, those whose numbers differ most where there are
  /// numbers.
  init(_ comparison: RunComparison, count: Int, workers: Workers) throws {
    let (first, second) = comparison.records
    let shared = comparison.pairs.compactMap { one, other in
      one.frame.flatMap { own in other.frame.map { (name: one.name, frames: [own, $0]) } }
    }
    guard !shared.isEmpty else {
      remarks.append("no pictures: cameras of a view that is in both runs would be needed")
      return
    }
    let scenes: [Scene<Float>]
    do {
      scenes = try [first, second].map { record in
        var scene = try loadRunScene(record.path)
        scene.background = .zero
        return scene
      }
    } catch {
      remarks.append("no pictures: \(error)")
      return
    }
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: .hard(samples: 4), workers: workers))
    for k in Self.chosen(shared.map(\.name), comparison, count: count) {
      let (name, frames) = shared[k]
      let pictures = zip(scenes, frames).map { scene, frame in
        ReportPictures.overGround(renderer.render(scene, [frame.camera])[0])
      }
      let goal = target(frames[0], name: name, in: first.path)
      func heat(_ a: ImageBuffer<Float>, _ b: ImageBuffer<Float>) throws -> String? {
        guard a.width == b.width, a.height == b.height else { return nil }
        return try ReportPictures.address(ReportPictures.heat(a, b))
      }
      let toTarget = try goal.map { try [heat($0, pictures[0]), heat($0, pictures[1])] }
      guard
        let heatA = try toTarget?[0] ?? heat(pictures[0], pictures[1])
      else {
        remarks.append("\(name): the runs have it in two sizes")
        continue
      }
      views.append(
        View(
          file: name, target: try goal.map { try ReportPictures.address($0) },
          a: try ReportPictures.address(pictures[0]), b: try ReportPictures.address(pictures[1]),
          heatA: heatA, heatB: toTarget?[1]))
    }
  }

  /// Half of them those that lose most from A to B, and half those that gain most.
  private static func chosen(
    _ names: [String], _ comparison: RunComparison, count: Int
  ) -> [Int] {
    guard names.count > count else { return Array(names.indices) }
    let order = comparison.views.compactMap { view in
      view.psnr.difference == nil ? nil : names.firstIndex(of: view.file)
    }
    guard order.count >= count else {
      return (0..<count).map { $0 * names.count / count }
    }
    return Array(order.prefix(count - count / 2) + order.suffix(count / 2))
  }

  /// A target over the ground; nil with a remark where its files are gone or hold no mask.
  private mutating func target(
    _ frame: CameraFrame, name: String, in path: String
  ) -> ImageBuffer<Float>? {
    do {
      let views = try loadTargets(CameraSet(frames: [frame]), of: path)
      return views.first.map { ReportPictures.overGround($0.picture) }
    } catch {
      remarks.append("no target beside \(name): \(error)")
      return nil
    }
  }
}
