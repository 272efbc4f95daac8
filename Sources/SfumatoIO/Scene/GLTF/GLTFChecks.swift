internal import Foundation

// What is checked before tinygltf sees a file: the frame of a GLB, the nesting of its JSON, and the kinds of the
// values of known keys, as tinygltf takes a value of another kind for one that is not there.

/// What is wrong with the frame of a GLB.
struct GLBDamage: Error {
  var problem: String
}

/// The JSON chunk of a GLB whose frame is right.
func checkedGLB(_ bytes: [UInt8]) throws(GLBDamage) -> ArraySlice<UInt8> {
  func number(_ at: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
  }
  guard bytes.count >= 20 else { throw GLBDamage(problem: "the file ends in its header") }
  guard number(4) == 2 else {
    throw GLBDamage(problem: "version \(number(4)) of GLB; version 2 is read")
  }
  let length = number(8)
  guard length <= bytes.count else {
    throw GLBDamage(problem: "\(bytes.count) bytes, where the header says \(length)")
  }
  let json = number(12)
  guard number(16) == 0x4E4F_534A, json > 0, 20 + json <= length else {
    throw GLBDamage(problem: "the first chunk is no JSON of \(length - 20) bytes at most")
  }
  if 20 + json < length {
    guard 28 + json <= length, 28 + json + number(20 + json) <= length else {
      throw GLBDamage(problem: "the second chunk is longer than the file")
    }
  }
  return bytes[20..<20 + json]
}

/// A value of a known key that has the wrong kind.
struct GLTFKindProblem: Error {
  var place: String
  var reason: SceneFileError.Reason
}

/// What a value must be.
private enum Kind: String {
  case index = "a whole number from 0"
  case number = "a finite number"
  case text = "a string"
  case flag = "true or false"
  case numbers = "an array of finite numbers"
  case indices = "an array of whole numbers from 0"
  case list = "an array of objects"
  case texts = "an array of strings"
  case object = "an object"
}

/// The kinds of the keys that are read, wherever they stand; of those that mean different things, see `kind(of:_:at:)`.
private let kinds: [String: Kind] = [
  "bufferView": .index, "byteOffset": .index, "byteLength": .index, "byteStride": .index,
  "buffer": .index, "componentType": .index, "count": .index, "mode": .index, "material": .index,
  "mesh": .index, "camera": .index, "source": .index, "index": .index, "texCoord": .index,
  "sampler": .index, "light": .index, "scene": .index, "indices": .index, "minFilter": .index,
  "magFilter": .index, "wrapS": .index, "wrapT": .index, "POSITION": .index, "NORMAL": .index,
  "TANGENT": .index, "TEXCOORD_0": .index, "TEXCOORD_1": .index, "COLOR_0": .index,
  "metallicFactor": .number, "roughnessFactor": .number, "strength": .number,
  "alphaCutoff": .number, "emissiveStrength": .number, "intensity": .number, "range": .number,
  "innerConeAngle": .number, "outerConeAngle": .number, "yfov": .number, "znear": .number,
  "zfar": .number, "aspectRatio": .number, "xmag": .number, "ymag": .number,
  "glossinessFactor": .number, "uri": .text, "mimeType": .text, "type": .text,
  "alphaMode": .text, "version": .text, "doubleSided": .flag, "normalized": .flag,
  "baseColorFactor": .numbers, "emissiveFactor": .numbers, "matrix": .numbers,
  "translation": .numbers, "rotation": .numbers, "offset": .numbers, "color": .numbers,
  "diffuseFactor": .numbers, "specularFactor": .numbers, "children": .indices,
  "accessors": .list, "bufferViews": .list, "buffers": .list, "meshes": .list,
  "primitives": .list, "materials": .list, "textures": .list, "images": .list,
  "scenes": .list, "lights": .list, "extensionsRequired": .texts,
  "pbrMetallicRoughness": .object, "attributes": .object, "asset": .object, "sparse": .object,
  "values": .object,
]

/// How many numbers an array must have.
private let lengths: [String: Int] = [
  "baseColorFactor": 4, "emissiveFactor": 3, "matrix": 16, "translation": 3, "diffuseFactor": 4,
  "specularFactor": 3,
]

/// Sizes, which may be beyond 31 bits.
private let largeKeys: Set<String> = ["byteOffset", "byteLength", "count"]

private let nodeLengths = ["rotation": 4, "scale": 3]

/// Checks the JSON of a document; returns the `extras.sfumato` of its materials and of its scenes.
func checkGLTFKinds(
  _ json: [UInt8]
) throws(GLTFKindProblem) -> (materials: [Int: GLTFExtras], scenes: [Int: GLTFExtras]) {
  let depth = nestingDepth(of: json)
  guard json.count <= 256 << 20, depth <= 64 else {
    throw GLTFKindProblem(
      place: "",
      reason: .damaged(
        "JSON nested \(depth) deep in \(json.count) bytes; the limits are 64 and 256 MiB"))
  }
  let root: Any
  do {
    root = try JSONSerialization.jsonObject(with: Data(json))
  } catch {
    let detail = unsafe (error as? CocoaError)?.userInfo["NSDebugDescription"] as? String
    throw GLTFKindProblem(
      place: "", reason: .damaged("is not JSON: \(detail ?? "the text is damaged")"))
  }
  guard let object = root as? [String: Any] else {
    throw GLTFKindProblem(
      place: "", reason: .wrongValue(found: "no JSON object", expected: "an object"))
  }
  let version = (object["asset"] as? [String: Any])?["version"] as? String
  guard let version, version.hasPrefix("2.") else {
    throw GLTFKindProblem(
      place: "asset.version",
      reason: .wrongValue(found: version.map { "\"\($0)\"" } ?? "missing", expected: "\"2.0\""))
  }
  try check(object, at: "")
  return (ownExtras(object["materials"]), ownExtras(object["scenes"]))
}

private func ownExtras(_ list: Any?) -> [Int: GLTFExtras] {
  var result: [Int: GLTFExtras] = [:]
  for (i, entry) in (list as? [Any] ?? []).enumerated() {
    let extras = (entry as? [String: Any])?["extras"] as? [String: Any]
    if let own = extras?["sfumato"] as? [String: Any] { result[i] = GLTFExtras(own) }
  }
  return result
}

/// What this program's writer put beside what the format knows; anything of another kind counts as absent.
struct GLTFExtras {
  private let members: [String: Any]

  init(_ members: [String: Any]) { self.members = members }

  func text(_ key: String) -> String? { members[key] as? String }

  func flag(_ key: String) -> Bool? { members[key].flatMap { isFlag($0) ? $0 as? Bool : nil } }

  func number(_ key: String) -> Float? { members[key].flatMap(Self.float) }

  func numbers(_ key: String, count: Int) -> [Float]? {
    guard let list = members[key] as? [Any], list.count == count else { return nil }
    let floats = list.compactMap(Self.float)
    return floats.count == count ? floats : nil
  }

  func objects(_ key: String) -> [GLTFExtras] {
    (members[key] as? [Any] ?? []).compactMap { ($0 as? [String: Any]).map { GLTFExtras($0) } }
  }

  private static func float(_ value: Any) -> Float? {
    isNumber(value) ? (value as? NSNumber).map { Float($0.doubleValue) } : nil
  }
}

private func check(_ object: [String: Any], at place: String) throws(GLTFKindProblem) {
  for key in object.keys.sorted() where key != "extras" && key != "animations" && key != "skins" {
    guard let value = object[key] else { continue }
    let here = place.isEmpty ? key : "\(place).\(key)"
    let limit = largeKeys.contains(key) ? 9e15 : 2_147_483_647
    if let kind = kind(of: key, value, at: place), !fits(value, kind, limit: limit) {
      throw GLTFKindProblem(
        place: here, reason: .wrongValue(found: described(value), expected: kind.rawValue))
    }
    let ofNodes = place.hasPrefix("nodes[") ? nodeLengths[key] : nil
    if let length = ofNodes ?? lengths[key], let array = value as? [Any], array.count != length {
      throw GLTFKindProblem(
        place: here,
        reason: .wrongValue(found: "\(array.count) numbers", expected: "\(length)"))
    }
    if let inner = value as? [String: Any] {
      try check(inner, at: here)
    } else if let list = value as? [Any] {
      for (i, entry) in list.enumerated() {
        if let inner = entry as? [String: Any] { try check(inner, at: "\(here)[\(i)]") }
      }
    }
  }
}

/// What a key's value must be, or nil where any will do.
private func kind(of key: String, _ value: Any, at place: String) -> Kind? {
  switch key {
  // The sparse part of an accessor, else the accessor of a primitive.
  case "indices" where value is [String: Any]: .object
  case "rotation" where place.hasSuffix("KHR_texture_transform"): .number
  case "scale": place.hasSuffix("normalTexture") ? .number : .numbers
  default: kinds[key]
  }
}

private func fits(_ value: Any, _ kind: Kind, limit: Double) -> Bool {
  switch kind {
  case .index: return isIndex(value, limit: limit)
  case .number: return isNumber(value)
  case .text: return value is String
  case .flag: return isFlag(value)
  case .numbers: return (value as? [Any])?.allSatisfy(isNumber) ?? false
  case .indices: return (value as? [Any])?.allSatisfy { isIndex($0, limit: limit) } ?? false
  case .list: return (value as? [Any])?.allSatisfy { $0 is [String: Any] } ?? false
  case .texts: return (value as? [Any])?.allSatisfy { $0 is String } ?? false
  case .object: return value is [String: Any]
  }
}

private func isFlag(_ value: Any) -> Bool {
  guard let number = value as? NSNumber else { return false }
  return unsafe number.objCType.pointee == 99  // "c": how Foundation keeps JSON's true and false
}

private func isNumber(_ value: Any) -> Bool {
  guard let number = value as? NSNumber, !isFlag(value) else { return false }
  return number.doubleValue.isFinite
    && abs(number.doubleValue) <= Double(Float.greatestFiniteMagnitude)
}

private func isIndex(_ value: Any, limit: Double) -> Bool {
  guard isNumber(value), let number = value as? NSNumber else { return false }
  let double = number.doubleValue
  return double >= 0 && double <= limit && double == double.rounded(.down)
}

private func described(_ value: Any) -> String {
  switch value {
  case let text as String: "\"\(text.prefix(40))\""
  case is [Any]: "an array"
  case is [String: Any]: "an object"
  case is NSNull: "null"
  case let number as NSNumber: isFlag(value) ? (number.boolValue ? "true" : "false") : "\(number)"
  default: "of another kind"
  }
}
