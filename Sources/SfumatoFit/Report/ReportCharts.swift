internal import Foundation
internal import SfumatoCore

/// The report's charts as inline SVG.
enum ReportCharts {
  /// A loss of a step, as `metrics.csv` has it.
  struct Entry: Equatable {
    var step: Int
    var stage: String
    var loss: Double
  }

  /// The lines of `metrics.csv` whose loss is positive and finite.
  static func entries(csv: String) -> [Entry] {
    csv.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count >= 3, let step = Int(fields[0]), let loss = Double(fields[2]),
        loss > 0, loss.isFinite
      else { return nil }
      return Entry(step: step, stage: String(fields[1]), loss: loss)
    }
  }

  /// A number for an attribute.
  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  /// Losses over steps, the losses' axis logarithmic, each stage on a ground of its own; with another run's losses as a second
  /// line.
  static func loss(_ entries: [Entry], beside other: [Entry] = []) -> String {
    let (width, height, left, bottom) = (760.0, 260.0, 60.0, 24.0)
    let all = entries + other
    guard let lowest = all.map(\.loss).min(), let highest = all.map(\.loss).max(),
      let first = all.map(\.step).min(), let last = all.map(\.step).max()
    else { return "<p>no steps</p>" }
    let (low, high) = (log10(lowest) - 0.02, log10(highest) + 0.02)
    func x(_ step: Int) -> Double {
      left + (width - left) * Double(step - first) / Double(max(last - first, 1))
    }
    func y(_ loss: Double) -> Double {
      (height - bottom) * (1 - (log10(loss) - low) / (high - low))
    }
    var svg =
      "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" width=\"\(Int(width))\" role=\"img\" "
      + "aria-label=\"loss over steps\">"
    var start = 0
    var stage = 0
    while start < entries.count {
      var end = start
      while end + 1 < entries.count, entries[end + 1].stage == entries[start].stage { end += 1 }
      let (from, to) = (x(entries[start].step), x(entries[end].step))
      let shade = stage % 2 == 0 ? "0.06" : "0.14"
      svg +=
        "<rect x=\"\(number(from))\" y=\"0\" width=\"\(number(max(to - from, 1)))\" "
        + "height=\"\(number(height - bottom))\" fill=\"currentColor\" opacity=\"\(shade)\"/>"
        + "<text x=\"\(number(from + 4))\" y=\"14\">\(escaped(entries[start].stage))</text>"
      start = end + 1
      stage += 1
    }
    for tick in Int(low.rounded(.down))...Int(high.rounded(.up)) {
      for factor in [1.0, 2, 5] {
        let value = factor * pow(10, Double(tick))
        guard log10(value) >= low, log10(value) <= high else { continue }
        let at = number(y(value))
        svg +=
          "<line x1=\"\(number(left))\" x2=\"\(number(width))\" y1=\"\(at)\" y2=\"\(at)\" "
          + "stroke=\"currentColor\" opacity=\"0.2\"/>"
          + "<text x=\"0\" y=\"\(number(y(value) + 4))\">\(String(format: "%g", value))</text>"
      }
    }
    for (line, color) in [(other, "#3c7dc2"), (entries, "#c2603c")] where !line.isEmpty {
      let stride = max(1, line.count / 1500)
      let points = Swift.stride(from: 0, to: line.count, by: stride).map { i in
        "\(number(x(line[i].step))),\(number(y(line[i].loss)))"
      }
      svg +=
        "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"1.2\" "
        + "points=\"\(points.joined(separator: " "))\"/>"
    }
    svg +=
      "<text x=\"\(number(left))\" y=\"\(number(height - 6))\">step \(first)</text>"
      + "<text x=\"\(number(width))\" y=\"\(number(height - 6))\" text-anchor=\"end\">\(last)</text>"
    return svg + "</svg>"
  }

  /// Where cameras stand and look, seen along the world's Y axis, with the object's sphere.
  static func cameras(
    _ cameras: [Camera<Float>], center: SIMD3<Float>, radius: Float
  ) -> String {
    let size = 320.0
    var reach = Double(max(radius, 1e-6))
    for camera in cameras {
      let d = camera.center - center
      reach = max(reach, Double(abs(d.x)), Double(abs(d.z)))
    }
    let scale = size * 0.44 / reach
    func place(_ p: SIMD3<Float>) -> (x: Double, y: Double) {
      (size / 2 + Double(p.x - center.x) * scale, size / 2 + Double(p.z - center.z) * scale)
    }
    var svg =
      "<svg viewBox=\"0 0 \(Int(size)) \(Int(size))\" width=\"\(Int(size))\" role=\"img\" "
      + "aria-label=\"cameras from above\"><circle cx=\"\(number(size / 2))\" "
      + "cy=\"\(number(size / 2))\" r=\"\(number(max(Double(radius) * scale, 2)))\" fill=\"#c2603c\" "
      + "opacity=\"0.35\"/>"
    for camera in cameras {
      let eye = place(camera.center)
      let forward = camera.worldToCamera.rotation.matrix.row2
      let step = Float(0.08 * reach)
      let ahead = place(camera.center + forward * step)
      svg +=
        "<line x1=\"\(number(eye.x))\" y1=\"\(number(eye.y))\" x2=\"\(number(ahead.x))\" "
        + "y2=\"\(number(ahead.y))\" stroke=\"currentColor\"/>"
        + "<circle cx=\"\(number(eye.x))\" cy=\"\(number(eye.y))\" r=\"3\" fill=\"currentColor\"/>"
    }
    return svg + "</svg>"
  }

  /// Text for markup.
  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
  }
}
