internal import SfumatoKernelTypes

// The distributions of edge profiles, sixteen pixels at a time: the lanes' twin of the scalar profiles in SfumatoCore,
// which explain the formulas (math.md 1.3). A symmetric distribution is worked out on its small side, `S(|u|) <= 1/2`; the
// other side follows without cancellation.

/// A distribution at sixteen standardised distances: log F, log S, f / S (0 where S is 0) and f / F (0 where F is 0).
///
/// A tuple: the metadata of a struct brings a copying function with wide instructions that another instruction set's module may be
/// linked to.
typealias ProfileLanes = (
  logCoverage: Lanes, logSurvival: Lanes, hazard: Lanes, reverseHazard: Lanes
)

/// The mirror image: F and S change places.
@_transparent
private func mirrored(_ law: ProfileLanes) -> ProfileLanes {
  (
    logCoverage: law.logSurvival, logSurvival: law.logCoverage, hazard: law.reverseHazard,
    reverseHazard: law.hazard
  )
}

/// The logarithm that stands for that of 0: finite, so that no product of it is a NaN.
@_transparent
var logZero: Lanes { splat(-1e4) }

/// The distribution of a family at the standardised distances `u`, mirrored and shifted.
@inline(__always)
func profile(_ family: borrowing CoverageFamily, _ u: Lanes) -> ProfileLanes {
  guard family.isMirrored else { return unmirroredProfile(family, u + splat(family.shift)) }
  return mirrored(unmirroredProfile(family, splat(family.shift) - u))
}

@inline(never)
private func unmirroredProfile(
  _ family: borrowing CoverageFamily, _ v: Lanes
) -> ProfileLanes {
  switch family.profile {
  case .uniform: uniform(v)
  case .cubicHermite: cubicHermite(v)
  case .wignerSemicircle: wignerSemicircle(v)
  case .gaussian: gaussian(v)
  case .laplace: laplace(v)
  case .logistic: logistic(v)
  case .gudermannian: gudermannian(v)
  case .cauchy: cauchy(v)
  case .reciprocal: reciprocal(v)
  case .gumbelMax: gumbelMax(v)
  case .exponential: exponentialProfile(v)
  case .gamma: gamma(v, shape: family.shape, logGamma: family.logGammaOfShape)
  case .levy: levy(v)
  }
}

/// Both sides of a symmetric distribution from its small one: S(|u|), its logarithm and f / S there.
@_transparent
private func symmetric(
  _ u: Lanes, small: Lanes, logSmall: Lanes, ratio: Lanes
) -> ProfileLanes {
  let logLarge = logOnePlus(-small)
  let largeRatio = ratio * small / (splat(1) - small)
  let isInside = u .>= Lanes.zero
  return (
    logCoverage: select(isInside, logLarge, logSmall),
    logSurvival: select(isInside, logSmall, logLarge),
    hazard: select(isInside, ratio, largeRatio),
    reverseHazard: select(isInside, largeRatio, ratio)
  )
}

@inline(__always)
private func uniform(_ u: Lanes) -> ProfileLanes {
  let left = splat(1) - magnitude(u)
  let isOpen = left .> Lanes.zero
  let small = select(isOpen, left * splat(0.5), Lanes.zero)
  return symmetric(
    u, small: small, logSmall: select(isOpen, logarithm(small), logZero),
    ratio: select(isOpen, splat(1) / left, Lanes.zero))
}

@inline(__always)
private func cubicHermite(_ u: Lanes) -> ProfileLanes {
  // S = z² (3 - 2 z), f = 3 z (1 - z), z = (1 - |u|) / 2
  let z = maximum((splat(1) - magnitude(u)) * splat(0.5), Lanes.zero)
  let isOpen = z .> Lanes.zero
  let rest = multiplyAdd(z, splat(-2), splat(3))
  return symmetric(
    u, small: z * z * rest,
    logSmall: select(isOpen, multiplyAdd(splat(2), logarithm(z), logarithm(rest)), logZero),
    ratio: select(isOpen, splat(3) * (splat(1) - z) / (z * rest), Lanes.zero))
}

@inline(__always)
private func wignerSemicircle(_ u: Lanes) -> ProfileLanes {
  // S = (θ - sin θ cos θ) / π with θ = acos |u|; f = 2 sin θ / π
  let a = minimum(magnitude(u), splat(1))
  let sine = squareRoot((splat(1) - a) * (splat(1) + a))
  let angle = splat(2) * arctangent(sine / (splat(1) + a))
  // θ - sin θ cos θ = (x - sin x) / 2 with x = 2 θ: a series where it cancels.
  let x2 = splat(4) * angle * angle
  var p = multiplyAdd(x2, splat(-1.0 / 39_916_800), splat(1.0 / 362_880))
  p = multiplyAdd(x2, p, splat(-1.0 / 5040))
  p = multiplyAdd(x2, p, splat(1.0 / 120))
  p = multiplyAdd(x2, p, splat(-1.0 / 6))
  let series = -p * x2 * angle
  let area = select(angle .< splat(0.8), series, multiplyAdd(-sine, a, angle))
  let isOpen = area .> Lanes.zero
  let small = area * splat(0.318_309_886)
  return symmetric(
    u, small: small, logSmall: select(isOpen, logarithm(small), logZero),
    ratio: select(isOpen, splat(2) * sine / area, Lanes.zero))
}

@inline(__always)
private func gaussian(_ u: Lanes) -> ProfileLanes {
  let a = magnitude(u)
  let scaled = scaledComplementaryError(a * splat(0.707_106_781))
  let exponent = minimum(splat(0.5) * a * a, splat(1e4))
  return symmetric(
    u, small: splat(0.5) * scaled * exponential(-exponent),
    logSmall: maximum(logarithm(splat(0.5) * scaled) - exponent, logZero),
    ratio: splat(0.797_884_561) / scaled)
}

@inline(__always)
private func laplace(_ u: Lanes) -> ProfileLanes {
  let a = minimum(magnitude(u), splat(1e4))
  return symmetric(
    u, small: splat(0.5) * exponential(-a), logSmall: splat(-0.693_147_181) - a, ratio: splat(1))
}

@inline(__always)
private func logistic(_ u: Lanes) -> ProfileLanes {
  let a = minimum(magnitude(u), splat(1e4))
  let e = exponential(-a)
  let r = splat(1) / (splat(1) + e)
  return symmetric(u, small: e * r, logSmall: -a - logOnePlus(e), ratio: r)
}

@inline(__always)
private func gudermannian(_ u: Lanes) -> ProfileLanes {
  // S = (2 / π) atan x, f = 2 x / (π (1 + x²)), x = exp(-|u|)
  let a = minimum(magnitude(u), splat(1e4))
  let x = exponential(-a)
  let angle = arctangent(x)
  let isTiny = x .< splat(1e-4)
  let perX = select(isTiny, splat(1), angle / select(isTiny, splat(1), x))
  return symmetric(
    u, small: splat(0.636_619_772) * angle,
    logSmall: splat(-0.451_582_705) - a + logarithm(perX),
    ratio: splat(1) / (perX * multiplyAdd(x, x, splat(1))))
}

@inline(__always)
private func cauchy(_ u: Lanes) -> ProfileLanes {
  let a = magnitude(u)
  let isFar = a .> splat(1)
  let inner = arctangent(select(isFar, splat(1) / maximum(a, splat(1)), a))
  let angle = select(isFar, inner, splat(1.570_796_327) - inner)
  let small = angle * splat(0.318_309_886)
  // a² may overflow: then f is 0, as it is to rounding.
  return symmetric(
    u, small: small, logSmall: logarithm(small),
    ratio: splat(1) / (angle * multiplyAdd(a, a, splat(1))))
}

@inline(__always)
private func reciprocal(_ u: Lanes) -> ProfileLanes {
  let inverse = splat(1) / (splat(1) + magnitude(u))
  let small = splat(0.5) * inverse
  return symmetric(u, small: small, logSmall: logarithm(small), ratio: inverse)
}

@inline(__always)
private func gumbelMax(_ u: Lanes) -> ProfileLanes {
  // F = exp(-x), x = exp(-u)
  let x = minimum(boundedExponential(-u), splat(1e4))
  let isTiny = x .< splat(1e-4)
  let safe = select(isTiny, splat(1), -exponentialMinusOne(-x))
  return (
    logCoverage: -x,
    logSurvival: select(
      isTiny, maximum(-u, logZero) - splat(0.5) * x,
      logOneMinusExponential(select(isTiny, splat(1), x))),
    hazard: select(isTiny, splat(1) - splat(0.5) * x, x * exponential(-x) / safe),
    reverseHazard: x
  )
}

@inline(__always)
private func exponentialProfile(_ v: Lanes) -> ProfileLanes {
  let isOpen = v .> Lanes.zero
  let bounded = minimum(maximum(v, Lanes.zero), splat(1e4))
  let safe = select(isOpen, -exponentialMinusOne(-bounded), splat(1))
  return (
    logCoverage: select(
      isOpen, logOneMinusExponential(select(isOpen, bounded, splat(1))), logZero),
    logSurvival: -bounded,
    hazard: select(isOpen, splat(1), Lanes.zero),
    reverseHazard: select(isOpen, exponential(-bounded) / safe, Lanes.zero)
  )
}

@inline(__always)
private func levy(_ v: Lanes) -> ProfileLanes {
  // F = erfc z, z = 1 / sqrt(2 v); below v = 5e-5 F is below e^-10000.
  let isOpen = v .> splat(5e-5)
  let w = select(isOpen, v, splat(1))
  let z2 = splat(0.5) / w
  let z = squareRoot(z2)
  // f = exp(-z²) / sqrt(2 π v³)
  let peak = splat(0.398_942_280) / (w * squareRoot(w))
  let isSteep = z .> splat(1)
  let scaled = scaledComplementaryError(z)
  let damping = exponential(-z2)
  let error = smallError(minimum(z, splat(1)))
  let coverage = select(isSteep, scaled * damping, splat(1) - error)
  let survival = select(isSteep, splat(1) - coverage, error)
  let density = peak * damping
  let logCoverage = select(isSteep, logarithm(scaled) - z2, logOnePlus(-error))
  let logSurvival = select(isSteep, logOnePlus(-coverage), logarithm(error))
  let reverse = select(isSteep, peak / scaled, density / coverage)
  return (
    logCoverage: select(isOpen, maximum(logCoverage, logZero), logZero),
    logSurvival: select(isOpen, logSurvival, Lanes.zero),
    hazard: select(isOpen, density / survival, Lanes.zero),
    reverseHazard: select(isOpen, reverse, Lanes.zero)
  )
}

/// Q(p, v) of a shape below 1 where P is the larger: from 1 - P the power series would lose its digits.
///
/// With a = p log v - log Γ(1 + p): P = e^a (1 + s), s = Σ (-v)^n p / ((p + n) n!), so Q = -expm1(a) - e^a s, both of one sign.
@inline(__always)
private func upperGammaOfSmallShape(
  _ v: Lanes, logV: Lanes, shape p: Float, logGamma: Float
)
  -> Lanes
{
  // Γ(1 + p) = p Γ(p)
  let a = multiplyAdd(splat(p), logV, -splat(logGamma) - logarithm(splat(p)))
  var term = splat(1)
  var sum = Lanes.zero
  var n: Float = 1
  while n < 14 {
    term *= v * splat(-1 / n)
    sum = multiplyAdd(term, splat(p / (p + n)), sum)
    n += 1
  }
  let bounded = minimum(a, Lanes.zero)
  return -exponentialMinusOne(bounded) - exponential(bounded) * sum
}

/// P(p, v): a series below v = p + 1 (of a shape below 1 sooner, for P is the larger there), a continued fraction above.
@inline(__always)
private func gamma(_ v: Lanes, shape p: Float, logGamma: Float) -> ProfileLanes {
  let isOpen = v .> Lanes.zero
  let w = maximum(select(isOpen, v, splat(1)), splat(1e-30))
  let logW = logarithm(w)
  let border = p < 1 ? 0.5 * (1 + p) : p + 1
  let isBelow = w .< splat(border)
  // Below: P = v^p e^-v / Γ(p + 1) Σ v^n / ((p + 1) ... (p + n)).
  let x = select(isBelow, w, splat(1))
  var term = splat(1)
  var series = splat(1)
  var n: Float = 1
  while n < 96 {
    term *= x * splat(1 / (p + n))
    series += term
    n += 1
    if lessBits(series * splat(3e-8), term) == 0 { break }
  }
  // Above: Q = v^p e^-v / Γ(p) / (v + 1 - p - 1 (1 - p) / (v + 3 - p - ...)), from the inside out.
  let y = select(isBelow, splat(border), minimum(w, splat(1e4)))
  var fraction = y + splat(81 - p)
  n = 40
  while n > 0 {
    fraction = y + splat(2 * n - 1 - p) - splat(n * (n - p)) / fraction
    n -= 1
  }
  let bounded = minimum(w, splat(1e4))
  // log(v^(p - 1) e^-v / Γ(p)), the density's.
  let logDensity = multiplyAdd(splat(p - 1), logW, -bounded) - splat(logGamma)
  let smallSide = select(isBelow, series * w * splat(1 / p), y / fraction)  // small / f
  let logSmall = logDensity + logarithm(smallSide)
  let small = exponential(minimum(logSmall, Lanes.zero))
  var logLarge = logOnePlus(-minimum(small, splat(0.999_999)))
  let ratio = splat(1) / smallSide
  var logBelow = logSmall
  if p < 1 {
    let upper = upperGammaOfSmallShape(x, logV: logarithm(x), shape: p, logGamma: logGamma)
    let isLarge = isBelow .& (small .> splat(0.5))
    logLarge = select(isLarge, logarithm(upper), logLarge)
    logBelow = select(isLarge, logOnePlus(-upper), logSmall)
  }
  let largeRatio = boundedExponential(logDensity - logLarge)
  return (
    logCoverage: select(
      isOpen, maximum(select(isBelow, logBelow, logLarge), logZero), logZero),
    logSurvival: select(isOpen, select(isBelow, logLarge, logSmall), Lanes.zero),
    hazard: select(isOpen, select(isBelow, largeRatio, ratio), Lanes.zero),
    reverseHazard: select(isOpen, select(isBelow, ratio, largeRatio), Lanes.zero)
  )
}
