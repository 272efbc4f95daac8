/// Smooth unit normals at the vertices of a mesh.
public enum VertexNormals {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// Vertex positions, `[V, 3]`.
    public let positions: [S]
    /// Corner indices, `[F, 3]`.
    public let faces: [Int32]
    /// The sum of the cross products of the faces around each vertex, `[V, 3]`.
    public let sums: [S]
  }

  /// The unit normal of each vertex, `[V, 3]`: the faces around it weighted by area, normalised.
  ///
  /// *Differentiable in* the positions `[V, 3]`, *constant in* the faces `[F, 3]`. Where the sum is
  /// zero (no face, no area, or faces that cancel) the normal is zero and passes no gradient.
  /// - Precondition: indices are in range, as those of a ``Mesh``.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    positions: [S], faces: [Int32]
  ) -> (normals: [S], residual: Residual<S>) {
    var sums = [S](repeating: 0, count: positions.count)
    for face in 0..<faces.count / 3 {
      let (i, j, k) = faceCorners(faces, face)
      let weighted = faceCross(positions.vector3(i), positions.vector3(j), positions.vector3(k))
      sums.addVector3(i, weighted)
      sums.addVector3(j, weighted)
      sums.addVector3(k, weighted)
    }
    var normals = sums
    for vertex in 0..<normals.count / 3 {
      normals.setVector3(vertex, normalize(sums.vector3(vertex)))
    }
    return (normals, Residual(positions: positions, faces: faces, sums: sums))
  }

  /// The adjoint of ``forward(positions:faces:)``: adds to the positions' cotangent `[V, 3]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, normalsBar: [S], into positionsBar: inout [S]
  ) {
    let faces = residual.faces
    let positions = residual.positions
    precondition(normalsBar.count == positions.count, "\(normalsBar.count) of \(positions.count)")
    precondition(
      positionsBar.count == positions.count, "\(positionsBar.count) of \(positions.count)")
    var sumsBar = normalsBar
    for vertex in 0..<sumsBar.count / 3 {
      let unitBar = normalsBar.vector3(vertex)
      sumsBar.setVector3(vertex, normalizeVJP(residual.sums.vector3(vertex), unitBar: unitBar))
    }
    for face in 0..<faces.count / 3 {
      let (i, j, k) = faceCorners(faces, face)
      let crossBar = sumsBar.vector3(i) + sumsBar.vector3(j) + sumsBar.vector3(k)
      let bars = faceCrossVJP(
        positions.vector3(i), positions.vector3(j), positions.vector3(k), crossBar: crossBar)
      positionsBar.addVector3(i, bars.aBar)
      positionsBar.addVector3(j, bars.bBar)
      positionsBar.addVector3(k, bars.cBar)
    }
  }
}
