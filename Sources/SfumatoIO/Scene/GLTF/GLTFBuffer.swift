// The binary part of a glTF file while it is written: views and accessors, each aligned to 4 bytes.

/// Collects accessors.
struct GLTFBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var views: [String] = []
  private(set) var accessors: [String] = []

  /// Floats, `[N, channels]`; positions with their bounds, as the format demands.
  mutating func add(_ values: [Float], channels: Int, hasBounds: Bool = false) -> Int {
    let view = addView(values.flatMap { littleEndian($0.bitPattern) }, target: 34962)
    let type = channels == 1 ? "SCALAR" : "VEC\(channels)"
    var text =
      "{\"bufferView\":\(view),\"componentType\":5126,\"count\":\(values.count / channels),\"type\":\"\(type)\""
    if hasBounds, !values.isEmpty {
      var lower = Array(values[..<channels])
      var upper = lower
      for (i, value) in values.enumerated() {
        lower[i % channels] = min(lower[i % channels], value)
        upper[i % channels] = max(upper[i % channels], value)
      }
      text += ",\"min\":\(jsonArray(lower)),\"max\":\(jsonArray(upper))"
    }
    accessors.append(text + "}")
    return accessors.count - 1
  }

  /// Corners, 16 bits each where they fit.
  mutating func add(corners: [Int32], vertexCount: Int) -> Int {
    let isShort = vertexCount < 65536
    let view = addView(
      corners.flatMap { corner -> [UInt8] in
        let bytes = littleEndian(UInt32(bitPattern: corner))
        return isShort ? Array(bytes[..<2]) : bytes
      }, target: 34963)
    accessors.append(
      "{\"bufferView\":\(view),\"componentType\":\(isShort ? 5123 : 5125),\"count\":\(corners.count),\"type\":\"SCALAR\"}"
    )
    return accessors.count - 1
  }

  /// Bytes as a view; an encoded picture has no target.
  mutating func addView(_ data: [UInt8], target: Int? = nil) -> Int {
    let kind = target.map { ",\"target\":\($0)" } ?? ""
    views.append(
      "{\"buffer\":0,\"byteOffset\":\(bytes.count),\"byteLength\":\(data.count)\(kind)}")
    bytes += data
    while bytes.count % 4 != 0 { bytes.append(0) }
    return views.count - 1
  }
}

/// The four little-endian bytes of a number.
func littleEndian(_ value: UInt32) -> [UInt8] {
  [UInt8(value & 255), UInt8(value >> 8 & 255), UInt8(value >> 16 & 255), UInt8(value >> 24)]
}

/// Finite numbers as JSON writes them, so that `Float` comes back bit by bit.
func jsonArray(_ values: [Float]) -> String {
  "[" + values.map { "\($0)" }.joined(separator: ",") + "]"
}

/// Members as a JSON object; values are JSON already.
func jsonObject(_ members: [(String, String)]) -> String {
  "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
}
