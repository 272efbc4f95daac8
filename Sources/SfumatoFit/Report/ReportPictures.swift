internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// The pictures of a report, as data addresses of PNGs.
struct ReportPictures {
  /// A view with its target, the result and how they differ.
  struct View {
    /// Which view of the problem.
    var index: Int
    var target: String
    var result: String
    var heat: String
  }

  let views: [View]
  /// The result from around, a full turn.
  let turntable: [String]

  /// Differences are shown so many times larger than they are, sRGB.
  static let gain: Float = 4
  /// What stands behind the object, linear light.
  private static let ground: Float = 0.03
  private static let frameSide = 256

  /// Renders the pictures with hard visibility.
  init(
    _ regression: SceneRegression, views count: Int, frames: Int, center: SIMD3<Float>,
    radius: Float
  ) throws {
    let targets = regression.problem.targets
    let shown = min(count, targets.count)
    let chosen = (0..<shown).map { $0 * targets.count / shown }
    var scene = regression.scene
    scene.background = .zero
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: .hard(samples: 4), workers: regression.workers))
    let cameras = regression.cameras
    let gains = regression.gains
    views = try zip(chosen, renderer.render(scene, chosen.map { cameras[$0] })).map {
      index, picture in
      let target = Self.overGround(targets[index].picture)
      let result = Self.overGround(picture.scaled(by: gains[index]))
      return View(
        index: index, target: try Self.address(target), result: try Self.address(result),
        heat: try Self.address(Self.heat(target, result, targets[index])))
    }
    turntable = try Self.around(
      scene, frames: frames, center: center, radius: radius, workers: regression.workers)
  }

  /// A scene from around, a full turn.
  static func around(
    _ scene: Scene<Float>, frames: Int, center: SIMD3<Float>, radius: Float, workers: Workers
  ) throws -> [String] {
    let turns = (0..<frames).map { k in
      Camera<Float>(
        fieldOfViewDegrees: 35, axis: .x, width: frameSide, height: frameSide,
        worldToCamera: .orbit(
          azimuthDegrees: 360 * Float(k) / Float(frames), elevationDegrees: 15,
          distance: max(radius, 1e-6) * 3.6, target: center))
    }
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: .hard(samples: 2), workers: workers))
    return try renderer.render(scene, turns).map { try address(overGround($0)) }
  }

  /// A rendering, linear light.
  static func overGround(_ picture: Rendering<Float>) -> ImageBuffer<Float> {
    let alpha = picture.alpha.values
    var image = ImageBuffer<Float>(
      width: picture.alpha.width, height: picture.alpha.height, channels: 3)
    for i in image.values.indices {
      image.values[i] = (picture.color?.values[i] ?? 0) + ground * (1 - alpha[i / 3])
    }
    return image
  }

  /// A straight sRGB picture, linear light.
  static func overGround(_ picture: ImageBuffer<Float>) -> ImageBuffer<Float> {
    var image = ImageBuffer<Float>(width: picture.width, height: picture.height, channels: 3)
    for i in image.values.indices {
      let alpha = picture.values[4 * (i / 3) + 3]
      image.values[i] =
        sRGBDecode(picture.values[4 * (i / 3) + i % 3]) * alpha + ground * (1 - alpha)
    }
    return image
  }

  /// The largest difference of a channel, none where a target is ignored, from black by red and yellow to white.
  static func heat(
    _ a: ImageBuffer<Float>, _ b: ImageBuffer<Float>, _ target: TargetView? = nil
  ) -> ImageBuffer<Float> {
    var image = ImageBuffer<Float>(width: a.width, height: a.height, channels: 3)
    for p in 0..<a.pixelCount {
      var largest: Float = 0
      for i in 3 * p..<3 * p + 3 {
        largest = max(
          largest, abs(sRGBEncode(min(a.values[i], 1)) - sRGBEncode(min(b.values[i], 1))))
      }
      let level = min(largest * gain, 1) * 3 * (target?.weight(p) ?? 1)
      for c in 0..<3 { image.values[3 * p + c] = sRGBDecode(min(max(level - Float(c), 0), 1)) }
    }
    return image
  }

  static func address(_ image: ImageBuffer<Float>) throws -> String {
    "data:image/png;base64," + Data(try encodeImage(image)).base64EncodedString()
  }
}
