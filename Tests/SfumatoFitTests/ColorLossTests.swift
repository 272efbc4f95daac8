import SfumatoCore
import Testing

@testable import SfumatoFit

@Suite struct ColorLossTests {
  private let box = FitFixtures.box

  private func fitted(_ change: (inout FitConfig.Losses) -> Void) -> Evaluation {
    var mesh = box
    mesh.vertexColors = nil
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(box), FitFixtures.cameras(4, side: 40)), mesh: mesh)
    var stage = FitFixtures.stage(steps: 60, rate: 0.03)
    stage.mode = .crisp
    change(&stage.losses)
    let fit = FitFixtures.solve(problem, FitFixtures.config([.color], [stage]))
    return Evaluation(of: fit.scene, on: problem.targets)
  }

  @Test(arguments: FitConfig.ColorLoss.allCases)
  func `each loss finds the colours`(loss: FitConfig.ColorLoss) {
    let found = fitted { $0.colorLoss = loss }
    #expect(found.psnr > 30, "\(found.psnr)")
  }

  @Test func `similarity alone finds what it looks at`() {
    let start = fitted { ($0.color, $0.alpha, $0.iou) = (0, 1, 0) }
    let found = fitted { ($0.color, $0.ssim) = (0, 1) }
    #expect(found.ssim > 0.97 && found.ssim > start.ssim + 0.02, "\(found.ssim), \(start.ssim)")
    #expect(found.psnr > start.psnr + 3, "\(found.psnr), \(start.psnr)")
  }

  @Test func `several scales alone find what they look at`() {
    let start = fitted { ($0.color, $0.alpha, $0.iou) = (0, 1, 0) }
    let found = fitted { ($0.color, $0.multiScaleSSIM) = (0, 1) }
    #expect(found.ssim > start.ssim + 0.02, "\(found.ssim), \(start.ssim)")
  }

  @Test func `names and combinations that cannot be are refused with what can`() throws {
    let plan = FitConfig.plan(
      unknowns: [.pose], initial: "mesh.obj", imageSide: 48, viewCount: 1, isColored: true)
    func problem(_ assignments: [String]) -> String {
      do {
        _ = try plan.setting(assignments)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(problem(["losses.color_loss=l2"]) == "no error")
    #expect(problem(["losses.color_loss=hubert"]).contains("the nearest is 'huber'"))
    #expect(problem(["stages.0.losses.color_loss=l3"]).contains("'stages.0.losses.color_loss'"))
    #expect(problem(["stages.0.losses.ssim=-1"]).contains("'stages.0.losses.ssim' is -1"))
    #expect(problem(["stages.0.losses.ssim=1", "stages.0.losses.color_loss=l1"]) == "no error")
    #expect(problem(["stages.1.losses.color_loss=l1"]).contains("'huber' and 'l2'"))
    #expect(problem(["stages.1.losses.ssim=1"]).contains("no sum of squares"))
    // Trials end with least squares whatever their stage compares.
    var stage = plan.stages[0]
    (stage.losses.ssim, stage.losses.colorLoss) = (1, .charbonnier)
    #expect(stage.leastSquares(steps: 1).combinationComplaint([.pose]) == nil)
  }
}
