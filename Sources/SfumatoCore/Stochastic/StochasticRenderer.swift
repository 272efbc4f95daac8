/// A renderer whose soft decisions are averages of hard ones under noise.
///
/// It takes any noise where the soft renderer takes closed forms; with logistic coverage and Gumbel depth both have the same
/// mean. Gradients are scores of the same draws. A value: the same settings and scene give the same bits, run after run and
/// on any number of threads. It works pixel by pixel in the words of the formulas and is far slower than ``Renderer``.
///
/// Source: Le Lidec, Laptev, Schmid, Carpentier 2021, "Differentiable Rendering with Perturbed Optimizers".
public struct StochasticRenderer<S: RenderScalar>: Sendable {
  /// How decisions are smoothed.
  public var settings: StochasticSettings<S>
  /// How many threads may work; the picture does not depend on it.
  public var workers: Workers

  /// Makes a renderer.
  public init(settings: StochasticSettings<S> = StochasticSettings(), workers: Workers = .all) {
    self.settings = settings
    self.workers = workers
  }

  /// The pictures of a scene, one a camera, in order; no face ids.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func render(
    _ scene: Scene<S>, _ cameras: [Camera<S>], outputs: RenderOutputs = [.color, .alpha]
  ) -> [Rendering<S>] {
    let hasColor = !outputs.isDisjoint(with: [.color, .depth])
    let assembly = SceneAssembly(scene, hasColor: hasColor)
    return views(scene, assembly, cameras, hasColor: hasColor).map { $0.rendering(outputs) }
  }

  /// The pictures of a scene, and the function from their cotangents to the gradient of its parameters.
  ///
  /// The gradient estimates that of the mean pictures. It is unbiased in what enters linearly; a loss that is not linear in
  /// the pictures has cotangents from the same draws, which biases its gradient by the order of one over their number.
  /// - Parameters:
  ///   - scene: what is seen.
  ///   - cameras: from where.
  ///   - targets: which parameters are differentiated.
  ///   - outputs: which pictures are made.
  /// - Returns: one rendering a camera, and the pullback.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func renderWithPullback(
    _ scene: Scene<S>, _ cameras: [Camera<S>], wrt targets: GradientTargets,
    outputs: RenderOutputs = [.color, .alpha]
  ) -> ([Rendering<S>], StochasticPullback<S>) {
    let hasColor = !outputs.isDisjoint(with: [.color, .depth])
    let assembly = SceneAssembly(scene, hasColor: hasColor)
    let views = views(scene, assembly, cameras, hasColor: hasColor)
    return (
      views.map { $0.rendering(outputs) },
      StochasticPullback(
        scene: scene, assembly: assembly, views: views, targets: targets, workers: workers)
    )
  }

  private func views(
    _ scene: Scene<S>, _ assembly: SceneAssembly<S>, _ cameras: [Camera<S>], hasColor: Bool
  ) -> [StochasticView<S>] {
    settings.check()
    let sphere = assembly.boundingSphere
    return cameras.indices.map { i in
      StochasticView(
        assembly, camera: cameras[i], background: scene.background, sphere: sphere,
        settings: settings, hasColor: hasColor, view: i, workers: workers)
    }
  }
}

/// The pullback of a stochastic render: from the pictures' cotangents to the gradient of scene and cameras.
public struct StochasticPullback<S: RenderScalar>: Sendable {
  let scene: Scene<S>
  let assembly: SceneAssembly<S>
  let views: [StochasticView<S>]
  let targets: GradientTargets
  let workers: Workers

  /// An estimate of the gradient of `Σ cotangent · mean picture` over all views, from the draws of the pictures.
  ///
  /// - Precondition: one cotangent a view, of the pictures' size; colour and depth only where one of them was rendered.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func callAsFunction(_ cotangents: [RenderingCotangent<S>]) -> SceneGradient<S> {
    precondition(
      cotangents.count == views.count, "\(cotangents.count) cotangents of \(views.count) views")
    var gradient = SceneGradient(zeroFor: scene, cameraCount: views.count, targets: targets)
    var positionsBar = [S](repeating: 0, count: assembly.positions.count)
    var colorsBar: [S] = []
    for (i, view) in views.enumerated() {
      view.check(cotangents[i])
      let part = view.backward(cotangents[i], assembly: assembly, workers: workers)
      if colorsBar.isEmpty { colorsBar = [S](repeating: 0, count: part.cornerColors.count) }
      if !targets.isDisjoint(with: [.cameras, .intrinsics]) { gradient.cameras[i] = part.camera }
      if targets.contains(.background) { gradient.background += part.background }
      for k in positionsBar.indices { positionsBar[k] += part.positions[k] }
      for k in colorsBar.indices { colorsBar[k] += part.cornerColors[k] }
    }
    assembly.backward(
      positionsBar: positionsBar, cornerColorsBar: colorsBar, targets: targets, into: &gradient)
    return gradient
  }
}
