internal import SfumatoKernelTypes

// Unions of coverages in the order-free form of math.md 1.5: each face adds a generator, the sum gives alpha. Powers and
// odds add up as a running log-sum-exp in two planes (largest, sum), the others as a plain sum. Afterwards plane 0
// holds the survival 1 - alpha and the first of the two planes what the slope needs.

/// Where the two planes of a block start.
@_transparent
private func runningPlane(
  _ state: UnsafeMutablePointer<Float>, _ job: borrowing SoftTileJob
) -> UnsafeMutablePointer<Float> {
  unsafe state + (job.hasColor ? 7 : 1) * 256
}

/// Whether generators add up as a log-sum-exp.
@_transparent
private func isLogarithmic(_ aggregation: CoverageFamily.Aggregation) -> Bool {
  switch aggregation {
  case .hamacherProduct, .yager, .aczelAlsina, .dombi, .schweizerSklarStrict, .max: true
  case .probabilistic, .einstein, .hamacher, .frank, .schweizerSklarNilpotent, .drastic, .sum:
    false
  }
}

/// Empties the two planes.
@inline(never)
func beginAggregation(_ job: borrowing SoftTileJob) {
  guard unsafe job.family.aggregation != .probabilistic else { return }
  let planes = unsafe runningPlane(job.state, job)
  // Schweizer-Sklar's nilpotent members run in what their generators leave of 1.
  let empty: Float = unsafe job.family.aggregation == .schweizerSklarNilpotent ? 1 : 0
  let start: Float = unsafe isLogarithmic(job.family.aggregation) ? -1e30 : empty
  for i in 0..<16 {
    unsafe storeLanes(splat(start), planes + i * 16)
    unsafe storeLanes(Lanes.zero, planes + 256 + i * 16)
  }
}

/// -log of Frank's generator: `g = -log1p(-w)`, `w = expm1(-D L) / expm1(-L)`, and from the other side where w is near 1.
@inline(__always)
private func frankGenerator(_ face: CoverageLanes, _ l: Lanes) -> Lanes {
  let w = exponentialMinusOne(-face.coverage * l) / exponentialMinusOne(-l)
  let rest = exponentialMinusOne(face.survival * l) / exponentialMinusOne(l)
  return select(
    face.coverage .< splat(0.5), -logOnePlus(-minimum(w, splat(0.9))), -logarithm(rest))
}

/// Takes Schweizer-Sklar's generator `1 - S^p` from what is left of 1: the sum of S^p - 1, with what rounding drops in the second
/// plane, since the root of the rest is alpha's complement; of a lone face S^p is left to the last digit.
@inline(__always)
private func subtractGenerator(_ power: Lanes, _ planes: UnsafeMutablePointer<Float>) {
  var sum = unsafe loadLanes(planes)
  var dropped = unsafe loadLanes(planes + 256)
  add(splat(-1), to: &sum, &dropped)
  add(power, to: &sum, &dropped)
  unsafe storeLanes(sum, planes)
  unsafe storeLanes(dropped, planes + 256)
}

/// Adds a term to a sum and what rounding drops of it to another; source: Knuth 1969, "Seminumerical Algorithms", TwoSum.
@_transparent
private func add(_ term: Lanes, to sum: inout Lanes, _ dropped: inout Lanes) {
  let next = sum + term
  let part = next - sum
  dropped += (sum - (next - part)) + (term - part)
  sum = next
}

/// Adds one face's generator to the running planes of a block.
@inline(never)
func absorbCoverage(
  _ face: CoverageLanes, entry: Int, _ state: UnsafeMutablePointer<Float>,
  _ job: borrowing SoftTileJob
) {
  let planes = unsafe runningPlane(state, job)
  let p = unsafe splat(job.family.parameter)
  let odds = face.logCoverage - face.logSurvival
  var term: Lanes
  switch unsafe job.family.aggregation {
  case .probabilistic:
    unsafe storeLanes(loadLanes(state) * face.survival, state)
    return
  case .max:
    let best = unsafe loadLanes(planes)
    let wins = face.isActive .& (odds .> best)
    unsafe storeLanes(select(wins, odds, best), planes)
    unsafe storeLanes(
      select(wins, splat(Float(entry)), loadLanes(planes + 256)), planes + 256)
    return
  case .drastic:
    unsafe storeLanes(loadLanes(state) * face.survival, state)
    term = splat(1)
  case .sum: term = face.coverage
  case .einstein: term = splat(0.5) * (logOnePlus(face.coverage) - face.logSurvival)
  case .hamacher: term = unsafe softplus(odds + splat(job.family.logParameter))
  case .frank: term = unsafe frankGenerator(face, splat(job.family.logParameter))
  case .schweizerSklarNilpotent:
    let left = exponential(p * face.logSurvival)
    unsafe subtractGenerator(select(face.isActive, left, splat(1)), planes)
    return
  case .hamacherProduct: term = odds
  case .yager: term = p * face.logCoverage
  case .aczelAlsina: term = p * logarithm(-face.logSurvival)
  case .dombi: term = p * odds
  case .schweizerSklarStrict:
    let y = maximum(p * face.logSurvival, splat(1e-37))
    term = y + logOneMinusExponential(y)
  }
  if unsafe isLogarithmic(job.family.aggregation) {
    let largest = unsafe loadLanes(planes)
    let next = select(face.isActive, maximum(term, largest), largest)
    let kept = unsafe loadLanes(planes + 256) * exponential(largest - next)
    let added = select(face.isActive, exponential(minimum(term - next, Lanes.zero)), Lanes.zero)
    unsafe storeLanes(next, planes)
    unsafe storeLanes(kept + added, planes + 256)
  } else {
    term = select(face.isActive, term, Lanes.zero)
    unsafe storeLanes(loadLanes(planes) + term, planes)
  }
}

/// Turns the running planes of the tile into survival and what the slope needs.
@inline(never)
func finishAggregation(_ job: borrowing SoftTileJob) {
  guard unsafe job.family.aggregation != .probabilistic else { return }
  for block in 0..<16 {
    let state = unsafe job.state + block * 16
    let plane = unsafe runningPlane(state, job)
    let running = unsafe loadLanes(plane)
    let (survival, kept) = unsafe finished(
      running, sum: loadLanes(plane + 256), product: loadLanes(state), job.family)
    unsafe storeLanes(survival, state)
    unsafe storeLanes(kept, plane)
  }
}

/// The blocks, a bit each, that no further face changes; none of an aggregation that is not a T-conorm with a running sum.
@inline(never)
func closedAggregation(_ job: borrowing SoftTileJob) -> UInt32 {
  switch unsafe job.family.aggregation {
  case .max, .drastic, .sum: return 0
  case .probabilistic, .einstein, .hamacher, .hamacherProduct, .frank, .yager, .aczelAlsina, .dombi,
    .schweizerSklarStrict, .schweizerSklarNilpotent:
    break
  }
  var result: UInt32 = 0
  for block in 0..<16 {
    let state = unsafe job.state + block * 16
    var survival = unsafe loadLanes(state)
    if unsafe job.family.aggregation != .probabilistic {
      let plane = unsafe runningPlane(job.state + block * 16, job)
      survival = unsafe finished(
        loadLanes(plane), sum: loadLanes(plane + 256), product: survival, job.family
      ).survival
    }
    if smallestLane(-survival) > -closed { result |= 1 << UInt32(block) }
  }
  return result
}

/// 1 - alpha, and what the slope needs, from a block's sum of generators.
@inline(__always)
private func finished(
  _ running: Lanes, sum: Lanes, product: Lanes, _ family: borrowing CoverageFamily
) -> (survival: Lanes, kept: Lanes) {
  let zero = Lanes.zero
  let one = splat(1)
  let p = splat(family.parameter)
  let inverse = splat(1 / family.parameter)
  // Of a log-sum-exp; far below everything where no face reaches the pixel.
  @_transparent var logSum: Lanes { running + logarithm(sum) }
  switch family.aggregation {
  case .probabilistic: return (product, running)
  case .max: return (exponential(-softplus(running)), running)
  case .drastic: return (select(running .< splat(1.5), product, zero), running)
  case .sum: return (multiplyAdd(running, splat(-family.inverseFaceCount), one), running)
  case .einstein:
    let e = exponential(running * splat(-2))
    return (splat(2) * e / (one + e), running)
  case .hamacher: return (p / (p + exponentialMinusOne(running)), running)
  case .frank:
    // 1 - alpha = log1p(expm1(L) e^-G) / L
    let l = splat(family.logParameter)
    let inside = exponentialMinusOne(l) * exponential(-running)
    return (minimum(logOnePlus(inside) / l, one), running)
  case .schweizerSklarNilpotent:
    let left = running + sum
    let isOpen = left .> zero
    let logSurvival = select(isOpen, logarithm(minimum(left, one)) * inverse, logZero)
    return (select(isOpen, exponential(logSurvival), zero), logSurvival)
  case .hamacherProduct:
    let logSurvival = -softplus(logSum)
    return (exponential(logSurvival), logSurvival)
  case .yager:
    let logAlpha = minimum(logSum * inverse, zero)
    return (-exponentialMinusOne(logAlpha), logAlpha)
  case .aczelAlsina:
    let logLength = logSum * inverse
    return (exponential(-boundedExponential(logLength)), logLength)
  case .dombi:
    let logOdds = logSum * inverse
    return (exponential(-softplus(logOdds)), logOdds)
  case .schweizerSklarStrict:
    let logSurvival = softplus(logSum) * inverse
    return (exponential(logSurvival), logSurvival)
  }
}

/// ∂alpha/∂u of one face on a block, by hazards: nothing is divided by 1 - D.
@inline(never)
func aggregationSlope(
  _ face: CoverageLanes, entry: Int, _ state: UnsafePointer<Float>,
  _ job: borrowing SoftTileJob
) -> Lanes {
  let one = splat(1)
  let survival = unsafe loadLanes(state)
  let plane = unsafe state + (job.hasColor ? 7 : 1) * 256
  let kept = unsafe job.family.aggregation == .probabilistic ? one : loadLanes(plane)
  let p = unsafe splat(job.family.parameter)
  let slope: Lanes
  switch unsafe job.family.aggregation {
  case .probabilistic: slope = survival * face.hazard
  case .max:
    let isFirst = unsafe loadLanes(plane + 256) .== splat(Float(entry))
    slope = select(isFirst, face.density, Lanes.zero)
  case .drastic: slope = select(kept .< splat(1.5), face.density, Lanes.zero)
  case .sum: slope = unsafe face.density * splat(job.family.inverseFaceCount)
  case .einstein:
    slope = survival * (splat(2) - survival) * face.hazard / (one + face.coverage)
  case .hamacher:
    let left = multiplyAdd(p, one - survival, survival)
    slope = survival * left * face.hazard / multiplyAdd(p, face.coverage, face.survival)
  case .frank:
    let l = unsafe splat(job.family.logParameter)
    let x = face.survival * l
    let isTiny = magnitude(x) .< splat(1e-5)
    let ratio = select(
      isTiny, multiplyAdd(splat(0.5), x, one),
      -x / exponentialMinusOne(-select(isTiny, one, x)))
    slope = face.hazard * ratio * (-exponentialMinusOne(-survival * l) / l)
  case .schweizerSklarNilpotent:
    let isOpen = kept .> splat(-9e3)
    let power = boundedExponential((p - one) * (face.logSurvival - kept))
    slope = select(isOpen, power * face.density, Lanes.zero)
  case .hamacherProduct:
    slope = boundedExponential(kept + kept - face.logSurvival) * face.hazard
  case .yager:
    let power = boundedExponential((p - one) * (face.logCoverage - kept))
    slope = select(kept .< Lanes.zero, power * face.density, Lanes.zero)
  case .aczelAlsina:
    let length = logarithm(-face.logSurvival)
    slope = survival * boundedExponential((p - one) * (length - kept)) * face.hazard
  case .dombi:
    let odds = face.logCoverage - face.logSurvival
    let exponent = multiplyAdd(
      p - one, odds - kept, splat(-2) * softplus(kept) - face.logSurvival)
    slope = boundedExponential(exponent) * face.hazard
  case .schweizerSklarStrict:
    let exponent = multiplyAdd(one - p, kept - face.logSurvival, face.logSurvival)
    slope = boundedExponential(exponent) * face.hazard
  }
  return select(face.isActive, slope, Lanes.zero)
}
