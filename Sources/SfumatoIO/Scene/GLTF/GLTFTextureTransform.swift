internal import RealModule
internal import SfumatoCore

/// The offset, turn and scale of KHR_texture_transform, which counts v down, where a use counts it up.
///
/// With v down, `u' = c su u + s sv v + ou` and `v' = -s su u + c sv v + ov`: a counter-clockwise turn as it is seen.
struct GLTFTextureTransform: Equatable {
  var offset = SIMD2<Double>(0, 0)
  var rotation = 0.0
  var scale = SIMD2<Double>(1, 1)
  /// Whether the use also shears, which is lost.
  var isSheared = false

  init(offset: SIMD2<Double>, rotation: Double, scale: SIMD2<Double>) {
    self.offset = offset
    self.rotation = rotation
    self.scale = scale
  }

  /// What a use asks for, or nil where it takes the mesh's coordinates as they are.
  init?(_ use: TextureUse<Float>) {
    let (a, b) = use.linear
    guard a != SIMD2(1, 0) || b != SIMD2(0, 1) || use.offset != .zero else { return nil }
    let column0 = SIMD2(Double(a.x), Double(b.x))
    let column1 = SIMD2(Double(a.y), Double(b.y))
    scale.x = (column0.x * column0.x + column0.y * column0.y).squareRoot()
    rotation = scale.x > 0 ? Double.atan2(y: column0.y, x: column0.x) : 0
    let (s, c) = (Double.sin(rotation), Double.cos(rotation))
    scale.y = -s * column1.x + c * column1.y
    isSheared = abs(c * column1.x + s * column1.y) > 1e-5 * (1 + abs(scale.y))
    offset = SIMD2(
      Double(use.offset.x) - s * scale.y, 1 - c * scale.y - Double(use.offset.y))
  }

  /// Changes a use accordingly.
  func apply(to use: inout TextureUse<Float>) {
    let (s, c) = (Double.sin(rotation), Double.cos(rotation))
    use.linear = (
      SIMD2(Float(c * scale.x), Float(-s * scale.y)), SIMD2(Float(s * scale.x), Float(c * scale.y))
    )
    use.offset = SIMD2(
      Float(s * scale.y + offset.x), Float(1 - c * scale.y - offset.y))
  }

  /// As the extension has it.
  var json: String {
    jsonObject([
      ("offset", "[\(offset.x),\(offset.y)]"), ("rotation", "\(rotation)"),
      ("scale", "[\(scale.x),\(scale.y)]"),
    ])
  }
}

/// A name as a relative URI.
func escapedURI(_ name: String) -> String {
  let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
  var result = ""
  for byte in name.utf8 {
    if plain.contains(byte) {
      result.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      let digits = String(byte, radix: 16, uppercase: true)
      result += "%" + (digits.count == 1 ? "0" : "") + digits
    }
  }
  return result
}
