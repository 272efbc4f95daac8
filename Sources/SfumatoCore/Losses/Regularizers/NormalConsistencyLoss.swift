/// How far neighbouring faces are from one plane.
///
/// The angle is measured across the edge: the two normals are `e x p` and `q x e` for the corners p, q
/// opposite to it, so it does not depend on how the faces wind; a flat joint has cosine 1, a fold back -1. Of power 2, the flatness term
/// of Liu et al. 2019, "Soft Rasterizer", eq. 15, as a mean: gentle to even bends, hard on sharp ones.
public enum NormalConsistencyLoss {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// The connectivity.
    public let topology: MeshTopology
    /// Vertex positions, `[V, 3]`.
    public let positions: [S]
    /// 1, or 2 for flatness.
    public let power: Int
  }

  /// `1/n Σ (1 - cos)ᵏ` over the n edges with exactly two faces; 0 where there are none.
  ///
  /// *Differentiable in* the positions `[V, 3]`. A face without area has no normal: its edges add 0 with
  /// no gradient and count in n.
  /// - Parameters:
  ///   - positions: `[V, 3]`.
  ///   - topology: the connectivity.
  ///   - power: k: 1, or 2 for flatness.
  /// - Returns: the mean and the residual.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    positions: [S], topology: MeshTopology, power: Int = 1
  ) -> (value: S, residual: Residual<S>) {
    precondition(positions.count == 3 * topology.vertexCount, "\(positions.count) scalars")
    precondition(power == 1 || power == 2, "power \(power)")
    var sum = 0.0
    for edge in topology.interiorEdges {
      let corners = hinge(Int(edge), topology)
      let (n, m) = normals(corners, positions)
      let (nUnit, mUnit) = (normalize(n), normalize(m))
      // |n - m|² / 2 of units is 1 - cos without its cancellation near flat.
      let difference = nUnit - mUnit
      guard nUnit != .zero, mUnit != .zero else { continue }
      let bend = dot(difference, difference) / 2
      sum += Double(power == 1 ? bend : bend * bend)
    }
    let count = topology.interiorEdges.count
    let residual = Residual(topology: topology, positions: positions, power: power)
    return (count > 0 ? S(sum / Double(count)) : 0, residual)
  }

  /// The adjoint of ``forward(positions:topology:power:)``: adds to the positions' cotangent `[V, 3]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, valueBar: S, into positionsBar: inout [S]
  ) {
    let (topology, positions) = (residual.topology, residual.positions)
    precondition(positionsBar.count == positions.count, "\(positionsBar.count) scalars")
    let scale = valueBar / S(max(topology.interiorEdges.count, 1))
    for edge in topology.interiorEdges {
      let corners = hinge(Int(edge), topology)
      let (n, m) = normals(corners, positions)
      let (nUnit, mUnit) = (normalize(n), normalize(m))
      guard nUnit != .zero, mUnit != .zero else { continue }
      let difference = nUnit - mUnit
      let slope = residual.power == 1 ? scale : scale * dot(difference, difference)
      let nBar = normalizeVJP(n, unitBar: mUnit * -slope)
      let mBar = normalizeVJP(m, unitBar: nUnit * -slope)
      let (a, b) = (positions.vector3(corners.a), positions.vector3(corners.b))
      let first = faceCrossVJP(a, b, positions.vector3(corners.p), crossBar: nBar)
      let second = faceCrossVJP(a, positions.vector3(corners.q), b, crossBar: mBar)
      positionsBar.addVector3(corners.a, first.aBar + second.aBar)
      positionsBar.addVector3(corners.b, first.bBar + second.cBar)
      positionsBar.addVector3(corners.p, first.cBar)
      positionsBar.addVector3(corners.q, second.bBar)
    }
  }

  /// The vertices of an interior edge, and those opposite to it in its two faces.
  private typealias Hinge = (a: Int, b: Int, p: Int, q: Int)

  private static func hinge(_ edge: Int, _ topology: MeshTopology) -> Hinge {
    let (a, b) = topology.ends(edge)
    func opposite(_ face: Int32) -> Int {
      let (i, j, k) = faceCorners(topology.faces, Int(face))
      // A face (a, b, a) yields one of its ends: a face without area.
      return i + j + k - a - b
    }
    return (
      a, b, opposite(topology.edgeFaces[2 * edge]), opposite(topology.edgeFaces[2 * edge + 1])
    )
  }

  /// The cross products of the two faces at an edge, to the same side where they lie flat.
  private static func normals<S: RenderScalar>(
    _ h: Hinge, _ positions: [S]
  ) -> (n: SIMD3<S>, m: SIMD3<S>) {
    let (a, b) = (positions.vector3(h.a), positions.vector3(h.b))
    return (faceCross(a, b, positions.vector3(h.p)), faceCross(a, positions.vector3(h.q), b))
  }
}
