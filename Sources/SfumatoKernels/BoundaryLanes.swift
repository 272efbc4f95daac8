internal import SfumatoKernelTypes

// The signed distance of sixteen pixels to one face, and the weights of its corners: the lanes' twin of BoundaryFoot and
// AttributeWeights in SfumatoCore, which explain the formulas. Here each edge is two affine functions of the pixel: the signed
// distance to its line, and the place along it from its middle. Over a tile a face has a value of each at the centres of the sixteen blocks,
// in the job's scratch, and a pattern that a block's pixels add to it.

/// What a face's edges add to their values at a block's centre, pixel by pixel: signed distances to the edges' lines, and places
/// along them.
///
/// A tuple for the reason that ``ProfileLanes`` is one; so are the other bundles of lanes that files share.
typealias EdgePatterns = (
  n0: Lanes, n1: Lanes, n2: Lanes, n3: Lanes, s0: Lanes, s1: Lanes, s2: Lanes, s3: Lanes
)

/// Patterns before a face is prepared.
@_transparent
var noPatterns: EdgePatterns {
  (
    Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero,
    Lanes.zero
  )
}

/// One edge seen from sixteen pixels: the signed distance to its line, not negative inside; the place of the nearest point of the
/// edge, from its middle; from the pixel to that point along the edge, 0 but at its ends; the squared distance to that point.
typealias EdgeLanes = (normal: Lanes, place: Lanes, along: Lanes, squared: Lanes)

/// Prepares a face for the blocks of a tile: its patterns, and the values at the blocks' centres in the scratch.
///
/// - Returns: the blocks of the tile whose pixels the face may reach, a bit each, by the signed distance at their centres.
@inline(__always)
func prepareEdges<Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ job: borrowing SoftTileJob,
  _ patterns: inout EdgePatterns, _: Quadrilateral.Type
) -> UInt32 {
  let dx = unsafe face.x - SIMD4(repeating: job.originX)
  let dy = unsafe face.y - SIMD4(repeating: job.originY)
  var nearest = splat(.infinity)
  var inside = splat(.infinity)
  @_transparent func edge(_ k: Int, _ pattern: inout Lanes, _ placePattern: inout Lanes) {
    let (nx, ny) = (splat(face.normalX[k]), splat(face.normalY[k]))
    let (ex, ey) = (splat(face.directionX[k]), splat(face.directionY[k]))
    let half = splat(face.halfLength[k])
    pattern = -multiplyAdd(nx, laneColumns, ny * laneRows)
    placePattern = multiplyAdd(ex, laneColumns, ey * laneRows)
    // From the block's centre to the corner first: what cancels then is exact.
    let (ax, ay) = (splat(dx[k]) - blockColumns, splat(dy[k]) - blockRows)
    let normal = multiplyAdd(ax, nx, ay * ny)
    let place = -multiplyAdd(ax, ex, ay * ey) - half
    unsafe storeLanes(normal, job.scratch + 32 * k)
    unsafe storeLanes(place, job.scratch + 32 * k + 16)
    let along = minimum(maximum(place, -half), half) - place
    nearest = minimum(nearest, multiplyAdd(along, along, normal * normal))
    inside = minimum(inside, normal)
  }
  edge(0, &patterns.n0, &patterns.s0)
  edge(1, &patterns.n1, &patterns.s1)
  edge(2, &patterns.n2, &patterns.s2)
  if Quadrilateral.isOn { edge(3, &patterns.n3, &patterns.s3) }
  // Half the diagonal between a block's corner pixel centres, and a little for rounding.
  let limit = unsafe job.reach + 2.122
  return lessBits(nearest, splat(limit * limit)) | (~lessBits(inside, Lanes.zero) & 0xFFFF)
}

/// An edge seen from a block's pixels.
@_transparent
func edgeLanes(
  _ face: borrowing SoftKernelFace, _ job: borrowing SoftTileJob, _ k: Int, block: Int,
  _ pattern: Lanes, _ placePattern: Lanes
) -> EdgeLanes {
  let normal = unsafe pattern + splat(job.scratch[32 * k + block])
  let free = unsafe placePattern + splat(job.scratch[32 * k + 16 + block])
  let half = splat(face.halfLength[k])
  let place = minimum(maximum(free, -half), half)
  let along = place - free
  return (
    normal: normal, place: place, along: along,
    squared: multiplyAdd(along, along, normal * normal)
  )
}

/// The squared distance as edges compete with it where there is colour: a foot between an edge's corners wins against a corner
/// that rounding cannot tell from it.
///
/// A pixel far from a small face sees the foot and the corner beside it at squared distances that agree to the last bit
/// although the foot slides along the edge; with the corner the slope of the colour would be lost.
@_transparent
func rank(_ edge: EdgeLanes) -> Lanes {
  edge.squared.replacing(
    with: edge.squared * splat(1 - 2e-6), where: edge.along .== Lanes.zero)
}

/// A face's boundary seen from sixteen pixels: all edges, and which of them is nearest.
struct BoundaryLanes {
  var e0: EdgeLanes
  var e1: EdgeLanes
  var e2: EdgeLanes
  var e3: EdgeLanes
  /// Which edge is nearest: one of them a lane.
  var on0: LaneMask
  var on1: LaneMask
  var on2: LaneMask
  var on3: LaneMask
  /// The smallest signed distance to an edge's line: not negative inside.
  var inside: Lanes
  /// Squared distance to the nearest edge.
  var squared: Lanes
}

@_transparent
func boundary<Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ job: borrowing SoftTileJob,
  _ patterns: EdgePatterns, block: Int, prefersFeet: Bool, _: Quadrilateral.Type
) -> BoundaryLanes {
  let none = LaneMask(repeating: false)
  let e0 = unsafe edgeLanes(face, job, 0, block: block, patterns.n0, patterns.s0)
  let e1 = unsafe edgeLanes(face, job, 1, block: block, patterns.n1, patterns.s1)
  let e2 = unsafe edgeLanes(face, job, 2, block: block, patterns.n2, patterns.s2)
  let key0 = prefersFeet ? rank(e0) : e0.squared
  let key1 = prefersFeet ? rank(e1) : e1.squared
  let key2 = prefersFeet ? rank(e2) : e2.squared
  var on1 = key1 .< key0
  let best = minimum(key0, key1)
  var on2 = key2 .< best
  on1 = on1 .& .!on2
  var inside = minimum(minimum(e0.normal, e1.normal), e2.normal)
  var squared = select(on2, e2.squared, select(on1, e1.squared, e0.squared))
  guard Quadrilateral.isOn else {
    return BoundaryLanes(
      e0: e0, e1: e1, e2: e2, e3: e2, on0: .!(on1 .| on2), on1: on1, on2: on2, on3: none,
      inside: inside, squared: squared)
  }
  let e3 = unsafe edgeLanes(face, job, 3, block: block, patterns.n3, patterns.s3)
  let key3 = prefersFeet ? rank(e3) : e3.squared
  let on3 = key3 .< minimum(best, key2)
  on1 = on1 .& .!on3
  on2 = on2 .& .!on3
  inside = minimum(inside, e3.normal)
  squared = select(on3, e3.squared, squared)
  return BoundaryLanes(
    e0: e0, e1: e1, e2: e2, e3: e3, on0: .!(on1 .| on2 .| on3), on1: on1, on2: on2, on3: on3,
    inside: inside, squared: squared)
}

/// Weights of the corners, sum 1: at the pixel in the triangle of corners 0, 1, 2 where it is inside, else at the nearest
/// boundary point.
@_transparent
func cornerWeights<Quadrilateral: Switch>(
  _ near: borrowing BoundaryLanes, _ face: borrowing SoftKernelFace,
  _ attributes: borrowing SoftKernelAttributes, _: Quadrilateral.Type
) -> (Lanes, Lanes, Lanes, Lanes) {
  let zero = Lanes.zero
  let isInside = near.inside .>= zero
  let inner = innerWeights(near, attributes, Quadrilateral.self)
  // Shares of the second corner of each edge.
  @_transparent func share(_ edge: EdgeLanes, _ k: Int) -> Lanes {
    multiplyAdd(edge.place, splat(0.5 / face.halfLength[k]), splat(0.5))
  }
  @_transparent func pick(_ own: LaneMask, _ t: Lanes, _ before: LaneMask, _ s: Lanes) -> Lanes {
    select(own, splat(1) - t, select(before, s, zero))
  }
  let t0 = share(near.e0, 0)
  let t1 = share(near.e1, 1)
  let t2 = share(near.e2, 2)
  if Quadrilateral.isOn {
    let t3 = share(near.e3, 3)
    return (
      select(isInside, inner.0, pick(near.on0, t0, near.on3, t3)),
      select(isInside, inner.1, pick(near.on1, t1, near.on0, t0)),
      select(isInside, inner.2, pick(near.on2, t2, near.on1, t1)),
      select(isInside, zero, pick(near.on3, t3, near.on2, t2))
    )
  }
  return (
    select(isInside, inner.0, pick(near.on0, t0, near.on2, t2)),
    select(isInside, inner.1, pick(near.on1, t1, near.on0, t0)),
    select(isInside, inner.2, pick(near.on2, t2, near.on1, t1)), zero
  )
}

/// Barycentric weights of the pixels in the triangle of corners 0, 1, 2: heights over the edges across.
///
/// A quadrilateral's edge 2 is not the triangle's; what is left of 1 is corner 1's.
@_transparent
func innerWeights<Quadrilateral: Switch>(
  _ near: borrowing BoundaryLanes, _ attributes: borrowing SoftKernelAttributes,
  _: Quadrilateral.Type
) -> (Lanes, Lanes, Lanes) {
  let w0 = near.e1.normal * splat(attributes.inverseHeight[1])
  let w2 = near.e0.normal * splat(attributes.inverseHeight[0])
  let w1 =
    Quadrilateral.isOn
    ? splat(1) - w0 - w2 : near.e2.normal * splat(attributes.inverseHeight[2])
  return (w0, w1, w2)
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
    result[block] = smallestLane(seen.replacing(with: -1e30, where: weight .<= Lanes.zero))
  }
  return result
}

/// The smallest of the lanes.
@_transparent
func smallestLane(_ a: Lanes) -> Float {
  let eight = a.lowHalf.replacing(with: a.highHalf, where: a.highHalf .< a.lowHalf)
  let four = eight.lowHalf.replacing(
    with: eight.highHalf, where: eight.highHalf .< eight.lowHalf)
  let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
  return two.y < two.x ? two.y : two.x
}

/// The blocks in which a face's share of the colour is below e^-17 = 4e-8 at every pixel, whatever its coverage: there
/// only its alpha counts.
@_transparent
func hiddenBlocks(_ attributes: borrowing SoftKernelAttributes, _ nearest: Lanes) -> UInt32 {
  lessBits(splat(attributes.largestLogit + 17), nearest)
}
