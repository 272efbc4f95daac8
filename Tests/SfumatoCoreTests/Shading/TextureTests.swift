import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct TextureTests {
  static func texture(
    _ width: Int, _ height: Int, _ channels: Int, filter: Texture<Double>.Filter, seed: UInt64 = 1,
    wrap: Texture<Double>.Wrap = .repeat
  ) -> Texture<Double> {
    var g = SeededGenerator(seed: seed)
    return Texture(
      width: width, height: height, channels: channels,
      texels: g.array(width * height * channels, 0...1), wrapU: wrap, wrapV: wrap, filter: filter)
  }

  private static func look(
    _ texture: Texture<Double>, _ place: SIMD2<Double>, footprint: Double = 0
  ) -> SIMD4<Double> {
    let chain = MipChain(texture)
    return chain.value(
      chain.sample(place, footprint: (SIMD2(footprint, 0), SIMD2(0, footprint / 3))))
  }

  @Test(arguments: [Texture<Double>.Filter.nearest, .bilinear, .trilinear])
  func `the centre of a texel shows the texel, row 0 on top`(filter: Texture<Double>.Filter) {
    let texture = Self.texture(4, 3, 3, filter: filter)
    for y in 0..<3 {
      for x in 0..<4 {
        let place = SIMD2((Double(x) + 0.5) / 4, 1 - (Double(y) + 0.5) / 3)
        let value = Self.look(texture, place)
        for c in 0..<3 {
          #expect(abs(value[c] - texture.texels[(y * 4 + x) * 3 + c]) < 1e-12)
        }
        #expect(value.w == 1)
      }
    }
  }

  @Test func `half way between two texels is their mean`() {
    let texture = Self.texture(4, 3, 1, filter: .bilinear)
    let value = Self.look(texture, SIMD2(2.0 / 4, 1 - 0.5 / 3))
    #expect(abs(value.x - (texture.texels[1] + texture.texels[2]) / 2) < 1e-12)
    #expect(value.x == value.y && value.y == value.z && value.w == 1)
  }

  @Test func `beyond the border the picture repeats, is mirrored or stands still`() {
    let row = [0.1, 0.4, 0.8]
    func at(_ u: Double, _ wrap: Texture<Double>.Wrap) -> Double {
      let texture = Texture<Double>(
        width: 3, height: 1, channels: 1, texels: row, wrapU: wrap, wrapV: wrap, filter: .nearest)
      return Self.look(texture, SIMD2(u, 0.5)).x
    }
    for turn in [-7.0, -2, -1, 1, 2, 50] {
      for (i, value) in row.enumerated() {
        let u = (Double(i) + 0.5) / 3 + turn
        #expect(at(u, .repeat) == value, "repeat \(u)")
        let isBack = Int(turn) % 2 != 0
        #expect(at(u, .mirror) == (isBack ? row[2 - i] : value), "mirror \(u)")
        #expect(at(u, .clamp) == (turn < 0 ? row[0] : row[2]), "clamp \(u)")
      }
    }
    // Bilinear across the seam: the mean of the last and the first texel, or of one with itself.
    func between(_ wrap: Texture<Double>.Wrap) -> Double {
      let texture = Texture<Double>(
        width: 3, height: 1, channels: 1, texels: row, wrapU: wrap, wrapV: wrap, filter: .bilinear)
      return Self.look(texture, SIMD2(1, 0.5)).x
    }
    #expect(abs(between(.repeat) - 0.45) < 1e-12)
    #expect(abs(between(.mirror) - 0.8) < 1e-12 && abs(between(.clamp) - 0.8) < 1e-12)
  }

  @Test func `places that are no numbers or far away show some texel`() {
    for filter in [Texture<Double>.Filter.nearest, .bilinear, .trilinear] {
      for wrap in [Texture<Double>.Wrap.repeat, .mirror, .clamp] {
        let texture = Self.texture(5, 7, 3, filter: filter, wrap: wrap)
        for u in [Double.nan, .infinity, -.infinity, 1e300, -1e300, 1e9 + 0.3] {
          let value = Self.look(texture, SIMD2(u, -u), footprint: u)
          #expect((0..<3).allSatisfy { (0...1).contains(value[$0]) }, "\(filter), \(wrap), \(u)")
        }
      }
    }
  }

  @Test(arguments: [(8, 8), (5, 3), (7, 1), (1, 1)])
  func `every level of a mip chain has the texture's mean`(width: Int, height: Int) {
    let texture = Self.texture(width, height, 1, filter: .trilinear)
    let chain = MipChain(texture)
    let mean = texture.texels.reduce(0, +) / Double(width * height)
    for level in chain.levels {
      let count = level.width * level.height
      let own = chain.texels[level.first..<level.first + count].reduce(0, +) / Double(count)
      #expect(abs(own - mean) < 1e-12, "\(level)")
    }
    #expect(abs(Self.look(texture, SIMD2(0.3, 0.7), footprint: 1e6).x - mean) < 1e-12)
  }

  @Test func `a footprint of two texels shows the second level`() {
    let texture = Self.texture(8, 8, 3, filter: .trilinear)
    let chain = MipChain(texture)
    // The centre of the second level's texel (1, 2).
    let value = Self.look(texture, SIMD2(1.5 / 4, 1 - 2.5 / 4), footprint: 2.0 / 8)
    let i = (chain.levels[1].first + 2 * 4 + 1) * 3
    #expect(abs(value.x - chain.texels[i]) < 1e-12)
  }

  @Test(arguments: [Texture<Double>.Filter.bilinear, .trilinear], [1, 2, 3, 4])
  func `the adjoint agrees with finite differences`(
    filter: Texture<Double>.Filter, channels: Int
  ) {
    for wrap in [Texture<Double>.Wrap.repeat, .mirror, .clamp] {
      for seed in 1...3 as ClosedRange<UInt64> {
        var g = SeededGenerator(seed: seed)
        let texture = Self.texture(5, 6, channels, filter: filter, seed: seed, wrap: wrap)
        let places = (0..<10).map { _ in SIMD2(g.uniform(-2...2), g.uniform(-2...2)) }
        let size = SIMD2(g.uniform(0.1...0.5), g.uniform(0.05...0.3))
        let count = texture.texels.count
        func samples(_ p: [Double]) -> [SIMD4<Double>] {
          var own = texture
          own.texels = Array(p[..<count])
          let chain = MipChain(own)
          return places.indices.map { k in
            let place = SIMD2(p[count + 2 * k], p[count + 2 * k + 1])
            return chain.value(
              chain.sample(place, footprint: (SIMD2(size.x, 0), SIMD2(0, size.y))))
          }
        }
        let error = adjointError(
          at: texture.texels + places.flatMap { [$0.x, $0.y] }, step: 1e-6, seed: seed,
          forward: { samples($0).flatMap { [$0.x, $0.y, $0.z, $0.w] } },
          vjp: { p, bar in
            var own = texture
            own.texels = Array(p[..<count])
            let chain = MipChain(own)
            var chainBar = TexelBars<Double>(
              texelCount: chain.texels.count / chain.channels, channels: chain.channels)
            var placeBars: [Double] = []
            for k in places.indices {
              let place = SIMD2(p[count + 2 * k], p[count + 2 * k + 1])
              let sample = chain.sample(place, footprint: (SIMD2(size.x, 0), SIMD2(0, size.y)))
              let placeBar = chain.valueVJP(
                sample, valueBar: SIMD4(bar[4 * k], bar[4 * k + 1], bar[4 * k + 2], bar[4 * k + 3]),
                into: &chainBar)
              placeBars += [placeBar.x, placeBar.y]
            }
            return chain.backward(chainBar.values) + placeBars
          })
        #expect(error < 1e-6, "\(filter), \(channels), \(wrap), \(seed): \(error)")
      }
    }
  }

  @Test func `a kept chain follows its texture`() {
    var texture = Texture<Double>(
      width: 4, height: 4, channels: 1, texels: (0..<16).map(Double.init))
    func isRight() -> Bool {
      let (kept, built) = (texture.chains.chain(of: texture), MipChain(texture))
      return kept.texels == built.texels && kept.levels.count == built.levels.count
        && kept.wrapU == built.wrapU && kept.wrapV == built.wrapV && kept.filter == built.filter
    }
    #expect(isRight())
    let copy = texture
    texture.texels[5] = 100
    #expect(isRight())
    texture.filter = .bilinear
    #expect(isRight() && texture.chains.chain(of: texture).levels.count == 1)
    texture.wrapU = .clamp
    #expect(isRight())
    // A copy shares what is kept, and has its own texels.
    #expect(copy.chains.chain(of: copy).texels == MipChain(copy).texels)
  }
}
