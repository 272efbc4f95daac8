// The loop of a fit: render some views, compare, pull back, step; stage after stage. A value of `SceneRegression` is a
// sequence of steps, so that a program can watch and stop; time never enters a step.
public import SfumatoCore
internal import RealModule
internal import SfumatoSolve

/// What one step of a fit did.
public struct FitStep: Equatable, Sendable {
  /// Steps done, from 1.
  public var index: Int
  /// The stage.
  public var stage: Int
  /// The stage's name.
  public var stageName: String
  /// The step within the stage, from 0.
  public var stepInStage: Int
  /// The loss before the step, over the views that it saw.
  public var loss: Float
  /// The edge width, pixels of the stage's images.
  public var edgeWidthPixels: Float
}

/// A fit of mesh, colour, pose, cameras and light to target pictures: a sequence of steps.
///
/// A value: `for step in fit` walks a copy. `while let step = fit.next()` moves the fit itself, so that its
/// ``scene`` can be looked at on the way.
public struct SceneRegression: Sequence, IteratorProtocol, Sendable {
  /// What is fitted.
  public let problem: FitProblem
  /// How.
  public let config: FitConfig
  /// How many threads may work; the result does not depend on it.
  public var workers: Workers
  var state: FitState
  private var level: Level?
  private let radius: Float
  private let isColored: Bool

  /// What holds for one stage and is derived again when a fit resumes.
  private struct Level: Sendable {
    var stage: Int
    var targets: [ScaledTarget]
    var topology: MeshTopology
    var largeSteps: LargeStepsParameterization?
  }

  /// Sets a fit up.
  public init(_ problem: FitProblem, config: FitConfig, workers: Workers = .all) {
    self.problem = problem
    self.config = config
    self.workers = workers
    let mesh = problem.mesh ?? SphereStart.mesh(targets: problem.targets, bounds: problem.bounds)
    let sphere = mesh.boundingSphere
    radius = sphere.radius > 0 ? sphere.radius : 1
    let givenColors = mesh.vertexColors?.map { sRGBEncode($0) }
    let mean = problem.meanColorSRGB
    let colors =
      givenColors
      ?? (config.unknowns.contains(.color)
        ? (0..<mesh.vertexCount).flatMap { _ in [mean.x, mean.y, mean.z] } : [])
    isColored = !colors.isEmpty
    state = FitState(
      mesh: mesh, colorsSRGB: colors,
      pose: Self.poseStart(config, center: sphere.center, radius: radius),
      cameras: problem.targets.map(\.camera.worldToCamera))
  }

  /// A seeded displacement: a rotation about a random axis through the centre, then a shift in a random direction.
  private static func poseStart(
    _ config: FitConfig, center: SIMD3<Float>, radius: Float
  ) -> RigidTransform<Float> {
    var generator = SplitMix64(seed: UInt64(truncatingIfNeeded: config.seed))
    func direction() -> SIMD3<Float> {
      while true {
        let v = SIMD3<Double>(
          2 * generator.unit() - 1, 2 * generator.unit() - 1, 2 * generator.unit() - 1)
        let norm = dot(v, v)
        if norm > 0.01 && norm <= 1 { return normalize(SIMD3<Float>(v)) }
      }
    }
    let axis = direction()
    let shift = direction()
    let start = config.pose.start
    let angle = Float(start.rotationDegrees) * .pi / 180
    return about(
      center, Twist(angular: axis * angle, linear: shift * (Float(start.offsetRadii) * radius)))
  }

  /// The motion that turns about a point and then shifts: a step of a pose or a camera.
  private static func about(_ center: SIMD3<Float>, _ twist: Twist<Float>) -> RigidTransform<Float>
  {
    let rotation = Quaternion(rotationVector: twist.angular)
    return RigidTransform(
      rotation: rotation, translation: center + twist.linear - rotation.matrix * center)
  }

  /// Takes one step; nil when the plan is done.
  public mutating func next() -> FitStep? {
    while state.stage < config.stages.count, state.step >= config.stages[state.stage].steps {
      state.stage += 1
      state.step = 0
    }
    guard state.stage < config.stages.count else { return nil }
    let stage = config.stages[state.stage]
    if state.step == 0 { enter(stage) }
    if level?.stage != state.stage { level = makeLevel(stage) }
    let loss = advance(stage)
    let report = FitStep(
      index: state.totalSteps + 1, stage: state.stage, stageName: stage.name,
      stepInStage: state.step, loss: loss,
      edgeWidthPixels: edgeWidth(stage))
    state.stageLosses[state.stage] = loss
    state.step += 1
    state.totalSteps += 1
    return report
  }

  /// The most promising of several starts: the given one, and it turned both ways about each axis.
  ///
  /// Outlines have local minima tens of degrees wide. Each start runs through a shortened first stage; the lowest mean loss
  /// of its last quarter wins, and goes on from where it came to.
  private func bestStart(_ stage: FitConfig.Stage) -> RigidTransform<Float> {
    var trialConfig = config
    trialConfig.pose.trialSteps = 0
    trialConfig.stages = [stage]
    trialConfig.stages[0].steps = config.pose.trialSteps
    let angle = Float(config.pose.trialDegrees) * .pi / 180
    var turns = [SIMD3<Float>.zero]
    for axis in 0..<3 {
      for sign: Float in [1, -1] {
        var turn = SIMD3<Float>.zero
        turn[axis] = sign * angle
        turns.append(turn)
      }
    }
    let center = state.pose * state.mesh.boundingSphere.center
    var best = state.pose
    var lowest = Float.infinity
    for turn in turns {
      var trial = SceneRegression(problem, config: trialConfig, workers: workers)
      trial.state = state
      trial.state.pose = Self.about(center, Twist(angular: turn)) * state.pose
      var loss: Float = 0
      while let step = trial.next() {
        if step.stepInStage * 4 >= config.pose.trialSteps * 3 { loss += step.loss }
      }
      if loss < lowest {
        lowest = loss
        best = trial.state.pose
      }
    }
    return best
  }

  private func edgeWidth(_ stage: FitConfig.Stage) -> Float {
    Float(stage.anneal(stage.edgeWidthPixels[0], stage.edgeWidthPixels[1], step: state.step))
  }

  private mutating func enter(_ stage: FitConfig.Stage) {
    if state.totalSteps == 0, config.pose.trialSteps > 0, config.unknowns.contains(.pose) {
      state.pose = bestStart(stage)
    }
    for _ in 0..<stage.subdivide { state.subdivide() }
    state.resetOptimizers()
    while state.stageLosses.count <= state.stage { state.stageLosses.append(.nan) }
  }

  private mutating func makeLevel(_ stage: FitConfig.Stage) -> Level {
    let topology = MeshTopology(state.mesh)
    var largeSteps: LargeStepsParameterization?
    if config.unknowns.contains(.shape), stage.smoothing > 0 {
      // A factor that cannot be made (memory) leaves plain positions, which still converge.
      largeSteps = try? LargeStepsParameterization(topology: topology, lambda: stage.smoothing)
    }
    if state.step == 0 {
      state.coordinates = largeSteps?.toCoordinates(positions: state.mesh.positions) ?? []
    }
    return Level(
      stage: state.stage,
      targets: TargetPyramid.scaled(
        problem.targets, by: stage.imageScale, background: .zero,
        keepsBackground: config.unknowns.contains(.background), workers: workers),
      topology: topology, largeSteps: largeSteps)
  }

  /// The scene of the present state.
  public var scene: Scene<Float> {
    var mesh = state.mesh
    if isColored { mesh.vertexColors = state.colorsSRGB.map { sRGBDecode($0) } }
    let isLit = config.unknowns.contains(.light)
    var scene = Scene(
      mesh, shading: isLit ? .lambert : .unlit, lights: isLit ? state.lights : [],
      background: SIMD3(
        sRGBDecode(state.background[0]), sRGBDecode(state.background[1]),
        sRGBDecode(state.background[2])))
    scene.instances[0].transform = state.pose
    return scene
  }

  /// The mesh of the present state in the world: pose and colours applied.
  public var worldMesh: Mesh<Float> {
    let scene = scene
    var mesh = scene.meshes[0]
    let pose = scene.instances[0].transform
    let rotation = pose.rotation.matrix
    for v in 0..<mesh.vertexCount {
      mesh.positions.setVector3(v, pose * mesh.positions.vector3(v))
    }
    if config.unknowns.contains(.shape) {
      mesh.normals = nil
    } else if var normals = mesh.normals {
      for v in 0..<mesh.vertexCount { normals.setVector3(v, rotation * normals.vector3(v)) }
      mesh.normals = normals
    }
    return mesh
  }

  /// The factor on all focal lengths.
  public var focalFactor: Float { Float.exp(state.logFocal) }

  /// The cameras of the present state, at the size of the targets.
  public var cameras: [Camera<Float>] {
    problem.targets.indices.map { camera($0, from: problem.targets[$0].camera) }
  }

  private func camera(_ view: Int, from base: Camera<Float>) -> Camera<Float> {
    var camera = base
    camera.worldToCamera = state.cameras[view]
    camera.focal *= focalFactor
    return camera
  }

  /// The views of this step: all, or the next of a seeded shuffle that sees each view once an epoch.
  private func views(_ stage: FitConfig.Stage) -> [Int] {
    let count = problem.targets.count
    let wanted = stage.viewsPerStep
    guard wanted > 0, wanted < count else { return Array(0..<count) }
    var result: [Int] = []
    var place = state.step * wanted
    while result.count < wanted {
      let epoch = place / count
      var generator = SplitMix64(
        seed: UInt64(truncatingIfNeeded: config.seed) &* 1_000_003
          &+ UInt64(state.stage) &* 10_007 &+ UInt64(epoch))
      var order = Array(0..<count)
      for i in stride(from: count - 1, to: 0, by: -1) {
        order.swapAt(i, Int(generator.next() % UInt64(i + 1)))
      }
      let view = order[place % count]
      if !result.contains(view) { result.append(view) }
      place += 1
    }
    return result.sorted()
  }

  private var targets: GradientTargets {
    var targets: GradientTargets = []
    for unknown in config.unknowns {
      switch unknown {
      case .shape: targets.insert(.positions)
      case .color: targets.insert(.colors)
      case .pose: targets.insert(.poses)
      case .cameras: targets.insert(.cameras)
      case .focal: targets.insert(.intrinsics)
      case .light: targets.insert(.lights)
      case .background: targets.insert(.background)
      }
    }
    return targets
  }

  /// One step: the loss before it.
  private mutating func advance(_ stage: FitConfig.Stage) -> Float {
    guard let level else { return .nan }
    let chosen = views(stage)
    let cameras = chosen.map { camera($0, from: level.targets[$0].camera) }
    let hasColor = isColored && stage.losses.color != 0
    let renderer = Renderer<Float>(
      settings: RenderSettings(
        mode: .soft(
          SoftSettings(
            profile: .logistic(squared: stage.edgeProfile == "logistic-squared"),
            edgeWidthPixels: edgeWidth(stage),
            depth: .softmax(gamma: Float(stage.depthTemperature)),
            tailBound: Float(stage.tailBound))), workers: workers))
    let (pictures, pullback) = renderer.renderWithPullback(
      scene, cameras, wrt: targets, outputs: hasColor ? [.color, .alpha] : .alpha)
    let scale = 1 / Float(chosen.count)
    let results = parallelMap(chosen.count, workers: workers) { i in
      ViewLoss.evaluate(
        pictures[i], level.targets[chosen[i]], losses: stage.losses, scale: scale)
    }
    var gradient = pullback(results.map(\.cotangent))
    var loss = results.reduce(0) { $0 + $1.value }
    if config.unknowns.contains(.shape) {
      loss += addRegularizers(level.topology, to: &gradient.meshes[0].positions)
    }
    update(stage, gradient, chosen: chosen, cameras: cameras)
    return loss
  }

  private func addRegularizers(_ topology: MeshTopology, to bar: inout [Float]) -> Float {
    let weights = config.regularizers
    let positions = state.mesh.positions
    let area = 1 / (radius * radius)
    var loss: Float = 0
    if weights.laplacian != 0 {
      let (value, residual) = UniformLaplacianLoss.forward(
        positions: positions, topology: topology)
      let weight = Float(weights.laplacian) * area
      loss += weight * value
      UniformLaplacianLoss.backward(residual, valueBar: weight, into: &bar)
    }
    if weights.edge != 0 {
      let (value, residual) = EdgeLengthLoss.forward(positions: positions, topology: topology)
      let weight = Float(weights.edge) * area
      loss += weight * value
      EdgeLengthLoss.backward(residual, valueBar: weight, into: &bar)
    }
    if weights.normal != 0 {
      let (value, residual) = NormalConsistencyLoss.forward(
        positions: positions, topology: topology)
      loss += Float(weights.normal) * value
      NormalConsistencyLoss.backward(residual, valueBar: Float(weights.normal), into: &bar)
    }
    return loss
  }

  private mutating func update(
    _ stage: FitConfig.Stage, _ gradient: SceneGradient<Float>, chosen: [Int],
    cameras: [Camera<Float>]
  ) {
    let rates = stage.learningRates
    let decay = stage.anneal(1, stage.learningRateEnd, step: state.step)
    for unknown in config.unknowns {
      switch unknown {
      case .shape: moveShape(gradient.meshes[0].positions, Float(rates.shape * decay))
      case .color:
        moveColors(gradient.meshes[0].vertexColors, Float(rates.color * decay))
      case .pose: movePose(gradient.instances[0], Float(rates.pose * decay))
      case .cameras:
        moveCameras(gradient.cameras, chosen: chosen, Float(rates.cameras * decay))
      case .focal:
        var bar: Float = 0
        for (camera, part) in zip(cameras, gradient.cameras) {
          bar += dot(camera.focal, part.focal)
        }
        state.logFocal +=
          state.focalOptimizer.step(gradient: [bar], learningRate: Float(rates.focal * decay))[0]
      case .light: moveLight(gradient.lights, Float(rates.light * decay))
      case .background:
        let bar = (0..<3).map { c in
          sRGBDecodeVJP(state.background[c], linearBar: gradient.background[c])
        }
        let step = state.backgroundOptimizer.step(
          gradient: bar, learningRate: Float(rates.background * decay))
        for c in 0..<3 { state.background[c] = Swift.min(Swift.max(state.background[c] + step[c], 0), 1) }
      }
    }
  }

  private mutating func moveShape(_ bar: [Float], _ rate: Float) {
    guard bar.allSatisfy(\.isFinite) else { return }
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

  private func twist(_ step: ArraySlice<Float>) -> Twist<Float> {
    let s = Array(step)
    return Twist(angular: s.vector3(0), linear: s.vector3(1) * radius)
  }

  private mutating func movePose(_ bar: Twist<Float>, _ rate: Float) {
    let center = state.pose * state.mesh.boundingSphere.center
    let step = state.poseOptimizer.step(
      gradient: rigidBar(bar, center: center), learningRate: rate)
    state.pose = Self.about(center, twist(step[...])) * state.pose
  }

  private mutating func moveCameras(_ bars: [CameraGradient<Float>], chosen: [Int], _ rate: Float) {
    let center = state.pose * state.mesh.boundingSphere.center
    var gradient = [Float](repeating: 0, count: 6 * state.cameras.count)
    for (view, bar) in zip(chosen, bars) {
      let own = rigidBar(bar.twist, center: state.cameras[view] * center)
      for k in 0..<6 { gradient[6 * view + k] = own[k] }
    }
    let step = state.cameraOptimizer.step(gradient: gradient, learningRate: rate)
    for view in chosen {
      let moved = twist(step[(6 * view)..<(6 * view + 6)])
      state.cameras[view] =
        Self.about(state.cameras[view] * center, moved) * state.cameras[view]
    }
  }

  private mutating func moveLight(_ bars: [LightGradient<Float>], _ rate: Float) {
    guard bars.count == 2 else { return }
    let (a, d, c) = (bars[0].color, bars[1].direction, bars[1].color)
    let step = state.lightOptimizer.step(
      gradient: [a.x, a.y, a.z, d.x, d.y, d.z, c.x, c.y, c.z], learningRate: rate)
    for i in step.indices { state.light[i] += step[i] }
    for i in [0, 1, 2, 6, 7, 8] { state.light[i] = Swift.max(state.light[i], 0) }
    state.light.setVector3(1, normalize(state.light.vector3(1)))
  }
}
