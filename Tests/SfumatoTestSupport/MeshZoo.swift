public import SfumatoCore

/// A small mesh with a name, for tests that must hold on every kind of mesh.
public struct ZooMesh: Sendable, CustomStringConvertible {
  /// What is special about it.
  public let name: String
  /// Vertex positions, `[V, 3]`.
  public let positions: [Double]
  /// Corner indices, `[F, 3]`.
  public let faces: [Int32]

  /// The name.
  public var description: String { name }
  /// Its connectivity.
  public var topology: MeshTopology {
    MeshTopology(faces: faces, vertexCount: positions.count / 3)
  }
  /// It as a mesh.
  public var mesh: Mesh<Double> { Mesh(positions: positions, faces: faces) }

  /// The positions moved at random, so that no symmetry hides a term.
  public func jittered(seed: UInt64, by amount: Double = 0.1) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return positions.map { $0 + generator.uniform(-amount...amount) }
  }
}

/// Meshes of every kind that a pass must survive.
public enum MeshZoo {
  /// No vertex, no face.
  public static let empty = ZooMesh(name: "empty", positions: [], faces: [])
  /// One face and a vertex that nothing uses.
  public static let triangle = ZooMesh(
    name: "one triangle", positions: [0, 0, 0, 1, 0, 0, 0, 1, 0, 5, 5, 5], faces: [0, 1, 2])
  /// A point, a line, a folded face, a face that names a vertex twice, and a proper face.
  public static let degenerate = ZooMesh(
    name: "degenerate",
    positions: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0],
    faces: [0, 1, 2, 0, 3, 4, 0, 3, 0, 3, 3, 5, 0, 3, 5])
  /// A bent strip of two faces.
  public static let open = ZooMesh(
    name: "open", positions: [0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0.5], faces: [0, 1, 2, 2, 1, 3])
  /// A tetrahedron, counter-clockwise from outside.
  public static let closed = ZooMesh(
    name: "closed", positions: [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
    faces: [0, 2, 1, 0, 1, 3, 1, 2, 3, 0, 3, 2])
  /// Three faces on one edge.
  public static let nonManifold = ZooMesh(
    name: "three faces on an edge", positions: [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1],
    faces: [0, 1, 2, 1, 0, 3, 0, 1, 4])
  /// Two faces that share a vertex only.
  public static let bowTie = ZooMesh(
    name: "bow tie", positions: [0, 0, 0, 1, 0, 0, 0, 1, 0, -1, 0, 0, 0, -1, 0.3],
    faces: [0, 1, 2, 0, 3, 4])
  /// Two faces that wind against each other.
  public static let miswound = ZooMesh(
    name: "miswound", positions: open.positions, faces: [0, 1, 2, 1, 2, 3])

  /// All of them.
  public static let all = [
    empty, triangle, degenerate, open, closed, nonManifold, bowTie, miswound,
  ]
  /// Those on which every pass is smooth after a small random move and has something to differentiate.
  public static let smooth = [triangle, open, closed, nonManifold, bowTie, miswound]
}
