// A comparison as a page: one file, no network.
internal import Foundation
internal import Mustache
public import SfumatoCore

extension RunComparison {
  /// Views that are shown with pictures.
  private static let shownViews = 8

  /// The comparison as an HTML page with the pictures of both runs, and what could not be shown.
  ///
  /// Pictures are rendered from the results, and the targets read again, where they are still to be had.
  public func page(workers: Workers = .all) throws -> (html: String, remarks: [String]) {
    let pictures = try ComparisonPictures(self, count: Self.shownViews, workers: workers)
    let names = [a, b].map { URL(fileURLWithPath: $0).lastPathComponent }
    func row(_ name: String, _ a: String, _ b: String, _ difference: String) -> [String: String] {
      ["name": name, "a": a, "b": b, "difference": difference]
    }
    func rows(_ quantities: [Quantity]) -> [[String: String]] {
      quantities.map {
        row(
          $0.name.replacingOccurrences(of: "_", with: " "), Self.text($0.a), Self.text($0.b),
          Self.signed($0.difference))
      }
    }
    let ends =
      stoppedBy.a == nil && stoppedBy.b == nil
      ? [] : [row("stopped by", stoppedBy.a ?? "-", stoppedBy.b ?? "-", "")]
    let distances = distance.map {
      [
        ("chamfer", $0.chamfer), ("from A to B", $0.accuracy), ("from B to A", $0.completeness),
        ("largest", $0.hausdorff), ("within 1 %", $0.fscore1pct),
        ("normals, degrees", $0.normalDegrees),
      ].map { ["name": $0.0, "value": Self.text($0.1)] }
    }
    let moved = (poses + cameras).filter(\.differs)
    let content: [String: Any] = [
      "a": names[0], "b": names[1], "pathA": a, "pathB": b,
      "metrics": rows(metrics + effort) + ends,
      "mesh": rows(mesh), "hasMesh": !mesh.isEmpty,
      "distances": distances ?? [], "hasDistances": distance != nil,
      "identical": isIdentical == true,
      "settings": settings.map {
        ["name": $0.key, "a": $0.a ?? "-", "b": $0.b ?? "-"]
      }, "hasSettings": !settings.isEmpty,
      "lossChart": ReportCharts.loss(records.a.losses, beside: records.b.losses),
      "stages": stages.map {
        [
          "name": $0.name, "stepsA": Self.text($0.steps.a), "stepsB": Self.text($0.steps.b),
          "lossA": Self.text($0.loss.a), "lossB": Self.text($0.loss.b),
        ]
      },
      "views": pictures.views.map { view -> [String: Any] in
        let numbers = views.first { $0.file == view.file }
        return [
          "file": view.file, "target": view.target ?? "", "hasTarget": view.target != nil,
          "a": view.a, "b": view.b, "heatA": view.heatA, "heatB": view.heatB ?? "",
          "hasTwo": view.heatB != nil,
          "numbers": numbers.map {
            "\(Self.text($0.psnr.a)) and \(Self.text($0.psnr.b)) dB, IoU \(Self.text($0.iou.a)) and \(Self.text($0.iou.b))"
          } ?? "",
        ]
      }, "hasViews": !pictures.views.isEmpty, "gain": "\(Int(ReportPictures.gain))",
      "rows": views.map {
        [
          "file": $0.file, "psnrA": Self.text($0.psnr.a), "psnrB": Self.text($0.psnr.b),
          "psnr": Self.signed($0.psnr.difference), "ssim": Self.signed($0.ssim.difference),
          "iou": Self.signed($0.iou.difference),
        ]
      }, "hasRows": !views.isEmpty,
      "motions": moved.map {
        [
          "name": $0.name, "degrees": Self.text($0.degrees), "units": Self.text($0.units),
          "focal": Self.text($0.focalRatio),
        ]
      }, "hasMotions": !moved.isEmpty,
      "parameters": rows(parameters), "hasParameters": !parameters.isEmpty,
      "remarks": remarks + pictures.remarks,
      "hasRemarks": !(remarks + pictures.remarks).isEmpty,
    ]
    return (try MustacheTemplate(string: comparisonPage).render(content), pictures.remarks)
  }

  private static func text(_ value: Double?) -> String {
    value.map { $0.isFinite ? String(format: "%.5g", $0) : "infinite" } ?? "-"
  }

  private static func signed(_ value: Double?) -> String {
    value.map { $0.isFinite ? String(format: "%+.4g", $0) : "-" } ?? "-"
  }
}

/// The page as a Mustache template: two braces escape what they insert; three insert markup that is made here.
private let comparisonPage = """
  <!doctype html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{{a}} and {{b}} - Sfumato</title>
  <link rel="icon" href="data:,">
  <style>
  \(reportStyle)
  .three { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr)); gap: .4rem; }
  .a { color: #c2603c; } .b { color: #3c7dc2; }
  </style>
  </head>
  <body>
  <h1><span class="a">{{a}}</span> and <span class="b">{{b}}</span></h1>
  <p class="quiet">A is {{pathA}}, B is {{pathB}}; differences are B minus A.</p>
  <div class="wide"><table><tr><th></th><th class="n">A</th><th class="n">B</th><th class="n">difference</th></tr>
  {{#metrics}}<tr><td>{{name}}</td><td class="n">{{a}}</td><td class="n">{{b}}</td><td class="n">{{difference}}</td></tr>{{/metrics}}</table></div>

  {{#hasRemarks}}<h2>What could not be compared</h2>
  <ul>{{#remarks}}<li>{{.}}</li>{{/remarks}}</ul>{{/hasRemarks}}

  <h2>Settings that differ</h2>
  {{#hasSettings}}<div class="wide"><table><tr><th>key</th><th>A</th><th>B</th></tr>
  {{#settings}}<tr><td>{{name}}</td><td>{{a}}</td><td>{{b}}</td></tr>{{/settings}}</table></div>{{/hasSettings}}
  {{^hasSettings}}<p>None.</p>{{/hasSettings}}

  {{#hasViews}}<h2>Pictures</h2>
  <p>Left of the line A, right of it B; beside them the differences, {{gain}} times.</p>
  {{#views}}<figure style="margin:0 0 1.2rem"><div class="three">
  {{#hasTarget}}<img class="heat" alt="target {{file}}" src="{{{target}}}">{{/hasTarget}}
  <div class="stack"><img alt="A {{file}}" src="{{{a}}}"><img class="over" alt="B {{file}}" src="{{{b}}}"></div>
  {{#hasTwo}}<div class="stack"><img alt="A's difference {{file}}" src="{{{heatA}}}"><img class="over" alt="B's difference {{file}}" src="{{{heatB}}}"></div>{{/hasTwo}}
  {{^hasTwo}}<img class="heat" alt="difference of A and B {{file}}" src="{{{heatA}}}">{{/hasTwo}}
  </div><input type="range" min="0" max="100" value="50" aria-label="A against B">
  <figcaption>{{file}} <span class="quiet">{{numbers}}</span></figcaption></figure>{{/views}}{{/hasViews}}

  <h2>Loss</h2>
  <p><span class="a">A</span> and <span class="b">B</span>, before each step, over the views that it saw; a shade a stage of A.</p>
  {{{lossChart}}}
  <div class="wide"><table><tr><th>stage</th><th class="n">steps of A</th><th class="n">of B</th><th class="n">last loss of A</th><th class="n">of B</th></tr>
  {{#stages}}<tr><td>{{name}}</td><td class="n">{{stepsA}}</td><td class="n">{{stepsB}}</td><td class="n">{{lossA}}</td><td class="n">{{lossB}}</td></tr>{{/stages}}</table></div>

  {{#hasMesh}}<h2>Meshes</h2>
  {{#identical}}<p>The meshes are the same.</p>{{/identical}}
  <div class="wide"><table><tr><th></th><th class="n">A</th><th class="n">B</th><th class="n">difference</th></tr>
  {{#mesh}}<tr><td>{{name}}</td><td class="n">{{a}}</td><td class="n">{{b}}</td><td class="n">{{difference}}</td></tr>{{/mesh}}</table></div>{{/hasMesh}}
  {{#hasDistances}}<p>Distances between the surfaces, in units of B's size:</p>
  <table>{{#distances}}<tr><td>{{name}}</td><td class="n">{{value}}</td></tr>{{/distances}}</table>{{/hasDistances}}

  {{#hasMotions}}<h2>Poses and cameras</h2>
  <div class="wide"><table><tr><th></th><th class="n">degrees apart</th><th class="n">units apart</th><th class="n">focal length, B over A</th></tr>
  {{#motions}}<tr><td>{{name}}</td><td class="n">{{degrees}}</td><td class="n">{{units}}</td><td class="n">{{focal}}</td></tr>{{/motions}}</table></div>{{/hasMotions}}
  {{#hasParameters}}<h2>Parameters that differ</h2>
  <div class="wide"><table><tr><th></th><th class="n">A</th><th class="n">B</th><th class="n">difference</th></tr>
  {{#parameters}}<tr><td>{{name}}</td><td class="n">{{a}}</td><td class="n">{{b}}</td><td class="n">{{difference}}</td></tr>{{/parameters}}</table></div>{{/hasParameters}}

  {{#hasRows}}<h2>All views</h2>
  <p>The view that loses most from A to B first.</p>
  <div class="wide"><table><tr><th>view</th><th class="n">PSNR of A</th><th class="n">of B</th><th class="n">difference, dB</th><th class="n">SSIM</th><th class="n">IoU</th></tr>
  {{#rows}}<tr><td>{{file}}</td><td class="n">{{psnrA}}</td><td class="n">{{psnrB}}</td><td class="n">{{psnr}}</td><td class="n">{{ssim}}</td><td class="n">{{iou}}</td></tr>{{/rows}}</table></div>{{/hasRows}}
  <script>
  for (const range of document.querySelectorAll("input[type=range]")) {
    const stacks = range.closest("figure").querySelectorAll(".stack");
    range.addEventListener("input", () => stacks.forEach(stack => stack.style.setProperty("--cut", range.value + "%")));
  }
  </script>
  </body>
  </html>
  """
