import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@Suite struct CompareTests {
  private func plate(_ folder: TemporaryFolder, _ name: String, z: Float) throws -> String {
    try folder.file(
      name, "v 0 0 \(z)\nv 1 0 \(z)\nv 1 1 \(z)\nv 0 1 \(z)\nf 1 2 3\nf 1 3 4\n")
    return folder.path(name)
  }

  @Test func `images: half of the pixels off by half`() throws {
    let folder = try TemporaryFolder()
    // Straight sRGB codes, opaque: the left half differs by 51 of 255.
    var a = ImageBuffer<Float>(width: 32, height: 32, channels: 4, fill: 1)
    let b = a
    for y in 0..<32 {
      for x in 0..<16 {
        for c in 0..<3 { a[x, y, c] = 0.8 }
      }
    }
    try saveImage(a, to: folder.path("a.png"), colorEncoding: .raw)
    try saveImage(b, to: folder.path("b.png"), colorEncoding: .raw)
    let run = try CommandRun("compare", folder.path("a.png"), folder.path("b.png"), "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(run.orderedKeys == ["psnr", "ssim", "iou", "max_abs"])
    let json = try run.json()
    let psnr = -10 * log10(0.2 * 0.2 / 2)
    #expect(abs(try #require(json["psnr"] as? Double) - psnr) < 1e-4)
    #expect(json["iou"] as? Double == 1)
    #expect(abs(try #require(json["max_abs"] as? Double) - 0.2) < 1e-6)
    #expect(try #require(json["ssim"] as? Double) < 1)
  }

  @Test func `equal images print a finite stand-in for infinity`() throws {
    let folder = try TemporaryFolder()
    try saveImage(
      ImageBuffer<Float>(width: 12, height: 12, channels: 3, fill: 0.5), to: folder.path("a.png"))
    let run = try CommandRun("compare", folder.path("a.png"), folder.path("a.png"), "--json")
    #expect(try run.json()["psnr"] as? Double == 1e308)
    #expect(try run.json()["ssim"] as? Double == 1)
    let text = try CommandRun("compare", folder.path("a.png"), folder.path("a.png"))
    #expect(text.output.contains("psnr     inf"))
  }

  @Test func `meshes: parallel plates are as far apart as their distance`() throws {
    let folder = try TemporaryFolder()
    let near = try plate(folder, "near.obj", z: 0.1)
    let reference = try plate(folder, "reference.obj", z: 0)
    let run = try CommandRun("compare", near, reference, "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(
      run.orderedKeys == ["chamfer", "chamfer_rms", "hausdorff", "fscore_1pct", "normal_degrees"])
    // The unit is half of the reference's diagonal.
    let distance = 0.1 / 0.5.squareRoot()
    let json = try run.json()
    for key in ["chamfer", "chamfer_rms", "hausdorff"] {
      #expect(abs(try #require(json[key] as? Double) - distance) < 1e-6)
    }
    #expect(json["fscore_1pct"] as? Double == 0)
    #expect(try #require(json["normal_degrees"] as? Double) < 1e-3)
  }

  @Test func `runs: the recovered meshes and whether they are identical`() throws {
    let folder = try TemporaryFolder()
    for (run, z) in [("one", Float(0)), ("two", 0), ("three", 0.5)] {
      try FileManager.default.createDirectory(
        atPath: folder.path("\(run)/result"), withIntermediateDirectories: true)
      _ = try plate(folder, "\(run)/result/mesh.obj", z: z)
    }
    let same = try CommandRun("compare", folder.path("one"), folder.path("two"), "--json")
    #expect(same.exitCode == 0, "\(same.messages)")
    #expect(try same.json()["identical"] as? Bool == true)
    #expect(try same.json()["chamfer"] as? Double == 0)
    let other = try CommandRun("compare", folder.path("one"), folder.path("three"), "--json")
    #expect(try other.json()["identical"] as? Bool == false)
    // All that these folders do not hold is said.
    #expect(other.messages.isEmpty)
    #expect((try other.json()["not_compared"] as? [String])?.count == 2)
    let text = try CommandRun("compare", folder.path("one"), folder.path("three"))
    #expect(text.messages.contains("without config.resolved.yaml"))
    #expect(text.output.contains("identical") && !text.output.contains("settings"))
  }

  @Test func `runs: settings, numbers and a page`() throws {
    let folder = try TemporaryFolder()
    let (_, targets) = try Tetrahedron.scene(
      in: folder, views: 3, degreesApart: 120, width: 24, height: 20)
    for (name, steps) in [("a", "12"), ("b", "5")] {
      let run = try CommandRun(
        "fit", targets, "--iterations", steps, "-o", folder.path(name), "--quiet")
      #expect(run.exitCode == 0, "\(run.messages)")
    }
    let (a, b, page) = (folder.path("a"), folder.path("b"), folder.path("page.html"))
    let run = try CommandRun("compare", a, b, "--json")
    #expect(
      run.orderedKeys == [
        "identical", "chamfer", "chamfer_rms", "hausdorff", "fscore_1pct", "normal_degrees",
        "a_to_b", "b_to_a", "stopped_by_a", "stopped_by_b", "settings", "effort", "metrics",
        "stages", "mesh", "views", "poses", "cameras", "parameters", "not_compared",
      ])
    let json = try run.json()
    let settings = try #require(json["settings"] as? [[String: Any]])
    #expect(settings.contains { $0["key"] as? String == "stages.0.steps" })
    #expect((json["views"] as? [Any])?.count == 3 && (json["cameras"] as? [Any])?.count == 3)
    let text = try CommandRun("compare", a, b, "-o", page)
    #expect(text.exitCode == 0 && text.messages.isEmpty, "\(text.messages)")
    for word in ["stages.0.steps", "psnr_full", "seconds", "unseen_vertices", "psnr_difference"] {
      #expect(text.output.contains(word), "\(word)")
    }
    #expect(!text.output.contains("focal_ratio"))
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains("Settings that differ"))
    #expect(try CommandRun("compare", a, b, "-o", page).exitCode == 1)
    #expect(try CommandRun("compare", a, b, "-o", page, "--force").exitCode == 0)
    let mesh = a + "/result/mesh.obj"
    #expect(try CommandRun("compare", mesh, mesh, "-o", folder.path("x.html")).exitCode == 2)
  }

  @Test func `what cannot be compared is exit 3`() throws {
    let folder = try TemporaryFolder()
    let mesh = try plate(folder, "a.obj", z: 0)
    try saveImage(ImageBuffer<Float>(width: 2, height: 2, channels: 3), to: folder.path("a.png"))
    try saveImage(ImageBuffer<Float>(width: 3, height: 2, channels: 3), to: folder.path("b.png"))
    let cases = [
      [mesh, folder.path("a.png")], [folder.path("a.png"), folder.path("b.png")],
      [mesh, folder.path("none.obj")], [folder.path("x.json"), folder.path("x.json")],
      [folder.path(""), folder.path("")],
    ]
    for arguments in cases {
      let run = try CommandRun(["compare"] + arguments)
      #expect(run.exitCode == 3, "\(arguments): \(run.messages)")
      #expect(run.messages.hasPrefix("sfumato: "))
      #expect(run.messages.split(separator: "\n").count == 1)
    }
  }
}
