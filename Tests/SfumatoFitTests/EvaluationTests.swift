import Foundation
import SfumatoCore
import SfumatoFit
import Testing

@Suite struct EvaluationTests {
  private let camera = Camera<Float>(
    fieldOfViewDegrees: 40, axis: .x, width: 48, height: 32,
    worldToCamera: .orbit(azimuthDegrees: 20, elevationDegrees: 10, distance: 4))

  private func sphere(color: Float) -> Scene<Float> {
    var mesh = Mesh<Float>.icosphere(subdivisions: 2)
    mesh.vertexColors = [Float](repeating: color, count: mesh.positions.count)
    return Scene(mesh, background: SIMD3(1, 0, 0))
  }

  /// A target that the renderer made itself.
  private func target(_ scene: Scene<Float>) -> TargetView {
    var scene = scene
    scene.background = .zero
    let rendering = Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 4)))
      .render(scene, [camera])[0]
    let alpha = rendering.alpha.values
    let color = rendering.color?.values ?? []
    var picture = ImageBuffer<Float>(width: 48, height: 32, channels: 4)
    for p in 0..<picture.pixelCount where alpha[p] > 0 {
      for c in 0..<3 { picture.values[4 * p + c] = sRGBEncode(color[3 * p + c] / alpha[p]) }
      picture.values[4 * p + 3] = alpha[p]
    }
    return TargetView(file: "self", camera: camera, picture: picture)
  }

  @Test func `a scene matches its own picture, whatever its background`() {
    let scene = sphere(color: 0.25)
    let evaluation = Evaluation(of: scene, on: [target(scene)])
    #expect(evaluation.iou == 1)
    #expect(evaluation.psnr > 100)
    #expect(abs(evaluation.ssim - 1) < 1e-6)
    #expect(evaluation.views.map(\.file) == ["self"])
  }

  @Test func `a wrong colour lowers psnr and leaves iou, and means are over views`() {
    let right = sphere(color: 0.25)
    let evaluation = Evaluation(
      of: sphere(color: 0.5), on: [target(right), target(sphere(color: 0.5))])
    let difference = Double(sRGBEncode(Float(0.5)) - sRGBEncode(Float(0.25)))
    // Inside; pixels of the outline differ less.
    let inside = -20 * log10(difference)
    #expect(evaluation.views[0].psnr >= inside && evaluation.views[0].psnr < inside + 1)
    #expect(evaluation.views[0].psnrFull > evaluation.views[0].psnr)
    #expect(evaluation.iou == 1)
    #expect(evaluation.psnr == (evaluation.views[0].psnr + evaluation.views[1].psnr) / 2)
  }

  @Test func `numbers do not depend on the threads`() {
    let scene = sphere(color: 0.3)
    let targets = [target(sphere(color: 0.2)), target(scene)]
    #expect(
      Evaluation(of: scene, on: targets, workers: .serial) == Evaluation(of: scene, on: targets))
  }
}
