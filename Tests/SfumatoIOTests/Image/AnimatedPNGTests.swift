import Foundation
import SfumatoCore
import Testing

@testable import SfumatoIO

@Suite struct AnimatedPNGTests {
  private static func frame(_ value: Float) -> ImageBuffer<Float> {
    ImageBuffer(
      width: 3, height: 2, channels: 4,
      values: (0..<24).map {
        $0 % 4 == 3 ? 1 : (value + Float($0) / 48).truncatingRemainder(dividingBy: 1)
      })
  }

  @Test func `every frame is there, in order, with what the first says of all`() throws {
    let frames = [Self.frame(0.1), Self.frame(0.4), Self.frame(0.8)]
    let file = try encodeAnimatedPNG(frames, framesPerSecond: 12, colorEncoding: .sRGB)
    let chunks = try pngChunks(file)
    let types = chunks.map(\.type)
    #expect(types.first == "IHDR" && types.last == "IEND")
    #expect(types.filter { $0 == "fcTL" }.count == 3 && types.firstIndex(of: "acTL") == 1)
    let control = chunks[1].data.lowerBound
    #expect(bigEndian32(file, at: control) == 3 && bigEndian32(file, at: control + 4) == 0)
    // Sequence numbers run through fcTL and fdAT; delays are 1 / 12.
    var next: UInt32 = 0
    var streams: [[UInt8]] = []
    for chunk in chunks {
      let at = chunk.data.lowerBound
      switch chunk.type {
      case "fcTL":
        #expect(bigEndian32(file, at: at) == next)
        #expect(bigEndian32(file, at: at + 4) == 3 && bigEndian32(file, at: at + 8) == 2)
        #expect(Array(file[at + 20..<at + 24]) == [0, 1, 0, 12])
        next += 1
        streams.append([])
      case "fdAT":
        #expect(bigEndian32(file, at: at) == next)
        next += 1
        streams[streams.count - 1] += file[(at + 4)..<chunk.data.upperBound]
      case "IDAT": streams[streams.count - 1] += file[chunk.data]
      default: break
      }
    }
    // Each frame's samples are those of a picture of its own.
    for (frame, stream) in zip(frames, streams) {
      let own = try encodeImage(frame)
      let wanted = try pngChunks(own).filter { $0.type == "IDAT" }.flatMap { own[$0.data] }
      #expect(stream == wanted)
    }
  }

  @Test func `a reader that knows no animation shows the first frame`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sfumato-animation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (moving, still) = (
      folder.appendingPathComponent("a.png").path, folder.appendingPathComponent("b.png").path
    )
    try saveAnimatedPNG([Self.frame(0.3), Self.frame(0.6)], to: moving, framesPerSecond: 25)
    try saveImage(Self.frame(0.3), to: still)
    #expect(try loadImage(moving).pixels == loadImage(still).pixels)
  }
}
