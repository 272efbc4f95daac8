import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoIO

extension FuzzTests {
  /// What holds of any scene that a reader returns.
  private func expectValid(_ scene: Scene<Float>) {
    let numbersAreFinite = scene.meshes.allSatisfy { mesh in
      mesh.positions.allSatisfy(\.isFinite) && mesh.normals?.allSatisfy(\.isFinite) ?? true
        && mesh.texcoordSets.allSatisfy { $0.values.allSatisfy(\.isFinite) }
    }
    #expect(numbersAreFinite)
    let indicesExist = scene.instances.allSatisfy {
      scene.meshes.indices.contains($0.mesh) && scene.materials.indices.contains($0.material)
        && $0.transform.translation.x.isFinite && $0.stretch.row0.x.isFinite
    }
    #expect(indicesExist)
    let usesExist = scene.materials.allSatisfy { material in
      [
        material.baseColorTexture, material.normalTexture, material.metallicRoughnessTexture,
        material.occlusionTexture, material.emissiveTexture,
      ].allSatisfy { $0.map { scene.textures.indices.contains($0.texture) } ?? true }
    }
    #expect(usesExist)
  }

  @Test func `damaged GLB files`() throws {
    let rich = SaveSceneTests.rich()
    var writer = GLTFWriter(rich)
    let seeds = [try GLTFFixture.everything().bytes, try writer.glb()]
    fuzz(seeds) { (bytes) throws(SceneFileError) in
      expectValid(try parseGLTFScene(bytes, path: "/nowhere/a.glb").scene)
    }
  }

  @Test func `damaged JSON of GLB files`() throws {
    let fixture = try GLTFFixture.everything()
    fuzz(
      [Array(fixture.json.utf8)],
      mutate: { GLTFFixture.glb(String(decoding: $0.mutate($1), as: UTF8.self), fixture.buffer) }
    ) { (bytes) throws(SceneFileError) in
      expectValid(try parseGLTFScene(bytes, path: "/nowhere/a.glb").scene)
    }
  }

  @Test func `damaged glTF text`() throws {
    let buffer = Data([UInt8](repeating: 0, count: 36)).base64EncodedString()
    let text =
      "{\"asset\":{\"version\":\"2.0\"},\"buffers\":[{\"byteLength\":36,\"uri\":\"data:application/octet-stream;base64,\(buffer)\"}],"
      + "\"bufferViews\":[{\"buffer\":0,\"byteLength\":36}],\"accessors\":[{\"bufferView\":0,\"componentType\":5126,"
      + "\"type\":\"VEC3\",\"count\":3}],\"images\":[{\"uri\":\"data:image/png;base64,AAAA\"},{\"uri\":\"x.png\"}],"
      + "\"textures\":[{\"source\":1}],\"nodes\":[{\"mesh\":0,\"children\":[1]},{\"matrix\":[1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1]}],"
      + "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0}}]}]}"
    fuzz([Array(text.utf8)]) { (bytes) throws(SceneFileError) in
      expectValid(try parseGLTFScene(bytes, path: "/nowhere/a.gltf").scene)
    }
  }

  @Test func `damaged OBJ scenes`() {
    let seeds = [
      "mtllib x.mtl\no a\ng b c\nv 0 0 0\nv 1 0 0\nv 1 1 0\nvt 0 0\nvn 0 0 1\nusemtl m\nf 1/1/1 2/1/1 3/1/1\nusemtl n\n"
        + "o d\nf -1 -2 -3\n"
    ].map { Array($0.utf8) }
    fuzz(seeds) { (bytes) throws(SceneFileError) in
      expectValid(try parseOBJScene(bytes, path: "/nowhere/a.obj").scene)
    }
  }
}
