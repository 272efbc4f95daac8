// Values of a texture between its texels, and the way back to texels and texture coordinates.
internal import RealModule

/// Up to four texels and what they are taken by; and how that changes with the place.
struct TexelTaps<S: RenderScalar> {
  /// Places in the chain, in texels.
  var texels = SIMD4<Int32>.zero
  /// Sum to 1.
  var weights = SIMD4<S>.zero
  /// Change of the weights with u and with v.
  var weightsByU = SIMD4<S>.zero
  var weightsByV = SIMD4<S>.zero
}

/// Where a sample lies in a chain: one or two levels and the share of the second.
///
/// The level is chosen by the footprint; no gradient goes through the choice.
struct TextureSample<S: RenderScalar> {
  var first = TexelTaps<S>()
  var second: TexelTaps<S>?
  /// The share of the second level.
  var share: S = 0
}

extension MipChain {
  /// Finds a sample's texels.
  ///
  /// - Parameters:
  ///   - place: texture coordinates, v up.
  ///   - footprint: how far the place moves from a sample to the next, along rows and along columns, whichever is more; (u, v).
  /// - Returns: texels and weights.
  @inline(__always)
  func sample(_ place: SIMD2<S>, footprint: (SIMD2<S>, SIMD2<S>)) -> TextureSample<S> {
    switch filter {
    case .nearest: return TextureSample(first: nearest(place))
    case .bilinear: return TextureSample(first: bilinear(place, levels[0]))
    case .trilinear:
      let size = SIMD2(S(levels[0].width), S(levels[0].height))
      let longest = max(length(footprint.0 * size), length(footprint.1 * size))
      guard longest > 1, longest.isFinite else {
        return TextureSample(first: bilinear(place, levels[0]))
      }
      let level = min(S.log(longest) / S.log(2), S(levels.count - 1))
      let lower = min(level.whole, levels.count - 1)
      let share = level - S(lower)
      guard share > 0, lower + 1 < levels.count else {
        return TextureSample(first: bilinear(place, levels[lower]))
      }
      return TextureSample(
        first: bilinear(place, levels[lower]), second: bilinear(place, levels[lower + 1]),
        share: share)
    }
  }

  /// The value of a sample: red, green, blue, alpha; grey in all three, alpha 1 where the texture has none.
  @inline(__always)
  func value(_ sample: TextureSample<S>) -> SIMD4<S> {
    let first = value(sample.first)
    guard let second = sample.second else { return first }
    return first + (value(second) - first) * sample.share
  }

  /// The adjoint of ``value(_:)`` with its place: adds to the chain's cotangent where that is not empty; returns the place's.
  @inline(__always)
  func valueVJP(
    _ sample: TextureSample<S>, valueBar: SIMD4<S>, into chainBar: inout TexelBars<S>
  ) -> SIMD2<S> {
    guard let second = sample.second else {
      return valueVJP(sample.first, valueBar: valueBar, into: &chainBar)
    }
    return valueVJP(sample.first, valueBar: valueBar * (1 - sample.share), into: &chainBar)
      + valueVJP(second, valueBar: valueBar * sample.share, into: &chainBar)
  }

  @inline(__always)
  private func value(_ taps: TexelTaps<S>) -> SIMD4<S> {
    (texel(taps.texels.x) * taps.weights.x + texel(taps.texels.y) * taps.weights.y)
      + (texel(taps.texels.z) * taps.weights.z + texel(taps.texels.w) * taps.weights.w)
  }

  @inline(__always)
  private func valueVJP(
    _ taps: TexelTaps<S>, valueBar: SIMD4<S>, into chainBar: inout TexelBars<S>
  ) -> SIMD2<S> {
    var byWeight = SIMD4<S>.zero
    for k in 0..<4 {
      byWeight[k] = (texel(taps.texels[k]) * valueBar).sum()
      if !chainBar.isEmpty {
        chainBar.add(valueBar * taps.weights[k], toTexel: Int(taps.texels[k]))
      }
    }
    return SIMD2((byWeight * taps.weightsByU).sum(), (byWeight * taps.weightsByV).sum())
  }

  @inline(__always)
  private func texel(_ place: Int32) -> SIMD4<S> {
    let i = Int(place) * channels
    switch channels {
    case 1: return SIMD4(texels[i], texels[i], texels[i], 1)
    case 2: return SIMD4(texels[i], texels[i], texels[i], texels[i + 1])
    case 3: return SIMD4(texels[i], texels[i + 1], texels[i + 2], 1)
    default: return SIMD4(texels[i], texels[i + 1], texels[i + 2], texels[i + 3])
    }
  }

  @inline(__always)
  private func nearest(_ place: SIMD2<S>) -> TexelTaps<S> {
    let level = levels[0]
    let (u, v) = (unwrapped(place.x, wrapU), unwrapped(1 - place.y, wrapV))
    let x = wrapped((u * S(level.width)).rounded(.down), level.width, wrapU)
    let y = wrapped((v * S(level.height)).rounded(.down), level.height, wrapV)
    let texel = Int32(truncatingIfNeeded: level.first + y * level.width + x)
    return TexelTaps(
      texels: SIMD4(repeating: texel), weights: SIMD4(1, 0, 0, 0), weightsByU: .zero,
      weightsByV: .zero)
  }

  @inline(__always)
  private func bilinear(_ place: SIMD2<S>, _ level: Level) -> TexelTaps<S> {
    let (w, h) = (S(level.width), S(level.height))
    let x = unwrapped(place.x, wrapU) * w - 1 / 2
    let y = unwrapped(1 - place.y, wrapV) * h - 1 / 2
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (fx, fy) = (x - left, y - top)
    let x0 = wrapped(left, level.width, wrapU)
    let x1 = wrapped(left + 1, level.width, wrapU)
    let y0 = level.first + wrapped(top, level.height, wrapV) * level.width
    let y1 = level.first + wrapped(top + 1, level.height, wrapV) * level.width
    func texel(_ i: Int) -> Int32 { Int32(truncatingIfNeeded: i) }
    return TexelTaps(
      texels: SIMD4(texel(y0 + x0), texel(y0 + x1), texel(y1 + x0), texel(y1 + x1)),
      weights: SIMD4((1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy),
      weightsByU: SIMD4(fy - 1, 1 - fy, -fy, fy) * w,
      // Rows count downwards, v up.
      weightsByV: SIMD4(fx - 1, -fx, 1 - fx, fx) * -h)
  }

  /// A coordinate within a few turns of the picture, so that its texel fits a machine word; 0 where it is no number.
  @inline(__always)
  private func unwrapped(_ u: S, _ wrap: Texture<S>.Wrap) -> S {
    guard u.isFinite else { return 0 }
    switch wrap {
    case .repeat: return u - u.rounded(.down)
    case .mirror: return u - 2 * (u / 2).rounded(.down)
    case .clamp: return min(max(u, -1), 2)
    }
  }

  /// The texel that stands for one beyond the border.
  @inline(__always)
  private func wrapped(_ x: S, _ count: Int, _ wrap: Texture<S>.Wrap) -> Int {
    let i = x.whole
    switch wrap {
    case .clamp: return min(max(i, 0), count - 1)
    case .repeat: return i < 0 ? i + count : i >= count ? i - count : i
    case .mirror:
      // Two turns: forwards, then backwards.
      let turned = i < 0 ? -1 - i : i
      let place = turned % (2 * count)
      return place < count ? place : 2 * count - 1 - place
    }
  }
}
