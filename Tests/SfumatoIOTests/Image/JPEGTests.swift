import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoIO

@Suite struct JPEGTests {
  /// A smooth picture, which JPEG keeps closely.
  private func ramp(_ channels: Int) -> [UInt8] {
    var samples: [UInt8] = []
    for i in 0..<48 * 32 {
      let (x, y) = (i % 48, i / 48)
      for c in 0..<channels { samples.append(UInt8(2 * x + y * (c + 1))) }
    }
    return samples
  }

  @Test(arguments: [1, 3], [false, true])
  func `baseline and progressive come back closely`(channels: Int, progressive: Bool) throws {
    let samples = ramp(channels)
    let bytes = try encodeJPEG(
      samples, width: 48, height: 32, channels: channels, quality: 95, progressive: progressive)
    let image = try decodeImage(bytes, path: "a.png", linearColor: false)
    #expect(image.pixels.width == 48 && image.pixels.height == 32)
    #expect(!image.hasAlpha && image.bitDepth == 8)
    var largest: Float = 0
    for pixel in 0..<48 * 32 {
      for c in 0..<3 {
        let expected = Float(samples[pixel * channels + min(c, channels - 1)]) / 255
        largest = max(largest, abs(image.pixels.values[4 * pixel + c] - expected))
      }
      #expect(image.pixels.values[4 * pixel + 3] == 1)
    }
    #expect(largest < 6.0 / 255)
    let linear = try decodeImage(bytes, path: "a.jpg")
    let code = Double(image.pixels.values[0])
    #expect(abs(Double(linear.pixels.values[0]) - sRGBDecode(code)) < 1e-6)
  }

  @Test func `the extension chooses what is written and the content what is read`() throws {
    try withTemporaryFolder { folder in
      let image = ImageBuffer<Float>(width: 9, height: 5, channels: 3, fill: 0.25)
      for name in ["a.png", "a.jpg", "a.JPEG", "a.pfm"] {
        try saveImage(image, to: folder + "/" + name)
        #expect(try imageSize(folder + "/" + name) == (9, 5))
        let back = try loadImage(folder + "/" + name)
        #expect(abs(back.pixels.values[0] - 0.25) < 0.005, "\(name)")
      }
      let jpeg = try readBytes(folder + "/a.jpg")
      #expect(jpeg.starts(with: [0xFF, 0xD8]))
      try writeAtomically(jpeg, to: folder + "/b.png")
      #expect(try loadImage(folder + "/b.png").pixels.width == 9)
      let four = ImageBuffer<Float>(width: 1, height: 1, channels: 4)
      #expect(
        message { try saveImage(four, to: folder + "/c.jpg") }
          == "\(folder)/c.jpg: JPEG has no place for 4 channels; PNG has")
    }
  }

  @Test func `orientation in EXIF data is left alone`() throws {
    // A picture twice as wide as high, marked as turned by 90 degrees.
    var bytes = try encodeJPEG(ramp(3), width: 48, height: 32, channels: 3, quality: 90)
    let exif: [UInt8] =
      Array("Exif\0\0".utf8) + Array("MM\0*".utf8) + [0, 0, 0, 8, 0, 1]
      + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0] + [0, 0, 0, 0]
    let length = exif.count + 2
    bytes.insert(
      contentsOf: [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + exif, at: 2)
    #expect(try decodeImage(bytes, path: "a.jpg").pixels.width == 48)
  }

  @Test func `damage is refused`() throws {
    let bytes = try encodeJPEG(ramp(3), width: 48, height: 32, channels: 3, quality: 90)
    let cut = try #require(
      message { try decodeImage(Array(bytes.dropLast(200)), path: "a.jpg") })
    #expect(cut.hasPrefix("a.jpg: TurboJPEG: "))
    #expect(
      message { try decodeImage(bytes, path: "a.jpg", maxSide: 40) }
        == "a.jpg: 48 x 32 pixels; the limit is 40 a side")
    #expect(
      try #require(message { try decodeImage([0xFF, 0xD8, 0xFF, 0xE0], path: "a.jpg") })
        .hasPrefix("a.jpg: TurboJPEG: "))
  }
}
