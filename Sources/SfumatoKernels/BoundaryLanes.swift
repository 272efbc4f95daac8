internal import SfumatoKernelTypes

// The signed distance of sixteen pixels to one face, and the weights of its corners: the lanes' twin of BoundaryFoot and
// AttributeWeights in SfumatoCore, which explain the formulas.

/// The nearest boundary point of one face for each lane.
struct BoundaryLanes {
  /// Foot minus pixel.
  var offsetX: Lanes
  var offsetY: Lanes
  /// Squared distance.
  var squared: Lanes
  /// Weights of the corners at the foot, sum 1.
  var foot0: Lanes
  var foot1: Lanes
  var foot2: Lanes
  var foot3: Lanes
  /// Which edge is nearest; edge 0 where none is set.
  var onEdge1: LaneMask
  var onEdge2: LaneMask
  var onEdge3: LaneMask
  /// The smallest signed distance to an edge's line: not negative inside.
  var inside: Lanes
}

/// The squared distance as edges compete with it: a foot between an edge's corners wins against a corner that
/// rounding cannot tell from it.
///
/// A pixel far from a small face sees the foot and the corner beside it at squared distances that agree to the last bit
/// although the foot slides along the edge; with the corner the slope of the colour would be lost.
@_transparent
private func rank(_ squared: Lanes, _ t: Lanes, _ isOn: Bool) -> Lanes {
  guard isOn else { return squared }
  return squared.replacing(
    with: squared * splat(1 - 2e-6), where: (t .> Lanes.zero) .& (t .< splat(1)))
}

@_transparent
func boundary(
  _ face: borrowing SoftKernelFace, _ px: Lanes, _ py: Lanes, originX: Float, originY: Float,
  quadrilateral: Bool, prefersFeet: Bool
) -> BoundaryLanes {
  let zero = Lanes.zero
  let one = splat(1)
  // Edge 0.
  let ax0 = splat(face.x[0] - originX) - px
  let ay0 = splat(face.y[0] - originY) - py
  var e = (splat(face.edgeX[0]), splat(face.edgeY[0]))
  var t = multiplyAdd(ax0, e.0, ay0 * e.1) * splat(-face.inverseSquaredLength[0])
  t = minimum(maximum(t, zero), one)
  var offsetX = multiplyAdd(e.0, t, ax0)
  var offsetY = multiplyAdd(e.1, t, ay0)
  var squared = multiplyAdd(offsetX, offsetX, offsetY * offsetY)
  var best = rank(squared, t, prefersFeet)
  var inside = multiplyAdd(ax0, splat(face.normalX[0]), ay0 * splat(face.normalY[0]))
  var foot0 = one - t
  var foot1 = t
  // Edge 1.
  let ax1 = splat(face.x[1] - originX) - px
  let ay1 = splat(face.y[1] - originY) - py
  e = (splat(face.edgeX[1]), splat(face.edgeY[1]))
  t = multiplyAdd(ax1, e.0, ay1 * e.1) * splat(-face.inverseSquaredLength[1])
  t = minimum(maximum(t, zero), one)
  var ox = multiplyAdd(e.0, t, ax1)
  var oy = multiplyAdd(e.1, t, ay1)
  var d = multiplyAdd(ox, ox, oy * oy)
  inside = minimum(
    inside, multiplyAdd(ax1, splat(face.normalX[1]), ay1 * splat(face.normalY[1])))
  var key = rank(d, t, prefersFeet)
  var onEdge1 = key .< best
  best = select(onEdge1, key, best)
  squared = select(onEdge1, d, squared)
  offsetX = select(onEdge1, ox, offsetX)
  offsetY = select(onEdge1, oy, offsetY)
  foot0 = select(onEdge1, zero, foot0)
  foot1 = select(onEdge1, one - t, foot1)
  var foot2 = select(onEdge1, t, zero)
  // Edge 2.
  let ax2 = splat(face.x[2] - originX) - px
  let ay2 = splat(face.y[2] - originY) - py
  e = (splat(face.edgeX[2]), splat(face.edgeY[2]))
  t = multiplyAdd(ax2, e.0, ay2 * e.1) * splat(-face.inverseSquaredLength[2])
  t = minimum(maximum(t, zero), one)
  ox = multiplyAdd(e.0, t, ax2)
  oy = multiplyAdd(e.1, t, ay2)
  d = multiplyAdd(ox, ox, oy * oy)
  inside = minimum(
    inside, multiplyAdd(ax2, splat(face.normalX[2]), ay2 * splat(face.normalY[2])))
  key = rank(d, t, prefersFeet)
  var onEdge2 = key .< best
  best = select(onEdge2, key, best)
  squared = select(onEdge2, d, squared)
  offsetX = select(onEdge2, ox, offsetX)
  offsetY = select(onEdge2, oy, offsetY)
  foot1 = select(onEdge2, zero, foot1)
  foot2 = select(onEdge2, one - t, foot2)
  foot0 = select(onEdge2, quadrilateral ? zero : t, foot0)
  onEdge1 = onEdge1 .& .!onEdge2
  var foot3 = zero
  var onEdge3 = LaneMask(repeating: false)
  if quadrilateral {
    foot3 = select(onEdge2, t, zero)
    let ax3 = splat(face.x[3] - originX) - px
    let ay3 = splat(face.y[3] - originY) - py
    e = (splat(face.edgeX[3]), splat(face.edgeY[3]))
    t = multiplyAdd(ax3, e.0, ay3 * e.1) * splat(-face.inverseSquaredLength[3])
    t = minimum(maximum(t, zero), one)
    ox = multiplyAdd(e.0, t, ax3)
    oy = multiplyAdd(e.1, t, ay3)
    d = multiplyAdd(ox, ox, oy * oy)
    inside = minimum(
      inside, multiplyAdd(ax3, splat(face.normalX[3]), ay3 * splat(face.normalY[3])))
    key = rank(d, t, prefersFeet)
    onEdge3 = key .< best
    squared = select(onEdge3, d, squared)
    offsetX = select(onEdge3, ox, offsetX)
    offsetY = select(onEdge3, oy, offsetY)
    foot1 = select(onEdge3, zero, foot1)
    foot2 = select(onEdge3, zero, foot2)
    foot3 = select(onEdge3, one - t, foot3)
    foot0 = select(onEdge3, t, foot0)
    onEdge1 = onEdge1 .& .!onEdge3
    onEdge2 = onEdge2 .& .!onEdge3
  }
  return BoundaryLanes(
    offsetX: offsetX, offsetY: offsetY, squared: squared, foot0: foot0, foot1: foot1,
    foot2: foot2, foot3: foot3, onEdge1: onEdge1, onEdge2: onEdge2, onEdge3: onEdge3,
    inside: inside)
}

/// Barycentric weights of the pixels in the triangle of corners 0, 1, 2.
@_transparent
func barycentrics(
  _ face: borrowing SoftKernelFace, _ px: Lanes, _ py: Lanes, originX: Float, originY: Float
) -> (Lanes, Lanes, Lanes) {
  let ax = splat(face.x[0] - originX) - px
  let ay = splat(face.y[0] - originY) - py
  let bx = splat(face.x[1] - originX) - px
  let by = splat(face.y[1] - originY) - py
  let cx = splat(face.x[2] - originX) - px
  let cy = splat(face.y[2] - originY) - py
  let inverse = splat(face.inverseArea)
  return (
    multiplyAdd(bx, cy, -(by * cx)) * inverse, multiplyAdd(cx, ay, -(cy * ax)) * inverse,
    multiplyAdd(ax, by, -(ay * bx)) * inverse
  )
}

/// The blocks of the tile that a face can reach, a bit each.
///
/// First by the face's box; where that leaves more than four blocks, by the signed distance at the block centres
/// against the reach plus the block's half diagonal.
@_transparent
func reachableBlocks(_ face: borrowing SoftKernelFace, _ job: borrowing SoftTileJob) -> UInt32 {
  let columns = unsafe blockRange(face.left - job.originX, face.right - job.originX, job.reach)
  let rows = unsafe blockRange(face.top - job.originY, face.bottom - job.originY, job.reach)
  // A row of four blocks, laid on each row of the range.
  let row = (UInt32(2) &<< columns.last) &- (UInt32(1) &<< columns.first)
  let onEach = ((UInt32(16) &<< (4 &* rows.last)) &- (UInt32(1) &<< (4 &* rows.first))) & 0x1111
  let inBox = row &* onEach
  guard inBox.nonzeroBitCount > 4 else { return inBox }
  return unsafe inBox & nearBlocks(face, job)
}

/// The first and last of four blocks along an axis with a pixel centre within the reach of an interval; the bins see to it
/// that there is one.
@_transparent
private func blockRange(
  _ low: Float, _ high: Float, _ reach: Float
) -> (first: UInt32, last: UInt32) {
  // Block b has its pixel centres at 4 b + 0.5 to 4 b + 3.5.
  let first = (low - reach - 3.5) * 0.25
  let last = (high + reach - 0.5) * 0.25
  let lowest: UInt32 = first > 2 ? 3 : first > 1 ? 2 : first > 0 ? 1 : 0
  let highest: UInt32 = last < 1 ? 0 : last < 2 ? 1 : last < 3 ? 2 : 3
  return (lowest, highest < lowest ? lowest : highest)
}

/// The blocks whose pixels may lie within the reach, by distance.
@inline(never)
private func nearBlocks(
  _ face: borrowing SoftKernelFace, _ job: borrowing SoftTileJob
) -> UInt32 {
  let centerX = (laneColumns - splat(0.5)) * splat(4) + splat(2)
  let centerY = (laneRows - splat(0.5)) * splat(4) + splat(2)
  let near = unsafe boundary(
    face, centerX, centerY, originX: job.originX, originY: job.originY,
    quadrilateral: face.isQuadrilateral, prefersFeet: false)
  let limit = unsafe job.reach + 2.1214  // half the diagonal between a block's corner pixel centres
  return bits((near.squared .< splat(limit * limit)) .| (near.inside .>= Lanes.zero))
}

/// How near the nearest colour of each of the tile's sixteen blocks is at least, a lane a block: the smallest over the
/// block of the logarithm of the softmax's sum, to the power of two below it; -1e30 while a pixel sees nothing.
///
/// `inverted` tells whether the state holds weights (forward, under way) or their inverses (backward).
@inline(never)
func nearestLogits(_ job: borrowing SoftTileJob, inverted: Bool) -> Lanes {
  var result = Lanes.zero
  for block in 0..<16 {
    let largest = unsafe loadLanes(job.state + 256 + block * 16)
    let weight = unsafe loadLanes(job.state + 512 + block * 16)
    // The exponent of a float from its bits; as a number by placing it under 2^23.
    let field = unsafe unsafeBitCast(weight, to: SIMD16<UInt32>.self) &>> 23
    let placed = field | SIMD16<UInt32>(repeating: 0x4B00_0000)
    let exponent = unsafe unsafeBitCast(placed, to: Lanes.self) - splat(8_388_608 + 127)
    let power = inverted ? -exponent - splat(1) : exponent
    let seen = multiplyAdd(power, splat(0.693_147_18), largest)
    let logits = seen.replacing(with: -1e30, where: weight .<= Lanes.zero)
    let eight = logits.lowHalf.replacing(
      with: logits.highHalf, where: logits.highHalf .< logits.lowHalf)
    let four = eight.lowHalf.replacing(
      with: eight.highHalf, where: eight.highHalf .< eight.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
    result[block] = two.y < two.x ? two.y : two.x
  }
  return result
}

/// The blocks in which a face's share of the colour is below e^-17 = 4e-8 at every pixel, whatever its coverage: there
/// only its alpha counts.
@_transparent
func hiddenBlocks(_ face: borrowing SoftKernelFace, _ nearest: Lanes) -> UInt32 {
  bits(splat(face.largestLogit + 17) .< nearest)
}
