// How each unknown moves: its gradient in the units of its learning rate, one optimiser's step, and back.
internal import SfumatoCore
internal import SfumatoSolve

extension SceneRegression {
  /// Moves all unknowns by their optimisers' steps; `decay` is the learning rates' part of those at the stage's start.
  mutating func update(
    _ stage: FitConfig.Stage, _ gradient: SceneGradient<Float>, _ gainBars: [SIMD3<Float>],
    decay: Double, chosen: [Int], cameras: [Camera<Float>]
  ) {
    let rates = stage.learningRates
    for unknown in config.unknowns {
      switch unknown {
      case .shape: moveShape(stage, gradient.meshes[0].positions, Float(rates.shape * decay))
      case .color:
        if state.texture == nil {
          moveColors(gradient.meshes[0].vertexColors, Float(rates.color * decay))
        } else {
          moveTexels(
            stage, gradient.textures[0], chosen: chosen, rate: Float(rates.texture * decay))
        }
      case .pose:
        movePose(
          gradient.instances.reduce(into: Twist()) { $0 += $1 }, Float(rates.pose * decay))
      case .parts: moveParts(gradient.instances, Float(rates.parts * decay))
      case .cameras:
        moveCameras(gradient.cameras, chosen: chosen, Float(rates.cameras * decay))
      case .focal:
        var bar: Float = 0
        for (camera, part) in zip(cameras, gradient.cameras) {
          bar += dot(camera.focal, part.focal)
        }
        applyFocal(
          state.focalOptimizer.step(gradient: [bar], learningRate: Float(rates.focal * decay))[0...]
        )
      case .light: moveLight(gradient.lights, Float(rates.light * decay))
      case .background:
        let bar = (0..<3).map { c in
          sRGBDecodeVJP(state.background[c], linearBar: gradient.background[c])
        }
        applyBackground(
          state.backgroundOptimizer.step(
            gradient: bar, learningRate: Float(rates.background * decay))[...])
      case .exposure:
        moveExposures(gainBars, chosen: chosen, Float(rates.exposure * decay))
      }
    }
  }

  private mutating func moveShape(_ stage: FitConfig.Stage, _ bar: [Float], _ rate: Float) {
    state.shapeOptimizer.settings.scale = stage.shapeStepScale
    if let largeSteps = level?.largeSteps {
      let step = state.shapeOptimizer.step(
        gradient: largeSteps.gradient(positionsBar: bar), learningRate: rate * radius)
      for i in step.indices { state.coordinates[i] += step[i] }
      state.mesh.positions = largeSteps.toPositions(state.coordinates)
    } else {
      let step = state.shapeOptimizer.step(gradient: bar, learningRate: rate * radius)
      for i in step.indices { state.mesh.positions[i] += step[i] }
    }
  }

  private mutating func moveColors(_ bar: [Float], _ rate: Float) {
    guard bar.count == state.colorsSRGB.count else { return }
    var encodedBar = bar
    for i in bar.indices {
      encodedBar[i] = sRGBDecodeVJP(state.colorsSRGB[i], linearBar: bar[i])
    }
    let step = state.colorOptimizer.step(gradient: encodedBar, learningRate: rate)
    for i in step.indices {
      state.colorsSRGB[i] = Swift.min(Swift.max(state.colorsSRGB[i] + step[i], 0), 1)
    }
  }

  /// The cotangent of turning about a centre and shifting, in units where a step of 1 is a radian or a radius.
  private func rigidBar(_ twist: Twist<Float>, center: SIMD3<Float>) -> [Float] {
    let angular = twist.angular - cross(center, twist.linear)
    let linear = twist.linear * radius
    return [angular.x, angular.y, angular.z, linear.x, linear.y, linear.z]
  }

  private mutating func movePose(_ bar: Twist<Float>, _ rate: Float) {
    let center = state.pose * objectCenter
    let step = state.poseOptimizer.step(
      gradient: rigidBar(bar, center: center), learningRate: rate)
    applyPose(step[...])
  }

  private mutating func moveParts(_ bars: [Twist<Float>], _ rate: Float) {
    guard let known else { return }
    let gradient = known.moving.enumerated().flatMap { k, i in
      rigidBar(bars[i].pulledBack(through: state.pose), center: state.parts[k] * known.centers[k])
    }
    applyParts(state.partsOptimizer.step(gradient: gradient, learningRate: rate)[...])
  }

  private mutating func moveCameras(_ bars: [CameraGradient<Float>], chosen: [Int], _ rate: Float) {
    let center = state.pose * objectCenter
    var step = [Float](repeating: 0, count: 6 * state.cameras.count)
    for (view, bar) in zip(chosen, bars) {
      let own = state.cameraOptimizers[view].step(
        gradient: rigidBar(bar.twist, center: state.cameras[view] * center), learningRate: rate)
      for k in 0..<6 { step[6 * view + k] = own[k] }
    }
    applyCameras(step[...], chosen: chosen)
  }

  private mutating func moveLight(_ bars: [LightGradient<Float>], _ rate: Float) {
    let parts =
      bars.count == 2
      ? [bars[0].color, bars[1].direction, bars[1].color] : bars.flatMap(\.coefficients)
    let step = state.lightOptimizer.step(
      gradient: parts.flatMap { [$0.x, $0.y, $0.z] }, learningRate: rate)
    applyLight(step[...])
  }
}

// What a step of each unknown is, in the units of its learning rate.
extension SceneRegression {
  private func twist(_ step: ArraySlice<Float>) -> Twist<Float> {
    let s = Array(step)
    return Twist(angular: s.vector3(0), linear: s.vector3(1) * radius)
  }

  /// Turns about the object's centre and shifts.
  mutating func applyPose(_ step: ArraySlice<Float>) {
    let center = state.pose * objectCenter
    state.pose = Self.about(center, twist(step)) * state.pose
  }

  /// Turns each part about its centre and shifts it, `[P, 6]`.
  mutating func applyParts(_ step: ArraySlice<Float>) {
    guard let known else { return }
    for k in state.parts.indices {
      let first = step.startIndex + 6 * k
      state.parts[k] =
        Self.about(state.parts[k] * known.centers[k], twist(step[first..<first + 6]))
        * state.parts[k]
    }
  }

  /// Turns cameras about the object's centre and shifts them, `[V, 6]`.
  mutating func applyCameras(_ step: ArraySlice<Float>, chosen: [Int]) {
    let center = state.pose * objectCenter
    for view in chosen {
      let first = step.startIndex + 6 * view
      state.cameras[view] =
        Self.about(state.cameras[view] * center, twist(step[first..<first + 6]))
        * state.cameras[view]
    }
  }

  mutating func applyFocal(_ step: ArraySlice<Float>) { state.logFocal += step[step.startIndex] }

  /// Keeps colours from below 0, and a direction's length.
  mutating func applyLight(_ step: ArraySlice<Float>) {
    for (i, part) in step.enumerated() { state.light[i] += part }
    guard state.harmonics == nil else { return }
    for i in [0, 1, 2, 6, 7, 8] { state.light[i] = Swift.max(state.light[i], 0) }
    state.light.setVector3(1, normalize(state.light.vector3(1)))
  }

  mutating func applyBackground(_ step: ArraySlice<Float>) {
    for (c, part) in step.enumerated() {
      state.background[c] = Swift.min(Swift.max(state.background[c] + part, 0), 1)
    }
  }
}
