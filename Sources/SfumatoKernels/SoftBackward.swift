public import SfumatoKernelTypes

// Adjoint of one tile: replays each face on each block it reaches and recomputes what forward knew. The cotangents of a
// face's edges and corners add up in registers over the tile's blocks and leave as one record an entry.

/// The adjoint of one tile.
public func softBackward(_ job: borrowing SoftTileJob) {
  switch unsafe (job.family.isCommon, job.hasColor, job.squared) {
  case (true, false, false): unsafe backwardTile(job, Off.self, LogisticModel<Off>.self)
  case (true, false, true): unsafe backwardTile(job, Off.self, LogisticModel<On>.self)
  case (true, true, false): unsafe backwardTile(job, On.self, LogisticModel<Off>.self)
  case (true, true, true): unsafe backwardTile(job, On.self, LogisticModel<On>.self)
  case (false, false, false): unsafe backwardTile(job, Off.self, FamilyModel<Off>.self)
  case (false, false, true): unsafe backwardTile(job, Off.self, FamilyModel<On>.self)
  case (false, true, false): unsafe backwardTile(job, On.self, FamilyModel<Off>.self)
  case (false, true, true): unsafe backwardTile(job, On.self, FamilyModel<On>.self)
  }
}

/// Cotangents of the smoothing, over all faces of the tile.
private struct SmoothingSums {
  /// Of the logarithm of the scale, but for its sign and power: Σ ū u.
  var scale = Lanes.zero
  /// Of a shift: Σ ū.
  var shift = Lanes.zero
}

/// The blocks of a tile, a bit each, in which a cotangent can matter.
private struct LiveBlocks {
  /// Where that of alpha can.
  var alpha: UInt32 = 0
  /// Where that of colour or depth is not 0.
  var color: UInt32 = 0
}

private func backwardTile<Color: Switch, Model: CoverageModel>(
  _ job: borrowing SoftTileJob, _ color: Color.Type, _ model: Model.Type
) {
  guard let gradients = unsafe job.gradients else { return }
  let nearest = Color.isOn ? unsafe nearestLogits(job, inverted: true) : splat(-1e30)
  let live = unsafe liveBlocks(
    job, bySurvival: Model.isBoundBySurvival(job), hasColor: Color.isOn)
  var smoothing = SmoothingSums()
  for entry in unsafe 0..<job.entryCount {
    let index = unsafe Int(job.entries[entry])
    unsafe prefetchFace(job, entry: entry)
    let out = unsafe UnsafeMutableRawPointer(gradients + entry * (Color.isOn ? 28 : 8))
    if unsafe job.faces[index].isQuadrilateral {
      unsafe backwardFace(
        index, job, entry: entry, nearest: nearest, live, out: out, &smoothing, color, model,
        On.self)
    } else {
      unsafe backwardFace(
        index, job, entry: entry, nearest: nearest, live, out: out, &smoothing, color, model,
        Off.self)
    }
  }
  guard let sums = unsafe job.smoothing else { return }
  unsafe sums[0] = horizontalSum(smoothing.scale)
  unsafe sums[1] = horizontalSum(smoothing.shift)
}

@inline(never)
private func liveBlocks(
  _ job: borrowing SoftTileJob, bySurvival: Bool, hasColor: Bool
) -> LiveBlocks {
  var live = LiveBlocks()
  guard let cotangents = unsafe job.cotangents else { return live }
  for block in 0..<16 {
    let bar = unsafe cotangents + block * 16
    var alpha = unsafe magnitude(loadLanes(bar))
    if bySurvival { alpha *= unsafe loadLanes(job.state + block * 16) }
    let bit = UInt32(1) << UInt32(block)
    let limit = unsafe bySurvival ? job.negligible : 0
    if lessBits(splat(limit), alpha) != 0 { live.alpha |= bit }
    guard hasColor else { continue }
    var color = unsafe maximum(magnitude(loadLanes(bar + 256)), magnitude(loadLanes(bar + 512)))
    color = unsafe maximum(color, magnitude(loadLanes(bar + 768)))
    color = unsafe maximum(color, magnitude(loadLanes(bar + 1024)))
    if lessBits(Lanes.zero, color) != 0 { live.color |= bit }
  }
  return live
}

@inline(__always)
private func backwardFace<Color: Switch, Model: CoverageModel, Quadrilateral: Switch>(
  _ index: Int, _ job: borrowing SoftTileJob, entry: Int, nearest: Lanes,
  _ live: borrowing LiveBlocks, out: UnsafeMutableRawPointer,
  _ smoothing: inout SmoothingSums, _: Color.Type, _: Model.Type, _: Quadrilateral.Type
) {
  let face = unsafe job.faces[index]
  var patterns = noPatterns
  let blocks = unsafe prepareEdges(face, job, &patterns, Quadrilateral.self)
  guard blocks & (live.alpha | live.color) != 0 else {
    for row in 0..<(Color.isOn ? 7 : 2) {
      unsafe out.storeBytes(of: .zero, toByteOffset: 16 * row, as: SIMD4<Float>.self)
    }
    return
  }
  var outline = noOutlineSums
  guard Color.isOn else {
    var left = blocks & live.alpha
    while left != 0 {
      let block = takeBlock(&left)
      unsafe backwardAlpha(
        face, patterns, job, entry: entry, block: block, into: &outline, &smoothing, Model.self,
        Quadrilateral.self)
    }
    unsafe storeOutline(outline, face, Quadrilateral.self, plus: (.zero, .zero), to: out)
    return
  }
  let attributes = unsafe job.attributes[index]
  let hidden = blocks & hiddenBlocks(attributes, nearest)
  var colors = noColorSums
  var open = blocks & ~hidden & (live.alpha | live.color)
  while open != 0 {
    let block = takeBlock(&open)
    unsafe backwardColor(
      face, attributes, patterns, job, entry: entry, block: block, into: &outline, &colors,
      &smoothing, Model.self, Quadrilateral.self)
  }
  var covered = hidden & live.alpha
  while covered != 0 {
    let block = takeBlock(&covered)
    unsafe backwardAlpha(
      face, patterns, job, entry: entry, block: block, into: &outline, &smoothing, Model.self,
      Quadrilateral.self)
  }
  unsafe storeOutline(
    outline, face, Quadrilateral.self, plus: innerCorners(colors, face), to: out)
  unsafe storeColors(colors, to: out + 32)
}

@inline(__always)
private func backwardAlpha<Model: CoverageModel, Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ patterns: EdgePatterns,
  _ job: borrowing SoftTileJob, entry: Int, block: Int, into outline: inout OutlineSums,
  _ smoothing: inout SmoothingSums, _: Model.Type, _: Quadrilateral.Type
) {
  guard let cotangents = unsafe job.cotangents else { return }
  let near = unsafe boundary(
    face, job, patterns, block: block, prefersFeet: false, Quadrilateral.self)
  let cover = unsafe Model.coverage(inside: near.inside, squared: near.squared, job)
  let slope = unsafe Model.alphaSlope(cover, entry: entry, job.state + block * 16, job)
  let bar = unsafe (loadLanes(cotangents + block * 16) * slope)
    .replacing(with: 0, where: .!cover.isActive)
  unsafe add(bar, cover, to: &smoothing, job)
  let pull = unsafe distancePull(bar, near, job, Model.self)
  addPull(pull, near, to: &outline, Model.self, Quadrilateral.self)
}

@_transparent
private func add(
  _ standardizedBar: Lanes, _ cover: CoverageLanes, to smoothing: inout SmoothingSums,
  _ job: borrowing SoftTileJob
) {
  guard unsafe job.smoothing != nil else { return }
  smoothing.scale = multiplyAdd(standardizedBar, cover.standardized, smoothing.scale)
  smoothing.shift += standardizedBar
}

/// The cotangent of u times what makes of it, times the way to the nearest boundary point, the cotangent of that point.
///
/// Squared: ∂(± d² c)/∂p = ± 2 c (p - pixel). Plain: ± c (p - pixel) / d.
@_transparent
private func distancePull<Model: CoverageModel>(
  _ standardizedBar: Lanes, _ near: borrowing BoundaryLanes, _ job: borrowing SoftTileJob,
  _: Model.Type
) -> Lanes {
  let scale = unsafe Model.isSquared ? job.inverseScale * 2 : job.inverseScale
  let signed = withSign(of: near.inside, standardizedBar) * splat(scale)
  guard !Model.isSquared else { return signed }
  return signed / maximum(squareRoot(near.squared), splat(touch))
}

@inline(__always)
private func backwardColor<Model: CoverageModel, Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ attributes: borrowing SoftKernelAttributes,
  _ patterns: EdgePatterns, _ job: borrowing SoftTileJob, entry: Int, block: Int,
  into outline: inout OutlineSums, _ sums: inout ColorSums, _ smoothing: inout SmoothingSums,
  _: Model.Type, _: Quadrilateral.Type
) {
  guard let cotangents = unsafe job.cotangents else { return }
  let zero = Lanes.zero
  let near = unsafe boundary(
    face, job, patterns, block: block, prefersFeet: true, Quadrilateral.self)
  let isInside = near.inside .>= zero
  let cover = unsafe Model.coverage(inside: near.inside, squared: near.squared, job)
  let isActive = cover.isActive
  let state = unsafe UnsafePointer(job.state + block * 16)
  let bar = unsafe cotangents + block * 16
  var standardizedBar = unsafe loadLanes(bar) * Model.alphaSlope(cover, entry: entry, state, job)

  let t = cornerWeights(near, face, attributes, Quadrilateral.self)
  var total = multiplyAdd(
    t.0, splat(attributes.q[0]),
    multiplyAdd(t.1, splat(attributes.q[1]), t.2 * splat(attributes.q[2])))
  if Quadrilateral.isOn { total = multiplyAdd(t.3, splat(attributes.q[3]), total) }
  let inverse = splat(1) / total
  let b0 = t.0 * splat(attributes.q[0]) * inverse
  let b1 = t.1 * splat(attributes.q[1]) * inverse
  let b2 = t.2 * splat(attributes.q[2]) * inverse
  let b3 = Quadrilateral.isOn ? t.3 * splat(attributes.q[3]) * inverse : zero
  let b = (b0, b1, b2, b3)
  @_transparent func interpolate(_ v: SIMD4<Float>) -> Lanes {
    var sum = multiplyAdd(b1, splat(v[1] - v[0]), b2 * splat(v[2] - v[0]))
    if Quadrilateral.isOn { sum = multiplyAdd(b3, splat(v[3] - v[0]), sum) }
    return sum + splat(v[0])
  }
  let logit = interpolate(attributes.logit)
  let largest = unsafe loadLanes(state + 256)
  var softmax = unsafe exponential(minimum(logit - largest, zero)) * loadLanes(state + 512)
  softmax = softmax.replacing(with: 0, where: .!isActive)
  let weight = softmax * cover.coverage
  let redBar = unsafe loadLanes(bar + 256)
  let greenBar = unsafe loadLanes(bar + 512)
  let blueBar = unsafe loadLanes(bar + 768)
  let depthBar = unsafe loadLanes(bar + 1024)
  var excessColor = unsafe (interpolate(attributes.red) - loadLanes(state + 768)) * redBar
  excessColor = unsafe multiplyAdd(
    interpolate(attributes.green) - loadLanes(state + 1024), greenBar, excessColor)
  excessColor = unsafe multiplyAdd(
    interpolate(attributes.blue) - loadLanes(state + 1280), blueBar, excessColor)
  excessColor = unsafe multiplyAdd(logit - loadLanes(state + 1536), depthBar, excessColor)
  standardizedBar = multiplyAdd(softmax * excessColor, cover.density, standardizedBar)
  let logitBar = weight * (excessColor + depthBar)
  addShares(logitBar, b, to: &sums.logit, Quadrilateral.self)
  addShares(weight * redBar, b, to: &sums.red, Quadrilateral.self)
  addShares(weight * greenBar, b, to: &sums.green, Quadrilateral.self)
  addShares(weight * blueBar, b, to: &sums.blue, Quadrilateral.self)

  // Corner weights: b = t q / Σ t q.
  @_transparent func weightBar(_ k: Int) -> Lanes {
    var sum = weight * redBar * splat(attributes.red[k])
    sum = multiplyAdd(weight * greenBar, splat(attributes.green[k]), sum)
    sum = multiplyAdd(weight * blueBar, splat(attributes.blue[k]), sum)
    return multiplyAdd(logitBar, splat(attributes.logit[k]), sum)
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
  sums.q.v0 = multiplyAdd(c0, t.0, sums.q.v0)
  sums.q.v1 = multiplyAdd(c1, t.1, sums.q.v1)
  sums.q.v2 = multiplyAdd(c2, t.2, sums.q.v2)
  if Quadrilateral.isOn { sums.q.v3 = multiplyAdd(c3, t.3, sums.q.v3) }
  let tBar = (
    c0 * splat(attributes.q[0]), c1 * splat(attributes.q[1]), c2 * splat(attributes.q[2]),
    Quadrilateral.isOn ? c3 * splat(attributes.q[3]) : zero
  )

  // Inside: moving corner k by δ is moving the pixel by -w_k δ; the weights of corners 0 and 2 are heights over
  // edges 1 and 0, and the three add up to 1.
  let w = innerWeights(near, attributes, Quadrilateral.self)
  let slope1 = select(isInside, (tBar.0 - tBar.1) * splat(attributes.inverseHeight[1]), zero)
  let slope0 = select(isInside, (tBar.2 - tBar.1) * splat(attributes.inverseHeight[0]), zero)
  addShares(slope1, (w.0, w.1, w.2, zero), to: &sums.inner1, Off.self)
  addShares(slope0, (w.0, w.1, w.2, zero), to: &sums.inner0, Off.self)

  // Signed distance, and outside the weights: on an edge the nearest point slides; at a corner it stays.
  standardizedBar = standardizedBar.replacing(with: 0, where: .!isActive)
  unsafe add(standardizedBar, cover, to: &smoothing, job)
  let pull = unsafe distancePull(standardizedBar, near, job, Model.self)
  addPull(pull, near, to: &outline, Model.self, Quadrilateral.self)
  let slides = LaneMask(repeating: true) .& .!isInside
  slide(near.e0, near.on0 .& slides, face.halfLength[0], tBar.1 - tBar.0, to: &outline.e0)
  slide(near.e1, near.on1 .& slides, face.halfLength[1], tBar.2 - tBar.1, to: &outline.e1)
  if Quadrilateral.isOn {
    slide(near.e2, near.on2 .& slides, face.halfLength[2], tBar.3 - tBar.2, to: &outline.e2)
    slide(near.e3, near.on3 .& slides, face.halfLength[3], tBar.0 - tBar.3, to: &outline.e3)
  } else {
    slide(near.e2, near.on2 .& slides, face.halfLength[2], tBar.0 - tBar.2, to: &outline.e2)
  }
}
