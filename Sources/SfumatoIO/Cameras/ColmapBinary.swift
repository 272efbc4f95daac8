internal import SfumatoCore

/// Walks a little-endian file; the end of the file is an error.
struct LittleEndianReader {
  private let bytes: [UInt8]
  private var at = 0
  var place: CameraPlace

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    place = CameraPlace(path: path)
  }

  var bytesLeft: Int { bytes.count - at }

  mutating func integer<T: FixedWidthInteger>(
    _ type: T.Type, _ what: String
  ) throws(CameraFileError) -> T {
    let size = T.bitWidth / 8
    guard bytesLeft >= size else { throw place.failure(nil, .truncated(reading: what)) }
    var value: T = 0
    for i in (0..<size).reversed() { value = value << 8 | T(truncatingIfNeeded: bytes[at + i]) }
    at += size
    return value
  }

  mutating func double(_ what: String) throws(CameraFileError) -> Double {
    let value = Double(bitPattern: try integer(UInt64.self, what))
    guard value.isFinite else {
      throw place.failure(what, .wrongValue(found: "\(value)", expected: "a finite number"))
    }
    return value
  }

  /// A count of things that take at least so many bytes each.
  mutating func count(of what: String, each size: Int) throws(CameraFileError) -> Int {
    let value = try integer(UInt64.self, what)
    guard value <= UInt64(bytesLeft / size) else {
      throw place.failure(
        nil, .wrongValue(found: "\(value) \(what) in \(bytesLeft) bytes", expected: "a whole file"))
    }
    return Int(value)
  }

  mutating func text(_ what: String) throws(CameraFileError) -> String {
    guard let end = bytes[at...].firstIndex(of: 0) else {
      throw place.failure(nil, .truncated(reading: what))
    }
    let text = String(decoding: bytes[at..<end], as: UTF8.self)
    at = end + 1
    return text
  }

  mutating func skip(_ count: Int, _ what: String) throws(CameraFileError) {
    guard bytesLeft >= count else { throw place.failure(nil, .truncated(reading: what)) }
    at += count
  }
}

/// `cameras.bin`.
func parseColmapCameras(
  binary bytes: [UInt8], path: String
) throws(CameraFileError) -> [Int: ColmapCamera] {
  var reader = LittleEndianReader(bytes, path: path)
  var cameras: [Int: ColmapCamera] = [:]
  for _ in 0..<(try reader.count(of: "cameras", each: 48)) {
    let id = Int(try reader.integer(UInt32.self, "CAMERA_ID"))
    let number = try reader.integer(Int32.self, "MODEL_ID")
    guard let model = ColmapCamera.Model(rawValue: Int(number)) else {
      throw reader.place.failure(
        "MODEL_ID", .unsupported(found: "\(number)", expected: ColmapCamera.supported))
    }
    let width = Double(try reader.integer(UInt64.self, "WIDTH"))
    let height = Double(try reader.integer(UInt64.self, "HEIGHT"))
    var parameters: [Double] = []
    for _ in 0..<model.parameterCount { parameters.append(try reader.double("PARAMS")) }
    cameras[id] = ColmapCamera(
      model: model, width: try reader.place.side(width, "WIDTH"),
      height: try reader.place.side(height, "HEIGHT"), parameters: parameters)
  }
  return cameras
}

/// `images.bin`; the points of the images are skipped.
func parseColmapImages(
  binary bytes: [UInt8], path: String
) throws(CameraFileError) -> [ColmapImage] {
  var reader = LittleEndianReader(bytes, path: path)
  var images: [ColmapImage] = []
  for index in 0..<(try reader.count(of: "images", each: 73)) {
    reader.place.frame = index
    try reader.skip(4, "IMAGE_ID")
    var values: [Double] = []
    for _ in 0..<7 { values.append(try reader.double("QW QX QY QZ TX TY TZ")) }
    let camera = Int(try reader.integer(UInt32.self, "CAMERA_ID"))
    let name = try reader.text("NAME")
    let points = try reader.count(of: "points of an image", each: 24)
    try reader.skip(points * 24, "POINTS2D")
    images.append(
      ColmapImage(
        name: name, camera: camera,
        rotation: SIMD4(values[0], values[1], values[2], values[3]),
        translation: SIMD3(values[4], values[5], values[6]), place: reader.place))
  }
  return images
}

/// `points3D.bin`; colours and tracks are skipped.
func parseColmapPoints(
  binary bytes: [UInt8], path: String
) throws(CameraFileError) -> [SIMD3<Double>] {
  var reader = LittleEndianReader(bytes, path: path)
  var points: [SIMD3<Double>] = []
  for _ in 0..<(try reader.count(of: "points", each: 51)) {
    try reader.skip(8, "POINT3D_ID")
    var point = SIMD3<Double>.zero
    for axis in 0..<3 {
      point[axis] = try reader.place.finite(try reader.double("XYZ"), "XYZ")
    }
    try reader.skip(11, "RGB ERROR")
    let length = try reader.count(of: "images of a track", each: 8)
    try reader.skip(length * 8, "TRACK")
    points.append(point)
  }
  return points
}
