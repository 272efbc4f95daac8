// A checkpoint: one little-endian binary file with everything that changes during a fit.
//
//   bytes 0..<8   "SFUMATOC"
//   UInt32        version, 6
//   UInt64        hash of the resolved configuration (FNV-1a of its YAML text)
//   UInt64        hash of the targets and of the mesh to start from
//   3 UInt64      stage, step within it, steps in all
//   UInt64        vertices, and where the plan has remeshed: UInt64 faces and their corners, a UInt64 each
//   fields        in the order of `transfer`; arrays as UInt64 count and elements, two Floats a word
//   UInt64        FNV-1a of all bytes before
internal import SfumatoCore
internal import SfumatoIO
internal import SfumatoSolve

/// Why a checkpoint cannot be used.
public struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public var path: String
  /// What is wrong.
  public var problem: String

  /// "R/checkpoints/000050.bin: belongs to another configuration; …".
  public var description: String { "\(path): \(problem)" }
}

/// The hash of some bytes.
///
/// Source: Fowler, Noll, Vo 1991, FNV-1a, 64 bits.
func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return hash
}

/// Reads or writes the fields of a state one after the other: one list of fields serves both ways.
private protocol FieldTransfer {
  /// The most fields that can follow.
  var mostWords: Int { get }
  mutating func transfer(_ value: inout UInt64) throws
}

private struct FieldWriter: FieldTransfer {
  var bytes: [UInt8] = []
  var mostWords: Int { .max }

  mutating func transfer(_ value: inout UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }
}

private struct FieldReader: FieldTransfer {
  struct Truncated: Error {}
  /// A count or an index that the plan does not allow there.
  struct Mismatch: Error {}
  var bytes: ArraySlice<UInt8>
  var mostWords: Int { bytes.count / 8 }

  mutating func transfer(_ value: inout UInt64) throws {
    guard bytes.count >= 8 else { throw Truncated() }
    value = 0
    for (k, byte) in bytes.prefix(8).enumerated() { value |= UInt64(byte) << UInt64(8 * k) }
    bytes = bytes.dropFirst(8)
  }
}

extension FieldTransfer {
  mutating func transfer(_ value: inout Int) throws {
    var word = UInt64(bitPattern: Int64(value))
    try transfer(&word)
    value = Int(Int64(bitPattern: word))
  }

  mutating func transfer(_ value: inout Double) throws {
    var word = value.bitPattern
    try transfer(&word)
    value = Double(bitPattern: word)
  }

  mutating func transfer(_ value: inout Float) throws {
    var word = UInt64(value.bitPattern)
    try transfer(&word)
    value = Float(bitPattern: UInt32(truncatingIfNeeded: word))
  }

  /// The number of elements, which is known before.
  mutating func transfer(count expected: Int) throws {
    var count = expected
    try transfer(&count)
    guard count == expected else { throw FieldReader.Mismatch() }
  }

  /// Two elements a word.
  mutating func transfer(_ values: inout [Float]) throws {
    try transfer(count: values.count)
    for index in stride(from: 0, to: values.count, by: 2) {
      let hasSecond = index + 1 < values.count
      let high = hasSecond ? UInt64(values[index + 1].bitPattern) : 0
      var word = UInt64(values[index].bitPattern) | high << 32
      try transfer(&word)
      values[index] = Float(bitPattern: UInt32(truncatingIfNeeded: word))
      if hasSecond { values[index + 1] = Float(bitPattern: UInt32(word >> 32)) }
    }
  }

  mutating func transfer(_ value: inout RigidTransform<Float>) throws {
    try transfer(&value.rotation.w)
    for c in 0..<3 { try transfer(&value.rotation.vector[c]) }
    for c in 0..<3 { try transfer(&value.translation[c]) }
  }

  mutating func transfer(_ moments: inout Moments<Float>, _ steps: inout Int) throws {
    try transfer(&steps)
    try transfer(&moments.first)
    try transfer(&moments.second)
    try transfer(&moments.beta1Power)
    try transfer(&moments.beta2Power)
  }

  /// An optimiser a view.
  mutating func transfer(_ optimizers: inout [Adam<Float>]) throws {
    for i in optimizers.indices {
      var own = optimizers[i]
      try transfer(&own.moments, &own.stepCount)
      optimizers[i] = own
    }
  }

  /// A connectivity: its size and its faces.
  mutating func transfer(_ topology: inout MeshTopology) throws {
    var (vertexCount, cornerCount) = (topology.vertexCount, topology.faces.count)
    try transfer(&vertexCount)
    try transfer(&cornerCount)
    guard vertexCount >= 0, vertexCount <= Int(Int32.max), cornerCount >= 0,
      cornerCount.isMultiple(of: 3), cornerCount <= mostWords
    else { throw FieldReader.Mismatch() }
    var faces = topology.faces
    if faces.count != cornerCount { faces = [Int32](repeating: 0, count: cornerCount) }
    for i in faces.indices {
      var corner = Int(faces[i])
      try transfer(&corner)
      guard (0..<vertexCount).contains(corner) else { throw FieldReader.Mismatch() }
      faces[i] = Int32(corner)
    }
    // Each vertex stands in a face: a small file makes no large mesh.
    guard vertexCount <= cornerCount else { throw FieldReader.Mismatch() }
    topology = MeshTopology(faces: faces, vertexCount: vertexCount)
  }

  /// The fields of a state behind its place in the plan, in the order of the file.
  mutating func transfer(_ state: inout FitState) throws {
    try transfer(&state.stageLosses)
    try transfer(scene: &state)
    try transfer(optimizers: &state)
    try transfer(&state.narrowing.slope)
    try transfer(&state.narrowing.count)
    try transfer(&state.narrowing.lowestLoss)
    var bestCount = state.best.count
    try transfer(&bestCount)
    guard (0...1).contains(bestCount) else { throw FieldReader.Mismatch() }
    // What is read over has none, and the same sizes.
    if bestCount > state.best.count { state.best = [state.kept] }
    for i in state.best.indices { try transfer(scene: &state.best[i]) }
  }

  /// The fields that a picture depends on.
  private mutating func transfer(scene state: inout FitState) throws {
    try transfer(&state.mesh.positions)
    try transfer(&state.coordinates)
    try transfer(&state.colorsSRGB)
    try transfer(textureOf: &state)
    try transfer(&state.pose)
    try transfer(&state.runnerUp)
    try transfer(&state.runnerUpRatio)
    try transfer(count: state.parts.count)
    for i in state.parts.indices { try transfer(&state.parts[i]) }
    try transfer(count: state.cameras.count)
    for i in state.cameras.indices { try transfer(&state.cameras[i]) }
    try transfer(&state.logFocal)
    try transfer(&state.principal.x)
    try transfer(&state.principal.y)
    try transfer(&state.light)
    try transfer(&state.background)
    try transfer(&state.logGains)
  }

  /// The texture, where there is one: its size and layout, then its values.
  private mutating func transfer(textureOf state: inout FitState) throws {
    let old = state.texture
    let set = old?.atlas.texcoords
    var (width, height) = (old?.atlas.width ?? 0, old?.atlas.height ?? 0)
    var (charts, scalars) = (old?.atlas.chartCount ?? 0, set?.values.count ?? 0)
    for part in 0..<4 {
      switch part {
      case 0: try transfer(&width)
      case 1: try transfer(&height)
      case 2: try transfer(&charts)
      default: try transfer(&scalars)
      }
    }
    guard width > 0 || height > 0 else { return }
    // Two values a word; more than the file has left would not be read anyway.
    guard (1...1 << 16).contains(width), (1...1 << 16).contains(height),
      scalars >= 0, scalars.isMultiple(of: 2), scalars / 2 <= mostWords,
      width * height <= mostWords
    else { throw FieldReader.Mismatch() }
    var values = set?.values ?? [Float](repeating: 0, count: scalars)
    try transfer(&values)
    var faces = set?.faces ?? [Int32](repeating: 0, count: state.mesh.faces.count)
    for i in faces.indices {
      var corner = Int(faces[i])
      try transfer(&corner)
      guard (0..<scalars / 2).contains(corner) else { throw FieldReader.Mismatch() }
      faces[i] = Int32(corner)
    }
    var texture =
      old
      ?? FitTexture(
        TextureAtlas(
          width: width, height: height, texcoords: TexcoordSet(values: values, faces: faces),
          chartCount: charts), faces: state.mesh.faces,
        colorsSRGB: [Float](repeating: 0, count: state.mesh.positions.count))
    try transfer(&texture.texelsSRGB)
    try transfer(&texture.shown)
    try transfer(&texture.mostShown)
    state.texture = texture
    state.mesh = state.mesh.with(texture.atlas.texcoords)
  }

  private mutating func transfer(optimizers state: inout FitState) throws {
    try transfer(&state.shapeOptimizer.moments, &state.shapeOptimizer.stepCount)
    try transfer(&state.shapeBackOff)
    try transfer(&state.colorOptimizer.moments, &state.colorOptimizer.stepCount)
    try transfer(&state.poseOptimizer.moments, &state.poseOptimizer.stepCount)
    try transfer(&state.partsOptimizer.moments, &state.partsOptimizer.stepCount)
    try transfer(&state.cameraOptimizers)
    try transfer(&state.exposureOptimizers)
    try transfer(&state.focalOptimizer.moments, &state.focalOptimizer.stepCount)
    try transfer(&state.principalOptimizer.moments, &state.principalOptimizer.stepCount)
    try transfer(&state.lightOptimizer.moments, &state.lightOptimizer.stepCount)
    try transfer(&state.backgroundOptimizer.moments, &state.backgroundOptimizer.stepCount)
    try transfer(
      &state.parameterOptimizer.adam.moments, &state.parameterOptimizer.adam.stepCount)
    try transfer(&state.leastSquares.damping)
    try transfer(&state.leastSquares.growth)
    try transfer(pairsOf: &state.lbfgs)
  }

  /// What L-BFGS remembers: how many numbers a pair has, how many pairs, and these.
  private mutating func transfer(pairsOf lbfgs: inout LBFGS<Float>) throws {
    var (count, size) = (lbfgs.pairs.count, lbfgs.pairs.first?.step.count ?? 0)
    try transfer(&count)
    try transfer(&size)
    guard (0...100).contains(count), size >= 0, size <= mostWords else {
      throw FieldReader.Mismatch()
    }
    for i in 0..<count {
      let zeros = [Float](repeating: 0, count: size)
      if lbfgs.pairs.count == i { lbfgs.pairs.append(LBFGS.Pair(step: zeros, change: zeros)) }
      try transfer(&lbfgs.pairs[i].step)
      try transfer(&lbfgs.pairs[i].change)
    }
  }
}

/// The file form of a fit's state.
enum Checkpoint {
  private static let magic = Array("SFUMATOC".utf8)
  private static let version: UInt32 = 6

  /// What a checkpoint belongs to.
  struct Owner: Equatable {
    /// Hash of the resolved configuration.
    var config: UInt64
    /// Hash of targets and start.
    var problem: UInt64
  }

  /// The bytes of a fit's state.
  static func encode(_ regression: SceneRegression, owner: Owner) throws -> [UInt8] {
    var writer = FieldWriter()
    writer.bytes = magic
    for shift in stride(from: 0, to: 32, by: 8) {
      writer.bytes.append(UInt8(truncatingIfNeeded: version >> UInt32(shift)))
    }
    var hashes = owner
    writer.transfer(&hashes.config)
    writer.transfer(&hashes.problem)
    var copy = regression.state
    try writer.transfer(&copy.stage)
    try writer.transfer(&copy.step)
    try writer.transfer(&copy.totalSteps)
    if regression.config.isRemeshed(stage: copy.stage, step: copy.step) {
      var topology = MeshTopology(copy.mesh)
      try writer.transfer(&topology)
    }
    try writer.transfer(&copy)
    var sum = fnv1a(writer.bytes)
    writer.transfer(&sum)
    return writer.bytes
  }

  /// Puts the state of a checkpoint in place of a fresh one.
  static func restore(
    _ regression: inout SceneRegression, from path: String, owner: Owner
  ) throws(CheckpointError) {
    let bytes: [UInt8]
    do {
      bytes = try readBytes(path)
    } catch {
      throw CheckpointError(path: path, problem: error.problem)
    }
    try restore(&regression, from: bytes, path: path, owner: owner)
  }

  /// ``restore(_:from:owner:)`` on bytes; the path only names the file in errors.
  static func restore(
    _ regression: inout SceneRegression, from bytes: [UInt8], path: String, owner: Owner
  ) throws(CheckpointError) {
    do {
      regression.state = try decode(bytes, regression, owner: owner)
    } catch let problem as Unusable {
      throw CheckpointError(path: path, problem: problem.phrase)
    } catch {
      throw CheckpointError(
        path: path, problem: "does not fit to the plan in config.resolved.yaml beside its folder")
    }
  }

  private struct Unusable: Error {
    var phrase: String
  }

  private static func decode(
    _ bytes: [UInt8], _ regression: SceneRegression, owner: Owner
  ) throws -> FitState {
    guard bytes.count >= 12, Array(bytes.prefix(8)) == magic else {
      throw Unusable(phrase: "is not a checkpoint of a fit")
    }
    let found = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[8 + $1]) << UInt32(8 * $1) }
    guard found == version else {
      throw Unusable(phrase: "has version \(found); this program reads \(version)")
    }
    let damaged = "is damaged: its check sum does not hold; without it the checkpoint before serves"
    guard bytes.count >= 20 else { throw Unusable(phrase: damaged) }
    var tail = FieldReader(bytes: bytes.suffix(8))
    var sum: UInt64 = 0
    try tail.transfer(&sum)
    guard sum == fnv1a(bytes.dropLast(8)) else { throw Unusable(phrase: damaged) }
    var reader = FieldReader(bytes: bytes[12..<bytes.count - 8])
    var hashes = Owner(config: 0, problem: 0)
    try reader.transfer(&hashes.config)
    try reader.transfer(&hashes.problem)
    guard hashes.config == owner.config else {
      throw Unusable(phrase: "belongs to another configuration than config.resolved.yaml")
    }
    guard hashes.problem == owner.problem else {
      throw Unusable(phrase: "belongs to other targets, cameras or another mesh to start from")
    }
    var (stage, step, total) = (0, 0, 0)
    try reader.transfer(&stage)
    try reader.transfer(&step)
    try reader.transfer(&total)
    guard regression.config.holds(stage: stage, step: step, totalSteps: total) else {
      throw FieldReader.Mismatch()
    }
    var remeshed: MeshTopology?
    if regression.config.isRemeshed(stage: stage, step: step) {
      var topology = MeshTopology(faces: [], vertexCount: 0)
      try reader.transfer(&topology)
      remeshed = topology
    }
    var state = regression.blank(stage: stage, step: step, remeshed: remeshed)
    (state.stage, state.step, state.totalSteps) = (stage, step, total)
    try reader.transfer(&state)
    guard reader.bytes.isEmpty else { throw FieldReader.Mismatch() }
    return state
  }
}

extension FitConfig {
  /// Whether this plan has changed the faces up to a place.
  fileprivate func isRemeshed(stage: Int, step: Int) -> Bool {
    unknowns.contains(.shape)
      && stages.indices.contains { i in
        (i < stage || (i == stage && step > 0)) && stages[i].steps > 0
          && stages[i].edgeLengthPixels > 0
      }
  }

  /// Whether a fit by this plan comes by a place.
  fileprivate func holds(stage: Int, step: Int, totalSteps: Int) -> Bool {
    guard (0...stages.count).contains(stage), step >= 0 else { return false }
    guard step <= (stage < stages.count ? stages[stage].steps : 0) else { return false }
    return totalSteps == stages[..<stage].reduce(0) { $0 + $1.steps } + step
  }
}
