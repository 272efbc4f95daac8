// The loop of a fit: render some views, compare, pull back, step; stage after stage. A value of `SceneRegression` is a
// sequence of steps, so that a program can watch and stop; time never enters a step. How unknowns move is in
// SceneRegression+Moves.swift.
public import SfumatoCore
internal import RealModule
internal import SfumatoIO
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
  /// The edge width, pixels of the stage's images; 0 where the stage has none, being crisp or hard.
  public var edgeWidthPixels: Float
  /// Whether the scene was left as it was, because the gradient or the moved scene was not finite.
  public var wasSkipped = false
}

/// A fit of mesh, colour, pose, cameras and light to target pictures: a sequence of steps.
///
/// A value: `for step in fit` walks a copy. `while let step = fit.next()` moves the fit itself, so that its
/// ``scene`` can be looked at on the way.
public struct SceneRegression: Sequence, IteratorProtocol, Sendable {
  /// What is fitted.
  public let problem: FitProblem
  /// The targets, and behind them their mirror images where the object is its own.
  let targetViews: [TargetView]
  /// How.
  public let config: FitConfig
  /// How many threads may work; the result does not depend on it.
  public var workers: Workers
  var state: FitState
  var level: Level?
  /// Whether the stage has been entered for the step that comes, as trials are that share their level.
  private var isEntered = false
  let radius: Float
  let givenCenter: SIMD3<Float>
  private let isColored: Bool
  /// The given scene, where it is shown as it is.
  let known: KnownScene?

  /// Sets a fit up.
  public init(_ problem: FitProblem, config: FitConfig, workers: Workers = .all) {
    self.problem = problem
    self.config = config
    self.workers = workers
    targetViews = problem.targets.withImages(in: config.mirror)
    var mesh = problem.mesh ?? SphereStart.mesh(targets: targetViews, bounds: problem.bounds)
    // Given normals would stay behind while the surface moves; without them they follow from the faces.
    if config.unknowns.contains(.shape) { mesh.normals = nil }
    let sphere = mesh.boundingSphere
    radius = sphere.radius > 0 ? sphere.radius : 1
    givenCenter = sphere.center
    let givenColors = mesh.vertexColors?.map { sRGBEncode($0) }
    let mean = problem.meanColorSRGB
    // A shape that a light shows has one colour where nothing else is said.
    let needsColors =
      config.unknowns.contains(.color) || Set([.shape, .light]).isSubset(of: config.unknowns)
    let colors =
      givenColors
      ?? (needsColors
        ? (0..<mesh.vertexCount).flatMap { _ in [mean.x, mean.y, mean.z] } : [])
    isColored = !colors.isEmpty || problem.isColored
    known = problem.scene.flatMap { KnownScene($0, config: config) }
    state = FitState(
      mesh: mesh, colorsSRGB: colors,
      pose: Self.poseStart(config, center: sphere.center, radius: radius),
      partCount: config.unknowns.contains(.parts) ? known?.bodies.count ?? 0 : 0,
      cameras: problem.targets.map(\.camera.worldToCamera),
      light: FitState.lightStart(config.lightModel))
  }

  /// The middle of the object, about which it is turned, mesh frame.
  var objectCenter: SIMD3<Float> {
    config.unknowns.contains(.shape) ? state.mesh.boundingSphere.center : givenCenter
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
  static func about(_ center: SIMD3<Float>, _ twist: Twist<Float>) -> RigidTransform<Float> {
    let rotation = Quaternion(rotationVector: twist.angular)
    return RigidTransform(
      rotation: rotation, translation: center + twist.linear - rotation.matrix * center)
  }

  /// Takes one step; nil when the plan is done.
  public mutating func next() -> FitStep? { next(unless: { false }) }

  /// Takes one step; nil when the plan is done, or where the trials before the first step were told to stop.
  ///
  /// Stopped trials leave the fit where it was: the next call begins with them anew.
  mutating func next(unless shouldStop: () -> Bool) -> FitStep? {
    while state.stage < config.stages.count, state.step >= config.stages[state.stage].steps {
      state.stage += 1
      state.step = 0
    }
    guard state.stage < config.stages.count else { return nil }
    let stage = config.stages[state.stage]
    if state.step == 0 {
      guard isEntered || enter(stage, unless: shouldStop) else { return nil }
      isEntered = false
    } else if remeshes(stage), stage.remeshEvery > 0, state.step.isMultiple(of: stage.remeshEvery) {
      remesh(stage)
    }
    if level == nil { makeLevel(stage) }
    if state.step == 0, paints(stage) { layOutTexture(stage) }
    let width = stage.mode == .soft ? smoothing(stage).edgeWidthPixels : 0
    let (loss, isTaken) =
      switch stage.optimizer {
      case .adam, .sgd: advance(stage)
      case .lbfgs: advanceByLBFGS(stage)
      case .parameterSpace: advanceByLosses(stage)
      case .leastSquares: advanceByLeastSquares(stage)
      }
    let report = FitStep(
      index: state.totalSteps + 1, stage: state.stage, stageName: stage.name,
      stepInStage: state.step, loss: loss,
      edgeWidthPixels: width, wasSkipped: !isTaken)
    state.stageLosses[state.stage] = loss
    state.step += 1
    state.totalSteps += 1
    if state.step == stage.steps { state.takeBest() }
    return report
  }

  /// The state at the same place of the plan before any step moved it: what a checkpoint is read over.
  ///
  /// Sizes, faces and all that a mesh carries besides positions follow from the start and the plan; where the plan remeshes
  /// before that place, from `remeshed`, the connectivity there.
  func blank(stage: Int, step: Int, remeshed: MeshTopology?) -> FitState {
    var blank = state
    if let remeshed { blank.take(remeshed) }
    for i in config.stages.indices where i < stage || (i == stage && step > 0) {
      guard config.stages[i].steps > 0 else { continue }
      if remeshed == nil {
        for _ in 0..<config.stages[i].subdivide { blank.subdivide() }
      }
      blank.coordinates =
        config.unknowns.contains(.shape) && config.stages[i].smoothing > 0
        ? blank.mesh.positions : []
    }
    // A place of the plan says which stages have begun: those up to it, but for the one that has no step yet.
    let begun = Swift.min(stage + (step > 0 ? 1 : 0), config.stages.count)
    let last = config.stages[..<begun].lastIndex { $0.steps > 0 }
    blank.stageLosses = Array(repeating: .nan, count: last.map { $0 + 1 } ?? 0)
    blank.resetOptimizers(parameterCount: last.map { parameterCount(config.stages[$0]) } ?? 0)
    blank.lbfgs = LBFGS(history: last.map { config.stages[$0].lbfgs.history } ?? 1)
    return blank
  }

  /// Prepares a stage; false where the trials before the first step were told to stop.
  private mutating func enter(_ stage: FitConfig.Stage, unless shouldStop: () -> Bool) -> Bool {
    if state.totalSteps == 0, !config.trialRounds.isEmpty {
      guard let found = bestStart(stage, unless: shouldStop) else { return false }
      (state.pose, state.runnerUp, state.runnerUpRatio) = (
        found.pose, found.runnerUp, found.ratio
      )
    }
    for _ in 0..<stage.subdivide { state.subdivide() }
    level = nil
    state.coordinates = []
    state.resetOptimizers(parameterCount: parameterCount(stage))
    if remeshes(stage) { remesh(stage) }
    state.narrowing = Narrowing()
    state.best = []
    while state.stageLosses.count <= state.stage { state.stageLosses.append(.nan) }
    state.lbfgs = LBFGS(history: stage.lbfgs.history)
    if moving(stage).contains(.light), config.lightModel == .harmonics { solveLight(stage) }
    return true
  }

  /// Enters the stage that comes, once for all copies of this fit that differ in pose alone.
  mutating func enterOnce() {
    guard state.stage < config.stages.count,
      enter(config.stages[state.stage], unless: { false })
    else { return }
    makeLevel(config.stages[state.stage])
    isEntered = true
  }

  /// The scene of the present state.
  public var scene: Scene<Float> { scene(of: known?.scene.meshes ?? [state.mesh]) }

  /// The scene of the present state as the stage's pictures show it.
  var stageScene: Scene<Float> {
    scene(of: level?.simplified ?? known?.scene.meshes ?? [state.mesh])
  }

  private func scene(of shown: [Mesh<Float>]) -> Scene<Float> {
    let background = SIMD3(
      sRGBDecode(state.background[0]), sRGBDecode(state.background[1]),
      sRGBDecode(state.background[2]))
    let isLit = config.unknowns.contains(.light)
    if let known {
      var scene = known.scene(
        state.parts, pose: state.pose, lights: isLit ? state.lights : problem.lights)
      scene.meshes = shown
      scene.background = background
      return scene
    }
    var mesh = shown[0]
    if state.colorsSRGB.count == mesh.positions.count {
      mesh.vertexColors = state.texture == nil ? state.colorsSRGB.map { sRGBDecode($0) } : nil
    }
    var scene = Scene(
      mesh, shading: isLit ? .lambert : .unlit, lights: isLit ? state.lights : [],
      background: background)
    scene.instances[0].transform = state.pose
    if !isLit { problem.light(&scene) }
    // The known light's material says nothing of the texture.
    if let texture = state.texture {
      scene.textures = [texture.texture(workers: workers)]
      scene.materials[0].baseColor = .constant(SIMD3(repeating: 1))
      scene.materials[0].baseColorTexture = TextureUse(0)
    }
    return scene
  }

  /// The views of this step, each once: all, or the next of an endless row of seeded shuffles of all.
  func views(_ stage: FitConfig.Stage) -> [Int] {
    let count = targetViews.count
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

  /// What a stage's pictures are differentiated by.
  func targets(_ stage: FitConfig.Stage) -> GradientTargets {
    var targets: GradientTargets = []
    for unknown in moving(stage) {
      switch unknown {
      case .shape: targets.insert(.positions)
      case .color: targets.insert(state.texture == nil ? .colors : .textures)
      case .pose, .parts: targets.insert(.poses)
      case .cameras: targets.insert(.cameras)
      case .focal, .principal: targets.insert(.intrinsics)
      case .light: targets.insert(.lights)
      case .background: targets.insert(.background)
      case .exposure: break  // Behind the picture, see Exposure.
      }
    }
    return targets
  }

  /// One step: the loss before it, and whether it was taken.
  private mutating func advance(_ stage: FitConfig.Stage) -> (loss: Float, isTaken: Bool) {
    guard let level else { return (.nan, false) }
    let chosen = views(stage)
    let cameras = chosen.map { camera($0, from: level.targets[$0].camera) }
    let smoothing = smoothing(stage)
    let isAdaptive = stage.schedule == .adaptive
    let wanted = isAdaptive ? targets(stage).union(.smoothing) : targets(stage)
    guard
      let (loss, gradient, gainBars) = regularized(stage, chosen, cameras, wrt: wanted, smoothing)
    else { return (.nan, false) }
    let before = state
    update(
      stage, gradient, gainBars, decay: smoothing.rate, chosen: chosen, cameras: cameras)
    guard state.isFinite else {
      state = before
      return (loss, false)
    }
    if isAdaptive {
      narrow(stage, gradient.smoothing, smoothing)
      keep(before, of: stage, loss: loss, viewCount: chosen.count)
    }
    return (loss, true)
  }

  /// The loss of some views and of the mesh with its gradient; nil where it is not finite.
  ///
  /// One gradient that is not finite would spoil its unknown and, through the next picture, all others for good.
  func regularized(
    _ stage: FitConfig.Stage, _ chosen: [Int], _ cameras: [Camera<Float>],
    wrt targets: GradientTargets, _ smoothing: StepSmoothing
  ) -> Comparison? {
    guard var found = compared(stage, chosen, cameras, wrt: targets, smoothing) else { return nil }
    if let topology = level?.topology, targets.contains(.positions) {
      found.loss += addRegularizers(topology, to: &found.gradient.meshes[0].positions)
    }
    return found.loss.isFinite && found.gradient.isFinite ? found : nil
  }

  /// The pictures that a stage's losses compare.
  func outputs(_ stage: FitConfig.Stage) -> RenderOutputs {
    let hasColor =
      stage.losses.comparesColor
      && (isColored || config.unknowns.contains(where: \.isSeenInColorAlone))
    var outputs: RenderOutputs = hasColor ? [.color, .alpha] : .alpha
    if stage.losses.depth != 0, problem.hasDepth { outputs.insert(.depth) }
    return outputs
  }

  /// What normals and depth of a camera's picture are compared in.
  func frame(_ camera: Camera<Float>) -> ViewLoss.Frame<Float> {
    ViewLoss.Frame(rotation: camera.worldToCamera.rotation, radius: radius)
  }

  /// How a stage makes its pictures at a smoothness.
  func mode(_ stage: FitConfig.Stage, _ smoothing: StepSmoothing) -> RenderSettings<Float>.Mode {
    switch stage.mode {
    case .hard: return .hard(samples: stage.samples)
    case .crisp:
      return .crisp(
        CrispSettings(
          edges: stage.crispEdges,
          samples: stage.samples))
    case .soft:
      guard let names = try? stage.choices(temperature: smoothing.depthTemperature) else {
        preconditionFailure("stage '\(stage.name)' was not checked")
      }
      return .soft(
        SoftSettings(
          profile: names.profile, edgeWidthPixels: smoothing.edgeWidthPixels,
          coverage: names.coverage, depth: names.depth, tailBound: Float(stage.tailBound)))
    }
  }

  private func addRegularizers(_ topology: MeshTopology, to bar: inout [Float]) -> Float {
    let weights = config.regularizers
    let positions = state.mesh.positions
    let area = 1 / (radius * radius)
    var loss: Float = 0
    for (weight, order) in [(weights.laplacian, 1), (weights.bilaplacian, 2)] where weight != 0 {
      let (value, residual) = UniformLaplacianLoss.forward(
        positions: positions, topology: topology, order: order)
      loss += Float(weight) * area * value
      UniformLaplacianLoss.backward(residual, valueBar: Float(weight) * area, into: &bar)
    }
    if weights.cotangentLaplacian != 0 {
      let (value, residual) = CotangentLaplacianLoss.forward(
        positions: positions, topology: topology,
        weights: CotangentLaplacianLoss.weights(positions: positions, topology: topology))
      let weight = Float(weights.cotangentLaplacian) * area
      loss += weight * value
      CotangentLaplacianLoss.backward(residual, valueBar: weight, into: &bar)
    }
    if weights.edge != 0 {
      let (value, residual) = EdgeLengthLoss.forward(positions: positions, topology: topology)
      let weight = Float(weights.edge) * area
      loss += weight * value
      EdgeLengthLoss.backward(residual, valueBar: weight, into: &bar)
    }
    for (weight, power) in [(weights.normal, 1), (weights.flatness, 2)] where weight != 0 {
      let (value, residual) = NormalConsistencyLoss.forward(
        positions: positions, topology: topology, power: power)
      loss += Float(weight) * value
      NormalConsistencyLoss.backward(residual, valueBar: Float(weight), into: &bar)
    }
    return loss
  }
}
