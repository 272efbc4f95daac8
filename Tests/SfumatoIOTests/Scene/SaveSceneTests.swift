import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoIO

@Suite struct SaveSceneTests {
  /// A scene with all that can be written: two meshes, one with a seam, turned and stretched; three materials; lights; cameras.
  static func rich() -> SceneFile {
    var generator = SeededGenerator(seed: 11)
    func floats(_ count: Int, _ range: ClosedRange<Double> = -1...1) -> [Float] {
      generator.array(count, range).map { Float($0) }
    }
    let faces: [Int32] = [0, 1, 2, 2, 1, 3, 3, 1, 4]
    var first = Mesh<Float>(
      positions: floats(15), faces: faces,
      normals: unitVectors(floats(12)), normalFaces: [0, 1, 2, 2, 1, 3, 3, 0, 0],
      texcoords: floats(14, -2...3), texcoordFaces: [0, 1, 2, 3, 4, 5, 5, 6, 0],
      moreTexcoords: [TexcoordSet(values: floats(6), faces: [0, 1, 2, 2, 1, 0, 0, 1, 2])])
    first.name = "first"
    var second = Mesh<Float>(
      positions: floats(15), faces: faces, vertexColors: floats(15, 0...1))
    second.name = "second"
    let texels = (0..<4 * 4 * 4).map { i in
      let code = Double(i * 4 % 256) / 255
      return Float(i % 4 == 3 ? code : sRGBDecode(code))
    }
    let data = (0..<2 * 2 * 3).map { Float($0 * 20) / 255 }
    var paint = Material<Float>(
      baseColor: .constant(SIMD3(0.5, 0.25, 1)), shading: .metallicRoughness)
    paint.name = "paint"
    paint.baseColorTexture = TextureUse(
      0, texcoordSet: 1, linear: (SIMD2(2, 0), SIMD2(0, 3)), offset: SIMD2(0.5, -0.25))
    paint.opacity = 0.5
    paint.alphaMode = .mask(cutoff: 0.125)
    paint.metallic = 0.25
    paint.roughness = 0.75
    paint.metallicRoughnessTexture = TextureUse(1)
    paint.normalTexture = TextureUse(1)
    paint.normalScale = 2
    paint.occlusionTexture = TextureUse(1)
    paint.occlusionStrength = 0.5
    paint.emissive = SIMD3(2, 1, 0)
    paint.isDoubleSided = true
    var shiny = Material<Float>(
      baseColor: .vertex, shading: .phong, specular: SIMD3(0.5, 0.5, 0.25), shininess: 30)
    shiny.name = "shiny"
    shiny.baseColorFactor = SIMD3(1, 0.5, 0.5)
    var plain = Material<Float>(baseColor: .constant(SIMD3(1, 0, 0)), shading: .unlit)
    plain.alphaMode = .blend
    plain.opacity = 0.25
    let turn = Quaternion<Float>(rotationVector: SIMD3(0.3, -0.5, 0.7))
    var instances = [
      Instance<Float>(mesh: 0, material: 0),
      Instance(
        mesh: 1, material: 1, transform: RigidTransform(rotation: turn, translation: SIMD3(1, 2, 3))
      ),
      Instance(mesh: 0, material: 2, transform: RigidTransform(translation: SIMD3(0, 5, 0))),
    ]
    instances[0].name = "a"
    instances[1].name = "b \"quoted\""
    instances[2].name = "c"
    instances[2].stretch = Matrix3(rows: SIMD3(2, 0.5, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 3))
    let scene = Scene<Float>(
      meshes: [first, second], materials: [paint, shiny, plain], instances: instances,
      lights: [
        .ambient(color: SIMD3(0.1, 0.2, 0.3)),
        .directional(direction: normalize(SIMD3(1, 2, 3)), color: SIMD3(1, 0.5, 2)),
        .inverseSquare(position: SIMD3(4, 5, 6), color: SIMD3(3, 2, 1)),
        .spot(
          position: SIMD3(0, 3, 0), direction: SIMD3(0, -1, 0), color: SIMD3(1, 1, 0.5),
          innerDegrees: 10, outerDegrees: 30),
        .point(position: SIMD3(1, 1, 1), color: SIMD3(0.5, 0.5, 0.5)),
      ],
      textures: [
        Texture(
          width: 4, height: 4, channels: 4, texels: texels, name: "wood", wrapU: .clamp,
          wrapV: .mirror, filter: .bilinear),
        Texture(width: 2, height: 2, channels: 3, texels: data, name: "bumps"),
      ], background: SIMD3(0.1, 0.1, 0.2))
    return SceneFile(
      scene,
      cameras: [
        SceneCamera(
          name: "eye", projection: .perspective(verticalRadians: 0.7, aspectRatio: 1.5),
          worldToCamera: .lookAt(eye: SIMD3(3, 2, 5), target: .zero), near: 0.5, far: 100),
        SceneCamera(
          projection: .orthographic(halfWidth: 2, halfHeight: 1),
          worldToCamera: .lookAt(eye: SIMD3(0, 0, 5), target: .zero), near: 0, far: 10),
      ])
  }

  /// What the corners of a mesh have, whatever the numbers of the rows.
  private func corners(_ mesh: Mesh<Float>) -> [[Float]] {
    mesh.faces.indices.map { i in
      var row = Array(mesh.positions[3 * Int(mesh.faces[i])..<3 * Int(mesh.faces[i]) + 3])
      if let normals = mesh.normals {
        let n = Int((mesh.normalFaces ?? mesh.faces)[i])
        row += normals[3 * n..<3 * n + 3]
      }
      for set in mesh.texcoordSets {
        let t = Int(set.faces[i])
        row += set.values[2 * t..<2 * t + 2]
      }
      return row
    }
  }

  @Test(arguments: ["glb", "gltf"])
  func `what is written as glTF comes back`(format: String) throws {
    let file = Self.rich()
    try withTemporaryFolder { folder in
      let path = folder + "/a b.\(format)"
      try saveScene(file, to: path)
      let back = try loadScene(path)
      #expect(back.warnings.isEmpty)
      let (a, b) = (file.scene, back.scene)
      #expect(b.instances.map(\.name) == a.instances.map(\.name))
      for (own, other) in zip(a.instances, b.instances) {
        let (mesh, read) = (a.meshes[own.mesh], b.meshes[other.mesh])
        #expect(read.name == mesh.name && read.positions == mesh.positions)
        #expect(read.faces == mesh.faces && read.vertexColors == mesh.vertexColors)
        for (x, y) in zip(corners(mesh), corners(read)) {
          // 1 - (1 - v) costs the last bit of a texture coordinate.
          #expect(zip(x, y).allSatisfy { abs($0 - $1) < 2e-7 * 4 }, "\(x) \(y)")
        }
        let maps = [own, other].map { $0.transform.rotation.matrix * $0.stretch }
        for (r, s) in [
          (maps[0].row0, maps[1].row0), (maps[0].row1, maps[1].row1), (maps[0].row2, maps[1].row2),
          (own.transform.translation, other.transform.translation),
        ] { #expect(length(r - s) < 2e-6) }
        expectSame(a.materials[own.material], b.materials[other.material], a, b)
      }
      #expect(b.background == a.background)
      #expect(b.lights.count == a.lights.count)
      let sorted = b.lights.sorted { "\($0)" < "\($1)" }
      for (own, other) in zip(a.lights.sorted { "\($0)" < "\($1)" }, sorted) {
        expectSame(own, other)
      }
      #expect(back.cameras.map(\.name) == ["eye", ""])
      for (own, other) in zip(file.cameras, back.cameras) {
        #expect(own.projection == other.projection)
        #expect(abs(own.near - other.near) < 1e-5 && own.far == other.far)
        let (p, q) = (own.worldToCamera * SIMD3(1, 2, 3), other.worldToCamera * SIMD3(1, 2, 3))
        #expect(length(p - q) < 1e-5)
      }
    }
  }

  private func expectSame(
    _ a: Material<Float>, _ b: Material<Float>, _ sceneA: Scene<Float>, _ sceneB: Scene<Float>
  ) {
    #expect(a.name == b.name && a.shading == b.shading && a.alphaMode == b.alphaMode)
    #expect(a.baseColor == b.baseColor && a.baseColorFactor == b.baseColorFactor)
    #expect(a.opacity == b.opacity && a.isDoubleSided == b.isDoubleSided)
    if a.shading == .metallicRoughness {
      #expect(a.metallic == b.metallic && a.roughness == b.roughness)
      #expect(a.normalScale == b.normalScale && a.occlusionStrength == b.occlusionStrength)
    } else if a.shading != .unlit {
      #expect(a.specular == b.specular && a.shininess == b.shininess)
    }
    #expect(length(a.emissive - b.emissive) < 1e-6)
    for (use, other) in [
      (a.baseColorTexture, b.baseColorTexture), (a.normalTexture, b.normalTexture),
      (a.metallicRoughnessTexture, b.metallicRoughnessTexture),
    ] {
      #expect((use == nil) == (other == nil))
      guard let use, let other else { continue }
      #expect(length(use.offset - other.offset) < 1e-6 && use.texcoordSet == other.texcoordSet)
      let (one, two) = (sceneA.textures[use.texture], sceneB.textures[other.texture])
      #expect(one.name == two.name && one.wrapU == two.wrapU && one.wrapV == two.wrapV)
      #expect(one.filter == two.filter && one.channels == two.channels)
      #expect(zip(one.texels, two.texels).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  private func expectSame(_ a: Light<Float>, _ b: Light<Float>) {
    func numbers(_ light: Light<Float>) -> [SIMD3<Float>] {
      switch light {
      case .ambient(let c): [c]
      case .directional(let d, let c): [d, c]
      case .point(let p, let c): [p, c]
      case .inverseSquare(let p, let c): [p, c]
      case .spot(let p, let d, let c, let i, let o): [p, d, c, SIMD3(i, o, 0)]
      case .sphericalHarmonics(let all): all
      }
    }
    #expect(numbers(a).count == numbers(b).count)
    for (x, y) in zip(numbers(a), numbers(b)) { #expect(length(x - y) < 1e-5, "\(a) \(b)") }
  }

  @Test func `a second trip changes nothing`() throws {
    try withTemporaryFolder { folder in
      try saveScene(Self.rich(), to: folder + "/a.glb")
      let once = try loadScene(folder + "/a.glb")
      try saveScene(once, to: folder + "/b.glb")
      let twice = try loadScene(folder + "/b.glb")
      #expect(once.scene.meshes == twice.scene.meshes)
      #expect(once.scene.textures == twice.scene.textures)
      #expect(once.scene.materials == twice.scene.materials)
    }
  }

  @Test func `a GLB is built as the format demands`() throws {
    var writer = GLTFWriter(Self.rich())
    let bytes = try writer.glb()
    #expect(bytes.count % 4 == 0)
    let json = try checkedGLB(bytes)
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    let buffers = try #require(root["buffers"] as? [[String: Any]])
    let length = try #require(buffers.first?["byteLength"] as? Int)
    #expect(bytes.count == 28 + json.count + length)
    let views = try #require(root["bufferViews"] as? [[String: Any]])
    for view in views {
      let offset = try #require(view["byteOffset"] as? Int)
      #expect(offset % 4 == 0 && offset + (view["byteLength"] as? Int ?? 0) <= length)
    }
    let accessors = try #require(root["accessors"] as? [[String: Any]])
    for mesh in try #require(root["meshes"] as? [[String: Any]]) {
      for primitive in try #require(mesh["primitives"] as? [[String: Any]]) {
        let attributes = try #require(primitive["attributes"] as? [String: Int])
        let position = accessors[try #require(attributes["POSITION"])]
        #expect(
          (position["min"] as? [Double])?.count == 3 && (position["max"] as? [Double])?.count == 3)
        for (_, index) in attributes {
          #expect(accessors[index]["count"] as? Int == position["count"] as? Int)
        }
      }
    }
  }

  @Test func `an OBJ file goes back as it came`() throws {
    let text = """
      mtllib a.mtl
      v 0 0 0
      v 1 0 0
      v 1 1 0
      v 0 1 0
      v 9 9 9
      v 0.1 0.25 1e-07
      vt 0 0
      vt 1 0
      vt 1 1
      vt 0.5 0.123456789
      vn 0 0 1
      vn 0 1 0
      o left
      g one two
      usemtl red wood
      f 1/1/1 2/2/1 3/3/1 4/4/1
      usemtl blue
      f 1/1/2 2/2/2 6/4/1
      o right
      g
      usemtl red wood
      f 2/2/1 3/3/1 6/4/2

      """
    let library = """
      newmtl red wood
      Kd 1 0.5 0.25
      d 1.0
      map_Kd -s 2 2 1 wood.png
      newmtl blue
      Kd 0.0 0.0 1.0
      Ks 0.5 0.5 0.5
      Ns 20
      d 0.5
      """
    try withTemporaryFolder { folder in
      var wood = ImageBuffer<Float>(width: 3, height: 2, channels: 3, fill: 0)
      for i in wood.values.indices { wood.values[i] = Float(sRGBDecode(Double(i * 9) / 255)) }
      try saveImage(wood, to: folder + "/wood.png")
      try writeAtomically(Array(text.utf8), to: folder + "/a.obj")
      try writeAtomically(Array(library.utf8), to: folder + "/a.mtl")
      let file = try loadScene(folder + "/a.obj")
      #expect(file.warnings.isEmpty && file.scene.meshes.count == 3)
      #expect(file.scene.meshes.map(\.name) == ["left", "left", "right"])
      #expect(file.scene.materials.map(\.name) == ["red wood", "blue"])
      #expect(file.scene.materials[1].shading == .phong && file.scene.materials[1].opacity == 0.5)
      #expect(file.scene.meshes[0].faces == [0, 1, 2, 0, 2, 3])
      #expect(file.scene.meshes[1].vertexCount == 3)
      try saveScene(file, to: folder + "/b.obj")
      let (a, b) = (
        try OBJTexts.file(folder + "/a.obj"), try OBJTexts.file(folder + "/b.obj")
      )
      var expected = a
      expected.libraries = ["b.mtl"]
      #expect(b == expected)
      let back = try loadScene(folder + "/b.obj")
      #expect(
        back.scene.meshes == file.scene.meshes && back.scene.materials == file.scene.materials)
      #expect(back.scene.textures.map(\.texels) == file.scene.textures.map(\.texels))
      // What a fit moves lands at its own place of the file.
      var moved = file
      moved.scene.meshes[2].positions[0] += 5
      try saveScene(moved, to: folder + "/c.obj")
      let c = try OBJTexts.file(folder + "/c.obj")
      #expect(c.positions[3] == 6 && c.positions.count == a.positions.count)
    }
  }

  @Test func `other scenes become OBJ with library and pictures`() throws {
    let file = Self.rich()
    try withTemporaryFolder { folder in
      let warnings = try saveScene(file, to: folder + "/m.obj")
      #expect(warnings.contains("OBJ holds no lights and cameras"))
      let back = try loadScene(folder + "/m.obj")
      #expect(back.scene.instances.map(\.name) == ["a", "b \"quoted\"", "c"])
      let material = back.scene.materials[back.scene.instances[0].material]
      #expect(material.shading == .metallicRoughness && material.roughness == 0.75)
      #expect(back.scene.textures[material.baseColorTexture?.texture ?? 0].width == 4)
      let (p, q) = (file.worldMesh().positions, back.worldMesh().positions)
      #expect(p.count == q.count && zip(p, q).allSatisfy { abs($0 - $1) < 1e-6 })
      #expect(
        sceneCompanions(file, of: folder + "/m.obj").allSatisfy(
          FileManager.default.fileExists(atPath:)))
    }
  }

  @Test(arguments: ["ply", "stl", "obj", "glb", "gltf"])
  func `an empty scene can be written`(format: String) throws {
    try withTemporaryFolder { folder in
      let empty = SceneFile(Scene<Float>(Mesh(positions: [], faces: [])))
      try saveScene(empty, to: folder + "/e.\(format)")
      #expect(try loadScene(folder + "/e.\(format)").worldMesh().faceCount == 0)
    }
  }

  @Test func `other extensions are refused`() {
    #expect(
      message { try saveScene(Self.rich(), to: "/nowhere/a.fbx") }
        == "/nowhere/a.fbx: .fbx is no scene format; scenes are written as .obj, .ply, .stl, .gltf and .glb"
    )
    #expect(
      message { try saveScene(Self.rich(), to: "/nowhere/a.glb") }
        == "/nowhere/a.glb: the folder /nowhere does not exist")
    #expect(
      message { try loadScene("a.fbx") }
        == "a.fbx: .fbx is no scene format; scenes are read from .obj, .ply, .stl, .gltf and .glb")
  }
}

/// OBJ files as tables.
enum OBJTexts {
  static func file(_ path: String) throws -> OBJFile {
    var reader = OBJReader(try readBytes(path), path: path)
    return try reader.readFile()
  }
}
