import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoIO

@Suite struct GLTFReaderTests {
  private func parse(_ fixture: GLTFFixture) throws -> SceneFile {
    try parseGLTFScene(fixture.bytes, path: "a.glb")
  }

  /// A fixture of one primitive under one node.
  private func one(_ fixture: GLTFFixture, _ primitive: String) -> GLTFFixture {
    var f = fixture
    f.rest.append("\"nodes\":[{\"mesh\":0}]")
    f.rest.append("\"meshes\":[{\"primitives\":[{\(primitive)}]}]")
    return f
  }

  private let triangle: [Float] = [0, 0, 0, 1, 0, 0, 0, 1, 0]

  @Test func `vertices at one place are one, and corners keep normals and texture coordinates`()
    throws
  {
    let file = try parse(try .everything())
    let mesh = try #require(file.scene.meshes.first)
    #expect(mesh.name == "quad" && mesh.vertexCount == 4)
    #expect(mesh.faces == [0, 1, 2, 0, 2, 3])
    #expect(mesh.normals == [0, 0, 1] && mesh.normalFaces == [0, 0, 0, 0, 0, 0])
    // v is up here and down in the file.
    #expect(mesh.texcoords == [0, 0, 1, 0, 1, 1, 0.5, 0, 0.5, 1, 0, 1])
    #expect(mesh.texcoordFaces == [0, 1, 2, 3, 4, 5])
    #expect(file.welding.fileVertices == 6 && file.welding.vertices == 4)
    #expect(file.warnings.isEmpty)
  }

  @Test func `nodes become instances in the world`() throws {
    let instance = try #require(try parse(try .everything()).scene.instances.first)
    #expect(instance.name == "square")
    let map = instance.transform.rotation.matrix * instance.stretch
    // Scaled by (2, 3), turned by 90 degrees, moved up by 2.
    let p = map * SIMD3<Float>(1, 1, 0) + instance.transform.translation
    #expect(length(p - SIMD3(-3, 4, 0)) < 1e-5)
  }

  @Test func `materials, textures and samplers are read`() throws {
    let scene = try parse(try .everything()).scene
    let material = try #require(scene.materials.first)
    #expect(material.name == "paint" && material.shading == .metallicRoughness)
    #expect(material.baseColor == .constant(SIMD3(1, 0.5, 0.25)) && material.opacity == 0.75)
    #expect(material.metallic == 0.5 && material.roughness == 0.25)
    #expect(material.emissive == SIMD3(3, 3, 3) && material.isDoubleSided)
    #expect(material.alphaMode == .mask(cutoff: 0.25))
    #expect(material.normalScale == 0.5 && material.occlusionStrength == 0.75)
    // As colour and as data.
    #expect(scene.textures.count == 2)
    let texture = try #require(scene.textures.first)
    #expect(texture.name == "four" && texture.channels == 3)
    #expect(texture.texels == [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1])
    #expect(texture.wrapU == .clamp && texture.wrapV == .mirror && texture.filter == .bilinear)
    // u' = 2 u + 0.5; v' down = 2 v down, so up: 1 - 2 (1 - v) = 2 v - 1.
    let use = try #require(material.baseColorTexture)
    #expect(use.linear == (SIMD2(2, 0), SIMD2(0, 2)) && use.offset == SIMD2(0.5, -1))
  }

  @Test func `a turned texture turns counter-clockwise as it is seen`() throws {
    var use = TextureUse<Float>(0)
    GLTFTextureTransform(offset: SIMD2(0, 0), rotation: .pi / 2, scale: SIMD2(1, 1)).apply(to: &use)
    // With v down, (1, 0) turns to (0, -1), which is up: with v up, (1, 1) goes to (0, 2).
    let u = use.linear.0.x * 1 + use.linear.0.y * 1 + use.offset.x
    let v = use.linear.1.x * 1 + use.linear.1.y * 1 + use.offset.y
    #expect(abs(u) < 1e-6 && abs(v - 2) < 1e-6)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<50 {
      let transform = GLTFTextureTransform(
        offset: SIMD2(generator.uniform(), generator.uniform()),
        rotation: generator.uniform(-3...3),
        scale: SIMD2(generator.uniform(0.1...3), generator.uniform(-3...3)))
      var one = TextureUse<Float>(0)
      transform.apply(to: &one)
      let back = try #require(GLTFTextureTransform(one))
      var two = TextureUse<Float>(0)
      back.apply(to: &two)
      #expect(!back.isSheared)
      #expect(length(one.offset - two.offset) < 1e-5)
      #expect(length(one.linear.0 - two.linear.0) + length(one.linear.1 - two.linear.1) < 1e-5)
    }
  }

  @Test func `cameras and lights stand where their nodes do`() throws {
    let file = try parse(try .everything())
    let camera = try #require(file.cameras.first)
    #expect(camera.name == "front" && camera.aspectRatio == 1.5)
    // It stands at z = 5 and looks along -z: a point one up is seen above the middle.
    let seen = camera.camera(width: 30, height: 20).cameraPoint(SIMD3(0, 1, 0))
    #expect(length(seen - SIMD3(0, -1, 5)) < 1e-6)
    #expect(
      abs(camera.camera(width: 30, height: 20).focal.y - 10 / Float(Foundation.tan(0.5))) < 1e-4)
    guard case .inverseSquare(let place, let color)? = file.scene.lights.first else {
      Issue.record("no point light")
      return
    }
    #expect(place == SIMD3(1, 2, 3) && length(color - SIMD3(10, 5, 0)) < 1e-5)
  }

  @Test func `mirrored nodes keep their fronts`() throws {
    var f = GLTFFixture()
    f.floats(triangle, "VEC3")
    f.rest = [
      "\"nodes\":[{\"mesh\":0,\"scale\":[-2,1,1]}]",
      "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0}}]}]",
    ]
    let file = try parse(f)
    let mesh = file.worldMesh()
    #expect(file.scene.instances[0].stretch.determinant > 0)
    // The mirrored triangle's front, as glTF has it, still looks along +z.
    let (a, b, c) = mesh.corners(0)
    let n = cross(mesh.position(b) - mesh.position(a), mesh.position(c) - mesh.position(a))
    #expect(n.z > 0)
    #expect(abs((mesh.bounds?.lower.x ?? 0) + 2) < 1e-6)
  }

  @Test func `strips and fans are cut`() throws {
    var f = GLTFFixture()
    f.floats([0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 2, 0], "VEC3")
    let strip = try parse(one(f, "\"attributes\":{\"POSITION\":0},\"mode\":5"))
    #expect(strip.scene.meshes[0].faces == [0, 1, 2, 1, 3, 2, 2, 3, 4])
    let fan = try parse(one(f, "\"attributes\":{\"POSITION\":0},\"mode\":6"))
    #expect(fan.scene.meshes[0].faces == [0, 1, 2, 0, 2, 3, 0, 3, 4])
    let points = try parse(one(f, "\"attributes\":{\"POSITION\":0},\"mode\":0"))
    #expect(points.scene.meshes.isEmpty && points.warnings.count == 1)
  }

  @Test func `sparse accessors replace what they name`() throws {
    var f = GLTFFixture()
    let base = f.view(triangle.flatMap { GLTFFixture.bits($0.bitPattern) })
    let index = f.view([2])
    let value = f.view([5, 6, 7].flatMap { GLTFFixture.bits(Float($0).bitPattern) })
    let sparse =
      "\"sparse\":{\"count\":1,\"indices\":{\"bufferView\":\(index),\"componentType\":5121},\"values\":{\"bufferView\":\(value)}}"
    _ = f.raw(
      "{\"bufferView\":\(base),\"componentType\":5126,\"type\":\"VEC3\",\"count\":3,\(sparse)}")
    #expect(
      try parse(one(f, "\"attributes\":{\"POSITION\":0}")).scene.meshes[0].positions
        == [0, 0, 0, 1, 0, 0, 5, 6, 7])
  }

  @Test func `quantised and interleaved numbers are read`() throws {
    var f = GLTFFixture()
    // Signed bytes, padded to 4, normalised: -127 and -128 are both -1.
    f.accessor(
      [0, 0, 0, 0, 127, 0, 0, 0, 0, 0x81, 0x80, 0], 5120, "VEC3", count: 3, normalized: true,
      stride: 4)
    f.accessor(
      [255, 0, 51, 255, 255, 0, 51, 255, 255, 0, 51, 255], 5121, "VEC4", count: 3, normalized: true)
    f.accessor(
      [0, 0, 0xFF, 0xFF, 0, 0x80, 0, 0, 0, 0, 0, 0], 5123, "VEC2", count: 3, normalized: true)
    let file = try parse(
      one(f, "\"attributes\":{\"POSITION\":0,\"COLOR_0\":1,\"TEXCOORD_1\":2}"))
    let mesh = file.scene.meshes[0]
    #expect(mesh.positions == [0, 0, 0, 1, 0, 0, 0, -1, -1])
    #expect(mesh.vertexColors?.vector3(0) == SIMD3(1, 0, Float(51) / 255))
    #expect(mesh.texcoordSets.count == 2)
    #expect(abs((mesh.texcoordSets[1].values[2]) - Float(32768) / 65535) < 1e-6)
    #expect(file.scene.materials[0].baseColor == .vertex)
  }

  @Test func `vertices of one place and two colours stay apart`() throws {
    var f = GLTFFixture()
    f.floats(triangle + triangle, "VEC3")
    f.floats([1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1], "VEC3")
    let file = try parse(one(f, "\"attributes\":{\"POSITION\":0,\"COLOR_0\":1}"))
    #expect(file.scene.meshes[0].vertexCount == 5 && file.welding.splitByColor == 2)
  }

  @Test func `text with a buffer in a data URI and a picture beside is read`() throws {
    try withTemporaryFolder { folder in
      let buffer = triangle.flatMap { GLTFFixture.bits($0.bitPattern) }
      let uri =
        "data:application/octet-stream;base64,\(Data(buffer).base64EncodedString())"
      try saveImage(
        ImageBuffer<Float>(width: 2, height: 1, channels: 3, fill: 1), to: folder + "/a b.png")
      let text = """
        {"asset": {"version": "2.0"}, "buffers": [{"byteLength": 36, "uri": "\(uri)"}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 3}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}},
          "emissiveTexture": {"index": 1}, "extensions": {"KHR_materials_unlit": {}}}],
        "textures": [{"source": 0}, {"source": 1}],
        "images": [{"uri": "a%20b.png"}, {"uri": "missing.png"}]}
        """
      try writeAtomically(Array(text.utf8), to: folder + "/a.gltf")
      let file = try loadScene(folder + "/a.gltf")
      #expect(file.scene.materials[0].shading == .unlit)
      #expect(file.scene.textures.count == 1 && file.scene.textures[0].width == 2)
      #expect(file.warnings.count == 1 && file.warnings[0].contains("missing.png"))
      #expect(try loadMesh(folder + "/a.gltf").positions == triangle)
    }
  }

  @Test(arguments: [
    (
      "\"extensionsRequired\":[\"KHR_draco_mesh_compression\"]",
      "a.glb: needs the extension KHR_draco_mesh_compression, which is not read; export without it"
    ),
    ("\"nodes\":[{\"mesh\":3}]", "a.glb: nodes[0].mesh: 3 does not exist; the file has 0"),
    (
      "\"nodes\":[{\"children\":[1]},{\"children\":[0]}]",
      "a.glb: nodes[0]: is among its own ancestors; it takes a tree of nodes"
    ),
    (
      "\"materials\":[{\"alphaCutoff\":\"x\"}]",
      "a.glb: materials[0].alphaCutoff: is \"x\"; it takes a finite number"
    ),
    (
      "\"nodes\":[{\"translation\":[1,2]}]",
      "a.glb: nodes[0].translation: is 2 numbers; it takes 3"
    ),
    (
      "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":true}}]}]",
      "a.glb: meshes[0].primitives[0].attributes.POSITION: is true; it takes a whole number from 0"
    ),
  ])
  func `errors name the place`(member: String, expected: String) {
    var f = GLTFFixture()
    f.rest = [member]
    #expect(message { try parse(f) } == expected)
  }

  @Test func `numbers outside of their view are refused`() {
    var f = GLTFFixture()
    let view = f.view([UInt8](repeating: 0, count: 36))
    for (accessor, expected) in [
      (
        "\"count\":4,\"componentType\":5126,\"type\":\"VEC3\"",
        "a.glb: accessors[0]: is 4 elements of 12 bytes, 12 apart, from 0; it takes at most the 36 bytes of its view"
      ),
      (
        "\"count\":3,\"componentType\":5126,\"type\":\"VEC2\"",
        "a.glb: accessors[0].type: is VEC2; it takes VEC3"
      ),
      (
        "\"count\":900000000000,\"componentType\":5126,\"type\":\"VEC3\"",
        "a.glb: accessors[0].count: 900000000000 elements, more than this file can hold"
      ),
    ] {
      var g = one(f, "\"attributes\":{\"POSITION\":0}")
      _ = g.raw("{\"bufferView\":\(view),\(accessor)}")
      #expect(message { try parse(g) } == expected)
    }
    var indexed = f
    indexed.floats(triangle, "VEC3")
    indexed.shorts([0, 1, 7])
    #expect(
      message { try parse(one(indexed, "\"attributes\":{\"POSITION\":0},\"indices\":1")) }
        == "a.glb: meshes[0].primitives[0].indices: 7 does not exist; the file has 3")
  }

  @Test func `other containers are refused`() throws {
    let bytes = try GLTFFixture.everything().bytes
    #expect(
      message { try parseGLTFScene(Array(bytes.dropLast(8)), path: "a.glb") }
        == "a.glb: damaged: \(bytes.count - 8) bytes, where the header says \(bytes.count)")
    let old = GLTFFixture.glb("{\"asset\":{\"version\":\"1.0\"}}", [])
    #expect(
      message { try parseGLTFScene(old, path: "a.glb") }
        == "a.glb: asset.version: is \"1.0\"; it takes \"2.0\"")
    #expect(
      try #require(message { try parseGLTFScene(Array("{".utf8), path: "a.gltf") })
        .hasPrefix("a.gltf: damaged: is not JSON"))
  }
}
