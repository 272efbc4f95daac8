import SfumatoIO

/// A GLB made by hand: a JSON text and a buffer.
struct GLTFFixture {
  /// Buffer views and accessors, as JSON.
  private(set) var views: [String] = []
  private(set) var accessors: [String] = []
  private(set) var buffer: [UInt8] = []
  /// Everything else, members of the document without braces.
  var rest: [String] = []

  mutating func view(_ bytes: [UInt8], stride: Int? = nil) -> Int {
    let step = stride.map { ",\"byteStride\":\($0)" } ?? ""
    views.append(
      "{\"buffer\":0,\"byteOffset\":\(buffer.count),\"byteLength\":\(bytes.count)\(step)}")
    buffer += bytes
    while buffer.count % 4 != 0 { buffer.append(0) }
    return views.count - 1
  }

  @discardableResult
  mutating func accessor(
    _ bytes: [UInt8], _ componentType: Int, _ type: String, count: Int, normalized: Bool = false,
    stride: Int? = nil, more: String = ""
  ) -> Int {
    let view = view(bytes, stride: stride)
    let norm = normalized ? ",\"normalized\":true" : ""
    accessors.append(
      "{\"bufferView\":\(view),\"componentType\":\(componentType),\"type\":\"\(type)\",\"count\":\(count)\(norm)\(more)}"
    )
    return accessors.count - 1
  }

  @discardableResult
  mutating func floats(_ values: [Float], _ type: String) -> Int {
    let width = ["SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4][type] ?? 1
    return accessor(
      values.flatMap { bits($0.bitPattern) }, 5126, type, count: values.count / width)
  }

  @discardableResult
  mutating func shorts(_ values: [UInt16]) -> Int {
    accessor(
      values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, 5123, "SCALAR", count: values.count)
  }

  /// An accessor as JSON, where no other function makes it.
  mutating func raw(_ json: String) -> Int {
    accessors.append(json)
    return accessors.count - 1
  }

  var json: String {
    var members = ["\"asset\":{\"version\":\"2.0\"}"] + rest
    if !buffer.isEmpty { members.append("\"buffers\":[{\"byteLength\":\(buffer.count)}]") }
    if !views.isEmpty { members.append("\"bufferViews\":[\(views.joined(separator: ","))]") }
    if !accessors.isEmpty { members.append("\"accessors\":[\(accessors.joined(separator: ","))]") }
    return "{" + members.joined(separator: ",") + "}"
  }

  var bytes: [UInt8] { Self.glb(json, buffer) }

  static func glb(_ text: String, _ buffer: [UInt8]) -> [UInt8] {
    var json = Array(text.utf8)
    while json.count % 4 != 0 { json.append(32) }
    let length = 20 + json.count + (buffer.isEmpty ? 0 : 8 + buffer.count)
    var bytes = Array("glTF".utf8) + bits(2) + bits(UInt32(length)) + bits(UInt32(json.count))
    bytes += Array("JSON".utf8) + json
    if !buffer.isEmpty { bytes += bits(UInt32(buffer.count)) + Array("BIN\0".utf8) + buffer }
    return bytes
  }

  private func bits(_ x: UInt32) -> [UInt8] { Self.bits(x) }

  static func bits(_ x: UInt32) -> [UInt8] {
    [UInt8(x & 255), UInt8(x >> 8 & 255), UInt8(x >> 16 & 255), UInt8(x >> 24)]
  }

  /// A square of two triangles with a seam along the diagonal: six vertices at four places, normals, texture coordinates,
  /// a picture, and all that a material has; under a node that moves, one of a chain, with a camera and lights.
  static func everything() throws -> GLTFFixture {
    var f = GLTFFixture()
    let p: [Float] = [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0]
    let position = f.floats(p, "VEC3")
    let normal = f.floats((0..<6).flatMap { _ in [0, 0, 1] as [Float] }, "VEC3")
    let uv = f.floats([0, 1, 1, 1, 1, 0, 0.5, 1, 0.5, 0, 0, 0], "VEC2")
    let index = f.shorts([0, 1, 2, 3, 4, 5])
    let picture = PNGFixture(
      width: 2, height: 2, colorType: 2, samples: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]
    ).bytes
    let image = f.view(picture)
    f.rest = [
      "\"scene\":0", "\"scenes\":[{\"nodes\":[0,2,3]}]",
      "\"nodes\":[{\"name\":\"up\",\"translation\":[0,2,0],\"children\":[1]},"
        + "{\"name\":\"square\",\"mesh\":0,\"rotation\":[0,0,0.70710678,0.70710678],\"scale\":[2,3,1]},"
        + "{\"name\":\"eye\",\"camera\":0,\"translation\":[0,0,5]},"
        + "{\"name\":\"lamp\",\"translation\":[1,2,3],\"extensions\":{\"KHR_lights_punctual\":{\"light\":0}}}]",
      "\"meshes\":[{\"name\":\"quad\",\"primitives\":[{\"attributes\":{\"POSITION\":\(position),\"NORMAL\":\(normal),"
        + "\"TEXCOORD_0\":\(uv)},\"indices\":\(index),\"material\":0}]}]",
      "\"materials\":[{\"name\":\"paint\",\"pbrMetallicRoughness\":{\"baseColorFactor\":[1,0.5,0.25,0.75],"
        + "\"baseColorTexture\":{\"index\":0,\"extensions\":{\"KHR_texture_transform\":{\"offset\":[0.5,0],\"scale\":[2,2]}}},"
        + "\"metallicFactor\":0.5,\"roughnessFactor\":0.25},\"emissiveFactor\":[1,1,1],"
        + "\"extensions\":{\"KHR_materials_emissive_strength\":{\"emissiveStrength\":3}},"
        + "\"alphaMode\":\"MASK\",\"alphaCutoff\":0.25,\"doubleSided\":true,"
        + "\"normalTexture\":{\"index\":0,\"scale\":0.5},\"occlusionTexture\":{\"index\":0,\"strength\":0.75}}]",
      "\"textures\":[{\"source\":0,\"sampler\":0}]",
      "\"samplers\":[{\"wrapS\":33071,\"wrapT\":33648,\"minFilter\":9729,\"magFilter\":9729}]",
      "\"images\":[{\"name\":\"four\",\"bufferView\":\(image),\"mimeType\":\"image/png\"}]",
      "\"cameras\":[{\"name\":\"front\",\"type\":\"perspective\",\"perspective\":{\"yfov\":1,\"aspectRatio\":1.5,\"znear\":0.1}}]",
      "\"extensionsUsed\":[\"KHR_lights_punctual\",\"KHR_texture_transform\"]",
      "\"extensions\":{\"KHR_lights_punctual\":{\"lights\":[{\"type\":\"point\",\"color\":[1,0.5,0],\"intensity\":31.4159265}]}}",
    ]
    return f
  }
}
