internal import RealModule

// The scalar reference of the soft rasterizer: one pixel, one face at a time, in the words of the formulas. The kernels
// are compared with it, and Double runs on it.

/// One face seen from one pixel.
private struct FaceAtPixel<S: RenderScalar> {
  var foot: BoundaryFoot<S>
  var coverage: EdgeCoverage<S>.Sample
  var weights: AttributeWeights<S>
  var color: SIMD3<S>
  var logit: S
}

extension SoftTilePass {
  private func look(
    at face: borrowing ScreenFace<S>, from pixel: SIMD2<S>
  ) -> FaceAtPixel<S>? {
    let foot = face.boundaryFoot(from: pixel)
    guard let sample = coverage.sample(signedDistance: foot.signedDistance) else { return nil }
    guard hasColor else {
      let none = AttributeWeights<S>(
        screen: .zero, corrected: .zero, usesPixel: false, isClamped: false)
      return FaceAtPixel(foot: foot, coverage: sample, weights: none, color: .zero, logit: 0)
    }
    let weights = face.attributeWeights(at: pixel, foot: foot, extension: attributeExtension)
    let forColor = weights.isClamped ? weights.screen : weights.corrected
    return FaceAtPixel(
      foot: foot, coverage: sample, weights: weights,
      color: SIMD3(
        (forColor * face.red).sum(), (forColor * face.green).sum(),
        (forColor * face.blue).sum()),
      logit: (weights.corrected * face.logit).sum())
  }

  /// Alpha as a sum of log-survivals, colour as a log-sum-exp over `log D + depth logit` (math.md 1.5, 1.6).
  func referenceForward(tile: Int, state: inout MutableSpan<S>) {
    let origin = origin(ofTile: tile)
    let entries = bins.entries(ofTile: tile)
    for y in 0..<min(TileBins.side, height - origin.y) {
      for x in 0..<min(TileBins.side, width - origin.x) {
        let lane = Self.lane(x, y)
        let pixel = SIMD2(S(origin.x + x) + 1 / 2, S(origin.y + y) + 1 / 2)
        var logSurvival: S = 0
        var largest = backgroundLogit ?? -S.infinity
        var weight: S = backgroundLogit == nil ? 0 : 1
        var color = backgroundLogit == nil ? SIMD3<S>.zero : background
        var logit = backgroundLogit ?? 0
        for entry in entries {
          guard let seen = look(at: faces[Int(bins.entryFaces[entry])], from: pixel) else {
            continue
          }
          logSurvival += seen.coverage.logSurvival
          guard hasColor else { continue }
          let term = seen.coverage.logCoverage + seen.logit
          guard term > -S.infinity else { continue }
          if term > largest {
            let scale = S.exp(largest - term)
            largest = term
            weight = weight * scale + 1
            color = color * scale + seen.color
            logit = logit * scale + seen.logit
          } else {
            let w = S.exp(term - largest)
            weight += w
            color += seen.color * w
            logit += seen.logit * w
          }
        }
        state[lane] = S.exp(logSurvival)
        guard hasColor else { continue }
        let inverse = weight > 0 ? 1 / weight : 0
        state[256 + lane] = largest
        state[512 + lane] = inverse
        state[768 + lane] = color.x * inverse
        state[1024 + lane] = color.y * inverse
        state[1280 + lane] = color.z * inverse
        state[1536 + lane] = logit * inverse
      }
    }
  }

  /// The adjoint of ``referenceForward(tile:state:)``: adds to the entries' gradients.
  func referenceBackward(
    tile: Int, state: Span<S>, cotangents: Span<S>,
    gradients: inout MutableSpan<ScreenFaceGradient<S>>
  ) {
    let origin = origin(ofTile: tile)
    let entries = bins.entries(ofTile: tile)
    for y in 0..<min(TileBins.side, height - origin.y) {
      for x in 0..<min(TileBins.side, width - origin.x) {
        let lane = Self.lane(x, y)
        let pixel = SIMD2(S(origin.x + x) + 1 / 2, S(origin.y + y) + 1 / 2)
        let survivalBar = cotangents[lane] * state[lane]
        for (place, entry) in entries.enumerated() {
          let face = faces[Int(bins.entryFaces[entry])]
          guard let seen = look(at: face, from: pixel) else { continue }
          var gradient = gradients[place]
          // ∂alpha/∂u = (1 - alpha) hazard
          var standardizedBar = survivalBar * seen.coverage.hazard
          if hasColor {
            let term = seen.coverage.logCoverage + seen.logit
            let share = S.exp(term - state[256 + lane]) * state[512 + lane]
            let colorBar = SIMD3(
              cotangents[256 + lane], cotangents[512 + lane], cotangents[768 + lane])
            let depthBar = cotangents[1024 + lane]
            let mean = SIMD3(state[768 + lane], state[1024 + lane], state[1280 + lane])
            let termBar =
              share
              * (dot(colorBar, seen.color - mean) + depthBar * (seen.logit - state[1536 + lane]))
            standardizedBar += termBar * seen.coverage.reverseHazard
            attributesVJP(
              face, seen, pixel: pixel, colorBar: colorBar * share,
              logitBar: termBar + share * depthBar, into: &gradient)
          }
          let slope = coverage.standardizedSlope(signedDistance: seen.foot.signedDistance)
          face.signedDistanceVJP(
            seen.foot, signedDistanceBar: standardizedBar * slope, into: &gradient)
          gradients[place] = gradient
        }
      }
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
    gradient.logit += weights.corrected * logitBar
    let byColor = face.red * colorBar.x + face.green * colorBar.y + face.blue * colorBar.z
    let byLogit = face.logit * logitBar
    face.attributeWeightsVJP(
      weights, at: pixel, foot: seen.foot, screenBar: weights.isClamped ? byColor : .zero,
      correctedBar: weights.isClamped ? byLogit : byColor + byLogit, into: &gradient)
  }
}
