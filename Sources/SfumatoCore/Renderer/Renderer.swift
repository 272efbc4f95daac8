/// The front door: scenes and cameras in, pictures out, and pullbacks from pictures to parameters.
///
/// Many views go through at once; gradients fold in view order, so they do not depend on the number of threads.
public struct Renderer<S: RenderScalar>: Sendable {
  /// How pictures are made.
  public var settings: RenderSettings<S>

  /// Makes a renderer.
  public init(settings: RenderSettings<S> = RenderSettings()) { self.settings = settings }

  /// The pictures of a scene, one a camera, in order.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func render(
    _ scene: Scene<S>, _ cameras: [Camera<S>], outputs: RenderOutputs = [.color, .alpha]
  ) -> [Rendering<S>] {
    let hasColor = !outputs.isDisjoint(with: [.color, .depth])
    let assembly = SceneAssembly(
      scene, hasColor: hasColor, shadesFragments: settings.mode.shadesFragments,
      seesHoles: settings.mode.seesHoles)
    var pictures: [Rendering<S>]
    switch settings.mode {
    case .hard(let samples):
      pictures = HardView.render(
        assembly, cameras, background: scene.background, samples: samples, outputs: outputs,
        workers: settings.workers)
    case .soft(let soft):
      let views = softViews(scene, assembly, cameras, soft: soft, hasColor: hasColor)
      pictures = self.pictures(views, cameras, outputs: outputs)
    case .crisp(let crisp):
      pictures = crispViews(scene, assembly, cameras, crisp: crisp, outputs: outputs)
        .map { $0.rendering(outputs) }
    }
    addSurface(outputs, assembly, cameras, to: &pictures)
    return pictures
  }

  /// How far what is seen at each pixel's centre moves on the screen.
  ///
  /// `[H, W, 2]`: columns to the right, rows down, pixels; zero where empty. What the other view hides moves too. No gradient.
  /// - Parameters:
  ///   - scene: what is seen.
  ///   - camera: from where.
  ///   - later: the same meshes and instances in another state, or the same scene.
  ///   - laterCamera: from where that is seen.
  /// - Returns: the flow.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func opticalFlow(
    from scene: Scene<S>, _ camera: Camera<S>, to later: Scene<S>, _ laterCamera: Camera<S>
  ) -> ImageBuffer<S> {
    let assembly = SceneAssembly(scene, hasColor: false, shadesFragments: false)
    let other = SceneAssembly(later, hasColor: false, shadesFragments: false)
    precondition(assembly.faces == other.faces, "the two states have other faces")
    return SurfaceBuffers(
      assembly, camera: camera, soft: settings.mode.visibility, workers: settings.workers
    ).flow(to: other, camera: laterCamera)
  }

  /// Adds what is read off visible faces to pictures.
  private func addSurface(
    _ outputs: RenderOutputs, _ assembly: SceneAssembly<S>, _ cameras: [Camera<S>],
    to pictures: inout [Rendering<S>]
  ) {
    var surface = RenderOutputs.surface
    // The other modes know the visible face already.
    if case .soft = settings.mode { surface.insert(.face) }
    let asked = outputs.intersection(surface)
    guard !asked.isEmpty else { return }
    for (i, camera) in cameras.enumerated() {
      SurfaceBuffers(
        assembly, camera: camera, soft: settings.mode.visibility, workers: settings.workers
      ).add(asked, to: &pictures[i])
    }
  }

  /// The pictures of a scene, and the function from their cotangents to the gradient of its parameters.
  ///
  /// - Parameters:
  ///   - scene: what is seen.
  ///   - cameras: from where.
  ///   - targets: which parameters are differentiated.
  ///   - outputs: which pictures are made.
  /// - Returns: one rendering a camera, and the pullback.
  /// - Precondition: the mode is soft or crisp; hard visibility has no gradient.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func renderWithPullback(
    _ scene: Scene<S>, _ cameras: [Camera<S>], wrt targets: GradientTargets,
    outputs: RenderOutputs = [.color, .alpha]
  ) -> ([Rendering<S>], RenderPullback<S>) {
    let hasColor = !outputs.isDisjoint(with: [.color, .depth])
    let assembly = SceneAssembly(
      scene, hasColor: hasColor, shadesFragments: settings.mode.shadesFragments,
      seesHoles: settings.mode.seesHoles)
    var pictures: [Rendering<S>]
    let passes: [ViewPass<S>]
    switch settings.mode {
    case .hard:
      preconditionFailure("hard visibility has no gradient; render softly or crisply")
    case .soft(let soft):
      let views = softViews(scene, assembly, cameras, soft: soft, hasColor: hasColor)
      pictures = self.pictures(views, cameras, outputs: outputs)
      passes = views.map { .soft($0) }
    case .crisp(let crisp):
      let views = crispViews(scene, assembly, cameras, crisp: crisp, outputs: outputs)
      pictures = views.map { $0.rendering(outputs) }
      passes = views.map { .crisp($0) }
    }
    addSurface(outputs, assembly, cameras, to: &pictures)
    return (
      pictures,
      RenderPullback(
        scene: scene, assembly: assembly, views: passes, targets: targets,
        workers: settings.workers)
    )
  }

  /// All views, rendered crisply.
  private func crispViews(
    _ scene: Scene<S>, _ assembly: SceneAssembly<S>, _ cameras: [Camera<S>],
    crisp: CrispSettings<S>, outputs: RenderOutputs
  ) -> [CrispView<S>] {
    let welding = crisp.edges == .none ? nil : Welding(assembly)
    let workers = settings.workers
    return parallelMap(cameras.count, workers: workers) { i in
      CrispView(
        assembly, welding: welding, camera: cameras[i], background: scene.background,
        settings: crisp, hasColor: !outputs.isDisjoint(with: [.color, .depth]),
        hasNormals: outputs.contains(.normal), workers: workers)
    }
  }

  /// All views, rendered and ready for their adjoints.
  func softViews(
    _ scene: Scene<S>, _ assembly: SceneAssembly<S>, _ cameras: [Camera<S>],
    soft: SoftSettings<S>, hasColor: Bool
  ) -> [SoftView<S>] {
    let sphere = assembly.boundingSphere
    var settings = settings
    let workers = settings.workers
    settings.workers = workers.within(cameras)
    let inner = settings
    return parallelMap(cameras.count, workers: workers) { i in
      SoftView(
        assembly, camera: cameras[i], background: scene.background, sphere: sphere, soft: soft,
        hasColor: hasColor, settings: inner)
    }
  }

  private func pictures(
    _ views: [SoftView<S>], _ cameras: [Camera<S>], outputs: RenderOutputs
  ) -> [Rendering<S>] {
    let workers = settings.workers
    let inner = workers.within(cameras)
    return parallelMap(views.count, workers: workers) { i in
      views[i].rendering(outputs, workers: inner)
    }
  }
}

/// The pullback of a render: from the pictures' cotangents to the gradient of scene and cameras.
public struct RenderPullback<S: RenderScalar>: Sendable {
  let scene: Scene<S>
  let assembly: SceneAssembly<S>
  let views: [ViewPass<S>]
  let targets: GradientTargets
  let workers: Workers

  /// The gradient of `Σ cotangent · picture` over all views.
  ///
  /// - Precondition: one cotangent a view, of the pictures' size; colour and depth only where one of them was rendered.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func callAsFunction(_ cotangents: [RenderingCotangent<S>]) -> SceneGradient<S> {
    precondition(
      cotangents.count == views.count, "\(cotangents.count) cotangents of \(views.count) views")
    for (view, cotangent) in zip(views, cotangents) { view.check(cotangent) }
    var gradient = SceneGradient(
      zeroFor: scene, cameraCount: views.count, targets: targets)
    let inner = workers.within(views.map(\.camera))
    let parts = parallelMap(views.count, workers: workers) { i in
      views[i].backward(cotangents[i], assembly: assembly, targets: targets, workers: inner)
    }
    var positionsBar = parts.first?.positions ?? [S](repeating: 0, count: assembly.positions.count)
    var colorsBar = parts.first?.cornerColors ?? []
    for (i, part) in parts.enumerated() {
      if !targets.isDisjoint(with: [.cameras, .intrinsics]) { gradient.cameras[i] = part.camera }
      gradient.smoothing += part.smoothing
      if targets.contains(.background) { gradient.background += part.background }
      guard i > 0 else { continue }
      for k in positionsBar.indices { positionsBar[k] += part.positions[k] }
      for k in colorsBar.indices { colorsBar[k] += part.cornerColors[k] }
    }
    let seen =
      assembly.dependsOnView
      ? zip(views, parts).map { ($0.camera, $1.cornerColors) } : []
    let fragments = assembly.fragments(
      of: zip(views, parts).map { ($0.camera, $1.fragments) }, targets: targets, into: &gradient)
    assembly.backward(
      positionsBar: positionsBar, cornerColorsBar: colorsBar, views: seen, fragments: fragments,
      targets: targets, into: &gradient)
    return gradient
  }
}

extension Workers {
  /// Those of the work within one of some views: several small pictures keep the threads busy side by side, and are not worth
  /// cutting up.
  fileprivate func within<S: RenderScalar>(_ cameras: [Camera<S>]) -> Workers {
    let isSmall = cameras.allSatisfy { $0.width * $0.height <= 128 * 128 }
    return cameras.count > 1 && isSmall ? .serial : self
  }
}
