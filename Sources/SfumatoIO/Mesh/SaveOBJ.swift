internal import Foundation
public import SfumatoCore

/// Writes a mesh as OBJ: positions with 9 significant digits, so that `Float` comes back bit by bit.
///
/// Vertex colours are written as sRGB behind the position, clamped to [0, 1]; texture coordinates and normals
/// are kept. Face colours have no place in OBJ and are left out; PLY has one. The file appears whole or not at all.
public func saveOBJ(_ mesh: Mesh<Float>, to path: String) throws(MeshFileError) {
  do { try writeAtomically(encodeOBJ(mesh), to: path) } catch {
    throw MeshFileError(path: path, reason: .inaccessible(error.problem))
  }
}

/// The bytes that ``saveOBJ(_:to:)`` writes.
package func encodeOBJ(_ mesh: Mesh<Float>) -> [UInt8] {
  var text = "# Sfumato: \(mesh.vertexCount) vertices, \(mesh.faceCount) faces\n"
  for v in 0..<mesh.vertexCount {
    text += "v"
    append(mesh.position(v), to: &text)
    if let colors = mesh.vertexColors { append(encodedColor(colors.vector3(v)), to: &text) }
    text += "\n"
  }
  let texcoords = mesh.texcoordFaces == nil ? [] : mesh.texcoords ?? []
  for t in 0..<texcoords.count / 2 {
    text += "vt \(digits(texcoords[2 * t])) \(digits(texcoords[2 * t + 1]))\n"
  }
  let normals = mesh.normals ?? []
  for n in 0..<normals.count / 3 {
    text += "vn"
    append(normals.vector3(n), to: &text)
    text += "\n"
  }
  let normalFaces = mesh.normals == nil ? nil : mesh.normalFaces ?? mesh.faces
  for f in 0..<mesh.faceCount {
    text += "f"
    for corner in 3 * f..<3 * f + 3 {
      let vertex = mesh.faces[corner] + 1
      switch (mesh.texcoordFaces?[corner], normalFaces?[corner]) {
      case (nil, nil): text += " \(vertex)"
      case (nil, let n?): text += " \(vertex)//\(n + 1)"
      case (let t?, nil): text += " \(vertex)/\(t + 1)"
      case (let t?, let n?): text += " \(vertex)/\(t + 1)/\(n + 1)"
      }
    }
    text += "\n"
  }
  return Array(text.utf8)
}

/// A linear colour as sRGB in [0, 1]; NaN becomes 0.
func encodedColor(_ linear: SIMD3<Float>) -> SIMD3<Float> {
  func code(_ x: Float) -> Float { x > 0 ? min(sRGBEncode(x), 1) : 0 }
  return SIMD3(code(linear.x), code(linear.y), code(linear.z))
}

private func append(_ v: SIMD3<Float>, to text: inout String) {
  text += " \(digits(v.x)) \(digits(v.y)) \(digits(v.z))"
}

/// The shortest decimal number that reads back as this `Float`: at most 9 significant digits, no locale.
private func digits(_ x: Float) -> String { "\(x)" }
