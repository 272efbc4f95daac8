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

/// The state of a block starts at `base`; planes are 256 scalars apart.
@_transparent
func loadLanes(_ base: UnsafePointer<Float>) -> Lanes { unsafe clanes_load(base) }

@_transparent
func storeLanes(_ value: Lanes, _ base: UnsafeMutablePointer<Float>) {
  unsafe clanes_store(value, base)
}

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

/// 2^y for -126 <= y <= 126, with a relative error under 2e-7.
///
/// y = k + f with |f| <= 1/2: k by adding 1.5 * 2^23; a minimax polynomial of degree 5 in f; k shifted into the exponent.
@_transparent
func powerOfTwo(_ y: Lanes) -> Lanes {
  let magic = splat(12_582_912)
  let shifted = y + magic
  let f = y - (shifted - magic)
  var p = multiplyAdd(f, splat(0.001_326_472_4), splat(0.009_671_513))
  p = multiplyAdd(f, p, splat(0.055_507_336))
  p = multiplyAdd(f, p, splat(0.240_222_42))
  p = multiplyAdd(f, p, splat(0.693_147))
  p = multiplyAdd(f, p, splat(1))
  let exponent = unsafe unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< 23
  let bits = unsafe unsafeBitCast(p, to: SIMD16<UInt32>.self) &+ exponent
  return unsafe unsafeBitCast(bits, to: Lanes.self)
}

/// The first where the lanes of `sign` are not negative, else its negative; -0 counts as negative.
@_transparent
func withSign(of sign: Lanes, _ a: Lanes) -> Lanes {
  unsafe unsafeBitCast(
    unsafeBitCast(a, to: SIMD16<UInt32>.self)
      ^ (unsafeBitCast(sign, to: SIMD16<UInt32>.self)
        & SIMD16<UInt32>(repeating: 0x8000_0000)),
    to: Lanes.self)
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

/// Where a < b, a bit a lane, lane 0 lowest.
@_transparent
func lessBits(_ a: Lanes, _ b: Lanes) -> UInt32 { clanes_less_bits(a, b) }

/// Columns of a block's pixel centres, from the block's centre.
@_transparent
var laneColumns: Lanes {
  Lanes(
    -1.5, -0.5, 0.5, 1.5, -1.5, -0.5, 0.5, 1.5, -1.5, -0.5, 0.5, 1.5, -1.5, -0.5, 0.5, 1.5)
}

/// Rows of a block's pixel centres, from the block's centre.
@_transparent
var laneRows: Lanes {
  Lanes(
    -1.5, -1.5, -1.5, -1.5, -0.5, -0.5, -0.5, -0.5, 0.5, 0.5, 0.5, 0.5, 1.5, 1.5, 1.5, 1.5)
}

/// Columns of the centres of a tile's blocks, a lane a block, from the tile's left side.
@_transparent
var blockColumns: Lanes { Lanes(2, 6, 10, 14, 2, 6, 10, 14, 2, 6, 10, 14, 2, 6, 10, 14) }

/// Rows of the centres of a tile's blocks, from the tile's top.
@_transparent
var blockRows: Lanes { Lanes(2, 2, 2, 2, 6, 6, 6, 6, 10, 10, 10, 10, 14, 14, 14, 14) }
