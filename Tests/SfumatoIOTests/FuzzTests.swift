import Foundation
import SfumatoCore
@testable import SfumatoIO
import SfumatoTestSupport
import Testing

/// Damaged input gives a value or a typed error: no crash, no stall, no memory.
@Suite(.serialized) struct FuzzTests {
  /// A few hundred; `SFUMATO_MUTATIONS` raises it.
  private static let count =
    ProcessInfo.processInfo.environment["SFUMATO_MUTATIONS"].flatMap { Int($0) } ?? 400

  /// Runs a reader over mutations of the seeds; the readers' typed throws leave no other outcome.
  func fuzz<E: Error>(
    _ seeds: [[UInt8]], mutate: (inout SeededGenerator, [UInt8]) -> [UInt8] = { $0.mutate($1) },
    _ read: ([UInt8]) throws(E) -> Void
  ) {
    var generator = SeededGenerator(seed: 2024)
    var refused = 0
    var slowest = Duration.zero
    // Tests beside this one have a share in it.
    let peak = peakMemoryMiB()
    let clock = ContinuousClock()
    for i in 0..<Self.count {
      let bytes = mutate(&generator, seeds[i % seeds.count])
      let start = clock.now
      do { try read(bytes) } catch {
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

  @Test func `damaged OBJ files`() {
    let seeds = [
      "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvn 0 0 1\nf 1/1/1 2/2/1 3/1/1\nf 1 3 4\n",
      "# c\nv 0 0 0 1 0 0.5\nv 2 0 0 1 1 1\nv .5 .5 0 0 0 0\nv 0 2e0 0 1 0 1\nf 2 3 4 1\n"
        + "f -1 -2 \\\n-3\ng x\n",
    ].map { Array($0.utf8) }
    fuzz(seeds) { (bytes) throws(MeshFileError) in
      let mesh = try parseOBJ(bytes, path: "a.obj")
      let isFinite = mesh.positions.allSatisfy(\.isFinite)
      #expect(isFinite)
    }
  }

  @Test func `damaged PLY files`() {
    let seeds = [PLYFixture.Encoding.ascii, .little, .big].flatMap { encoding in
      [PLYFixture.everything(encoding).bytes, PLYFixture.strips(encoding).bytes]
    }
    fuzz(seeds) { (bytes) throws(MeshFileError) in
      let mesh = try parsePLY(bytes, path: "a.ply")
      let isFinite = mesh.positions.allSatisfy(\.isFinite)
      #expect(isFinite)
    }
  }

  @Test func `damaged STL files`() {
    let mesh = Mesh<Float>(
      positions: [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1], faces: [0, 2, 1, 0, 1, 3, 1, 2, 3])
    let text = """
      solid a b
      facet normal 0 0 1
       outer loop
        vertex 0 0 0
        vertex 1e0 0 0
        vertex 0 1.5 -2
       endloop
      endfacet
      endsolid a b

      """
    fuzz([encodeSTL(mesh), Array(text.utf8)]) { (bytes) throws(MeshFileError) in
      let mesh = try parseSTL(bytes, path: "a.stl")
      let isFinite = mesh.positions.allSatisfy(\.isFinite)
      #expect(isFinite)
    }
  }

  @Test func `damaged material libraries`() {
    let seeds = [
      "newmtl a b\nKd 0.5 0.25 1\nKs 1\nNs 10.5\nd 0.5\nTr 0.5 1\nillum 2\nmap_Kd -s 2 2 1 -o .5 0 -clamp on a b.png\n",
      "\tnewmtl x\n Pr 0.5\n Pm 1\n map_Pr -bm 2 r.png\n bump -bm 0.5 n.png\n Ke 1 0 0\nbsdf pbr\n",
    ].map { Array($0.utf8) }
    fuzz(seeds) { (bytes) throws(MeshFileError) in
      var reader = MTLReader(bytes, path: "a.mtl")
      _ = try reader.read()
    }
  }

  @Test func `damaged JPEG files`() throws {
    var generator = SeededGenerator(seed: 5)
    let noise = (0..<40 * 30 * 3).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let grey = (0..<40 * 30).map { UInt8($0 % 251) }
    let seeds = [
      try encodeJPEG(noise, width: 40, height: 30, channels: 3, quality: 60),
      try encodeJPEG(noise, width: 40, height: 30, channels: 3, quality: 90, progressive: true),
      try encodeJPEG(grey, width: 40, height: 30, channels: 1, quality: 80),
    ]
    fuzz(seeds) { (bytes) throws(ImageFileError) in
      let image = try decodeImage(bytes, path: "a.jpg")
      let isInRange = image.pixels.values.allSatisfy { $0 >= 0 && $0 <= 1 }
      #expect(isInRange)
    }
  }

  @Test func `damaged PFM files`() {
    let image = ImageBuffer<Float>(
      width: 5, height: 4, channels: 3, values: (0..<60).map { Float($0) })
    let grey = ImageBuffer<Float>(
      width: 5, height: 4, channels: 1, values: (0..<20).map { Float($0) })
    fuzz([encodePFM(image), encodePFM(grey)]) { (bytes) throws(ImageFileError) in
      _ = try decodeImage(bytes, path: "a.pfm")
    }
  }

  @Test func `damaged camera files`() {
    let frame = """
      {"file_path": "a.png", "fl_x": 30.5, "cx": 3, "k1": 0, "transform_matrix":
      [[0,0,1,3],[0,1,0,0],[-1,0,0,0],[0,0,0,1]]}
      """
    let seeds = [
      "{\"w\": 6, \"h\": 4, \"aabb\": [[-1,-1,-1],[1,1,1]], \"frames\": [\(frame),\(frame)]}",
      "{\"camera_model\": \"OPENCV\", \"camera_angle_x\": 0.7, \"w\": 6, \"h\": 4,"
        + " \"frames\": [\(frame)]}",
    ].map { Array($0.utf8) }
    fuzz(seeds) { (bytes) throws(CameraFileError) in
      for frame in try parseCameras(bytes, path: "/nowhere/t.json").frames {
        let center = frame.camera.center
        #expect(center.x.isFinite && center.y.isFinite && center.z.isFinite)
        #expect(frame.camera.focal.x.isFinite && frame.camera.focal.x > 0)
      }
    }
  }

  @Test func `damaged PNG files`() {
    var generator = SeededGenerator(seed: 1)
    var seeds: [[UInt8]] = []
    for (type, depth) in [(0, 1), (0, 16), (2, 8), (2, 16), (3, 4), (4, 16), (6, 8), (6, 16)] {
      for interlaced in [false, true] {
        var fixture = PNGFixture(
          width: 9, height: 7, bitDepth: depth, colorType: type, interlaced: interlaced,
          samples: [])
        let count = 9 * 7 * fixture.channels
        fixture.samples = (0..<count).map { _ in
          Int.random(in: 0..<1 << depth, using: &generator)
        }
        if type == 3 {
          fixture.extra = pngChunk("PLTE", (0..<48).map { $0 * 5 }) + pngChunk("tRNS", [0, 9, 99])
        }
        seeds.append(fixture.bytes)
      }
    }
    fuzz(seeds, mutate: { repaired($0.mutate($1), &$0) }) { (bytes) throws(ImageFileError) in
      let image = try decodeImage(bytes, path: "a.png")
      let isInRange = image.pixels.values.allSatisfy { $0 >= 0 && $0 <= 1 }
      #expect(isInRange)
    }
  }

  /// Makes the checksums right again three times of four, so that damage reaches the codec.
  private func repaired(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    guard Int.random(in: 0..<4, using: &generator) > 0, bytes.starts(with: pngSignature) else {
      return bytes
    }
    var result = bytes
    var at = 8
    while at + 12 <= result.count {
      let length = Int(bigEndian32(result, at: at))
      guard length <= result.count - at - 12 else { break }
      let checksum = bigEndianBytes(pngChecksum(result[at + 4..<at + 8 + length]))
      result.replaceSubrange(at + 8 + length..<at + 12 + length, with: checksum)
      at += 12 + length
    }
    return result
  }

  @Test func `a hostile polygon stays quick`() {
    // A comb of many teeth, where most corners are no ears, in a file of some megabytes.
    var text = ""
    let teeth = 2000
    for i in 0..<teeth { text += "v \(i) 0 0\nv \(Double(i) + 0.5) \(100 + i % 7) 0\n" }
    let face = "f " + (1...2 * teeth).map(String.init).joined(separator: " ") + "\n"
    for _ in 0..<20 { text += face }
    let clock = ContinuousClock()
    let bytes = Array(text.utf8)
    var faces = 0
    let time = clock.measure { faces = (try? parseOBJ(bytes, path: "a.obj").faceCount) ?? 0 }
    #expect(faces == 20 * (2 * teeth - 2))
    #if DEBUG
    let limit = Duration.seconds(60)  // slow code on a machine that may be busy
    #else
    let limit = Duration.seconds(2)
    #endif
    #expect(time < limit)
  }
}
