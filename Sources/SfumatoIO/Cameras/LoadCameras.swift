internal import Foundation
internal import SfumatoCore

// transforms.json to cameras. The file has camera-to-world matrices with OpenGL's camera axes (x right, y up,
// looking along -z); ours are world-to-camera with OpenCV's (x right, y down, looking along +z). Pixel centres
// are at + 0.5 in both. Start at `parseCameras`.

/// Reads the cameras of a transforms.json as nerfstudio, instant-ngp and NeRF-synthetic write it.
///
/// Frames keep the file's order, poses are not moved or scaled. A frame's own intrinsics override those of the
/// top level. Without `fl_x` the full angle `camera_angle_x` (radians) is taken, without `w` and `h` the size of
/// the frame's PNG, without `cx` and `cy` the middle. Lens distortion and models without straight lines are
/// errors. A path `FILE#k` reads frame k alone, counted from 0.
public func loadCameras(_ path: String) throws(CameraFileError) -> CameraSet {
  let (file, frame) = splitSelector(path)
  let bytes: [UInt8]
  do { bytes = try readBytes(file) } catch {
    throw CameraFileError(path: file, reason: .inaccessible(error.problem))
  }
  return try parseCameras(bytes, path: file, frame: frame)
}

/// ``loadCameras(_:)`` on bytes; images are looked for in the path's folder.
package func parseCameras(
  _ bytes: [UInt8], path: String, frame selected: Int? = nil
) throws(CameraFileError) -> CameraSet {
  let file: TransformsFile
  do { file = try decodeJSON(bytes, as: TransformsFile.self) } catch {
    throw located(error, path: path)
  }
  guard let frames = file.frames else {
    throw CameraFileError(
      path: path, key: "frames", reason: .missing(expected: "an array of frames"))
  }
  if let selected, !frames.indices.contains(selected) {
    throw CameraFileError(path: path, frame: selected, reason: .noSuchFrame(count: frames.count))
  }
  var result: [CameraFrame] = []
  for (index, frame) in frames.enumerated() where selected == nil || selected == index {
    let builder = CameraBuilder(path: path, index: index, frame: frame, top: file.intrinsics)
    result.append(try builder.build())
  }
  return CameraSet(frames: result, bounds: try readBounds(file.bounds, path: path))
}

/// Splits `FILE#k`; a file that really has such a name goes before.
private func splitSelector(_ path: String) -> (file: String, frame: Int?) {
  guard let mark = path.lastIndex(of: "#"), !FileManager.default.fileExists(atPath: path),
    let frame = Int(path[path.index(after: mark)...]), frame >= 0
  else { return (path, nil) }
  return (String(path[..<mark]), frame)
}

/// Where a decoding problem lies: `frames`, index, key become frame and key.
private func located(_ problem: JSONProblem, path: String) -> CameraFileError {
  switch problem {
  case .malformed(let what): return CameraFileError(path: path, reason: .notJSON(what))
  case .wrongKind(let codingPath, let found, let expected):
    var keys = codingPath[...]
    var frame: Int?
    if keys.count >= 2, keys[0].stringValue == "frames", let index = keys[1].intValue {
      frame = index
      keys = keys.dropFirst(2)
    }
    let key = keys.reduce("") { name, part in
      part.intValue.map { "\(name)[\($0)]" } ?? part.stringValue
    }
    return CameraFileError(
      path: path, frame: frame, key: key.isEmpty ? nil : key,
      reason: .wrongValue(found: found, expected: expected))
  }
}

private func readBounds(
  _ rows: [[Double]]?, path: String
) throws(CameraFileError) -> (lower: SIMD3<Float>, upper: SIMD3<Float>)? {
  guard let rows else { return nil }
  let flat = rows.flatMap { $0 }.map { Float($0) }
  guard rows.count == 2, rows[0].count == 3, rows[1].count == 3, flat.allSatisfy(\.isFinite),
    (0..<3).allSatisfy({ flat[$0] < flat[$0 + 3] })
  else {
    throw CameraFileError(
      path: path, key: "aabb",
      reason: .wrongValue(
        found: "\(rows)", expected: "[[x, y, z], [x, y, z]], the first below the second"))
  }
  return (flat.vector3(0), flat.vector3(1))
}

/// Makes one frame; keys of the frame go before those of the top level.
private struct CameraBuilder {
  var path: String
  var index: Int
  var frame: TransformsFrame
  var top: TransformsIntrinsics

  func build() throws(CameraFileError) -> CameraFrame {
    guard let filePath = frame.filePath else {
      throw failure("file_path", .missing(expected: "the image's path"))
    }
    let imagePath = resolvedImage(filePath, besides: path)
    try checkLens(frame.intrinsics)
    try checkLens(top)
    let size = try imageSize(imagePath: imagePath)
    let focal = try focalLengths(size)
    let principal = SIMD2(
      try finite(frame.intrinsics.principalX ?? top.principalX ?? Double(size.width) / 2, "cx"),
      try finite(frame.intrinsics.principalY ?? top.principalY ?? Double(size.height) / 2, "cy"))
    let camera = Camera<Double>(
      focal: focal, principal: principal, worldToCamera: try extrinsics(),
      width: size.width, height: size.height)
    return CameraFrame(
      filePath: filePath, imagePath: imagePath,
      maskPath: frame.maskPath.map { resolvedImage($0, besides: path) },
      camera: Camera<Float>(camera))
  }

  private func checkLens(_ intrinsics: TransformsIntrinsics) throws(CameraFileError) {
    let expected = "a pinhole camera is; undistort the images first"
    let perspective = ["SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV"]
    if let model = intrinsics.cameraModel, !perspective.contains(model) {
      throw failure("camera_model", .unsupported(found: "'\(model)'", expected: expected))
    }
    if intrinsics.isFisheye == true {
      throw failure("is_fisheye", .unsupported(found: "true", expected: expected))
    }
    for (key, value) in intrinsics.distortion where value != 0 {
      throw failure(key, .unsupported(found: "distortion \(value)", expected: expected))
    }
  }

  private func imageSize(
    imagePath: String
  ) throws(CameraFileError) -> (width: Int, height: Int) {
    if let w = frame.intrinsics.width ?? top.width, let h = frame.intrinsics.height ?? top.height {
      return (try side(w, "w"), try side(h, "h"))
    }
    do { return try SfumatoIO.imageSize(imagePath) } catch {
      throw failure(
        "w", .missing(expected: "the image size w and h, or a PNG to take it from (\(error))"))
    }
  }

  private func side(_ value: Double, _ key: String) throws(CameraFileError) -> Int {
    guard value >= 1, value <= 1_000_000, value == value.rounded() else {
      throw failure(
        key, .wrongValue(found: "\(value)", expected: "a whole number of pixels, 1...1000000"))
    }
    return Int(value)
  }

  private func focalLengths(
    _ size: (width: Int, height: Int)
  ) throws(CameraFileError) -> SIMD2<Double> {
    // The frame's own keys, whichever they are, go before any of the top level.
    for source in [frame.intrinsics, top] {
      let x = try focal(source.focalX, "fl_x", source.angleX, "camera_angle_x", size.width)
      let y = try focal(source.focalY, "fl_y", source.angleY, "camera_angle_y", size.height)
      if let fx = x ?? y, let fy = y ?? x { return SIMD2(fx, fy) }
    }
    throw failure(
      "fl_x", .missing(expected: "a focal length in pixels, or camera_angle_x in radians"))
  }

  private func focal(
    _ length: Double?, _ lengthKey: String, _ angle: Double?, _ angleKey: String, _ side: Int
  ) throws(CameraFileError) -> Double? {
    if let length {
      guard length > 0, Float(length) > 0, Float(length).isFinite else {
        throw failure(
          lengthKey, .wrongValue(found: "\(length)", expected: "a focal length above 0 pixels"))
      }
      return length
    }
    guard let angle else { return nil }
    guard angle > 1e-6, angle < Double.pi - 1e-6 else {
      throw failure(
        angleKey, .wrongValue(found: "\(angle)", expected: "a full angle in radians, 0...π"))
    }
    return Double(side) / 2 / tan(angle / 2)
  }

  private func extrinsics() throws(CameraFileError) -> RigidTransform<Double> {
    let key = "transform_matrix"
    guard let rows = frame.matrix else {
      throw failure(key, .missing(expected: "4 rows of 4 numbers, camera to world"))
    }
    guard rows.count == 4 || rows.count == 3, rows.allSatisfy({ $0.count == 4 }) else {
      let shape = Set(rows.map(\.count)).sorted().map(String.init).joined(separator: " or ")
      let found = rows.isEmpty ? "empty" : "\(rows.count) rows of \(shape) numbers"
      throw failure(key, .wrongValue(found: found, expected: "4 rows of 4"))
    }
    for value in rows.joined() { _ = try finite(value, key) }
    if rows.count == 4, zip(rows[3], [0, 0, 0, 1]).contains(where: { abs($0 - $1) > 1e-6 }) {
      throw failure(
        key, .wrongValue(found: "not affine: its last row is \(rows[3])", expected: "[0, 0, 0, 1]"))
    }
    // Columns of the OpenGL frame are right, up, back; rows of our rotation are right, down, forward.
    let right = SIMD3(rows[0][0], rows[1][0], rows[2][0])
    let up = SIMD3(rows[0][1], rows[1][1], rows[2][1])
    let back = SIMD3(rows[0][2], rows[1][2], rows[2][2])
    let rotation = Matrix3(rows: right, -up, -back)
    try checkRotation(rotation)
    // The quaternion is the rotation to the digits of the file; with it, t = -R c.
    let quaternion = Quaternion(rotation)
    let center = SIMD3(rows[0][3], rows[1][3], rows[2][3])
    return RigidTransform(
      rotation: quaternion, translation: -(quaternion.matrix * center))
  }

  private func checkRotation(_ m: Matrix3<Double>) throws(CameraFileError) {
    let tolerance = 1e-3
    let (a, b, c) = (m.row0, m.row1, m.row2)
    let squares = SIMD3(dot(a, a), dot(b, b), dot(c, c))
    let scale = (squares.sum() / 3).squareRoot()
    guard scale > 0, scale.isFinite else { throw failure("transform_matrix", .notARotation) }
    let skew = [dot(a, b), dot(b, c), dot(c, a)].map { abs($0) / (scale * scale) }
    let uneven = (0..<3).map { abs(squares[$0] / (scale * scale) - 1) }
    guard (skew + uneven).allSatisfy({ $0 <= tolerance }) else {
      throw failure("transform_matrix", .notARotation)
    }
    guard m.determinant > 0 else { throw failure("transform_matrix", .mirrored) }
    guard abs(scale - 1) <= tolerance / 2 else {
      let rounded = scale < 100 && scale > 0.01 ? (scale * 1000).rounded() / 1000 : scale
      throw failure("transform_matrix", .scaled(by: rounded))
    }
  }

  private func finite(_ value: Double, _ key: String) throws(CameraFileError) -> Double {
    // Far below the largest Float: differences and products of coordinates must stay finite too.
    guard abs(value) < 1e18 else {
      throw failure(key, .wrongValue(found: "\(value)", expected: "numbers below 1e18"))
    }
    return value
  }

  private func failure(_ key: String, _ reason: CameraFileError.Reason) -> CameraFileError {
    CameraFileError(path: path, frame: index, key: key, reason: reason)
  }
}

/// A path in a camera file, seen from its folder; `.png` is appended where only that exists.
func resolvedImage(_ written: String, besides file: String) -> String {
  let plain = written.hasPrefix("./") ? String(written.dropFirst(2)) : written
  let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
  let resolved = plain.hasPrefix("/") ? plain : folder + plain
  let files = FileManager.default
  if !files.fileExists(atPath: resolved), files.fileExists(atPath: resolved + ".png") {
    return resolved + ".png"
  }
  return resolved
}
