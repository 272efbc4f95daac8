internal import RealModule

/// Light from far away all around, as an equirectangular picture: background, and diffuse light by its spherical harmonics.
///
/// Columns go around +Y: the middle of the picture is seen along -Z, its right half towards +X; the top row looks up.
public enum Environment {
  /// The direction in which the centre of a texel is seen, unit, world frame.
  static func direction<S: RenderScalar>(
    column: Int, row: Int, of texture: Texture<S>
  ) -> SIMD3<S> {
    let azimuth = (2 * (S(column) + 1 / 2) / S(texture.width) - 1) * .pi
    let polar = (S(row) + 1 / 2) / S(texture.height) * .pi
    return SIMD3(S.sin(polar) * S.sin(azimuth), S.cos(polar), -S.sin(polar) * S.cos(azimuth))
  }

  /// Where on the picture a direction is seen, texture coordinates, v up.
  public static func place<S: RenderScalar>(_ direction: SIMD3<S>) -> SIMD2<S> {
    let unit = normalize(direction)
    let azimuth = S.atan2(y: unit.x, x: -unit.z)
    let polar = S.acos(min(max(unit.y, -1), 1))
    return SIMD2(azimuth / (2 * .pi) + 1 / 2, 1 - polar / .pi)
  }

  /// The radiance seen in some directions, linear light, bilinear.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func radiance<S: RenderScalar>(
    _ texture: Texture<S>, towards directions: [SIMD3<S>]
  ) -> [SIMD3<S>] {
    var own = texture
    own.wrapU = .repeat
    own.wrapV = .clamp
    own.filter = .bilinear
    let chain = MipChain(own)
    return directions.map { direction in
      let value = chain.value(chain.sample(place(direction), footprint: (.zero, .zero)))
      return SIMD3(value.x, value.y, value.z)
    }
  }

  /// The solid angle of the texels of a row, steradians each; all texels' sum is 4π.
  private static func solidAngle<S: RenderScalar>(row: Int, of texture: Texture<S>) -> S {
    let (top, bottom) = (
      S.cos(S(row) / S(texture.height) * .pi), S.cos(S(row + 1) / S(texture.height) * .pi)
    )
    return (top - bottom) * 2 * .pi / S(texture.width)
  }

  /// The nine coefficients of a picture in ``SphericalHarmonics``, for a light of that kind.
  ///
  /// *Differentiable in* the texels. The midpoint rule: exact as texels get small.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func coefficients<S: RenderScalar>(_ texture: Texture<S>) -> [SIMD3<S>] {
    var sums = [SIMD3<S>](repeating: .zero, count: SphericalHarmonics.count)
    for row in 0..<texture.height {
      let weight = solidAngle(row: row, of: texture)
      for column in 0..<texture.width {
        let basis = SphericalHarmonics.basis(direction(column: column, row: row, of: texture))
        let color = texel(row * texture.width + column, of: texture) * weight
        for k in sums.indices { sums[k] += color * basis[k] }
      }
    }
    return sums
  }

  /// The adjoint of ``coefficients(_:)``: the texels' cotangent, `[H, W, C]`; alpha has none.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func coefficientsVJP<S: RenderScalar>(
    _ texture: Texture<S>, coefficientsBar: [SIMD3<S>]
  ) -> [S] {
    var bars = [S](repeating: 0, count: texture.texels.count)
    for row in 0..<texture.height {
      let weight = solidAngle(row: row, of: texture)
      for column in 0..<texture.width {
        let basis = SphericalHarmonics.basis(direction(column: column, row: row, of: texture))
        var bar = SIMD3<S>.zero
        for (k, own) in coefficientsBar.enumerated() { bar += own * (basis[k] * weight) }
        let i = (row * texture.width + column) * texture.channels
        if texture.channels < 3 {
          bars[i] += (bar.x + bar.y) + bar.z
        } else {
          for c in 0..<3 { bars[i + c] += bar[c] }
        }
      }
    }
    return bars
  }

  private static func texel<S: RenderScalar>(_ index: Int, of texture: Texture<S>) -> SIMD3<S> {
    let i = index * texture.channels
    return texture.channels < 3
      ? SIMD3(repeating: texture.texels[i])
      : SIMD3(texture.texels[i], texture.texels[i + 1], texture.texels[i + 2])
  }
}
