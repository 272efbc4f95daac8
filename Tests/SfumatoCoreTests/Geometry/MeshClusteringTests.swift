import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite struct MeshClusteringTests {
  @Test func `a sphere of few faces is left of one of many, its size and winding kept`() throws {
    let fine = Mesh<Double>.icosphere(subdivisions: 5)
    let coarse = try #require(fine.clustered(cellSide: 0.2))
    #expect(coarse.faceCount * 6 < fine.faceCount)
    #expect(abs(coarse.signedVolume / fine.signedVolume - 1) < 0.04, "\(coarse.signedVolume)")
    #expect((0..<coarse.vertexCount).allSatisfy { abs(length(coarse.position($0)) - 1) < 0.02 })
  }

  @Test func `colours are means, and a mesh that is coarse already stays`() throws {
    // Two triangles far apart; the first one's corners fall into one cell.
    let mesh = Mesh<Double>(
      positions: [0, 0, 0, 0.1, 0, 0, 0, 0.1, 0, 5, 0, 0, 9, 0, 0, 5, 5, 0],
      faces: [0, 1, 2, 3, 4, 5],
      vertexColors: [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0])
    let few = try #require(mesh.clustered(cellSide: 1))
    #expect(few.vertexCount == 4 && few.faceCount == 1)
    #expect(few.vertexColors?.vector3(0) == SIMD3(repeating: 1.0 / 3))
    #expect(few.faces == [1, 2, 3])
    #expect(mesh.clustered(cellSide: 0.01) == nil)
    #expect(Mesh<Double>(positions: [], faces: []).clustered(cellSide: 1) == nil)
  }

  @Test func `texture coordinates stay with their corners`() throws {
    // A finely cut square whose coordinates are its places.
    let side = 21
    let values = (0..<side * side).flatMap { k in
      [Double(k % side) / 20, Double(k / side) / 20]
    }
    var faces: [Int32] = []
    for y in 0..<side - 1 {
      for x in 0..<side - 1 {
        let k = Int32(y * side + x)
        let s = Int32(side)
        faces += [k, k + 1, k + s, k + s, k + 1, k + s + 1]
      }
    }
    let mesh = Mesh(
      positions: (0..<side * side).flatMap { [values[2 * $0], values[2 * $0 + 1], 0] },
      faces: faces, texcoords: values, texcoordFaces: faces)
    let small = try #require(mesh.clustered(cellSide: 0.1))
    let own = try #require(small.texcoords)
    let corners = try #require(small.texcoordFaces)
    var farthest = 0.0
    for (corner, texcoord) in zip(small.faces, corners) {
      let p = small.position(Int(corner))
      farthest = max(
        farthest, abs(p.x - own[2 * Int(texcoord)]), abs(p.y - own[2 * Int(texcoord) + 1]))
    }
    #expect(farthest < 0.1 && small.faceCount > 100, "\(farthest), \(small.faceCount) faces")
  }
}
