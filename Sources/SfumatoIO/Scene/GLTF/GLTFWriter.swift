internal import SfumatoCore

// Our own writer rather than tinygltf's: the document is a list of strings, written in a fixed order with the digits that
// bring Float back. What the format has no word for (Lambert and Phong shading, light from everywhere) goes into
// `extras.sfumato`, which other programs skip and the reader here takes up.

/// Writes a scene as glTF 2.0.
struct GLTFWriter {
  private let file: SceneFile
  var scene: Scene<Float> { file.scene }
  var warnings: [String] = []
  private var buffer = GLTFBuffer()
  private var images: [String] = []
  private var textures: [String] = []
  private var samplers: [String] = []
  private var materials: [String] = []
  private var meshes: [String] = []
  var cameras: [String] = []
  var lights: [String] = []
  var nodes: [String] = []
  var extensions: Set<String> = []
  private var textureNumbers: [TextureKey: Int] = [:]
  private var primitives: [SIMD2<Int>: String] = [:]

  private struct TextureKey: Hashable {
    var texture: Int
    var role: TextureRole
  }

  init(_ file: SceneFile) { self.file = file }

  /// The bytes of a GLB.
  mutating func glb() throws(PNGCodecError) -> [UInt8] {
    try build()
    var json = Array(document(bufferName: nil).utf8)
    while json.count % 4 != 0 { json.append(32) }
    let hasBuffer = !buffer.bytes.isEmpty
    let length = 20 + json.count + (hasBuffer ? 8 + buffer.bytes.count : 0)
    var bytes = Array("glTF".utf8) + littleEndian(2) + littleEndian(UInt32(length))
    bytes += littleEndian(UInt32(json.count)) + Array("JSON".utf8) + json
    if hasBuffer {
      bytes += littleEndian(UInt32(buffer.bytes.count)) + Array("BIN\0".utf8) + buffer.bytes
    }
    return bytes
  }

  /// The document, and the buffer that goes beside it under the name.
  mutating func gltf(bufferName: String) throws(PNGCodecError) -> (json: [UInt8], buffer: [UInt8]) {
    try build()
    return (Array((document(bufferName: bufferName) + "\n").utf8), buffer.bytes)
  }

  private mutating func build() throws(PNGCodecError) {
    for (i, material) in scene.materials.enumerated() {
      materials.append(try self.material(material, "materials[\(i)]"))
    }
    addInstances()
    for camera in file.cameras { add(camera) }
    for light in scene.lights { add(light) }
    var seen: Set<String> = []
    warnings = warnings.filter { seen.insert($0).inserted }
  }

  private func document(bufferName: String?) -> String {
    var members = [("asset", "{\"version\":\"2.0\",\"generator\":\"Sfumato\"}")]
    if !extensions.isEmpty {
      let names = extensions.sorted().map { "\"\($0)\"" }.joined(separator: ",")
      members.append(("extensionsUsed", "[\(names)]"))
    }
    var root =
      nodes.isEmpty ? [] : [("nodes", "[\(nodes.indices.map(String.init).joined(separator: ","))]")]
    if let extras = sceneExtras() { root.append(("extras", extras)) }
    members.append(("scene", "0"))
    members.append(("scenes", "[\(jsonObject(root))]"))
    func list(_ key: String, _ entries: [String]) {
      if !entries.isEmpty {
        members.append((key, "[\n" + entries.joined(separator: ",\n") + "\n]"))
      }
    }
    list("nodes", nodes)
    list("meshes", meshes)
    list("materials", materials)
    list("textures", textures)
    list("samplers", samplers)
    list("images", images)
    list("cameras", cameras)
    list("accessors", buffer.accessors)
    list("bufferViews", buffer.views)
    if !buffer.bytes.isEmpty {
      let uri = bufferName.map { ",\"uri\":\(quotedJSON(escapedURI($0)))" } ?? ""
      list("buffers", ["{\"byteLength\":\(buffer.bytes.count)\(uri)}"])
    }
    if !lights.isEmpty {
      members.append(
        ("extensions", "{\"KHR_lights_punctual\":{\"lights\":[\(lights.joined(separator: ","))]}}"))
    }
    return jsonObject(members)
  }

  // MARK: Meshes and nodes

  /// A node for each run of instances that have name, place and name of the mesh in common: one mesh of several primitives.
  private mutating func addInstances() {
    var meshNumbers: [[SIMD2<Int>]: Int] = [:]
    var at = 0
    while at < scene.instances.count {
      let first = scene.instances[at]
      let name = scene.meshes[first.mesh].name
      var pairs: [SIMD2<Int>] = []
      while at < scene.instances.count {
        let next = scene.instances[at]
        guard next.name == first.name, next.transform == first.transform,
          next.stretch == first.stretch, scene.meshes[next.mesh].name == name,
          !pairs.contains(SIMD2(next.mesh, next.material))
        else { break }
        pairs.append(SIMD2(next.mesh, next.material))
        at += 1
      }
      let drawn = pairs.filter { scene.meshes[$0.x].faceCount > 0 }
      guard !drawn.isEmpty else {
        warnings.append("\(first.name): has no faces and is left out")
        continue
      }
      if meshNumbers[drawn] == nil {
        let entries = drawn.map { primitive($0) }
        var members = [("primitives", "[\(entries.joined(separator: ","))]")]
        if !name.isEmpty { members.append(("name", quotedJSON(name))) }
        meshes.append(jsonObject(members))
        meshNumbers[drawn] = meshes.count - 1
      }
      var members = placement(first.transform, first.stretch)
      members.append(("mesh", "\(meshNumbers[drawn] ?? 0)"))
      if !first.name.isEmpty { members.append(("name", quotedJSON(first.name))) }
      nodes.append(jsonObject(members))
    }
  }

  func placement(
    _ transform: RigidTransform<Float>, _ stretch: Matrix3<Float> = .identity
  ) -> [(String, String)] {
    let t = transform.translation
    if stretch != .identity {
      let m = transform.rotation.matrix * stretch
      return [
        (
          "matrix",
          jsonArray([
            m.row0.x, m.row1.x, m.row2.x, 0, m.row0.y, m.row1.y, m.row2.y, 0, m.row0.z, m.row1.z,
            m.row2.z, 0, t.x, t.y, t.z, 1,
          ])
        )
      ]
    }
    var members: [(String, String)] = []
    let q = transform.rotation
    if q != .identity {
      members.append(("rotation", jsonArray([q.vector.x, q.vector.y, q.vector.z, q.w])))
    }
    if t != .zero { members.append(("translation", jsonArray([t.x, t.y, t.z]))) }
    return members
  }

  private mutating func primitive(_ pair: SIMD2<Int>) -> String {
    if let found = primitives[pair] { return found }
    let material = scene.materials[pair.y]
    let usesFaceColors = material.baseColor == .face
    let split = SplitVertices(
      scene.meshes[pair.x], keepsNormals: material.shading != .lambertFlat,
      keepsFaceColors: usesFaceColors)
    var attributes = [
      ("POSITION", "\(buffer.add(split.positions, channels: 3, hasBounds: true))")
    ]
    if let normals = split.normals {
      attributes.append(("NORMAL", "\(buffer.add(normals, channels: 3))"))
    }
    for (i, set) in split.texcoords.prefix(2).enumerated() {
      attributes.append(("TEXCOORD_\(i)", "\(buffer.add(set, channels: 2))"))
    }
    if let colors = split.colors, usesFaceColors || material.baseColor == .vertex {
      attributes.append(("COLOR_0", "\(buffer.add(colors, channels: 3))"))
    }
    if usesFaceColors { warnings.append("face colours are written as colours of split vertices") }
    if split.texcoords.count > 2 { warnings.append("two sets of texture coordinates are written") }
    let indices = buffer.add(corners: split.corners, vertexCount: split.positions.count / 3)
    let text = jsonObject([
      ("attributes", jsonObject(attributes)), ("indices", "\(indices)"), ("material", "\(pair.y)"),
    ])
    primitives[pair] = text
    return text
  }

  // MARK: Materials

  private mutating func material(
    _ material: Material<Float>, _ place: String
  ) throws(PNGCodecError) -> String {
    var color = material.baseColorFactor
    if case .constant(let own) = material.baseColor { color *= own }
    var pbr = [("baseColorFactor", jsonArray([color.x, color.y, color.z, material.opacity]))]
    if let use = material.baseColorTexture {
      pbr.append(("baseColorTexture", try self.use(use, .color)))
    }
    let isPhysical = material.shading == .metallicRoughness
    let gloss = (2 / (material.shininess + 2)).squareRoot()
    let isGlossy = material.shading == .phong || material.shading == .blinnPhong
    let metallic = isPhysical ? material.metallic : 0
    let roughness = isPhysical ? material.roughness : isGlossy ? gloss : 1
    pbr.append(("metallicFactor", "\(metallic)"))
    pbr.append(("roughnessFactor", "\(roughness)"))
    if let use = material.metallicRoughnessTexture {
      pbr.append(("metallicRoughnessTexture", try self.use(use, .data)))
    }
    var members: [(String, String)] = []
    if !material.name.isEmpty { members.append(("name", quotedJSON(material.name))) }
    members.append(("pbrMetallicRoughness", jsonObject(pbr)))
    if let use = material.normalTexture {
      members.append(
        ("normalTexture", try self.use(use, .data, [("scale", "\(material.normalScale)")])))
    }
    if let use = material.occlusionTexture {
      members.append(
        (
          "occlusionTexture",
          try self.use(use, .data, [("strength", "\(material.occlusionStrength)")])
        ))
    }
    if let use = material.emissiveTexture {
      members.append(("emissiveTexture", try self.use(use, .color)))
    }
    var own: [(String, String)] = []
    let strength = max(material.emissive.x, material.emissive.y, material.emissive.z)
    if strength > 0 {
      let factor = strength > 1 ? material.emissive / strength : material.emissive
      members.append(("emissiveFactor", jsonArray([factor.x, factor.y, factor.z])))
      if strength > 1 {
        extensions.insert("KHR_materials_emissive_strength")
        own.append(("KHR_materials_emissive_strength", "{\"emissiveStrength\":\(strength)}"))
      }
    }
    switch material.alphaMode {
    case .opaque: break
    case .mask(let cutoff):
      members.append(("alphaMode", "\"MASK\""))
      members.append(("alphaCutoff", "\(cutoff)"))
    case .blend: members.append(("alphaMode", "\"BLEND\""))
    }
    if material.isDoubleSided { members.append(("doubleSided", "true")) }
    if material.shading == .unlit {
      extensions.insert("KHR_materials_unlit")
      own.append(("KHR_materials_unlit", "{}"))
    }
    if !own.isEmpty { members.append(("extensions", jsonObject(own))) }
    if material.shading != .unlit, !isPhysical || material.isFlat {
      let s = material.specular
      members.append(
        (
          "extras",
          "{\"sfumato\":"
            + jsonObject([
              ("shading", "\"\(material.shading.rawValue)\""), ("flat", "\(material.isFlat)"),
              ("specular", jsonArray([s.x, s.y, s.z])), ("shininess", "\(material.shininess)"),
            ]) + "}"
        ))
    }
    return jsonObject(members)
  }

  private mutating func use(
    _ use: TextureUse<Float>, _ role: TextureRole, _ more: [(String, String)] = []
  ) throws(PNGCodecError) -> String {
    var members = [("index", "\(try texture(use.texture, role))")]
    if use.texcoordSet != 0 { members.append(("texCoord", "\(use.texcoordSet)")) }
    members += more
    if let transform = GLTFTextureTransform(use) {
      extensions.insert("KHR_texture_transform")
      members.append(("extensions", "{\"KHR_texture_transform\":\(transform.json)}"))
      if transform.isSheared { warnings.append("a texture's shear is not written") }
    }
    return jsonObject(members)
  }

  private mutating func texture(_ index: Int, _ role: TextureRole) throws(PNGCodecError) -> Int {
    let key = TextureKey(texture: index, role: role)
    if let found = textureNumbers[key] { return found }
    let texture = scene.textures[index]
    if texture.texels.contains(where: { $0 > 1 || $0 < 0 }) {
      warnings.append("\(texture.name): texels outside 0...1 are clamped")
    }
    let view = buffer.addView(try encodeTexture(texture, role: role))
    var members = [("bufferView", "\(view)"), ("mimeType", "\"image/png\"")]
    if !texture.name.isEmpty { members.append(("name", quotedJSON(texture.name))) }
    images.append(jsonObject(members))
    let codes: [Texture<Float>.Wrap: Int] = [.repeat: 10497, .clamp: 33071, .mirror: 33648]
    let (magnified, minified) =
      switch texture.filter {
      case .nearest: (9728, 9728)
      case .bilinear: (9729, 9729)
      case .trilinear: (9729, 9987)
      }
    let sampler = jsonObject([
      ("magFilter", "\(magnified)"), ("minFilter", "\(minified)"),
      ("wrapS", "\(codes[texture.wrapU] ?? 10497)"), ("wrapT", "\(codes[texture.wrapV] ?? 10497)"),
    ])
    let place = samplers.firstIndex(of: sampler) ?? samplers.count
    if place == samplers.count { samplers.append(sampler) }
    textures.append("{\"sampler\":\(place),\"source\":\(images.count - 1)}")
    textureNumbers[key] = textures.count - 1
    return textures.count - 1
  }
}
