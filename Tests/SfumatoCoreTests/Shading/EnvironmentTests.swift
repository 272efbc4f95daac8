import RealModule
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct EnvironmentTests {
  private static func texture(_ color: (SIMD3<Double>) -> SIMD3<Double>) -> Texture<Double> {
    var texture = Texture<Double>(
      width: 64, height: 32, channels: 3, texels: [Double](repeating: 0, count: 64 * 32 * 3))
    for row in 0..<32 {
      for column in 0..<64 {
        texture.texels.setVector3(
          row * 64 + column,
          color(Environment.direction(column: column, row: row, of: texture)))
      }
    }
    return texture
  }

  @Test func `a texel is seen where its centre lies`() {
    let texture = Self.texture { $0 }
    for (column, row) in [(0, 3), (31, 15), (40, 20), (63, 31)] {
      let direction = Environment.direction(column: column, row: row, of: texture)
      let place = Environment.place(direction)
      #expect(abs(place.x * 64 - (Double(column) + 0.5)) < 1e-9)
      #expect(abs((1 - place.y) * 32 - (Double(row) + 0.5)) < 1e-9)
      let seen = Environment.radiance(texture, towards: [direction])[0]
      #expect(length(seen - direction) < 1e-9)
    }
    // The middle along -Z, the right half towards +X, the top up.
    #expect(Environment.direction(column: 32, row: 15, of: texture).z < -0.99)
    #expect(Environment.direction(column: 48, row: 15, of: texture).x > 0.99)
    #expect(Environment.direction(column: 5, row: 0, of: texture).y > 0.99)
  }

  @Test func `a constant sky lights as ambient light, and a sky over the half space as a cosine`() {
    let even = Environment.coefficients(Self.texture { _ in SIMD3(0.5, 0.6, 0.7) })
    let normal = normalize(SIMD3(0.3, -0.5, 0.8))
    let light = SphericalHarmonics.irradiance(even, normal: normal)
    #expect(length(light - SIMD3(0.5, 0.6, 0.7)) < 1e-3)
    // Radiance 1 + y: a diffuse surface sends back 1 + 2/3 n_y.
    let slope = Environment.coefficients(Self.texture { SIMD3(repeating: 1 + $0.y) })
    for y in [-1.0, 0, 0.6, 1] {
      let n = SIMD3((1 - y * y).squareRoot(), y, 0)
      #expect(abs(SphericalHarmonics.irradiance(slope, normal: n).x - (1 + 2 / 3 * y)) < 3e-3)
    }
  }

  @Test(arguments: [1, 3, 4])
  func `the adjoint agrees with finite differences`(channels: Int) {
    var g = SeededGenerator(seed: 3)
    let start = Texture<Double>(
      width: 6, height: 4, channels: channels, texels: g.array(24 * channels, 0...1))
    func moved(_ p: [Double]) -> Texture<Double> {
      var texture = start
      texture.texels = p
      return texture
    }
    let error = adjointError(
      at: start.texels, step: 1e-3, seed: 4,
      forward: { Environment.coefficients(moved($0)).flatMap { [$0.x, $0.y, $0.z] } },
      vjp: { p, bar in
        Environment.coefficientsVJP(
          moved(p), coefficientsBar: (0..<9).map { bar.vector3($0) })
      })
    #expect(error < 1e-9, "\(error)")
  }
}
