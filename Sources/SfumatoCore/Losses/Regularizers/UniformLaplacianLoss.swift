/// How far vertices stand from the middle of their neighbours: pulls a mesh smooth and even.
///
/// Source: Liu et al. 2019, "Soft Rasterizer", eq. 14, as a mean over vertices instead of a sum. The norm is
/// squared, unlike PyTorch3D's. Of order 2, the bi-Laplacian: how far those offsets are from the mean of the neighbours' offsets, which
/// lets a surface bend evenly and does not shrink it (Kobbelt et al. 1998, "Interactive Multi-Resolution Modeling on Arbitrary Meshes",
/// section 3.1).
public enum UniformLaplacianLoss {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// The connectivity.
    public let topology: MeshTopology
    /// 1, or 2 for the bi-Laplacian.
    public let order: Int
    /// Each vertex minus the mean of its neighbours, as often as the order says, `[V, 3]`, object units.
    public let offsets: [S]
  }

  /// `1/V Σ ‖vᵢ - mean of its neighbours‖²`, square object units; 0 for no vertices.
  ///
  /// *Differentiable in* the positions `[V, 3]`. Vertices without neighbours add 0 and count in V.
  /// - Parameters:
  ///   - positions: `[V, 3]`.
  ///   - topology: the connectivity.
  ///   - order: 1, or 2 for the bi-Laplacian.
  /// - Returns: the mean and the residual.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    positions: [S], topology: MeshTopology, order: Int = 1
  ) -> (value: S, residual: Residual<S>) {
    let count = topology.vertexCount
    precondition(positions.count == 3 * count, "\(positions.count) scalars for \(count) vertices")
    precondition(order == 1 || order == 2, "order \(order)")
    var offsets = positions
    for _ in 0..<order { offsets = Self.offsets(offsets, topology) }
    var sum = 0.0
    for vertex in 0..<count {
      let offset = offsets.vector3(vertex)
      sum += Double(dot(offset, offset))
    }
    return (
      count > 0 ? S(sum / Double(count)) : 0,
      Residual(topology: topology, order: order, offsets: offsets)
    )
  }

  /// The adjoint of ``forward(positions:topology:order:)``: adds to the positions' cotangent `[V, 3]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into positionsBar: inout [S]
  ) {
    let topology = residual.topology
    precondition(
      positionsBar.count == residual.offsets.count,
      "\(positionsBar.count) of \(residual.offsets.count)")
    let scale = 2 * valueBar / S(max(topology.vertexCount, 1))
    var bar = residual.offsets
    for _ in 0..<residual.order { bar = transposed(bar, topology) }
    for vertex in 0..<topology.vertexCount {
      positionsBar.addVector3(vertex, bar.vector3(vertex) * scale)
    }
  }

  /// Each vertex's vector minus the mean of its neighbours'; 0 where it has none.
  private static func offsets<S: RenderScalar>(_ vectors: [S], _ topology: MeshTopology) -> [S] {
    var result = [S](repeating: 0, count: vectors.count)
    for vertex in 0..<topology.vertexCount {
      let row = topology.neighborRange(vertex)
      guard !row.isEmpty else { continue }
      var around = SIMD3<S>.zero
      for place in row { around += vectors.vector3(Int(topology.neighbors[place])) }
      result.setVector3(vertex, vectors.vector3(vertex) - around / S(row.count))
    }
    return result
  }

  /// The adjoint of `offsets`; vertices without neighbours have none.
  private static func transposed<S: RenderScalar>(_ bars: [S], _ topology: MeshTopology) -> [S] {
    var result = bars
    for vertex in 0..<topology.vertexCount {
      var bar = topology.neighborRange(vertex).isEmpty ? .zero : bars.vector3(vertex)
      for place in topology.neighborRange(vertex) {
        let neighbor = Int(topology.neighbors[place])
        bar -= bars.vector3(neighbor) / S(topology.neighborRange(neighbor).count)
      }
      result.setVector3(vertex, bar)
    }
    return result
  }
}
