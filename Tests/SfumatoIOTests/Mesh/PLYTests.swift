import SfumatoCore
import SfumatoIO
import Testing

@Suite struct PLYTests {
  @Test func `a triangle with everything is these bytes`() {
    let mesh = Mesh<Float>(
      positions: [0, 0, 0, 1, 0, 0, 0, 1, 0], faces: [0, 1, 2],
      normals: [0, 0, 1, 0, 0, 1, 0, 0, 1], texcoords: [0, 0, 1, 0.5], texcoordFaces: [0, 1, 1],
      vertexColors: [1, 0, 0, 0, 2, 0, 0, 0, -1], faceColors: [Float(sRGBDecode(0.5)), 0, 1])
    let file = encodePLY(mesh)
    let header = """
      ply
      format binary_little_endian 1.0
      comment Sfumato
      element vertex 3
      property float x
      property float y
      property float z
      property float nx
      property float ny
      property float nz
      property uchar red
      property uchar green
      property uchar blue
      element face 1
      property list uchar int vertex_indices
      property list uchar float texcoord
      property uchar red
      property uchar green
      property uchar blue
      end_header

      """
    #expect(file.starts(with: Array(header.utf8)))
    let body = Array(file.dropFirst(header.utf8.count))
    #expect(body.count == 3 * 27 + 13 + 25 + 3)
    #expect(Array(body[24..<27]) == [255, 0, 0])
    #expect(Array(body[27..<31]) == [0, 0, 0x80, 0x3F])  // 1.0 as little-endian float
    #expect(Array(body[51..<54]) == [0, 255, 0])
    #expect(Array(body[81..<94]) == [3, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])
    #expect(body[94] == 6)
    #expect(Array(body.suffix(3)) == [128, 0, 255])
  }

  @Test func `further numbers of the vertices stand under their names, and readers pass them by`()
    throws
  {
    let mesh = Mesh<Float>(
      positions: [0, 0, 0, 1, 0, 0, 0, 1, 0], faces: [0, 1, 2],
      vertexColors: [1, 0, 0, 0, 1, 0, 0, 0, 1])
    let file = encodePLY(mesh, vertexValues: [("gradient", [0.5, 1, 2])])
    let text = String(decoding: file, as: UTF8.self)
    #expect(text.contains("property uchar blue\nproperty float gradient\nelement face 1\n"))
    let back = try parsePLY(file, path: "a.ply")
    #expect(back.positions == mesh.positions && back.faces == mesh.faces)
    #expect(back.vertexColors == mesh.vertexColors)
    // The last number of the last vertex before the only face.
    #expect(Array(file.dropLast(13).suffix(4)) == [0, 0, 0, 0x40])
  }

  @Test func `an empty mesh has a header only`() {
    let file = encodePLY(Mesh<Float>(positions: [], faces: []))
    #expect(String(decoding: file, as: UTF8.self).hasSuffix("end_header\n"))
  }
}
