internal import Foundation
public import SfumatoCore

/// Reads a scene: OBJ with its libraries and pictures, glTF and GLB, PLY, STL; the extension tells which.
///
/// Meshes are joined where a format repeats vertices (see ``WeldingReport``). OBJ and PLY colours are sRGB and become
/// linear light; glTF's are linear. PLY and STL become one mesh, lit from its colours or mid grey. What is missing
/// beside a file, and what is not shown, is a warning; what is damaged is an error.
///
/// - Parameters:
///   - path: the file.
///   - maxSide: the longest side of a texture, pixels.
/// - Returns: the scene, its cameras, warnings, and what was joined.
/// - Throws: what is wrong, and where in the file.
public func loadScene(
  _ path: String, maxSide: Int = 16384
) throws(SceneFileError) -> SceneFile {
  let found = URL(fileURLWithPath: path).pathExtension.lowercased()
  guard sceneExtensions.contains(found) else {
    throw SceneFileError(
      path: path,
      reason: .unknownFormat(
        extension: found.isEmpty ? "" : ".\(found)",
        known: "scenes are read from .obj, .ply, .stl, .gltf and .glb"))
  }
  let bytes: [UInt8]
  do { bytes = try readBytes(path) } catch {
    throw SceneFileError(path: path, reason: .inaccessible(error.problem))
  }
  switch found {
  case "obj": return try parseOBJScene(bytes, path: path, maxSide: maxSide)
  case "ply": return try parsePLYScene(bytes, path: path, maxSide: maxSide)
  case "stl":
    do { return plainScene(try parseSTL(bytes, path: path), path: path) } catch {
      throw SceneFileError(path: path, reason: .mesh(error))
    }
  default: return try parseGLTFScene(bytes, path: path, maxSide: maxSide)
  }
}

private let sceneExtensions: Set<String> = ["obj", "ply", "stl", "gltf", "glb"]

/// A scene of one mesh.
private func plainScene(_ mesh: Mesh<Float>, path: String) -> SceneFile {
  var scene = Scene<Float>(mesh, shading: .lambert)
  scene.instances[0].name = baseName(path)
  scene.materials[0].isDoubleSided = true
  var file = SceneFile(scene)
  file.welding.parts = 1
  file.welding.fileVertices =
    path.lowercased().hasSuffix(".stl") ? 3 * mesh.faceCount : mesh.vertexCount
  file.welding.vertices = mesh.vertexCount
  return file
}

/// The scene of a PLY file's bytes; the picture of a `TextureFile` comment is looked for beside the path.
package func parsePLYScene(
  _ bytes: [UInt8], path: String, maxSide: Int = 16384
) throws(SceneFileError) -> SceneFile {
  let ply: PLYFile
  do {
    var reader = try PLYReader(bytes, path: path)
    ply = try reader.read()
  } catch { throw SceneFileError(path: path, reason: .mesh(error)) }
  var file = plainScene(ply.mesh, path: path)
  guard let name = ply.textureFile, ply.mesh.texcoords != nil else { return file }
  let place = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(name)
    .path
  do {
    let image = try loadImage(place, maxSide: maxSide)
    file.scene.textures = [texture(image, role: .color, name: baseName(name))]
    file.scene.materials[0].baseColorTexture = TextureUse(0)
    if ply.mesh.vertexColors == nil, ply.mesh.faceColors == nil {
      file.scene.materials[0].baseColor = .constant(SIMD3(repeating: 1))
    }
  } catch {
    switch error.reason {
    case .inaccessible, .notAnImage: file.warnings.append("\(path): \(error); it is left out")
    default: throw SceneFileError(path: path, reason: .image(error))
    }
  }
  return file
}

extension SceneFile {
  /// All instances as one mesh in the world: what a fit or a comparison takes.
  ///
  /// A scene of one instance that does not move keeps its mesh as it is. Else vertices, normals and the first set of
  /// texture coordinates stand one after another; instances without colours beside others with them have those of
  /// their material; normals and coordinates that an instance lacks are dropped for all.
  public func worldMesh() -> Mesh<Float> {
    if scene.instances.count == 1, let only = scene.instances.first, !only.moves {
      return scene.meshes[only.mesh]
    }
    return SfumatoIO.worldMesh(of: scene)
  }
}

/// All instances of a scene as one mesh in the world.
func worldMesh(of scene: Scene<Float>) -> Mesh<Float> {
  var positions: [Float] = []
  var faces: [Int32] = []
  var normals: [Float] = []
  var normalFaces: [Int32] = []
  var texcoords: [Float] = []
  var texcoordFaces: [Int32] = []
  var colors: [Float] = []
  let used = scene.instances.map { scene.meshes[$0.mesh] }
  let hasNormals = used.allSatisfy { $0.normals != nil }
  let hasTexcoords = used.allSatisfy { $0.texcoords != nil }
  let hasColors = used.contains { $0.vertexColors != nil }
  for (instance, mesh) in zip(scene.instances, used) {
    let firstVertex = Int32(positions.count / 3)
    positions += worldPositions(mesh.positions, instance)
    faces += mesh.faces.map { $0 + firstVertex }
    if hasNormals, let own = mesh.normals {
      let first = Int32(normals.count / 3)
      normals += worldNormals(own, instance)
      normalFaces += (mesh.normalFaces ?? mesh.faces).map { $0 + first }
    }
    if hasTexcoords, let set = mesh.texcoordSets.first {
      let first = Int32(texcoords.count / 2)
      texcoords += set.values
      texcoordFaces += set.faces.map { $0 + first }
    }
    if hasColors {
      let material = scene.materials[instance.material]
      var constant = SIMD3<Float>(repeating: 1)
      if case .constant(let color) = material.baseColor { constant = color }
      for v in 0..<mesh.vertexCount {
        let color = (mesh.vertexColors?.vector3(v) ?? constant) * material.baseColorFactor
        colors += [color.x, color.y, color.z]
      }
    }
  }
  return Mesh(
    positions: positions, faces: faces, normals: hasNormals && !used.isEmpty ? normals : nil,
    normalFaces: hasNormals && !used.isEmpty ? normalFaces : nil,
    texcoords: hasTexcoords && !used.isEmpty ? texcoords : nil,
    texcoordFaces: hasTexcoords && !used.isEmpty ? texcoordFaces : nil,
    vertexColors: hasColors ? colors : nil)
}

/// Positions in the world; those of an instance that does not move bit by bit.
func worldPositions(_ positions: [Float], _ instance: Instance<Float>) -> [Float] {
  guard instance.moves else { return positions }
  let map = instance.map
  var moved = positions
  for i in 0..<positions.count / 3 {
    moved.setVector3(i, map * positions.vector3(i) + instance.transform.translation)
  }
  return moved
}

/// Unit normals in the world; those of an instance that does not move bit by bit.
func worldNormals(_ normals: [Float], _ instance: Instance<Float>) -> [Float] {
  guard instance.moves else { return normals }
  let turn = instance.map.inverseTranspose
  var turned = normals
  for i in 0..<normals.count / 3 { turned.setVector3(i, normalize(turn * normals.vector3(i))) }
  return turned
}
