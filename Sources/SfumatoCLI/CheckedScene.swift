internal import SfumatoCore

/// A mesh as it is seen and smoothed: everything whose gradient is checked.
struct CheckedScene: Sendable {
  var scene: Scene<Double>
  var camera: Camera<Double>
  /// How the picture is made; its depth planes stand still.
  var mode: RenderSettings<Double>.Mode

  /// How far the picture is shifted, pixels: in a symmetric view whole rows of pixels stand on kinks, half-way between edges.
  static let shift = SIMD2(0.13, 0.07)

  /// The mesh in its colours, or in grey, under two lights that every mesh is seen by, the depth planes held as within a step of
  /// a fit.
  init(_ mesh: Mesh<Float>, camera: Camera<Float>, mode: RenderSettings<Double>.Mode) {
    let mesh = Mesh<Double>(mesh)
    self.camera = Camera<Double>(camera)
    // A rotation from Float is no rotation to 1e-7, and moving it would make it one.
    self.camera.worldToCamera.rotation = self.camera.worldToCamera.rotation.normalized
    self.camera.principal += Self.shift
    // A light from over the camera's shoulder, at right angles to no normal of a symmetric shape: it has its kink there.
    let toWorld = self.camera.worldToCamera.rotation.conjugate.matrix
    scene = Scene(
      mesh, shading: .lambert,
      lights: [
        .ambient(color: SIMD3(0.3, 0.35, 0.4)),
        .directional(
          direction: toWorld * SIMD3(0.37, -0.59, -0.83), color: SIMD3(0.7, 0.6, 0.5)),
      ], background: SIMD3(0.2, 0.3, 0.4))
    self.mode = mode
    let sphere = mesh.boundingSphere
    switch mode {
    case .soft(var soft):
      let planes = soft.depthRange.planes(around: sphere, seenFrom: self.camera)
      soft.depthRange = .planes(near: planes.near, far: planes.far)
      soft.profile.shift = .raw(soft.profile.shiftValue)
      self.mode = .soft(soft)
    case .crisp(var crisp):
      let planes = crisp.depthRange.planes(around: sphere, seenFrom: self.camera)
      crisp.depthRange = .planes(near: planes.near, far: planes.far)
      self.mode = .crisp(crisp)
    case .hard: break
    }
  }

  /// The smoothing, where there is one.
  var soft: SoftSettings<Double>? {
    get {
      switch mode {
      case .soft(let soft): soft
      case .crisp, .hard: nil
      }
    }
    set { if let newValue { mode = .soft(newValue) } }
  }

  /// The width over which a picture changes across an outline, pixels.
  var edgeWidthPixels: Double { soft?.edgeWidthPixels ?? 1 }

  /// World units that an edge's width spans at the mesh's centre.
  var edgeWidth: Double {
    let sphere = scene.meshes[0].boundingSphere
    let depth =
      camera.projection == .perspective
      ? max(camera.cameraPoint(sphere.center).z, sphere.radius / 10) : 1
    return edgeWidthPixels * depth / max(camera.focal.x, camera.focal.y)
  }
}

/// A parameter of the smoothing itself.
enum SmoothingParameter: Equatable, Sendable {
  case edgeWidth, gamma, shift, shape, conormParameter

  /// Those that some settings have.
  static func of(_ soft: SoftSettings<Double>) -> [SmoothingParameter] {
    var all: [SmoothingParameter] = []
    if soft.profile.distribution != .hard { all += [.edgeWidth, .shift] }
    if case .softmax = soft.depth { all.append(.gamma) }
    if soft.profile.distribution == .gamma || soft.profile.distribution == .gammaReversed {
      all.append(.shape)
    }
    if soft.coverage.parameter != nil { all.append(.conormParameter) }
    return all
  }

  /// The step in its own unit that stands for a step of 1: the parameter itself, of the shift the width of the law.
  func unit(_ soft: SoftSettings<Double>) -> Double {
    switch self {
    case .edgeWidth: soft.edgeWidthPixels
    case .gamma: soft.depth.temperature
    case .shift: 1
    case .shape: soft.profile.shape
    case .conormParameter:
      soft.coverage.parameter.map { $0 == 0 || !$0.isFinite ? 1 : abs($0) } ?? 1
    }
  }

  /// Moves it.
  func move(_ soft: inout SoftSettings<Double>, by step: Double) {
    switch self {
    case .edgeWidth: soft.edgeWidthPixels += step
    case .gamma:
      if case .softmax(let gamma, let measure) = soft.depth {
        soft.depth = .softmax(gamma: gamma + step, over: measure)
      }
    case .shift: soft.profile.shift = .raw(soft.profile.shiftValue + step)
    case .shape: soft.profile.shape += step
    case .conormParameter: soft.coverage = moved(soft.coverage, by: step)
    }
  }

  /// Its cotangent.
  func value(_ gradient: SmoothingGradient<Double>) -> Double {
    switch self {
    case .edgeWidth: gradient.edgeWidthPixels
    case .gamma: gradient.gamma
    case .shift: gradient.shift
    case .shape: gradient.shape
    case .conormParameter: gradient.conormParameter
    }
  }

  private func moved(
    _ coverage: CoverageAggregation<Double>, by step: Double
  ) -> CoverageAggregation<Double> {
    switch coverage {
    case .probabilistic, .max, .einstein, .lukasiewicz, .drastic, .sum, .hard: coverage
    case .hamacher(let p): .hamacher(p + step)
    case .frank(let p): .frank(p + step)
    case .yager(let p): .yager(p + step)
    case .aczelAlsina(let p): .aczelAlsina(p + step)
    case .dombi(let p): .dombi(p + step)
    case .schweizerSklar(let p): .schweizerSklar(p + step)
    }
  }
}
