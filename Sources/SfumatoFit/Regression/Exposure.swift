// How a photograph was exposed: one factor a channel on what its camera saw, which takes up shutter, gain and white balance. The factors
// are nuisance unknowns: they keep what differs between photographs from being painted onto the object.
internal import RealModule
internal import SfumatoCore
internal import SfumatoSolve

/// Three factors on a picture's colour, linear light, and the white beyond which a photograph shows no more.
enum Exposure {
  /// The sRGB code from which on a photograph may be cut off.
  private static var white: Double { 254.5 / 255 }

  /// The colour `[H, W, 3]`, composited and linear, each channel times the exponential of its own gain.
  ///
  /// *Differentiable in* both, *constant in* the photograph. Where the photograph `[H, W, 3]`, sRGB codes, is white, all that is brighter
  /// counts as white and has no gradient. Alpha is not touched: a longer exposure covers no more pixels.
  static func forward<S: RenderScalar>(
    color: [S], logGain: SIMD3<S>, photograph: [S]
  ) -> [S] {
    let gain = gain(logGain)
    var exposed = color
    for p in 0..<color.count / 3 {
      let shown = color.vector3(p) * gain
      exposed.setVector3(p, shown.replacing(with: 1, where: isCutOff(shown, photograph, p)))
    }
    return exposed
  }

  /// The adjoint of ``forward(color:logGain:photograph:)``; the gain's sum runs in `Double`, in order.
  static func backward<S: RenderScalar>(
    color: [S], logGain: SIMD3<S>, photograph: [S], exposedBar: [S]
  ) -> (colorBar: [S], logGainBar: SIMD3<S>) {
    let gain = gain(logGain)
    var colorBar = exposedBar
    var sum = SIMD3<Double>.zero
    for p in 0..<color.count / 3 {
      let shown = color.vector3(p) * gain
      let bar = exposedBar.vector3(p).replacing(with: 0, where: isCutOff(shown, photograph, p))
      colorBar.setVector3(p, bar * gain)
      let part = bar * shown
      sum += SIMD3(Double(part.x), Double(part.y), Double(part.z))
    }
    return (colorBar, SIMD3(S(sum.x), S(sum.y), S(sum.z)))
  }

  /// The factors from their logarithms.
  static func gain<S: RenderScalar>(_ logGain: SIMD3<S>) -> SIMD3<S> {
    SIMD3(S.exp(logGain.x), S.exp(logGain.y), S.exp(logGain.z))
  }

  private static func isCutOff<S: RenderScalar>(
    _ shown: SIMD3<S>, _ photograph: [S], _ pixel: Int
  ) -> SIMDMask<SIMD3<S>.MaskStorage> {
    (photograph.vector3(pixel) .>= S(white)) .& (shown .> 1)
  }
}

extension Rendering<Float> {
  /// The picture as a photograph of such gains shows it.
  func exposed(_ logGain: SIMD3<Float>, as photograph: ScaledTarget<Float>) -> Rendering {
    guard let color else { return self }
    var copy = self
    copy.color?.values = Exposure.forward(
      color: color.values, logGain: logGain, photograph: photograph.colorSRGB)
    return copy
  }

  /// The picture with its linear colour times factors.
  func scaled(by gain: SIMD3<Float>?) -> Rendering {
    guard let gain, let color, gain != .one else { return self }
    var copy = self
    for p in 0..<color.pixelCount {
      copy.color?.values.setVector3(p, color.values.vector3(p) * gain)
    }
    return copy
  }
}

extension RenderingCotangent<Float> {
  /// The cotangents of a picture before such gains, and of the gains.
  func pulledBack(
    through logGain: SIMD3<Float>, as photograph: ScaledTarget<Float>, of picture: Rendering<Float>
  ) -> (cotangent: RenderingCotangent, logGainBar: SIMD3<Float>) {
    guard let color = picture.color, let bar = self.color else { return (self, .zero) }
    let (colorBar, logGainBar) = Exposure.backward(
      color: color.values, logGain: logGain, photograph: photograph.colorSRGB,
      exposedBar: bar.values)
    var copy = self
    copy.color?.values = colorBar
    return (copy, logGainBar)
  }
}

extension SceneRegression {
  /// The factors of each view, linear light: red, green, blue; 1 where they are known.
  ///
  /// Where colours or light are unknown too, which could be brighter as well, the mean of their logarithms over the views is zero.
  public var gains: [SIMD3<Float>] {
    problem.targets.indices.map { Exposure.gain(state.logGains.vector3($0)) }
  }

  /// A picture of a view as its photograph was exposed, where that is unknown.
  func exposed(
    _ picture: Rendering<Float>, _ view: Int, as photograph: ScaledTarget<Float>
  ) -> Rendering<Float> {
    guard config.unknowns.contains(.exposure) else { return picture }
    return picture.exposed(state.logGains.vector3(view), as: photograph)
  }

  /// Moves the gains of the views that a step sees, each by an optimiser of its own.
  mutating func moveExposures(_ bars: [SIMD3<Float>], chosen: [Int], _ rate: Float) {
    for (view, bar) in zip(chosen, bars) {
      let own = state.exposureOptimizers[view].step(
        gradient: [bar.x, bar.y, bar.z], learningRate: rate)
      for c in 0..<3 { state.logGains[3 * view + c] += own[c] }
    }
    holdMeanExposure()
  }

  /// Adds to the gains of some views, `[V, 3]`.
  mutating func applyExposures(_ step: ArraySlice<Float>, chosen: [Int]) {
    for i in chosen.flatMap({ 3 * $0..<3 * $0 + 3 }) {
      state.logGains[i] += step[step.startIndex + i]
    }
  }

  /// Takes the mean out of the gains where something else could make up for it; a light gets it, so that pictures stay what they are.
  mutating func holdMeanExposure() {
    guard config.unknowns.contains(.exposure),
      config.unknowns.contains(.color) || config.unknowns.contains(.light)
    else { return }
    let views = problem.targets.indices
    var sum = SIMD3<Float>.zero
    for view in views { sum += state.logGains.vector3(view) }
    let mean = sum / Float(views.count)
    for view in views { state.logGains.setVector3(view, state.logGains.vector3(view) - mean) }
    guard config.unknowns.contains(.light) else { return }
    let gain = Exposure.gain(mean)
    // All of harmonics, or the colours beside a direction.
    for row in state.harmonics == nil ? [0, 2] : Array(0..<state.light.count / 3) {
      state.light.setVector3(row, state.light.vector3(row) * gain)
    }
  }
}
