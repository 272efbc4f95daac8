internal import Foundation
internal import SfumatoCore

/// The scene of an OBJ file's bytes; libraries and pictures are looked for in the folder of the path.
///
/// What lies beside and is missing is a warning; a library or picture that is there and damaged is an error.
package func parseOBJScene(
  _ bytes: [UInt8], path: String, maxSide: Int = 16384
) throws(SceneFileError) -> SceneFile {
  let file: OBJFile
  do {
    var reader = OBJReader(bytes, path: path)
    file = try reader.readFile()
  } catch { throw SceneFileError(path: path, reason: .mesh(error)) }
  let (meshes, layout) = objParts(file)
  var result = SceneFile(Scene(meshes: meshes, materials: [], instances: []))
  result.layout = layout
  result.welding.parts = meshes.count
  result.welding.fileVertices = file.positions.count / 3
  result.welding.vertices = file.positions.count / 3
  var library = OBJLibrary(path: path, maxSide: maxSide)
  do { try library.read(file) } catch { throw SceneFileError(path: path, reason: .mesh(error)) }
  var numbers: [SIMD2<Int32>: Int] = [:]
  for (i, part) in layout.parts.enumerated() {
    let hasColors = meshes[i].vertexColors != nil
    let key = SIMD2(part.material, hasColors ? 1 : 0)
    if numbers[key] == nil {
      let name = part.material >= 0 ? file.materialNames[Int(part.material)] : nil
      result.scene.materials.append(try library.material(name, hasColors: hasColors))
      numbers[key] = result.scene.materials.count - 1
    }
    var instance = Instance<Float>(mesh: i, material: numbers[key] ?? 0)
    instance.name = meshes[i].name.isEmpty ? baseName(path) : meshes[i].name
    result.scene.instances.append(instance)
  }
  result.scene.textures = library.textures
  result.warnings = library.warnings
  return result
}

/// The materials that an OBJ file names.
private struct OBJLibrary {
  private let path: String
  private let folder: URL
  private let maxSide: Int
  private var budget = TextureBudget()
  private var materials: [String: MTLMaterial] = [:]
  private var only: MTLMaterial?
  private var pictures: [String: LoadedImage?] = [:]
  private var textureNumbers: [String: Int] = [:]
  private(set) var textures: [Texture<Float>] = []
  private(set) var warnings: [String] = []

  init(path: String, maxSide: Int) {
    self.path = path
    self.maxSide = maxSide
    folder = URL(fileURLWithPath: path).deletingLastPathComponent()
  }

  /// Reads all libraries; the first material of a name counts.
  mutating func read(_ file: OBJFile) throws(MeshFileError) {
    var count = 0
    for line in file.libraries {
      // A name may hold spaces, and a line several names.
      let names =
        fileExists(line) ? [line] : line.split(separator: " ").map(String.init)
      for name in names {
        let place = beside(name)
        let bytes: [UInt8]
        do { bytes = try readBytes(place) } catch {
          warnings.append("\(path): material library \(name): \(error.problem)")
          continue
        }
        var reader = MTLReader(bytes, path: place)
        for material in try reader.read() {
          count += 1
          only = material
          if materials[material.name] == nil { materials[material.name] = material }
        }
        warnings += reader.warnings
      }
    }
    if count != 1 || !file.materialNames.isEmpty { only = nil }
  }

  /// A material by name; without one the library's only one, else grey.
  mutating func material(
    _ name: String?, hasColors: Bool
  ) throws(SceneFileError) -> Material<Float> {
    guard let from = name.map({ materials[$0] }) ?? only else {
      if let name { warnings.append("\(path): material \(name) is in no library; grey is shown") }
      var grey = Material<Float>(
        baseColor: hasColors ? .vertex : .constant(SIMD3(repeating: 0.5)), shading: .lambert)
      grey.name = name ?? ""
      return grey
    }
    return try material(from, hasColors: hasColors)
  }

  private mutating func material(
    _ from: MTLMaterial, hasColors: Bool
  ) throws(SceneFileError) -> Material<Float> {
    let place = "\(path): material \(from.name)"
    var material = Material<Float>(baseColor: .vertex)
    material.name = from.name
    var diffuse = from.diffuse ?? SIMD3(repeating: from.diffuseMap == nil ? 0.8 : 1)
    if from.diffuseMap != nil, diffuse == .zero {
      diffuse = SIMD3(repeating: 1)
      warnings.append("\(place): Kd 0 0 0 under a map is taken for 1 1 1")
    }
    material.baseColor = hasColors ? .vertex : .constant(clamped(diffuse))
    material.opacity = opacity(from, place)
    if material.opacity < 1 { material.alphaMode = .blend }
    material.emissive = clamped(from.emissive ?? .zero, upTo: 1e6)
    material.isDoubleSided = true
    try shade(&material, from)
    try map(&material, from, place)
    if from.illumination == 0 { material.shading = .unlit }
    return material
  }

  /// Which of the models of light the numbers belong to.
  private func shade(
    _ material: inout Material<Float>, _ from: MTLMaterial
  ) throws(SceneFileError) {
    let specular = clamped(from.specular ?? .zero)
    if from.isPacked {
      material.shading = .metallicRoughness
      material.occlusionStrength = specular.x
      material.roughness = specular.y
      material.metallic = specular.z
    } else if from.roughness != nil || from.metallic != nil || from.roughnessMap != nil
      || from.metallicMap != nil
    {
      material.shading = .metallicRoughness
      material.roughness = min(max(from.roughness ?? 1, 0), 1)
      material.metallic = min(max(from.metallic ?? (from.metallicMap == nil ? 0 : 1), 0), 1)
    } else if specular != .zero, (from.illumination ?? 2) >= 2 {
      material.shading = .phong
      material.specular = specular
      material.shininess = min(max(from.shininess ?? 64, 1), 10_000)
    } else {
      material.shading = .lambert
    }
  }

  private mutating func map(
    _ material: inout Material<Float>, _ from: MTLMaterial, _ place: String
  ) throws(SceneFileError) {
    material.baseColorTexture = try use(from.diffuseMap, .color, alpha: from.opacityMap)
    if from.opacityMap != nil, material.baseColorTexture != nil { material.alphaMode = .blend }
    material.emissiveTexture = try use(from.emissiveMap, .color)
    if material.emissiveTexture != nil, from.emissive == nil {
      material.emissive = SIMD3(repeating: 1)
    }
    if from.isPacked {
      material.metallicRoughnessTexture = try use(from.specularMap, .data)
      material.occlusionTexture = material.metallicRoughnessTexture
    } else if from.specularMap != nil {
      warnings.append("\(place): map_Ks is not shown")
    }
    if from.roughnessMap != nil || from.metallicMap != nil {
      material.metallicRoughnessTexture = try packed(from.roughnessMap, from.metallicMap)
    }
    if let bump = from.normalMap ?? from.bumpMap {
      if from.normalMap == nil, try isGrey(bump) {
        warnings.append("\(place): bump heights are not shown; normal maps are")
      } else {
        material.normalTexture = try use(bump, .data)
        material.normalScale = bump.strength
        if material.shading == .lambert, material.normalTexture != nil {
          material.shading = .phong
        }
      }
    }
  }

  /// `d` where it is given; `Tr` alone is trusted below 1, as some writers put 1 for opaque.
  private mutating func opacity(_ from: MTLMaterial, _ place: String) -> Float {
    if let opacity = from.opacity { return min(max(opacity, 0), 1) }
    guard let transparency = from.transparency, transparency != 0 else { return 1 }
    let opacity = transparency >= 1 ? 1 : 1 - max(transparency, 0)
    warnings.append(
      "\(place): Tr \(transparency) without d, which writers use both ways, is taken for opacity \(opacity)"
    )
    return opacity
  }

  private func clamped(_ color: SIMD3<Float>, upTo limit: Float = 1) -> SIMD3<Float> {
    SIMD3(
      min(max(color.x, 0), limit), min(max(color.y, 0), limit), min(max(color.z, 0), limit))
  }

  private mutating func use(
    _ map: MTLTexture?, _ role: TextureRole, alpha: MTLTexture? = nil
  ) throws(SceneFileError) -> TextureUse<Float>? {
    let isColorless = map == nil
    guard let map = map ?? alpha else { return nil }
    let key = "\(map.file)|\(role)|\(map.clamps)|\(alpha?.file ?? "")|\(isColorless)"
    if textureNumbers[key] == nil {
      guard var image = try picture(map.file, role) else { return nil }
      if let alpha, let mask = try picture(alpha.file, .data) {
        image = withAlpha(image, mask, isColorless: isColorless)
      } else if role == .color {
        image.hasAlpha = false  // MTL gives alpha by map_d alone
      }
      var own = texture(image, role: role, name: baseName(map.file))
      if map.clamps { (own.wrapU, own.wrapV) = (.clamp, .clamp) }
      textures.append(own)
      textureNumbers[key] = textures.count - 1
    }
    return textureNumbers[key].map { placed($0, map) }
  }

  private func placed(_ index: Int, _ map: MTLTexture) -> TextureUse<Float> {
    TextureUse(
      index, linear: (SIMD2(map.scale.x, 0), SIMD2(0, map.scale.y)), offset: map.offset)
  }

  /// Roughness in green and metallic in blue, each from the red of its picture; 1 where there is none.
  private mutating func packed(
    _ roughness: MTLTexture?, _ metallic: MTLTexture?
  ) throws(SceneFileError) -> TextureUse<Float>? {
    guard let map = roughness ?? metallic else { return nil }
    let green = try roughness.flatMap { map throws(SceneFileError) in try picture(map.file, .data) }
    let blue = try metallic.flatMap { map throws(SceneFileError) in try picture(map.file, .data) }
    guard let base = green ?? blue else { return nil }
    let (width, height) = (base.pixels.width, base.pixels.height)
    var texels = [Float](repeating: 1, count: 3 * width * height)
    for (channel, image) in [(1, green), (2, blue)] {
      guard let pixels = image?.pixels else { continue }
      for y in 0..<height {
        for x in 0..<width {
          texels[3 * (y * width + x) + channel] =
            pixels[x * pixels.width / width, y * pixels.height / height, 0]
        }
      }
    }
    textures.append(
      Texture(
        width: width, height: height, channels: 3, texels: texels, name: baseName(map.file)))
    return placed(textures.count - 1, map)
  }

  /// A picture with the alpha that another one gives: its own alpha where it has one, else its brightness.
  private func withAlpha(
    _ image: LoadedImage, _ mask: LoadedImage, isColorless: Bool
  ) -> LoadedImage {
    var result = image
    let (width, height) = (image.pixels.width, image.pixels.height)
    for y in 0..<height {
      for x in 0..<width {
        let (i, j) = (x * mask.pixels.width / width, y * mask.pixels.height / height)
        let at = 4 * (y * width + x)
        result.pixels.values[at + 3] =
          mask.hasAlpha
          ? mask.pixels[i, j, 3]
          : (mask.pixels[i, j, 0] + mask.pixels[i, j, 1] + mask.pixels[i, j, 2]) / 3
        if isColorless { for c in 0..<3 { result.pixels.values[at + c] = 1 } }
      }
    }
    result.hasAlpha = true
    return result
  }

  private mutating func isGrey(_ map: MTLTexture) throws(SceneFileError) -> Bool {
    guard let pixels = try picture(map.file, .data)?.pixels else { return true }
    return (0..<pixels.pixelCount).allSatisfy {
      abs(pixels.values[4 * $0] - pixels.values[4 * $0 + 2]) < 0.02
    }
  }

  /// A picture beside the file; nil, and a warning, where it is missing or of a kind that is not read.
  private mutating func picture(
    _ name: String, _ role: TextureRole
  ) throws(SceneFileError) -> LoadedImage? {
    let key = "\(name)|\(role)"
    if let found = pictures[key] { return found }
    let place = beside(name)
    do {
      let bytes = try imageBytes(place)
      try budget.take(bytes, path: place)
      let image = try decodeImage(
        bytes, path: place, maxSide: maxSide, linearColor: role == .color)
      pictures[key] = image
      return image
    } catch {
      switch error.reason {
      case .inaccessible, .notAnImage:
        warnings.append("\(path): texture \(name): \(error); it is left out")
        pictures[key] = .some(nil)
        return nil
      default: throw SceneFileError(path: path, reason: .image(error))
      }
    }
  }

  private func fileExists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: beside(name))
  }

  /// The path of a file that is named relative to this one, with either slash.
  private func beside(_ name: String) -> String {
    let plain = name.replacingOccurrences(of: "\\", with: "/")
    return plain.hasPrefix("/") ? plain : folder.appendingPathComponent(plain).path
  }
}
