internal import Foundation
internal import SfumatoCore

/// What the stages of a plan cost, measured on a copy of the fit whose results are thrown away.
///
/// The copy takes a few steps of each stage in order, as the faces of a stage come from those before it.
struct PlanProbe: Sendable {
  /// What was seen of a stage.
  struct Stage: Sendable {
    /// Seconds of its first step, which prepares faces, targets and factors.
    var first: Double
    /// Seconds of the steps after it.
    var later: [Double] = []
    /// The size of the stage's mesh.
    var vertices: Int
    var faces: Int
  }

  /// One a stage; nil where the probe did not come to it, or where it has no steps.
  private(set) var stages: [Stage?]
  /// How long the probe took.
  private(set) var seconds = 0.0
  /// The copy as the probe left it.
  private(set) var last: SceneRegression

  /// Steps of a stage that are taken, at most.
  private static let steps = 3

  /// Takes the steps, until `budget` seconds are over.
  ///
  /// A mesh that remeshing refines where colours change is finer once its colours are found. With `paints` each stage therefore begins with
  /// the pictures' colours on the mesh.
  init(
    _ problem: FitProblem, _ config: FitConfig, workers: Workers, within budget: Double = .infinity,
    paints: Bool
  ) {
    var shortened = config
    shortened.pose.trialSteps = 0
    for i in shortened.stages.indices {
      shortened.stages[i].steps = min(config.stages[i].steps, Self.steps)
    }
    stages = Array(repeating: nil, count: config.stages.count)
    last = SceneRegression(problem, config: shortened, workers: workers)
    let began = Date()
    if paints { last.paint() }
    var start = Date()
    // One step at the least: nothing else tells how fast this machine is.
    while last.state.totalSteps == 0 || Date().timeIntervalSince(began) < budget,
      let step = last.next()
    {
      let spent = Date().timeIntervalSince(start)
      if step.stepInStage > 0 {
        stages[step.stage]?.later.append(spent)
      } else {
        let mesh = last.state.mesh
        stages[step.stage] = Stage(
          first: spent, vertices: mesh.vertexCount, faces: mesh.faceCount)
      }
      if paints, step.stepInStage + 1 == shortened.stages[step.stage].steps { last.paint() }
      start = Date()
    }
    seconds = Date().timeIntervalSince(began)
  }

  /// Whether each stage that has steps was reached.
  func isComplete(_ config: FitConfig) -> Bool {
    zip(stages, config.stages).allSatisfy { $0 != nil || $1.steps == 0 }
  }

  /// Seconds a step of each stage, the slowest that was seen; 0 where a stage has one step or none.
  var slowest: [Double] { stages.map { $0?.later.max() ?? 0 } }
}

extension SceneRegression {
  /// Gives the vertices of an unknown shape with unknown colours those that the pictures have there, whatever stands before it.
  fileprivate mutating func paint() {
    guard Set([.shape, .color]).isSubset(of: config.unknowns),
      state.colorsSRGB.count == state.mesh.positions.count
    else { return }
    let mesh = state.mesh
    let (normals, _) = VertexNormals.forward(positions: mesh.positions, faces: mesh.faces)
    let (pose, targets) = (state.pose, problem.targets)
    let rotation = pose.rotation.matrix
    let cameras = cameras
    let views = cameras.indices.map { (camera: cameras[$0], eye: cameras[$0].center) }
    let colors = parallelArray(mesh.vertexCount, grain: 256, workers: workers) { v in
      let point = pose * mesh.positions.vector3(v)
      let normal = rotation * normals.vector3(v)
      var best: (facing: Float, color: SIMD3<Float>)?
      for (k, view) in views.enumerated() {
        let facing = dot(normal, normalize(view.eye - point))
        guard facing > best?.facing ?? 0 else { continue }
        guard let color = targets[k].color(at: point, from: view.camera) else { continue }
        best = (facing, color)
      }
      return best?.color
    }
    for (v, color) in colors.enumerated() {
      if let color { state.colorsSRGB.setVector3(v, color) }
    }
  }
}

extension TargetView {
  /// The picture's colour, sRGB, where a camera sees a point; nil outside the mask.
  fileprivate func color(at point: SIMD3<Float>, from camera: Camera<Float>) -> SIMD3<Float>? {
    let p = camera.cameraPoint(point)
    guard p.z > 0 else { return nil }
    let scale = camera.projection == .perspective ? 1 / p.z : 1
    let place = camera.focal * SIMD2(p.x, p.y) * scale + camera.principal
    guard place.x >= 0, place.y >= 0, place.x < Float(picture.width),
      place.y < Float(picture.height)
    else { return nil }
    let (x, y) = (Int(place.x), Int(place.y))
    guard picture[x, y, 3] > 0.5 else { return nil }
    return SIMD3(picture[x, y, 0], picture[x, y, 1], picture[x, y, 2])
  }
}
