/// How far vertices stand from the middle of their neighbours, each weighted by the cotangents of the angles opposite to its edge: smooths a
/// surface along its normal and leaves its vertices where they lie on it.
///
/// The weights are those of given positions and constants of the derivative, as in PyTorch3D's `mesh_laplacian_smoothing(method="cot")`; the
/// norm is squared, unlike there. Source: Desbrun, Meyer, Schröder, Barr 1999, "Implicit Fairing of Irregular Meshes using Diffusion and
/// Curvature Flow", section 5.
public enum CotangentLaplacianLoss {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// The connectivity.
    public let topology: MeshTopology
    /// The share of each neighbour in the mean, in the order of ``MeshTopology/neighbors``.
    public let weights: [S]
    /// Each vertex minus the mean of its neighbours, `[V, 3]`, object units.
    public let offsets: [S]
  }

  /// The share of each neighbour in the mean around a vertex, in the order of ``MeshTopology/neighbors``; those of a vertex sum to 1.
  ///
  /// Half of the sum of the cotangents on both sides, where an angle above 90 degrees counts as none, so that no share is negative. Where
  /// all are 0, neighbours count alike.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func weights<S: RenderScalar>(positions: [S], topology: MeshTopology) -> [S] {
    precondition(positions.count == 3 * topology.vertexCount, "\(positions.count) scalars")
    var weights = [S](repeating: 0, count: topology.neighbors.count)
    func add(_ value: S, from a: Int, to b: Int) {
      for place in topology.neighborRange(a) where Int(topology.neighbors[place]) == b {
        weights[place] += value
      }
    }
    for face in 0..<topology.faceCount {
      let (i, j, k) = faceCorners(topology.faces, face)
      for (a, b, c) in [(i, j, k), (j, k, i), (k, i, j)] {
        let (u, v) = (
          positions.vector3(a) - positions.vector3(c), positions.vector3(b) - positions.vector3(c)
        )
        let (along, across) = (dot(u, v), length(cross(u, v)))
        guard along > 0, across > 0 else { continue }
        // Slivers would outweigh all else: below about 0.6 degrees an angle is as good as none.
        let cotangent = Swift.min(along / across, 100) / 2
        add(cotangent, from: a, to: b)
        add(cotangent, from: b, to: a)
      }
    }
    for vertex in 0..<topology.vertexCount {
      let row = topology.neighborRange(vertex)
      let sum = row.reduce(0) { $0 + weights[$1] }
      for place in row { weights[place] = sum > 0 ? weights[place] / sum : 1 / S(row.count) }
    }
    return weights
  }

  /// `1/V Σ ‖vᵢ - mean of its neighbours‖²`, square object units; 0 for no vertices.
  ///
  /// *Differentiable in* the positions `[V, 3]`, *constant in* the weights. Vertices without neighbours add 0 and count in V.
  /// - Parameters:
  ///   - positions: `[V, 3]`.
  ///   - topology: the connectivity.
  ///   - weights: see ``weights(positions:topology:)``.
  /// - Returns: the mean and the residual.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    positions: [S], topology: MeshTopology, weights: [S]
  ) -> (value: S, residual: Residual<S>) {
    let count = topology.vertexCount
    precondition(positions.count == 3 * count, "\(positions.count) scalars for \(count) vertices")
    precondition(weights.count == topology.neighbors.count, "\(weights.count) weights")
    var offsets = [S](repeating: 0, count: positions.count)
    var sum = 0.0
    for vertex in 0..<count {
      let row = topology.neighborRange(vertex)
      guard !row.isEmpty else { continue }
      var offset = positions.vector3(vertex)
      for place in row {
        offset -= positions.vector3(Int(topology.neighbors[place])) * weights[place]
      }
      offsets.setVector3(vertex, offset)
      sum += Double(dot(offset, offset))
    }
    return (
      count > 0 ? S(sum / Double(count)) : 0,
      Residual(topology: topology, weights: weights, offsets: offsets)
    )
  }

  /// The adjoint of ``forward(positions:topology:weights:)``: adds to the positions' cotangent `[V, 3]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into positionsBar: inout [S]
  ) {
    let (topology, offsets) = (residual.topology, residual.offsets)
    precondition(positionsBar.count == offsets.count, "\(positionsBar.count) of \(offsets.count)")
    let scale = 2 * valueBar / S(max(topology.vertexCount, 1))
    for vertex in 0..<topology.vertexCount {
      let bar = offsets.vector3(vertex) * scale
      positionsBar.addVector3(vertex, bar)
      for place in topology.neighborRange(vertex) {
        positionsBar.addVector3(
          Int(topology.neighbors[place]), bar * -residual.weights[place])
      }
    }
  }
}
