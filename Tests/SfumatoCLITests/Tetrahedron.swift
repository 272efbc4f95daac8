import Foundation
import SfumatoCore
import SfumatoIO
import Testing

/// A coloured tetrahedron and pictures of it, for commands to work on.
enum Tetrahedron {
  /// The text of its OBJ file.
  static let obj = """
    v 1 1 1 1 0 0
    v -1 -1 1 0 1 0
    v -1 1 -1 0 0 1
    v 1 -1 -1 1 1 0
    f 1 3 2
    f 1 2 4
    f 1 4 3
    f 2 3 4
    """

  /// Writes the mesh, a camera file of some views a step of the azimuth apart, and the pictures that `render` makes of them.
  static func scene(
    in folder: TemporaryFolder, views: Int, degreesApart: Int, width: Int, height: Int
  ) throws -> (mesh: String, cameras: String) {
    let mesh = try folder.file("mesh.obj", obj).path
    let frames = (0..<views).map { k in
      CameraFrame(
        filePath: "\(k).png",
        camera: Camera<Float>(
          fieldOfViewDegrees: 40, axis: .x, width: width, height: height,
          worldToCamera: .orbit(
            azimuthDegrees: Float(degreesApart * k + 10), elevationDegrees: 20, distance: 6)))
    }
    let cameras = folder.path("transforms.json")
    try saveCameras(CameraSet(frames: frames), to: cameras)
    for k in 0..<views {
      let run = try CommandRun(
        "render", mesh, "--camera", "\(cameras)#\(k)", "-o", folder.path("\(k).png"))
      try #require(run.exitCode == 0, "\(run.messages)")
    }
    return (mesh, cameras)
  }
}
