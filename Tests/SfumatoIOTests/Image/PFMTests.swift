import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoIO

@Suite struct PFMTests {
  @Test(arguments: [1, 3])
  func `what is saved comes back bit by bit`(channels: Int) throws {
    var generator = SeededGenerator(seed: 4)
    let values = (0..<7 * 5 * channels).map { _ in Float(generator.uniform(-1e6...1e6)) }
    var image = ImageBuffer(width: 7, height: 5, channels: channels, values: values)
    image.values[3] = .infinity
    #expect(try decodePFM(encodePFM(image), path: "a.pfm") == image)
  }

  @Test func `rows go from the bottom up and the sign of the scale tells the byte order`() throws {
    // 1.0 below, 2.0 above.
    let big = Array("Pf 1 2 1.0\n".utf8) + [0x3F, 0x80, 0, 0, 0x40, 0, 0, 0]
    #expect(try decodePFM(big, path: "a.pfm").values == [2, 1])
    let little = Array("Pf\n1 2\n-2.5\n".utf8) + [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
    #expect(try decodePFM(little, path: "a.pfm").values == [2, 1])
  }

  @Test func `errors say what is wrong`() {
    let head = Array("PF\n1 1\n-1\n".utf8)
    #expect(
      message { try decodePFM(head + [0, 0], path: "a.pfm") }
        == "a.pfm: damaged PFM: 2 bytes follow the header; 1 x 1 x 3 floats take 12")
    let nan = head + [UInt8](repeating: 0xFF, count: 12)
    #expect(
      message { try decodePFM(nan, path: "a.pfm") }
        == "a.pfm: damaged PFM: the number of column 0, row 0 is not finite")
    #expect(
      message { try decodePFM(Array("PF\n0 1\n-1\n".utf8), path: "a.pfm") }
        == "a.pfm: damaged PFM: its size is not two whole numbers above 0")
    let infinite = Array("Pf\n1 1\n-1\n".utf8) + [0, 0, 0x80, 0x7F]
    #expect(
      message { try decodeImage(infinite, path: "a.pfm") }
        == "a.pfm: damaged PFM: a number is infinite, as of depth; colours are finite")
  }
}
