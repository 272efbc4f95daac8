import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@Suite struct RenderTests {
  /// A square of side 2 in the plane z = 0, facing +Z, red.
  private static let square = """
    v -1 -1 0 1 0 0
    v 1 -1 0 1 0 0
    v 1 1 0 1 0 0
    v -1 1 0 1 0 0
    f 1 2 3
    f 1 3 4
    """

  @Test func `a square before the camera fills what its size says`() throws {
    let folder = try TemporaryFolder()
    try folder.file("square.obj", Self.square)
    // 90 degrees from a distance of 2: the square spans half of the width, 32 of 64 pixels.
    let run = try CommandRun(
      "render", folder.path("square.obj"), "-o", folder.path("a.png"), "--size", "64x48",
      "--orbit", "0,0", "--distance", "2", "--fov-degrees", "90", "--aov", "alpha,depth,face",
      "--light", "none", "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(run.orderedKeys == ["mode", "width", "height", "frames", "seconds", "files"])
    let files = try #require(try run.json()["files"] as? [String])
    #expect(
      files == ["a.png", "a.alpha.png", "a.depth.png", "a.face.png"].map(folder.path))

    let picture = try loadImage(files[0]).pixels
    #expect(picture.width == 64 && picture.height == 48)
    let alpha = try loadImage(files[1], linearColor: false).pixels
    let depth = try loadImage(files[2], linearColor: false).pixels
    let face = try loadImage(files[3], linearColor: false).pixels
    for y in 0..<48 {
      for x in 0..<64 {
        let inside = (16..<48).contains(x) && (8..<40).contains(y)
        #expect(picture[x, y, 3] == (inside ? 1 : 0), "\(x), \(y)")
        #expect(alpha[x, y, 0] == (inside ? 1 : 0))
        #expect((depth[x, y, 0] * 65535).rounded() == (inside ? 2000 : 0))
        let number = (0..<3).reduce(0) { $0 * 256 + Int((face[x, y, $1] * 255).rounded()) }
        // Row 0 is on top: the second face is the upper left half. Either may have the diagonal.
        let (right, up) = (x - 16, 39 - y)
        if !inside {
          #expect(number == 0)
        } else if right != up {
          #expect(number == (right < up ? 2 : 1), "\(x), \(y)")
        }
        if inside { #expect(picture[x, y, 0] > 0.99 && picture[x, y, 1] == 0) }
      }
    }
  }

  @Test func `a background is opaque and in the file as it was asked for`() throws {
    let folder = try TemporaryFolder()
    try folder.file("square.obj", Self.square)
    let run = try CommandRun(
      "render", folder.path("square.obj"), "-o", folder.path("a.png"), "--size", "16x16",
      "--background", "255,51,0", "--mode", "soft", "--edge", "logistic-squared",
      "--edge-width-px", "0.5", "--quiet")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(run.messages.isEmpty)
    let picture = try loadImage(folder.path("a.png"), linearColor: false)
    #expect(!picture.hasAlpha)
    #expect(abs(picture.pixels[0, 0, 1] - 0.2) < 1e-6)
  }

  @Test func `every choice of the smoothing makes another picture, and a wrong one is named`()
    throws
  {
    let folder = try TemporaryFolder()
    // Two squares, the green one behind and to the right.
    try folder.file(
      "two.obj",
      Self.square + "\n" + """
        v 0 -1 -1 0 1 0
        v 2 -1 -1 0 1 0
        v 2 1 -1 0 1 0
        f 5 6 7
        """)
    var pictures: [LoadedImage] = []
    for choice in [
      [], ["--edge", "gaussian-squared"], ["--edge", "gamma:2"], ["--coverage", "max"],
      ["--coverage", "yager:2"], ["--depth", "nearest"], ["--depth", "over"],
    ] {
      let run = try CommandRun(
        ["render", folder.path("two.obj"), "-o", folder.path("a.png"), "--size", "24x24"]
          + ["--orbit", "0,0", "--mode", "soft", "--edge-width-px", "2", "--quiet", "--force"]
          + choice)
      #expect(run.exitCode == 0, "\(choice): \(run.messages)")
      let picture = try loadImage(folder.path("a.png"))
      #expect(!pictures.contains(picture), "\(choice)")
      pictures.append(picture)
    }
    for (choice, message) in [
      (["--coverage", "yager:-1"], "yager needs a parameter of at least 0, not -1.0"),
      (["--coverage", "yager"], "'yager' needs a parameter"),
      (["--edge", "gauss"], "'gauss' is none of hard, uniform"),
      (["--depth", "nearer"], "--depth: 'nearer' is none of softmax"),
    ] {
      let run = try CommandRun(
        ["render", folder.path("two.obj"), "-o", folder.path("b.png"), "--mode", "soft"] + choice)
      #expect(run.exitCode != 0 && run.messages.contains(message), "\(run.messages)")
    }
    let crisp = try CommandRun(
      "render", folder.path("two.obj"), "-o", folder.path("b.png"), "--depth", "over")
    #expect(crisp.exitCode != 0 && crisp.messages.contains("--mode soft"))
  }

  @Test func `a turntable is numbered and its first frame is the start`() throws {
    let folder = try TemporaryFolder()
    try folder.file("square.obj", Self.square)
    let common = ["render", folder.path("square.obj"), "--size", "20x20", "--orbit", "-30,20"]
    let turn = try CommandRun(common + ["--frames", "3", "-o", folder.path("t.png"), "--json"])
    #expect(turn.exitCode == 0, "\(turn.messages)")
    let names = ["t-000.png", "t-001.png", "t-002.png"].map(folder.path)
    #expect(try turn.json()["files"] as? [String] == names + [folder.path("t.png")])
    let single = try CommandRun(common + ["-o", folder.path("s.png")])
    #expect(single.exitCode == 0)
    let first = try loadImage(names[0])
    #expect(try loadImage(folder.path("s.png")) == first)
    #expect(try loadImage(names[1]) != first)
  }

  @Test func `the picture is the same on one thread and on all`() throws {
    let folder = try TemporaryFolder()
    try folder.file("square.obj", Self.square)
    for mode in ["crisp", "soft"] {
      let common = ["render", folder.path("square.obj"), "--mode", mode, "--size", "70x50"]
      #expect(
        try CommandRun(common + ["--threads", "1", "-o", folder.path("1\(mode).png")]).exitCode == 0
      )
      #expect(try CommandRun(common + ["-o", folder.path("2\(mode).png")]).exitCode == 0)
      #expect(
        FileManager.default.contentsEqual(
          atPath: folder.path("1\(mode).png"), andPath: folder.path("2\(mode).png")))
    }
  }

  @Test func `a camera of a file brings its size`() throws {
    let folder = try TemporaryFolder()
    try folder.file("square.obj", Self.square)
    try folder.file(
      "cameras.json",
      """
      {"w": 24, "h": 12, "camera_angle_x": 0.8, "frames": [
       {"file_path": "a", "transform_matrix": [[1, 0, 0, 9], [0, 1, 0, 0], [0, 0, 1, 9], [0, 0, 0, 1]]},
       {"file_path": "b", "transform_matrix": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 9], [0, 0, 0, 1]]}]}
      """)
    let common = ["render", folder.path("square.obj"), "-o", folder.path("a.png"), "--force"]
    let run = try CommandRun(common + ["--camera", folder.path("cameras.json#1"), "--json"])
    #expect(run.exitCode == 0, "\(run.messages)")
    let picture = try loadImage(folder.path("a.png")).pixels
    #expect(picture.width == 24 && picture.height == 12)
    #expect(picture[12, 6, 3] == 1)
    let missing = try CommandRun(common + ["--camera", folder.path("cameras.json#2")])
    #expect(missing.exitCode == 3)
    #expect(missing.messages.contains("cameras.json"))
  }

  @Test func `nothing is overwritten without --force`() throws {
    let folder = try TemporaryFolder()
    try folder.file("square.obj", Self.square)
    try folder.file("a.png", "precious")
    let common = ["render", folder.path("square.obj"), "-o", folder.path("a.png")]
    let refused = try CommandRun(common)
    #expect(refused.exitCode == 1)
    #expect(refused.messages.contains("--force"))
    #expect(try String(contentsOfFile: folder.path("a.png"), encoding: .utf8) == "precious")
    #expect(try CommandRun(common + ["--force", "--size", "8x8"]).exitCode == 0)
    #expect(try loadImage(folder.path("a.png")).pixels.width == 8)
  }

  @Test(arguments: [
    ["--size", "64"], ["--size", "0x3"], ["--size", "99999x2"], ["--frames", "0"],
    ["--mode", "hard"], ["--edge", "logistic"], ["--edge-width-px", "2"],
    ["--mode", "soft", "--edge-width-px", "0"], ["--mode", "soft", "--edge", "gauss"],
    ["--aov", "colour"], ["--aov", "depth,depth"], ["--background", "red"],
    ["--orbit", "30"], ["--orbit", "--json"], ["--distance", "-1"], ["--fov-degrees", "180"],
    ["--camera", "c.json", "--orbit", "1,2"], ["--camera", "c.json", "--frames", "2"],
    ["--threads", "0"], ["-o", "a.jpg"], ["--sheet"], ["--sun", "0,0,0"], ["--light", "sun"],
    ["--frames", "3", "--frames-per-second", "0"],
  ])
  func `options that make no sense are exit 2`(options: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.file("square.obj", Self.square)
    let run = try CommandRun(["render", folder.path("square.obj")] + options, in: folder.url)
    #expect(run.exitCode == 2, "\(run.messages)")
    #expect(run.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.png")))
  }

  @Test func `an empty mesh is an empty picture`() throws {
    let folder = try TemporaryFolder()
    try folder.file("empty.obj", "# nothing\n")
    for mode in ["crisp", "soft"] {
      let run = try CommandRun(
        "render", folder.path("empty.obj"), "-o", folder.path("\(mode).png"), "--size", "9x7",
        "--mode", mode)
      #expect(run.exitCode == 0, "\(run.messages)")
      let values = try loadImage(folder.path("\(mode).png")).pixels.values
      #expect(values.allSatisfy { $0 == 0 })
    }
  }
}
