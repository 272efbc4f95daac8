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
    let assembly = SceneAssembly(scene, hasColor: hasColor, shadesFragments: false)
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
  ) -> ([Rendering<S>], RenderPullback<S>) {
    let hasColor = !outputs.isDisjoint(with: [.color, .depth])
    let assembly = SceneAssembly(scene, hasColor: hasColor, shadesFragments: false)
    let views = views(scene, assembly, cameras, hasColor: hasColor)
    return (
      views.map { $0.rendering(outputs) },
      RenderPullback(
        scene: scene, assembly: assembly, views: views.map { .stochastic($0) }, targets: targets,
        workers: workers)
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
