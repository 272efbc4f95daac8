/// What one view adds to the gradient.
struct ViewGradient<S: RenderScalar>: Sendable {
  var camera = CameraGradient<S>()
  var background = SIMD3<S>.zero
  var smoothing = SmoothingGradient<S>()
  var positions: [S]
  var cornerColors: [S]
  /// Of the fragments, where those were shaded.
  var fragments: FragmentGradients<S>?

  /// Zero, with colours where they can matter.
  init(_ assembly: SceneAssembly<S>, hasColor: Bool, targets: GradientTargets) {
    // Highlights move with the camera; all other colours are the same from everywhere.
    let colored: GradientTargets = [
      .colors, .lights, .positions, .poses, .textures, .texcoords,
    ]
    let wantsColors =
      hasColor
      && (!targets.isDisjoint(with: colored)
        || (targets.contains(.cameras) && assembly.dependsOnView))
    positions = [S](repeating: 0, count: assembly.positions.count)
    cornerColors =
      wantsColors && assembly.coloring != .fragments
      ? [S](repeating: 0, count: assembly.faces.count * 3) : []
  }
}

/// One view, rendered one way or the other, ready for its adjoint.
enum ViewPass<S: RenderScalar>: Sendable {
  case soft(SoftView<S>)
  case crisp(CrispView<S>)
  case stochastic(StochasticView<S>)

  /// The camera.
  var camera: Camera<S> {
    switch self {
    case .soft(let view): view.projection.camera
    case .crisp(let view): view.projection.camera
    case .stochastic(let view): view.projection.camera
    }
  }

  /// Ends the process where a cotangent does not fit.
  func check(_ cotangent: RenderingCotangent<S>) {
    let hasColor: Bool
    var hasDepth: Bool
    var hasNormals = false
    switch self {
    case .soft(let view):
      hasColor = view.pass.hasColor
      hasDepth = hasColor
    case .stochastic(let view):
      hasColor = view.pass.hasColor
      hasDepth = hasColor
    case .crisp(let view):
      hasColor = view.hasColor
      hasDepth = true
      hasNormals = !view.normals.isEmpty
    }
    cotangent.check(
      width: camera.width, height: camera.height, hasColor: hasColor, hasDepth: hasDepth,
      hasNormals: hasNormals)
  }

  /// The adjoint of the whole view.
  func backward(
    _ cotangent: RenderingCotangent<S>, assembly: SceneAssembly<S>, targets: GradientTargets,
    workers: Workers
  ) -> ViewGradient<S> {
    switch self {
    case .soft(let view):
      view.backward(cotangent, assembly: assembly, targets: targets, workers: workers)
    case .crisp(let view):
      view.backward(cotangent, assembly: assembly, targets: targets, workers: workers)
    case .stochastic(let view):
      view.backward(cotangent, assembly: assembly, targets: targets, workers: workers)
    }
  }
}
