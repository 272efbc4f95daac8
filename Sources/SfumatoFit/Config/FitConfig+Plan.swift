internal import RealModule
internal import SfumatoCore

extension FitConfig {
  /// The plan for a problem; where the mesh came from is noted under `initial`.
  ///
  /// - Parameters:
  ///   - problem: what is given.
  ///   - unknowns: what the fit changes.
  ///   - initial: the path of the problem's mesh, where it has one that came from a file.
  /// - Returns: a complete configuration.
  public static func plan(
    for problem: FitProblem, unknowns: [Unknown], initial: String = "mesh"
  ) -> FitConfig {
    plan(
      unknowns: unknowns, initial: problem.mesh == nil ? "sphere" : initial,
      imageSide: problem.imageSide, viewCount: problem.targets.count,
      isColored: unknowns.contains(.color) || problem.mesh?.vertexColors != nil)
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
  /// - Returns: a complete configuration.
  public static func plan(
    unknowns: [Unknown], initial: String, imageSide: Int, viewCount: Int, isColored: Bool
  ) -> FitConfig {
    let comparesColor = isColored || unknowns.contains(where: \.isSeenInColorAlone)
    let losses = Losses(color: comparesColor ? 1 : 0, huberDelta: 0.1, alpha: 1, iou: 0.1)
    let stages =
      unknowns.contains(.shape)
      ? shapeStages(
        fromSphere: initial == "sphere", imageSide: imageSide, viewCount: viewCount,
        losses: losses)
      : poseStages(imageSide: imageSide, losses: losses)
    return FitConfig(
      version: 1, unknowns: unknowns, initial: initial, seed: 0, timeLimitSeconds: 0,
      checkpointEvery: 50, previewEvery: 100,
      pose: Pose(
        start: PoseStart(rotationDegrees: 0, offsetRadii: 0),
        trialSteps: unknowns.contains(.pose) && !unknowns.contains(.shape) ? 80 : 0,
        trialDegrees: 45), losses: losses,
      regularizers: Regularizers(laplacian: 0.0005, edge: 0.2, normal: 0.0002), stages: stages)
  }

  /// The fraction of the target size at which the longer side is about `side` pixels, at most 1.
  private static func scale(_ side: Int, of imageSide: Int) -> Double {
    min(1, Double(side) / Double(max(imageSide, 1)))
  }

  private static func rates(shape: Double, color: Double, rigid: Double) -> LearningRates {
    LearningRates(
      shape: shape, color: color, pose: rigid, cameras: rigid * 0.2, focal: rigid * 0.2,
      light: 0.02, background: 0.02)
  }

  /// From a sphere: outline first at low resolution with wide edges and few faces, then finer images, narrower edges
  /// and more faces; at last crisp, without the bias of an edge width.
  private static func shapeStages(
    fromSphere: Bool, imageSide: Int, viewCount: Int, losses: Losses
  ) -> [Stage] {
    let batch = min(viewCount, 8)
    func stage(
      _ name: String, steps: Int, width: [Double], side: Int, views: Int, subdivide: Int,
      smoothing: Double, shape: Double, color: Double, mode: Mode = .soft
    ) -> Stage {
      Stage(
        name: name, steps: steps, edgeWidthPixels: width, edgeProfile: "logistic-squared",
        tailBound: 1e-3,
        imageScale: scale(side, of: imageSide), mode: mode, viewsPerStep: views,
        subdivide: fromSphere ? subdivide : 0, smoothing: smoothing, depthTemperature: 0.01,
        learningRates: rates(shape: shape, color: color, rigid: 0.005), learningRateEnd: 0.3,
        losses: losses)
    }
    var stages = [
      stage(
        "outline", steps: 200, width: [1.5, 0.7], side: 64, views: 0, subdivide: 0,
        smoothing: 6, shape: 0.03, color: 0.03),
      stage(
        "form", steps: 200, width: [0.8, 0.5], side: 128, views: batch, subdivide: 1,
        smoothing: 6, shape: 0.03, color: 0.02),
      stage(
        "detail", steps: 250, width: [0.6, 0.4], side: 256, views: batch, subdivide: 1,
        smoothing: 6, shape: 0.03, color: 0.015),
      stage(
        "finish", steps: 150, width: [0.35, 0.25], side: 320, views: batch, subdivide: 0,
        smoothing: 6, shape: 0.015, color: 0.01, mode: .crisp),
    ]
    if !fromSphere { stages.removeFirst() }
    return stages
  }

  /// Of a known shape: outlines with very wide edges, so that distant outlines attract, then colour and narrow edges.
  private static func poseStages(imageSide: Int, losses: Losses) -> [Stage] {
    func stage(
      _ name: String, steps: Int, width: [Double], side: Int, rigid: Double, color: Double,
      iou: Double
    ) -> Stage {
      var own = losses
      own.color *= color
      own.iou = iou
      return Stage(
        name: name, steps: steps, edgeWidthPixels: width, edgeProfile: "logistic-squared",
        tailBound: 1e-3,
        imageScale: scale(side, of: imageSide), mode: .soft, viewsPerStep: 8, subdivide: 0,
        smoothing: 0, depthTemperature: 0.01,
        learningRates: rates(shape: 0, color: 0.03, rigid: rigid), learningRateEnd: 0.1,
        losses: own)
    }
    return [
      stage("approach", steps: 150, width: [3, 1], side: 64, rigid: 0.03, color: 0.2, iou: 1),
      stage("align", steps: 150, width: [1.5, 0.6], side: 128, rigid: 0.01, color: 0.5, iou: 1),
      stage("refine", steps: 150, width: [0.8, 0.3], side: 256, rigid: 0.004, color: 1, iou: 0.3),
    ]
  }
}
