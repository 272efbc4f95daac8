// The scalar reference of the soft rasterizer: one pixel, one face at a time, in the words of the formulas. The kernels
// are compared with it, Double runs on it, and so does what the kernels leave out.
internal import RealModule

/// One face seen from one pixel.
struct FaceAtPixel<S: RenderScalar> {
  /// The face's place among the tile's entries.
  var entry: Int
  var foot: BoundaryFoot<S>
  var coverage: EdgeCoverage<S>.Sample
  var weights: AttributeWeights<S>
  var color: SIMD3<S>
  var logit: S
  /// Where on the face the colour is shaded, where fragments are.
  var place: FragmentPlace<S>?

  /// log D plus the depth logit.
  var term: S { coverage.logCoverage + logit }
}

extension SoftTilePass {
  /// The coverage of a face at a pixel, or nil where it is zero.
  private func sample(
    _ face: borrowing ScreenFace<S>, _ foot: BoundaryFoot<S>, from pixel: SIMD2<S>
  ) -> EdgeCoverage<S>.Sample? {
    guard coverage.profile.distance == .euclidean else {
      return coverage.sample(signedDistance: face.smallestBarycentric(of: pixel).value)
    }
    guard coverage.profile.distribution == .hard else {
      return coverage.sample(signedDistance: foot.signedDistance)
    }
    return face.owns(pixel) ? coverage.sample(signedDistance: 1) : nil
  }

  private func look(
    at face: borrowing ScreenFace<S>, entry: Int, from pixel: SIMD2<S>
  ) -> FaceAtPixel<S>? {
    let foot = face.boundaryFoot(from: pixel)
    guard let sample = sample(face, foot, from: pixel) else { return nil }
    guard hasColor else {
      let none = AttributeWeights<S>(
        screen: .zero, corrected: .zero, usesPixel: false, isClamped: false)
      return FaceAtPixel(
        entry: entry, foot: foot, coverage: sample, weights: none, color: .zero, logit: 0)
    }
    let weights = face.attributeWeights(at: pixel, foot: foot, extension: attributeExtension)
    let forColor = weights.isClamped ? weights.screen : weights.corrected
    let forLogit = hasAffineLogits ? weights.screen : weights.corrected
    var seen = FaceAtPixel(
      entry: entry, foot: foot, coverage: sample, weights: weights,
      color: SIMD3(
        (forColor * face.red).sum(), (forColor * face.green).sum(),
        (forColor * face.blue).sum()),
      logit: (forLogit * face.logit).sum())
    if let shader {
      let place = face.fragment(weights: seen.color, at: pixel, step: 1)
      let color = shader.color(place)
      seen.color = SIMD3(color.x, color.y, color.z)
      seen.place = place
    }
    return seen
  }

  /// The faces that cover a pixel, in entry order.
  private func gather(
    _ entries: Range<Int>, at pixel: SIMD2<S>, into seen: inout [FaceAtPixel<S>]
  ) {
    seen.removeAll(keepingCapacity: true)
    for entry in entries {
      let face = faces[Int(bins.entryFaces[entry])]
      if let one = look(at: face, entry: entry - entries.lowerBound, from: pixel) {
        seen.append(one)
      }
    }
  }

  /// Alpha by the aggregation's generators, colour by the depth aggregation (math.md 1.5, 1.6).
  func referenceForward(tile: Int, state: inout MutableSpan<S>) {
    let entries = bins.entries(ofTile: tile)
    var seen: [FaceAtPixel<S>] = []
    let origin = origin(ofTile: tile)
    for y in 0..<min(TileBins.side, height - origin.y) {
      for x in 0..<min(TileBins.side, width - origin.x) {
        let lane = Self.lane(x, y)
        gather(
          entries, at: SIMD2(S(origin.x + x) + 1 / 2, S(origin.y + y) + 1 / 2), into: &seen)
        var running = union.start
        for one in seen { union.add(one.coverage, entry: one.entry, to: &running) }
        let result = union.result(running)
        state[lane] = result.survival
        if union.aggregation != .probabilistic {
          state[basePlaneCount * 256 + lane] = result.kept
          state[(basePlaneCount + 1) * 256 + lane] = result.entry
        }
        guard hasColor else { continue }
        let mean = blend(seen)
        state[256 + lane] = mean.largest
        state[512 + lane] = mean.inverseWeight
        state[768 + lane] = mean.color.x
        state[1024 + lane] = mean.color.y
        state[1280 + lane] = mean.color.z
        state[1536 + lane] = mean.logit
      }
    }
  }

  /// The adjoint of ``referenceForward(tile:state:)``: stores the entries' gradients and adds to the smoothing's and, where
  /// they are shaded, to the fragments'.
  func referenceBackward(
    tile: Int, state: Span<S>, cotangents: Span<S>, gradients: inout MutableSpan<SIMD4<S>>,
    smoothing: inout SmoothingSums<S>, fragments: inout FragmentGradients<S>?
  ) {
    let entries = bins.entries(ofTile: tile)
    var sums = [ScreenFaceGradient<S>](repeating: .init(), count: entries.count)
    var seen: [FaceAtPixel<S>] = []
    var shares: [BlendShare<S>] = []
    let origin = origin(ofTile: tile)
    for y in 0..<min(TileBins.side, height - origin.y) {
      for x in 0..<min(TileBins.side, width - origin.x) {
        let lane = Self.lane(x, y)
        let pixel = SIMD2(S(origin.x + x) + 1 / 2, S(origin.y + y) + 1 / 2)
        gather(entries, at: pixel, into: &seen)
        var result = CoverageUnion<S>.Result(survival: state[lane], kept: 0)
        if union.aggregation != .probabilistic {
          result.kept = state[basePlaneCount * 256 + lane]
          result.entry = state[(basePlaneCount + 1) * 256 + lane]
        }
        let alphaBar = cotangents[lane]
        var colorBar = SIMD3<S>.zero
        if hasColor {
          colorBar = SIMD3(
            cotangents[256 + lane], cotangents[512 + lane], cotangents[768 + lane])
          let mean = BlendMean(
            largest: state[256 + lane], inverseWeight: state[512 + lane],
            color: SIMD3(state[768 + lane], state[1024 + lane], state[1280 + lane]),
            logit: state[1536 + lane])
          blendVJP(
            seen, mean, colorBar: colorBar, logitBar: cotangents[1024 + lane], into: &shares)
        }
        if wantsSmoothing {
          smoothing.conormParameter += alphaBar * union.parameterOffset(result)
        }
        for (i, one) in seen.enumerated() {
          let face = faces[Int(bins.entryFaces[entries.lowerBound + one.entry])]
          var standardizedBar = alphaBar * union.slope(one.coverage, entry: one.entry, result)
          if hasColor {
            standardizedBar += shares[i].standardizedBar
            var ownBar = colorBar * shares[i].weight
            if let shader, let place = one.place {
              ownBar = fragments?.shadeVJP(shader, place, colorBar: SIMD4(ownBar, 0)) ?? .zero
            }
            attributesVJP(
              face, one, pixel: pixel, colorBar: ownBar, logitBar: shares[i].logitBar,
              into: &sums[one.entry])
          }
          distanceVJP(face, one, pixel: pixel, standardizedBar, into: &sums[one.entry])
          smoothing.scale += standardizedBar * one.coverage.standardized
          smoothing.shift += standardizedBar
          guard wantsSmoothing else { continue }
          smoothing.shape +=
            standardizedBar * coverage.shapeSlope(standardized: one.coverage.standardized)
          smoothing.conormParameter += alphaBar * union.parameterSlope(one.coverage, result)
        }
      }
    }
    for (k, sum) in sums.enumerated() {
      sum.store(rows: gradientRows, at: k * gradientRows, in: &gradients)
    }
  }

  /// The adjoint of the standardised distance in the corners.
  private func distanceVJP(
    _ face: ScreenFace<S>, _ seen: FaceAtPixel<S>, pixel: SIMD2<S>, _ standardizedBar: S,
    into gradient: inout ScreenFaceGradient<S>
  ) {
    switch coverage.profile.distance {
    case .euclidean:
      let slope = coverage.standardizedSlope(signedDistance: seen.foot.signedDistance)
      face.signedDistanceVJP(
        seen.foot, signedDistanceBar: standardizedBar * slope, into: &gradient)
    case .barycentric:
      let (value, corner) = face.smallestBarycentric(of: pixel)
      let slope = coverage.standardizedSlope(signedDistance: value)
      face.smallestBarycentricVJP(
        of: pixel, corner: corner, valueBar: standardizedBar * slope, into: &gradient)
    }
  }

  private func attributesVJP(
    _ face: ScreenFace<S>, _ seen: FaceAtPixel<S>, pixel: SIMD2<S>, colorBar: SIMD3<S>,
    logitBar: S, into gradient: inout ScreenFaceGradient<S>
  ) {
    let weights = seen.weights
    let forColor = weights.isClamped ? weights.screen : weights.corrected
    gradient.red += forColor * colorBar.x
    gradient.green += forColor * colorBar.y
    gradient.blue += forColor * colorBar.z
    gradient.logit += (hasAffineLogits ? weights.screen : weights.corrected) * logitBar
    let byColor = face.red * colorBar.x + face.green * colorBar.y + face.blue * colorBar.z
    let byLogit = face.logit * logitBar
    face.attributeWeightsVJP(
      weights, at: pixel, foot: seen.foot,
      screenBar: (weights.isClamped ? byColor : .zero) + (hasAffineLogits ? byLogit : .zero),
      correctedBar: (weights.isClamped ? .zero : byColor) + (hasAffineLogits ? .zero : byLogit),
      into: &gradient)
  }
}
