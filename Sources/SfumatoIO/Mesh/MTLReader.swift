// Material libraries as met in practice: options may stand before a file name, a name may hold spaces, lines may be
// indented, `Tr` means both a thing and its opposite. Sources: Wavefront "Appendix B1, Object Files"; for Pr, Pm, Ke
// and norm Burley's extension as tinyobjloader and Blender write it. An unknown word is a warning; a number that is
// none is an error with its line.

/// A picture of a material.
struct MTLTexture: Equatable, Sendable {
  var file: String
  /// `-o`: added after the scale.
  var offset = SIMD2<Float>(0, 0)
  /// `-s`.
  var scale = SIMD2<Float>(1, 1)
  /// `-clamp on`.
  var clamps = false
  /// `-bm`.
  var strength: Float = 1
}

/// A material; nil where the library is silent.
struct MTLMaterial: Equatable, Sendable {
  var name: String
  var diffuse: SIMD3<Float>?
  var specular: SIMD3<Float>?
  var emissive: SIMD3<Float>?
  var shininess: Float?
  /// `d`.
  var opacity: Float?
  /// `Tr`.
  var transparency: Float?
  var illumination: Int?
  var roughness: Float?
  var metallic: Float?
  /// nvdiffrec's `bsdf pbr`: Ks is occlusion, roughness, metallic.
  var isPacked = false
  var diffuseMap: MTLTexture?
  var specularMap: MTLTexture?
  var emissiveMap: MTLTexture?
  var opacityMap: MTLTexture?
  var bumpMap: MTLTexture?
  var normalMap: MTLTexture?
  var roughnessMap: MTLTexture?
  var metallicMap: MTLTexture?
}

/// Reads one material library.
struct MTLReader {
  private let path: String
  private var scanner: OBJScanner
  private var materials: [MTLMaterial] = []
  /// What was not understood, each as "FILE:LINE: ...".
  private(set) var warnings: [String] = []

  init(_ bytes: [UInt8], path: String) {
    self.path = path
    scanner = OBJScanner(bytes)
  }

  /// The materials in the order of the file.
  mutating func read() throws(MeshFileError) -> [MTLMaterial] {
    while !scanner.isAtEnd {
      if let keyword = scanner.word() { try readStatement(keyword) }
      scanner.skipLine()
    }
    return materials
  }

  private mutating func readStatement(_ word: ArraySlice<UInt8>) throws(MeshFileError) {
    let keyword = String(decoding: word, as: UTF8.self)
    if keyword == "newmtl" {
      materials.append(MTLMaterial(name: scanner.restOfLine()))
      return
    }
    let key = keyword.lowercased()
    guard !materials.isEmpty else {
      return warn("'\(excerpt(word))' before the first 'newmtl'")
    }
    let last = materials.count - 1
    if let color = colors[key] {
      if let value = try readColor() { materials[last][keyPath: color] = value }
    } else if let number = numbers[key] {
      materials[last][keyPath: number] = try readNumber(key)
    } else if let map = maps[key] {
      if let texture = try readTexture() { materials[last][keyPath: map] = texture }
    } else if key == "illum" {
      materials[last].illumination = Int(min(max(try readNumber(key), -1), 100))
    } else if key == "bsdf" {
      materials[last].isPacked = scanner.restOfLine() == "pbr"
    } else if !silentKeywords.contains(key) {
      warn("'\(excerpt(word))' is not known and skipped")
    }
  }

  private mutating func readNumber(_ keyword: String) throws(MeshFileError) -> Float {
    guard let word = scanner.word() else {
      throw failure(.wrongCount(keyword: keyword, found: 0, expected: "1"))
    }
    // Some writers put the same number twice; some write "d -halo 1".
    if word.elementsEqual("-halo".utf8) { return try readNumber(keyword) }
    return try number(word)
  }

  /// One number stands for three alike; a spectral curve or XYZ is nothing that is read.
  private mutating func readColor() throws(MeshFileError) -> SIMD3<Float>? {
    guard let first = scanner.word() else {
      throw failure(.wrongCount(keyword: "a colour", found: 0, expected: "1 or 3"))
    }
    if first.elementsEqual("spectral".utf8) || first.elementsEqual("xyz".utf8) {
      warn("'\(excerpt(first))' colours are not read")
      return nil
    }
    let red = try number(first)
    guard let second = scanner.word() else { return SIMD3(repeating: red) }
    guard let third = scanner.word() else {
      throw failure(.wrongCount(keyword: "a colour", found: 2, expected: "1 or 3"))
    }
    return SIMD3(red, try number(second), try number(third))
  }

  private mutating func readTexture() throws(MeshFileError) -> MTLTexture? {
    var texture = MTLTexture(file: "")
    while true {
      let before = scanner
      guard let word = scanner.word() else {
        warn("a map without a file name")
        return nil
      }
      switch String(decoding: word, as: UTF8.self) {
      case "-o": texture.offset = try readPair(standard: 0)
      case "-s": texture.scale = try readPair(standard: 1)
      case "-t": _ = try readPair(standard: 0)
      case "-bm": texture.strength = try readNumber("-bm")
      case "-clamp":
        texture.clamps = scanner.word()?.elementsEqual("on".utf8) ?? false
      case "-imfchan", "-blendu", "-blendv", "-cc", "-type", "-texres", "-boost":
        _ = scanner.word()
      case "-mm": _ = try readPair(standard: 0)
      default:
        scanner = before
        texture.file = scanner.restOfLine()
        return texture
      }
    }
  }

  /// One to three numbers, of which two are used.
  private mutating func readPair(standard: Float) throws(MeshFileError) -> SIMD2<Float> {
    var pair = SIMD2<Float>(repeating: standard)
    for i in 0..<3 {
      let before = scanner
      guard let word = scanner.word(), case .value(let value) = parseDecimal(word) else {
        scanner = before
        break
      }
      if i < 2 { pair[i] = value }
    }
    return pair
  }

  private func number(_ word: ArraySlice<UInt8>) throws(MeshFileError) -> Float {
    switch parseDecimal(word) {
    case .value(let value): return value
    case .tooLarge: throw failure(.numberOutOfRange(excerpt(word)))
    case .malformed: throw failure(.notANumber(excerpt(word)))
    }
  }

  private mutating func warn(_ problem: String) {
    if warnings.count < 100 { warnings.append("\(path):\(scanner.line): \(problem)") }
  }

  private func failure(_ reason: MeshFileError.Reason) -> MeshFileError {
    MeshFileError(path: path, line: scanner.line, reason: reason)
  }

  private let colors: [String: WritableKeyPath<MTLMaterial, SIMD3<Float>?>] = [
    "kd": \.diffuse, "ks": \.specular, "ke": \.emissive,
  ]
  private let numbers: [String: WritableKeyPath<MTLMaterial, Float?>] = [
    "ns": \.shininess, "d": \.opacity, "tr": \.transparency, "pr": \.roughness, "pm": \.metallic,
  ]
  private let maps: [String: WritableKeyPath<MTLMaterial, MTLTexture?>] = [
    "map_kd": \.diffuseMap, "map_ks": \.specularMap, "map_ke": \.emissiveMap,
    "map_d": \.opacityMap, "map_bump": \.bumpMap, "bump": \.bumpMap, "norm": \.normalMap,
    "map_kn": \.normalMap, "map_pr": \.roughnessMap, "map_pm": \.metallicMap,
  ]
  /// Legal words that say nothing that a material here holds.
  private let silentKeywords: Set<String> = [
    "ka", "ni", "tf", "sharpness", "map_ka", "map_ns", "map_aat", "map_tr", "disp", "decal", "refl",
    "ps",
    "pc", "pcr", "aniso", "anisor", "map_ps", "map_refl", "map_disp",
  ]
}
