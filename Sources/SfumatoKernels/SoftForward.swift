public import SfumatoKernelTypes

// Forward pass of one tile. Faces outside, blocks inside: a block's state (survival; softmax over depth in running
// form) stays in the first-level cache, and a face's constants in registers. No fragment lists, no limit on faces.

/// Coverage, colour and depth of one tile.
public func softForward(_ job: borrowing SoftTileJob) {
  guard unsafe job.family.isCommon else {
    if unsafe job.hasColor {
      unsafe forwardTile(job, On.self, FamilyModel.self)
    } else {
      unsafe forwardTile(job, Off.self, FamilyModel.self)
    }
    return
  }
  switch unsafe (job.hasColor, job.squared) {
  case (false, false): unsafe forwardTile(job, Off.self, LogisticModel<Off>.self)
  case (false, true): unsafe forwardTile(job, Off.self, LogisticModel<On>.self)
  case (true, false): unsafe forwardTile(job, On.self, LogisticModel<Off>.self)
  case (true, true): unsafe forwardTile(job, On.self, LogisticModel<On>.self)
  }
}

private func forwardTile<Color: Switch, Model: CoverageModel>(
  _ job: borrowing SoftTileJob, _ color: Color.Type, _ model: Model.Type
) {
  unsafe Model.begin(job)
  var nearest = splat(-1e30)
  for entry in unsafe 0..<job.entryCount {
    let face = unsafe job.faces[Int(job.entries[entry])]
    let blocks = unsafe reachableBlocks(face, job)
    let hidden = Color.isOn ? blocks & hiddenBlocks(face, nearest) : 0
    let open = blocks & ~hidden
    if face.isQuadrilateral {
      unsafe forwardFace(face, job, entry: entry, blocks: open, color, model, On.self)
      unsafe forwardFace(face, job, entry: entry, blocks: hidden, Off.self, model, On.self)
    } else {
      unsafe forwardFace(face, job, entry: entry, blocks: open, color, model, Off.self)
      unsafe forwardFace(face, job, entry: entry, blocks: hidden, Off.self, model, Off.self)
    }
    // Faces come front to back: what is nearest changes early, so a look now and then is enough.
    if Color.isOn, entry & 15 == 15 { nearest = unsafe nearestLogits(job, inverted: false) }
  }
  unsafe Model.finish(job)
  if Color.isOn { unsafe normalizeTile(job) }
}

/// The state of a block starts at `base`; planes are 256 scalars apart.
@_transparent
func loadLanes(_ base: UnsafePointer<Float>) -> Lanes {
  unsafe UnsafeRawPointer(base).loadUnaligned(as: Lanes.self)
}

@_transparent
func storeLanes(_ value: Lanes, _ base: UnsafeMutablePointer<Float>) {
  unsafe UnsafeMutableRawPointer(base).storeBytes(of: value, as: Lanes.self)
}

private func forwardFace<Color: Switch, Model: CoverageModel, Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ job: borrowing SoftTileJob, entry: Int, blocks: UInt32,
  _: Color.Type, _: Model.Type, _: Quadrilateral.Type
) {
  var left = blocks
  while left != 0 {
    let block = left.trailingZeroBitCount
    left &= left &- 1
    unsafe forwardBlock(
      face, job, entry: entry, block: block, Color.self, Model.self, Quadrilateral.self)
  }
}

@inline(__always)
private func forwardBlock<Color: Switch, Model: CoverageModel, Quadrilateral: Switch>(
  _ face: borrowing SoftKernelFace, _ job: borrowing SoftTileJob, entry: Int, block: Int,
  _: Color.Type, _: Model.Type, _: Quadrilateral.Type
) {
  let px = laneColumns + splat(Float(block & 3) * 4)
  let py = laneRows + splat(Float(block >> 2) * 4)
  let near = unsafe boundary(
    face, px, py, originX: job.originX, originY: job.originY, quadrilateral: Quadrilateral.isOn,
    prefersFeet: Color.isOn)
  let isInside = near.inside .>= Lanes.zero
  let cover = unsafe Model.coverage(near, distance: squareRoot(near.squared), job)
  let state = unsafe job.state + block * 16
  unsafe Model.absorb(cover, entry: entry, state, job)
  guard Color.isOn else { return }

  let w = unsafe barycentrics(face, px, py, originX: job.originX, originY: job.originY)
  let b0 = select(isInside, w.0, near.foot0) * splat(face.q[0])
  let b1 = select(isInside, w.1, near.foot1) * splat(face.q[1])
  let b2 = select(isInside, w.2, near.foot2) * splat(face.q[2])
  var total = b0 + b1 + b2
  var b3 = Lanes.zero
  if Quadrilateral.isOn {
    b3 = select(isInside, Lanes.zero, near.foot3) * splat(face.q[3])
    total += b3
  }
  let inverse = splat(1) / total
  @_transparent func interpolate(_ v: SIMD4<Float>) -> Lanes {
    var sum = multiplyAdd(
      b1, splat(v[1] - v[0]), b2 * splat(v[2] - v[0]))
    if Quadrilateral.isOn { sum = multiplyAdd(b3, splat(v[3] - v[0]), sum) }
    return multiplyAdd(sum, inverse, splat(v[0]))
  }
  let logit = interpolate(face.logit).replacing(with: -1e30, where: .!cover.isActive)
  let largest = unsafe loadLanes(state + 256)
  let difference = logit - largest
  let decay = exponential(-magnitude(difference))
  let isLarger = difference .> Lanes.zero
  let scale = select(isLarger, decay, splat(1))
  let weight = cover.coverage * select(isLarger, splat(1), decay)
  unsafe storeLanes(select(isLarger, logit, largest), state + 256)
  unsafe storeLanes(multiplyAdd(loadLanes(state + 512), scale, weight), state + 512)
  unsafe accumulate(interpolate(face.red), weight, scale, state + 768)
  unsafe accumulate(interpolate(face.green), weight, scale, state + 1024)
  unsafe accumulate(interpolate(face.blue), weight, scale, state + 1280)
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
