// A checkpoint: one little-endian binary file with everything that changes during a fit.
//
//   bytes 0..<8   "SFUMATOC"
//   UInt32        version, 1
//   UInt64        hash of the resolved configuration (FNV-1a of its YAML text)
//   fields        in the order of `transfer`; arrays as UInt64 count and elements
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
  mutating func transfer(_ value: inout UInt64) throws
}

private struct FieldWriter: FieldTransfer {
  var bytes: [UInt8] = []

  mutating func transfer(_ value: inout UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }
}

private struct FieldReader: FieldTransfer {
  struct Truncated: Error {}
  var bytes: ArraySlice<UInt8>

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

  /// Two elements a word.
  mutating func transfer(words values: inout [UInt32]) throws {
    var count = values.count
    try transfer(&count)
    guard count >= 0, count < 1 << 32 else { throw FieldReader.Truncated() }
    if count != values.count { values = [] }
    var index = 0
    while index < count {
      let low = index < values.count ? UInt64(values[index]) : 0
      let high = index + 1 < values.count ? UInt64(values[index + 1]) : 0
      var word = low | high << 32
      try transfer(&word)
      let parts = [UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32)]
      for (k, part) in parts.enumerated() where index + k < count {
        if index + k < values.count { values[index + k] = part } else { values.append(part) }
      }
      index += 2
    }
  }

  mutating func transfer(_ values: inout [Float]) throws {
    var words = values.map(\.bitPattern)
    try transfer(words: &words)
    values = words.map { Float(bitPattern: $0) }
  }

  mutating func transfer(_ values: inout [Int32]) throws {
    var words = values.map { UInt32(bitPattern: $0) }
    try transfer(words: &words)
    values = words.map { Int32(bitPattern: $0) }
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

  /// The fields of a state, in the order of the file.
  mutating func transfer(_ state: inout FitState) throws {
    try transfer(&state.stage)
    try transfer(&state.step)
    try transfer(&state.totalSteps)
    try transfer(&state.stageLosses)
    var positions = state.mesh.positions
    var faces = state.mesh.faces
    try transfer(&positions)
    try transfer(&faces)
    if faces != state.mesh.faces || positions.count != state.mesh.positions.count {
      // Only stages that subdivide change the topology; they start from bare vertices and faces.
      guard faces.count % 3 == 0, positions.count % 3 == 0,
        faces.allSatisfy({ $0 >= 0 && Int($0) < positions.count / 3 })
      else { throw FieldReader.Truncated() }
      state.mesh = Mesh(positions: positions, faces: faces)
    } else {
      state.mesh.positions = positions
    }
    try transfer(&state.coordinates)
    try transfer(&state.colorsSRGB)
    try transfer(&state.pose)
    for i in state.cameras.indices { try transfer(&state.cameras[i]) }
    try transfer(&state.logFocal)
    try transfer(&state.light)
    try transfer(&state.background)
    try transfer(&state.shapeOptimizer.moments, &state.shapeOptimizer.stepCount)
    try transfer(&state.colorOptimizer.moments, &state.colorOptimizer.stepCount)
    try transfer(&state.poseOptimizer.moments, &state.poseOptimizer.stepCount)
    try transfer(&state.cameraOptimizer.moments, &state.cameraOptimizer.stepCount)
    try transfer(&state.focalOptimizer.moments, &state.focalOptimizer.stepCount)
    try transfer(&state.lightOptimizer.moments, &state.lightOptimizer.stepCount)
    try transfer(&state.backgroundOptimizer.moments, &state.backgroundOptimizer.stepCount)
  }
}

/// The file form of a fit's state.
enum Checkpoint {
  private static let magic = Array("SFUMATOC".utf8)
  private static let version: UInt32 = 1

  /// The bytes of a state.
  static func encode(_ state: FitState, configHash: UInt64) throws -> [UInt8] {
    var writer = FieldWriter()
    writer.bytes = magic
    for shift in stride(from: 0, to: 32, by: 8) {
      writer.bytes.append(UInt8(truncatingIfNeeded: version >> UInt32(shift)))
    }
    var hash = configHash
    writer.transfer(&hash)
    var copy = state
    try writer.transfer(&copy)
    var sum = fnv1a(writer.bytes)
    writer.transfer(&sum)
    return writer.bytes
  }

  /// Puts the state of a checkpoint in place of a fresh one.
  static func restore(
    _ state: inout FitState, from path: String, configHash: UInt64
  ) throws(CheckpointError) {
    let bytes: [UInt8]
    do {
      bytes = try readBytes(path)
    } catch {
      throw CheckpointError(path: path, problem: error.problem)
    }
    guard bytes.count > 28, Array(bytes.prefix(8)) == magic else {
      throw CheckpointError(path: path, problem: "is not a checkpoint of a fit")
    }
    guard bytes[8] == 1, bytes[9...11].allSatisfy({ $0 == 0 }) else {
      throw CheckpointError(path: path, problem: "has version \(bytes[8]); this program reads 1")
    }
    do {
      var tail = FieldReader(bytes: bytes.suffix(8))
      var sum: UInt64 = 0
      try tail.transfer(&sum)
      guard sum == fnv1a(bytes.dropLast(8)) else {
        throw CheckpointError(path: path, problem: "is damaged: its check sum does not hold")
      }
      var reader = FieldReader(bytes: bytes[12..<bytes.count - 8])
      var hash: UInt64 = 0
      try reader.transfer(&hash)
      guard hash == configHash else {
        throw CheckpointError(
          path: path,
          problem: "belongs to another configuration than config.resolved.yaml beside it")
      }
      var fresh = state
      try reader.transfer(&fresh)
      state = fresh
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw CheckpointError(path: path, problem: "ends early")
    }
  }
}
