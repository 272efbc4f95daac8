internal import SfumatoCore
internal import SfumatoIO

// What `sfumato info` says of a scene: the surface as one mesh in the world, then what it is made of.

/// The members that describe a scene file.
func describe(_ file: SceneFile) -> JSONValue {
  let scene = file.scene
  let mesh = file.worldMesh()
  let topology = MeshTopology(mesh)
  let box = mesh.bounds
  let faults = FaceFaults(mesh)
  let isSurface = topology.isClosed && topology.isManifold
  let genus: JSONValue =
    isSurface ? .integer((2 * topology.componentCount - topology.eulerNumber) / 2) : .null
  let lower: JSONValue = box.map { JSONValue($0.lower) } ?? .null
  let upper: JSONValue = box.map { JSONValue($0.upper) } ?? .null
  return .object([
    "kind": "mesh",
    "vertices": .integer(mesh.vertexCount),
    "faces": .integer(mesh.faceCount),
    "texcoords": .integer((mesh.texcoords?.count ?? 0) / 2),
    "normals": .bool(mesh.normals != nil),
    "vertex_colors": .bool(mesh.vertexColors != nil),
    "lower": lower,
    "upper": upper,
    "radius": .number(shortened(mesh.boundingSphere.radius)),
    "edges": .integer(topology.edgeCount),
    "boundary_edges": .integer(topology.boundaryEdges.count),
    "nonmanifold_edges": .integer(topology.nonManifoldEdges.count),
    "components": .integer(topology.componentCount),
    "euler": .integer(topology.eulerNumber),
    "closed": .bool(topology.isClosed),
    "manifold": .bool(topology.isManifold),
    "genus": genus,
    "degenerate_faces": .integer(faults.degenerate),
    "duplicate_faces": .integer(faults.duplicate),
    "unused_vertices": .integer(faults.unusedVertices),
    "file_vertices": .integer(file.welding.fileVertices),
    "welded_vertices": .integer(file.welding.vertices),
    "memory_mb": .number(Double(memoryBytes(scene)) / 1_048_576),
    "instances": .array(scene.instances.map { describe($0, scene) }),
    "materials": .array(scene.materials.map { describe($0, scene) }),
    "textures": .array(scene.textures.map(describe)),
    "cameras": .array(file.cameras.map(describe)),
    "lights": .array(scene.lights.map(describe)),
    "warnings": .array(file.warnings.map { .string($0) }),
  ])
}

private func describe(_ instance: Instance<Float>, _ scene: Scene<Float>) -> JSONValue {
  let mesh = scene.meshes[instance.mesh]
  return .object([
    "name": .string(instance.name),
    "material": .string(scene.materials[instance.material].name),
    "vertices": .integer(mesh.vertexCount),
    "faces": .integer(mesh.faceCount),
    "texcoord_sets": .integer(mesh.texcoordSets.count),
  ])
}

private func describe(_ material: Material<Float>, _ scene: Scene<Float>) -> JSONValue {
  let color: JSONValue
  switch material.baseColor {
  case .constant(let constant): color = JSONValue(constant * material.baseColorFactor)
  case .vertex: color = "vertex"
  case .face: color = "face"
  }
  let alpha: String
  switch material.alphaMode {
  case .opaque: alpha = "opaque"
  case .mask: alpha = "mask"
  case .blend: alpha = "blend"
  }
  return .object([
    "name": .string(material.name),
    "shading": .string(material.shading.rawValue),
    "color": color,
    "texture": material.baseColorTexture.map { .string(scene.textures[$0.texture].name) } ?? .null,
    "alpha": .string(alpha),
  ])
}

private func describe(_ texture: Texture<Float>) -> JSONValue {
  .object([
    "name": .string(texture.name),
    "width": .integer(texture.width),
    "height": .integer(texture.height),
    "channels": .integer(texture.channels),
    "wrap_u": .string(texture.wrapU.rawValue),
    "wrap_v": .string(texture.wrapV.rawValue),
    "filter": .string(texture.filter.rawValue),
  ])
}

private func describe(_ camera: SceneCamera) -> JSONValue {
  let kind: JSONValue
  let extent: Float
  switch camera.projection {
  case .perspective(let radians, _):
    kind = "perspective"
    extent = radians * 180 / .pi
  case .orthographic(_, let halfHeight):
    kind = "orthographic"
    extent = 2 * halfHeight
  }
  return .object([
    "name": .string(camera.name),
    "projection": kind,
    "fov_y_degrees_or_height": .number(shortened(extent)),
    "position": JSONValue(camera.worldToCamera.inverse.translation),
  ])
}

private func describe(_ light: Light<Float>) -> JSONValue {
  func row(_ kind: String, _ color: SIMD3<Float>, _ place: SIMD3<Float>?) -> JSONValue {
    .object([
      "kind": .string(kind), "color": JSONValue(color),
      "position": place.map { JSONValue($0) } ?? .null,
    ])
  }
  switch light {
  case .ambient(let color): return row("ambient", color, nil)
  case .directional(_, let color): return row("directional", color, nil)
  case .point(let place, let color): return row("point", color, place)
  case .inverseSquare(let place, let color): return row("inverse square", color, place)
  case .spot(let place, _, let color, _, _): return row("spot", color, place)
  case .sphericalHarmonics(let coefficients):
    return row("spherical harmonics", coefficients.first ?? .zero, nil)
  }
}

/// Bytes of the numbers that a scene keeps.
private func memoryBytes(_ scene: Scene<Float>) -> Int {
  var numbers = 0
  for mesh in scene.meshes {
    numbers += mesh.positions.count + mesh.faces.count + (mesh.normals?.count ?? 0)
    numbers += (mesh.normalFaces?.count ?? 0) + (mesh.vertexColors?.count ?? 0)
    numbers += mesh.faceColors?.count ?? 0
    for set in mesh.texcoordSets { numbers += set.values.count + set.faces.count }
  }
  for texture in scene.textures { numbers += texture.texels.count }
  return 4 * numbers
}

/// Faces that are no triangles, and those that are there twice.
struct FaceFaults: Equatable {
  /// Faces whose height is below 1e-5 of their longest side.
  var degenerate = 0
  /// Faces with the corners of an earlier one, wound either way.
  var duplicate = 0
  /// Vertices that no face names.
  var unusedVertices = 0

  init(_ mesh: Mesh<Float>) {
    var seen: Set<SIMD3<Int32>> = []
    var isUsed = [Bool](repeating: false, count: mesh.vertexCount)
    func wide(_ v: SIMD3<Float>) -> SIMD3<Double> { SIMD3(Double(v.x), Double(v.y), Double(v.z)) }
    for face in 0..<mesh.faceCount {
      let (i, j, k) = mesh.corners(face)
      let (a, b, c) = (wide(mesh.position(i)), wide(mesh.position(j)), wide(mesh.position(k)))
      let area = cross(b - a, c - a)
      let longest = max(dot(b - a, b - a), dot(c - b, c - b), dot(a - c, a - c))
      if dot(area, area) <= 1e-10 * longest * longest { degenerate += 1 }
      let sorted = [i, j, k].sorted().map { Int32($0) }
      if !seen.insert(SIMD3(sorted[0], sorted[1], sorted[2])).inserted { duplicate += 1 }
      for v in [i, j, k] { isUsed[v] = true }
    }
    unusedVertices = isUsed.count { !$0 }
  }
}
