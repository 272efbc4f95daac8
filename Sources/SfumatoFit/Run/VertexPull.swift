// The gradient of the last loss at the vertices, as colours: where the pictures still pull, and where they say nothing.
internal import RealModule
internal import SfumatoCore

/// How strongly the pictures pull at the places of a mesh's vertices.
struct VertexPull: Equatable, Sendable {
  /// The length of the picture loss's gradient by each vertex's place, loss a world unit, `[V]`.
  let lengths: [Float]

  /// Vertices at whose places nothing in the pictures pulls.
  var unseenCount: Int { lengths.count { $0 == 0 } }

  /// A mesh of those vertices, coloured by the pull for its area; grey where there is none.
  ///
  /// The area of a vertex is a third of that of its faces, so that the colours do not show how fine the mesh is. Their scale is
  /// logarithmic, from dark at the 1st percentile to bright at the 99th.
  func colored(_ mesh: Mesh<Float>) -> Mesh<Float> {
    precondition(mesh.vertexCount == lengths.count, "\(lengths.count) of \(mesh.vertexCount)")
    var areas = [Float](repeating: 0, count: lengths.count)
    for face in 0..<mesh.faceCount {
      let (i, j, k) = mesh.corners(face)
      let a = mesh.positions.vector3(i)
      let area = length(cross(mesh.positions.vector3(j) - a, mesh.positions.vector3(k) - a)) / 6
      for v in [i, j, k] { areas[v] += area }
    }
    let least = areas.reduce(0, +) / Float(max(areas.count, 1)) * 1e-6
    let logs: [Float?] = zip(lengths, areas).map { pull, area in
      pull > 0 ? .log(pull) - .log(max(area, least, .leastNormalMagnitude)) : nil
    }
    let sorted = logs.compactMap(\.self).sorted()
    func percentile(_ share: Double) -> Float {
      sorted.isEmpty ? 0 : sorted[Int((Double(sorted.count - 1) * share).rounded())]
    }
    let (low, high) = (percentile(0.01), percentile(0.99))
    var colored = Mesh(positions: mesh.positions, faces: mesh.faces)
    colored.vertexColors = logs.flatMap { value -> [Float] in
      guard let value else { return [ColorRamp.grey, ColorRamp.grey, ColorRamp.grey] }
      let color = ColorRamp.linear(high > low ? (value - low) / (high - low) : 0.5)
      return [color.x, color.y, color.z]
    }
    return colored
  }
}

extension SceneRegression {
  /// How the pictures of all views pull at the vertices under the last stage that has begun, as smooth as that is by now; nil where the shape is
  /// known or nothing differentiates the pictures.
  var vertexPull: VertexPull? {
    guard config.unknowns.contains(.shape), known == nil else { return nil }
    var fit = self
    // Between two stages the one before.
    var place = state.step == 0 ? state.stage - 1 : state.stage
    while place > 0, config.stages[place].steps == 0 { place -= 1 }
    guard config.stages.indices.contains(Swift.max(place, 0)) else { return nil }
    var stage = config.stages[Swift.max(place, 0)]
    guard stage.optimizer.followsGradients, stage.mode != .hard else { return nil }
    if place != state.stage { fit.state.step = Swift.max(stage.steps - 1, 0) }
    fit.state.stage = Swift.max(place, 0)
    let smoothing = fit.smoothing(stage)
    // Factors are for steps.
    stage.smoothing = 0
    fit.makeLevel(stage)
    guard let targets = fit.level?.targets else { return nil }
    var sum = [SIMD3<Float>](repeating: .zero, count: state.mesh.vertexCount)
    // As many views at a time as a step sees: that fits into memory.
    let count = targets.count
    let most = stage.viewsPerStep > 0 ? Swift.min(stage.viewsPerStep, count) : count
    for first in stride(from: 0, to: count, by: most) {
      let chosen = Array(first..<Swift.min(first + most, count))
      let cameras = chosen.map { fit.camera($0, from: targets[$0].camera) }
      guard
        let gradient = fit.compared(stage, chosen, cameras, wrt: .positions, smoothing)?.gradient
      else { return nil }
      let share = Float(chosen.count) / Float(count)
      let bar = gradient.meshes[0].positions
      guard bar.count == 3 * sum.count else { return nil }
      for v in sum.indices { sum[v] += share * bar.vector3(v) }
    }
    let lengths = sum.map { length($0) }
    return lengths.allSatisfy(\.isFinite) ? VertexPull(lengths: lengths) : nil
  }
}
