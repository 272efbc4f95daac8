// How each unknown moves: its gradient in the units of its learning rate, one optimiser's step, and back.
internal import SfumatoCore
internal import SfumatoSolve

extension SceneRegression {
  /// The unknowns that a stage moves.
  func moving(_ stage: FitConfig.Stage) -> [Unknown] {
    config.unknowns.filter { !stage.freeze.contains($0) }
  }

  /// Moves all unknowns by their optimisers' steps; `decay` is the learning rates' part of those at the stage's start.
  mutating func update(
    _ stage: FitConfig.Stage, _ gradient: SceneGradient<Float>, _ gainBars: [SIMD3<Float>],
    decay: Double, chosen: [Int], cameras: [Camera<Float>]
  ) {
    let rates = stage.learningRates
    state.setMoments(stage)
    for unknown in moving(stage) {
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
        let step = state.poseOptimizer.step(
          gradient: poseBar(gradient), learningRate: Float(rates.pose * decay))
        applyPose(step[...])
      case .parts:
        let step = state.partsOptimizer.step(
          gradient: partsBar(gradient), learningRate: Float(rates.parts * decay))
        applyParts(step[...])
      case .cameras:
        moveCameras(gradient.cameras, chosen: chosen, Float(rates.cameras * decay))
      case .focal:
        let step = state.focalOptimizer.step(
          gradient: [focalBar(gradient, cameras, chosen: chosen)],
          learningRate: Float(rates.focal * decay))
        applyFocal(step[...])
      case .principal:
        let step = state.principalOptimizer.step(
          gradient: principalBar(gradient, cameras, chosen: chosen),
          learningRate: Float(rates.principal * decay))
        applyPrincipal(step[...])
      case .light:
        let step = state.lightOptimizer.step(
          gradient: lightBar(gradient), learningRate: Float(rates.light * decay))
        applyLight(step[...])
      case .background:
        let step = state.backgroundOptimizer.step(
          gradient: backgroundBar(gradient), learningRate: Float(rates.background * decay))
        applyBackground(step[...])
      case .exposure:
        moveExposures(gainBars, chosen: chosen, Float(rates.exposure * decay))
      }
    }
  }

  private mutating func moveShape(_ stage: FitConfig.Stage, _ bar: [Float], _ rate: Float) {
    // Descent multiplies by the gradient, whose unit is one over the unit of length.
    let unit = stage.optimizer == .sgd ? radius * radius : radius
    let smooth = level?.largeSteps?.gradient(positionsBar: bar) ?? bar
    stepShape(
      stage,
      state.shapeOptimizer.step(
        gradient: smooth, learningRate: rate * unit * state.shapeBackOff))
  }

  private mutating func moveColors(_ bar: [Float], _ rate: Float) {
    guard bar.count == state.colorsSRGB.count else { return }
    applyColors(
      state.colorOptimizer.step(gradient: encodedBar(bar), learningRate: rate)[...])
  }

  private mutating func moveCameras(_ bars: [CameraGradient<Float>], chosen: [Int], _ rate: Float) {
    var step = [Float](repeating: 0, count: 6 * state.cameras.count)
    for (view, bar) in zip(chosen, bars) {
      let own = state.cameraOptimizers[view].step(
        gradient: cameraBar(bar, view), learningRate: rate)
      for k in 0..<6 { step[6 * view + k] = own[k] }
    }
    applyCameras(step[...], chosen: chosen)
  }
}

// The gradients by the numbers of each unknown, in the units of their learning rates.
extension SceneRegression {
  /// The cotangent of turning about a centre and shifting, in units where a step of 1 is a radian or a radius.
  private func rigidBar(_ twist: Twist<Float>, center: SIMD3<Float>) -> [Float] {
    let angular = twist.angular - cross(center, twist.linear)
    let linear = twist.linear * radius
    return [angular.x, angular.y, angular.z, linear.x, linear.y, linear.z]
  }

  /// By sRGB codes, from linear colours.
  func encodedBar(_ bar: [Float]) -> [Float] {
    var encoded = bar
    for i in bar.indices { encoded[i] = sRGBDecodeVJP(state.colorsSRGB[i], linearBar: bar[i]) }
    return encoded
  }

  func poseBar(_ gradient: SceneGradient<Float>) -> [Float] {
    rigidBar(
      gradient.instances.reduce(into: Twist()) { $0 += $1 }, center: state.pose * objectCenter)
  }

  func partsBar(_ gradient: SceneGradient<Float>) -> [Float] {
    guard let known else { return [] }
    let own = known.partBars(gradient.instances, parts: state.parts, pose: state.pose)
    return own.indices.flatMap { k in
      rigidBar(own[k], center: state.parts[k] * known.bodies[k].center)
    }
  }

  func cameraBar(_ bar: CameraGradient<Float>, _ view: Int) -> [Float] {
    rigidBar(bar.twist, center: state.cameras[view] * (state.pose * objectCenter))
  }

  /// Principal points shift by focal lengths, and so with these.
  func focalBar(
    _ gradient: SceneGradient<Float>, _ cameras: [Camera<Float>], chosen: [Int]
  ) -> Float {
    var bar: Float = 0
    for (i, part) in gradient.cameras.enumerated() {
      let shift = state.principal * side(of: chosen[i])
      bar += dot(cameras[i].focal, part.focal + part.principal * shift)
    }
    return bar
  }

  /// By a shift of the pictures in radii of the object; those of mirror images move the other way across.
  func principalBar(
    _ gradient: SceneGradient<Float>, _ cameras: [Camera<Float>], chosen: [Int]
  ) -> [Float] {
    var bar = SIMD2<Float>.zero
    for (i, part) in gradient.cameras.enumerated() {
      bar += part.principal * cameras[i].focal * side(of: chosen[i])
    }
    bar *= shownRadius
    return [bar.x, bar.y]
  }

  func lightBar(_ gradient: SceneGradient<Float>) -> [Float] {
    let bars = gradient.lights
    let parts =
      bars.count == 2
      ? [bars[0].color, bars[1].direction, bars[1].color] : bars.flatMap(\.coefficients)
    return parts.flatMap { [$0.x, $0.y, $0.z] }
  }

  func backgroundBar(_ gradient: SceneGradient<Float>) -> [Float] {
    (0..<3).map { sRGBDecodeVJP(state.background[$0], linearBar: gradient.background[$0]) }
  }
}

// What a step of each unknown is, in the units of its learning rate.
extension SceneRegression {
  private func twist(_ step: ArraySlice<Float>) -> Twist<Float> {
    let s = Array(step)
    return Twist(angular: s.vector3(0), linear: s.vector3(1) * radius)
  }

  /// Adds to the vertices, or to the coordinates that smooth them, world units.
  mutating func addToShape(_ step: [Float]) {
    guard let largeSteps = level?.largeSteps else {
      for i in step.indices { state.mesh.positions[i] += step[i] }
      return
    }
    for i in step.indices { state.coordinates[i] += step[i] }
    state.mesh.positions = largeSteps.toPositions(state.coordinates)
  }

  /// Moves the vertices, in radii.
  mutating func applyShape(_ step: ArraySlice<Float>) { addToShape(step.map { $0 * radius }) }

  /// Keeps colours within what a picture shows.
  mutating func applyColors(_ step: ArraySlice<Float>) {
    for (i, part) in step.enumerated() {
      state.colorsSRGB[i] = Swift.min(Swift.max(state.colorsSRGB[i] + part, 0), 1)
    }
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
        Self.about(state.parts[k] * known.bodies[k].center, twist(step[first..<first + 6]))
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

  mutating func applyPrincipal(_ step: ArraySlice<Float>) {
    state.principal += SIMD2(step[step.startIndex], step[step.startIndex + 1]) * shownRadius
  }

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
