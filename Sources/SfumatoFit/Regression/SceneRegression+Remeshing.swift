// New faces under way: even edges of the length that a stage asks for, with all that vertices carry.
internal import SfumatoCore
internal import SfumatoSolve

extension SceneRegression {
  /// Whether a stage changes the faces.
  func remeshes(_ stage: FitConfig.Stage) -> Bool {
    stage.edgeLengthPixels > 0 && moving(stage).contains(.shape)
  }

  /// Remeshes to a stage's edge length; colours and the optimisers' means go along.
  ///
  /// A surface that is not manifold stays.
  mutating func remesh(_ stage: FitConfig.Stage) {
    let count = state.mesh.vertexCount
    guard let length = worldLength(ofPixels: stage.edgeLengthPixels, stage) else { return }
    let hasColors = !state.colorsSRGB.isEmpty
    var columns = [state.shapeOptimizer.moments.first, state.shapeOptimizer.moments.second]
    if hasColors {
      columns += [
        state.colorsSRGB, state.colorOptimizer.moments.first, state.colorOptimizer.moments.second,
      ]
    }
    var attributes: [Float] = []
    attributes.reserveCapacity(3 * columns.count * count)
    for v in 0..<count {
      for column in columns { attributes += column[3 * v..<3 * v + 3] }
    }
    let lengths = ReferenceLengths.make(
      state.mesh, colorsSRGB: state.colorsSRGB, longest: length,
      shortest: length / Float(stage.edgeLengthDetail))
    let surface = Remesher().remesh(
      state.mesh, lengths: lengths, attributes: attributes,
      channels: 3 * columns.count, workers: workers)
    guard let surface else { return }
    state.mesh = Mesh(positions: surface.positions, faces: surface.faces)
    let newCount = state.mesh.vertexCount
    let width = 3 * columns.count
    let rows = columns.indices.map { k in
      var row: [Float] = []
      row.reserveCapacity(3 * newCount)
      for v in 0..<newCount {
        let first = v * width + 3 * k
        row += surface.attributes[first..<first + 3]
      }
      return row
    }
    state.shapeOptimizer.moments.first = rows[0]
    state.shapeOptimizer.moments.second = rows[1]
    if hasColors {
      state.colorsSRGB = rows[2]
      state.colorOptimizer.moments.first = rows[3]
      state.colorOptimizer.moments.second = rows[4]
    }
    state.lbfgs.reset()
    state.best = []
    state.coordinates = []
    if let targets = level?.targets { makeLevel(stage, targets: targets) }
  }
}
