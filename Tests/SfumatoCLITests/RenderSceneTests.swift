import Foundation
import SfumatoCore
import SfumatoIO
import Testing

/// What `render` does with scenes, beyond a mesh in its own colours.
@Suite struct RenderSceneTests {
  /// A square of side 2 in the plane z = 0, facing +Z, under a texture.
  private static let square = """
    mtllib square.mtl
    v -1 -1 0
    v 1 -1 0
    v 1 1 0
    v -1 1 0
    vt 0 0
    vt 1 0
    vt 1 1
    vt 0 1
    usemtl paper
    f 1/1 2/2 3/3
    f 1/1 3/3 4/4
    """

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.file("square.obj", square)
    try folder.file("square.mtl", "newmtl paper\nKd 1 1 1\nillum 0\nmap_Kd four.png\n")
    // Red, green over blue, white.
    try saveImage(
      ImageBuffer(
        width: 2, height: 2, channels: 3, values: [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]),
      to: folder.path("four.png"))
    return folder
  }

  private static let straightOn = [
    "--size", "32x32", "--orbit", "0,0", "--distance", "2", "--fov-degrees", "90",
  ]

  @Test func `vertex colours are shown as they are, and lit where they are one`() throws {
    let folder = try TemporaryFolder()
    var mesh = Mesh<Float>.icosphere(subdivisions: 2)
    for isOne in [true, false] {
      mesh.vertexColors = [Float](repeating: 0.4, count: 3 * mesh.vertexCount)
      if !isOne { mesh.vertexColors?.setVector3(0, SIMD3(0.4, 0.4, 0.3)) }
      try saveOBJ(mesh, to: folder.path("ball.obj"))
      let run = try CommandRun(
        "render", folder.path("ball.obj"), "-o", folder.path("ball.png"), "--size", "32x32",
        "--force")
      #expect(run.exitCode == 0, "\(run.messages)")
      let picture = try loadImage(folder.path("ball.png"), linearColor: false).pixels
      let greens = (0..<picture.pixelCount).filter { picture.values[4 * $0 + 3] == 1 }
        .map { picture.values[4 * $0 + 1] }
      let span = (greens.max() ?? 0) - (greens.min() ?? 0)
      #expect(isOne ? span > 0.1 : span < 0.01, "\(span)")
    }
  }

  @Test func `a material's texture is shown the right way up`() throws {
    let folder = try Self.folder()
    let run = try CommandRun(
      ["render", folder.path("square.obj"), "-o", folder.path("a.png"), "--light", "none"]
        + Self.straightOn)
    #expect(run.exitCode == 0, "\(run.messages)")
    let picture = try loadImage(folder.path("a.png")).pixels
    // Near the middles of the texels, where neighbours hardly show.
    #expect(picture[11, 11, 0] > 0.8 && picture[11, 11, 1] < 0.2 && picture[11, 11, 2] < 0.2)
    #expect(picture[20, 11, 1] > 0.8 && picture[20, 11, 0] < 0.2)
    #expect(picture[11, 20, 2] > 0.8 && picture[11, 20, 0] < 0.2)
    #expect((0..<3).allSatisfy { picture[20, 20, $0] > 0.8 })
  }

  @Test func `--texture shows a picture on a mesh without materials`() throws {
    let folder = try Self.folder()
    try folder.file(
      "plain.obj",
      Self.square.replacing("mtllib square.mtl\n", with: "").replacing("usemtl paper\n", with: ""))
    let with = try CommandRun(
      [
        "render", folder.path("plain.obj"), "-o", folder.path("b.png"), "--texture",
        folder.path("four.png"), "--light", "none",
      ]
        + Self.straightOn)
    #expect(with.exitCode == 0, "\(with.messages)")
    let picture = try loadImage(folder.path("b.png")).pixels
    #expect(picture[11, 11, 0] > 0.8 && picture[11, 11, 1] < 0.2)
    let missing = try CommandRun(
      "render", folder.path("plain.obj"), "-o", folder.path("c.png"), "--texture",
      folder.path("none.png"))
    #expect(missing.exitCode == 3 && missing.messages.contains("none.png"))
  }

  @Test func `a sun lights a white square by the cosine`() throws {
    let folder = try TemporaryFolder()
    try folder.file(
      "square.obj", Self.square.replacing("mtllib square.mtl", with: "mtllib white.mtl"))
    try folder.file("white.mtl", "newmtl paper\nKd 1 1 1\nillum 1\n")
    let run = try CommandRun(
      ["render", folder.path("square.obj"), "-o", folder.path("a.png"), "--sun", "0,-1.7320508,1"]
        + Self.straightOn)
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(abs(try loadImage(folder.path("a.png")).pixels[16, 16, 0] - 0.5) < 0.004)
  }

  @Test func `extra pictures hold what they say`() throws {
    let folder = try Self.folder()
    let run = try CommandRun(
      [
        "render", folder.path("square.obj"), "-o", folder.path("a.png"), "--float",
        "--aov", "normal,world-normal,uv,position,object,material,barycentrics,depth", "--json",
      ]
        + Self.straightOn)
    #expect(run.exitCode == 0, "\(run.messages)")
    let files = try #require(try run.json()["files"] as? [String])
    #expect(
      files.contains(folder.path("a.position.pfm")) && files.contains(folder.path("a.object.png")))
    for file in files { #expect(FileManager.default.fileExists(atPath: file), "\(file)") }
    func pixels(_ name: String) throws -> ImageBuffer<Float> {
      try loadPFM(folder.path("a.\(name)"))
    }
    // The square faces the camera: -Z in its axes, +Z in the world.
    let normal = try pixels("normal.pfm")
    #expect(abs(normal[16, 16, 2] + 1) < 1e-5)
    #expect(abs(try pixels("world-normal.pfm")[16, 16, 2] - 1) < 1e-5)
    let position = try pixels("position.pfm")
    // 16 pixels are 2 units at distance 2; pixel (20, 10) has its centre 4.5 right of and 5.5 above the middle.
    #expect(abs(position[20, 10, 0] - 4.5 / 8) < 1e-4 && abs(position[20, 10, 1] - 5.5 / 8) < 1e-4)
    let uv = try pixels("uv.pfm")
    #expect(abs(uv[20, 10, 0] - (position[20, 10, 0] + 1) / 2) < 1e-4)
    #expect(abs(try pixels("depth.pfm")[16, 16, 0] - 2) < 1e-5)
  }

  @Test func `a turntable is an animation and a sheet too`() throws {
    let folder = try Self.folder()
    let run = try CommandRun(
      "render", folder.path("square.obj"), "-o", folder.path("t.png"), "--frames", "5", "--sheet",
      "--size", "20x16", "--background", "studio", "--ground", "--wireframe")
    #expect(run.exitCode == 0, "\(run.messages)")
    let animation = try Data(contentsOf: URL(fileURLWithPath: folder.path("t.png")))
    let text = String(decoding: animation, as: Unicode.ASCII.self)
    for chunk in ["acTL", "fcTL", "fdAT"] { #expect(text.contains(chunk), "\(chunk)") }
    #expect(
      try loadImage(folder.path("t.png")).pixels == loadImage(folder.path("t-000.png")).pixels)
    let sheet = try loadImage(folder.path("t.sheet.png")).pixels
    #expect(sheet.width == 40 && sheet.height == 48)
  }

  @Test(arguments: ["glb", "gltf", "obj"])
  func `what is saved and read again makes the same picture`(format: String) throws {
    let folder = try Self.folder()
    let copy = folder.path("copy.\(format)")
    #expect(try CommandRun("convert", folder.path("square.obj"), copy).exitCode == 0)
    let view = ["--orbit", "35,-20", "--size", "48x40", "--sun", "1,2,3"]
    for (input, output) in [(folder.path("square.obj"), "a.png"), (copy, "b.png")] {
      let run = try CommandRun(["render", input, "-o", folder.path(output)] + view)
      #expect(run.exitCode == 0, "\(run.messages)")
    }
    #expect(
      try loadImage(folder.path("a.png")).pixels == loadImage(folder.path("b.png")).pixels)
  }

  @Test func `what is too large, too near or without faces is said, not a crash`() throws {
    let folder = try Self.folder()
    try folder.file("huge.obj", "v 0 0 0\nv 1e38 0 0\nv 0 1e38 0\nf 1 2 3\n")
    let huge = try CommandRun("render", folder.path("huge.obj"), "-o", folder.path("a.png"))
    #expect(huge.exitCode == 3 && huge.messages.contains("huge.obj"), "\(huge.messages)")
    for option in [["--distance", "1e30"], ["--distance", "1e-40"], ["--fov-degrees", "1e-30"]] {
      let run = try CommandRun(
        ["render", folder.path("square.obj"), "-o", folder.path("a.png")] + option)
      #expect(run.exitCode == 2, "\(option): \(run.messages)")
    }
    try folder.file("empty.obj", "v 0 0 0\n")
    let empty = try CommandRun(
      "render", folder.path("empty.obj"), "-o", folder.path("e.png"), "--size", "8x8")
    #expect(empty.exitCode == 0 && empty.messages.contains("has no faces"))
  }

  @Test func `a map of colours with alpha keeps its colours through OBJ`() throws {
    let folder = try Self.folder()
    try saveImage(
      ImageBuffer(width: 1, height: 1, channels: 4, values: [1, 0, 0, 0.5]),
      to: folder.path("glass.png"))
    try folder.file(
      "square.mtl", "newmtl paper\nKd 1 1 1\nillum 0\nmap_Kd glass.png\nmap_d glass.png\n")
    let run = try CommandRun(
      ["render", folder.path("square.obj"), "-o", folder.path("g.png"), "--light", "none"]
        + Self.straightOn)
    #expect(run.exitCode == 0, "\(run.messages)")
    let picture = try loadImage(folder.path("g.png")).pixels
    #expect(picture[16, 16, 0] > 0.99 && picture[16, 16, 1] < 0.01)
    #expect(abs(picture[16, 16, 3] - 0.5) < 0.01)
  }

  @Test func `an unnamed material's own colour is shown, glass over what is behind`() throws {
    let folder = try TemporaryFolder()
    let square = Mesh<Float>(
      positions: [-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0], faces: [0, 1, 2, 0, 2, 3])
    var red = Material<Float>(baseColor: .constant(SIMD3(1, 0, 0)))
    red.isDoubleSided = true
    var glass = Material<Float>(baseColor: .constant(SIMD3(0, 0, 1)))
    glass.alphaMode = .blend
    glass.opacity = 0.25
    let scene = Scene(
      meshes: [square], materials: [red, glass],
      instances: [
        Instance(mesh: 0, material: 0),
        Instance(
          mesh: 0, material: 1,
          transform: RigidTransform(rotation: .identity, translation: SIMD3(0, 0, 0.1))),
      ])
    try saveScene(SceneFile(scene), to: folder.path("g.glb"))
    let run = try CommandRun(
      ["render", folder.path("g.glb"), "-o", folder.path("g.png")] + Self.straightOn)
    #expect(run.exitCode == 0, "\(run.messages)")
    let pixels = try loadImage(folder.path("g.png")).pixels
    #expect(abs(pixels[16, 16, 0] - 0.75) < 0.01 && abs(pixels[16, 16, 2] - 0.25) < 0.01)
    #expect(pixels[16, 16, 1] == 0)
  }

  @Test func `an environment lights the object and stands behind it`() throws {
    let folder = try TemporaryFolder()
    try folder.file("ball.obj", encodedSphere())
    // Blue above, black below.
    var sky = ImageBuffer<Float>(width: 8, height: 4, channels: 3, fill: 0)
    for pixel in 0..<16 { sky.values[3 * pixel + 2] = 1 }
    try savePFM(sky, to: folder.path("sky.pfm"))
    let out = folder.path("p.png")
    let run = try CommandRun(
      "render", folder.path("ball.obj"), "--environment", folder.path("sky.pfm"), "--background",
      "environment", "--orbit", "0,0", "--size", "64x64", "-o", out)
    #expect(run.exitCode == 0, "\(run.messages)")
    let pixels = try loadImage(out).pixels
    #expect(pixels[2, 2, 2] > 0.8 && pixels[2, 61, 2] < 0.2, "behind")
    #expect(pixels[32, 14, 2] > 3 * pixels[32, 50, 2] && pixels[32, 14, 0] == 0, "on the ball")
    let alone = try CommandRun("render", folder.path("ball.obj"), "--background", "environment")
    #expect(alone.exitCode == 2 && alone.messages.contains("--environment FILE"))
    let twice = try CommandRun(
      "render", folder.path("ball.obj"), "--sun", "0,1,0", "--environment", folder.path("sky.pfm"))
    #expect(twice.exitCode == 2, "\(twice.messages)")
  }

  @Test(arguments: [
    ("--orbit", "30,95", "-90 to 90"), ("--size", "512", "640x480"),
    ("--sun", "0,0,0", "not all zero"),
  ])
  func `a value of the wrong form says the right one`(
    option: String, value: String, words: String
  )
    throws
  {
    let run = try CommandRun("render", "a.obj", option, value)
    #expect(run.exitCode == 2 && run.messages.contains(words), "\(run.messages)")
  }

  private func encodedSphere() -> String {
    let mesh = Mesh<Float>.icosphere(subdivisions: 2)
    return (0..<mesh.vertexCount).map { v in
      let p = mesh.position(v)
      return "v \(p.x) \(p.y) \(p.z)\n"
    }.joined()
      + (0..<mesh.faceCount).map { f in
        "f \(mesh.faces[3 * f] + 1) \(mesh.faces[3 * f + 1] + 1) \(mesh.faces[3 * f + 2] + 1)\n"
      }.joined()
  }
}
