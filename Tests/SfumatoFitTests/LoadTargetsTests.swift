import Foundation
import SfumatoCore
import SfumatoFit
import SfumatoIO
import Testing

@Suite struct LoadTargetsTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("sfumato-targets-\(UUID().uuidString)")

  /// Writes a 4 x 2 picture of one colour whose left half is transparent, where it has alpha.
  private func picture(_ name: String, channels: Int, code: Float = 0.4) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var image = ImageBuffer<Float>(width: 4, height: 2, channels: channels, fill: code)
    if channels == 4 {
      for y in 0..<2 { for x in 0..<4 { image[x, y, 3] = x < 2 ? 0 : 1 } }
    }
    let path = folder.appendingPathComponent(name).path
    try saveImage(image, to: path, colorEncoding: .raw)
    return path
  }

  private func set(_ image: String, mask: String? = nil, width: Int = 4) -> CameraSet {
    let camera = Camera<Float>(fieldOfViewDegrees: 40, axis: .x, width: width, height: 2)
    return CameraSet(frames: [
      CameraFrame(filePath: "a", imagePath: image, maskPath: mask, camera: camera)
    ])
  }

  private func alpha(_ views: [TargetView]) -> [Float] {
    (0..<8).map { views[0].picture.values[4 * $0 + 3] }
  }

  @Test func `alpha is the mask, and colours stay the file's codes`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let views = try loadTargets(set(picture("a.png", channels: 4)), of: "t.json")
    #expect(alpha(views) == [0, 0, 1, 1, 0, 0, 1, 1])
    #expect(views[0].file == "a")
    #expect(views[0].picture.values[8] == 0.4)
    #expect(views[0].metricImage.colorSRGB[6] == 0.4)
    #expect(views[0].metricImage.colorSRGB[0] == 0.5)
  }

  @Test func `a mask file or a mask colour serves a picture without alpha`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let image = try picture("a.png", channels: 3)
    let mask = try picture("m.png", channels: 1, code: 0.2)
    #expect(
      try alpha(loadTargets(set(image, mask: mask), of: "t.json"))
        == .init(repeating: 0.2, count: 8))
    let near = MaskColor(sRGB: SIMD3(0.5, 0.4, 0.3), tolerance: 0.11)
    #expect(try alpha(loadTargets(set(image), of: "t.json", maskColor: near)).max() == 0)
    let far = MaskColor(sRGB: SIMD3(0.5, 0.4, 0.3), tolerance: 0.09)
    #expect(try alpha(loadTargets(set(image), of: "t.json", maskColor: far)).min() == 1)
  }

  @Test func `what cannot be used is an error that names its file`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let image = try picture("a.png", channels: 3)
    let square = try picture("s.png", channels: 4)
    #expect(throws: TargetFileError(path: image, reason: .noMask)) {
      try loadTargets(set(image), of: "t.json")
    }
    #expect(
      throws: TargetFileError(
        path: square, reason: .cameraSize(width: 4, height: 2, cameraWidth: 5, cameraHeight: 2))
    ) { try loadTargets(set(square, width: 5), of: "t.json") }
    #expect(throws: TargetFileError(path: "t.json", reason: .noPicture(frame: 0))) {
      try loadTargets(set(""), of: "t.json")
    }
    #expect(throws: TargetFileError(path: "t.json", reason: .noViews)) {
      try loadTargets(CameraSet(frames: []), of: "t.json")
    }
    #expect(throws: ImageFileError.self) {
      try loadTargets(set(folder.appendingPathComponent("none.png").path), of: "t.json")
    }
    #expect("\(TargetFileError(path: "a.png", reason: .noMask))".hasPrefix("a.png: "))
  }
}
