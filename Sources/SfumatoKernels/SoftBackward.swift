public import SfumatoKernelTypes

// Adjoint of one tile: replays each face on each block it reaches and recomputes what forward knew. The cotangents of a
// face's corners add up in registers over the tile's blocks and leave as one record an entry.

/// The adjoint of one tile.
public func softBackward(_ job: borrowing SoftTileJob) {
  guard unsafe job.family.isCommon else {
    if unsafe job.hasColor {
      unsafe backwardTile(job, On.self, FamilyModel.self)
    } else {
      unsafe backwardTile(job, Off.self, FamilyModel.self)
    }
    return
  }
  switch unsafe (job.hasColor, job.squared) {
  case (false, false): unsafe backwardTile(job, Off.self, LogisticModel<Off>.self)
  case (false, true): unsafe backwardTile(job, Off.self, LogisticModel<On>.self)
  case (true, false): unsafe backwardTile(job, On.self, LogisticModel<Off>.self)
  case (true, true): unsafe backwardTile(job, On.self, LogisticModel<On>.self)
  }
}

/// Cotangents of up to four corners, a lane a pixel.
private struct CornerSums {
  var v0 = Lanes.zero
  var v1 = Lanes.zero
  var v2 = Lanes.zero
  var v3 = Lanes.zero

  @_transparent
  var reduced: SIMD4<Float> {
    SIMD4(horizontalSum(v0), horizontalSum(v1), horizontalSum(v2), horizontalSum(v3))
  }
}

/// Cotangents of everything that a face's corners carry.
private struct FaceSums {
  var x = CornerSums()
  var y = CornerSums()
  var q = CornerSums()
  var logit = CornerSums()
  var red = CornerSums()
  var green = CornerSums()
  var blue = CornerSums()
}

/// Cotangents of the smoothing, over all faces of the tile.
private struct SmoothingSums {
  /// Of the logarithm of the scale, but for its sign and power: Σ ū u.
  var scale = Lanes.zero
  /// Of a shift: Σ ū.
  var shift = Lanes.zero
}

private func backwardTile<Color: Switch, Model: CoverageModel>(
  _ job: borrowing SoftTileJob, _ color: Color.Type, _ model: Model.Type
) {
  guard let gradients = unsafe job.gradients else { return }
  let nearest = Color.isOn ? unsafe nearestLogits(job, inverted: true) : splat(-1e30)
  var smoothing = SmoothingSums()
  for entry in unsafe 0..<job.entryCount {
    let face = unsafe job.faces[Int(job.entries[entry])]
    let blocks = unsafe reachableBlocks(face, job)
    let hidden = Color.isOn ? blocks & hiddenBlocks(face, nearest) : 0
    let out = unsafe UnsafeMutableRawPointer(gradients + entry * 28)
    if face.isQuadrilateral {
      unsafe backwardFace(
        face, job, entry: entry, blocks: blocks & ~hidden, hidden: hidden, out: out, &smoothing,
        color, model, On.self)
    } else {
      unsafe backwardFace(
        face, job, entry: entry, blocks: blocks & ~hidden, hidden: hidden, out: out, &smoothing,
        color, model, Off.self)
    }
  }
  guard let sums = unsafe job.smoothing else { return }
  unsafe sums[0] = horizontalSum(smoothing.scale)
  unsafe sums[1] = horizontalSum(smoothing.shift)
}

private func backwardFace<Color: Switch, Model: CoverageModel, Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ job: borrowing SoftTileJob, entry: Int, blocks: UInt32,
  hidden: UInt32, out: UnsafeMutableRawPointer, _ smoothing: inout SmoothingSums, _: Color.Type,
  _: Model.Type, _: Quadrilateral.Type
) {
  var sums = FaceSums()
  var left = blocks
  while left != 0 {
    let block = left.trailingZeroBitCount
    left &= left &- 1
    unsafe backwardBlock(
      face, job, entry: entry, block: block, into: &sums, &smoothing, Color.self, Model.self,
      Quadrilateral.self)
  }
  if Color.isOn {
    left = hidden
    while left != 0 {
      let block = left.trailingZeroBitCount
      left &= left &- 1
      unsafe backwardBlock(
        face, job, entry: entry, block: block, into: &sums, &smoothing, Off.self, Model.self,
        Quadrilateral.self)
    }
  }
  unsafe out.storeBytes(of: sums.x.reduced, toByteOffset: 0, as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: sums.y.reduced, toByteOffset: 16, as: SIMD4<Float>.self)
  guard Color.isOn else { return }
  unsafe out.storeBytes(of: sums.q.reduced, toByteOffset: 32, as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: sums.logit.reduced, toByteOffset: 48, as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: sums.red.reduced, toByteOffset: 64, as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: sums.green.reduced, toByteOffset: 80, as: SIMD4<Float>.self)
  unsafe out.storeBytes(of: sums.blue.reduced, toByteOffset: 96, as: SIMD4<Float>.self)
}

/// Adds weights times one value to the cotangents of the corners.
@_transparent
private func add(
  _ value: Lanes, _ w: (Lanes, Lanes, Lanes, Lanes), to sums: inout CornerSums, quadrilateral: Bool
) {
  sums.v0 = multiplyAdd(w.0, value, sums.v0)
  sums.v1 = multiplyAdd(w.1, value, sums.v1)
  sums.v2 = multiplyAdd(w.2, value, sums.v2)
  if quadrilateral { sums.v3 = multiplyAdd(w.3, value, sums.v3) }
}

@inline(__always)
private func backwardBlock<Color: Switch, Model: CoverageModel, Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ job: borrowing SoftTileJob, entry: Int, block: Int,
  into sums: inout FaceSums, _ smoothing: inout SmoothingSums, _: Color.Type, _: Model.Type,
  _: Quadrilateral.Type
) {
  guard let cotangents = unsafe job.cotangents else { return }
  let zero = Lanes.zero
  let one = splat(1)
  let px = laneColumns + splat(Float(block & 3) * 4)
  let py = laneRows + splat(Float(block >> 2) * 4)
  let near = unsafe boundary(
    face, px, py, originX: job.originX, originY: job.originY, quadrilateral: Quadrilateral.isOn,
    prefersFeet: Color.isOn)
  let isInside = near.inside .>= zero
  let distance = squareRoot(near.squared)
  let cover = unsafe Model.coverage(near, distance: distance, job)
  let isActive = cover.isActive
  let state = unsafe UnsafePointer(job.state + block * 16)
  let bar = unsafe cotangents + block * 16
  var standardizedBar = unsafe loadLanes(bar) * Model.alphaSlope(cover, entry: entry, state, job)

  if Color.isOn {
    let w = unsafe barycentrics(face, px, py, originX: job.originX, originY: job.originY)
    let t0 = select(isInside, w.0, near.foot0)
    let t1 = select(isInside, w.1, near.foot1)
    let t2 = select(isInside, w.2, near.foot2)
    let t3 = Quadrilateral.isOn ? select(isInside, zero, near.foot3) : zero
    var total = multiplyAdd(
      t0, splat(face.q[0]), multiplyAdd(t1, splat(face.q[1]), t2 * splat(face.q[2])))
    if Quadrilateral.isOn { total = multiplyAdd(t3, splat(face.q[3]), total) }
    let inverse = one / total
    let b1 = t1 * splat(face.q[1]) * inverse
    let b2 = t2 * splat(face.q[2]) * inverse
    let b3 = Quadrilateral.isOn ? t3 * splat(face.q[3]) * inverse : zero
    let b0 = t0 * splat(face.q[0]) * inverse
    let b = (b0, b1, b2, b3)
    @_transparent func interpolate(_ v: SIMD4<Float>) -> Lanes {
      var sum = multiplyAdd(b1, splat(v[1] - v[0]), b2 * splat(v[2] - v[0]))
      if Quadrilateral.isOn { sum = multiplyAdd(b3, splat(v[3] - v[0]), sum) }
      return sum + splat(v[0])
    }
    let logit = interpolate(face.logit)
    let largest = unsafe loadLanes(state + 256)
    var softmax = unsafe exponential(minimum(logit - largest, zero)) * loadLanes(state + 512)
    softmax = softmax.replacing(with: 0, where: .!isActive)
    let weight = softmax * cover.coverage
    let redBar = unsafe loadLanes(bar + 256)
    let greenBar = unsafe loadLanes(bar + 512)
    let blueBar = unsafe loadLanes(bar + 768)
    let depthBar = unsafe loadLanes(bar + 1024)
    var excessColor = unsafe (interpolate(face.red) - loadLanes(state + 768)) * redBar
    excessColor = unsafe multiplyAdd(
      interpolate(face.green) - loadLanes(state + 1024), greenBar, excessColor)
    excessColor = unsafe multiplyAdd(
      interpolate(face.blue) - loadLanes(state + 1280), blueBar, excessColor)
    excessColor = unsafe multiplyAdd(logit - loadLanes(state + 1536), depthBar, excessColor)
    standardizedBar = multiplyAdd(softmax * excessColor, cover.density, standardizedBar)
    let logitBar = weight * (excessColor + depthBar)
    add(logitBar, b, to: &sums.logit, quadrilateral: Quadrilateral.isOn)
    add(weight * redBar, b, to: &sums.red, quadrilateral: Quadrilateral.isOn)
    add(weight * greenBar, b, to: &sums.green, quadrilateral: Quadrilateral.isOn)
    add(weight * blueBar, b, to: &sums.blue, quadrilateral: Quadrilateral.isOn)

    // Corner weights: b = t q / Σ t q.
    @_transparent func weightBar(_ k: Int) -> Lanes {
      var sum = weight * redBar * splat(face.red[k])
      sum = multiplyAdd(weight * greenBar, splat(face.green[k]), sum)
      sum = multiplyAdd(weight * blueBar, splat(face.blue[k]), sum)
      return multiplyAdd(logitBar, splat(face.logit[k]), sum)
    }
    let bar0 = weightBar(0)
    let bar1 = weightBar(1)
    let bar2 = weightBar(2)
    let bar3 = Quadrilateral.isOn ? weightBar(3) : zero
    var mean = multiplyAdd(b0, bar0, multiplyAdd(b1, bar1, b2 * bar2))
    if Quadrilateral.isOn { mean = multiplyAdd(b3, bar3, mean) }
    let c0 = (bar0 - mean) * inverse
    let c1 = (bar1 - mean) * inverse
    let c2 = (bar2 - mean) * inverse
    let c3 = Quadrilateral.isOn ? (bar3 - mean) * inverse : zero
    sums.q.v0 = multiplyAdd(c0, t0, sums.q.v0)
    sums.q.v1 = multiplyAdd(c1, t1, sums.q.v1)
    sums.q.v2 = multiplyAdd(c2, t2, sums.q.v2)
    if Quadrilateral.isOn { sums.q.v3 = multiplyAdd(c3, t3, sums.q.v3) }
    let tBar0 = c0 * splat(face.q[0])
    let tBar1 = c1 * splat(face.q[1])
    let tBar2 = c2 * splat(face.q[2])
    let tBar3 = Quadrilateral.isOn ? c3 * splat(face.q[3]) : zero

    // Inside: moving corner k by δ is moving the pixel by -w_k δ.
    let area = splat(face.inverseArea)
    var slopeX =
      multiplyAdd(
        tBar0, splat(face.y[1] - face.y[2]),
        multiplyAdd(
          tBar1, splat(face.y[2] - face.y[0]), tBar2 * splat(face.y[0] - face.y[1]))) * area
    var slopeY =
      multiplyAdd(
        tBar0, splat(face.x[2] - face.x[1]),
        multiplyAdd(
          tBar1, splat(face.x[0] - face.x[2]), tBar2 * splat(face.x[1] - face.x[0]))) * area
    slopeX = select(isInside, -slopeX, zero)
    slopeY = select(isInside, -slopeY, zero)
    sums.x.v0 = multiplyAdd(w.0, slopeX, sums.x.v0)
    sums.x.v1 = multiplyAdd(w.1, slopeX, sums.x.v1)
    sums.x.v2 = multiplyAdd(w.2, slopeX, sums.x.v2)
    sums.y.v0 = multiplyAdd(w.0, slopeY, sums.y.v0)
    sums.y.v1 = multiplyAdd(w.1, slopeY, sums.y.v1)
    sums.y.v2 = multiplyAdd(w.2, slopeY, sums.y.v2)

    // Outside, on an edge: the foot slides; at a corner it stays.
    @_transparent func slide(
      _ i: Int, _ mask: LaneMask, _ first: Lanes, _ second: Lanes, _ firstBar: Lanes,
      _ secondBar: Lanes, _ x1: inout Lanes, _ y1: inout Lanes, _ x2: inout Lanes,
      _ y2: inout Lanes
    ) {
      let slides = mask .& .!isInside .& (first .> zero) .& (second .> zero)
      let parameterBar = select(
        slides, (secondBar - firstBar) * splat(face.inverseSquaredLength[i]), zero)
      let ex = splat(face.edgeX[i])
      let ey = splat(face.edgeY[i])
      x1 = multiplyAdd(near.offsetX - ex * first, parameterBar, x1)
      y1 = multiplyAdd(near.offsetY - ey * first, parameterBar, y1)
      x2 = multiplyAdd(near.offsetX + ex * second, -parameterBar, x2)
      y2 = multiplyAdd(near.offsetY + ey * second, -parameterBar, y2)
    }
    let onEdge0 = .!(near.onEdge1 .| near.onEdge2 .| near.onEdge3)
    slide(
      0, onEdge0, near.foot0, near.foot1, tBar0, tBar1, &sums.x.v0, &sums.y.v0, &sums.x.v1,
      &sums.y.v1)
    slide(
      1, near.onEdge1, near.foot1, near.foot2, tBar1, tBar2, &sums.x.v1, &sums.y.v1, &sums.x.v2,
      &sums.y.v2)
    if Quadrilateral.isOn {
      slide(
        2, near.onEdge2, near.foot2, near.foot3, tBar2, tBar3, &sums.x.v2, &sums.y.v2,
        &sums.x.v3, &sums.y.v3)
      slide(
        3, near.onEdge3, near.foot3, near.foot0, tBar3, tBar0, &sums.x.v3, &sums.y.v3,
        &sums.x.v0, &sums.y.v0)
    } else {
      slide(
        2, near.onEdge2, near.foot2, near.foot0, tBar2, tBar0, &sums.x.v2, &sums.y.v2,
        &sums.x.v0, &sums.y.v0)
    }
  }

  // Signed distance to the corners: ∂(s d)/∂v_k = foot_k g, g the outward normal or the way from a corner.
  standardizedBar = standardizedBar.replacing(with: 0, where: .!isActive)
  smoothing.scale = multiplyAdd(standardizedBar, cover.standardized, smoothing.scale)
  smoothing.shift += standardizedBar
  let distanceBar = unsafe standardizedBar * Model.slope(distance: distance, job)
  var gx = splat(face.normalX[0])
  var gy = splat(face.normalY[0])
  gx = select(near.onEdge1, splat(face.normalX[1]), gx)
  gy = select(near.onEdge1, splat(face.normalY[1]), gy)
  gx = select(near.onEdge2, splat(face.normalX[2]), gx)
  gy = select(near.onEdge2, splat(face.normalY[2]), gy)
  if Quadrilateral.isOn {
    gx = select(near.onEdge3, splat(face.normalX[3]), gx)
    gy = select(near.onEdge3, splat(face.normalY[3]), gy)
  }
  let largestFoot = maximum(maximum(near.foot0, near.foot1), maximum(near.foot2, near.foot3))
  let isCorner = (largestFoot .>= one) .& .!isInside .& (distance .> splat(1e-12))
  let away = splat(-1) / maximum(distance, splat(1e-12))
  gx = select(isCorner, near.offsetX * away, gx) * distanceBar
  gy = select(isCorner, near.offsetY * away, gy) * distanceBar
  let foot = (near.foot0, near.foot1, near.foot2, near.foot3)
  add(gx, foot, to: &sums.x, quadrilateral: Quadrilateral.isOn)
  add(gy, foot, to: &sums.y, quadrilateral: Quadrilateral.isOn)
}
