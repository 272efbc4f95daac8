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

  @Test func `what to ignore comes from a mask beside, read through the lens as the picture`()
    throws
  {
    defer { try? FileManager.default.removeItem(at: folder) }
    let image = try picture("a.png", channels: 4)
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    var mask = ImageBuffer<Float>(width: 4, height: 2, channels: 1)
    mask.values = [1, 0, 0, 0.4, 1, 0, 0, 0.4]
    try saveImage(mask, to: path("i.png"), colorEncoding: .raw)
    func set(_ ignore: String, lens: LensDistortion? = nil) -> CameraSet {
      CameraSet(frames: [
        CameraFrame(
          filePath: "a", imagePath: image, ignoreMaskPath: ignore,
          camera: Camera(fieldOfViewDegrees: 40, axis: .x, width: 4, height: 2), distortion: lens)
      ])
    }
    let view = try loadTargets(set(path("i.png")), of: "t.json")[0]
    #expect(view.ignored?.values == mask.values && view.ignoreMaskPath == path("i.png"))
    #expect(try loadTargets(self.set(image), of: "t.json")[0].ignored == nil)
    // A lens of almost no distortion moves next to nothing.
    let bent = try loadTargets(
      set(path("i.png"), lens: .polynomial(radial: SIMD4(1e-6, 0, 0, 0))), of: "t.json")[0]
    let moved = try #require(bent.ignored).values
    #expect(zip(moved, mask.values).allSatisfy { abs($0 - $1) < 1e-3 }, "\(moved)")
    let small = ImageBuffer<Float>(width: 2, height: 2, channels: 1)
    try saveImage(small, to: path("s.png"), colorEncoding: .raw)
    #expect(
      throws: TargetFileError(
        path: image,
        reason: .maskSize(mask: path("s.png"), maskWidth: 2, maskHeight: 2, width: 4, height: 2))
    ) { try loadTargets(set(path("s.png")), of: "t.json") }
    #expect(throws: ImageFileError.self) {
      try loadTargets(set(path("none.png")), of: "t.json")
    }
  }

  @Test func `normals and depth come from pictures beside`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let image = try picture("a.png", channels: 4)
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    // Towards the camera, to the right, black and grey backgrounds.
    let codes: [SIMD3<Float>] = [
      SIMD3(0.5, 0.5, 0), SIMD3(1, 0.5, 0.5), SIMD3(0, 0, 0), SIMD3(0.5, 0.5, 0.5),
    ]
    var normals = ImageBuffer<Float>(width: 4, height: 2, channels: 3)
    for p in 0..<8 { normals.values.setVector3(p, codes[p % 4]) }
    try saveImage(normals, to: path("n.png"), bitDepth: 16, colorEncoding: .raw)
    var depth = ImageBuffer<Float>(width: 4, height: 2, channels: 1)
    for p in 0..<8 { depth.values[p] = Float(p * 1500) / 65535 }
    try saveImage(depth, to: path("d.png"), bitDepth: 16, colorEncoding: .raw)
    func set(_ normal: String?, _ depth: String?, lens: LensDistortion? = nil) -> CameraSet {
      CameraSet(frames: [
        CameraFrame(
          filePath: "a", imagePath: image, depthPath: depth, normalPath: normal,
          camera: Camera(fieldOfViewDegrees: 40, axis: .x, width: 4, height: 2), distortion: lens)
      ])
    }
    let found = try loadTargets(set(path("n.png"), path("d.png")), of: "t.json")[0].geometry
    let own = try #require(found.normals).values
    #expect(length(own.vector3(0) - SIMD3(0, 0, -1)) < 1e-4)
    #expect(length(own.vector3(5) - SIMD3(1, 0, 0)) < 1e-4)
    #expect(own.vector3(2) == .zero && own.vector3(3) == .zero)
    #expect(found.depth?.values == (0..<8).map { Float($0) * 1.5 })
    var meters = ImageBuffer<Float>(width: 4, height: 2, channels: 1, fill: 2.5)
    (meters.values[1], meters.values[2]) = (.infinity, -1)
    try savePFM(meters, to: path("d.pfm"))
    let plain = try loadTargets(set(nil, path("d.pfm")), of: "t.json")[0].geometry
    #expect(plain.normals == nil)
    #expect(plain.depth?.values == [2.5, 0, 0, 2.5, 2.5, 2.5, 2.5, 2.5])
    try saveImage(depth, to: path("d8.png"), colorEncoding: .raw)
    #expect(throws: TargetFileError(path: path("d8.png"), reason: .coarseDepth(bits: 8))) {
      try loadTargets(set(nil, path("d8.png")), of: "t.json")
    }
    let small = ImageBuffer<Float>(width: 2, height: 2, channels: 3)
    try saveImage(small, to: path("s.png"), colorEncoding: .raw)
    #expect(
      throws: TargetFileError(
        path: path("s.png"),
        reason: .cameraSize(width: 2, height: 2, cameraWidth: 4, cameraHeight: 2))
    ) { try loadTargets(set(path("s.png"), nil), of: "t.json") }
    #expect(throws: TargetFileError(path: image, reason: .distortedGeometry)) {
      try loadTargets(
        set(path("n.png"), nil, lens: .fisheye(.zero)), of: "t")
    }
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
