/// The cross product of a face's sides from its first corner: its normal times twice its area.
@inlinable
package func faceCross<S: RenderScalar>(
  _ a: SIMD3<S>, _ b: SIMD3<S>, _ c: SIMD3<S>
) -> SIMD3<S> {
  cross(b - a, c - a)
}

/// The adjoint of ``faceCross(_:_:_:)``.
@inlinable
package func faceCrossVJP<S: RenderScalar>(
  _ a: SIMD3<S>, _ b: SIMD3<S>, _ c: SIMD3<S>, crossBar: SIMD3<S>
) -> (aBar: SIMD3<S>, bBar: SIMD3<S>, cBar: SIMD3<S>) {
  let bBar = cross(c - a, crossBar)
  let cBar = cross(crossBar, b - a)
  return (-(bBar + cBar), bBar, cBar)
}

/// Unit normals of the faces of a mesh.
public enum FaceNormals {
  /// What the adjoint needs.
  public struct Residual<S: RenderScalar>: Sendable {
    /// Vertex positions, `[V, 3]`.
    public let positions: [S]
    /// Corner indices, `[F, 3]`.
    public let faces: [Int32]
  }

  /// The unit normal of each face, `[F, 3]`, to the side from which it winds counter-clockwise.
  ///
  /// *Differentiable in* the positions `[V, 3]`, *constant in* the faces `[F, 3]`. A face without area
  /// has the normal zero, and its corners get no gradient.
  /// - Precondition: indices are in range, as those of a ``Mesh``.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func forward<S: RenderScalar>(
    positions: [S], faces: [Int32]
  ) -> (normals: [S], residual: Residual<S>) {
    var normals = [S](repeating: 0, count: faces.count)
    for face in 0..<faces.count / 3 {
      let (a, b, c) = faceCorners(faces, face)
      normals.setVector3(
        face,
        normalize(faceCross(positions.vector3(a), positions.vector3(b), positions.vector3(c))))
    }
    return (normals, Residual(positions: positions, faces: faces))
  }

  /// The adjoint of ``forward(positions:faces:)``: adds to the positions' cotangent `[V, 3]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func backward<S: RenderScalar>(
    _ residual: Residual<S>, normalsBar: [S], into positionsBar: inout [S]
  ) {
    let faces = residual.faces
    let positions = residual.positions
    precondition(normalsBar.count == faces.count, "\(normalsBar.count) of \(faces.count)")
    precondition(
      positionsBar.count == positions.count, "\(positionsBar.count) of \(positions.count)")
    for face in 0..<faces.count / 3 {
      let (i, j, k) = faceCorners(faces, face)
      let (a, b, c) = (positions.vector3(i), positions.vector3(j), positions.vector3(k))
      let crossBar = normalizeVJP(faceCross(a, b, c), unitBar: normalsBar.vector3(face))
      let bars = faceCrossVJP(a, b, c, crossBar: crossBar)
      positionsBar.addVector3(i, bars.aBar)
      positionsBar.addVector3(j, bars.bBar)
      positionsBar.addVector3(k, bars.cBar)
    }
  }
}

/// The three vertex indices of a face in a list `[F, 3]`.
@inlinable
package func faceCorners(_ faces: [Int32], _ face: Int) -> (Int, Int, Int) {
  (Int(faces[3 * face]), Int(faces[3 * face + 1]), Int(faces[3 * face + 2]))
}
