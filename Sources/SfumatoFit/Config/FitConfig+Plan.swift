internal import RealModule
internal import SfumatoCore

extension FitConfig {
  /// The plan for a problem; where the mesh came from is noted under `initial`.
  ///
  /// - Parameters:
  ///   - problem: what is given.
  ///   - unknowns: what the fit changes.
  ///   - initial: the path of the problem's mesh, where it has one that came from a file.
  ///   - hasTexture: whether unknown colours end on a texture.
  /// - Returns: a complete configuration.
  public static func plan(
    for problem: FitProblem, unknowns: [Unknown], initial: String = "mesh", hasTexture: Bool = false
  ) -> FitConfig {
    plan(
      unknowns: unknowns, initial: problem.mesh == nil ? "sphere" : initial,
      imageSide: problem.imageSide, viewCount: problem.targets.count,
      isColored: unknowns.contains(.color) || problem.isColored, coverage: problem.coverage,
      hasNormals: problem.hasNormals, hasDepth: problem.hasDepth, hasTexture: hasTexture)
  }

  /// The plan for what is given and asked: stages from coarse to fine, every value open to change.
  ///
  /// - Parameters:
  ///   - unknowns: what the fit changes.
  ///   - initial: `sphere` or the path of a mesh.
  ///   - imageSide: the longer side of the targets, pixels.
  ///   - viewCount: how many targets there are.
  ///   - isColored: whether the given mesh has colours. Colours are compared where it has, and where color, light
  ///     or background are unknown.
  ///   - coverage: the share of the targets' pixels that the object covers. It weighs the colours of a known object.
  ///   - hasNormals: whether targets have normals, to which an unknown shape is fitted.
  ///   - hasDepth: whether targets have depth.
  ///   - hasTexture: whether unknown colours end on a texture.
  /// - Returns: a complete configuration.
  public static func plan(
    unknowns: [Unknown], initial: String, imageSide: Int, viewCount: Int, isColored: Bool,
    coverage: Double = 1, hasNormals: Bool = false, hasDepth: Bool = false,
    hasTexture: Bool = false
  ) -> FitConfig {
    precondition(coverage > 0 && coverage <= 1, "coverage \(coverage)")
    let comparesColor = isColored || unknowns.contains(where: \.isSeenInColorAlone)
    let knowsColor = isColored && !unknowns.contains(where: \.isSeenInColorAlone)
    let isPose = !unknowns.contains(.shape)
    let isShaded = !isPose && unknowns.contains(.light)
    let color =
      isPose
      ? poseColorWeight(knowsColor: knowsColor, coverage: coverage)
      // What shades a surface of one colour shows its shape, and changes less than a colour.
      : isShaded ? 100 : 10
    var losses = Losses(color: comparesColor ? color : 0, huberDelta: 0.1, alpha: 1, iou: 0.1)
    if !isPose { (losses.normal, losses.depth) = (hasNormals ? 10 : 0, hasDepth ? 10 : 0) }
    var stages =
      isPose
      ? poseStages(
        imageSide: imageSide, losses: losses, unknowns: unknowns, knowsColor: knowsColor)
      : shapeStages(
        initial: initial, imageSide: imageSide, viewCount: viewCount, losses: losses)
    if hasTexture, unknowns.contains(.color), let last = stages.last {
      stages.append(textureStage(last, imageSide: imageSide))
    }
    return FitConfig(
      version: 1, unknowns: unknowns, initial: initial, seed: 0, timeLimitSeconds: 0,
      checkpointEvery: 50, previewEvery: 100,
      // A few numbers for the differences of least squares; all that a surface can tell of a light for a shape.
      lightModel: isPose ? .directional : .harmonics,
      pose: Pose(
        start: PoseStart(rotationDegrees: 0, offsetRadii: 0),
        // Outlines alone look alike from more sides, and are quickly made.
        trialStarts: knowsColor ? 160 : 320,
        trialSteps: unknowns.contains(.pose) && isPose ? 48 : 0,
        trialDegrees: 180), losses: losses,
      regularizers: isPose || !isOwnStart(initial)
        ? Regularizers(laplacian: 0.0005, edge: 0.2, normal: 0.0002)
        : isShaded || hasNormals
          ? Regularizers(laplacian: 0.00001, edge: 0, normal: 0.000005)
          : Regularizers(laplacian: 0.0001, edge: 0, normal: 0.00005), stages: stages)
  }

  /// Whether a start is the fit's own, `hull` or `sphere`, and not the path of a mesh, whose faces stay.
  public static func isOwnStart(_ initial: String) -> Bool {
    initial == "hull" || initial == "sphere"
  }

  /// The fraction of the target size at which the longer side is about `side` pixels, at most 1.
  private static func scale(_ side: Int, of imageSide: Int) -> Double {
    min(1, Double(side) / Double(max(imageSide, 1)))
  }

  private static func rates(shape: Double, color: Double, rigid: Double) -> LearningRates {
    LearningRates(
      shape: shape, color: color, pose: rigid, parts: rigid * 0.3, cameras: rigid * 0.2,
      focal: rigid * 0.2, principal: rigid * 0.05,
      light: 0.02, background: 0.02)
  }

  /// Of an unknown shape: coarse to fine, and crisp at last, without the bias of an edge width.
  ///
  /// A hull has its outlines already; it begins with small pictures and few faces, and ends with faces of about a pixel. From
  /// a sphere the outline comes first, with wide edges. A given mesh keeps its faces.
  private static func shapeStages(
    initial: String, imageSide: Int, viewCount: Int, losses: Losses
  ) -> [Stage] {
    let batch = min(viewCount, 4)
    let remeshes = isOwnStart(initial)
    func stage(
      _ name: String, steps: Int, width: [Double], side: Int, views: Int, edge: Double,
      detail: Double = 1, samples: Int = 1, smoothing: Double, shape: Double, color: Double,
      rigid: Double, mode: Mode = .soft, end: Double = 0.3
    ) -> Stage {
      var stage = Stage(
        name: name, steps: steps, edgeWidthPixels: width, edgeProfile: "logistic-squared",
        tailBound: 1e-3,
        imageScale: scale(side, of: imageSide), mode: mode, viewsPerStep: views,
        subdivide: 0, smoothing: smoothing, depthTemperature: 0.01,
        learningRates: rates(shape: shape, color: color, rigid: rigid), learningRateEnd: end,
        losses: losses)
      stage.samples = samples
      if remeshes { (stage.edgeLengthPixels, stage.edgeLengthDetail) = (edge, detail) }
      return stage
    }
    let last = [
      stage(
        "form", steps: 400, width: [0.8, 0.5], side: 128, views: batch, edge: 2.5,
        smoothing: 6, shape: 0.035, color: 0.03, rigid: 0.02),
      stage(
        "detail", steps: 300, width: [0.5, 0.4], side: 256, views: batch, edge: 3, detail: 2,
        smoothing: 6, shape: 0.0075, color: 0.04, rigid: 0.01, mode: .crisp),
      stage(
        "finish", steps: 600, width: [0.35, 0.25], side: 512, views: batch, edge: 2, detail: 3,
        samples: 2, smoothing: 6, shape: 0.003, color: 0.03, rigid: 0.004, mode: .crisp,
        end: 0.1),
    ]
    guard initial == "sphere" else { return last }
    let outline = stage(
      "outline", steps: 200, width: [1.5, 0.7], side: 64, views: 0, edge: 2,
      smoothing: 6, shape: 0.03, color: 0.03, rigid: 0.02)
    return [outline] + last
  }

  /// The stage that ends a fit of colours: on a texture, finer than vertices.
  private static func textureStage(_ last: Stage, imageSide: Int) -> Stage {
    var stage = last
    stage.name = "texture"
    stage.steps = 40
    stage.imageScale = scale(512, of: imageSide)
    stage.viewsPerStep = 4
    (stage.schedule, stage.optimizer) = (.fixed, .adam)
    (stage.learningRateEnd, stage.losses.color) = (0.1, max(stage.losses.color, 1))
    stage.mode = .crisp
    stage.samples = 2
    stage.subdivide = 0
    (stage.edgeLengthPixels, stage.edgeLengthDetail) = (0, 1)
    stage.texelsPerPixel = 2
    return stage
  }

  /// What colours of a known shape weigh against alpha.
  ///
  /// Wrong colours all over an object of known colours weigh about as much as an outline that meets nowhere.
  private static func poseColorWeight(knowsColor: Bool, coverage: Double) -> Double {
    knowsColor ? (30 / coverage).rounded() : 1
  }

  /// Of a known shape: outlines and colours, small pictures first.
  ///
  /// With trials the first stage's edges are narrow and its steps few: the trials have brought the object near. Without, wide
  /// edges let distant outlines attract. The last stages go by least squares where the unknowns are few.
  private static func poseStages(
    imageSide: Int, losses: Losses, unknowns: [Unknown], knowsColor: Bool
  ) -> [Stage] {
    let tries = unknowns.contains(.pose)
    // Parts begin where the scene has them: wide edges would melt them into what stands beside.
    let isNear = tries || unknowns.contains(.parts)
    let isFew = !unknowns.contains(.color)
    func stage(
      _ name: String, steps: Int, width: [Double], side: Int, rigid: Double,
      rigidEnd: Double = 0.1, color: Double, iou: Double
    ) -> Stage {
      var own = losses
      own.color *= color
      own.iou = iou
      return Stage(
        name: name, steps: steps, edgeWidthPixels: width, edgeProfile: "logistic-squared",
        tailBound: 1e-3,
        imageScale: scale(side, of: imageSide), mode: .soft, viewsPerStep: 8, subdivide: 0,
        smoothing: 0, depthTemperature: 0.01,
        learningRates: rates(shape: 0, color: 0.03, rigid: rigid), learningRateEnd: rigidEnd,
        losses: own)
    }
    return [
      stage(
        "approach", steps: tries ? 20 : 150, width: isNear ? [1, 0.5] : [3, 1], side: 64,
        rigid: 0.03, rigidEnd: tries ? 0.3 : 0.1, color: knowsColor ? 1 : 0.2,
        iou: knowsColor ? 0.2 : 1),
      stage("align", steps: 150, width: [1.5, 0.6], side: 128, rigid: 0.01, color: 0.5, iou: 1),
      stage(
        "refine", steps: 150, width: [0.8, 0.3], side: 256, rigid: knowsColor ? 0.01 : 0.004,
        color: 1, iou: 0.3),
    ].enumerated().map { i, stage in
      guard isFew else { return stage }
      var own = i > 0 ? stage.leastSquares(steps: 8) : stage
      own.simplifyPixels = i < 2 ? 2 : 1.5
      // Colours that a light has changed pull an object aside; its outline holds it.
      if i > 0 { own.losses.alpha = max(own.losses.alpha, own.losses.color) }
      return own
    }
  }
}
