import SfumatoTestSupport
import Testing

@testable import SfumatoSolve

@Suite struct SkylinePackingTests {
  @Test(arguments: 1...20)
  func `rectangles lie within the strip and apart`(seed: UInt64) {
    var g = SeededGenerator(seed: seed)
    let sizes = (0..<60).map { _ in
      SIMD2(Int(g.uniform(1...30)), Int(g.uniform(1...20)))
    }.sorted { $0.y > $1.y }
    let width = 64
    let (places, height) = SkylinePacking.pack(sizes, width: width)
    var taken = [Bool](repeating: false, count: width * height)
    for (place, size) in zip(places, sizes) {
      #expect(place.x >= 0 && place.x + size.x <= width && place.y + size.y <= height)
      for y in place.y..<place.y + size.y {
        for x in place.x..<place.x + size.x {
          #expect(!taken[y * width + x])
          taken[y * width + x] = true
        }
      }
    }
    let used = taken.count { $0 }
    #expect(Double(used) > 0.75 * Double(taken.count), "\(used) of \(taken.count)")
  }

  @Test func `squares of the strip's width lie on each other, and none take no height`() {
    let (places, height) = SkylinePacking.pack([SIMD2(8, 8), SIMD2(8, 8)], width: 8)
    #expect(places == [SIMD2(0, 0), SIMD2(0, 8)] && height == 16)
    #expect(SkylinePacking.pack([], width: 8).height == 0)
  }
}
