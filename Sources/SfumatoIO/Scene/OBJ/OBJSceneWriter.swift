internal import Foundation
internal import SfumatoCore

/// Writes a scene as OBJ with a material library and PNG pictures.
struct OBJSceneWriter {
  private let source: SceneFile
  private let path: String
  private let base: String
  private(set) var warnings: [String] = []
  private var pictures: [(name: String, bytes: [UInt8])] = []
  private var pictureNames: [String: String] = [:]
  private var scene: Scene<Float> { source.scene }

  init(_ file: SceneFile, path: String) {
    source = file
    self.path = path
    base = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  /// The OBJ file last, after what it names.
  mutating func files() throws(PNGCodecError) -> [(path: String, bytes: [UInt8])] {
    let names = materialNames()
    var library = ""
    if hasLibrary {
      for (material, name) in zip(scene.materials, names) {
        library += try text(of: material, name: name)
      }
    }
    if !scene.lights.isEmpty || !source.cameras.isEmpty {
      warnings.append("OBJ holds no lights and cameras")
    }
    let file = originalFile(names) ?? mergedFile(names)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    func beside(_ name: String) -> String {
      path.contains("/") ? folder.appendingPathComponent(name).path : name
    }
    var files = pictures.map { (beside($0.name), $0.bytes) }
    if hasLibrary { files.append((beside(base + ".mtl"), Array(library.utf8))) }
    files.append((path, encodeOBJFile(file, library: hasLibrary ? base + ".mtl" : nil)))
    return files
  }

  /// Paths of what is written besides the OBJ file.
  func companions() -> [String] {
    var copy = self
    let files = (try? copy.files()) ?? []
    return files.dropLast().map(\.path)
  }

  /// Whether there is anything to say about materials.
  private var hasLibrary: Bool {
    guard let layout = source.layout else {
      return scene.materials.contains {
        !$0.name.isEmpty || $0.baseColorTexture != nil || $0.baseColor != .vertex
      }
    }
    return !layout.file.libraries.isEmpty || !layout.file.materialNames.isEmpty
      || !scene.textures.isEmpty
  }

  /// A name a material, each once.
  private func materialNames() -> [String] {
    var used: Set<String> = []
    return scene.materials.enumerated().map { i, material in
      let plain = material.name.isEmpty ? "material\(i)" : material.name
      var name = plain.split(whereSeparator: \.isNewline).joined(separator: " ")
      while !used.insert(name).inserted { name += "_\(i)" }
      return name
    }
  }

  // MARK: Geometry

  /// The file as it was read with the positions, colours and coordinates that the scene has now; nil where the scene is
  /// no longer made of the parts that were read.
  private func originalFile(_ names: [String]) -> OBJFile? {
    guard let layout = source.layout, scene.instances.count == layout.parts.count else {
      return nil
    }
    var file = layout.file
    var renamed = [Int32](repeating: -1, count: layout.file.materialNames.count)
    for (i, part) in layout.parts.enumerated() {
      let instance = scene.instances[i]
      let mesh = scene.meshes[instance.mesh]
      guard instance.mesh == i, mesh.faceCount == part.faceCount,
        mesh.vertexCount == part.vertices.count,
        (mesh.texcoords?.count ?? 0) / 2 == part.texcoords.count
      else { return nil }
      let world = worldPositions(mesh.positions, instance)
      for (v, row) in part.vertices.enumerated() {
        // Parts share vertices: one that a part moved is not moved back by the next.
        if world.vector3(v) != layout.file.positions.vector3(Int(row)) {
          file.positions.setVector3(Int(row), world.vector3(v))
        }
        if let colors = mesh.vertexColors, !file.colors.isEmpty {
          file.colors.setVector3(Int(row), colors.vector3(v))
        }
      }
      if let texcoords = mesh.texcoords {
        for (t, row) in part.texcoords.enumerated() where row >= 0 {
          file.texcoords[2 * Int(row)] = texcoords[2 * t]
          file.texcoords[2 * Int(row) + 1] = texcoords[2 * t + 1]
        }
      }
      if part.material >= 0 { renamed[Int(part.material)] = Int32(instance.material) }
    }
    for (i, place) in renamed.enumerated() where place >= 0 && hasLibrary {
      file.materialNames[i] = names[Int(place)]
    }
    if layout.file.materialNames.isEmpty, hasLibrary, let first = names.first {
      file.materialNames = [first]
      file.polygonMaterials = file.polygonMaterials.map { _ in 0 }
    }
    if file.colors.isEmpty, scene.instances.count == 1, let colors = scene.meshes[0].vertexColors {
      file.colors = colors
    }
    if file.positions != layout.file.positions { keepNormals(&file, layout) }
    return file
  }

  /// Normals of a shape that moved: those that the meshes have now, or none.
  private func keepNormals(_ file: inout OBJFile, _ layout: OBJLayout) {
    let isKept = zip(layout.parts, scene.meshes).allSatisfy { part, mesh in
      (mesh.normals?.count ?? 0) / 3 == part.normals.count && !part.normals.isEmpty
    }
    guard isKept else {
      file.normals = []
      for i in file.corners.indices { file.corners[i].normal = -1 }
      return
    }
    for (part, instance) in zip(layout.parts, scene.instances) {
      guard let normals = scene.meshes[instance.mesh].normals else { continue }
      let turned = worldNormals(normals, instance)
      for (n, row) in part.normals.enumerated() {
        file.normals.setVector3(Int(row), turned.vector3(n))
      }
    }
  }

  /// All instances one after another, an object each.
  private func mergedFile(_ names: [String]) -> OBJFile {
    var file = OBJFile()
    file.materialNames = names
    let hasColors = scene.instances.contains { scene.meshes[$0.mesh].vertexColors != nil }
    for (i, instance) in scene.instances.enumerated() {
      let mesh = scene.meshes[instance.mesh]
      let first = OBJCorner(
        vertex: Int32(file.positions.count / 3), texcoord: Int32(file.texcoords.count / 2),
        normal: Int32(file.normals.count / 3))
      file.positions += worldPositions(mesh.positions, instance)
      if hasColors {
        file.colors += mesh.vertexColors ?? [Float](repeating: 1, count: mesh.positions.count)
      }
      file.texcoords += mesh.texcoords ?? []
      file.normals += worldNormals(mesh.normals ?? [], instance)
      let isNamed = !instance.name.isEmpty || scene.instances.count > 1
      if isNamed {
        let name = instance.name.isEmpty ? "object\(i)" : instance.name
        if file.objectNames.last != name { file.objectNames.append(name) }
      }
      let normalFaces = mesh.normals == nil ? nil : mesh.normalFaces ?? mesh.faces
      for corner in mesh.faces.indices {
        file.corners.append(
          OBJCorner(
            vertex: mesh.faces[corner] + first.vertex,
            texcoord: mesh.texcoordFaces.map { $0[corner] + first.texcoord } ?? -1,
            normal: normalFaces.map { $0[corner] + first.normal } ?? -1))
        guard corner % 3 == 2 else { continue }
        file.polygonEnds.append(Int32(file.corners.count))
        file.polygonMaterials.append(hasLibrary ? Int32(instance.material) : -1)
        file.polygonGroups.append(-1)
        file.polygonObjects.append(isNamed ? Int32(file.objectNames.count - 1) : -1)
      }
    }
    return file
  }

  // MARK: Materials

  private mutating func text(
    of material: Material<Float>, name: String
  ) throws(PNGCodecError) -> String {
    var color = material.baseColorFactor
    if case .constant(let own) = material.baseColor { color *= own }
    var lines = ["newmtl \(name)", "Kd \(words(color))", "d \(material.opacity)"]
    switch material.shading {
    case .unlit: lines.append("illum 0")
    case .lambert, .lambertFlat: lines.append("illum 1")
    case .phong, .blinnPhong:
      lines += ["illum 2", "Ks \(words(material.specular))", "Ns \(material.shininess)"]
    case .metallicRoughness:
      lines += ["illum 2", "Pr \(material.roughness)", "Pm \(material.metallic)"]
    }
    if material.emissive != .zero { lines.append("Ke \(words(material.emissive))") }
    if let use = material.baseColorTexture {
      let file = try map(use, .color)
      lines.append("map_Kd \(file)")
      let isOpaque = material.alphaMode == .opaque
      if !isOpaque, scene.textures[use.texture].channels % 2 == 0 { lines.append("map_d \(file)") }
    }
    if let use = material.emissiveTexture { lines.append("map_Ke \(try map(use, .color))") }
    if let use = material.normalTexture {
      let strength = material.normalScale == 1 ? "" : "-bm \(material.normalScale) "
      lines.append("norm \(strength)\(try map(use, .data))")
    }
    if let use = material.metallicRoughnessTexture {
      lines.append("map_Pr \(try map(use, .data, channel: 1))")
      lines.append("map_Pm \(try map(use, .data, channel: 2))")
    }
    if case .mask(let cutoff) = material.alphaMode {
      warnings.append("\(name): MTL holds no cutoff of alpha; \(cutoff) becomes blending")
    }
    if material.occlusionTexture != nil { warnings.append("\(name): MTL holds no occlusion") }
    return lines.joined(separator: "\n") + "\n\n"
  }

  /// Options and name of a picture, which is written once; of one channel where asked for.
  private mutating func map(
    _ use: TextureUse<Float>, _ role: TextureRole, channel: Int? = nil
  ) throws(PNGCodecError) -> String {
    let texture = scene.textures[use.texture]
    let key = "\(use.texture) \(role) \(channel ?? -1)"
    if pictureNames[key] == nil {
      var own = texture
      if let channel, texture.channels >= 3 {
        let grey = (0..<texture.width * texture.height).map {
          texture.texels[texture.channels * $0 + channel]
        }
        own = Texture(width: texture.width, height: texture.height, channels: 1, texels: grey)
      }
      let suffix = [1: "_roughness", 2: "_metallic"][channel ?? 0] ?? ""
      let plain = texture.name.isEmpty ? "texture\(use.texture)" : texture.name
      let safe = String(plain.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "_" })
      var name = (safe.hasPrefix(base) ? safe : base + "_" + safe) + suffix
      while pictures.contains(where: { $0.name == name + ".png" }) { name += "_\(use.texture)" }
      pictures.append((name + ".png", try encodeTexture(own, role: role)))
      pictureNames[key] = name + ".png"
    }
    var options = ""
    let (a, b) = use.linear
    if a.y != 0 || b.x != 0 {
      warnings.append("MTL turns no texture; \(texture.name) stays upright")
    }
    if a.x != 1 || b.y != 1 { options += "-s \(a.x) \(b.y) 1 " }
    if use.offset != .zero { options += "-o \(use.offset.x) \(use.offset.y) 0 " }
    if texture.wrapU == .clamp, texture.wrapV == .clamp { options += "-clamp on " }
    return options + (pictureNames[key] ?? "")
  }

  private func words(_ v: SIMD3<Float>) -> String { "\(v.x) \(v.y) \(v.z)" }
}

/// The text of an OBJ file.
func encodeOBJFile(_ file: OBJFile, library: String?) -> [UInt8] {
  var text = "# Sfumato: \(file.positions.count / 3) vertices, \(file.polygonEnds.count) faces\n"
  if let library { text += "mtllib \(library)\n" }
  for v in 0..<file.positions.count / 3 {
    let p = file.positions.vector3(v)
    text += "v \(p.x) \(p.y) \(p.z)"
    if !file.colors.isEmpty {
      let c = encodedColor(file.colors.vector3(v))
      text += " \(c.x) \(c.y) \(c.z)"
    }
    text += "\n"
  }
  for t in 0..<file.texcoords.count / 2 {
    text += "vt \(file.texcoords[2 * t]) \(file.texcoords[2 * t + 1])\n"
  }
  for n in 0..<file.normals.count / 3 {
    let v = file.normals.vector3(n)
    text += "vn \(v.x) \(v.y) \(v.z)\n"
  }
  var (object, group, material) = (Int32(-1), Int32(-1), Int32(-1))
  var start = 0
  for (polygon, end) in file.polygonEnds.enumerated() {
    if file.polygonObjects[polygon] != object {
      object = file.polygonObjects[polygon]
      if object >= 0 { text += "o \(file.objectNames[Int(object)])\n" }
    }
    if file.polygonGroups[polygon] != group {
      group = file.polygonGroups[polygon]
      if group >= 0 { text += "g \(file.groupNames[Int(group)])\n" }
    }
    if file.polygonMaterials[polygon] != material {
      material = file.polygonMaterials[polygon]
      if material >= 0 { text += "usemtl \(file.materialNames[Int(material)])\n" }
    }
    text += "f"
    for corner in file.corners[start..<Int(end)] {
      text += " \(corner.vertex + 1)"
      if corner.texcoord >= 0 { text += "/\(corner.texcoord + 1)" }
      if corner.normal >= 0 { text += (corner.texcoord < 0 ? "//" : "/") + "\(corner.normal + 1)" }
    }
    text += "\n"
    start = Int(end)
  }
  return Array(text.utf8)
}
