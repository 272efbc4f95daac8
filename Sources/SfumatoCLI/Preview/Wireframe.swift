internal import SfumatoCore

/// The edges between faces of a picture, as a share of each pixel.
enum Wireframe {
  /// Samples a side of a pixel at which faces are told apart.
  private static let samples = 4

  /// How much of each pixel edges cover, `[H, W, 1]`: about a pixel wide.
  static func coverage(
    _ scene: Scene<Float>, _ camera: Camera<Float>, workers: Workers
  ) -> ImageBuffer<Float> {
    let n = samples
    let large = camera.resized(width: camera.width * n, height: camera.height * n)
    let faces =
      Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 1), workers: workers))
      .render(scene, [large], outputs: [.alpha, .face])[0].face ?? []
    var result = ImageBuffer<Float>(width: camera.width, height: camera.height, channels: 1)
    guard faces.count == large.width * large.height else { return result }
    let across = large.width
    for y in 1..<max(large.height - 1, 1) {
      for x in 1..<max(across - 1, 1) {
        let i = y * across + x
        let own = faces[i]
        let isEdge =
          own != faces[i - 1] || own != faces[i + 1] || own != faces[i - across]
          || own != faces[i + across]
        if isEdge { result.values[y / n * camera.width + x / n] += 1 }
      }
    }
    // Two samples beside each edge: four of sixteen are half of an edge's pixel.
    for i in result.values.indices { result.values[i] = min(result.values[i] / Float(2 * n), 1) }
    return result
  }

  /// Draws edges over a picture with straight alpha, `[H, W, 4]`, linear light.
  static func draw(_ coverage: ImageBuffer<Float>, over picture: inout ImageBuffer<Float>) {
    let ink = SIMD3<Float>(0.01, 0.012, 0.02)
    for pixel in 0..<picture.pixelCount {
      let share = coverage.values[pixel] * 0.85
      guard share > 0 else { continue }
      let alpha = picture.values[4 * pixel + 3]
      let over = share + alpha * (1 - share)
      for c in 0..<3 {
        let below = picture.values[4 * pixel + c] * alpha * (1 - share)
        picture.values[4 * pixel + c] = (ink[c] * share + below) / over
      }
      picture.values[4 * pixel + 3] = over
    }
  }
}
