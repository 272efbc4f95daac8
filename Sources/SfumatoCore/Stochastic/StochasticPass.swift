// One pixel of the stochastic renderer, forward and back. Each face that reaches the pixel becomes a term; coverage and the
// choice among the terms are exact or sampled; backward draws the same noise again, since noise is a function of its place.
internal import RealModule

/// What every pixel of one stochastic view reads.
struct StochasticPass<S: RenderScalar>: Sendable {
  /// The faces on the screen.
  let faces: [ScreenFace<S>]
  /// Who reaches which tile.
  let bins: TileBins
  let width: Int
  let height: Int
  let background: SIMD3<S>
  /// The background's logit where it takes part in the choice.
  let backgroundLogit: S?
  /// Whether colour and depth are computed; else alpha alone.
  let hasColor: Bool

  private let profile: EdgeCoverage<S>
  private let extensionRule: AttributeExtension
  private let reach: S
  private let barrier: S
  private let coverage: PerturbedCoverage<S>?
  private let choice: PerturbedArgmax<S>?
  private let stream: UInt32

  init(
    faces: [ScreenFace<S>], width: Int, height: Int, settings: StochasticSettings<S>,
    background: SIMD3<S>, hasColor: Bool, view: Int
  ) {
    let soft = settings.soft
    self.faces = faces
    self.width = width
    self.height = height
    self.background = background
    self.hasColor = hasColor
    switch soft.composition {
    case .underneath: backgroundLogit = nil
    case .logit(let epsilon): backgroundLogit = (epsilon - 1) / soft.depth.temperature
    }
    let profile = EdgeCoverage(soft)
    self.profile = profile
    extensionRule = soft.attributeExtension
    barrier = settings.barrier
    // Two streams a view: coverage and choice.
    stream = UInt32(truncatingIfNeeded: 2 * view)
    switch settings.coverage {
    case .exact:
      coverage = nil
      reach = profile.reach
    case .sampled(let noise, let draws):
      coverage = PerturbedCoverage(
        noise: noise, drawCount: draws, reduction: settings.reduction, seed: settings.seed)
      let standardized: S = noise.reach(soft.tailBound)
      let isInside = standardized < 0  // a law whose coverage is below the bound on the edge itself
      let distance = soft.profile.squared ? standardized.magnitude.squareRoot() : standardized
      reach = isInside ? 0 : soft.edgeWidthPixels * distance
    }
    switch settings.depth {
    case .exact: choice = nil
    case .sampled(let noise, let draws):
      // Logits are in units of the temperature, so that the noise's scale is 1.
      choice = PerturbedArgmax(
        PerturbedSmoothing(
          noise: noise, scale: 1, drawCount: draws, reduction: settings.reduction,
          seed: settings.seed))
    }
    bins = TileBins(
      boxes: faces.map { profile.box($0) }, reach: reach, width: width, height: height)
  }

  /// One face seen from one pixel.
  struct Term {
    /// Its place among the tile's entries.
    var place: Int
    /// The face that it came from, which names its noise.
    var source: UInt32
    var foot: BoundaryFoot<S>
    /// 1 - D.
    var survival: S
    /// ∂D/∂u.
    var slope: S
    /// log D and its derivative by u.
    var logCoverage: S
    var logSlope: S
    var weights: AttributeWeights<S>
    var color: SIMD3<S>
    var logit: S
  }

  /// What the composition of one pixel reads.
  struct Pixel: Sendable {
    /// 1 - alpha.
    var survival: S = 1
    /// The mean under the choice; the background's share is in it where it takes part.
    var color = SIMD3<S>.zero
    /// The mean depth logit.
    var logit: S = 0
    /// The share of the background in the choice.
    var backgroundWeight: S = 0
    /// Whether there was anything to choose.
    var hasTerms = false
  }

  /// The cotangent of a ``Pixel``.
  struct PixelBar {
    var alpha: S = 0
    var color = SIMD3<S>.zero
    var logit: S = 0
  }

  private func terms(tile: Int, x: Int, y: Int) -> [Term] {
    let pixel = SIMD2(S(x) + 1 / 2, S(y) + 1 / 2)
    let address = UInt32(truncatingIfNeeded: y * width + x)
    var terms: [Term] = []
    for (place, entry) in bins.entries(ofTile: tile).enumerated() {
      let face = faces[Int(bins.entryFaces[entry])]
      let foot = face.boundaryFoot(from: pixel)
      var term = Term(
        place: place, source: UInt32(bitPattern: face.source), foot: foot, survival: 1, slope: 0,
        logCoverage: -.infinity, logSlope: 0,
        weights: AttributeWeights(
          screen: .zero, corrected: .zero, usesPixel: false, isClamped: false),
        color: .zero, logit: 0)
      if let coverage {
        guard foot.signedDistance > -reach else { continue }
        let sample = coverage.sample(
          profile.standardized(signedDistance: foot.signedDistance), pixel: address,
          face: term.source, stream: stream)
        term.survival = 1 - sample.coverage
        term.slope = sample.slope
        if sample.coverage > 0 {
          term.logCoverage = S.log(sample.coverage)
          term.logSlope = sample.slope / sample.coverage
        }
      } else {
        guard let sample = profile.sample(signedDistance: foot.signedDistance) else { continue }
        term.survival = S.exp(sample.logSurvival)
        term.slope = sample.hazard * term.survival
        term.logCoverage = sample.logCoverage
        term.logSlope = sample.reverseHazard
      }
      if hasColor {
        term.weights = face.attributeWeights(at: pixel, foot: foot, extension: extensionRule)
        let forColor =
          term.weights.isClamped ? term.weights.screen : term.weights.corrected
        term.color = SIMD3(
          (forColor * face.red).sum(), (forColor * face.green).sum(),
          (forColor * face.blue).sum())
        term.logit = (term.weights.corrected * face.logit).sum()
      }
      terms.append(term)
    }
    return terms
  }

  /// The logits of what may be chosen, and whose they are: indices of terms, -1 for the background.
  private func choices(
    _ terms: [Term]
  ) -> (logits: [S], owners: [Int], coordinates: [UInt32]) {
    var logits: [S] = []
    var owners: [Int] = []
    var coordinates: [UInt32] = []
    if let backgroundLogit {
      logits.append(backgroundLogit)
      owners.append(-1)
      coordinates.append(.max)
    }
    for (i, term) in terms.enumerated() where term.logCoverage > -.infinity {
      logits.append(term.logit + term.logCoverage / barrier)
      owners.append(i)
      coordinates.append(term.source)
    }
    return (logits, owners, coordinates)
  }

  private func place(_ x: Int, _ y: Int) -> PerturbedSmoothing<S>.Place {
    .init(pixel: UInt32(truncatingIfNeeded: y * width + x), stream: stream + 1)
  }

  /// Alpha as a product of survivals, colour and depth as means under the choice.
  func forward(tile: Int, x: Int, y: Int) -> Pixel {
    let terms = terms(tile: tile, x: x, y: y)
    var pixel = Pixel()
    for term in terms { pixel.survival *= term.survival }
    guard hasColor else { return pixel }
    let (logits, owners, coordinates) = choices(terms)
    pixel.hasTerms = !logits.isEmpty
    let weights =
      choice?.weights(logits, at: place(x, y), coordinates: coordinates)
      ?? Softmax.forward(logits)
    for (weight, owner) in zip(weights, owners) {
      pixel.color += (owner < 0 ? background : terms[owner].color) * weight
      pixel.logit += (owner < 0 ? logits[0] : terms[owner].logit) * weight
      if owner < 0 { pixel.backgroundWeight = weight }
    }
    return pixel
  }

  /// The adjoint of ``forward(tile:x:y:)`` under the same noise: adds to the entries' gradients.
  func backward(
    tile: Int, x: Int, y: Int, bar: PixelBar,
    gradients: inout MutableSpan<ScreenFaceGradient<S>>
  ) {
    let terms = terms(tile: tile, x: x, y: y)
    guard !terms.isEmpty else { return }
    var weight = [S](repeating: 0, count: terms.count)
    var termBar = weight
    if hasColor {
      let (logits, owners, coordinates) = choices(terms)
      let weightsBar = owners.map { owner in
        dot(bar.color, owner < 0 ? background : terms[owner].color)
          + bar.logit * (owner < 0 ? logits[0] : terms[owner].logit)
      }
      let weights: [S]
      let logitsBar: [S]
      if let choice {
        weights = choice.weights(logits, at: place(x, y), coordinates: coordinates)
        logitsBar =
          choice.weightsVJP(
            logits, at: place(x, y), coordinates: coordinates, weightsBar: weightsBar
          ).logitsBar
      } else {
        weights = Softmax.forward(logits)
        logitsBar = Softmax.backward(weights: weights, weightsBar: weightsBar)
      }
      for (i, owner) in owners.enumerated() where owner >= 0 {
        weight[owner] = weights[i]
        termBar[owner] = logitsBar[i]
      }
    }
    // ∂alpha/∂D_j is the product of the others' survivals; it stands where some of them are 0.
    var product: S = 1
    var zeros = 0
    for term in terms {
      if term.survival > 0 { product *= term.survival } else { zeros += 1 }
    }
    for (i, term) in terms.enumerated() {
      let othersZero = zeros - (term.survival > 0 ? 0 : 1)
      let others: S =
        othersZero > 0 ? 0 : term.survival > 0 ? product / term.survival : product
      let uBar = bar.alpha * others * term.slope + termBar[i] / barrier * term.logSlope
      add(
        term, x: x, y: y, uBar: uBar, colorBar: bar.color * weight[i],
        logitBar: termBar[i] + bar.logit * weight[i], tile: tile, into: &gradients[term.place])
    }
  }

  private func add(
    _ term: Term, x: Int, y: Int, uBar: S, colorBar: SIMD3<S>, logitBar: S, tile: Int,
    into gradient: inout ScreenFaceGradient<S>
  ) {
    let face = faces[Int(bins.entryFaces[bins.entries(ofTile: tile).lowerBound + term.place])]
    face.signedDistanceVJP(
      term.foot,
      signedDistanceBar: uBar
        * profile.standardizedSlope(signedDistance: term.foot.signedDistance), into: &gradient)
    guard hasColor else { return }
    let weights = term.weights
    let forColor = weights.isClamped ? weights.screen : weights.corrected
    gradient.red += forColor * colorBar.x
    gradient.green += forColor * colorBar.y
    gradient.blue += forColor * colorBar.z
    gradient.logit += weights.corrected * logitBar
    let byColor = face.red * colorBar.x + face.green * colorBar.y + face.blue * colorBar.z
    let byLogit = face.logit * logitBar
    face.attributeWeightsVJP(
      weights, at: SIMD2(S(x) + 1 / 2, S(y) + 1 / 2), foot: term.foot,
      screenBar: weights.isClamped ? byColor : .zero,
      correctedBar: weights.isClamped ? byLogit : byColor + byLogit, into: &gradient)
  }
}
