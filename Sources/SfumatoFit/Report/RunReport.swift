// report.html: what a run was given, what it did and what came out, in one file that needs no network.
internal import Foundation
internal import Mustache
internal import SfumatoCore
internal import SfumatoIO

/// The report of a run.
enum RunReport {
  /// A name with its value, for tables.
  private struct Pair {
    var name: String
    var value: String
  }

  /// A view's numbers.
  private struct Row {
    var file: String
    var psnr: String
    var ssim: String
    var iou: String
    /// Nil where exposures were known.
    var exposure: String?
  }

  private struct StageRow {
    var name: String
    var steps: Int
    var loss: String
  }

  /// Views that are shown with pictures, spread over all.
  private static let shownViews = 8
  /// Pictures of a full turn.
  private static let frames = 12

  /// Pictures of the gradient, around the object.
  private static let pullFrames = 4

  /// The page of a run as it ended, from what it reached and found, what is wrong with its mesh and how the pictures pull at it (nil where
  /// the fit did not change it), the text of `metrics.csv` and the resolved configuration.
  static func page(
    _ regression: SceneRegression, summary: FitSummary, found: FitParameters, mesh: MeshHealth?,
    pull: VertexPull?, csv: String, yaml: String
  ) throws -> String {
    let evaluation = summary.evaluation
    let parameters = JSONEncoder()
    parameters.outputFormatting = [.prettyPrinted, .sortedKeys]
    let world = regression.worldMesh
    let sphere = world.boundingSphere
    let pictures = try ReportPictures(
      regression, views: shownViews, frames: frames, center: sphere.center, radius: sphere.radius)
    let pulled = try pull.map {
      try ReportPictures.around(
        Scene($0.colored(world), shading: .unlit), frames: pullFrames, center: sphere.center,
        radius: sphere.radius, workers: regression.workers)
    }
    let content: [String: Any] = [
      "title": URL(fileURLWithPath: summary.run).lastPathComponent,
      "summary": sentence(regression, summary),
      "figures": [
        Pair(name: "IoU", value: text(evaluation.iou, 4)),
        Pair(name: "PSNR, dB", value: text(evaluation.psnr, 2)),
        Pair(name: "SSIM", value: text(evaluation.ssim, 4)),
        Pair(name: "steps", value: "\(summary.steps)"),
        Pair(name: "seconds", value: text(summary.seconds, 1)),
      ],
      "gain": "\(Int(ReportPictures.gain))",
      "views": pictures.views.map { view -> [String: String] in
        let own = evaluation.views[view.index]
        return [
          "file": own.file, "target": view.target, "result": view.result, "heat": view.heat,
          "numbers": "\(text(own.psnr, 2)) dB, IoU \(text(own.iou, 4))",
        ]
      },
      "turntable": pictures.turntable, "lastFrame": frames - 1,
      "lossChart": ReportCharts.loss(ReportCharts.entries(csv: csv)),
      "stages": summary.stages.map {
        StageRow(
          name: $0.name, steps: $0.steps,
          loss: $0.loss.isFinite ? String(format: "%.6f", $0.loss) : "-")
      },
      "cameraChart": ReportCharts.cameras(
        regression.cameras, center: sphere.center, radius: sphere.radius),
      "hasMesh": mesh != nil,
      "mesh": mesh.map { health in
        [
          Pair(name: "vertices", value: "\(world.vertexCount)"),
          Pair(name: "faces", value: "\(health.faces)"),
          Pair(name: "faces folded over", value: "\(health.flipped)"),
          Pair(name: "faces without area", value: "\(health.degenerate)"),
          Pair(name: "faces that others pass through", value: "\(health.selfIntersecting)"),
        ]
      } ?? [],
      "hasPull": pulled != nil, "pull": pulled ?? [],
      "unseen": pull?.unseenCount ?? 0, "vertices": world.vertexCount,
      "hasExposure": found.exposure != nil,
      "rows": evaluation.views.enumerated().map { i, view in
        Row(
          file: view.file, psnr: text(view.psnr, 2), ssim: text(view.ssim, 4),
          iou: text(view.iou, 4),
          exposure: found.exposure?[i].map { text(Double($0), 3) }.joined(separator: ", "))
      },
      "parameters": String(
        decoding: try parameters.encode(found), as: UTF8.self),
      "command": CommandLine.arguments.map(quoted).joined(separator: " "),
      "versions": [
        Pair(name: "seed", value: "\(regression.config.seed)"),
        Pair(name: "instruction set", value: InstructionSet.name),
      ],
      "config": yaml,
    ]
    return try MustacheTemplate(string: reportPage).render(content)
  }

  private static func sentence(_ regression: SceneRegression, _ summary: FitSummary) -> String {
    let unknowns = regression.config.unknowns.map(\.rawValue).joined(separator: ", ")
    let end =
      summary.stoppedBy == "plan" ? "the plan was done" : "stopped by \(summary.stoppedBy)"
    return "\(unknowns) from \(regression.problem.targets.count) pictures; "
      + "from \(regression.config.initial); \(end)."
  }

  private static func text(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? String(format: "%.\(digits)f", value) : value > 0 ? "equal" : "-"
  }

  /// An argument as a shell takes it.
  private static func quoted(_ argument: String) -> String {
    let plain = argument.unicodeScalars.allSatisfy {
      CharacterSet.alphanumerics.contains($0) || "-_./=,:#%+@".unicodeScalars.contains($0)
    }
    return plain && !argument.isEmpty
      ? argument : "'" + argument.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
