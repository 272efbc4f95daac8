internal import Foundation
internal import SfumatoCore

/// Writes a scene; the extension tells the format: `.glb`, `.gltf` (with a `.bin` beside), `.obj` (with a `.mtl` and PNGs
/// beside), `.ply` or `.stl`.
///
/// Numbers are written so that `Float` comes back bit by bit. A scene that was read from an OBJ file goes back to OBJ
/// with the file's order of vertices, its polygons, groups, objects and names. Each file appears whole or not at all.
///
/// - Parameters:
///   - file: the scene and its cameras.
///   - path: where to; pictures and libraries go into the same folder, named after it.
/// - Returns: what the format could not hold, a sentence each.
/// - Throws: what the operating system refused, or an extension that is none of the above.
@discardableResult
public func saveScene(_ file: SceneFile, to path: String) throws(SceneFileError) -> [String] {
  let found = URL(fileURLWithPath: path).pathExtension.lowercased()
  var outputs: [(path: String, bytes: [UInt8])] = []
  var warnings: [String] = []
  switch found {
  case "glb":
    var writer = GLTFWriter(file)
    outputs = [(path, try mapped(path) { () throws(PNGCodecError) in try writer.glb() })]
    warnings = writer.warnings
  case "gltf":
    var writer = GLTFWriter(file)
    let buffer = path.dropLast(found.count) + "bin"
    let name = URL(fileURLWithPath: String(buffer)).lastPathComponent
    let parts = try mapped(path) { () throws(PNGCodecError) in try writer.gltf(bufferName: name) }
    outputs = [(String(buffer), parts.buffer), (path, parts.json)]
    warnings = writer.warnings
  case "obj":
    var writer = OBJSceneWriter(file, path: path)
    outputs = try mapped(path) { () throws(PNGCodecError) in try writer.files() }
    warnings = writer.warnings
  case "ply":
    outputs = [(path, encodePLY(file.worldMesh()))]
    warnings = plainWarnings(file, "PLY")
  case "stl":
    outputs = [(path, encodeSTL(file.worldMesh()))]
    warnings = plainWarnings(file, "STL")
  default:
    throw SceneFileError(
      path: path,
      reason: .unknownFormat(
        extension: found.isEmpty ? "" : ".\(found)",
        known: "scenes are written as .obj, .ply, .stl, .gltf and .glb"))
  }
  for output in outputs {
    do { try writeAtomically(output.bytes, to: output.path) } catch {
      throw SceneFileError(path: output.path, reason: .inaccessible(error.problem))
    }
  }
  return warnings
}

/// The files that ``saveScene(_:to:)`` writes besides the one that is named.
public func sceneCompanions(_ file: SceneFile, of path: String) -> [String] {
  switch URL(fileURLWithPath: path).pathExtension.lowercased() {
  case "gltf": [String(path.dropLast(4)) + "bin"]
  case "obj": OBJSceneWriter(file, path: path).companions()
  default: []
  }
}

private func mapped<T>(
  _ path: String, _ body: () throws(PNGCodecError) -> T
) throws(SceneFileError) -> T {
  do { return try body() } catch {
    throw SceneFileError(
      path: path, reason: .image(ImageFileError(path: path, reason: .codec(error.message))))
  }
}

private func plainWarnings(_ file: SceneFile, _ format: String) -> [String] {
  var warnings: [String] = []
  let scene = file.scene
  if !scene.textures.isEmpty { warnings.append("\(format) holds no textures") }
  if scene.materials.count > 1 { warnings.append("\(format) holds no materials") }
  if format == "STL",
    scene.meshes.contains(where: { $0.vertexColors != nil || $0.faceColors != nil })
  {
    warnings.append("STL holds no colours")
  }
  if !scene.lights.isEmpty || !file.cameras.isEmpty {
    warnings.append("\(format) holds no lights and cameras")
  }
  return warnings
}

/// A texture as PNG: 8 bits a sample, sRGB where it is colour.
func encodeTexture(
  _ texture: Texture<Float>, role: TextureRole
) throws(PNGCodecError) -> [UInt8] {
  var image = ImageBuffer<Float>(
    width: texture.width, height: texture.height,
    channels: texture.channels == 2 ? 4 : texture.channels,
    fill: 0)
  if texture.channels == 2 {
    for pixel in 0..<image.pixelCount {
      for c in 0..<3 { image.values[4 * pixel + c] = texture.texels[2 * pixel] }
      image.values[4 * pixel + 3] = texture.texels[2 * pixel + 1]
    }
  } else {
    image.values = texture.texels
  }
  return try encodeImage(image, colorEncoding: role == .color ? .sRGB : .raw)
}
