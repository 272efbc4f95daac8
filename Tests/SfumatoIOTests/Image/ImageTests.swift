import Foundation
import SfumatoCore
import SfumatoIO
import SfumatoTestSupport
import Testing

@Suite struct ImageTests {
  private func raw(_ fixture: PNGFixture) throws -> LoadedImage {
    try decodeImage(fixture.bytes, path: "test.png", linearColor: false)
  }

  private func randomSamples(_ count: Int, _ bitDepth: Int, seed: UInt64) -> [Int] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Int.random(in: 0..<1 << bitDepth, using: &generator) }
  }

  @Test(arguments: [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (4, 8), (6, 8)])
  func `every sample is exact`(colorType: Int, bitDepth: Int) throws {
    for interlaced in [false, true] {
      var fixture = PNGFixture(
        width: 13, height: 11, bitDepth: bitDepth, colorType: colorType, interlaced: interlaced,
        samples: [])
      fixture.samples = randomSamples(13 * 11 * fixture.channels, bitDepth, seed: 5)
      let image = try raw(fixture)
      #expect(image.bitDepth == bitDepth)
      #expect(image.hasAlpha == (colorType >= 4))
      let largest = Double(1 << bitDepth - 1)
      for pixel in 0..<13 * 11 {
        let s = fixture.samples[pixel * fixture.channels..<(pixel + 1) * fixture.channels].map {
          Float(Double($0) / largest)
        }
        let expected: [Float]
        switch s.count {
        case 1: expected = [s[0], s[0], s[0], 1]
        case 2: expected = [s[0], s[0], s[0], s[1]]
        case 3: expected = s + [1]
        default: expected = s
        }
        #expect(Array(image.pixels.values[4 * pixel..<4 * pixel + 4]) == expected)
      }
    }
  }

  @Test(arguments: [4, 6])
  func `16 bits with alpha stay straight`(colorType: Int) throws {
    for interlaced in [false, true] {
      var fixture = PNGFixture(
        width: 19, height: 17, bitDepth: 16, colorType: colorType, interlaced: interlaced,
        samples: [])
      let channels = fixture.channels
      fixture.samples = randomSamples(19 * 17 * channels, 16, seed: 6)
      for pixel in 0..<19 * 17 where pixel % 3 == 0 {
        fixture.samples[pixel * channels + channels - 1] = [0, 65535, 32768][pixel / 3 % 3]
      }
      let image = try raw(fixture)
      for pixel in 0..<19 * 17 {
        let alpha = fixture.samples[pixel * channels + channels - 1]
        #expect(image.pixels.values[4 * pixel + 3] == Float(Double(alpha) / 65535))
        let color = fixture.samples[pixel * channels]
        let error = abs(Double(image.pixels.values[4 * pixel]) * 65535 - Double(color))
        // Half a step over alpha and half a step of rounding; 8 bits at worst, unless interlaced.
        let bound = min(
          0.5 + 0.5 * 65535 / max(Double(alpha), 0.5), interlaced ? 65535 : 257)
        #expect(error <= bound + 0.01, "alpha \(alpha) color \(color)")
      }
    }
  }

  @Test func `a palette with transparency becomes colour and alpha`() throws {
    let fixture = PNGFixture(
      width: 3, height: 1, bitDepth: 2, colorType: 3, samples: [0, 1, 2],
      extra: pngChunk("PLTE", [255, 0, 0, 0, 255, 0, 0, 0, 51]) + pngChunk("tRNS", [0, 51]))
    let image = try raw(fixture)
    #expect(image.hasAlpha)
    #expect(image.bitDepth == 2)
    #expect(image.pixels.values == [1, 0, 0, 0, 0, 1, 0, 0.2, 0, 0, 0.2, 1])
  }

  @Test func `a transparent colour is alpha 0`() throws {
    let fixture = PNGFixture(
      width: 2, height: 1, colorType: 2, samples: [1, 2, 3, 4, 5, 6],
      extra: pngChunk("tRNS", [0, 1, 0, 2, 0, 3]))
    let image = try raw(fixture)
    #expect(image.hasAlpha)
    #expect(image.pixels[0, 0, 3] == 0 && image.pixels[1, 0, 3] == 1)
    #expect(image.pixels[0, 0, 2] == 3 / 255.0)
  }

  @Test func `gamma and profile chunks change no sample`() throws {
    for bitDepth in [8, 16] {
      let fixture = PNGFixture(
        width: 2, height: 1, bitDepth: bitDepth, colorType: 0, samples: [40, 200],
        extra: pngChunk("gAMA", [0, 1, 0x86, 0xA0]))
      let image = try raw(fixture)
      let largest = bitDepth == 8 ? 255.0 : 65535.0
      #expect(image.pixels[0, 0, 0] == Float(40 / largest))
      #expect(image.pixels[1, 0, 0] == Float(200 / largest))
    }
  }

  @Test func `colour is decoded from sRGB and alpha is not`() throws {
    let fixture = PNGFixture(
      width: 1, height: 1, colorType: 6, samples: [255, 128, 0, 128])
    let image = try decodeImage(fixture.bytes, path: "test.png")
    #expect(image.pixels.values[0] == 1 && image.pixels.values[2] == 0)
    #expect(image.pixels.values[1] == Float(sRGBDecode(128.0 / 255)))
    #expect(image.pixels.values[3] == Float(128.0 / 255))
  }

  @Test(arguments: [1, 3, 4], [8, 16])
  func `what is saved comes back`(channels: Int, bitDepth: Int) throws {
    var generator = SeededGenerator(seed: UInt64(channels * bitDepth))
    let (width, height) = (37, 23)
    let values = (0..<width * height * channels).map { _ in Float(generator.uniform(0...1)) }
    var image = ImageBuffer(width: width, height: height, channels: channels, values: values)
    if channels == 4 {  // low alpha in 16 bits is read coarsely, so keep it high
      for p in 0..<image.pixelCount { image.values[4 * p + 3] = 0.5 + image.values[4 * p + 3] / 2 }
    }
    try withTemporaryFolder { folder in
      for encoding in [ColorEncoding.sRGB, .raw] {
        try saveImage(image, to: folder + "/a.png", bitDepth: bitDepth, colorEncoding: encoding)
        let back = try loadImage(folder + "/a.png", linearColor: false)
        #expect(back.bitDepth == bitDepth && back.hasAlpha == (channels == 4))
        let step: Float = bitDepth == 8 ? 0.5 / 255 : (channels == 4 ? 2.5 : 0.5) / 65535
        for p in 0..<image.pixelCount {
          for c in 0..<channels {
            let value = image.values[p * channels + c]
            let code = encoding == .sRGB && c < 3 ? sRGBEncode(value) : value
            #expect(abs(back.pixels.values[4 * p + c] - code) < step + 2e-7)
          }
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.png"])
    }
  }

  @Test func `all 256 codes survive loading and saving`() throws {
    let fixture = PNGFixture(width: 256, height: 1, colorType: 0, samples: Array(0...255))
    let linear = try decodeImage(fixture.bytes, path: "test.png").pixels
    let again = try decodeImage(try encodeImage(linear), path: "test.png", linearColor: false)
    for code in 0...255 { #expect(again.pixels[code, 0, 1] == Float(Double(code) / 255)) }
  }

  @Test func `values are clamped and rounded to nearest when saved`() throws {
    let image = ImageBuffer<Float>(
      width: 5, height: 1, channels: 1, values: [-1, 2, .nan, 1.49 / 255, 1.51 / 255])
    let file = try encodeImage(image, colorEncoding: .raw)
    let back = try decodeImage(file, path: "a.png", linearColor: false)
    #expect((0..<5).map { back.pixels[$0, 0, 0] * 255 } == [0, 255, 0, 1, 2])
  }

  @Test func `only sRGB pictures are labelled so`() throws {
    let image = ImageBuffer<Float>(width: 2, height: 2, channels: 4, fill: 0.3)
    for bitDepth in [8, 16] {
      let types = { (encoding: ColorEncoding) in
        try pngChunks(try encodeImage(image, bitDepth: bitDepth, colorEncoding: encoding)).map(
          \.type)
      }
      #expect(try types(.sRGB) == ["IHDR", "sRGB", "IDAT", "IEND"])
      #expect(try types(.raw) == ["IHDR", "IDAT", "IEND"])
    }
  }

  @Test func `errors say what is wrong`() throws {
    #expect(message { try loadImage("/nowhere/a.png") } == "/nowhere/a.png: no such file")
    #expect(message { try loadImage("/") } == "/: is a folder, not a file")
    #expect(message { try loadImage("/dev/zero") } == "/dev/zero: is not a regular file")
    #expect(
      message { try decodeImage(Array("GIF89a".utf8), path: "a.gif") }
        == "a.gif: a file of the kind GIF; PNG, JPEG and PFM are read")
    #expect(
      message { try decodeImage([], path: "a.png") }
        == "a.png: is no image; PNG, JPEG and PFM are read")
    let fixture = PNGFixture(width: 3, height: 2, colorType: 0, samples: [1, 2, 3, 4, 5, 6])
    #expect(
      message { try decodeImage(fixture.bytes, path: "a.png", maxSide: 2) }
        == "a.png: 3 x 2 pixels; the limit is 2 a side")
    #expect(
      message { try decodeImage(Array(fixture.bytes.dropLast(5)), path: "a.png") }
        == "a.png: damaged PNG: the file ends before its last chunk")
    let image = ImageBuffer<Float>(width: 1, height: 1, channels: 1)
    #expect(
      message { try saveImage(image, to: "/nowhere/a.png") }
        == "/nowhere/a.png: the folder /nowhere does not exist")
  }

  @Test func `two channels are the caller's mistake`() async {
    await #expect(processExitsWith: .failure) {
      _ = try encodeImage(ImageBuffer<Float>(width: 1, height: 1, channels: 2))
    }
  }

  @Test func `a short file cannot declare a large picture`() {
    var fixture = PNGFixture(
      width: 2, height: 1, colorType: 6, samples: [Int](repeating: 9, count: 8))
    let honest = fixture.bytes
    fixture.width = 16000
    fixture.height = 16000
    let header = Array(fixture.headerBytes)
    let lying = Array(honest[..<8]) + pngChunk("IHDR", header) + honest[33...]
    #expect(
      message { try decodeImage(lying, path: "a.png") }
        == "a.png: declares 16000 x 16000 pixels, "
        + "more than its 20 bytes of image data can hold")
  }

  @Test func `8-bit codes are those of the curve, at every step`() throws {
    // Around each step between two codes, and in between.
    var values: [Float] = []
    for step in 0..<255 {
      let border = sRGBDecode((Float(step) + 0.5) / 255)
      for k in -20...20 { values.append(border + border.ulp * Float(k)) }
      values.append(sRGBDecode(Float(step) / 255))
    }
    values += [0, 1, -1, 2, .nan, .infinity, .leastNonzeroMagnitude, 1 - Float.ulpOfOne]
    while values.count % 3 != 0 { values.append(0.5) }
    let image = ImageBuffer<Float>(width: values.count / 3, height: 1, channels: 3, values: values)
    let codes = try withTemporaryFolder { folder in
      try saveImage(image, to: folder + "/codes.png")
      return try loadImage(folder + "/codes.png", linearColor: false).pixels
    }
    for (i, value) in values.enumerated() {
      let clamped = value > 0 ? min(value, 1) : 0
      let expected = (sRGBEncode(clamped) * 255).rounded()
      #expect((codes.values[i / 3 * 4 + i % 3] * 255).rounded() == expected, "\(value)")
    }
  }
}
