internal import Foundation
public import SfumatoCore

/// Reads a mesh file whose extension says which format it is: OBJ, PLY, STL, glTF or GLB.
///
/// The instances of a glTF scene become one mesh in the world; see ``SceneFile/worldMesh()``.
public func loadMesh(_ path: String) throws(MeshFileError) -> Mesh<Float> {
  let found = URL(fileURLWithPath: path).pathExtension
  switch found.lowercased() {
  case "obj": return try loadOBJ(path)
  case "ply": return try loadPLY(path)
  case "stl": return try loadSTL(path)
  case "gltf", "glb":
    let mesh: Mesh<Float>
    do { mesh = try loadScene(path).worldMesh() } catch {
      throw MeshFileError(path: path, reason: .scene(error))
    }
    guard mesh.positions.allSatisfy(\.isFinite) else {
      throw MeshFileError(path: path, reason: .damaged("a vertex lies beyond 32-bit floats"))
    }
    return mesh
  default:
    throw MeshFileError(
      path: path, reason: .unknownFormat(extension: found.isEmpty ? "" : ".\(found)"))
  }
}

/// Reads a PLY file, ascii or binary of either byte order.
///
/// Polygons and strips become triangles; vertex and face colours are taken for sRGB and become linear light; texture
/// coordinates of vertices or of faces are kept, v up. Unknown elements and properties are skipped by their size.
public func loadPLY(_ path: String) throws(MeshFileError) -> Mesh<Float> {
  try parsePLY(try meshBytes(path), path: path)
}

/// ``loadPLY(_:)`` on bytes; the path only names the file in errors.
package func parsePLY(_ bytes: [UInt8], path: String) throws(MeshFileError) -> Mesh<Float> {
  var reader = try PLYReader(bytes, path: path)
  return try reader.read().mesh
}

/// Reads an STL file, text or binary; corners at equal positions become one vertex.
public func loadSTL(_ path: String) throws(MeshFileError) -> Mesh<Float> {
  try parseSTL(try meshBytes(path), path: path)
}

private func meshBytes(_ path: String) throws(MeshFileError) -> [UInt8] {
  do { return try readBytes(path) } catch {
    throw MeshFileError(path: path, reason: .inaccessible(error.problem))
  }
}

/// Reads an OBJ file.
///
/// Vertices keep their order. Polygons become triangles: a fan where convex, ears clipped where not. Vertex
/// colours (`v x y z r g b`) are taken for sRGB and become linear light; a fourth coordinate alone is no colour
/// and is ignored. Normals are kept where every vertex has one. Groups, materials, lines, points and free-form
/// statements are skipped; unknown words, numbers that are not finite and indices out of range are errors with
/// their line.
public func loadOBJ(_ path: String) throws(MeshFileError) -> Mesh<Float> {
  try parseOBJ(try meshBytes(path), path: path)
}

/// ``loadOBJ(_:)`` on bytes; the path only names the file in errors.
package func parseOBJ(_ bytes: [UInt8], path: String) throws(MeshFileError) -> Mesh<Float> {
  var reader = OBJReader(bytes, path: path)
  return try reader.read()
}
