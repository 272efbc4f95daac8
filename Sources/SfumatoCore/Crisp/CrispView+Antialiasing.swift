// Samples blended by area: along a row or a column of centres each place where the picture jumps takes the rest of its sample, up
// to the border, away from the colour on the near side and gives it the one on the far side. Exact for straight outlines
// along rows or columns and for colours that are linear on the screen. After Laine et al. 2020 (math.md 4.1), who look for
// outlines in the faces that two neighbouring centres see; here an outline blends where it is, whatever the centres see.

/// A sample that jumps, and its jumps.
struct BlendedSample: Equatable, Sendable {
  var sample: Int32
  /// Its crossings, in the view's ``CrispView/blendOrder``.
  var crossings: Range<Int32>
}

extension CrispView {
  /// Groups the crossings by sample.
  mutating func findBlends() {
    // Sample above, crossing below: sorted by sample, then as they were found.
    let keys = crossings.indices.map { UInt64(sample(of: crossings[$0])) << 32 | UInt64($0) }
      .sorted()
    blendOrder = keys.map { Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF) }
    for (k, key) in keys.enumerated() {
      let sample = Int32(truncatingIfNeeded: key >> 32)
      if let last = blends.indices.last, blends[last].sample == sample {
        blends[last].crossings = blends[last].crossings.lowerBound..<Int32(k + 1)
      } else {
        blends.append(BlendedSample(sample: sample, crossings: Int32(k)..<Int32(k + 1)))
      }
    }
  }

  /// What a crossing does to its sample.
  private struct Jump {
    var crossing: OutlineCrossing<S>
    /// The part of the sample beyond it, and the middle of that, pixels.
    var length: S
    var middle: SIMD2<S>
    /// The colours there of the faces on the far side and on the near side.
    var far: SIMD4<S>
    var near: SIMD4<S>

    var farFace: Int32 { crossing.isBeyond ? crossing.after : crossing.before }
    var nearFace: Int32 { crossing.isBeyond ? crossing.before : crossing.after }
  }

  /// The jumps of a blended sample.
  private func jumps(_ blend: BlendedSample) -> [Jump] {
    blend.crossings.map { k in
      let crossing = crossings[Int(blendOrder[Int(k)])]
      let distance = crossing.distance
      let way = (distance + 1 / 2) / 2 * (crossing.isBeyond ? 1 : -1) / S(samples)
      var jump = Jump(
        crossing: crossing, length: 1 / 2 - distance,
        middle: center(Int(blend.sample))
          + (crossing.isVertical ? SIMD2(0, way) : SIMD2(way, 0)), far: .zero, near: .zero)
      jump.far = shade(jump.farFace, at: jump.middle)
      jump.near = shade(jump.nearFace, at: jump.middle)
      return jump
    }
  }

  /// A sample after its jumps, before it is held between the colours that it is made of.
  private func sum(_ own: SIMD4<S>, _ jumps: [Jump]) -> SIMD4<S> {
    jumps.reduce(own) { $0 + ($1.far - $1.near) * $1.length }
  }

  /// The blended samples' colours and alphas, in the order of ``blends``.
  ///
  /// Where a row and a column of the same sample jump, at a corner, their sum may leave the range of its colours; it is held there.
  func blendedValues() -> [SIMD4<S>] {
    parallelArray(blends.count, grain: 256, workers: workers) { blendedValue(blends[$0]) }
  }

  private func blendedValue(_ blend: BlendedSample) -> SIMD4<S> {
    let own = value(ofSample: Int(blend.sample))
    let jumps = jumps(blend)
    var (low, high) = (own, own)
    for jump in jumps {
      low = Self.lower(low, Self.lower(jump.far, jump.near))
      high = Self.upper(high, Self.upper(jump.far, jump.near))
    }
    return Self.lower(Self.upper(sum(own, jumps), low), high)
  }

  /// A sample's colour and alpha after it is blended, if it is, and before any layers.
  func settledValue(ofSample i: Int) -> SIMD4<S> {
    let place = blends.place { $0.sample < i }
    guard place < blends.count, blends[place].sample == i else { return value(ofSample: i) }
    return blendedValue(blends[place])
  }

  /// A sample's colour and alpha before it is blended.
  private func value(ofSample i: Int) -> SIMD4<S> { shade(ids[i], at: center(i)) }

  private static func lower(_ a: SIMD4<S>, _ b: SIMD4<S>) -> SIMD4<S> {
    a.replacing(with: b, where: b .< a)
  }

  private static func upper(_ a: SIMD4<S>, _ b: SIMD4<S>) -> SIMD4<S> {
    a.replacing(with: b, where: b .> a)
  }

  /// The adjoint of ``blendedValues()``: from the cotangents of the blended samples to the faces that they see, but for what
  /// reaches a sample's own face as if it were not blended.
  ///
  /// - Parameters:
  ///   - cotangent: of the pictures.
  ///   - empty: what each part of the fragments' cotangents starts as; nil where no fragments are shaded.
  ///   - sums: added to.
  func blendsBackward(
    _ cotangent: RenderingCotangent<S>, from empty: FragmentGradients<S>?,
    into sums: inout FaceGradients<S>
  ) {
    // Fragments' cotangents hold all texels: few parts then, but as many as ever.
    let grain = empty == nil ? 64 : max(64, (blends.count + 7) / 8)
    gather(blends.count, grain: grain, from: empty, into: &sums) { k, part in
      blendBackward(blends[k], cotangent, into: &part)
    }
  }

  private func blendBackward(
    _ blend: BlendedSample, _ cotangent: RenderingCotangent<S>, into sums: inout FaceGradients<S>
  ) {
    let sample = Int(blend.sample)
    let bar = bar(ofSample: sample, cotangent)
    guard bar != .zero else { return }
    let jumps = jumps(blend)
    // A channel that is held has the cotangent of the colour that holds it, the first such one.
    let bounds = heldBars(bar, own: value(ofSample: sample), jumps)
    let change = bounds.free + bounds.own - bar
    if change != .zero {
      _ = shadeVJP(ids[sample], at: center(sample), change, into: &sums)
    }
    for (jump, held) in zip(jumps, bounds.held) {
      let lengthBar = (bounds.free * (jump.far - jump.near)).sum()
      let part = bounds.free * jump.length
      let pointBar =
        shadeVJP(jump.farFace, at: jump.middle, held.far + part, into: &sums)
        + shadeVJP(jump.nearFace, at: jump.middle, held.near - part, into: &sums)
      let alongBar = jump.crossing.isVertical ? pointBar.y : pointBar.x
      addPlace(
        jump.crossing,
        placeBar: alongBar / 2 + lengthBar * S(samples) * (jump.crossing.isBeyond ? -1 : 1),
        into: &sums)
    }
  }

  /// Splits the cotangent of a held sample: what goes to the sum, and what goes to the colours that hold channels.
  private func heldBars(
    _ bar: SIMD4<S>, own: SIMD4<S>, _ jumps: [Jump]
  ) -> (free: SIMD4<S>, own: SIMD4<S>, held: [(far: SIMD4<S>, near: SIMD4<S>)]) {
    let value = sum(own, jumps)
    var free = bar
    var ownBar = SIMD4<S>.zero
    var held = [(far: SIMD4<S>, near: SIMD4<S>)](repeating: (.zero, .zero), count: jumps.count)
    for c in 0..<4 {
      // The lowest and the highest colour, and where: -1 the own one, then far and near of each jump.
      var (low, high) = ((own[c], -1), (own[c], -1))
      for (k, jump) in jumps.enumerated() {
        for (color, place) in [(jump.far[c], 2 * k), (jump.near[c], 2 * k + 1)] {
          if color < low.0 { low = (color, place) }
          if color > high.0 { high = (color, place) }
        }
      }
      guard value[c] < low.0 || value[c] > high.0 else { continue }
      let place = value[c] < low.0 ? low.1 : high.1
      free[c] = 0
      if place < 0 {
        ownBar[c] = bar[c]
      } else if place % 2 == 0 {
        held[place / 2].far[c] = bar[c]
      } else {
        held[place / 2].near[c] = bar[c]
      }
    }
    return (free, ownBar, held)
  }
}
