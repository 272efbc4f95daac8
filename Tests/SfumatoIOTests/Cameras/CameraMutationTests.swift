import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoIO

/// Damaged camera files of every format give a set or a typed error: no crash, no stall, no memory.
@Suite(.serialized) struct CameraMutationTests {
  /// Mutations of each reader; `SFUMATO_MUTATIONS` raises them.
  private static let count =
    ProcessInfo.processInfo.environment["SFUMATO_MUTATIONS"].flatMap(Int.init) ?? 300

  private func fuzz(
    _ seeds: [[UInt8]], _ read: ([UInt8]) throws(CameraFileError) -> CameraSet
  ) {
    var generator = SeededGenerator(seed: 77)
    var refused = 0
    var slowest = Duration.zero
    // Tests beside this one have a share in it.
    let peak = peakMemoryMiB()
    let clock = ContinuousClock()
    for i in 0..<Self.count {
      let bytes = generator.mutate(seeds[i % seeds.count])
      let start = clock.now
      do {
        for frame in try read(bytes).frames {
          let camera = frame.camera
          let center = camera.center
          let isFine =
            center.x.isFinite && center.y.isFinite && center.z.isFinite && camera.focal.x > 0
            && camera.focal.x.isFinite && camera.principal.x.isFinite && camera.width > 0
          #expect(isFine)
          if let lens = frame.distortion {
            let bent = lens.distorted(SIMD2(0.7, -0.4))
            #expect(bent.x.isFinite && bent.y.isFinite)
            _ = lens.monotoneRadius(upTo: 2)
          }
        }
      } catch {
        refused += 1
        _ = "\(error)"
      }
      slowest = max(slowest, clock.now - start)
    }
    #expect(slowest < .seconds(2))
    #expect(peakMemoryMiB() - peak < 1024)
    // Both outcomes must occur, or the mutations test nothing.
    #expect(refused > Self.count / 50 && refused < Self.count)
  }

  /// A set with each kind of lens that a format has.
  private var set: CameraSet {
    let lenses: [LensDistortion?] = [
      nil, .polynomial(radial: SIMD4(0.1, -0.02, 0, 0), tangential: SIMD2(0.01, 0.002)),
      .fisheye(SIMD4(0.1, -0.02, 0.003, 0)),
    ]
    let frames = lenses.enumerated().map { i, lens in
      CameraFrame(
        filePath: "\(i).png",
        camera: Camera<Float>(
          fieldOfViewDegrees: 40, axis: .x, width: 64, height: 48,
          worldToCamera: .orbit(
            azimuthDegrees: Float(40 * i), elevationDegrees: 20, distance: 3)), distortion: lens)
    }
    return CameraSet(frames: frames, bounds: (SIMD3(-1, -1, -1), SIMD3(1, 1, 1)))
  }

  private var pinholes: CameraSet {
    var set = set
    for i in set.frames.indices { set.frames[i].distortion = nil }
    return set
  }

  @Test func `damaged transforms files`() throws {
    let seed = try encodeCameras(set, path: "/nowhere/t.json")
    fuzz([seed]) { (bytes) throws(CameraFileError) in
      try parseCameras(bytes, path: "/nowhere/t.json")
    }
  }

  @Test func `damaged transforms files, read without a look at the matrices`() throws {
    let seed = try encodeCameras(set, path: "/nowhere/t.json")
    fuzz([seed]) { (bytes) throws(CameraFileError) in
      try parseUnreadCameras(bytes, path: "/nowhere/t.json", frame: nil, split: nil).0
    }
  }

  @Test(arguments: [CameraFormat.opencv, .pytorch3d, .mitsuba, .opengl])
  func `damaged lists`(convention: CameraFormat) throws {
    let seed = try encodeCameraList(
      convention == .opencv ? set : pinholes, convention: convention, path: "/nowhere/c.json")
    fuzz([seed]) { (bytes) throws(CameraFileError) in
      try parseCameraList(bytes, path: "/nowhere/c.json")
    }
  }

  @Test(arguments: 0..<3)
  func `damaged COLMAP models in text`(file: Int) throws {
    let good = try ColmapModel(set, folder: "/nowhere").text
    try fuzzModel([good.cameras, good.images, good.points], file) {
      (files) throws(CameraFileError) in
      ColmapModel(
        cameras: try parseColmapCameras(text: files[0], path: "c.txt"),
        images: try parseColmapImages(text: files[1], path: "i.txt"),
        points: try parseColmapPoints(text: files[2], path: "p.txt"))
    }
  }

  @Test(arguments: 0..<3)
  func `damaged COLMAP models in binary`(file: Int) throws {
    let good = try ColmapModel(set, folder: "/nowhere").binary
    try fuzzModel([good.cameras, good.images, good.points], file) {
      (files) throws(CameraFileError) in
      ColmapModel(
        cameras: try parseColmapCameras(binary: files[0], path: "c.bin"),
        images: try parseColmapImages(binary: files[1], path: "i.bin"),
        points: try parseColmapPoints(binary: files[2], path: "p.bin"))
    }
  }

  private func fuzzModel(
    _ files: [[UInt8]], _ damaged: Int,
    _ read: ([[UInt8]]) throws(CameraFileError) -> ColmapModel
  ) throws {
    let folder = ColmapFolder(model: "/nowhere", scene: "/nowhere", format: .colmapText)
    fuzz([files[damaged]]) { (bytes) throws(CameraFileError) in
      var all = files
      all[damaged] = bytes
      let set = try read(all).cameraSet(in: folder)
      if let bounds = set.bounds {
        for axis in 0..<3 { #expect(bounds.upper[axis].isFinite && bounds.lower[axis].isFinite) }
      }
      return set
    }
  }

  @Test func `damaged Middlebury files`() throws {
    try withTemporaryFolder { folder in
      for i in 0..<3 {
        try saveImage(
          ImageBuffer<Float>(width: 64, height: 48, channels: 3), to: "\(folder)/\(i).png")
      }
      let seed = try encodeMiddlebury(pinholes, path: folder + "/x_par.txt")
      fuzz([seed]) { (bytes) throws(CameraFileError) in
        try parseMiddlebury(bytes, path: folder + "/x_par.txt")
      }
    }
  }
}
