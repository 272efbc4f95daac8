import SfumatoCore
import Testing

@testable import SfumatoFit

/// Views with something before the object.
@Suite struct IgnoreMaskTests {
  private let box = FitFixtures.box

  private func clean(_ views: Int = 8) -> [TargetView] {
    FitFixtures.targets(Scene(box), FitFixtures.cameras(views, side: 48))
  }

  /// Views with a red bar of some pixels before the object, in a number of places in turn; the mask has it not.
  private func occluded(
    _ views: Int = 8, bar: Int = 12, places: Int = 3, ignoring: Bool
  ) -> [TargetView] {
    clean(views).enumerated().map { k, target in
      var view = target
      var ignored = ImageBuffer<Float>(width: 48, height: 48, channels: 1)
      let first = 12 + k % places * 6
      for y in 0..<48 {
        for x in first..<min(first + bar, 48) {
          ignored[x, y, 0] = 1
          for (c, code) in [Float(1), 0, 0, 0].enumerated() { view.picture[x, y, c] = code }
        }
      }
      if ignoring { view.ignored = ignored }
      return view
    }
  }

  private func volume(_ mesh: Mesh<Float>) -> Float {
    (0..<mesh.faceCount).reduce(0) { sum, f in
      let (a, b, c) = mesh.corners(f)
      let (p, q, r) = (mesh.position(Int(a)), mesh.position(Int(b)), mesh.position(Int(c)))
      return sum + dot(p, cross(q, r)) / 6
    }
  }

  @Test func `a hull is not carved where something stands before it`() throws {
    let whole = volume(try #require(visualHull(of: clean())).mesh)
    let ignoring = volume(try #require(visualHull(of: occluded(ignoring: true))).mesh)
    let carved = (visualHull(of: occluded(ignoring: false))?.mesh).map(volume) ?? 0
    // Behind a bar less is known, so that the hull is a little larger.
    #expect(ignoring > 0.98 * whole && ignoring < 1.35 * whole, "\(ignoring / whole)")
    #expect(carved < 0.8 * whole, "\(carved / whole)")
  }

  @Test func `numbers leave out what is ignored`() {
    let scene = Scene(box)
    let with = Evaluation(of: scene, on: occluded(ignoring: true))
    #expect(with.views.allSatisfy { $0.iou > 0.999 && $0.psnr > 45 && $0.psnrFull > 45 })
    let without = Evaluation(of: scene, on: occluded(ignoring: false))
    #expect(without.iou < 0.9 && without.psnr < 20)
    // Over all pixels that count, not over all.
    var half = clean()[0]
    half.ignored = ImageBuffer(
      width: 48, height: 48, channels: 1, values: (0..<48 * 48).map { $0 % 2 == 0 ? 0.3 : 0 })
    half.picture.values = half.picture.values.enumerated().map { $0 % 4 < 3 ? 1 - $1 : $1 }
    var all = half
    all.ignored = nil
    let (some, every) = (Evaluation(of: scene, on: [half]), Evaluation(of: scene, on: [all]))
    #expect(abs(some.psnrFull - every.psnrFull) < 0.3, "\(some.psnrFull), \(every.psnrFull)")
    half.ignored = ImageBuffer(width: 48, height: 48, channels: 1, fill: 1)
    #expect(Evaluation(of: scene, on: [half]).psnrFull == .infinity)
  }

  @Test func `residuals of what is ignored are zero, and all of them are the loss`() {
    let target = TargetPyramid.scaled(
      [occluded(ignoring: true)[0]], by: 1, background: .zero, keepsBackground: false,
      workers: .serial)[0]
    let picture = Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 4)))
      .render(Scene(.icosphere(subdivisions: 1)), [target.camera])[0]
    let losses = FitConfig.Losses(color: 3, huberDelta: 0.1, alpha: 2, iou: 0)
    let value = ViewLoss.value(picture, target, losses: losses, scale: 0.5)
    let found = ViewLoss.residuals(picture, target, losses: losses, scale: 0.5)
    #expect(value > 0.01 && abs(Float(found.cost) / value - 1) < 1e-3, "\(value), \(found.cost)")
    let kept = target.weights ?? []
    #expect(kept.contains(0) && kept.contains(1))
    for p in kept.indices where kept[p] == 0 { #expect(found.values[p] == 0) }
  }

  @Test func `a start in the picture's middle does not look at what is ignored`() {
    var view = clean()[0]
    let place = SphereStart.place(of: [view, clean()[1], clean()[2]])
    // A second blob of mask in a corner, ignored.
    var ignored = ImageBuffer<Float>(width: 48, height: 48, channels: 1)
    for y in 0..<10 {
      for x in 0..<10 {
        guard view.picture[x, y, 3] == 0 else { continue }
        ignored[x, y, 0] = 1
        view.picture[x, y, 3] = 1
      }
    }
    #expect(ignored.values.contains(1))
    view.ignored = ignored
    let again = SphereStart.place(of: [view, clean()[1], clean()[2]])
    #expect(place.center == again.center && place.radius == again.radius)
    let problem = FitProblem(targets: [view])
    let plain = FitProblem(targets: [clean()[0]])
    #expect(problem.meanColorSRGB == plain.meanColorSRGB)
  }
}
