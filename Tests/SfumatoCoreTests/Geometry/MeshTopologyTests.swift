import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct MeshTopologyTests {
  @Test func `a tetrahedron is known by thought`() {
    let topology = MeshZoo.closed.topology
    #expect(topology.edges == [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3])
    #expect(topology.edgeFaces == [0, 1, 0, 3, 1, 3, 0, 2, 1, 2, 2, 3])
    #expect(topology.faceEdges == [1, 3, 0, 0, 4, 2, 3, 5, 4, 2, 5, 1])
    #expect(topology.neighborOffsets == [0, 3, 6, 9, 12])
    #expect(topology.neighbors == [1, 2, 3, 0, 2, 3, 0, 1, 3, 0, 1, 2])
    #expect(topology.cornerOffsets == [0, 3, 6, 9, 12])
    #expect(topology.corners == [0, 3, 9, 2, 4, 6, 1, 7, 11, 5, 8, 10])
    #expect(topology.isClosed && topology.isManifold && topology.isConsistentlyWound)
    #expect(topology.eulerNumber == 2)
    #expect(topology.componentCount == 1)
  }

  @Test func `an open strip has a boundary`() {
    let topology = MeshZoo.open.topology
    #expect(topology.boundaryEdges == [0, 1, 3, 4])
    #expect(topology.interiorEdges == [2])
    #expect(!topology.isClosed && topology.isManifold && topology.isConsistentlyWound)
    #expect(topology.eulerNumber == 1)
  }

  @Test func `three faces on an edge are no manifold`() {
    let topology = MeshZoo.nonManifold.topology
    #expect(topology.nonManifoldEdgeCount == 1)
    #expect(topology.nonManifoldEdges == [0])
    #expect(Array(topology.edgeFaces.prefix(2)) == [0, 1])
    #expect(!topology.isManifold)
  }

  @Test func `a bow tie is no manifold though its edges are`() {
    let topology = MeshZoo.bowTie.topology
    #expect(topology.nonManifoldEdgeCount == 0)
    #expect(!topology.isManifold)
    #expect(topology.componentCount == 1)
    #expect(topology.eulerNumber == 1)
  }

  @Test func `faces that wind against each other are seen`() {
    #expect(!MeshZoo.miswound.topology.isConsistentlyWound)
    #expect(MeshZoo.miswound.topology.isManifold)
  }

  @Test func `vertices that no face uses do not count`() {
    let topology = MeshZoo.triangle.topology
    #expect(topology.vertexCount == 4)
    #expect(topology.eulerNumber == 1)
    #expect(topology.componentCount == 1)
    #expect(topology.neighborRange(3).isEmpty && topology.cornerRange(3).isEmpty)
  }

  @Test func `an empty mesh has nothing and is not closed`() {
    let topology = MeshZoo.empty.topology
    #expect(topology.edges.isEmpty && topology.neighbors.isEmpty && topology.corners.isEmpty)
    #expect(!topology.isClosed)
    #expect(topology.eulerNumber == 0)
    #expect(topology.componentCount == 0)
  }

  @Test func `a face that names a vertex twice has one edge`() {
    let folded = MeshTopology(faces: [0, 1, 0], vertexCount: 2)
    #expect(folded.edges == [0, 1])
    #expect(folded.edgeFaces == [0, -1])
    #expect(folded.faceEdges == [0, 0, -1])
    #expect(!folded.isManifold)
    #expect(MeshTopology(faces: [1, 1, 1], vertexCount: 2).edges.isEmpty)
  }

  @Test func `parts are counted`() {
    let two = MeshTopology(faces: [0, 1, 2, 5, 4, 3], vertexCount: 7)
    #expect(two.componentCount == 2)
    #expect(two.isManifold)
  }

  @Test(arguments: MeshZoo.all)
  func `rows agree with the definition`(zoo: ZooMesh) {
    let topology = zoo.topology
    for vertex in 0..<topology.vertexCount {
      let corners = topology.cornerRange(vertex).map { Int(topology.corners[$0]) }
      #expect(corners == zoo.faces.indices.filter { zoo.faces[$0] == Int32(vertex) })
      let neighbors = topology.neighborRange(vertex).map { Int(topology.neighbors[$0]) }
      var expected: Set<Int> = []
      for corner in corners {
        let face = corner / 3
        expected.formUnion((0..<3).map { Int(zoo.faces[3 * face + $0]) })
      }
      #expect(neighbors == expected.subtracting([vertex]).sorted())
    }
  }
}
