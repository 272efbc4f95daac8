internal import SfumatoCore

/// The times of repeated runs of one thing, milliseconds.
struct Timing: Codable {
  /// How many runs.
  var runs: Int
  /// The median: forward alone.
  var forward: Double
  /// The median: forward, loss and backward.
  var forwardBackward: Double
  /// The shortest run, forward.
  var leastForward: Double
  /// The shortest run, forward, loss and backward.
  var leastForwardBackward: Double

  enum CodingKeys: String, CodingKey {
    case runs
    case forward = "forward_ms"
    case forwardBackward = "forward_backward_ms"
    case leastForward = "least_forward_ms"
    case leastForwardBackward = "least_forward_backward_ms"
  }

  /// Times a workload: as many runs as fit into some seconds, but `least` at the least.
  init(_ workload: Workload, renderer: Renderer<Float>, seconds: Double, least: Int) {
    let clock = ContinuousClock()
    let start = clock.now
    var forward: [Double] = []
    var both: [Double] = []
    // The first run is not counted: it fills caches and pools. Slow things are not warmed up.
    if least > 1 { _ = Self.run(workload, renderer) }
    var workload = workload
    repeat {
      // A fit moves its vertices at each step: what is kept from one render for the next must bear it.
      workload.scene.meshes[0].positions[0] += both.count.isMultiple(of: 2) ? 1e-6 : -1e-6
      let began = clock.now
      let pictures = renderer.render(workload.scene, workload.cameras, outputs: workload.outputs)
      let middle = clock.now
      precondition(pictures.count == workload.cameras.count)
      _ = Self.run(workload, renderer)
      forward.append((middle - began) / .milliseconds(1))
      both.append((clock.now - middle) / .milliseconds(1))
    } while both.count < least || (clock.now - start) / .seconds(1) < seconds
    runs = both.count
    self.forward = Self.median(forward)
    forwardBackward = Self.median(both)
    leastForward = forward.min() ?? 0
    leastForwardBackward = both.min() ?? 0
  }

  /// Forward, the loss mean(picture²), backward: one number, so that nothing is left out.
  private static func run(_ workload: Workload, _ renderer: Renderer<Float>) -> Float {
    let (pictures, pullback) = renderer.renderWithPullback(
      workload.scene, workload.cameras, wrt: workload.targets, outputs: workload.outputs)
    let gradient = pullback(
      pictures.map { picture in
        workload.isColored
          ? RenderingCotangent(color: picture.color.map(meanSquareCotangent))
          : RenderingCotangent(alpha: meanSquareCotangent(picture.alpha))
      })
    return gradient.meshes[0].positions.first ?? 0
  }

  private static func meanSquareCotangent(_ image: ImageBuffer<Float>) -> ImageBuffer<Float> {
    var bar = image
    let factor = 2 / Float(image.values.count)
    for i in image.values.indices { bar.values[i] = image.values[i] * factor }
    return bar
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  }
}
