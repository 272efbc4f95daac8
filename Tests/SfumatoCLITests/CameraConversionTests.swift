import ArgumentParser
import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@testable import SfumatoCLI

@Suite struct CameraConversionTests {
  @Test func `cameras are converted by the output's name or by a format's`() throws {
    let folder = try TemporaryFolder()
    let frames = (0..<3).map { k -> CameraFrame in
      let pose = RigidTransform<Float>.orbit(
        azimuthDegrees: Float(100 * k), elevationDegrees: 20, distance: 3)
      let camera = Camera<Float>(
        fieldOfViewDegrees: 40, axis: .x, width: 64, height: 48, worldToCamera: pose)
      return CameraFrame(filePath: "\(k).png", camera: camera)
    }
    try saveCameras(CameraSet(frames: frames), to: folder.path("transforms.json"))
    func convert(_ input: String, _ output: String, to name: String? = nil) throws -> [String] {
      try convertCameras(
        input: folder.path(input), output: folder.path(output), to: name, global: try .parse([]))
    }
    #expect(try convert("transforms.json", "model").count == 3)
    #expect(try convert("model", "binary", to: "colmap").count == 3)
    #expect(try convert("binary", "list.json", to: "pytorch3d") == [folder.path("list.json")])
    #expect(try convert("list.json#1", "back.json").count == 1)
    let back = try loadCameras(folder.path("back.json")).frames
    #expect(back.count == 1 && length(back[0].camera.center - frames[1].camera.center) < 1e-5)
    // Nothing is replaced unasked; unknown formats and names are errors.
    #expect(throws: CommandFailure.self) { try convert("transforms.json", "list.json") }
    #expect(throws: (any Error).self) { try convert("transforms.json", "new", to: "maya") }
    #expect(throws: (any Error).self) { try convert("transforms.json", "new.abc") }
    try convertCameras(
      input: folder.path("transforms.json"), output: folder.path("list.json"),
      global: try .parse(["--force"]))
    #expect(CameraFormat.recognised(folder.path("list.json")) == .transforms)
  }
}
