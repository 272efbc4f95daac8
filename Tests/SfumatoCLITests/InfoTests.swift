import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@Suite struct InfoTests {
  @Test func `a mesh tells its counts, box and topology`() throws {
    let folder = try TemporaryFolder()
    try folder.file(
      "square.obj", "v 0 0 0\nv 2 0 0\nv 2 1 0\nv 0 1 0\nf 1 2 3\nf 1 3 4\n")
    let run = try CommandRun("info", folder.path("square.obj"), "--json")
    #expect(run.exitCode == 0)
    #expect(
      run.orderedKeys == [
        "kind", "vertices", "faces", "texcoords", "normals", "vertex_colors", "lower", "upper",
        "radius", "edges", "boundary_edges", "nonmanifold_edges", "components", "euler", "closed",
        "manifold", "genus", "degenerate_faces", "duplicate_faces", "unused_vertices",
        "file_vertices", "welded_vertices", "memory_mb", "instances", "materials", "textures",
        "cameras", "lights", "warnings",
      ])
    let json = try run.json()
    #expect(json["kind"] as? String == "mesh")
    #expect(json["vertices"] as? Int == 4)
    #expect(json["faces"] as? Int == 2)
    #expect(json["upper"] as? [Double] == [2, 1, 0])
    #expect(json["edges"] as? Int == 5)
    #expect(json["boundary_edges"] as? Int == 4)
    #expect(json["components"] as? Int == 1)
    #expect(json["closed"] as? Bool == false)
    #expect(json["manifold"] as? Bool == true)
    #expect(json["genus"] is NSNull)
    #expect(json["degenerate_faces"] as? Int == 0 && json["duplicate_faces"] as? Int == 0)
    #expect((json["instances"] as? [[String: Any]])?.first?["name"] as? String == "square")
  }

  @Test func `faults of faces are counted`() throws {
    let folder = try TemporaryFolder()
    try folder.file(
      "faults.obj",
      "mtllib gone.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nv 7 7 7\nv 2 0 0\n"
        + "f 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\nf 3 2 1\nf 1 2 6\n")
    let json = try CommandRun("info", folder.path("faults.obj"), "--json").json()
    #expect(json["degenerate_faces"] as? Int == 1 && json["duplicate_faces"] as? Int == 1)
    #expect(json["unused_vertices"] as? Int == 1)
    #expect((json["warnings"] as? [String])?.first?.contains("gone.mtl") == true)
  }

  @Test func `an image tells its size and how much it covers`() throws {
    let folder = try TemporaryFolder()
    var image = ImageBuffer<Float>(width: 4, height: 2, channels: 4, fill: 1)
    for x in 0..<3 { image[x, 0, 3] = 0 }
    try saveImage(image, to: folder.path("a.png"), bitDepth: 16)
    let json = try CommandRun("info", folder.path("a.png"), "--json").json()
    #expect(json["kind"] as? String == "image")
    #expect(json["width"] as? Int == 4)
    #expect(json["height"] as? Int == 2)
    #expect(json["bit_depth"] as? Int == 16)
    #expect(json["alpha"] as? Bool == true)
    #expect(json["covered"] as? Double == 0.625)
  }

  @Test func `a camera file tells where its cameras stand`() throws {
    let folder = try TemporaryFolder()
    try folder.file(
      "transforms.json",
      """
      {"w": 40, "h": 20, "camera_angle_x": 1.5707963, "frames": [{"file_path": "a.png",
       "transform_matrix": [[1, 0, 0, 0.5], [0, 1, 0, 0], [0, 0, 1, 3], [0, 0, 0, 1]]}]}
      """)
    let json = try CommandRun("info", folder.path("transforms.json"), "--json").json()
    #expect(json["count"] as? Int == 1)
    let camera = try #require((json["cameras"] as? [[String: Any]])?.first)
    #expect(camera["file"] as? String == "a.png")
    #expect(camera["image_exists"] as? Bool == false)
    #expect(abs(try #require(camera["fov_x_degrees"] as? Double) - 90) < 1e-3)
    #expect(camera["position"] as? [Double] == [0.5, 0, 3])
  }

  @Test(
    arguments: [
      ("missing.obj", nil), ("word.obj", "v 0 0 zero\n"), ("range.obj", "v 0 0 0\nf 1 2 3\n"),
      ("not.png", "no picture"), ("empty.png", ""), ("not.json", "{"),
      ("frames.json", "{\"frames\": 3}"), ("letter.txt", "Dear reader"),
    ] as [(String, String?)])
  func `what cannot be read is exit 3 and one line that names the file`(
    name: String, text: String?
  ) throws {
    let folder = try TemporaryFolder()
    if let text { try folder.file(name, text) }
    let run = try CommandRun("info", folder.path(name), "--json")
    #expect(run.exitCode == 3)
    #expect(run.output.isEmpty)
    #expect(run.messages.hasPrefix("sfumato: \(folder.path(name)):"))
    #expect(run.messages.split(separator: "\n").count == 1)
  }

  @Test func `an image over the limit is refused`() throws {
    let folder = try TemporaryFolder()
    try saveImage(
      ImageBuffer<Float>(width: 9, height: 2, channels: 3), to: folder.path("wide.png"))
    let run = try CommandRun("info", folder.path("wide.png"), "--max-image-side", "8")
    #expect(run.exitCode == 3)
    #expect(run.messages.contains("9 x 2"))
  }
}
