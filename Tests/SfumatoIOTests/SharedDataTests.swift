import Foundation
import SfumatoCore
import SfumatoIO
import Testing

/// Where real input lies; set `SFUMATO_DATA` to run these.
private let dataFolder = ProcessInfo.processInfo.environment["SFUMATO_DATA"]

@Suite(
  .enabled(if: dataFolder != nil, "set SFUMATO_DATA to the folder with meshes, spot, dino-photos"))
struct SharedDataTests {
  private var folder: String { dataFolder ?? "" }

  @Test(arguments: [
    ("airplane", 1352, 2700), ("bunny", 35947, 69451), ("cow", 2930, 5856),
    ("sphere_642", 642, 1280), ("teapot", 1292, 2464),
  ])
  func `meshes load with all vertices and faces`(name: String, vertices: Int, faces: Int) throws {
    let clock = ContinuousClock()
    var mesh = Mesh<Float>(positions: [], faces: [])
    let time = try clock.measure { mesh = try loadMesh("\(folder)/meshes/\(name).obj") }
    print("\(name).obj: \(time)")
    #expect(mesh.vertexCount == vertices && mesh.faceCount == faces)
  }

  @Test func `the cow of glTF is the cow of OBJ`() throws {
    let file = try loadScene("\(folder)/meshes/cow.glb")
    let mesh = file.worldMesh()
    let other = try loadMesh("\(folder)/meshes/cow.obj")
    #expect(file.welding.fileVertices == 3225 && file.welding.vertices == other.vertexCount)
    #expect(mesh.faceCount == other.faceCount && file.scene.textures.count == 1)
    #expect(MeshTopology(mesh).isClosed == MeshTopology(other).isClosed)
    let (a, b) = (try #require(mesh.bounds), try #require(other.bounds))
    #expect(length(a.lower - b.lower) < 1e-5 && length(a.upper - b.upper) < 1e-5)
    try withTemporaryFolder { folder in
      try saveScene(file, to: folder + "/cow.glb")
      let back = try loadScene(folder + "/cow.glb")
      #expect(back.scene.textures == file.scene.textures)
      let (own, other) = (file.scene.meshes[0], back.scene.meshes[0])
      #expect(own.positions == other.positions && own.faces == other.faces)
      // The rows of texture coordinates come back in the order of the corners.
      func corners(_ mesh: Mesh<Float>) -> [Float] {
        (mesh.texcoordFaces ?? []).flatMap { t in
          [mesh.texcoords?[2 * Int(t)] ?? 0, mesh.texcoords?[2 * Int(t) + 1] ?? 0]
        }
      }
      #expect(corners(own) == corners(other))
    }
  }

  @Test(arguments: [
    "spot/transforms_train.json", "spot/transforms_test.json", "dino-photos/transforms.json",
  ])
  func `cameras and images load and agree in size`(name: String) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let set = try loadCameras("\(folder)/\(name)")
    let read = clock.now
    for frame in set.frames {
      let image = try loadImage(frame.imagePath)
      #expect(image.hasAlpha && image.bitDepth == 8)
      #expect(image.pixels.width == frame.camera.width)
      #expect(image.pixels.height == frame.camera.height)
    }
    print("\(name): cameras \(read - start), \(set.frames.count) images \(clock.now - read)")
  }

  @Test func `the true mesh lies inside the silhouettes of its views`() throws {
    let mesh = try loadMesh("\(folder)/spot/mesh.obj")
    let set = try loadCameras("\(folder)/spot/transforms_train.json")
    for frame in set.frames {
      let image = try loadImage(frame.imagePath).pixels
      var outside = 0
      for v in 0..<mesh.vertexCount {
        let p = frame.camera.pixel(frame.camera.cameraPoint(mesh.position(v)))
        let x = min(max(Int(p.x), 0), image.width - 1)
        let y = min(max(Int(p.y), 0), image.height - 1)
        if image[x, y, 3] == 0 { outside += 1 }
      }
      #expect(outside < mesh.vertexCount / 200, "\(frame.filePath): \(outside) vertices outside")
    }
  }
}
