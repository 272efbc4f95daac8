// What a stage needs besides the state: scaled targets, connectivity, the factor of smoothed steps, and what its pictures show.
internal import SfumatoCore
internal import SfumatoSolve

extension SceneRegression {
  /// What holds for one stage and is derived again when a fit resumes.
  struct Level: Sendable {
    var targets: [ScaledTarget<Float>]
    /// Of a mesh of unknown shape.
    var topology: MeshTopology?
    var largeSteps: LargeStepsParameterization?
    /// What the stage's pictures show instead of known meshes.
    var simplified: [Mesh<Float>]?
  }

  /// Derives what holds for a stage; what holds for its faces alone where the rest is there already.
  mutating func makeLevel(_ stage: FitConfig.Stage, targets: [ScaledTarget<Float>]? = nil) {
    let topology = config.unknowns.contains(.shape) ? MeshTopology(state.mesh) : nil
    var largeSteps: LargeStepsParameterization?
    if let topology, stage.smoothing > 0 {
      // A factor that cannot be made (memory) leaves plain positions, which still converge.
      largeSteps = try? LargeStepsParameterization(topology: topology, lambda: stage.smoothing)
    }
    if state.coordinates.isEmpty {
      state.coordinates = largeSteps?.toCoordinates(positions: state.mesh.positions) ?? []
    }
    level = Level(
      targets: targets
        ?? TargetPyramid.scaled(
          targetViews, by: stage.imageScale, background: .zero,
          keepsBackground: config.unknowns.contains(.background),
          measuresOutlines: stage.losses.maskDistance != 0, workers: workers),
      topology: topology, largeSteps: largeSteps, simplified: simplified(stage))
  }

  /// The meshes of a stage that does not show all of known ones; nil where it does.
  private func simplified(_ stage: FitConfig.Stage) -> [Mesh<Float>]? {
    guard stage.simplifyPixels > 0,
      let side = worldLength(ofPixels: stage.simplifyPixels, stage)
    else { return nil }
    guard let known else { return state.mesh.clustered(cellSide: side).map { [$0] } }
    return known.clustered(cellSide: side)
  }

  /// What spans so many pixels of a stage's images where the object is, world units; nil where no camera has it before it.
  func worldLength(ofPixels pixels: Double, _ stage: FitConfig.Stage) -> Float? {
    let pixel = cameras.medianFootprint(at: state.pose * objectCenter)
    let length = Float(pixels) * pixel / Float(stage.imageScale)
    return length > 0 && length.isFinite ? length : nil
  }
}
