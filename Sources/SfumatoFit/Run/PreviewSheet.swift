public import SfumatoCore

/// A picture of how far a fit is: a row a view, target, render and difference side by side.
enum PreviewSheet {
  /// The sheet of at most four views spread over all, linear light, over dark grey.
  static func make(_ regression: SceneRegression) -> ImageBuffer<Float> {
    let targets = regression.problem.targets
    let count = min(4, targets.count)
    let chosen = (0..<count).map { $0 * targets.count / count }
    var scene = regression.scene
    scene.background = .zero
    let cameras = regression.cameras
    let gains = regression.gains
    let pictures = Renderer<Float>(
      settings: RenderSettings(mode: .hard(samples: 2), workers: regression.workers)
    ).render(scene, chosen.map { cameras[$0] })
    let width = chosen.map { targets[$0].picture.width }.max() ?? 1
    let height = chosen.map { targets[$0].picture.height }.max() ?? 1
    var sheet = ImageBuffer<Float>(width: width * 3, height: height * count, channels: 3)
    let grey: Float = 0.03
    for (row, view) in chosen.enumerated() {
      let target = targets[view].picture
      guard let color = pictures[row].scaled(by: gains[view]).color else { continue }
      for y in 0..<target.height {
        for x in 0..<target.width {
          let alpha = target[x, y, 3]
          let weight = targets[view].weight(y * target.width + x)
          let coverage = pictures[row].alpha[x, y, 0]
          for c in 0..<3 {
            let wanted = sRGBDecode(target[x, y, c]) * alpha + grey * (1 - alpha)
            let found = color[x, y, c] + grey * (1 - coverage)
            sheet[x, row * height + y, c] = wanted
            sheet[width + x, row * height + y, c] = found
            sheet[2 * width + x, row * height + y, c] = sRGBDecode(
              min(abs(sRGBEncode(wanted) - sRGBEncode(found)), 1) * weight)
          }
        }
      }
    }
    return sheet
  }
}

extension SceneRegression {
  /// A picture of how far the fit is: a row a view, target, render and difference side by side.
  ///
  /// Of at most four views spread over all, hard visibility, linear light over dark grey.
  public var preview: ImageBuffer<Float> { PreviewSheet.make(self) }
}
