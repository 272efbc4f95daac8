import Foundation
import SfumatoCore
import Testing

@testable import SfumatoFit

@Suite struct RunReportTests {
  @Test func `a run's report holds it all, and asks no network`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a & <b>")
    var targets = FitFixtures.targets(Scene(FitFixtures.box), FitFixtures.cameras(5, side: 24))
    targets[1].file = "<i>1</i>.png"
    let problem = FitProblem(
      targets: targets, mesh: FitFixtures.colored(.icosphere(subdivisions: 1)))
    let config = FitFixtures.config([.shape, .color], [FitFixtures.stage("one", steps: 3)])
    var run = try FitRun(problem, config: config, folder: path, force: false)
    let summary = try run.run()
    let page = try String(contentsOfFile: path + "/report.html", encoding: .utf8)
    #expect(page.contains("<title>a &amp; &lt;b&gt; - Sfumato</title>"))
    #expect(page.contains("&lt;i&gt;1&lt;/i&gt;.png") && !page.contains("<i>1"))
    #expect(page.contains(String(format: "%.4f", summary.evaluation.iou)))
    #expect(page.contains("faces that others pass through") && page.contains("version: 1"))
    // Five views of three pictures, a full turn, and four pictures of the gradient.
    #expect(page.components(separatedBy: "data:image/png;base64,").count - 1 == 5 * 3 + 12 + 4)
    for address in ["http:", "https:", "src=\"/", "url(", "@import", "{{"] {
      #expect(!page.contains(address), "\(address)")
    }
    // An earlier run's report goes with it.
    var again = try FitRun(problem, config: config, folder: path, force: true)
    #expect(!FileManager.default.fileExists(atPath: path + "/report.html"))
    _ = try again.run(shouldStop: { true })
    let stopped = try String(contentsOfFile: path + "/report.html", encoding: .utf8)
    #expect(stopped.contains("stopped by signal") && stopped.contains("no steps"))
  }

  @Test func `losses are read from the log, but for those that no axis has`() {
    let csv = "step,stage,loss,edge_width_px\n1,a,0.5,1\n2,a,nan,1\n3,b,0,0\n4,b,0.25,0\n5,b"
    let entries = ReportCharts.entries(csv: csv)
    #expect(
      entries == [.init(step: 1, stage: "a", loss: 0.5), .init(step: 4, stage: "b", loss: 0.25)])
    let chart = ReportCharts.loss(entries)
    #expect(chart.hasPrefix("<svg") && chart.hasSuffix("</svg>"))
    // From the axis' left end to its right one.
    #expect(chart.contains("points=\"60.0,") && chart.contains(" 760.0,"))
    #expect(ReportCharts.loss([entries[0]]).contains("polyline"))
    #expect(ReportCharts.loss([]) == "<p>no steps</p>")
    // Two runs share the axes.
    let two = ReportCharts.loss([entries[0]], beside: [.init(step: 11, stage: "b", loss: 0.1)])
    #expect(two.components(separatedBy: "<polyline").count == 3 && two.contains(">11</text>"))
  }

  @Test func `cameras stand in their places around the object`() {
    let camera = Camera<Float>(
      fieldOfViewDegrees: 40, axis: .x, width: 8, height: 8,
      worldToCamera: .orbit(azimuthDegrees: 90, elevationDegrees: 0, distance: 4))
    let chart = ReportCharts.cameras([camera], center: .zero, radius: 1)
    // Four units along +X are 0.44 of 320 pixels from the middle.
    #expect(chart.contains("cx=\"300.8\" cy=\"160.0\""))
    #expect(!ReportCharts.cameras([], center: .zero, radius: 0).contains("nan"))
  }
}
