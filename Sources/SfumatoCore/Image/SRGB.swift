public import RealModule

// The sRGB curve of IEC 61966-2-1 with the thresholds of the standard's text, 0.0031308 and 0.04045,
// continued below zero as an odd function. At the thresholds the two pieces differ by 3e-8.

/// The sRGB code of a linear light value, both nominally in [0, 1].
///
/// Differentiable everywhere but at ±0.0031308, where the derivative of the linear piece is taken.
/// Source: IEC 61966-2-1:1999, section 5.2.
@inlinable
public func sRGBEncode<S: RenderScalar>(_ linear: S) -> S {
  let size = linear.magnitude
  guard size > 0.0031308 else { return linear * 12.92 }
  let root = S.pow(size, 1 / 2.4)
  let code = root + 0.055 * (root - 1)  // 1.055 root - 0.055, exact at 1
  return linear < 0 ? -code : code
}

/// The adjoint of ``sRGBEncode(_:)``.
@inlinable
public func sRGBEncodeVJP<S: RenderScalar>(_ linear: S, encodedBar: S) -> S {
  let size = linear.magnitude
  guard size > 0.0031308 else { return encodedBar * 12.92 }
  return encodedBar * (1.055 / 2.4) * S.pow(size, 1 / 2.4 - 1)
}

/// The linear light value of an sRGB code, both nominally in [0, 1]: the inverse of ``sRGBEncode(_:)``.
///
/// Differentiable everywhere but at ±0.04045, where the derivative of the linear piece is taken.
/// Source: IEC 61966-2-1:1999, section 5.2.
@inlinable
public func sRGBDecode<S: RenderScalar>(_ encoded: S) -> S {
  let size = encoded.magnitude
  guard size > 0.04045 else { return encoded / 12.92 }
  let linear = S.pow((size + 0.055) / 1.055, 2.4)
  return encoded < 0 ? -linear : linear
}

/// The adjoint of ``sRGBDecode(_:)``.
@inlinable
public func sRGBDecodeVJP<S: RenderScalar>(_ encoded: S, linearBar: S) -> S {
  let size = encoded.magnitude
  guard size > 0.04045 else { return linearBar / 12.92 }
  return linearBar * (2.4 / 1.055) * S.pow((size + 0.055) / 1.055, 1.4)
}
