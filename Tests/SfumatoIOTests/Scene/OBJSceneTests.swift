import Foundation
import SfumatoCore
import Testing

@testable import SfumatoIO

@Suite struct OBJSceneTests {
  private let square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"

  private func load(
    _ text: String, _ library: String? = nil, pictures: [String: ImageBuffer<Float>] = [:]
  ) throws -> SceneFile {
    try withTemporaryFolder { folder in
      try writeAtomically(Array(text.utf8), to: folder + "/a.obj")
      if let library { try writeAtomically(Array(library.utf8), to: folder + "/a lib.mtl") }
      for (name, image) in pictures { try saveImage(image, to: folder + "/" + name) }
      return try loadScene(folder + "/a.obj")
    }
  }

  @Test func `what lies beside and is missing is a warning with its name`() throws {
    let file = try load("mtllib gone.mtl\n" + square + "usemtl gold\nf 1 2 3 4\n")
    #expect(file.warnings.count == 2)
    #expect(file.warnings[0].contains("gone.mtl") && file.warnings[1].contains("gold"))
    #expect(file.scene.materials[0].baseColor == .constant(SIMD3(repeating: 0.5)))
    let texture = try load(
      "mtllib a lib.mtl\n" + square + "usemtl m\nf 1 2 3 4\n", "newmtl m\nmap_Kd gone.png\n")
    #expect(texture.warnings.count == 1 && texture.warnings[0].contains("gone.png"))
    #expect(texture.scene.materials[0].baseColor == .constant(SIMD3(repeating: 1)))
  }

  @Test func `a library of one material counts where the file names none`() throws {
    let file = try load("mtllib a lib.mtl\n" + square + "f 1 2 3\n", "newmtl m\nKd 1 0 0\n")
    #expect(file.scene.materials[0].baseColor == .constant(SIMD3(1, 0, 0)))
    let two = try load(
      "mtllib a lib.mtl\n" + square + "f 1 2 3\n", "newmtl m\nKd 1 0 0\nnewmtl n\n")
    #expect(two.scene.materials[0].baseColor == .constant(SIMD3(repeating: 0.5)))
  }

  @Test func `d goes before Tr, and Tr alone is a warning`() throws {
    func opacity(_ lines: String) throws -> (Float, Int) {
      let file = try load(
        "mtllib a lib.mtl\n" + square + "usemtl m\nf 1 2 3\n", "newmtl m\n" + lines)
      return (file.scene.materials[0].opacity, file.warnings.count)
    }
    #expect(try opacity("d 0.25\nTr 0.25\n") == (0.25, 0))
    #expect(try opacity("Tr 0.25\n") == (0.75, 1))
    #expect(try opacity("Tr 1.0\n") == (1, 1))
    #expect(try opacity("Tr 0\n") == (1, 0))
  }

  @Test func `a mask becomes the alpha of the picture`() throws {
    let red = ImageBuffer<Float>(width: 2, height: 2, channels: 3, fill: 1)
    var mask = ImageBuffer<Float>(width: 4, height: 4, channels: 1, fill: 0)
    mask.values[0] = 1
    let file = try load(
      "mtllib a lib.mtl\n" + square + "vt 0 0\nusemtl m\nf 1/1 2/1 3/1\n",
      "newmtl m\nmap_Kd red.png\nmap_d mask.png\n", pictures: ["red.png": red, "mask.png": mask])
    let texture = try #require(file.scene.textures.first)
    #expect(texture.channels == 4 && texture.texels[3] == 1 && texture.texels[7] == 0)
    #expect(file.scene.materials[0].alphaMode == .blend)
  }

  @Test func `roughness and metallic are packed and normals are told from heights`() throws {
    var normals = ImageBuffer<Float>(width: 2, height: 2, channels: 3, fill: 0.5)
    for i in 0..<4 { normals.values[3 * i + 2] = 1 }
    let grey = ImageBuffer<Float>(width: 2, height: 2, channels: 1, fill: 0.25)
    let text = "mtllib a lib.mtl\n" + square + "vt 0 0\nusemtl m\nf 1/1 2/1 3/1\n"
    let file = try load(
      text, "newmtl m\nPr 0.5\nmap_Pr g.png\nPm 1\nmap_Bump -bm 2 n.png\n",
      pictures: ["n.png": normals, "g.png": grey])
    let material = file.scene.materials[0]
    #expect(material.shading == .metallicRoughness && material.roughness == 0.5)
    let packed = file.scene.textures[try #require(material.metallicRoughnessTexture?.texture)]
    #expect(packed.texels[0] == 1 && packed.texels[2] == 1 && packed.texels[1] > 0.5)
    #expect(material.normalTexture != nil && material.normalScale == 2)
    let heights = try load(text, "newmtl m\nbump g.png\n", pictures: ["g.png": grey])
    #expect(heights.scene.materials[0].normalTexture == nil && heights.warnings.count == 1)
  }

  @Test func `colours of vertices go before the library`() throws {
    let file = try load(
      "v 0 0 0 1 0 0\nv 1 0 0 1 0 0\nv 0 1 0 1 0 0\nf 1 2 3\n")
    #expect(file.scene.materials[0].baseColor == .vertex)
    #expect(file.scene.meshes[0].vertexColors?.vector3(0) == SIMD3(1, 0, 0))
  }

  @Test func `normals keep their own indices`() throws {
    let file = try load(
      square + "vn 0 0 2\nvn 0 1 0\nf 1//1 2//1 3//1\nf 1//2 3//2 4//1\n")
    let mesh = file.scene.meshes[0]
    #expect(mesh.normals == [0, 0, 1, 0, 1, 0] && mesh.normalFaces == [0, 0, 0, 1, 1, 0])
  }
}
