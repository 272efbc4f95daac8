// Elementary and error functions of sixteen lanes, with relative errors of a few units in the last place. The
// polynomials are minimax fits made for this file; the reductions are the classical ones.

/// exp(x), 0 below -87 and exp(87) above 87.
@inline(__always)
func boundedExponential(_ x: Lanes) -> Lanes { exponential(minimum(x, splat(87))) }

/// log(x) for normal x > 0; about -87.3 below the smallest normal number.
///
/// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)]; log(1 + f) = f - f²/2 + f³ P(f).
@inline(__always)
func logarithm(_ x: Lanes) -> Lanes {
  let normal = maximum(x, splat(1.175_494_4e-38))
  let bits = unsafe unsafeBitCast(normal, to: SIMD16<UInt32>.self)
  // Subtracting the bits of sqrt(1/2) leaves k in the exponent's place.
  let offset = SIMD16<UInt32>(repeating: 0x3F35_04F3)
  let shifted = bits &- offset
  let exponentBits = shifted &>> 23
  // The exponent may be negative: 512 is added before, 2^23 makes it a number, both leave again.
  let placed =
    ((exponentBits &+ SIMD16<UInt32>(repeating: 256)) & SIMD16<UInt32>(repeating: 511))
    | SIMD16<UInt32>(repeating: 0x4B00_0000)
  let k = unsafe unsafeBitCast(placed, to: Lanes.self) - splat(8_388_608 + 256)
  let mantissa = (shifted & SIMD16<UInt32>(repeating: 0x007F_FFFF)) &+ offset
  let f = unsafe unsafeBitCast(mantissa, to: Lanes.self) - splat(1)
  var p = multiplyAdd(f, splat(-0.076_344_298_4), splat(0.127_615_503))
  p = multiplyAdd(f, p, splat(-0.131_601_951))
  p = multiplyAdd(f, p, splat(0.142_017_625))
  p = multiplyAdd(f, p, splat(-0.166_233_565))
  p = multiplyAdd(f, p, splat(0.200_012_267))
  p = multiplyAdd(f, p, splat(-0.250_008_211))
  p = multiplyAdd(f, p, splat(0.333_333_317))
  let f2 = f * f
  var result = multiplyAdd(f * f2, p, k * splat(-2.121_944_4e-4))
  result = multiplyAdd(f2, splat(-0.5), result)
  result += f
  return multiplyAdd(k, splat(0.693_359_375), result)
}

/// log(1 + x) for x > -1, with relative accuracy near 0.
///
/// Source: Kahan 1982 (as in the HP-15C handbook): log(w) x / (w - 1) with w = 1 + x rounded.
@inline(__always)
func logOnePlus(_ x: Lanes) -> Lanes {
  let w = splat(1) + x
  let moved = w - splat(1)
  let isTiny = moved .== Lanes.zero
  let quotient = x / select(isTiny, splat(1), moved)
  return select(isTiny, x, logarithm(w) * quotient)
}

/// exp(x) - 1 with relative accuracy near 0; -1 below -87.
@inline(__always)
func exponentialMinusOne(_ x: Lanes) -> Lanes {
  // Taylor series of (exp(x) - 1 - x) / x² within 0.35, beyond it nothing cancels.
  var p = multiplyAdd(x, splat(1.0 / 40320), splat(1.0 / 5040))
  p = multiplyAdd(x, p, splat(1.0 / 720))
  p = multiplyAdd(x, p, splat(1.0 / 120))
  p = multiplyAdd(x, p, splat(1.0 / 24))
  p = multiplyAdd(x, p, splat(1.0 / 6))
  p = multiplyAdd(x, p, splat(0.5))
  let near = multiplyAdd(x * x, p, x)
  return select(magnitude(x) .< splat(0.35), near, boundedExponential(x) - splat(1))
}

/// log(1 + exp(x)), for any x.
@inline(__always)
func softplus(_ x: Lanes) -> Lanes {
  maximum(x, Lanes.zero) + logOnePlus(exponential(-magnitude(x)))
}

/// log(1 - exp(-x)) for x >= 0, with relative accuracy in both tails; about -87 at 0.
///
/// Source: Mächler 2012, "Accurately Computing log(1 - exp(-|a|))": log(-expm1(-x)) up to ln 2, log1p(-exp(-x)) above; both share
/// one logarithm, the second by the quotient of ``logOnePlus(_:)``.
@inline(__always)
func logOneMinusExponential(_ x: Lanes) -> Lanes {
  let e = exponential(-x)
  let rest = splat(1) - e
  let kept = splat(1) - rest
  let isFar = x .> splat(0.693_147_181)
  let isLost = kept .== Lanes.zero
  let argument = select(isFar, rest, -exponentialMinusOne(-x))
  let quotient = select(isFar, e / select(isLost, splat(1), kept), splat(1))
  return select(isFar .& isLost, -e, logarithm(argument) * quotient)
}

/// atan(x) for x >= 0.
@inline(__always)
func arctangent(_ x: Lanes) -> Lanes {
  let isSteep = x .> splat(1)
  let reciprocal = splat(1) / select(isSteep, x, splat(1))
  let y = select(isSteep, reciprocal, x)
  let isMiddle = y .> splat(0.414_213_56)
  let z = select(isMiddle, (y - splat(1)) / (y + splat(1)), y)
  let z2 = z * z
  var p = multiplyAdd(z2, splat(-0.060_834_451_2), splat(0.105_959_98))
  p = multiplyAdd(z2, p, splat(-0.142_438_482))
  p = multiplyAdd(z2, p, splat(0.199_984_894))
  p = multiplyAdd(z2, p, splat(-0.333_333_155))
  var angle = multiplyAdd(z * z2, p, z)
  angle = select(isMiddle, angle + splat(0.785_398_163), angle)
  return select(isSteep, splat(1.570_796_327) - angle, angle)
}

/// exp(x²) erfc(x) for x >= 0.
@inline(__always)
func scaledComplementaryError(_ x: Lanes) -> Lanes {
  // t Q(t), t = 1 / (1 + x / 2) in (0, 1].
  let t = splat(1) / multiplyAdd(x, splat(0.5), splat(1))
  var q = multiplyAdd(t, splat(0.042_353_849_6), splat(-0.230_863_83))
  q = multiplyAdd(t, q, splat(0.486_191_814))
  q = multiplyAdd(t, q, splat(-0.446_992_536))
  q = multiplyAdd(t, q, splat(0.127_100_154))
  q = multiplyAdd(t, q, splat(-0.057_237_217_1))
  q = multiplyAdd(t, q, splat(0.093_001_885_9))
  q = multiplyAdd(t, q, splat(0.175_376_619))
  q = multiplyAdd(t, q, splat(0.246_880_605))
  q = multiplyAdd(t, q, splat(0.282_093_852))
  q = multiplyAdd(t, q, splat(0.282_094_795))
  return q * t
}

/// erf(x) for 0 <= x <= 1, with relative accuracy near 0.
@inline(__always)
func smallError(_ x: Lanes) -> Lanes {
  let z = x * x
  var p = multiplyAdd(z, splat(7.853_857_68e-5), splat(-0.000_801_019_251))
  p = multiplyAdd(z, p, splat(0.005_188_327_56))
  p = multiplyAdd(z, p, splat(-0.026_853_811_9))
  p = multiplyAdd(z, p, splat(0.112_835_851))
  p = multiplyAdd(z, p, splat(-0.376_126_258))
  p = multiplyAdd(z, p, splat(1.128_379_17))
  return p * x
}
