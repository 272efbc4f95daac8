import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@testable import SfumatoFit

@Suite struct RunComparisonTests {
  /// Targets whose pictures are files, so that a comparison finds them again.
  private func problem(_ folder: TemporaryFolder) throws -> FitProblem {
    var targets = FitFixtures.targets(Scene(FitFixtures.box), FitFixtures.cameras(3, side: 24))
    for i in targets.indices {
      targets[i].imagePath = folder.path(targets[i].file)
      try saveImage(targets[i].picture, to: targets[i].imagePath, colorEncoding: .raw)
    }
    return FitProblem(
      targets: targets, mesh: FitFixtures.colored(.icosphere(subdivisions: 1)))
  }

  private func run(
    _ problem: FitProblem, _ path: String, steps: Int,
    _ change: (inout FitConfig) -> Void = { _ in }
  ) throws -> FitSummary {
    var config = FitFixtures.config(
      [.shape, .color], [FitFixtures.stage("one", steps: steps)])
    change(&config)
    var run = try FitRun(problem, config: config, folder: path, force: false)
    return try run.run()
  }

  @Test func `two settings: what was told, what was reached, and which view lost most`() throws {
    let folder = try TemporaryFolder()
    let problem = try problem(folder)
    let (a, b) = (folder.path("a"), folder.path("b"))
    let long = try run(problem, a, steps: 20)
    let short = try run(problem, b, steps: 4) {
      $0.seed = 7
      $0.stages.append(FitFixtures.stage("two", steps: 1))
    }
    let comparison = try RunComparison(a, b)
    #expect(
      comparison.settings == [
        .init(key: "seed", a: "0", b: "7"), .init(key: "stages.0.steps", a: "20", b: "4"),
        .init(key: "stages.1", a: nil, b: "two"),
      ])
    let psnr = try #require(comparison.metrics.first { $0.name == "psnr" })
    #expect(psnr.a == long.evaluation.psnr && psnr.b == short.evaluation.psnr)
    #expect(psnr.difference == short.evaluation.psnr - long.evaluation.psnr)
    #expect(comparison.metrics.map(\.name) == ["psnr", "psnr_full", "ssim", "iou"])
    #expect(comparison.effort.map(\.name) == ["seconds", "steps"])
    #expect(comparison.effort[1].a == 20 && comparison.effort[1].b == 5)
    // The log's last time is before the end of the run.
    let seconds = try #require(comparison.effort[0].a)
    #expect(seconds >= 0 && seconds <= long.seconds)
    #expect(comparison.stoppedBy.a == "plan")
    #expect(comparison.stages.map(\.name) == ["one", "two"])
    #expect(comparison.stages[0].steps.a == 20 && comparison.stages[1].steps.a == nil)
    #expect(comparison.stages[1].loss.b != nil)
    #expect(comparison.views.count == 3)
    let losses = comparison.views.compactMap(\.psnr.difference)
    #expect(losses == losses.sorted() && losses.count == 3)
    let worst = comparison.views[0]
    let own = try #require(long.evaluation.views.first { $0.file == worst.file })
    #expect(worst.psnr.a == own.psnr && worst.iou.a == own.iou)
    #expect(comparison.isIdentical == false)
    #expect(
      (comparison.distance?.accuracy ?? 0) > 0 && (comparison.distance?.completeness ?? 0) > 0)
    #expect(comparison.mesh.first { $0.name == "faces" }?.a == 80)
    #expect(comparison.mesh.contains { $0.name == "self_intersecting" && $0.b != nil })
    #expect(comparison.cameras.count == 3 && comparison.remarks.isEmpty)
    #expect(comparison.cameras.allSatisfy { $0.degrees == 0 && $0.units == 0 })
  }

  @Test func `a run is like itself`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a")
    _ = try run(problem(folder), path, steps: 3)
    let comparison = try RunComparison(path, path)
    #expect(comparison.settings.isEmpty && comparison.parameters.isEmpty)
    #expect(comparison.isIdentical == true && comparison.distance?.chamfer ?? 1 < 1e-9)
    for quantity in comparison.metrics + comparison.effort + comparison.mesh {
      #expect(quantity.difference == 0, "\(quantity.name)")
    }
  }

  @Test func `poses and cameras are compared in degrees and units`() throws {
    let folder = try TemporaryFolder()
    let (a, b) = (folder.path("a"), folder.path("b"))
    var problem = try problem(folder)
    problem.mesh = FitFixtures.box
    for (path, degrees) in [(a, 0.0), (b, 30.0)] {
      _ = try run(problem, path, steps: 0) {
        $0.unknowns = [.pose, .cameras]
        $0.pose.start.rotationDegrees = degrees
      }
    }
    // A camera that turned by ten degrees about its own centre, another that moved by a half.
    let file = b + "/result/transforms.json"
    var set = try loadCameras(file)
    let turn = RigidTransform(
      rotation: Quaternion(rotationVector: SIMD3<Float>(0, 10 * .pi / 180, 0)), translation: .zero)
    set.frames[0].camera.worldToCamera = turn * set.frames[0].camera.worldToCamera
    set.frames[1].camera.worldToCamera.translation.x += 0.5
    set.frames[2].camera.focal *= 1.1
    try saveCameras(set, to: file)
    let comparison = try RunComparison(a, b)
    #expect(comparison.poses.map(\.name) == ["pose"])
    #expect(abs(comparison.poses[0].degrees - 30) < 1e-3)
    let cameras = comparison.cameras
    #expect(abs(cameras[0].degrees - 10) < 1e-3 && cameras[0].units < 1e-4)
    #expect(cameras[1].degrees < 1e-3 && abs(cameras[1].units - 0.5) < 1e-4)
    #expect(abs(cameras[2].focalRatio - 1.1) < 1e-5)
  }

  @Test func `what is missing or of another version is said, and the rest compared`() throws {
    let folder = try TemporaryFolder()
    let (a, b) = (folder.path("a"), folder.path("b"))
    let problem = try problem(folder)
    _ = try run(problem, a, steps: 6)
    _ = try run(problem, b, steps: 3)
    // As an earlier version left it: no numbers of views; and a setting that this one does not know.
    _ = try folder.file("b/result/metrics.json", "{\"iou\": 0.5, \"psnr\": 20}\n")
    try FileManager.default.removeItem(atPath: b + "/log.jsonl")
    let config = b + "/config.resolved.yaml"
    let text = try String(contentsOfFile: config, encoding: .utf8)
    try (text + "novelty: 3\n").write(toFile: config, atomically: true, encoding: .utf8)
    let comparison = try RunComparison(a, b)
    #expect(comparison.settings.contains(.init(key: "novelty", a: nil, b: "3")))
    #expect(comparison.metrics.first { $0.name == "iou" }?.b == 0.5)
    // The numbers of its views are made anew from the pictures.
    #expect(comparison.views.count == 3 && comparison.views[0].psnr.b != nil)
    #expect(comparison.remarks == ["\(b): without log.jsonl"])
    // Pictures that are gone, and parameters that cannot be read: no views, no poses, and all else.
    _ = try folder.file("b/result/params.json", "{\"pose\": 3}\n")
    for target in problem.targets { try FileManager.default.removeItem(atPath: target.imagePath) }
    let later = try RunComparison(a, b)
    #expect(later.views.isEmpty && later.distance != nil)
    #expect(later.remarks.contains { $0.contains("params.json: cannot be read") })
    #expect(later.remarks.contains { $0.contains("no numbers of single views") })
    #expect(throws: RunFolderError.self) { try RunComparison(a, folder.path("none")) }
  }

  @Test func `the page has both sets of pictures, and asks no network`() throws {
    let folder = try TemporaryFolder()
    let (a, b) = (folder.path("a & <b>"), folder.path("b"))
    let problem = try problem(folder)
    _ = try run(problem, a, steps: 4)
    _ = try run(problem, b, steps: 2)
    let comparison = try RunComparison(a, b)
    let (page, remarks) = try comparison.page()
    #expect(remarks.isEmpty)
    #expect(page.contains("a &amp; &lt;b&gt;") && !page.contains("<b>"))
    // Of three views the target, two results and two differences.
    #expect(page.components(separatedBy: "data:image/png;base64,").count - 1 == 3 * 5)
    #expect(page.components(separatedBy: "<input type=\"range\"").count - 1 == 3)
    #expect(page.components(separatedBy: "<polyline").count - 1 == 2)
    #expect(page.contains("stages.0.steps") && page.contains("self intersecting"))
    for address in ["http:", "https:", "src=\"/", "src=\"\"", "url(", "@import", "{{"] {
      #expect(!page.contains(address), "\(address)")
    }
    // Without targets the results are shown with how they differ.
    for target in problem.targets { try FileManager.default.removeItem(atPath: target.imagePath) }
    let (bare, said) = try comparison.page()
    #expect(bare.components(separatedBy: "data:image/png;base64,").count - 1 == 3 * 3)
    #expect(said.count == 3 && bare.contains("What could not be compared"))
  }
}
