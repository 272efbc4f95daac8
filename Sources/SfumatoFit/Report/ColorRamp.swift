// Colours for numbers. Lightness grows evenly in Oklab, so that equal steps look equal, and order shows without hue.
// Source: Ottosson 2020, "A perceptual color space for image processing".
internal import RealModule
internal import SfumatoCore

/// Colours from dark blue by red to light yellow, for numbers from 0 to 1.
enum ColorRamp {
  /// Linear light of what has no number: sRGB 0.5.
  static let grey: Float = 0.214_041_14

  /// The colour of a number, linear light; numbers beyond 0...1 have the colours of the ends.
  ///
  /// Lightness 0.25 + 0.7 t, hue 280 + 180 t degrees, chroma 0.16, less where sRGB ends.
  static func linear(_ number: Float) -> SIMD3<Float> {
    let t = min(max(number, 0), 1)
    let lightness = 0.25 + 0.7 * t
    let hue = (280 + 180 * t) * Float.pi / 180
    let axis = SIMD2(Float.cos(hue), .sin(hue))
    // The largest chroma that sRGB has, by halving.
    var (low, high): (Float, Float) = (0, 0.16)
    if !isInside(color(lightness, axis * high)) {
      for _ in 0..<12 {
        let middle = (low + high) / 2
        if isInside(color(lightness, axis * middle)) { low = middle } else { high = middle }
      }
    } else {
      low = high
    }
    let found = color(lightness, axis * low)
    return SIMD3(
      min(max(found.x, 0), 1), min(max(found.y, 0), 1), min(max(found.z, 0), 1))
  }

  private static func isInside(_ color: SIMD3<Float>) -> Bool {
    color.min() >= 0 && color.max() <= 1
  }

  /// Linear sRGB of a place in Oklab.
  private static func color(_ lightness: Float, _ ab: SIMD2<Float>) -> SIMD3<Float> {
    let l = lightness + 0.396_337_777_4 * ab.x + 0.215_803_757_3 * ab.y
    let m = lightness - 0.105_561_345_8 * ab.x - 0.063_854_172_8 * ab.y
    let s = lightness - 0.089_484_177_5 * ab.x - 1.291_485_548_0 * ab.y
    let cubes = SIMD3(l * l * l, m * m * m, s * s * s)
    return SIMD3(
      dot(SIMD3(4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2), cubes),
      dot(SIMD3(-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5), cubes),
      dot(SIMD3(-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701_0), cubes))
  }
}
