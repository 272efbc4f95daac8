internal import CLanes
public import SfumatoKernelTypes

// Forward pass of one tile. Faces outside, blocks inside: a block's state (survival; softmax over depth in running
// form) stays in the first-level cache, and a face's constants in registers. No fragment lists, no limit on faces.

/// Coverage, colour and depth of one tile.
public func softForward(_ job: borrowing SoftTileJob) {
  switch unsafe (job.family.isCommon, job.hasColor, job.squared) {
  case (true, false, false): unsafe forwardTile(job, Off.self, LogisticModel<Off>.self)
  case (true, false, true): unsafe forwardTile(job, Off.self, LogisticModel<On>.self)
  case (true, true, false): unsafe forwardTile(job, On.self, LogisticModel<Off>.self)
  case (true, true, true): unsafe forwardTile(job, On.self, LogisticModel<On>.self)
  case (false, false, false): unsafe forwardTile(job, Off.self, FamilyModel<Off>.self)
  case (false, false, true): unsafe forwardTile(job, Off.self, FamilyModel<On>.self)
  case (false, true, false): unsafe forwardTile(job, On.self, FamilyModel<Off>.self)
  case (false, true, true): unsafe forwardTile(job, On.self, FamilyModel<On>.self)
  }
}

private func forwardTile<Color: Switch, Model: CoverageModel>(
  _ job: borrowing SoftTileJob, _ color: Color.Type, _ model: Model.Type
) {
  unsafe Model.begin(job)
  var nearest = splat(-1e30)
  var closed: UInt32 = 0
  for entry in unsafe 0..<job.entryCount {
    let index = unsafe Int(job.entries[entry])
    unsafe prefetchFace(job, entry: entry)
    if unsafe job.faces[index].isQuadrilateral {
      unsafe forwardFace(
        index, job, entry: entry, nearest: nearest, closed: closed, color, model, On.self)
    } else {
      unsafe forwardFace(
        index, job, entry: entry, nearest: nearest, closed: closed, color, model, Off.self)
    }
    // A look now and then is enough: faces with colour come front to back, so what is nearest changes early.
    guard entry & 15 == 15 else { continue }
    if Color.isOn { nearest = unsafe nearestLogits(job, inverted: false) }
    guard entry & 31 == 31 else { continue }
    closed = unsafe Model.closedBlocks(job)
    if !Color.isOn, closed == 0xFFFF { break }
  }
  unsafe Model.finish(job)
  if Color.isOn { unsafe normalizeTile(job) }
}

/// Asks for the outline of a face that comes soon: a tile's faces lie anywhere in the view's.
@_transparent
func prefetchFace(_ job: borrowing SoftTileJob, entry: Int) {
  let soon = unsafe entry + 6 < job.entryCount ? entry + 6 : entry
  unsafe clanes_prefetch(job.faces + Int(job.entries[soon]))
}

@inline(__always)
private func forwardFace<Color: Switch, Model: CoverageModel, Quadrilateral: Switch>(
  _ index: Int, _ job: borrowing SoftTileJob, entry: Int, nearest: Lanes, closed: UInt32,
  _: Color.Type, _: Model.Type, _: Quadrilateral.Type
) {
  let face = unsafe job.faces[index]
  var patterns = noPatterns
  let blocks = unsafe prepareEdges(face, job, &patterns, Quadrilateral.self)
  guard Color.isOn else {
    var left = blocks & ~closed
    while left != 0 {
      let block = takeBlock(&left)
      unsafe forwardAlpha(
        face, patterns, job, entry: entry, block: block, Model.self, Quadrilateral.self)
    }
    return
  }
  let attributes = unsafe job.attributes[index]
  let hidden = blocks & hiddenBlocks(attributes, nearest)
  var open = blocks & ~hidden
  while open != 0 {
    let block = takeBlock(&open)
    unsafe forwardColor(
      face, attributes, patterns, job, entry: entry, block: block, Model.self,
      Quadrilateral.self)
  }
  var covered = hidden & ~closed
  while covered != 0 {
    let block = takeBlock(&covered)
    unsafe forwardAlpha(
      face, patterns, job, entry: entry, block: block, Model.self, Quadrilateral.self)
  }
}

/// Takes the first block out of a set that is not empty.
@_transparent
func takeBlock(_ blocks: inout UInt32) -> Int {
  let block = blocks.trailingZeroBitCount
  blocks &= blocks &- 1
  return block
}

@inline(__always)
private func forwardAlpha<Model: CoverageModel, Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ patterns: EdgePatterns,
  _ job: borrowing SoftTileJob, entry: Int, block: Int, _: Model.Type, _: Quadrilateral.Type
) {
  let e0 = unsafe edgeLanes(face, job, 0, block: block, patterns.n0, patterns.s0)
  let e1 = unsafe edgeLanes(face, job, 1, block: block, patterns.n1, patterns.s1)
  let e2 = unsafe edgeLanes(face, job, 2, block: block, patterns.n2, patterns.s2)
  var inside = minimum(minimum(e0.normal, e1.normal), e2.normal)
  var squared = minimum(minimum(e0.squared, e1.squared), e2.squared)
  if Quadrilateral.isOn {
    let e3 = unsafe edgeLanes(face, job, 3, block: block, patterns.n3, patterns.s3)
    inside = minimum(inside, e3.normal)
    squared = minimum(squared, e3.squared)
  }
  unsafe Model.absorb(
    inside: inside, squared: squared, face: nil, entry: entry, job.state + block * 16, job)
}

@inline(__always)
private func forwardColor<Model: CoverageModel, Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ attributes: borrowing SoftKernelAttributes,
  _ patterns: EdgePatterns, _ job: borrowing SoftTileJob, entry: Int, block: Int,
  _: Model.Type, _: Quadrilateral.Type
) {
  let near = unsafe boundary(
    face, job, patterns, block: block, prefersFeet: true, Quadrilateral.self)
  let cover = unsafe Model.coverage(inside: near.inside, squared: near.squared, job)
  let state = unsafe job.state + block * 16
  unsafe Model.absorb(
    inside: near.inside, squared: near.squared, face: cover, entry: entry, state, job)

  let w = cornerWeights(near, face, attributes, Quadrilateral.self)
  let b0 = w.0 * splat(attributes.q[0])
  let b1 = w.1 * splat(attributes.q[1])
  let b2 = w.2 * splat(attributes.q[2])
  var total = b0 + b1 + b2
  var b3 = Lanes.zero
  if Quadrilateral.isOn {
    b3 = w.3 * splat(attributes.q[3])
    total += b3
  }
  let inverse = splat(1) / total
  @_transparent func interpolate(_ v: SIMD4<Float>) -> Lanes {
    var sum = multiplyAdd(
      b1, splat(v[1] - v[0]), b2 * splat(v[2] - v[0]))
    if Quadrilateral.isOn { sum = multiplyAdd(b3, splat(v[3] - v[0]), sum) }
    return multiplyAdd(sum, inverse, splat(v[0]))
  }
  let logit = interpolate(attributes.logit).replacing(with: -1e30, where: .!cover.isActive)
  let largest = unsafe loadLanes(state + 256)
  let difference = logit - largest
  let decay = exponential(-magnitude(difference))
  let isLarger = difference .> Lanes.zero
  let scale = select(isLarger, decay, splat(1))
  let weight = cover.coverage * select(isLarger, splat(1), decay)
  unsafe storeLanes(select(isLarger, logit, largest), state + 256)
  unsafe storeLanes(multiplyAdd(loadLanes(state + 512), scale, weight), state + 512)
  unsafe accumulate(interpolate(attributes.red), weight, scale, state + 768)
  unsafe accumulate(interpolate(attributes.green), weight, scale, state + 1024)
  unsafe accumulate(interpolate(attributes.blue), weight, scale, state + 1280)
  unsafe accumulate(logit, weight, scale, state + 1536)
}

@_transparent
func accumulate(
  _ value: Lanes, _ weight: Lanes, _ scale: Lanes, _ plane: UnsafeMutablePointer<Float>
) {
  unsafe storeLanes(multiplyAdd(loadLanes(plane), scale, value * weight), plane)
}

/// Turns weighted sums into means and the weight into its inverse; 0 where no face has weight.
@inline(__always)
private func normalizeTile(_ job: borrowing SoftTileJob) {
  for block in 0..<16 {
    let state = unsafe job.state + block * 16
    let weight = unsafe loadLanes(state + 512)
    let inverse = (splat(1) / weight).replacing(with: 0, where: weight .<= Lanes.zero)
    unsafe storeLanes(inverse, state + 512)
    for plane in 3..<7 {
      unsafe storeLanes(loadLanes(state + plane * 256) * inverse, state + plane * 256)
    }
  }
}
