// What keeps a mesh whole while it moves: no vertex goes further than its edges are long, and a step that turns many faces over is taken back.
internal import SfumatoCore
internal import SfumatoSolve

extension SceneRegression {
  /// The share of faces that a step may turn over; where more turn, it is taken back and the next ones are half as long.
  private static var mostTurned: Double { 0.01 }
  /// How fast steps grow back after that.
  private static var recovery: Float { 1.05 }

  /// Moves the vertices, or the coordinates that smooth them, by a step in world units: each vertex at most the stage's limit.
  mutating func stepShape(_ stage: FitConfig.Stage, _ step: [Float]) {
    let (positions, coordinates) = (state.mesh.positions, state.coordinates)
    addToShape(step)
    guard stage.stepLimitEdges > 0, let topology = level?.topology else { return }
    var isCut = false
    for v in 0..<topology.vertexCount {
      let row = topology.neighborRange(v)
      guard !row.isEmpty else { continue }
      let from = positions.vector3(v)
      let way = state.mesh.positions.vector3(v) - from
      var sum: Float = 0
      for place in row { sum += length(positions.vector3(Int(topology.neighbors[place])) - from) }
      let most = Float(stage.stepLimitEdges) * sum / Float(row.count)
      let distance = length(way)
      guard distance > most else { continue }
      state.mesh.positions.setVector3(v, from + way * (most / distance))
      isCut = true
    }
    if turnedShare(from: positions) > Self.mostTurned {
      (state.mesh.positions, state.coordinates) = (positions, coordinates)
      state.shapeBackOff /= 2
      return
    }
    if isCut, let largeSteps = level?.largeSteps {
      state.coordinates = largeSteps.toCoordinates(positions: state.mesh.positions)
    }
    state.shapeBackOff = Swift.min(state.shapeBackOff * Self.recovery, 1)
  }

  /// The share of faces whose front looks to the other side than from other positions of their corners.
  private func turnedShare(from before: [Float]) -> Double {
    let (faces, after) = (state.mesh.faces, state.mesh.positions)
    var turned = 0
    for f in 0..<faces.count / 3 {
      let (i, j, k) = faceCorners(faces, f)
      func normal(_ p: [Float]) -> SIMD3<Float> {
        faceCross(p.vector3(i), p.vector3(j), p.vector3(k))
      }
      if dot(normal(before), normal(after)) < 0 { turned += 1 }
    }
    return Double(turned) / Double(Swift.max(faces.count / 3, 1))
  }
}
