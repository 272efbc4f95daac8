// Normals of a surface as its colours: a picture of them has the gradients of every picture, those at outlines within the object too,
// which tell where a step lies; a picture of the visible faces' own normals would have none there.
internal import SfumatoCore

/// Vertex normals as colours, from 0 at -1 to 1 at 1.
enum NormalColors {
  /// The colours of a mesh that is turned into the world, `[V, 3]`.
  ///
  /// *Differentiable in* the positions `[V, 3]`, *constant in* faces and turn.
  static func forward<S: RenderScalar>(
    positions: [S], faces: [Int32], turn: Matrix3<S>
  ) -> (colors: [S], residual: VertexNormals.Residual<S>) {
    let (normals, residual) = VertexNormals.forward(positions: positions, faces: faces)
    return (colors(of: normals) { turn * $0 }, residual)
  }

  /// The colours of normals, `[V, 3]`, each turned into the world.
  static func colors<S: RenderScalar>(
    of normals: [S], turned: (SIMD3<S>) -> SIMD3<S>
  ) -> [S] {
    var colors = normals
    for v in 0..<normals.count / 3 {
      colors.setVector3(v, (turned(normals.vector3(v)) + 1) / 2)
    }
    return colors
  }

  /// The adjoint of ``forward(positions:faces:turn:)``: adds to the positions' cotangent `[V, 3]`.
  static func backward<S: RenderScalar>(
    _ residual: VertexNormals.Residual<S>, turn: Matrix3<S>, colorsBar: [S],
    into positionsBar: inout [S]
  ) {
    let back = turn.transpose
    var normalsBar = colorsBar
    for v in 0..<colorsBar.count / 3 {
      normalsBar.setVector3(v, back * colorsBar.vector3(v) / 2)
    }
    VertexNormals.backward(residual, normalsBar: normalsBar, into: &positionsBar)
  }
}

extension SceneRegression {
  /// Whether a stage compares normals.
  func comparesNormals(_ stage: FitConfig.Stage) -> Bool {
    stage.losses.normal != 0 && problem.hasNormals
  }

  /// The loss of some views, its gradient, and for each of them that of the logarithms of its gains.
  typealias Comparison = (
    loss: Float, gradient: SceneGradient<Float>, gainBars: [SIMD3<Float>]
  )

  /// The loss of a step's views with its gradients.
  ///
  /// Where normals are compared and nothing but the shape is unknown and seen, one picture serves them and the outline. Else
  /// they have pictures of their own; of these the shape alone has a gradient, as a motion would turn normals too.
  func compared(
    _ stage: FitConfig.Stage, _ chosen: [Int], _ cameras: [Camera<Float>],
    wrt targets: GradientTargets, _ smoothing: StepSmoothing
  ) -> Comparison? {
    func part(
      _ losses: FitConfig.Losses, _ targets: GradientTargets
    ) -> Comparison? {
      compared(stage, losses, chosen, cameras, wrt: targets, smoothing)
    }
    guard comparesNormals(stage) else { return part(stage.losses, targets) }
    if targets == .positions, !outputs(stage).contains(.color) {
      return part(stage.losses, targets)
    }
    var others = stage.losses
    others.normal = 0
    let alone = FitConfig.Losses(
      color: 0, huberDelta: stage.losses.huberDelta, alpha: 0, iou: 0, normal: stage.losses.normal)
    guard var found = part(others, targets), let own = part(alone, .positions) else { return nil }
    found.loss += own.loss
    for (i, bar) in own.gradient.meshes[0].positions.enumerated() {
      found.gradient.meshes[0].positions[i] += bar
    }
    return found
  }

  /// The loss of some views under some weights, and its gradient; where their normal counts, pictures show normals for colours.
  private func compared(
    _ stage: FitConfig.Stage, _ losses: FitConfig.Losses, _ chosen: [Int],
    _ cameras: [Camera<Float>], wrt targets: GradientTargets, _ smoothing: StepSmoothing
  ) -> Comparison? {
    guard let level else { return nil }
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: mode(stage, smoothing), workers: workers))
    let turn = state.pose.rotation.matrix
    var shown = stageScene
    var outputs = outputs(stage)
    var residual: VertexNormals.Residual<Float>?
    if losses.normal != 0, comparesNormals(stage) {
      let mesh = shown.meshes[0]
      let (colors, kept) = NormalColors.forward(
        positions: mesh.positions, faces: mesh.faces, turn: turn)
      residual = kept
      shown = Scene(
        Mesh(positions: mesh.positions, faces: mesh.faces, vertexColors: colors), shading: .unlit)
      shown.instances[0].transform = state.pose
      outputs.insert(.color)
    }
    let isOfNormals = residual != nil
    let (pictures, pullback) = renderer.renderWithPullback(
      shown, cameras, wrt: isOfNormals ? targets.union(.colors) : targets, outputs: outputs)
    let scale = 1 / Float(chosen.count)
    let frames = cameras.map { frame($0) }
    let isExposed = config.unknowns.contains(.exposure)
    typealias Part = (value: Float, cotangent: RenderingCotangent<Float>, gainBar: SIMD3<Float>)
    let results = parallelMap(chosen.count, workers: workers) { i -> Part in
      guard isOfNormals else {
        let target = level.targets[chosen[i]]
        let (value, bar) = ViewLoss.evaluate(
          exposed(pictures[i], chosen[i], as: target), target, losses: losses,
          frame: frames[i], scale: scale)
        guard isExposed else { return (value, bar, .zero) }
        let (cotangent, gainBar) = bar.pulledBack(
          through: state.logGains.vector3(chosen[i]), as: target, of: pictures[i])
        return (value, cotangent, gainBar)
      }
      var picture = pictures[i]
      picture.normal = picture.color?.mapped { 2 * $0 - 1 }
      picture.color = nil
      var result = ViewLoss.evaluate(
        picture, level.targets[chosen[i]], losses: losses, frame: frames[i], scale: scale)
      result.cotangent.color = result.cotangent.normal?.mapped { 2 * $0 }
      result.cotangent.normal = nil
      return (result.value, result.cotangent, .zero)
    }
    var gradient = pullback(results.map(\.cotangent))
    if let residual {
      NormalColors.backward(
        residual, turn: turn, colorsBar: gradient.meshes[0].vertexColors,
        into: &gradient.meshes[0].positions)
      gradient.meshes[0].vertexColors = []
    }
    return (results.reduce(0) { $0 + $1.value }, gradient, results.map(\.gainBar))
  }
}

extension ImageBuffer<Float> {
  /// The picture with each value changed.
  fileprivate func mapped(_ change: (Float) -> Float) -> ImageBuffer {
    ImageBuffer(width: width, height: height, channels: channels, values: values.map(change))
  }
}
