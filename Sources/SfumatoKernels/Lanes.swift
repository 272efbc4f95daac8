// Sixteen pixels at a time. Helpers are transparent, or the compiler leaves calls; what Swift's SIMD types do lane by
// lane (fused multiply-add, square root) comes from clang's builtins through CLanes. No standard-library generics beyond SIMD itself: code that is
// specialised in two kernel modules would be merged by the linker across instruction sets.

internal import CLanes

/// One lane a pixel of a 4 x 4 block.
typealias Lanes = SIMD16<Float>
/// A choice a lane.
typealias LaneMask = SIMDMask<SIMD16<Int32>>

/// a b + c: fused where the module is compiled for FMA, two roundings elsewhere.
@_transparent
func multiplyAdd(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { clanes_fma(a, b, c) }

@_transparent
func splat(_ value: Float) -> Lanes { Lanes(repeating: value) }

@_transparent
func minimum(_ a: Lanes, _ b: Lanes) -> Lanes { clanes_min(a, b) }

@_transparent
func maximum(_ a: Lanes, _ b: Lanes) -> Lanes { clanes_max(a, b) }

@_transparent
func select(_ mask: LaneMask, _ yes: Lanes, _ no: Lanes) -> Lanes {
  no.replacing(with: yes, where: mask)
}

@_transparent
func magnitude(_ a: Lanes) -> Lanes {
  unsafe unsafeBitCast(
    unsafeBitCast(a, to: SIMD16<UInt32>.self) & SIMD16<UInt32>(repeating: 0x7FFF_FFFF),
    to: Lanes.self)
}

/// exp(x) for x <= 0, and 0 below -87, with a relative error under 2e-7.
///
/// x = k ln 2 + r with |r| <= ln 2 / 2: k by adding 1.5 * 2^23, which leaves it in the low bits; Taylor series of
/// degree 7 in r; k shifted into the exponent.
@_transparent
func exponential(_ x: Lanes) -> Lanes {
  let magic = splat(12_582_912)
  let bounded = maximum(x, splat(-87))
  let shifted = multiplyAdd(bounded, splat(1.442_695_041), magic)
  let k = shifted - magic
  var r = multiplyAdd(k, splat(-0.693_359_375), bounded)
  r = multiplyAdd(k, splat(2.121_944_4e-4), r)
  var p = multiplyAdd(r, splat(1.0 / 5040), splat(1.0 / 720))
  p = multiplyAdd(r, p, splat(1.0 / 120))
  p = multiplyAdd(r, p, splat(1.0 / 24))
  p = multiplyAdd(r, p, splat(1.0 / 6))
  p = multiplyAdd(r, p, splat(0.5))
  p = multiplyAdd(r, p, splat(1))
  p = multiplyAdd(r, p, splat(1))
  let exponent = unsafe unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< 23
  let bits = unsafe unsafeBitCast(p, to: SIMD16<UInt32>.self) &+ exponent
  let value = unsafe unsafeBitCast(bits, to: Lanes.self)
  return value.replacing(with: 0, where: x .< splat(-87))
}

/// The square root of each lane.
@_transparent
func squareRoot(_ x: Lanes) -> Lanes { clanes_sqrt(x) }

/// A choice made at compile time: kernels are generic over it, so that no pair asks at run time.
protocol Switch {
  static var isOn: Bool { get }
}

enum On: Switch {
  @_transparent static var isOn: Bool { true }
}

enum Off: Switch {
  @_transparent static var isOn: Bool { false }
}

/// The sum of the lanes, halves onto halves: the same order on every instruction set.
@_transparent
func horizontalSum(_ a: Lanes) -> Float {
  let eight = a.lowHalf + a.highHalf
  let four = eight.lowHalf + eight.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}

/// The lanes as bits, lane 0 lowest.
@_transparent
func bits(_ mask: LaneMask) -> UInt32 {
  let weights = SIMD16<UInt32>(
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
  let chosen = SIMD16<UInt32>.zero.replacing(with: weights, where: mask)
  let eight = chosen.lowHalf | chosen.highHalf
  let four = eight.lowHalf | eight.highHalf
  let two = four.lowHalf | four.highHalf
  return two.x | two.y
}

/// Columns of a block's pixel centres, from the block's left side.
@_transparent
var laneColumns: Lanes {
  Lanes(0.5, 1.5, 2.5, 3.5, 0.5, 1.5, 2.5, 3.5, 0.5, 1.5, 2.5, 3.5, 0.5, 1.5, 2.5, 3.5)
}

/// Rows of a block's pixel centres, from the block's top.
@_transparent
var laneRows: Lanes {
  Lanes(0.5, 0.5, 0.5, 0.5, 1.5, 1.5, 1.5, 1.5, 2.5, 2.5, 2.5, 2.5, 3.5, 3.5, 3.5, 3.5)
}
