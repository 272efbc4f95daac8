/// How far edges are from one length: keeps triangles even.
public enum EdgeLengthLoss {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// The connectivity.
    public let topology: MeshTopology
    /// Vertex positions, `[V, 3]`.
    public let positions: [S]
    /// The length wanted, object units.
    public let target: S
  }

  /// `1/E Σ (|e| - target)²`, square object units; 0 for no edges.
  ///
  /// *Differentiable in* the positions `[V, 3]`, *constant in* the target. An edge of length zero has no
  /// direction and gets no gradient.
  /// - Parameters:
  ///   - positions: `[V, 3]`, object units.
  ///   - topology: the connectivity.
  ///   - target: the length wanted; nil for the mean of the present lengths, taken as a constant.
  /// - Returns: the mean and the residual.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    positions: [S], topology: MeshTopology, target: S? = nil
  ) -> (value: S, residual: Residual<S>) {
    precondition(positions.count == 3 * topology.vertexCount, "\(positions.count) scalars")
    let wanted = target ?? meanEdgeLength(positions: positions, topology: topology)
    var sum = 0.0
    for edge in 0..<topology.edgeCount {
      let (a, b) = topology.ends(edge)
      let excess = length(positions.vector3(b) - positions.vector3(a)) - wanted
      sum += Double(excess * excess)
    }
    let residual = Residual(topology: topology, positions: positions, target: wanted)
    return (topology.edgeCount > 0 ? S(sum / Double(topology.edgeCount)) : 0, residual)
  }

  /// The adjoint of ``forward(positions:topology:target:)``: adds to the positions' cotangent `[V, 3]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into positionsBar: inout [S]
  ) {
    let (topology, positions) = (residual.topology, residual.positions)
    precondition(positionsBar.count == positions.count, "\(positionsBar.count) scalars")
    let scale = 2 * valueBar / S(max(topology.edgeCount, 1))
    for edge in 0..<topology.edgeCount {
      let (a, b) = topology.ends(edge)
      let side = positions.vector3(b) - positions.vector3(a)
      let bar = normalize(side) * (scale * (length(side) - residual.target))
      positionsBar.addVector3(a, -bar)
      positionsBar.addVector3(b, bar)
    }
  }
}

/// The mean length of the edges, object units, without an adjoint; 0 where there are none.
///
/// - Precondition: positions are `[V, 3]` of the connectivity's vertices.
@specialized(where S == Float)
@specialized(where S == Double)
public func meanEdgeLength<S: RenderScalar>(positions: [S], topology: MeshTopology) -> S {
  var sum = 0.0
  for edge in 0..<topology.edgeCount {
    let (a, b) = topology.ends(edge)
    sum += Double(length(positions.vector3(b) - positions.vector3(a)))
  }
  return S(sum / Double(max(topology.edgeCount, 1)))
}
