public import SfumatoCore

extension CameraCheck {
  /// A target, dimmed outside of its mask, with the outline that the best reading gives a body in red; sRGB codes, `[H, W, 3]`.
  public func overlay(of view: Int, body: Mesh<Float>) -> ImageBuffer<Float>? {
    guard cameras.indices.contains(view) else { return nil }
    let picture = targets[view].picture
    let (width, height) = (picture.width, picture.height)
    let rendered = Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 4)))
      .render(Scene(body), [cameras[view]], outputs: .alpha)[0].alpha.values
    var result = ImageBuffer<Float>(width: width, height: height, channels: 3)
    let reach = max(width, height) > 700 ? 2 : 1
    for y in 0..<height {
      for x in 0..<width {
        let p = y * width + x
        let mask = picture.values[4 * p + 3]
        let isInside = rendered[p] >= 0.5
        var isOutline = false
        for (dx, dy) in [(-reach, 0), (reach, 0), (0, -reach), (0, reach)] {
          let (i, j) = (x + dx, y + dy)
          guard i >= 0, j >= 0, i < width, j < height else { continue }
          if isInside, rendered[j * width + i] < 0.5 { isOutline = true }
        }
        for c in 0..<3 {
          let shown = picture.values[4 * p + c] * (0.25 + 0.75 * mask) + 0.25 * (1 - mask)
          result.values[3 * p + c] = isOutline ? (c == 0 ? 1 : 0.1) : min(shown, 1)
        }
      }
    }
    return result
  }
}
