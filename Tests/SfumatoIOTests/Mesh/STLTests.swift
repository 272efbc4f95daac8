import SfumatoCore
import SfumatoIO
import Testing

@Suite struct STLTests {
  private let tetrahedron = Mesh<Float>(
    positions: [0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1], faces: [0, 1, 2, 0, 2, 3, 2, 1, 3, 0, 3, 1])

  @Test func `corners at one place are one vertex`() throws {
    let mesh = try parseSTL(encodeSTL(tetrahedron), path: "a.stl")
    #expect(mesh.vertexCount == 4 && mesh.faces == tetrahedron.faces)
    #expect(mesh.positions == tetrahedron.positions)
  }

  @Test func `text is read with names of any words and any normal`() throws {
    let text = """
      solid the facet normal of things
        FACET NORMAL nan nan nan
          outer loop
            vertex 0 0 0
            vertex 1 0 0
            vertex -0 1e0 0
          endloop
        endfacet
      endsolid
      solid two
       facet normal 0 0 0 outer loop vertex 0 0 0 vertex 0 1 0 vertex 0 0 1 endloop endfacet
      endsolid two
      """
    let mesh = try parseSTL(Array(text.utf8), path: "a.stl")
    #expect(mesh.faces == [0, 1, 2, 0, 2, 3])
  }

  @Test func `a binary file may begin with solid`() throws {
    var bytes = encodeSTL(tetrahedron)
    bytes.replaceSubrange(0..<5, with: Array("solid".utf8))
    #expect(try parseSTL(bytes, path: "a.stl").faceCount == 4)
  }

  @Test func `errors say what is wrong`() {
    let bytes = encodeSTL(tetrahedron)
    #expect(
      message { try parseSTL(Array(bytes.dropLast(4)), path: "a.stl") }
        == "a.stl: declares 4 facets in 280 bytes; binary STL takes 284")
    #expect(message { try parseSTL([1, 2], path: "a.stl") } == "a.stl: 2 bytes are no STL file")
    #expect(
      message { try parseSTL(Array("solid a\nfacet normal 0 0 1\nouter lop".utf8), path: "a.stl") }
        == "a.stl:3: 'lop' where 'loop' must be")
    #expect(
      message {
        try parseSTL(
          Array("solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 inf".utf8), path: "a.stl")
      } == "a.stl:4: 'inf' is not a finite decimal number")
  }
}
