public import SfumatoCore

/// Writes a mesh as binary STL: triangles alone, with the normals of their planes.
///
/// The file appears whole or not at all.
public func saveSTL(_ mesh: Mesh<Float>, to path: String) throws(MeshFileError) {
  do { try writeAtomically(encodeSTL(mesh), to: path) } catch {
    throw MeshFileError(path: path, reason: .inaccessible(error.problem))
  }
}

/// The bytes that ``saveSTL(_:to:)`` writes.
package func encodeSTL(_ mesh: Mesh<Float>) -> [UInt8] {
  var bytes = Array("Sfumato".utf8)
  bytes += [UInt8](repeating: 0, count: 80 - bytes.count)
  bytes.reserveCapacity(84 + 50 * mesh.faceCount)
  func append(_ bits: UInt32) {
    for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(bits >> shift & 255)) }
  }
  func append(_ v: SIMD3<Float>) { for i in 0..<3 { append(v[i].bitPattern) } }
  append(UInt32(mesh.faceCount))
  for face in 0..<mesh.faceCount {
    let (a, b, c) = mesh.corners(face)
    let (p, q, r) = (mesh.position(a), mesh.position(b), mesh.position(c))
    let area = cross(q - p, r - p)
    let size = dot(area, area).squareRoot()
    append(size > 0 ? area / size : .zero)
    for position in [p, q, r] { append(position) }
    bytes += [0, 0]
  }
  return bytes
}
