import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@Suite struct EvaluateTests {
  /// A coloured tetrahedron, a camera file of two views, and the pictures that `render` makes of them.
  private func scene(_ folder: TemporaryFolder) throws -> (mesh: String, cameras: String) {
    try Tetrahedron.scene(in: folder, views: 2, degreesApart: 90, width: 40, height: 30)
  }

  @Test func `a mesh matches the pictures made of it`() throws {
    let folder = try TemporaryFolder()
    let (mesh, cameras) = try scene(folder)
    let run = try CommandRun("eval", mesh, "--cameras", cameras, "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(run.orderedKeys == ["psnr", "psnr_full", "ssim", "iou", "views"])
    let json = try run.json()
    #expect(json["iou"] as? Double == 1)
    // The pictures have 8 bits a channel.
    #expect(try #require(json["psnr"] as? Double) > 50)
    #expect(try #require(json["ssim"] as? Double) > 0.999)
    let views = try #require(json["views"] as? [[String: Any]])
    #expect(views.count == 2)
    #expect(Set(views[0].keys) == ["file", "psnr", "psnr_full", "ssim", "iou"])
  }

  @Test func `a run is evaluated by its result`() throws {
    let folder = try TemporaryFolder()
    let (mesh, cameras) = try scene(folder)
    try FileManager.default.createDirectory(
      atPath: folder.path("run/result"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: mesh, toPath: folder.path("run/result/mesh.obj"))
    let direct = try CommandRun("eval", mesh, "--cameras", cameras, "--json")
    let run = try CommandRun("eval", folder.path("run"), "--cameras", cameras, "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(run.output == direct.output)
  }

  @Test func `pictures without a mask are exit 3, unless a mask colour is given`() throws {
    let folder = try TemporaryFolder()
    let (mesh, cameras) = try scene(folder)
    for k in 0..<2 {
      let run = try CommandRun(
        "render", mesh, "--camera", "\(cameras)#\(k)", "-o", folder.path("\(k).png"), "--force",
        "--background", "1,1,1")
      try #require(run.exitCode == 0)
    }
    let refused = try CommandRun("eval", mesh, "--cameras", cameras)
    #expect(refused.exitCode == 3)
    #expect(refused.messages.contains("--mask-color"))
    let run = try CommandRun(
      "eval", mesh, "--cameras", cameras, "--json", "--mask-color", "255,255,255:60")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(try #require(try run.json()["iou"] as? Double) > 0.9)
  }

  @Test func `missing cameras, pictures and results are exit 2 or 3`() throws {
    let folder = try TemporaryFolder()
    let (mesh, cameras) = try scene(folder)
    #expect(try CommandRun("eval", mesh).exitCode == 2)
    try FileManager.default.removeItem(atPath: folder.path("1.png"))
    let run = try CommandRun("eval", mesh, "--cameras", cameras)
    #expect(run.exitCode == 3)
    #expect(run.messages.contains("1.png: no such file"))
    let empty = try CommandRun("eval", folder.path(""), "--cameras", cameras)
    #expect(empty.exitCode == 3)
    #expect(empty.messages.contains("result/mesh.obj"))
  }
}
