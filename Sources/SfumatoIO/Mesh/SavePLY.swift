public import SfumatoCore

/// Writes a mesh as binary little-endian PLY.
///
/// Positions and normals are floats; vertex and face colours are 8-bit sRGB, clamped; texture coordinates go
/// with the faces as the list `texcoord` of six numbers. Normals are written where all corners of a vertex agree on
/// one. Further numbers of the vertices, `[V]` each, are written as floats under their names. The file appears whole or not at all.
public func savePLY(
  _ mesh: Mesh<Float>, to path: String, vertexValues: [(name: String, values: [Float])] = []
) throws(MeshFileError) {
  do { try writeAtomically(encodePLY(mesh, vertexValues: vertexValues), to: path) } catch {
    throw MeshFileError(path: path, reason: .inaccessible(error.problem))
  }
}

/// The bytes that ``savePLY(_:to:vertexValues:)`` writes.
package func encodePLY(
  _ mesh: Mesh<Float>, vertexValues: [(name: String, values: [Float])] = []
) -> [UInt8] {
  for (name, values) in vertexValues {
    precondition(
      values.count == mesh.vertexCount, "\(values.count) values '\(name)' of \(mesh.vertexCount)")
  }
  let colorProperties = ["red", "green", "blue"].map { "property uchar \($0)" }
  let normals = vertexNormals(mesh)
  var header = ["ply", "format binary_little_endian 1.0", "comment Sfumato"]
  header.append("element vertex \(mesh.vertexCount)")
  header += ["x", "y", "z"].map { "property float \($0)" }
  if normals != nil { header += ["nx", "ny", "nz"].map { "property float \($0)" } }
  if mesh.vertexColors != nil { header += colorProperties }
  header += vertexValues.map { "property float \($0.name)" }
  header.append("element face \(mesh.faceCount)")
  header.append("property list uchar int vertex_indices")
  if mesh.texcoordFaces != nil { header.append("property list uchar float texcoord") }
  if mesh.faceColors != nil { header += colorProperties }
  header.append("end_header\n")

  var bytes = Array(header.joined(separator: "\n").utf8)
  bytes.reserveCapacity(bytes.count + 27 * mesh.vertexCount + 41 * mesh.faceCount)
  for v in 0..<mesh.vertexCount {
    append(mesh.position(v), to: &bytes)
    if let normals { append(normals.vector3(v), to: &bytes) }
    if let colors = mesh.vertexColors { appendColor(colors.vector3(v), to: &bytes) }
    for (_, values) in vertexValues { append(values[v].bitPattern, to: &bytes) }
  }
  for f in 0..<mesh.faceCount {
    bytes.append(3)
    for corner in 3 * f..<3 * f + 3 {
      append(UInt32(bitPattern: mesh.faces[corner]), to: &bytes)
    }
    if let indices = mesh.texcoordFaces, let texcoords = mesh.texcoords {
      bytes.append(6)
      for corner in 3 * f..<3 * f + 3 {
        let t = Int(indices[corner])
        append(texcoords[2 * t].bitPattern, to: &bytes)
        append(texcoords[2 * t + 1].bitPattern, to: &bytes)
      }
    }
    if let colors = mesh.faceColors { appendColor(colors.vector3(f), to: &bytes) }
  }
  return bytes
}

/// A normal a vertex, +Z where no face uses it; nil where corners of a vertex differ.
private func vertexNormals(_ mesh: Mesh<Float>) -> [Float]? {
  guard let normals = mesh.normals, let normalFaces = mesh.normalFaces else { return mesh.normals }
  var chosen = [SIMD3<Float>?](repeating: nil, count: mesh.vertexCount)
  for (vertex, normal) in zip(mesh.faces, normalFaces) {
    let own = normals.vector3(Int(normal))
    if let other = chosen[Int(vertex)], other != own { return nil }
    chosen[Int(vertex)] = own
  }
  return chosen.flatMap { n -> [Float] in n.map { [$0.x, $0.y, $0.z] } ?? [0, 0, 1] }
}

private func append(_ value: UInt32, to bytes: inout [UInt8]) {
  for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(value >> shift & 255)) }
}

private func append(_ v: SIMD3<Float>, to bytes: inout [UInt8]) {
  for i in 0..<3 { append(v[i].bitPattern, to: &bytes) }
}

private func appendColor(_ linear: SIMD3<Float>, to bytes: inout [UInt8]) {
  let code = encodedColor(linear)
  for i in 0..<3 { bytes.append(UInt8((code[i] * 255).rounded())) }
}
