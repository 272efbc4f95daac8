internal import SfumatoCore
internal import SfumatoSolve

/// Everything that changes during a fit; a checkpoint is this and nothing else.
struct FitState: Sendable {
  /// The mesh: its positions, and its colours as sRGB values (`colorsSRGB`), change.
  var mesh: Mesh<Float>
  /// The coordinates that a smoothed shape step moves, `[V, 3]`; empty where positions move themselves.
  var coordinates: [Float] = []
  /// Vertex colours, sRGB encoded, `[V, 3]`; empty where the mesh has none.
  var colorsSRGB: [Float]
  /// The texture that holds the colours from the first stage on that has one; the vertex colours then stay as they were.
  var texture: FitTexture?
  /// The object's motion.
  var pose: RigidTransform<Float>
  /// The motion of each part that moves by itself, before the pose.
  var parts: [RigidTransform<Float>]
  /// The best pose of the trials that is far from the best of all, and how many times its loss was; infinite where there is none.
  var runnerUp = RigidTransform<Float>()
  var runnerUpRatio = Float.infinity
  /// World to camera of each view.
  var cameras: [RigidTransform<Float>]
  /// Natural logarithm of the factor on all focal lengths.
  var logFocal: Float = 0
  /// The shift of all principal points, focal lengths.
  var principal = SIMD2<Float>.zero
  /// Ambient colour, direction to the light, directional colour: `[9]`; or the coefficients of harmonics, `[9, 3]`; unused without
  /// light.
  var light: [Float]
  /// Background, sRGB encoded, `[3]`.
  var background: [Float] = [0, 0, 0]
  /// Natural logarithms of the factors on each view's colour, `[V, 3]`.
  var logGains: [Float]

  /// The next stage.
  var stage = 0
  /// The next step within it.
  var step = 0
  /// Steps done in all.
  var totalSteps = 0
  /// The loss of the last step of each stage that has begun.
  var stageLosses: [Float] = []

  var shapeOptimizer: Adam<Float>
  /// The part of a shape's learning rate that is taken, below 1 after steps that turned faces over.
  var shapeBackOff: Float = 1
  var colorOptimizer: Adam<Float>
  var poseOptimizer = Adam<Float>(count: 6)
  var partsOptimizer: Adam<Float>
  /// One a view: a view that a step does not see keeps its means as they are.
  var cameraOptimizers: [Adam<Float>]
  var focalOptimizer = Adam<Float>(count: 1)
  var principalOptimizer = Adam<Float>(count: 2)
  var lightOptimizer: Adam<Float>
  var backgroundOptimizer = Adam<Float>(count: 3)
  /// One a view, as of cameras.
  var exposureOptimizers: [Adam<Float>]
  /// Of all unknowns together, where a stage has no gradient; else of none.
  var parameterOptimizer = ParameterSpaceAdam<Float>(count: 0)
  /// Of all unknowns together, where a stage goes by least squares.
  var leastSquares = LevenbergMarquardt()
  /// Of all unknowns together, where a stage goes by L-BFGS.
  var lbfgs = LBFGS<Float>(history: 1)
  /// Where an adaptive schedule stands.
  var narrowing = Narrowing()
  /// The state of the lowest loss of a stage that keeps it: one or none, its optimisers fresh.
  var best: [FitState] = []

  /// Moments that forget faster than Adam's default: a stage has a few hundred steps.
  private static let shapeMoments = AdamSettings(beta1: 0.9, beta2: 0.99)

  init(
    mesh: Mesh<Float>, colorsSRGB: [Float], pose: RigidTransform<Float>,
    partCount: Int, cameras: [RigidTransform<Float>], light: [Float]
  ) {
    self.mesh = mesh
    self.colorsSRGB = colorsSRGB
    self.pose = pose
    parts = Array(repeating: .identity, count: partCount)
    self.cameras = cameras
    self.light = light
    logGains = Array(repeating: 0, count: 3 * cameras.count)
    exposureOptimizers = cameras.map { _ in Adam(count: 3) }
    shapeOptimizer = Adam(count: mesh.positions.count, settings: Self.shapeMoments)
    colorOptimizer = Adam(count: colorsSRGB.count)
    cameraOptimizers = cameras.map { _ in Adam(count: 6) }
    partsOptimizer = Adam(count: 6 * partCount)
    lightOptimizer = Adam(count: light.count)
  }

  /// How a stage's optimisers average gradients and what scales their steps; within a stage always the same.
  mutating func setMoments(_ stage: FitConfig.Stage) {
    let isDescent = stage.optimizer == .sgd
    func set(_ settings: inout AdamSettings) {
      settings.beta1 = stage.momentum
      settings.scale = isDescent ? .none : .parameter
    }
    set(&shapeOptimizer.settings)
    if !isDescent { shapeOptimizer.settings.scale = stage.shapeStepScale }
    set(&colorOptimizer.settings)
    set(&poseOptimizer.settings)
    set(&partsOptimizer.settings)
    set(&focalOptimizer.settings)
    set(&principalOptimizer.settings)
    // Where a shift along one axis is as good as a shift of the object, its gradient is noise and shall not be stepped along like the other.
    if !isDescent { principalOptimizer.settings.scale = .largest }
    set(&lightOptimizer.settings)
    set(&backgroundOptimizer.settings)
    for view in cameraOptimizers.indices { set(&cameraOptimizers[view].settings) }
    for view in exposureOptimizers.indices { set(&exposureOptimizers[view].settings) }
  }

  /// Starts the optimisers anew: at the start of a stage sizes, scales and step lengths change.
  ///
  /// - Parameter parameterCount: how many numbers the unknowns have where the stage has no gradient, else 0.
  mutating func resetOptimizers(parameterCount: Int = 0) {
    parameterOptimizer = ParameterSpaceAdam(count: parameterCount)
    let fresh = FitState(
      mesh: mesh, colorsSRGB: colorsSRGB, pose: pose, partCount: parts.count, cameras: cameras,
      light: light)
    shapeOptimizer = fresh.shapeOptimizer
    shapeBackOff = 1
    colorOptimizer = fresh.colorOptimizer
    poseOptimizer = fresh.poseOptimizer
    partsOptimizer = fresh.partsOptimizer
    cameraOptimizers = fresh.cameraOptimizers
    focalOptimizer = fresh.focalOptimizer
    principalOptimizer = fresh.principalOptimizer
    lightOptimizer = fresh.lightOptimizer
    backgroundOptimizer = fresh.backgroundOptimizer
    exposureOptimizers = fresh.exposureOptimizers
    leastSquares = fresh.leastSquares
    lbfgs.reset()
  }

  /// This state without its history: what a stage keeps as its best.
  var kept: FitState {
    var kept = self
    kept.resetOptimizers()
    kept.best = []
    return kept
  }

  /// Puts the best state of a stage in the place of the present one, at the same place of the plan.
  mutating func takeBest() {
    guard var taken = best.first else { return }
    (taken.stage, taken.step, taken.totalSteps) = (stage, step, totalSteps)
    taken.stageLosses = stageLosses
    taken.narrowing = narrowing
    self = taken
  }

  /// Cuts each face in four; colours go along.
  mutating func subdivide() {
    let subdivision = MeshSubdivision(MeshTopology(mesh))
    mesh = mesh.subdivided(by: subdivision)
    if !colorsSRGB.isEmpty {
      colorsSRGB = subdivision.carryVertices(colorsSRGB, channels: 3)
    }
  }

  /// Takes other faces, and zeros for what their vertices carry: what a checkpoint is read over.
  mutating func take(_ topology: MeshTopology) {
    mesh = Mesh(
      positions: [Float](repeating: 0, count: 3 * topology.vertexCount), faces: topology.faces)
    if !colorsSRGB.isEmpty {
      colorsSRGB = [Float](repeating: 0, count: 3 * topology.vertexCount)
    }
  }

  /// Where a light of some form begins: half from everywhere, half from one side or as much from everywhere.
  static func lightStart(_ model: FitConfig.LightModel) -> [Float] {
    switch model {
    case .directional: [0.5, 0.5, 0.5, 0.3, 0.8, 0.5, 0.5, 0.5, 0.5]
    case .harmonics:
      // Radiance 1 from everywhere.
      [Float](repeating: 2 * Float.pi.squareRoot(), count: 3) + [Float](repeating: 0, count: 24)
    }
  }

  /// The coefficients of harmonics, where the light is of that form.
  var harmonics: [SIMD3<Float>]? {
    light.count == 3 * SphericalHarmonics.count
      ? (0..<SphericalHarmonics.count).map { light.vector3($0) } : nil
  }

  /// The lights as a scene has them.
  var lights: [Light<Float>] {
    if let harmonics { return [.sphericalHarmonics(harmonics)] }
    return [
      .ambient(color: light.vector3(0)),
      .directional(direction: light.vector3(1), color: light.vector3(2)),
    ]
  }
}
