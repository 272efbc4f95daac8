/// How far vertices stand from the middle of their neighbours: pulls a mesh smooth and even.
///
/// Source: Liu et al. 2019, "Soft Rasterizer", eq. 14, as a mean over vertices instead of a sum. The norm is
/// squared, unlike PyTorch3D's.
public enum UniformLaplacianLoss {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// The connectivity.
    public let topology: MeshTopology
    /// Each vertex minus the mean of its neighbours, `[V, 3]`, object units.
    public let offsets: [S]
  }

  /// `1/V Σ ‖vᵢ - mean of its neighbours‖²`, square object units; 0 for no vertices.
  ///
  /// *Differentiable in* the positions `[V, 3]`. Vertices without neighbours add 0 and count in V.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    positions: [S], topology: MeshTopology
  ) -> (value: S, residual: Residual<S>) {
    let count = topology.vertexCount
    precondition(positions.count == 3 * count, "\(positions.count) scalars for \(count) vertices")
    var offsets = [S](repeating: 0, count: positions.count)
    var sum = 0.0
    for vertex in 0..<count {
      let row = topology.neighborRange(vertex)
      guard !row.isEmpty else { continue }
      var around = SIMD3<S>.zero
      for place in row { around += positions.vector3(Int(topology.neighbors[place])) }
      let offset = positions.vector3(vertex) - around / S(row.count)
      offsets.setVector3(vertex, offset)
      sum += Double(dot(offset, offset))
    }
    return (count > 0 ? S(sum / Double(count)) : 0, Residual(topology: topology, offsets: offsets))
  }

  /// The adjoint of ``forward(positions:topology:)``: adds to the positions' cotangent `[V, 3]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into positionsBar: inout [S]
  ) {
    let topology = residual.topology
    let offsets = residual.offsets
    precondition(positionsBar.count == offsets.count, "\(positionsBar.count) of \(offsets.count)")
    let scale = 2 * valueBar / S(max(topology.vertexCount, 1))
    for vertex in 0..<topology.vertexCount {
      var bar = offsets.vector3(vertex)
      for place in topology.neighborRange(vertex) {
        let neighbor = Int(topology.neighbors[place])
        bar -= offsets.vector3(neighbor) / S(topology.neighborRange(neighbor).count)
      }
      positionsBar.addVector3(vertex, bar * scale)
    }
  }
}
