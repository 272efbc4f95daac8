import Foundation
import SfumatoCore
import Testing

@testable import SfumatoFit

/// Small problems with a known answer, rendered by our own hard renderer.
enum FitFixtures {
  /// Cameras around the origin, alternating above and below.
  static func cameras(_ count: Int, side: Int = 64, distance: Float = 4) -> [Camera<Float>] {
    (0..<count).map { k in
      Camera(
        fieldOfViewDegrees: 32, axis: .x, width: side, height: side,
        worldToCamera: .orbit(
          azimuthDegrees: 360 * Float(k) / Float(count) + 10,
          elevationDegrees: k % 2 == 0 ? 25 : -20, distance: distance))
    }
  }

  /// What cameras see of a scene, as straight RGBA codes; `opaque` keeps the background's colour outside.
  static func targets(
    _ scene: Scene<Float>, _ cameras: [Camera<Float>], opaque: Bool = false
  ) -> [TargetView] {
    var scene = scene
    let background = scene.background
    scene.background = .zero
    let renderer = Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 4)))
    return zip(cameras, renderer.render(scene, cameras)).enumerated().map { k, pair in
      let (camera, rendering) = pair
      let color = rendering.color?.values ?? []
      var picture = ImageBuffer<Float>(width: camera.width, height: camera.height, channels: 4)
      for p in 0..<picture.pixelCount {
        let alpha = rendering.alpha.values[p]
        picture.values[4 * p + 3] = alpha
        for c in 0..<3 {
          let linear =
            opaque
            ? color[3 * p + c] + (1 - alpha) * background[c]
            : alpha > 0 ? color[3 * p + c] / alpha : 0
          picture.values[4 * p + c] = min(max(sRGBEncode(linear), 0), 1)
        }
      }
      return TargetView(file: "\(k).png", camera: camera, picture: picture)
    }
  }

  /// A mesh coloured by where its vertices are.
  static func colored(_ mesh: Mesh<Float>) -> Mesh<Float> {
    var mesh = mesh
    mesh.vertexColors = mesh.positions.map { 0.5 + 0.4 * max(-1, min($0, 1)) }
    return mesh
  }

  /// A box of three different sides with coloured corners: no rotation maps it on itself.
  static var box: Mesh<Float> {
    var mesh = colored(Mesh.cube(side: 2).subdivided())
    for v in 0..<mesh.vertexCount {
      mesh.positions.setVector3(v, mesh.positions.vector3(v) * SIMD3(0.5, 0.9, 0.7))
    }
    return mesh
  }

  /// One stage at full size, all views.
  static func stage(
    _ name: String = "only", steps: Int, width: [Double] = [1.5, 0.5], smoothing: Double = 0,
    rate: Double = 0.02, color: Double = 1, rateEnd: Double = 0.1, iou: Double = 0.3
  ) -> FitConfig.Stage {
    FitConfig.Stage(
      name: name, steps: steps, edgeWidthPixels: width, edgeProfile: "logistic-squared",
      tailBound: 1e-3, imageScale: 1, mode: .soft, viewsPerStep: 0, subdivide: 0,
      smoothing: smoothing, depthTemperature: 0.01,
      learningRates: .init(
        shape: rate, color: rate, pose: rate, parts: rate, cameras: rate, focal: rate, light: rate,
        background: rate), learningRateEnd: rateEnd,
      losses: .init(color: color, huberDelta: 0.1, alpha: 1, iou: iou))
  }

  /// A plan of given stages.
  static func config(
    _ unknowns: [Unknown], initial: String = "mesh.obj", _ stages: [FitConfig.Stage]
  ) -> FitConfig {
    var config = FitConfig.plan(
      unknowns: unknowns, initial: initial, imageSide: 48, viewCount: 6, isColored: true)
    config.stages = stages
    config.pose.trialSteps = 0
    return config
  }

  /// Runs a plan to its end.
  static func solve(
    _ problem: FitProblem, _ config: FitConfig, workers: Workers = .all
  ) -> SceneRegression {
    var regression = SceneRegression(problem, config: config, workers: workers)
    while regression.next() != nil {}
    return regression
  }
}

/// A folder that disappears with its owner.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("sfumato-fit-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func file(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return path(name)
  }
}
