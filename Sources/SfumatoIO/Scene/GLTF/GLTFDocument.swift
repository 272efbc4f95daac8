internal import CTinyGLTF
internal import Foundation

// A glTF document as Swift values: tinygltf parses, this copies. The only file that sees tinygltf's pointers.
// Indices, offsets and numbers are as the file says; who follows them checks them.

/// A mesh of a document.
struct GLTFMesh {
  var name: String
  var primitives: [CTinyGLTFPrimitive]
}

/// A node of a document.
struct GLTFNode {
  var name: String
  var record: CTinyGLTFNode
}

/// A material of a document.
struct GLTFMaterial {
  var name: String
  var record: CTinyGLTFMaterial
  var alphaMode: String
}

/// An image of a document.
struct GLTFImage {
  var name: String
  /// The encoded bytes where they came from a URI; empty where they lie in a view or are missing.
  var bytes: [UInt8]
  /// The view that holds the encoded bytes, or -1.
  var bufferView: Int32
  /// The file beside the document; empty where embedded.
  var uri: String
}

/// A camera of a document.
struct GLTFCamera {
  var name: String
  var record: CTinyGLTFCamera
}

/// A light of a document.
struct GLTFLight {
  var name: String
  var kind: String
  var record: CTinyGLTFLight
}

/// A parsed glTF document.
struct GLTFDocument {
  var path: String
  var buffers: [[UInt8]] = []
  var bufferViews: [CTinyGLTFBufferView] = []
  var accessors: [CTinyGLTFAccessor] = []
  var meshes: [GLTFMesh] = []
  var nodes: [GLTFNode] = []
  var materials: [GLTFMaterial] = []
  var textures: [CTinyGLTFTexture] = []
  var samplers: [CTinyGLTFSampler] = []
  var images: [GLTFImage] = []
  var cameras: [GLTFCamera] = []
  var lights: [GLTFLight] = []
  var extensionsUsed: [String] = []
  /// The scene that is shown, or -1 where the file has none.
  var shownScene: Int32 = -1
  /// The roots of the scene that is shown, or nil where the file has no scene.
  var roots: [Int32]?
  /// This program's own extras of materials and scenes, by index.
  var materialExtras: [Int: GLTFExtras] = [:]
  var sceneExtras: [Int: GLTFExtras] = [:]

  func failure(_ place: String, _ reason: SceneFileError.Reason) -> SceneFileError {
    SceneFileError(path: path, place: place, reason: reason)
  }
}

/// Extensions whose meaning is read.
private let knownExtensions: Set<String> = [
  "KHR_lights_punctual", "KHR_texture_transform", "KHR_materials_unlit",
  "KHR_materials_emissive_strength", "KHR_mesh_quantization",
  "KHR_materials_pbrSpecularGlossiness",
]

/// Parses a document; files beside it are looked for in its folder.
///
/// Wraps `ctinygltf_create`.
func parseGLTF(_ bytes: [UInt8], path: String) throws(SceneFileError) -> GLTFDocument {
  func damaged(_ problem: String) -> SceneFileError {
    SceneFileError(path: path, reason: .damaged(problem))
  }
  let isBinary = bytes.starts(with: Array("glTF".utf8))
  let json: ArraySlice<UInt8>
  do { json = isBinary ? try checkedGLB(bytes) : bytes[...] } catch {
    throw damaged(error.problem)
  }
  let extras: (materials: [Int: GLTFExtras], scenes: [Int: GLTFExtras])
  do { extras = try checkGLTFKinds(Array(json)) } catch {
    throw SceneFileError(path: path, place: error.place, reason: error.reason)
  }
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  let created = unsafe bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
    guard let base = buffer.baseAddress else { return nil }
    return unsafe ctinygltf_create(base, buffer.count, isBinary, folder)
  }
  guard let handle = unsafe created else { throw damaged("is empty") }
  defer { unsafe ctinygltf_destroy(handle) }
  let problem = unsafe String(cString: ctinygltf_error(handle))
  guard problem.isEmpty else {
    throw damaged(problem.split(separator: "\n").joined(separator: "; "))
  }
  for name in unsafe names(handle, CTinyGLTFListExtensionsRequired)
  where !knownExtensions.contains(name) {
    throw SceneFileError(path: path, reason: .requiredExtension(name))
  }
  var document = unsafe copied(handle, path: path)
  document.materialExtras = extras.materials
  document.sceneExtras = extras.scenes
  return document
}

/// All lists of a document.
@unsafe private func copied(_ d: OpaquePointer, path: String) -> GLTFDocument {
  func list<T>(_ kind: CTinyGLTFList, _ entry: (Int32) -> T) -> [T] {
    unsafe (0..<ctinygltf_count(d, kind)).map(entry)
  }
  func name(_ kind: CTinyGLTFList, _ i: Int32) -> String {
    unsafe String(cString: ctinygltf_name(d, kind, i))
  }
  var document = GLTFDocument(path: path)
  document.buffers = list(CTinyGLTFListBuffers) { i in unsafe bytes(ctinygltf_buffer(d, i)) }
  document.bufferViews = list(CTinyGLTFListBufferViews) { i in unsafe ctinygltf_buffer_view(d, i) }
  document.accessors = list(CTinyGLTFListAccessors) { i in unsafe ctinygltf_accessor(d, i) }
  document.meshes = list(CTinyGLTFListMeshes) { i in
    GLTFMesh(
      name: name(CTinyGLTFListMeshes, i),
      primitives: unsafe (0..<ctinygltf_primitive_count(d, i)).map {
        unsafe ctinygltf_primitive(d, i, $0)
      })
  }
  document.nodes = list(CTinyGLTFListNodes) { i in
    GLTFNode(name: name(CTinyGLTFListNodes, i), record: unsafe ctinygltf_node(d, i))
  }
  document.materials = list(CTinyGLTFListMaterials) { i in
    GLTFMaterial(
      name: name(CTinyGLTFListMaterials, i), record: unsafe ctinygltf_material(d, i),
      alphaMode: unsafe String(cString: ctinygltf_alpha_mode(d, i)))
  }
  document.textures = list(CTinyGLTFListTextures) { i in unsafe ctinygltf_texture(d, i) }
  document.samplers = list(CTinyGLTFListSamplers) { i in unsafe ctinygltf_sampler(d, i) }
  document.images = list(CTinyGLTFListImages) { i in
    GLTFImage(
      name: name(CTinyGLTFListImages, i), bytes: unsafe bytes(ctinygltf_image(d, i)),
      bufferView: unsafe ctinygltf_image_buffer_view(d, i),
      uri: unsafe String(cString: ctinygltf_image_uri(d, i)))
  }
  document.cameras = list(CTinyGLTFListCameras) { i in
    GLTFCamera(name: name(CTinyGLTFListCameras, i), record: unsafe ctinygltf_camera(d, i))
  }
  document.lights = list(CTinyGLTFListLights) { i in
    GLTFLight(
      name: name(CTinyGLTFListLights, i), kind: unsafe String(cString: ctinygltf_light_type(d, i)),
      record: unsafe ctinygltf_light(d, i))
  }
  document.extensionsUsed = unsafe names(d, CTinyGLTFListExtensionsUsed)
  let scenes = unsafe ctinygltf_count(d, CTinyGLTFListScenes)
  let chosen = unsafe ctinygltf_default_scene(d)
  if scenes > 0 {
    let scene = (0..<scenes).contains(chosen) ? chosen : 0
    document.shownScene = scene
    document.roots = unsafe (0..<ctinygltf_root_count(d, scene)).map {
      unsafe ctinygltf_root(d, scene, $0)
    }
  }
  return document
}

@unsafe private func names(_ d: OpaquePointer, _ kind: CTinyGLTFList) -> [String] {
  unsafe (0..<ctinygltf_count(d, kind)).map { unsafe String(cString: ctinygltf_name(d, kind, $0)) }
}

@unsafe private func bytes(_ span: CTinyGLTFBytes) -> [UInt8] {
  guard let base = unsafe span.bytes, unsafe span.count > 0 else { return [] }
  return unsafe [UInt8](UnsafeBufferPointer(start: base, count: span.count))
}

/// What the shim needs of tinygltf; the library does not tell its version.
package func gltfLibraryVersion() -> String { "2.7 or later" }
