import Foundation
import SfumatoCore
import SfumatoIO
import SfumatoTestSupport
import Testing

@Suite struct OBJTests {
  private func parse(_ text: String) throws -> Mesh<Float> {
    try parseOBJ(Array(text.utf8), path: "a.obj")
  }

  private let square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"

  @Test func `a triangle is read`() throws {
    let mesh = try parse("v 0 0 0\nv 1 0 0\nv 0 1.5 -2e-1\nf 1 2 3\n")
    #expect(mesh.positions == [0, 0, 0, 1, 0, 0, 0, 1.5, -0.2])
    #expect(mesh.faces == [0, 1, 2])
    #expect(mesh.normals == nil && mesh.texcoords == nil && mesh.vertexColors == nil)
  }

  @Test func `an empty file is an empty mesh`() throws {
    #expect(try parse("").faceCount == 0)
    #expect(try parse("# nothing").vertexCount == 0)
  }

  @Test(arguments: [
    "v 0 0 0\r\nv 1 0 0\r\nv 0 1 0\r\nf 1 2 3\r\n",
    "\u{FEFF}v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3",
    "v\t0\t0 0 \n  v 1 0 0\n\n\tv 0 1 0 # up\nf 1 2 3#last",
    "v 0 0 \\\n0\nv 1 \\\r\n 0 0\nv 0 1 0\nf 1\\\n2 3\n",
    "# C:\\models\\\nv +0 .0 0.\nv 1e0 0 0\nv 0 10E-1 0\nf 1 2 3",
    "mtllib ./a b.mtl\no x\ng a b\nusemtl m\ns off\nv 0 0 0\nv 1 0 0\nv 0 1 0\nl 1 2\np 1\nf 1 2 3",
    "f 1 2 3\nv 0 0 0\nv 1 0 0\nv 0 1 0\n",
    "v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\n",
    "v 0 0 0 1\nv 1 0 0 0.5\nv 0 1 0 1\nf 1 2 3\n",
    "v 0 0 0\rv 1 0 0\rv 0 1 0\rf 1 2 3\r",
  ])
  func `oddities of writers change nothing`(text: String) throws {
    let mesh = try parse(text)
    #expect(mesh.positions == [0, 0, 0, 1, 0, 0, 0, 1, 0])
    #expect(mesh.faces == [0, 1, 2])
    #expect(mesh.vertexColors == nil)
  }

  @Test func `all corner forms are read`() throws {
    let head = square + "vt 0 0\nvt 1 0\nvt 1 1\nvn 0 0 1\nvn 0 0 2\n"
    let mesh = try parse(head + "f 1/1/1 2/2/1 3/3/1\n")
    #expect(mesh.texcoordFaces == [0, 1, 2] && mesh.texcoords == [0, 0, 1, 0, 1, 1])
    #expect(mesh.normals == [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1])
    #expect(try parse(head + "f 1/3 2/2 3/1\n").texcoordFaces == [2, 1, 0])
    #expect(try parse(head + "f 1//2 2//-1 3//2\n").normals?.vector3(1) == SIMD3(0, 0, 1))
    let mixed = try parse(head + "f 1/3 2/2 3/1\nf 1 3 4\n")
    #expect(mixed.texcoordFaces == [2, 1, 0, 3, 3, 3] && mixed.texcoords?.count == 8)
  }

  @Test func `normals that differ at one vertex are dropped`() throws {
    let head = square + "vn 0 0 1\nvn 0 1 0\nvn 0 0 1\n"
    #expect(try parse(head + "f 1//1 2//1 3//1\nf 1//2 3//1 4//1").normals == nil)
    #expect(try parse(head + "f 1//1 2//1 3//1\nf 1//3 3//1 4//1").normals != nil)
    #expect(try parse(head + "f 1//1 2//1 3//1\nf 1 3 4").normals == nil)
  }

  @Test func `vertex colours are sRGB and become linear`() throws {
    let mesh = try parse("v 0 0 0 1 0.5 0\nv 1 0 0 1 0 0 1\nv 0 1 0\n")
    #expect(
      mesh.vertexColors == [1, Float(sRGBDecode(0.5)), 0, 0, 0, 1, 1, 1, 1])
  }

  @Test func `convex polygons become fans and concave ones lose ears`() throws {
    #expect(try parse(square + "f 1 2 3 4\n").faces == [0, 1, 2, 0, 2, 3])
    // A dart whose first corner sees everything but whose fan from corner 2 would leave it.
    let dart = "v 0 0 0\nv 2 0 0\nv 0.5 0.5 0\nv 0 2 0\nf 2 3 4 1\n"
    #expect(abs(signedAreas(try parse(dart)).reduce(0, +) - 1) < 1e-6)
    #expect(signedAreas(try parse(dart)).allSatisfy { $0 > 0 })
  }

  @Test(arguments: [0, 1, 2])
  func `a comb keeps its area in every plane`(axis: Int) throws {
    var corners: [(Double, Double)] = [(0, 0), (20, 0)]
    for i in (0..<10).reversed() {
      corners += [(Double(2 * i) + 1.5, 5), (Double(2 * i) + 0.5, 1)]
    }
    var text = ""
    for (x, y) in corners {
      let p = [[x, y, 3], [3, x, y], [y, 3, x]][axis]
      text += "v \(p[0]) \(p[1]) \(p[2])\n"
    }
    text += "f " + (1...corners.count).map(String.init).joined(separator: " ")
    let mesh = try parse(text)
    #expect(mesh.faceCount == corners.count - 2)
    var area = 0.0
    for i in corners.indices {
      let (a, b) = (corners[i], corners[(i + 1) % corners.count])
      area += (a.0 * b.1 - a.1 * b.0) / 2
    }
    let areas = (0..<mesh.faceCount).map { f in
      let (a, b, c) = mesh.corners(f)
      let p = mesh.position(a)
      return Double(cross(mesh.position(b) - p, mesh.position(c) - p)[(axis + 2) % 3]) / 2
    }
    #expect(areas.allSatisfy { $0 >= 0 })
    #expect(abs(areas.reduce(0, +) - area) < 1e-3)
  }

  @Test(arguments: [
    ("v 0 0\n", "a.obj:1: v has 2 numbers; it takes 3, 4 (with w), 6 (with colour) or 7"),
    ("v 0 0 0 0 0\n", "a.obj:1: v has 5 numbers; it takes 3, 4 (with w), 6 (with colour) or 7"),
    ("\nv 0 nan 0\n", "a.obj:2: 'nan' is not a finite decimal number"),
    ("v 0 inf 0\n", "a.obj:1: 'inf' is not a finite decimal number"),
    ("v 0 0x1 0\n", "a.obj:1: '0x1' is not a finite decimal number"),
    ("v 0 1,5 0\n", "a.obj:1: '1,5' is not a finite decimal number"),
    ("v 0 1e 0\n", "a.obj:1: '1e' is not a finite decimal number"),
    ("v 0 1e39 0\n", "a.obj:1: 1e39 is too large for a 32-bit float"),
    ("v 0 0 0 255 0 0\n", "a.obj:1: colour 255.0 is not in 0...1"),
    ("hello\n", "a.obj:1: 'hello' is no OBJ keyword"),
    ("v 0 \\\n0 0\nvx 1\n", "a.obj:3: 'vx' is no OBJ keyword"),
    ("v 0 0 0\nf 1 1\n", "a.obj:2: a face has 2 corners; it takes at least 3"),
    ("v 0 0 0\nf 1 1 x\n", "a.obj:2: 'x' is not a face corner of the form 1, 1/2, 1//3 or 1/2/3"),
    ("v 0 0 0\nf 1 1 1/\n", "a.obj:2: '1/' is not a face corner of the form 1, 1/2, 1//3 or 1/2/3"),
    ("v 0 0 0\nf 0 1 1\n", "a.obj:2: index 0; OBJ counts from 1"),
    (
      "v 0 0 0\n\nf 1 1 2\nv",
      "a.obj:4: v has 0 numbers; it takes 3, 4 (with w), 6 (with colour) or 7"
    ),
    ("v 0 0 0\n\nf 1 1 2\n", "a.obj:3: vertex 2 does not exist; the file has 1"),
    ("v 0 0 0\nf -2 1 1\n", "a.obj:2: vertex -2 does not exist; 1 stand before this line"),
    ("v 0 0 0\nf 1/1 1 1\n", "a.obj:2: texcoord 1 does not exist; the file has 0"),
    ("v 0 0 0\nf 1//7 1 1\n", "a.obj:2: normal 7 does not exist; the file has 0"),
  ])
  func `errors name line, finding and remedy`(text: String, expected: String) {
    #expect(message { try parse(text) } == expected)
  }

  @Test func `the error of the style guide`() {
    var text = String(repeating: "v 0 0 0\n", count: 530)
    text = String(repeating: "f 1 2 3\n", count: 211) + "f 1 2 531\n" + text
    #expect(
      message { try parseOBJ(Array(text.utf8), path: "teapot.obj") }
        == "teapot.obj:212: vertex 531 does not exist; the file has 530")
  }

  @Test func `numbers are rounded correctly`() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      let digits = Int.random(in: 1...25, using: &generator)
      var word = (0..<digits).map { _ in "\(Int.random(in: 0...9, using: &generator))" }.joined()
      let point = word.index(
        word.startIndex, offsetBy: Int.random(in: 0...digits, using: &generator))
      word.insert(".", at: point)
      word += "e\(Int.random(in: -50...20, using: &generator))"
      if let value = Float(word), value.isFinite {
        #expect(parseDecimal(Array(word.utf8)[...]) == .value(value), "\(word)")
      }
    }
    // Exactly between two floats, and a hair above: one rounding, not two.
    #expect(parseDecimal(Array("16777217".utf8)[...]) == .value(16_777_216))
    #expect(parseDecimal(Array("16777217.0000001".utf8)[...]) == .value(16_777_218))
    #expect(parseDecimal(Array("1.000000059604644775390626".utf8)[...]) == .value(1.0000001))
  }

  @Test func `what is saved comes back bit by bit`() throws {
    var generator = SeededGenerator(seed: 9)
    let positions = generator.array(60).map { Float($0) * 1e-3 }
    let normals = (0..<20).flatMap { _ -> [Float] in
      let n = normalize(generator.vector())
      return [Float(n.x), Float(n.y), Float(n.z)]
    }
    let faces = (0..<90).map { _ in Int32.random(in: 0..<20, using: &generator) }
    let texcoords = generator.array(14, 0...1).map { Float($0) }
    let mesh = Mesh<Float>(
      positions: positions, faces: faces + (0..<20).flatMap { [$0, $0, $0] }, normals: normals,
      texcoords: texcoords,
      texcoordFaces: (0..<150).map { _ in Int32.random(in: 0..<7, using: &generator) },
      vertexColors: generator.array(60, 0...1).map { Float($0) })
    try withTemporaryFolder { folder in
      try saveOBJ(mesh, to: folder + "/m.obj")
      let back = try loadMesh(folder + "/m.obj")
      #expect(back.positions == mesh.positions && back.faces == mesh.faces)
      #expect(back.normals == mesh.normals)
      #expect(back.texcoords == mesh.texcoords && back.texcoordFaces == mesh.texcoordFaces)
      let difference = zip(back.vertexColors ?? [], mesh.vertexColors ?? []).map { abs($0 - $1) }
      #expect(difference.count == 60 && (difference.max() ?? 1) < 1e-6)
    }
  }

  @Test func `other formats are named as such`() {
    #expect(
      message { try loadMesh("a.fbx") }
        == "a.fbx: .fbx is no mesh format that is read; "
        + "meshes are read from .obj, .ply, .stl, .gltf and .glb")
    #expect(
      message { try loadMesh("mesh") }
        == "mesh: has no extension; meshes are read from .obj, .ply, .stl, .gltf and .glb")
    #expect(message { try loadMesh("/nowhere/a.obj") } == "/nowhere/a.obj: no such file")
  }

  private func signedAreas(_ mesh: Mesh<Float>) -> [Float] {
    (0..<mesh.faceCount).map { f in
      let (a, b, c) = mesh.corners(f)
      let p = mesh.position(a)
      return cross(mesh.position(b) - p, mesh.position(c) - p).z / 2
    }
  }
}
