internal import CTinyGLTF

// Numbers out of a document's buffers. Each accessor is checked against its view, the view against its buffer;
// what a file may ask for in all is bounded by its size.

/// Reads accessors, with a common bound on what they give.
struct GLTFAccessors {
  private let document: GLTFDocument
  /// Numbers left to give: views that several primitives share count each time.
  private var budget: Int

  init(_ document: GLTFDocument) {
    self.document = document
    budget = 32 << 20 + 16 * document.buffers.reduce(0) { $0 + $1.count }
  }

  /// Floats, `[count, channels]`: normalised integers as fractions, other integers as they are.
  mutating func floats(
    _ index: Int32, channels allowed: [Int]
  ) throws(SceneFileError)
    -> (values: [Float], channels: Int)
  {
    let accessor = try checked(index, channels: allowed)
    let channels = Int(accessor.channels)
    let place = "accessors[\(index)]"
    guard let kind = ComponentKind(rawValue: accessor.componentType), kind != .uint32 else {
      throw document.failure(
        "\(place).componentType",
        .wrongValue(found: "\(accessor.componentType)", expected: "5120 to 5123 or 5126"))
    }
    var values = [Float](repeating: 0, count: Int(accessor.count) * channels)
    let read = { (bytes: [UInt8], at: Int) -> Float in
      kind.float(bytes, at, normalized: accessor.normalized)
    }
    if accessor.bufferView >= 0 {
      try each(accessor, kind, place) { bytes, at, element in
        for c in 0..<channels {
          values[element * channels + c] = read(bytes, at + c * kind.size)
        }
      }
    }
    if accessor.isSparse {
      try eachSparse(accessor, kind, place) { bytes, at, element in
        for c in 0..<channels {
          values[element * channels + c] = read(bytes, at + c * kind.size)
        }
      }
    }
    guard values.allSatisfy(\.isFinite) else {
      throw document.failure(
        place, .wrongValue(found: "not finite somewhere", expected: "finite numbers"))
    }
    return (values, channels)
  }

  /// Whole numbers, `[count]`.
  mutating func indices(_ index: Int32) throws(SceneFileError) -> [UInt32] {
    let accessor = try checked(index, channels: [1])
    let place = "accessors[\(index)]"
    guard let kind = ComponentKind(rawValue: accessor.componentType), kind.isUnsigned else {
      throw document.failure(
        "\(place).componentType",
        .wrongValue(found: "\(accessor.componentType)", expected: "5121, 5123 or 5125"))
    }
    var values = [UInt32](repeating: 0, count: Int(accessor.count))
    if accessor.bufferView >= 0 {
      try each(accessor, kind, place) { bytes, at, element in
        values[element] = kind.unsigned(bytes, at)
      }
    }
    if accessor.isSparse {
      try eachSparse(accessor, kind, place) { bytes, at, element in
        values[element] = kind.unsigned(bytes, at)
      }
    }
    return values
  }

  /// The bytes of a view.
  func bytes(ofView view: Int32, at place: String) throws(SceneFileError) -> [UInt8] {
    let (buffer, range) = try range(ofView: view, at: place)
    return Array(document.buffers[buffer][range])
  }

  private mutating func checked(
    _ index: Int32, channels allowed: [Int]
  ) throws(SceneFileError) -> CTinyGLTFAccessor {
    guard index >= 0, Int(index) < document.accessors.count else {
      throw document.failure(
        "accessors", .indexOutOfRange(index: Int(index), count: document.accessors.count))
    }
    let accessor = document.accessors[Int(index)]
    guard allowed.contains(Int(accessor.channels)) else {
      let found = [1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"][accessor.channels] ?? "a matrix"
      throw document.failure(
        "accessors[\(index)].type",
        .wrongValue(
          found: found,
          expected: allowed.map { $0 == 1 ? "SCALAR" : "VEC\($0)" }.joined(separator: " or ")))
    }
    let (numbers, overflow) = Int(clamping: accessor.count).multipliedReportingOverflow(
      by: Int(accessor.channels))
    guard !overflow, numbers <= budget else {
      throw document.failure(
        "accessors[\(index)].count", .tooLarge("\(accessor.count) elements"))
    }
    budget -= numbers
    return accessor
  }

  private func range(
    ofView view: Int32, at place: String
  ) throws(SceneFileError)
    -> (buffer: Int, range: Range<Int>)
  {
    guard view >= 0, Int(view) < document.bufferViews.count else {
      throw document.failure(
        "\(place).bufferView",
        .indexOutOfRange(index: Int(view), count: document.bufferViews.count))
    }
    let record = document.bufferViews[Int(view)]
    guard record.buffer >= 0, Int(record.buffer) < document.buffers.count else {
      throw document.failure(
        "bufferViews[\(view)].buffer",
        .indexOutOfRange(index: Int(record.buffer), count: document.buffers.count))
    }
    let available = document.buffers[Int(record.buffer)].count
    let start = Int(clamping: record.byteOffset)
    let length = Int(clamping: record.byteLength)
    guard start <= available, length <= available - start else {
      throw document.failure(
        "bufferViews[\(view)]",
        .wrongValue(
          found: "\(length) bytes from \(start)", expected: "at most the buffer's \(available)"))
    }
    return (Int(record.buffer), start..<start + length)
  }

  /// Calls with the place of each element in its buffer.
  private func each(
    _ accessor: CTinyGLTFAccessor, _ kind: ComponentKind, _ place: String,
    _ body: ([UInt8], Int, Int) -> Void
  ) throws(SceneFileError) {
    let stride = Int(
      clamping: document.bufferViews.indices.contains(Int(accessor.bufferView))
        ? document.bufferViews[Int(accessor.bufferView)].byteStride : 0)
    try each(
      view: accessor.bufferView, offset: Int(clamping: accessor.byteOffset), stride: stride,
      size: kind.size * Int(accessor.channels), count: Int(accessor.count), place, body)
  }

  private func each(
    view: Int32, offset: Int, stride: Int, size: Int, count: Int, _ place: String,
    _ body: ([UInt8], Int, Int) -> Void
  ) throws(SceneFileError) {
    let (buffer, range) = try range(ofView: view, at: place)
    let step = stride == 0 ? size : stride
    guard count > 0 else { return }
    let (span, overflow) = (count - 1).multipliedReportingOverflow(by: step)
    guard !overflow, offset >= 0, offset <= range.count, size <= range.count - offset,
      span <= range.count - offset - size, step >= size
    else {
      throw document.failure(
        place,
        .wrongValue(
          found: "\(count) elements of \(size) bytes, \(step) apart, from \(offset)",
          expected: "at most the \(range.count) bytes of its view"))
    }
    let bytes = document.buffers[buffer]
    for element in 0..<count {
      body(bytes, range.lowerBound + offset + element * step, element)
    }
  }

  private func eachSparse(
    _ accessor: CTinyGLTFAccessor, _ kind: ComponentKind, _ place: String,
    _ body: ([UInt8], Int, Int) -> Void
  ) throws(SceneFileError) {
    guard let indexKind = ComponentKind(rawValue: accessor.indicesComponentType),
      indexKind.isUnsigned
    else {
      throw document.failure(
        "\(place).sparse.indices.componentType",
        .wrongValue(
          found: "\(accessor.indicesComponentType)", expected: "5121, 5123 or 5125"))
    }
    guard accessor.sparseCount >= 0, Int(accessor.sparseCount) <= Int(accessor.count) else {
      throw document.failure(
        "\(place).sparse.count",
        .wrongValue(found: "\(accessor.sparseCount)", expected: "at most \(accessor.count)"))
    }
    var targets: [UInt32] = []
    try each(
      view: accessor.indicesBufferView, offset: Int(accessor.indicesByteOffset), stride: 0,
      size: indexKind.size, count: Int(accessor.sparseCount), "\(place).sparse.indices"
    ) { bytes, at, _ in targets.append(indexKind.unsigned(bytes, at)) }
    if let wrong = targets.first(where: { $0 >= accessor.count }) {
      throw document.failure(
        "\(place).sparse.indices",
        .indexOutOfRange(index: Int(wrong), count: Int(accessor.count)))
    }
    try each(
      view: accessor.valuesBufferView, offset: Int(accessor.valuesByteOffset), stride: 0,
      size: kind.size * Int(accessor.channels), count: Int(accessor.sparseCount),
      "\(place).sparse.values"
    ) { bytes, at, element in body(bytes, at, Int(targets[element])) }
  }
}

/// How a number lies in a buffer; little-endian.
enum ComponentKind: Int32 {
  case int8 = 5120
  case uint8 = 5121
  case int16 = 5122
  case uint16 = 5123
  case uint32 = 5125
  case float = 5126

  /// Bytes a number.
  var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .uint32, .float: 4
    }
  }

  var isUnsigned: Bool { self == .uint8 || self == .uint16 || self == .uint32 }

  /// The bits of the number at a byte, zero-extended.
  func unsigned(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    switch size {
    case 1: UInt32(bytes[at])
    case 2: UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8
    default:
      UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
        | UInt32(bytes[at + 3]) << 24
    }
  }

  /// The number at a byte; normalised as glTF 2.0, 3.11 says: signed ones end at -1.
  func float(_ bytes: [UInt8], _ at: Int, normalized: Bool) -> Float {
    let bits = unsigned(bytes, at)
    switch self {
    case .float: return Float(bitPattern: bits)
    case .uint8: return normalized ? Float(bits) / 255 : Float(bits)
    case .uint16: return normalized ? Float(bits) / 65535 : Float(bits)
    case .uint32: return Float(bits)
    case .int8:
      let value = Float(Int8(truncatingIfNeeded: bits))
      return normalized ? max(value / 127, -1) : value
    case .int16:
      let value = Float(Int16(truncatingIfNeeded: bits))
      return normalized ? max(value / 32767, -1) : value
    }
  }
}
