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

  @Test func `what cannot be converted is exit 3`() throws {
    let folder = try TemporaryFolder()
    try scene(in: folder)
    for (from, to) in [("a.obj", "b.txt"), ("gone.obj", "b.glb"), ("a.mtl", "b.obj")] {
      let run = try CommandRun("convert", folder.path(from), folder.path(to))
      #expect(run.exitCode == 3 && run.output.isEmpty, "\(from)")
    }
  }
}
