internal import SfumatoKernelTypes

// What backward adds up over the blocks of a tile for one face, a lane a pixel, and how it becomes cotangents of corners.

/// Cotangents of up to four corners, a lane a pixel.
typealias CornerSums = (v0: Lanes, v1: Lanes, v2: Lanes, v3: Lanes)

/// The cotangent of the points of one edge that are nearest to pixels: its parts across and along the edge, and those times the
/// point's place from the middle, which tell how its ends share them.
typealias EdgeSums = (across: Lanes, acrossPlace: Lanes, along: Lanes, alongPlace: Lanes)

/// The cotangent of a face's outline, edge by edge.
typealias OutlineSums = (e0: EdgeSums, e1: EdgeSums, e2: EdgeSums, e3: EdgeSums)

/// Cotangents of what a face's corners show, and of the corners through the weights of pixels inside: along the outward
/// normals of edge 0 and of edge 1.
typealias ColorSums = (
  q: CornerSums, logit: CornerSums, red: CornerSums, green: CornerSums, blue: CornerSums,
  inner0: CornerSums, inner1: CornerSums
)

@_transparent
private var noLanes: (Lanes, Lanes, Lanes, Lanes) {
  (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
}

/// Nothing yet.
@_transparent
var noOutlineSums: OutlineSums { (noLanes, noLanes, noLanes, noLanes) }

/// Nothing yet.
@_transparent
var noColorSums: ColorSums {
  (noLanes, noLanes, noLanes, noLanes, noLanes, noLanes, noLanes)
}

/// A distance below every other, pixels: it stands for 0 where a plain distance is divided by itself, so that a pixel on
/// an edge is pulled along the edge's normal.
@_transparent
var touch: Float { 1e-18 }

/// Adds weights times one value to the cotangents of corners.
@_transparent
func addShares<Quadrilateral: Switch>(
  _ value: Lanes, _ w: (Lanes, Lanes, Lanes, Lanes), to sums: inout CornerSums,
  _: Quadrilateral.Type
) {
  sums.v0 = multiplyAdd(w.0, value, sums.v0)
  sums.v1 = multiplyAdd(w.1, value, sums.v1)
  sums.v2 = multiplyAdd(w.2, value, sums.v2)
  if Quadrilateral.isOn { sums.v3 = multiplyAdd(w.3, value, sums.v3) }
}

/// Adds the cotangent `pull` times the way to the nearest point, where this edge is the nearest.
@_transparent
private func addPull<Model: CoverageModel>(
  _ pull: Lanes, _ edge: EdgeLanes, _ isNearest: LaneMask, to sums: inout EdgeSums,
  _: Model.Type
) {
  let own = select(isNearest, pull, Lanes.zero)
  let normal = Model.isSquared ? edge.normal : edge.normal + splat(touch)
  let a = own * normal
  let b = own * edge.along
  sums.across += a
  sums.acrossPlace = multiplyAdd(a, edge.place, sums.acrossPlace)
  sums.along += b
  sums.alongPlace = multiplyAdd(b, edge.place, sums.alongPlace)
}

/// Adds the cotangent `pull` times the way to the nearest point of the face's boundary.
@_transparent
func addPull<Model: CoverageModel, Quadrilateral: Switch>(
  _ pull: Lanes, _ near: borrowing BoundaryLanes, to outline: inout OutlineSums,
  _ model: Model.Type, _: Quadrilateral.Type
) {
  addPull(pull, near.e0, near.on0, to: &outline.e0, model)
  addPull(pull, near.e1, near.on1, to: &outline.e1, model)
  addPull(pull, near.e2, near.on2, to: &outline.e2, model)
  if Quadrilateral.isOn { addPull(pull, near.e3, near.on3, to: &outline.e3, model) }
}

/// Adds the cotangent of the nearest point's share of the edge's second corner: moving a corner slides the point along the edge.
///
/// With t = 1/2 + place / L: a motion of the ends across the edge turns it, `∂t = n (δ1 - δ2) / L²`; along it, it
/// shifts the point by the ends' shares, `∂t = -((1 - t) δ1 + t δ2) / L`.
@_transparent
func slide(
  _ edge: EdgeLanes, _ isNearest: LaneMask, _ half: Float, _ shareBar: Lanes,
  to sums: inout EdgeSums
) {
  let slides = isNearest .& (edge.along .== Lanes.zero)
  let length = 2 * half
  let bar = select(slides, shareBar * splat(1 / (length * length)), Lanes.zero)
  sums.acrossPlace = multiplyAdd(bar * edge.normal, splat(-length), sums.acrossPlace)
  let shift = bar * splat(-length)
  sums.along += shift
  sums.alongPlace = multiplyAdd(shift, edge.place, sums.alongPlace)
}

/// Sums over the lanes, a corner or edge each.
@_transparent
private func reduced(_ sums: CornerSums) -> SIMD4<Float> {
  SIMD4(
    horizontalSum(sums.v0), horizontalSum(sums.v1), horizontalSum(sums.v2),
    horizontalSum(sums.v3))
}

/// Shares the edges' cotangents out to their corners and stores columns, then rows; `plus` is added to the corners.
@inline(__always)
func storeOutline<Quadrilateral: Switch>(
  _ sums: OutlineSums, _ face: borrowing SoftKernelFace, _: Quadrilateral.Type,
  plus: (x: SIMD4<Float>, y: SIMD4<Float>), to out: UnsafeMutableRawPointer
) {
  @_transparent func lanes(_ a: Lanes, _ b: Lanes, _ c: Lanes, _ d: Lanes) -> SIMD4<Float> {
    SIMD4(
      horizontalSum(a), horizontalSum(b), horizontalSum(c),
      Quadrilateral.isOn ? horizontalSum(d) : 0)
  }
  let (e0, e1, e2, e3) = (sums.e0, sums.e1, sums.e2, sums.e3)
  let perHalf = SIMD4(repeating: 0.5) / face.halfLength
  let across = lanes(e0.across, e1.across, e2.across, e3.across) * 0.5
  let turn = lanes(e0.acrossPlace, e1.acrossPlace, e2.acrossPlace, e3.acrossPlace) * perHalf
  let along = lanes(e0.along, e1.along, e2.along, e3.along) * 0.5
  let stretch = lanes(e0.alongPlace, e1.alongPlace, e2.alongPlace, e3.alongPlace) * perHalf
  @_transparent func shares(_ n: SIMD4<Float>, _ e: SIMD4<Float>) -> SIMD4<Float> {
    let first = (across - turn) * n + (along - stretch) * e
    let second = (across + turn) * n + (along + stretch) * e
    let before =
      Quadrilateral.isOn
      ? SIMD4(second[3], second[0], second[1], second[2])
      : SIMD4(second[2], second[0], second[1], 0)
    return first + before
  }
  let x = shares(face.normalX, face.directionX) + plus.x
  let y = shares(face.normalY, face.directionY) + plus.y
  unsafe out.storeBytes(of: x, as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: y, toByteOffset: 16, as: SIMD4<Float>.self)
}

/// The cotangents of the corners' columns and rows through the weights of pixels inside.
@_transparent
func innerCorners(
  _ sums: ColorSums, _ face: borrowing SoftKernelFace
) -> (x: SIMD4<Float>, y: SIMD4<Float>) {
  let (a, b) = (reduced(sums.inner0), reduced(sums.inner1))
  return (
    a * face.normalX[0] + b * face.normalX[1], a * face.normalY[0] + b * face.normalY[1]
  )
}

/// Stores the cotangents of perspective weights, logits, reds, greens, blues.
@_transparent
func storeColors(_ sums: ColorSums, to out: UnsafeMutableRawPointer) {
  unsafe out.storeBytes(of: reduced(sums.q), as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: reduced(sums.logit), toByteOffset: 16, as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: reduced(sums.red), toByteOffset: 32, as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: reduced(sums.green), toByteOffset: 48, as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: reduced(sums.blue), toByteOffset: 64, as: SIMD4<Float>.self)
}
