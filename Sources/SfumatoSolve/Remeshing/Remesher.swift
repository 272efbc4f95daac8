// Even triangles of a wanted size: long edges are split, short ones collapsed, valences brought to six by flips, and
// vertices slide along the surface to the middle of their neighbours. Then every vertex returns to the surface that came in, and what it
// carries is read there, so that no number of passes wears shape or colours away. Start reading at `remesh`.
public import SfumatoCore

/// What a remeshing did.
public struct RemeshCounts: Equatable, Sendable {
  /// Edges cut in two.
  public var splits = 0
  /// Edges drawn into a point.
  public var collapses = 0
  /// Edges turned.
  public var flips = 0
}

/// A mesh with its vertices' values after a remeshing.
public struct RemeshedSurface: Equatable, Sendable {
  /// Vertex positions, `[V, 3]`.
  public var positions: [Float]
  /// Corner indices, `[F, 3]`.
  public var faces: [Int32]
  /// The values that vertices carry, `[V, C]`.
  public var attributes: [Float]
  /// What was done.
  public var counts: RemeshCounts
}

/// Isotropic remeshing with a reference edge length at each vertex.
///
/// Source: Botsch and Kobbelt 2004, "A Remeshing Approach to Multiresolution Modeling", section 4; reference lengths by vertex
/// after Palfinger 2022, "Continuous Remeshing For Inverse Rendering", section 3.3. Departures: vertices return to the incoming surface after
/// each pass; a collapse or a flip that would turn a face over is left out; boundaries stay as they are.
public struct Remesher: Sendable {
  /// Passes over the mesh; from a size to half or twice of it three are enough.
  public var passes = 3
  /// The share of the way to the middle of its neighbours that a vertex slides, in (0, 1].
  public var relaxation = 0.6
  /// The most vertices that splits may lead to.
  public var mostVertices = 1_000_000

  /// Makes a remesher with its default settings.
  public init() {}

  /// Remeshes a surface; nil where it is not manifold and consistently wound, or has no faces.
  ///
  /// - Parameters:
  ///   - mesh: the surface; its positions and faces are read.
  ///   - lengths: the wanted edge length at each vertex, `[V]`, units of positions, positive.
  ///   - attributes: values that vertices carry, `[V, channels]`.
  ///   - channels: C, not negative.
  ///   - workers: how many threads may work; the result does not depend on it.
  /// - Returns: the new surface; vertices without faces are gone.
  /// - Complexity: about linear in vertices, with a factor log V for nearest points.
  public func remesh(
    _ mesh: Mesh<Float>, lengths: [Float], attributes: [Float] = [], channels: Int = 0,
    workers: Workers = .all
  ) -> RemeshedSurface? {
    precondition(lengths.count == mesh.vertexCount, "\(lengths.count) lengths")
    precondition(attributes.count == channels * mesh.vertexCount, "\(attributes.count) attributes")
    precondition(lengths.allSatisfy { $0 > 0 && $0.isFinite }, "a length is not positive")
    let topology = MeshTopology(mesh)
    guard topology.faceCount > 0, topology.isManifold, topology.isConsistentlyWound else {
      return nil
    }
    let source = SurfaceSamples(mesh, lengths: lengths, attributes: attributes, channels: channels)
    var work = RemeshPass(
      mesh: HalfEdgeMesh(topology, positions: source.positions), lengths: lengths.map(Double.init),
      mostVertices: mostVertices, feet: source.vertexFeet)
    for _ in 0..<passes {
      work.splitLongEdges()
      work.collapseShortEdges()
      work.flipEdges()
      work.relax(relaxation)
      work.project(onto: source, workers: workers)
    }
    return work.result(source)
  }
}
