// The colour of a pixel from the faces that cover it, by each depth aggregation, and its adjoint (math.md 1.6).
internal import RealModule

/// What is kept of a pixel's blend: means over the faces and, where the composition says so, the background.
struct BlendMean<S: RenderScalar> {
  /// The largest term of the softmax; of the others what gives the background its share in the softmax's words,
  /// `exp(background logit - largest)` times the inverse weight.
  var largest: S
  /// One over the sum of the weights, 0 where there is none.
  var inverseWeight: S
  var color: SIMD3<S>
  var logit: S
}

/// A face's part in the blend, for the adjoint.
struct BlendShare<S: RenderScalar> {
  /// Its weight, the sum of all being 1.
  var weight: S = 0
  /// Cotangent of its standardised distance.
  var standardizedBar: S = 0
  /// Cotangent of its depth logit, as a term of the choice and as a value of the mean.
  var logitBar: S = 0
}

extension SoftTilePass {
  /// The mean colour and logit of a pixel.
  func blend(_ seen: [FaceAtPixel<S>]) -> BlendMean<S> {
    switch depth {
    case .softmax: softmax(seen)
    case .nearest(let scope): nearest(seen, scope)
    case .over: over(seen)
    }
  }

  /// The adjoint of ``blend(_:)``: one share a face, in order.
  func blendVJP(
    _ seen: [FaceAtPixel<S>], _ mean: BlendMean<S>, colorBar: SIMD3<S>, logitBar: S,
    into shares: inout [BlendShare<S>]
  ) {
    shares.removeAll(keepingCapacity: true)
    // The cotangent of a face's weight, but for the weights' common scale.
    func excess(_ color: SIMD3<S>, _ logit: S) -> S {
      dot(colorBar, color - mean.color) + logitBar * (logit - mean.logit)
    }
    switch depth {
    case .softmax:
      for one in seen {
        let weight = S.exp(one.term - mean.largest) * mean.inverseWeight
        let termBar = weight * excess(one.color, one.logit)
        shares.append(
          BlendShare(
            weight: weight, standardizedBar: termBar * one.coverage.reverseHazard,
            logitBar: termBar + weight * logitBar))
      }
    case .nearest(let scope):
      let winner = nearestIndex(seen, scope)
      for i in seen.indices {
        let weight: S = i == winner ? 1 : 0
        shares.append(BlendShare(weight: weight, logitBar: weight * logitBar))
      }
    case .over:
      shares = [BlendShare<S>](repeating: BlendShare(), count: seen.count)
      let order = depthOrder(seen)
      // From back to front: what a pixel behind face j would gain, per unit of light that reaches it.
      var behind: S = 0
      if let logit = backgroundLogit { behind = excess(background, logit) }
      var reaching = [S](repeating: 1, count: order.count + 1)
      for (k, i) in order.enumerated() {
        reaching[k + 1] = reaching[k] * seen[i].coverage.survival
      }
      for (k, i) in order.enumerated().reversed() {
        let one = seen[i]
        let gain = excess(one.color, one.logit)
        let light = reaching[k] * mean.inverseWeight
        shares[i].weight = light * one.coverage.coverage
        shares[i].standardizedBar = light * (gain - behind) * one.coverage.density
        shares[i].logitBar = shares[i].weight * logitBar
        behind = gain * one.coverage.coverage + one.coverage.survival * behind
      }
    }
  }

  /// A log-sum-exp over `log D + depth logit`, the background one more term where it takes part.
  private func softmax(_ seen: [FaceAtPixel<S>]) -> BlendMean<S> {
    var largest = backgroundLogit ?? -S.infinity
    for one in seen { largest = max(largest, one.term) }
    guard largest > -S.infinity else {
      return BlendMean(largest: -1e30, inverseWeight: 0, color: .zero, logit: 0)
    }
    var weight: S = 0
    var color = SIMD3<S>.zero
    var logit: S = 0
    if let own = backgroundLogit {
      weight = S.exp(own - largest)
      color = background * weight
      logit = own * weight
    }
    for one in seen {
      let w = S.exp(one.term - largest)
      weight += w
      color += one.color * w
      logit += one.logit * w
    }
    return BlendMean(
      largest: largest, inverseWeight: 1 / weight, color: color / weight, logit: logit / weight)
  }

  /// The nearest face's place, the first of equal ones; nil where there is none or the background is nearer.
  private func nearestIndex(_ seen: [FaceAtPixel<S>], _ scope: NearestScope) -> Int? {
    var best: Int?
    var largest = backgroundLogit ?? -S.infinity
    for (i, one) in seen.enumerated() where scope == .reach || one.foot.isInside {
      if one.logit > largest {
        largest = one.logit
        best = i
      }
    }
    return best
  }

  private func nearest(_ seen: [FaceAtPixel<S>], _ scope: NearestScope) -> BlendMean<S> {
    if let i = nearestIndex(seen, scope) {
      return BlendMean(
        largest: .infinity, inverseWeight: 1, color: seen[i].color, logit: seen[i].logit)
    }
    guard let own = backgroundLogit else {
      // Nothing is near: under alpha the background shows, so that a pixel outside all faces darkens none.
      return BlendMean(largest: 0, inverseWeight: 0, color: background, logit: 0)
    }
    return BlendMean(largest: own, inverseWeight: 1, color: background, logit: own)
  }

  /// The faces' places from the nearest to the farthest at the pixel, equal ones in entry order.
  private func depthOrder(_ seen: [FaceAtPixel<S>]) -> [Int] {
    seen.indices.sorted {
      seen[$0].logit != seen[$1].logit ? seen[$0].logit > seen[$1].logit : $0 < $1
    }
  }

  /// Front-to-back compositing; the background takes what is left where it is part of the blend.
  private func over(_ seen: [FaceAtPixel<S>]) -> BlendMean<S> {
    var left: S = 1
    var weight: S = 0
    var color = SIMD3<S>.zero
    var logit: S = 0
    for i in depthOrder(seen) {
      let one = seen[i]
      let w = left * one.coverage.coverage
      weight += w
      color += one.color * w
      logit += one.logit * w
      left *= one.coverage.survival
    }
    var largest: S = 0
    if let own = backgroundLogit {
      weight += left
      color += background * left
      logit += own * left
      largest = own - S.log(left)
    }
    let inverse = weight > 0 ? 1 / weight : 0
    return BlendMean(
      largest: largest, inverseWeight: inverse, color: color * inverse, logit: logit * inverse)
  }
}
