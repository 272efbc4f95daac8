internal import Foundation
public import SfumatoCore

/// Reads a mesh file whose extension says which format it is; OBJ is read.
public func loadMesh(_ path: String) throws(MeshFileError) -> Mesh<Float> {
  let found = URL(fileURLWithPath: path).pathExtension
  guard found.lowercased() == "obj" else {
    throw MeshFileError(
      path: path, reason: .unknownFormat(extension: found.isEmpty ? "" : ".\(found)"))
  }
  return try loadOBJ(path)
}

/// Reads an OBJ file.
///
/// Vertices keep their order. Polygons become triangles: a fan where convex, ears clipped where not. Vertex
/// colours (`v x y z r g b`) are taken for sRGB and become linear light; a fourth coordinate alone is no colour
/// and is ignored. Normals are kept where every vertex has one. Groups, materials, lines, points and free-form
/// statements are skipped; unknown words, numbers that are not finite and indices out of range are errors with
/// their line.
public func loadOBJ(_ path: String) throws(MeshFileError) -> Mesh<Float> {
  let bytes: [UInt8]
  do { bytes = try readBytes(path) } catch {
    throw MeshFileError(path: path, reason: .inaccessible(error.problem))
  }
  return try parseOBJ(bytes, path: path)
}

/// ``loadOBJ(_:)`` on bytes; the path only names the file in errors.
package func parseOBJ(_ bytes: [UInt8], path: String) throws(MeshFileError) -> Mesh<Float> {
  var reader = OBJReader(bytes, path: path)
  return try reader.read()
}
