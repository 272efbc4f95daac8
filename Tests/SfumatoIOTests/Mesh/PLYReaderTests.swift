import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoIO

@Suite struct PLYReaderTests {
  private func parse(_ fixture: PLYFixture) throws -> Mesh<Float> {
    try parsePLY(fixture.bytes, path: "a.ply")
  }

  private typealias Column = PLYFixture.Column
  private typealias Element = PLYFixture.Element

  private let xyz = [Column("float", "x"), Column("float", "y"), Column("float", "z")]
  private let corners: [[[Double]]] = [
    [[0], [0], [0]], [[1], [0], [0]], [[1], [1], [0]], [[0], [1], [0]],
  ]

  @Test(arguments: PLYFixture.Encoding.allCases)
  func `everything is read in every encoding`(encoding: PLYFixture.Encoding) throws {
    let mesh = try parse(.everything(encoding))
    #expect(mesh.positions == [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0.5])
    #expect(mesh.faces == [0, 1, 2, 0, 2, 3, 0, 2, 3])
    #expect(mesh.normals == [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1])
    #expect(mesh.vertexColors?.vector3(2) == SIMD3(1, 0, Float(sRGBDecode(0.2))))
    #expect(mesh.texcoords == [0, 0, 0.5, 0, 0.5, 1, 0, 1])
    #expect(mesh.texcoordFaces == mesh.faces)
    var reader = try PLYReader(PLYFixture.everything(encoding).bytes, path: "a.ply")
    #expect(try reader.read().textureFile == "a b.png")
  }

  @Test(arguments: PLYFixture.Encoding.allCases)
  func `strips wind alternately and end at -1`(encoding: PLYFixture.Encoding) throws {
    #expect(try parse(.strips(encoding)).faces == [0, 1, 2, 2, 1, 3, 2, 3, 4])
  }

  @Test(arguments: [["u", "v"], ["s", "t"], ["texture_u", "texture_v"]])
  func `texture coordinates have three names`(names: [String]) throws {
    let fixture = PLYFixture(
      encoding: .little,
      elements: [
        Element(
          name: "vertex", columns: xyz + names.map { Column("float", $0) },
          rows: corners.map { $0 + [[0.25], [0.75]] }),
        Element(
          name: "face", columns: [Column(list: "int", "ushort", "vertex_indices")],
          rows: [[[0, 1, 2]]]),
      ])
    let mesh = try parse(fixture)
    #expect(mesh.texcoords == [0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75])
    #expect(mesh.faces == [0, 1, 2])
  }

  @Test(arguments: PLYFixture.Encoding.allCases)
  func `texture coordinates of faces stay with their corners`(
    encoding: PLYFixture.Encoding
  ) throws {
    let fixture = PLYFixture(
      encoding: encoding,
      elements: [
        Element(name: "vertex", columns: xyz, rows: corners),
        Element(
          name: "face",
          columns: [
            Column(list: "uchar", "int", "vertex_indices"),
            Column(list: "uchar", "float", "texcoord"),
            Column("int", "texnumber"),
          ],
          rows: [
            [[0, 1, 2, 3], [0, 0, 1, 0, 1, 1, 0, 1], [0]], [[0, 1, 2], [], [0]],
          ]),
      ])
    let mesh = try parse(fixture)
    #expect(mesh.faces == [0, 1, 2, 0, 2, 3, 0, 1, 2])
    #expect(mesh.texcoords == [0, 0, 1, 0, 1, 1, 0, 1])
    #expect(mesh.texcoordFaces == [0, 1, 2, 0, 2, 3, 0, 0, 0])
  }

  @Test(arguments: [
    (["r", "g", "b"], "float", [1, 0.5, 0]), (["red", "green", "blue"], "double", [1, 0.5, 0]),
    (["diffuse_red", "diffuse_green", "diffuse_blue"], "uchar", [255, 127.5, 0]),
    (["red", "green", "blue"], "ushort", [65535, 32767.5, 0]),
  ])
  func `colours have several names and types`(
    names: [String], type: String, values: [Double]
  ) throws {
    let full = values[0]
    let fixture = PLYFixture(
      encoding: .ascii,
      elements: [
        Element(
          name: "vertex", columns: xyz + names.map { Column(type, $0) },
          rows: corners.map {
            $0 + values.map { [$0.rounded(.down) == $0 || full == 1 ? $0 : $0.rounded()] }
          })
      ])
    let color = try #require(try parse(fixture).vertexColors?.vector3(0))
    #expect(color.x == 1 && color.z == 0)
    #expect(abs(color.y - Float(sRGBDecode(0.5))) < 0.003)
  }

  @Test func `face colours are read`() throws {
    let fixture = PLYFixture(
      encoding: .big,
      elements: [
        Element(name: "vertex", columns: xyz, rows: corners),
        Element(
          name: "face",
          columns: [
            Column(list: "uchar", "int", "vertex_indices"), Column("uchar", "red"),
            Column("uchar", "green"), Column("uchar", "blue"),
          ], rows: [[[0, 1, 2, 3], [255], [0], [0]], [[0, 1, 2], [0], [0], [255]]]),
      ])
    #expect(try parse(fixture).faceColors == [1, 0, 0, 1, 0, 0, 0, 0, 1])
  }

  @Test func `faces may stand before vertices and lines may end with CR LF`() throws {
    var fixture = PLYFixture.everything(.ascii)
    fixture.elements.reverse()
    fixture.lineEnd = "\r\n"
    let mesh = try parse(fixture)
    #expect(mesh.faces == [0, 1, 2, 0, 2, 3, 0, 2, 3] && mesh.vertexCount == 4)
    let points = PLYFixture(
      encoding: .little, elements: [Element(name: "vertex", columns: xyz, rows: corners)])
    #expect(try parse(points).vertexCount == 4)
  }

  @Test func `what is written comes back`() throws {
    let mesh = Mesh<Float>(
      positions: [0, 0, 0, 1, 0, 0, 0, 1, 0], faces: [0, 1, 2, 2, 1, 0],
      normals: [0, 0, 1, 0, 1, 0, 1, 0, 0], texcoords: [0, 0.25, 1, 0.5],
      texcoordFaces: [0, 1, 1, 1, 1, 0], vertexColors: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      faceColors: [1, 1, 1, 0, 0, 0])
    let back = try parsePLY(encodePLY(mesh), path: "a.ply")
    #expect(back == mesh)
  }

  @Test func `normals with indices of their own are written where vertices have one each`() throws {
    func mesh(_ normalFaces: [Int32]) -> Mesh<Float> {
      Mesh(
        positions: [0, 0, 0, 1, 0, 0, 0, 1, 0], faces: [0, 1, 2, 2, 1, 0],
        normals: [0, 0, 1, 0, 1, 0], normalFaces: normalFaces)
    }
    let one = try parsePLY(encodePLY(mesh([0, 1, 1, 1, 1, 0])), path: "a.ply")
    #expect(one.normals == [0, 0, 1, 0, 1, 0, 0, 1, 0])
    #expect(try parsePLY(encodePLY(mesh([0, 1, 1, 1, 1, 1])), path: "a.ply").normals == nil)
    let obj = try parseOBJScene(encodeOBJ(mesh([0, 1, 1, 1, 1, 1])), path: "/nowhere/a.obj")
    #expect(obj.scene.meshes[0].normalFaces == [0, 1, 1, 1, 1, 1])
  }

  @Test(arguments: [
    ("ply\nformat ascii 2.0\n", "a.ply:2: 'format ascii 2.0' is no format of PLY 1.0"),
    ("ply\nformat ascii 1.0\nhello\n", "a.ply:3: 'hello' is no word of a PLY header"),
    (
      "ply\nformat ascii 1.0\nelement vertex 3\nproperty flot x\n",
      "a.ply:4: 'property flot x' is not of the form 'property TYPE NAME' or 'property list TYPE TYPE NAME'"
    ),
    ("ply\nformat ascii 1.0\n", "a.ply:2: the header has no 'end_header'"),
    (
      "ply\nformat ascii 1.0\nelement vertex 2000000000\nproperty float x\nend_header\n1\n",
      "a.ply: declares 2000000000 of element 'vertex', more than the file can hold"
    ),
    (
      "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nend_header\n1 2\n",
      "a.ply: element 'vertex' has no properties x, y and z"
    ),
    (
      "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\n"
        + "end_header\n1 2 nan\n", "a.ply:8: 'nan' is not a finite decimal number"
    ),
    (
      "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\n"
        + "element face 1\nproperty list int int vertex_index\nend_header\n1 2 3\n3 0 0 1\n",
      "a.ply: face 0: vertex 1 does not exist; the file has 1"
    ),
  ])
  func `errors name the place`(text: String, expected: String) {
    #expect(message { try parsePLY(Array(text.utf8), path: "a.ply") } == expected)
  }
}
