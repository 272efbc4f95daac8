public import SfumatoCore

/// Vertex positions by smooth coordinates, in which plain gradient steps move a mesh smoothly.
///
/// The coordinates are `u = (I + λ L) v` with the combinatorial Laplacian L = degree - adjacency; each axis
/// apart. A step in `u` is a step in `v` smoothed twice, while every shape stays reachable and the minimum
/// does not move. The matrix is factored once per connectivity; solves run in `Double` for every scalar.
///
/// Source: Nicolet, Jacobson, Jakob 2021, "Large Steps in Inverse Rendering of Geometry", eq. 9 to 13.
public struct LargeStepsParameterization: Sendable {
  /// The weight of smoothness, λ: 19 is a good start, 0 changes nothing.
  public let lambda: Double
  /// The connectivity.
  public let topology: MeshTopology
  private let factor: SparseCholesky

  /// Factors `I + λ L`.
  ///
  /// - Precondition: `lambda` is finite and not negative.
  public init(topology: MeshTopology, lambda: Double) throws(SparseCholeskyError) {
    precondition(lambda >= 0 && lambda.isFinite, "lambda \(lambda)")
    self.lambda = lambda
    self.topology = topology
    var rows: [Int32] = []
    var columns: [Int32] = []
    var values: [Double] = []
    for vertex in 0..<topology.vertexCount {
      let row = topology.neighborRange(vertex)
      rows.append(Int32(vertex))
      columns.append(Int32(vertex))
      values.append(1 + lambda * Double(row.count))
      for neighbor in topology.neighbors[row] where neighbor < vertex {
        rows.append(Int32(vertex))
        columns.append(neighbor)
        values.append(-lambda)
      }
    }
    factor = try SparseCholesky(
      size: topology.vertexCount, rows: rows, columns: columns, values: values)
  }

  /// The coordinates of positions, `u = (I + λ L) v`, `[V, 3]` to `[V, 3]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func toCoordinates<S: RenderScalar>(positions: [S]) -> [S] {
    precondition(positions.count == 3 * topology.vertexCount, "\(positions.count) scalars")
    var coordinates = positions
    for vertex in 0..<topology.vertexCount {
      let row = topology.neighborRange(vertex)
      let here = wide(positions, vertex)
      var sum = SIMD3<Double>.zero
      for place in row { sum += wide(positions, Int(topology.neighbors[place])) }
      let u = here + (here * Double(row.count) - sum) * lambda
      coordinates.setVector3(vertex, SIMD3(S(u.x), S(u.y), S(u.z)))
    }
    return coordinates
  }

  /// The positions of coordinates, `v = (I + λ L)⁻¹ u`, `[V, 3]` to `[V, 3]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func toPositions<S: RenderScalar>(_ coordinates: [S]) -> [S] { solve(coordinates) }

  /// The adjoint of ``toPositions(_:)``: the cotangent of the coordinates, `(I + λ L)⁻¹ v̄`.
  ///
  /// The matrix is symmetric, so the same factor serves.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func gradient<S: RenderScalar>(positionsBar: [S]) -> [S] { solve(positionsBar) }

  private func solve<S: RenderScalar>(_ values: [S]) -> [S] {
    precondition(values.count == 3 * topology.vertexCount, "\(values.count) scalars")
    var wide = values.map { Double($0) }
    factor.solve(&wide, columns: 3)
    return wide.map { S($0) }
  }

  private func wide<S: RenderScalar>(_ values: [S], _ vertex: Int) -> SIMD3<Double> {
    let v = values.vector3(vertex)
    return SIMD3(Double(v.x), Double(v.y), Double(v.z))
  }
}
