internal import RealModule
internal import SfumatoCore

/// How long edges shall be where: long where nothing happens, short where colours or normals change.
enum ReferenceLengths {
  /// The difference of a colour channel that an edge may span, sRGB units.
  private static let colorStep: Float = 0.08
  /// The turn of the normal that an edge may span, radians: 20 degrees.
  private static let turn: Float = 0.35
  /// How much a wanted length may grow along an edge, in lengths of the edge.
  private static let growth: Float = 0.4
  /// The most vertices that lengths ask for, about.
  private static let mostVertices: Float = 40_000

  /// A wanted length at each vertex, `[V]`, between two bounds; both grow where the mesh would become too large.
  static func make(
    _ mesh: Mesh<Float>, colorsSRGB: [Float], longest: Float, shortest: Float
  ) -> [Float] {
    let topology = MeshTopology(mesh)
    var lengths = [Float](repeating: longest, count: mesh.vertexCount)
    if shortest < longest {
      let normals = VertexNormals.forward(positions: mesh.positions, faces: mesh.faces).normals
      for edge in 0..<topology.edgeCount {
        let (a, b) = topology.ends(edge)
        let d = length(mesh.position(a) - mesh.position(b))
        let cosine = dot(normals.vector3(a), normals.vector3(b))
        let angle = Float.acos(min(max(cosine, -1), 1))
        var share = angle / turn
        if !colorsSRGB.isEmpty {
          for c in 0..<3 {
            share = max(share, abs(colorsSRGB[3 * a + c] - colorsSRGB[3 * b + c]) / colorStep)
          }
        }
        let wanted = min(max(share > 0 ? d / share : longest, shortest), longest)
        lengths[a] = min(lengths[a], wanted)
        lengths[b] = min(lengths[b], wanted)
      }
      grade(&lengths, mesh, topology)
    }
    // A face of equal sides l has the area √3/4 l², and a vertex two faces.
    var vertices: Float = 0
    for face in 0..<mesh.faceCount {
      let (i, j, k) = mesh.corners(face)
      let area = length(faceCross(mesh.position(i), mesh.position(j), mesh.position(k)))
      let side = (lengths[i] + lengths[j] + lengths[k]) / 3
      vertices += area / (Float(3).squareRoot() * side * side)
    }
    guard vertices > mostVertices else { return lengths }
    let factor = (vertices / mostVertices).squareRoot()
    return lengths.map { $0 * factor }
  }

  /// Bounds how fast lengths grow over the mesh.
  private static func grade(
    _ lengths: inout [Float], _ mesh: Mesh<Float>, _ topology: MeshTopology
  ) {
    for _ in 0..<6 {
      for edge in 0..<topology.edgeCount {
        let (a, b) = topology.ends(edge)
        let rise = growth * length(mesh.position(a) - mesh.position(b))
        lengths[a] = min(lengths[a], lengths[b] + rise)
        lengths[b] = min(lengths[b], lengths[a] + rise)
      }
    }
  }
}
