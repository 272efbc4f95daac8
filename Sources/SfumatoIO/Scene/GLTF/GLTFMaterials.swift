internal import CTinyGLTF
internal import Foundation
internal import SfumatoCore

/// Reads materials and the textures that they use.
struct GLTFMaterialReader {
  private let document: GLTFDocument
  private let accessors: GLTFAccessors
  private let maxSide: Int
  private var budget = TextureBudget()
  private(set) var materials: [Material<Float>] = []
  private(set) var textures: [Texture<Float>] = []
  private(set) var warnings: [String] = []
  private var materialNumbers: [SIMD2<Int32>: Int] = [:]
  private var textureNumbers: [TextureKey: Int?] = [:]

  private struct TextureKey: Hashable {
    var texture: Int32
    var role: TextureRole
  }

  init(_ document: GLTFDocument, maxSide: Int) {
    self.document = document
    self.maxSide = maxSide
    accessors = GLTFAccessors(document)
  }

  /// Index of a document's material, -1 being the format's default, on a mesh with or without vertex colours.
  mutating func material(_ index: Int32, hasColors: Bool) throws(SceneFileError) -> Int {
    let key = SIMD2(index, hasColors ? 1 : 0)
    if let found = materialNumbers[key] { return found }
    let material = index < 0 ? standard(hasColors) : try read(Int(index), hasColors)
    materials.append(material)
    materialNumbers[key] = materials.count - 1
    return materials.count - 1
  }

  private func standard(_ hasColors: Bool) -> Material<Float> {
    Material(
      baseColor: hasColors ? .vertex : .constant(SIMD3(repeating: 1)), shading: .metallicRoughness)
  }

  private mutating func read(
    _ index: Int, _ hasColors: Bool
  ) throws(SceneFileError) -> Material<Float> {
    let place = "materials[\(index)]"
    let from = document.materials[index]
    let record = from.record
    var material = standard(hasColors)
    material.name = from.name
    material.shading = record.isUnlit ? .unlit : .metallicRoughness
    let factor = try vector(record.baseColorFactor, 0...1, "\(place).baseColorFactor")
    let rgb = SIMD3(factor.x, factor.y, factor.z)
    if hasColors { material.baseColorFactor = rgb } else { material.baseColor = .constant(rgb) }
    material.opacity = factor.w
    material.baseColorTexture = try use(record.baseColor, .color, "\(place).baseColorTexture")
    switch from.alphaMode {
    case "OPAQUE", "": material.alphaMode = .opaque
    case "BLEND": material.alphaMode = .blend
    case "MASK":
      material.alphaMode = .mask(
        cutoff: try number(record.alphaCutoff, 0...1e30, "\(place).alphaCutoff"))
    default:
      throw document.failure(
        "\(place).alphaMode",
        .wrongValue(found: "\"\(from.alphaMode.prefix(40))\"", expected: "OPAQUE, MASK or BLEND"))
    }
    material.isDoubleSided = record.isDoubleSided
    material.metallic = try number(record.metallic, 0...1, "\(place).metallicFactor")
    material.roughness = try number(record.roughness, 0...1, "\(place).roughnessFactor")
    material.metallicRoughnessTexture = try use(
      record.metallicRoughness, .data, "\(place).metallicRoughnessTexture")
    material.normalTexture = try use(record.normal, .data, "\(place).normalTexture")
    material.normalScale = try number(
      record.normalScale, -1e6...1e6, "\(place).normalTexture.scale")
    material.occlusionTexture = try use(record.occlusion, .data, "\(place).occlusionTexture")
    material.occlusionStrength = try number(
      record.occlusionStrength, 0...1, "\(place).occlusionTexture.strength")
    let emissive = try vector(record.emissiveFactor, 0...1e6, "\(place).emissiveFactor")
    let strength = try number(record.emissiveStrength, 0...1e9, "\(place).emissiveStrength")
    material.emissive = SIMD3(emissive.x, emissive.y, emissive.z) * strength
    material.emissiveTexture = try use(record.emissive, .color, "\(place).emissiveTexture")
    if record.isSpecularGlossiness {
      material.metallic = 0
      material.roughness = 1 - (try number(record.glossiness, 0...1, "\(place).glossinessFactor"))
      material.metallicRoughnessTexture = nil
      warnings.append(
        "\(document.path): \(place): specular-glossiness is read as a rough surface that is no metal"
      )
    }
    if let own = document.materialExtras[index] { apply(own, to: &material) }
    return material
  }

  /// What ``GLTFWriter`` puts into extras: a shading that the format has no word for.
  private func apply(_ extras: GLTFExtras, to material: inout Material<Float>) {
    guard let shading = extras.text("shading").flatMap({ Shading(rawValue: $0) }),
      material.shading != .unlit
    else { return }
    material.shading = shading
    material.isFlat = extras.flag("flat") ?? false
    if let s = extras.numbers("specular", count: 3), s.allSatisfy({ $0 >= 0 }) {
      material.specular = SIMD3(s[0], s[1], s[2])
    }
    if let n = extras.number("shininess"), n > 0 { material.shininess = n }
  }

  /// A texture's use; nil where the material has none, or none that can be read.
  private mutating func use(
    _ info: CTinyGLTFTextureInfo, _ role: TextureRole, _ place: String
  ) throws(SceneFileError) -> TextureUse<Float>? {
    guard info.texture != -1 else { return nil }
    guard document.textures.indices.contains(Int(info.texture)) else {
      throw document.failure(
        "\(place).index",
        .indexOutOfRange(index: Int(info.texture), count: document.textures.count))
    }
    guard let index = try texture(info.texture, role) else { return nil }
    guard (0...1).contains(info.texcoord) else {
      warnings.append(
        "\(document.path): \(place): uses TEXCOORD_\(info.texcoord); sets 0 and 1 are read, and it is left out"
      )
      return nil
    }
    var use = TextureUse<Float>(index, texcoordSet: Int(info.texcoord))
    guard info.hasTransform else { return use }
    for value in [info.offsetU, info.offsetV, info.rotation, info.scaleU, info.scaleV] {
      _ = try number(value, -1e9...1e9, "\(place).KHR_texture_transform")
    }
    let transform = GLTFTextureTransform(
      offset: SIMD2(info.offsetU, info.offsetV), rotation: info.rotation,
      scale: SIMD2(info.scaleU, info.scaleV))
    transform.apply(to: &use)
    return use
  }

  private mutating func texture(
    _ index: Int32, _ role: TextureRole
  ) throws(SceneFileError) -> Int? {
    let key = TextureKey(texture: index, role: role)
    if let found = textureNumbers[key] { return found }
    let record = document.textures[Int(index)]
    guard document.images.indices.contains(Int(record.image)) else {
      if record.image == -1 {
        warnings.append(
          "\(document.path): textures[\(index)]: has no image in PNG or JPEG and is left out")
        textureNumbers[key] = .some(nil)
        return nil
      }
      throw document.failure(
        "textures[\(index)].source",
        .indexOutOfRange(index: Int(record.image), count: document.images.count))
    }
    guard let image = try image(Int(record.image), role) else {
      textureNumbers[key] = .some(nil)
      return nil
    }
    var texture = image
    if record.sampler >= 0 {
      guard document.samplers.indices.contains(Int(record.sampler)) else {
        throw document.failure(
          "textures[\(index)].sampler",
          .indexOutOfRange(index: Int(record.sampler), count: document.samplers.count))
      }
      let sampler = document.samplers[Int(record.sampler)]
      texture.wrapU = try wrap(sampler.wrapS, "samplers[\(record.sampler)].wrapS")
      texture.wrapV = try wrap(sampler.wrapT, "samplers[\(record.sampler)].wrapT")
      texture.filter = filter(sampler)
    }
    textures.append(texture)
    textureNumbers[key] = textures.count - 1
    return textures.count - 1
  }

  private func wrap(_ code: Int32, _ place: String) throws(SceneFileError) -> Texture<Float>.Wrap {
    switch code {
    case 10497: return .repeat
    case 33071: return .clamp
    case 33648: return .mirror
    default:
      throw document.failure(
        place, .wrongValue(found: "\(code)", expected: "10497, 33071 or 33648"))
    }
  }

  private func filter(_ sampler: CTinyGLTFSampler) -> Texture<Float>.Filter {
    if sampler.magFilter == 9728 { return .nearest }
    switch sampler.minFilter {
    case 9728, 9984: return sampler.magFilter == -1 ? .nearest : .bilinear
    case 9729: return .bilinear
    default: return .trilinear
    }
  }

  /// A picture; nil, and a warning, where it is missing or of a kind that is not read.
  private mutating func image(
    _ index: Int, _ role: TextureRole
  ) throws(SceneFileError) -> Texture<Float>? {
    let image = document.images[index]
    let place = "images[\(index)]"
    let name = image.name.isEmpty ? baseName(image.uri) : image.name
    let bytes =
      image.bufferView >= 0
      ? try accessors.bytes(ofView: image.bufferView, at: place) : image.bytes
    guard !bytes.isEmpty else {
      warnings.append(
        "\(document.path): \(place): \(image.uri.isEmpty ? "is empty" : "no file \(image.uri)"); its texture is left out"
      )
      return nil
    }
    let path = image.uri.isEmpty ? "\(document.path): \(place)" : image.uri
    do {
      try budget.take(bytes, path: path)
      let loaded = try decodeImage(
        bytes, path: path, maxSide: maxSide, linearColor: role == .color)
      return SfumatoIO.texture(
        loaded, role: role, name: name.isEmpty ? "texture\(index)" : name)
    } catch {
      if case .notAnImage = error.reason {
        warnings.append("\(error); its texture is left out")
        return nil
      }
      throw document.failure(place, .image(error))
    }
  }

  private func number(
    _ value: Double, _ range: ClosedRange<Double>, _ place: String
  ) throws(SceneFileError) -> Float {
    guard range.contains(value) else {
      throw document.failure(
        place,
        .wrongValue(
          found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)"))
    }
    return Float(value)
  }

  private func vector(
    _ v: CTinyGLTFVector, _ range: ClosedRange<Double>, _ place: String
  ) throws(SceneFileError) -> SIMD4<Float> {
    SIMD4(
      try number(v.x, range, place), try number(v.y, range, place), try number(v.z, range, place),
      try number(v.w, range, place))
  }
}
