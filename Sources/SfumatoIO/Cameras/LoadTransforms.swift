internal import Foundation
internal import SfumatoCore

// transforms.json to cameras. The file has camera-to-world matrices with OpenGL's camera axes (x right, y up,
// looking along -z); ours are world-to-camera with OpenCV's (x right, y down, looking along +z). Pixel centres
// are at + 0.5 in both. Start at `parseCameras`.

/// The cameras of a transforms.json as nerfstudio, instant-ngp and NeRF-synthetic write it.
///
/// A frame's own intrinsics override those of the top level. Without `fl_x` the full angle `camera_angle_x` (radians) is taken, without
/// `w` and `h` the size of the frame's PNG, without `cx` and `cy` the middle. `k1 ... k4, p1, p2` are nerfstudio's: radial up to the
/// eighth power, but the rational model where `camera_model` is `FULL_OPENCV`. Images are looked for in the path's folder.
package func parseCameras(
  _ bytes: [UInt8], path: String, frame selected: Int? = nil
) throws(CameraFileError) -> CameraSet {
  try parseCameras(bytes, path: path, frame: selected, split: nil)
}

/// ``parseCameras(_:path:frame:)`` of one part of the set.
func parseCameras(
  _ bytes: [UInt8], path: String, frame selected: Int?, split: CameraSplit?
) throws(CameraFileError) -> CameraSet {
  let (file, builders) = try read(bytes, path: path, frame: selected, split: split)
  var result: [CameraFrame] = []
  for builder in builders { result.append(try builder.build()) }
  return CameraSet(
    frames: result, bounds: try readBounds(file.bounds, path: path),
    appliedTransform: try readApplied(file.appliedTransform, path: path))
}

/// The same without a look at the matrices' meaning.
func parseUnreadCameras(
  _ bytes: [UInt8], path: String, frame selected: Int?, split: CameraSplit?
) throws(CameraFileError) -> (CameraSet, [[[Double]]]) {
  let (file, builders) = try read(bytes, path: path, frame: selected, split: split)
  var frames: [CameraFrame] = []
  var matrices: [[[Double]]] = []
  for builder in builders {
    frames.append(try builder.build(pose: .identity))
    let rows = builder.frame.matrix ?? []
    let whole = rows.count == 3 ? rows + [[0, 0, 0, 1]] : rows
    matrices.append(try builder.place.matrix(whole, "transform_matrix", rows: 4, columns: 4))
  }
  let set = CameraSet(frames: frames, bounds: try readBounds(file.bounds, path: path))
  return (set, matrices)
}

private func read(
  _ bytes: [UInt8], path: String, frame selected: Int?, split: CameraSplit?
) throws(CameraFileError) -> (TransformsFile, [CameraBuilder]) {
  let file: TransformsFile
  do { file = try decodeJSON(bytes, as: TransformsFile.self) } catch {
    throw located(error, list: "frames", path: path)
  }
  guard let frames = file.frames else {
    throw CameraFileError(
      path: path, key: "frames", reason: .missing(expected: "an array of frames"))
  }
  if let selected, !frames.indices.contains(selected) {
    throw CameraFileError(path: path, frame: selected, reason: .noSuchFrame(count: frames.count))
  }
  var names: Set<String>?
  if let split {
    guard let listed = file.splits[split] else {
      throw CameraFileError(
        path: path, key: "\(split.rawValue)_filenames",
        reason: .missing(expected: "the file paths of that part"))
    }
    names = Set(listed.map(plainPath))
  }
  let builders = frames.enumerated().compactMap { index, frame -> CameraBuilder? in
    if let selected, selected != index { return nil }
    if let names, !names.contains(plainPath(frame.filePath ?? "")) { return nil }
    return CameraBuilder(path: path, index: index, frame: frame, top: file.intrinsics)
  }
  return (file, builders)
}

/// Where a decoding problem lies: the list's name, index, key become frame and key.
func located(_ problem: JSONProblem, list: String, path: String) -> CameraFileError {
  switch problem {
  case .malformed(let what): return CameraFileError(path: path, reason: .notJSON(what))
  case .wrongKind(let codingPath, let found, let expected):
    var keys = codingPath[...]
    var frame: Int?
    if keys.count >= 2, keys[0].stringValue == list, let index = keys[1].intValue {
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

/// The box under `aabb`, checked.
func readBounds(
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

private func readApplied(
  _ rows: [[Double]]?, path: String
) throws(CameraFileError) -> [[Double]]? {
  guard let rows else { return nil }
  return try CameraPlace(path: path).affine(rows, "applied_transform")
}

/// Makes one frame; keys of the frame go before those of the top level.
private struct CameraBuilder {
  var place: CameraPlace
  var frame: TransformsFrame
  var top: TransformsIntrinsics

  init(path: String, index: Int, frame: TransformsFrame, top: TransformsIntrinsics) {
    place = CameraPlace(path: path, frame: index)
    self.frame = frame
    self.top = top
  }

  func build(pose: RigidTransform<Double>? = nil) throws(CameraFileError) -> CameraFrame {
    guard let filePath = frame.filePath else {
      throw place.failure("file_path", .missing(expected: "the image's path"))
    }
    let imagePath = resolvedImage(filePath, besides: place.path)
    let distortion = try lens()
    let size = try imageSize(imagePath: imagePath)
    let focal = try focalLengths(size)
    let (own, middle) = (frame.intrinsics, SIMD2(Double(size.width), Double(size.height)) / 2)
    let principal = SIMD2(
      try place.finite(own.principalX ?? top.principalX ?? middle.x, "cx"),
      try place.finite(own.principalY ?? top.principalY ?? middle.y, "cy"))
    let extrinsics = if let pose { pose } else { try self.extrinsics() }
    let camera = Camera<Double>(
      focal: focal, principal: principal, worldToCamera: extrinsics, width: size.width,
      height: size.height)
    func resolved(_ written: String?) -> String? {
      written.map { resolvedImage($0, besides: place.path) }
    }
    return CameraFrame(
      filePath: filePath, imagePath: imagePath, maskPath: resolved(frame.maskPath),
      ignoreMaskPath: resolved(frame.ignoreMaskPath), depthPath: resolved(frame.depthPath),
      normalPath: resolved(frame.normalPath),
      camera: Camera<Float>(camera), distortion: distortion)
  }

  private func lens() throws(CameraFileError) -> LensDistortion? {
    let model = frame.intrinsics.cameraModel ?? top.cameraModel
    var k: [String: Double] = [:]
    for key in ["k1", "k2", "k3", "k4", "k5", "k6", "p1", "p2"] {
      k[key] = try place.finite(
        frame.intrinsics.distortion[key] ?? top.distortion[key] ?? 0, key)
    }
    let value = { k[$0] ?? 0 }
    let first = SIMD4(value("k1"), value("k2"), value("k3"), value("k4"))
    let tangential = SIMD2(value("p1"), value("p2"))
    func refuse(_ keys: [String], _ expected: String) throws(CameraFileError) {
      for key in keys where value(key) != 0 {
        throw place.failure(
          key, .unsupported(found: "\(key) in this camera_model", expected: expected))
      }
    }
    let isFisheye = frame.intrinsics.isFisheye ?? top.isFisheye ?? false
    switch isFisheye ? "OPENCV_FISHEYE" : model ?? "OPENCV" {
    case "SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV":
      try refuse(["k5", "k6"], "camera_model FULL_OPENCV has it")
      return try place.lens(.polynomial(radial: first, tangential: tangential), "k1")
    case "FULL_OPENCV":
      return try place.lens(
        .polynomial(
          radial: SIMD4(first.x, first.y, first.z, 0),
          denominator: SIMD3(first.w, value("k5"), value("k6")), tangential: tangential), "k1")
    case "OPENCV_FISHEYE", "SIMPLE_RADIAL_FISHEYE", "RADIAL_FISHEYE":
      try refuse(["k5", "k6", "p1", "p2"], "a fisheye has k1 to k4")
      return try place.lens(.fisheye(first), "k1")
    case let other:
      throw place.failure(
        "camera_model", .unsupported(found: "'\(other)'", expected: ColmapCamera.supported))
    }
  }

  private func imageSize(
    imagePath: String
  ) throws(CameraFileError) -> (width: Int, height: Int) {
    if let w = frame.intrinsics.width ?? top.width, let h = frame.intrinsics.height ?? top.height {
      return (try place.side(w, "w"), try place.side(h, "h"))
    }
    do { return try SfumatoIO.imageSize(imagePath) } catch {
      throw place.failure(
        "w", .missing(expected: "the image size w and h, or a PNG to take it from (\(error))"))
    }
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
    throw place.failure(
      "fl_x", .missing(expected: "a focal length in pixels, or camera_angle_x in radians"))
  }

  private func focal(
    _ length: Double?, _ lengthKey: String, _ angle: Double?, _ angleKey: String, _ side: Int
  ) throws(CameraFileError) -> Double? {
    if let length { return try place.focal(length, lengthKey) }
    guard let angle else { return nil }
    return Double(side) / 2 / tan(try place.angle(angle, angleKey) / 2)
  }

  private func extrinsics() throws(CameraFileError) -> RigidTransform<Double> {
    let key = "transform_matrix"
    guard let rows = frame.matrix else {
      throw place.failure(key, .missing(expected: "4 rows of 4 numbers, camera to world"))
    }
    return try RigidTransform(
      cameraToWorld: try place.affine(rows, key), axes: CameraAxes.openGL, key, at: place)
  }
}

/// A path without a leading `./`.
func plainPath(_ written: String) -> String {
  written.hasPrefix("./") ? String(written.dropFirst(2)) : written
}

/// A path in a camera file, seen from its folder; `.png` is appended where only that exists.
func resolvedImage(_ written: String, besides file: String) -> String {
  let plain = plainPath(written)
  let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
  let resolved = plain.hasPrefix("/") ? plain : folder + plain
  let files = FileManager.default
  if !files.fileExists(atPath: resolved), files.fileExists(atPath: resolved + ".png") {
    return resolved + ".png"
  }
  return resolved
}
