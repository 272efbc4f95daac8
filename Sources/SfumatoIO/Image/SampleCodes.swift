// From numbers to the codes of a file: clamped, encoded, rounded to nearest. Of 8-bit sRGB, which most pictures are, the codes
// are looked up, as a power a sample took longer than all the rest.
internal import SfumatoCore

/// Clamped and rounded samples, `[H, W, C]`.
func quantized<T: FixedWidthInteger & UnsignedInteger & Sendable>(
  _ image: ImageBuffer<Float>, _ encoding: ColorEncoding, as type: T.Type
) -> [T] {
  let (values, hasAlpha) = (image.values, image.channels == 4)
  let table = encoding == .sRGB && T.max == T(UInt8.max) ? SRGBCodes.shared : nil
  let grain = 1 << 16
  let parts = parallelMap((values.count + grain - 1) / grain, workers: .all) { chunk in
    (chunk * grain..<min((chunk + 1) * grain, values.count)).map { i -> T in
      let isColor = encoding == .sRGB && !(hasAlpha && i & 3 == 3)
      if isColor, let table { return T(truncatingIfNeeded: table.code(values[i])) }
      return code(values[i], isColor: isColor)
    }
  }
  return Array(parts.joined())
}

/// The code of a number, NaN as 0.
@inline(__always)
private func code<T: FixedWidthInteger & UnsignedInteger>(_ value: Float, isColor: Bool) -> T {
  let clamped = value > 0 ? min(value, 1) : 0
  let encoded = isColor ? sRGBEncode(clamped) : clamped
  return T(truncatingIfNeeded: Int32((encoded * Float(T.max)).rounded()))
}

/// The 8-bit sRGB codes of all numbers: one step at most within the numbers that share their upper 16 bits.
private struct SRGBCodes: Sendable {
  static let shared = SRGBCodes()

  /// Of the smallest number with such bits.
  private var codes: [UInt8]
  /// Where the next code begins, infinity where not within.
  private var steps: [Float]

  private init() {
    let count = Int(Float(1).bitPattern >> 16)
    codes = (0..<count).map { SfumatoIO.code(Float(bitPattern: UInt32($0) << 16), isColor: true) }
    steps = [Float](repeating: .infinity, count: count)
    for step in UInt8.min..<UInt8.max {
      // The smallest number of a higher code, by halving.
      var (low, high) = (UInt32(0), Float(1).bitPattern)
      while low < high {
        let middle = low + (high - low) / 2
        let own: UInt8 = SfumatoIO.code(Float(bitPattern: middle), isColor: true)
        if own > step { high = middle } else { low = middle + 1 }
      }
      let place = Int(high >> 16)
      if place < count, codes[place] <= step { steps[place] = Float(bitPattern: high) }
    }
  }

  @inline(__always)
  func code(_ value: Float) -> UInt8 {
    guard value > 0 else { return 0 }
    guard value < 1 else { return .max }
    let place = Int(value.bitPattern >> 16)
    return value >= steps[place] ? codes[place] &+ 1 : codes[place]
  }
}
