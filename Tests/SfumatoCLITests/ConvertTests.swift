import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@Suite struct ConvertTests {
  private let square =
    "mtllib a.mtl\nv 0 0 0\nv 2 0 0\nv 2 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
    + "usemtl wood\nf 1/1 2/2 3/3 4/4\n"

  private func scene(in folder: TemporaryFolder) throws {
    try folder.file("a.obj", square)
    try folder.file("a.mtl", "newmtl wood\nKd 1 1 1\nmap_Kd wood.png\n")
    var wood = ImageBuffer<Float>(width: 2, height: 2, channels: 3, fill: 0)
    wood.values[4] = 1
    try saveImage(wood, to: folder.path("wood.png"))
  }

  @Test(arguments: ["glb", "gltf", "obj", "ply", "stl"])
  func `a scene becomes another format`(format: String) throws {
    let folder = try TemporaryFolder()
    try scene(in: folder)
    let out = folder.path("b.\(format)")
    let run = try CommandRun("convert", folder.path("a.obj"), out, "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    let json = try run.json()
    #expect(json["faces"] as? Int == 2 && json["vertices"] as? Int == 4)
    let written = try #require(json["written"] as? [String])
    #expect(written.last == out)
    #expect(written.allSatisfy(FileManager.default.fileExists(atPath:)))
    let back = try loadScene(out)
    #expect(back.worldMesh().vertexCount == 4)
    if format != "ply", format != "stl" {
      #expect(back.scene.textures.first?.texels[4] == 1)
    } else {
      #expect(run.messages.contains("no textures"))
    }
    let again = try CommandRun("convert", folder.path("a.obj"), out)
    #expect(again.exitCode == 1 && again.messages.contains("--force"))
    #expect(try CommandRun("convert", folder.path("a.obj"), out, "--force").exitCode == 0)
  }

  @Test func `images and textures become other images`() throws {
    let folder = try TemporaryFolder()
    try scene(in: folder)
    #expect(try CommandRun("convert", folder.path("a.obj"), folder.path("t.png")).exitCode == 0)
    #expect(try loadImage(folder.path("t.png")).pixels.values[5] == 1)
    for name in ["t.jpg", "t.pfm"] {
      #expect(try CommandRun("convert", folder.path("t.png"), folder.path(name)).exitCode == 0)
      #expect(try loadImage(folder.path(name)).pixels.width == 2)
    }
  }

  @Test func `cameras of a scene become a camera file`() throws {
    let folder = try TemporaryFolder()
    let camera = SceneCamera(
      name: "eye", projection: .perspective(verticalRadians: 1, aspectRatio: 1.5),
      worldToCamera: .lookAt(eye: SIMD3(0, 0, 4), target: .zero))
    try saveScene(
      SceneFile(
        Scene(Mesh(positions: [0, 0, 0, 1, 0, 0, 0, 1, 0], faces: [0, 1, 2])), cameras: [camera]),
      to: folder.path("a.glb"))
    let run = try CommandRun("convert", folder.path("a.glb"), folder.path("c.json"))
    #expect(run.exitCode == 0, "\(run.messages)")
    let frame = try #require(try loadCameras(folder.path("c.json")).frames.first)
    #expect(frame.filePath == "eye.png" && frame.camera.width == 1536)
    #expect(length(frame.camera.center - SIMD3(0, 0, 4)) < 1e-5)
    try folder.file("b.obj", "v 0 0 0\n")
    #expect(try CommandRun("convert", folder.path("b.obj"), folder.path("d.json")).exitCode == 3)
  }

  @Test func `orthographic cameras are left out of a camera file, and said`() throws {
    let folder = try TemporaryFolder()
    let place = RigidTransform<Float>.lookAt(eye: SIMD3(0, 0, 4), target: .zero)
    let cameras = [
      SceneCamera(
        name: "flat", projection: .orthographic(halfWidth: 1, halfHeight: 1), worldToCamera: place),
      SceneCamera(
        name: "eye", projection: .perspective(verticalRadians: 1, aspectRatio: 1),
        worldToCamera: place),
    ]
    let mesh = Mesh<Float>(positions: [0, 0, 0, 1, 0, 0, 0, 1, 0], faces: [0, 1, 2])
    try saveScene(SceneFile(Scene(mesh), cameras: cameras), to: folder.path("a.glb"))
    let run = try CommandRun("convert", folder.path("a.glb"), folder.path("c.json"))
    #expect(
      run.exitCode == 0 && run.messages.contains("flat.png is orthographic"), "\(run.messages)")
    #expect(try loadCameras(folder.path("c.json")).frames.map(\.filePath) == ["eye.png"])
    let other = try CommandRun(
      "convert", folder.path("a.glb"), folder.path("l.json"), "--to", "opencv")
    #expect(other.exitCode == 0, "\(other.messages)")
    #expect(try loadCameras(folder.path("l.json")).frames.count == 1)
    // A render looks through either.
    for name in ["a.glb", "a.glb#0", "a.glb#1"] {
      let picture = try CommandRun(
        "render", folder.path("a.glb"), "--camera", folder.path(name), "--size", "24x24", "--force",
        "-o", folder.path("p.png"))
      #expect(picture.exitCode == 0, "\(name): \(picture.messages)")
    }
    let beyond = try CommandRun(
      "render", folder.path("a.glb"), "--camera", folder.path("a.glb#2"), "-o", folder.path("q.png")
    )
    #expect(beyond.exitCode == 3 && beyond.messages.contains("#2"), "\(beyond.messages)")
  }

  @Test func `what a format cannot hold is said`() throws {
    let folder = try TemporaryFolder()
    let mesh = Mesh<Float>(
      positions: [0, 0, 0, 1, 0, 0, 0, 1, 0], faces: [0, 1, 2],
      vertexColors: [1, 0, 0, 0, 1, 0, 0, 0, 1])
    var scene = Scene(mesh)
    scene.materials[0].name = "leaf"
    scene.materials[0].alphaMode = .mask(cutoff: 0.25)
    try saveScene(SceneFile(scene), to: folder.path("a.glb"))
    let obj = try CommandRun("convert", folder.path("a.glb"), folder.path("b.obj"))
    #expect(obj.messages.contains("leaf: MTL holds no cutoff of alpha; 0.25"), "\(obj.messages)")
    let stl = try CommandRun("convert", folder.path("a.glb"), folder.path("b.stl"))
    #expect(stl.messages.contains("STL holds no colours"), "\(stl.messages)")
    var clear = ImageBuffer<Float>(width: 1, height: 1, channels: 4, fill: 0)
    clear.values[3] = 0.5
    try saveImage(clear, to: folder.path("c.png"))
    let jpeg = try CommandRun("convert", folder.path("c.png"), folder.path("c.jpg"))
    #expect(jpeg.exitCode == 0 && jpeg.messages.contains("lies on white"), "\(jpeg.messages)")
    let grey = try loadImage(folder.path("c.jpg")).pixels.values[0]
    #expect(abs(grey - 127.5 / 255) < 0.02, "\(grey)")
  }

  @Test func `numbers that are no colours stay as they are`() throws {
    let folder = try TemporaryFolder()
    let depth = ImageBuffer<Float>(width: 2, height: 1, channels: 1, values: [0.25, 0.5])
    try saveImage(depth, to: folder.path("d.png"), bitDepth: 16, colorEncoding: .raw)
    let run = try CommandRun("convert", folder.path("d.png"), folder.path("d.pfm"), "--raw")
    #expect(run.exitCode == 0, "\(run.messages)")
    let back = try loadPFM(folder.path("d.pfm"))
    #expect(abs(back.values[0] - 0.25) < 1e-4)
    let map = ImageBuffer<Float>(width: 2, height: 1, channels: 1, values: [.infinity, 3])
    try savePFM(map, to: folder.path("e.pfm"))
    let info = try CommandRun("info", folder.path("e.pfm"), "--json").json()
    #expect(info["largest"] as? Double == 3 && info["finite"] as? Double == 0.5)
  }

  @Test func `a format of cameras that is none is bad usage`() throws {
    let folder = try TemporaryFolder()
    try folder.file("a.json", "{}")
    let run = try CommandRun(
      "convert", folder.path("a.json"), folder.path("b.json"), "--to", "foo")
    #expect(run.exitCode == 2 && run.messages.contains("colmap-text"), "\(run.messages)")
  }

  @Test func `what cannot be converted is exit 3`() throws {
    let folder = try TemporaryFolder()
    try scene(in: folder)
    for (from, to) in [("a.obj", "b.txt"), ("gone.obj", "b.glb"), ("a.mtl", "b.obj")] {
      let run = try CommandRun("convert", folder.path(from), folder.path(to))
      #expect(run.exitCode == 3 && run.output.isEmpty, "\(from)")
    }
  }
}
