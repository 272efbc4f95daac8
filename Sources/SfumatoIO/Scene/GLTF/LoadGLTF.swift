internal import CTinyGLTF
internal import Foundation
internal import SfumatoCore

/// The scene of a glTF or GLB file's bytes; the path names the file in errors, and its folder holds what lies beside.
package func parseGLTFScene(
  _ bytes: [UInt8], path: String, maxSide: Int = 16384
) throws(SceneFileError) -> SceneFile {
  var builder = try GLTFSceneBuilder(try parseGLTF(bytes, path: path), maxSide: maxSide)
  return try builder.build()
}

/// Makes a scene of a document.
private struct GLTFSceneBuilder {
  private let document: GLTFDocument
  private let worlds: [(world: AffineMap, isShown: Bool)]
  private var meshes: GLTFMeshReader
  private var materials: GLTFMaterialReader
  private var file = SceneFile(Scene(meshes: [], materials: [], instances: []))
  /// The scene's meshes of each of the document's, plain and mirrored.
  private var parts: [Int32: [(plain: Int, material: Int)]] = [:]
  private var mirrored: [Int: Int] = [:]

  init(_ document: GLTFDocument, maxSide: Int) throws(SceneFileError) {
    self.document = document
    worlds = try gltfWorlds(document)
    meshes = GLTFMeshReader(document)
    materials = GLTFMaterialReader(document, maxSide: maxSide)
  }

  mutating func build() throws(SceneFileError) -> SceneFile {
    file.scene.nodes = document.nodes.map { node in
      SceneNode(
        name: name(of: node), parent: node.record.parent >= 0 ? Int(node.record.parent) : nil)
    }
    for (i, node) in document.nodes.enumerated() where worlds[i].isShown {
      try addMesh(node, i, worlds[i].world)
      try addCamera(node, worlds[i].world, "nodes[\(i)]")
      try addLight(node, worlds[i].world, "nodes[\(i)]")
    }
    if document.nodes.isEmpty {
      for i in document.meshes.indices {
        try add(Int32(i), name: document.meshes[i].name, .identity)
      }
    }
    addOwnLights()
    file.scene.materials = materials.materials
    file.scene.textures = materials.textures
    file.welding = meshes.welding
    var seen: Set<String> = []
    file.warnings += meshes.warnings + materials.warnings
    file.warnings = file.warnings.filter { seen.insert($0).inserted }
    return file
  }

  /// What ``GLTFWriter`` puts into extras: lights that the format has no word for.
  private mutating func addOwnLights() {
    guard let extras = document.sceneExtras[Int(document.shownScene)] else { return }
    func vector(_ extras: GLTFExtras, _ key: String) -> SIMD3<Float>? {
      extras.numbers(key, count: 3).map { SIMD3($0[0], $0[1], $0[2]) }
    }
    for light in extras.objects("lights") {
      if let color = vector(light, "ambient") {
        file.scene.lights.append(.ambient(color: color))
      } else if let color = vector(light, "point"), let place = vector(light, "position") {
        file.scene.lights.append(.point(position: place, color: color))
      } else if let numbers = light.numbers("sphericalHarmonics", count: 27) {
        file.scene.lights.append(
          .sphericalHarmonics((0..<9).map { numbers.vector3($0) }))
      }
    }
    if let background = vector(extras, "background") { file.scene.background = background }
  }

  /// A node's own name, or that of its mesh.
  private func name(of node: GLTFNode) -> String {
    let mesh = Int(node.record.mesh)
    guard node.name.isEmpty, document.meshes.indices.contains(mesh) else { return node.name }
    return document.meshes[mesh].name
  }

  private mutating func addMesh(
    _ node: GLTFNode, _ index: Int, _ world: AffineMap
  ) throws(SceneFileError) {
    let place = "nodes[\(index)]"
    let mesh = node.record.mesh
    guard mesh != -1 else { return }
    guard document.meshes.indices.contains(Int(mesh)) else {
      throw document.failure(
        "\(place).mesh", .indexOutOfRange(index: Int(mesh), count: document.meshes.count))
    }
    if node.record.skin >= 0 {
      file.warnings.append("\(document.path): \(place): its skin is not applied")
    }
    try add(mesh, name: name(of: node), node: index, world)
  }

  /// An instance for each part of a mesh.
  private mutating func add(
    _ mesh: Int32, name: String, node: Int? = nil, _ world: AffineMap
  ) throws(SceneFileError) {
    if parts[mesh] == nil {
      var own: [(plain: Int, material: Int)] = []
      for part in try meshes.parts(ofMesh: Int(mesh)) {
        let material = try materials.material(
          part.material, hasColors: part.mesh.vertexColors != nil)
        own.append((file.scene.meshes.count, material))
        file.scene.meshes.append(part.mesh)
      }
      parts[mesh] = own
    }
    let (rigid, stretch, mirrors) = world.parts
    guard file.scene.instances.count < 1_000_000 else {
      throw document.failure("nodes", .tooLarge("a million instances"))
    }
    for part in parts[mesh] ?? [] {
      var instance = Instance<Float>(
        mesh: mirrors ? mirrorImage(of: part.plain) : part.plain, material: part.material,
        transform: rigid)
      instance.stretch = stretch
      instance.name = name
      instance.node = node
      file.scene.instances.append(instance)
    }
  }

  /// The index of a mesh mirrored in x, its faces turned round: a stretch keeps faces' fronts.
  private mutating func mirrorImage(of index: Int) -> Int {
    if let found = mirrored[index] { return found }
    let mesh = file.scene.meshes[index]
    func flipped(_ vectors: [Float]) -> [Float] {
      vectors.indices.map { $0 % 3 == 0 ? -vectors[$0] : vectors[$0] }
    }
    func turned(_ corners: [Int32]) -> [Int32] {
      corners.indices.map { corners[[0, 1, -1][$0 % 3] + $0] }
    }
    var copy = Mesh<Float>(
      positions: flipped(mesh.positions), faces: turned(mesh.faces),
      normals: mesh.normals.map(flipped), normalFaces: mesh.normalFaces.map(turned),
      moreTexcoords: mesh.texcoordSets.map {
        TexcoordSet(values: $0.values, faces: turned($0.faces))
      }, vertexColors: mesh.vertexColors)
    copy.name = mesh.name
    file.scene.meshes.append(copy)
    mirrored[index] = file.scene.meshes.count - 1
    return file.scene.meshes.count - 1
  }

  private mutating func addCamera(
    _ node: GLTFNode, _ world: AffineMap, _ place: String
  ) throws(SceneFileError) {
    guard node.record.camera != -1 else { return }
    guard document.cameras.indices.contains(Int(node.record.camera)) else {
      throw document.failure(
        "\(place).camera",
        .indexOutOfRange(index: Int(node.record.camera), count: document.cameras.count))
    }
    let from = document.cameras[Int(node.record.camera)]
    let record = from.record
    let here = "cameras[\(node.record.camera)]"
    let projection: SceneCamera.Projection
    if record.isOrthographic {
      let range = 1e-20...1e20
      guard range.contains(record.xmag), range.contains(record.ymag) else {
        throw document.failure(
          "\(here).orthographic",
          .wrongValue(found: "of extent \(record.xmag) x \(record.ymag)", expected: "above 0"))
      }
      projection = .orthographic(halfWidth: Float(record.xmag), halfHeight: Float(record.ymag))
    } else {
      guard record.yfov > 1e-4, record.yfov < Double.pi - 1e-4, record.aspectRatio >= 0 else {
        throw document.failure(
          "\(here).perspective.yfov",
          .wrongValue(found: "\(record.yfov)", expected: "radians above 0 and below pi"))
      }
      projection = .perspective(
        verticalRadians: Float(record.yfov),
        aspectRatio: record.aspectRatio > 0 ? Float(record.aspectRatio) : nil)
    }
    // glTF's camera looks along -Z with Y up; ours along +Z with Y down.
    let rigid = world.parts.rigid
    let flip = Quaternion<Float>(w: 0, vector: SIMD3(1, 0, 0))
    let toWorld = RigidTransform(
      rotation: (rigid.rotation * flip).normalized, translation: rigid.translation)
    file.cameras.append(
      SceneCamera(
        name: from.name.isEmpty ? node.name : from.name, projection: projection,
        worldToCamera: toWorld.inverse, near: Float(max(record.znear, 0)),
        far: record.zfar > 0 ? Float(record.zfar) : nil))
  }

  private mutating func addLight(
    _ node: GLTFNode, _ world: AffineMap, _ place: String
  ) throws(SceneFileError) {
    guard node.record.light != -1 else { return }
    guard document.lights.indices.contains(Int(node.record.light)) else {
      throw document.failure(
        "\(place).extensions.KHR_lights_punctual.light",
        .indexOutOfRange(index: Int(node.record.light), count: document.lights.count))
    }
    let from = document.lights[Int(node.record.light)]
    let record = from.record
    let here = "lights[\(node.record.light)]"
    // Lux, or candela at a distance of 1, over pi: what lights a white diffuse surface to 1.
    let scale = record.intensity / Double.pi
    let color = SIMD3(
      Float(record.color.x * scale), Float(record.color.y * scale), Float(record.color.z * scale))
    guard record.intensity >= 0, color.x >= 0, color.y >= 0, color.z >= 0, color.x.isFinite,
      color.y.isFinite, color.z.isFinite
    else {
      throw document.failure(
        here, .wrongValue(found: "of colour \(color)", expected: "a finite colour from 0"))
    }
    if record.range > 0 {
      file.warnings.append("\(document.path): \(here): its range is not applied; it reaches on")
    }
    let rigid = world.parts.rigid
    let back = rigid.rotation.matrix * SIMD3<Float>(0, 0, 1)
    switch from.kind {
    case "directional":
      file.scene.lights.append(.directional(direction: back, color: color))
    case "point":
      file.scene.lights.append(.inverseSquare(position: rigid.translation, color: color))
    case "spot":
      let degrees = 180 / Double.pi
      guard record.innerConeAngle >= 0, record.innerConeAngle < record.outerConeAngle,
        record.outerConeAngle <= Double.pi / 2 + 1e-6
      else {
        throw document.failure(
          "\(here).spot",
          .wrongValue(
            found: "angles \(record.innerConeAngle) and \(record.outerConeAngle)",
            expected: "0 <= inner < outer <= pi / 2"))
      }
      file.scene.lights.append(
        .spot(
          position: rigid.translation, direction: -back, color: color,
          innerDegrees: Float(record.innerConeAngle * degrees),
          outerDegrees: Float(min(record.outerConeAngle, Double.pi / 2) * degrees)))
    default:
      throw document.failure(
        "\(here).type",
        .wrongValue(
          found: "\"\(from.kind.prefix(40))\"", expected: "directional, point or spot"))
    }
  }
}
