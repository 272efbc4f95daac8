internal import SfumatoCore

// Middlebury's NAME_par.txt: the number of images, then on each line a name, K by rows, R by rows and t; x = K (R X + t). Axes are
// ours. The principal point is taken as it stands, from the corner of the image: its writers do not say.

/// The cameras of a `_par.txt`; sizes come from the images beside it.
package func parseMiddlebury(
  _ bytes: [UInt8], path: String
) throws(CameraFileError) -> CameraSet {
  var lines = TextLines(bytes)
  let head = lines.nextWords() ?? []
  var place = CameraPlace(path: path, line: max(lines.number, 1))
  guard head.count == 1 else {
    throw place.failure(
      nil, .wrongValue(found: "a line of \(head.count) words", expected: "the number of images"))
  }
  let count = try place.count(head[0], "count")
  var frames: [CameraFrame] = []
  while let words = lines.nextWords() {
    place = CameraPlace(path: path, frame: frames.count, line: lines.number)
    guard words.count >= 22 else {
      throw place.failure(
        nil,
        .wrongValue(
          found: "a line of \(words.count) words", expected: "a name and 21 numbers: K, R, t"))
    }
    let nameEnd = words[words.count - 22].endIndex
    let name = String(decoding: bytes[words[0].startIndex..<nameEnd], as: UTF8.self)
    var v: [Double] = []
    for word in words.suffix(21) {
      v.append(try place.finite(try place.number(word, "K R t"), "K R t"))
    }
    let rows = { (at: Int) in (0..<3).map { Array(v[(at + 3 * $0)..<(at + 3 * $0 + 3)]) } }
    let (focal, principal) = try place.intrinsics(rows(0), "K")
    let imagePath = resolvedImage(name, besides: path)
    let size: (width: Int, height: Int)
    do { size = try imageSize(imagePath) } catch {
      throw place.failure(
        nil, .missing(expected: "a PNG to take the image's size from (\(error))"))
    }
    let camera = Camera<Double>(
      focal: focal, principal: principal,
      worldToCamera: try RigidTransform(
        worldToCamera: rows(9), translation: Array(v[18...]), axes: SIMD3(1, 1, 1), "R", at: place),
      width: size.width, height: size.height)
    frames.append(
      CameraFrame(filePath: name, imagePath: imagePath, camera: Camera<Float>(camera)))
  }
  guard frames.count == count else {
    throw CameraFileError(
      path: path, line: 1,
      reason: .wrongValue(found: "\(count) with \(frames.count) lines", expected: "a line an image")
    )
  }
  return CameraSet(frames: frames)
}

/// The bytes of a `_par.txt`.
func encodeMiddlebury(_ set: CameraSet, path: String) throws(CameraFileError) -> [UInt8] {
  var lines = ["\(set.frames.count)"]
  for (index, frame) in set.frames.enumerated() {
    let place = CameraPlace(path: path, frame: index)
    try place.requirePinhole(frame)
    let name = writtenPath(of: frame, from: path)
    guard !name.isEmpty, !name.utf8.contains(where: { $0 < 32 }) else {
      throw place.failure(
        nil, .unsupported(found: "the name \(quotedJSON(name))", expected: "a name on one line is"))
    }
    let c = frame.camera
    let pose = Camera<Double>(c).worldToCamera
    let rows = pose.worldToCameraRows(axes: SIMD3(1, 1, 1))
    let numbers =
      ["\(c.focal.x)", "0", "\(c.principal.x)", "0", "\(c.focal.y)", "\(c.principal.y)", "0 0 1"]
      + rows.flatMap { $0.prefix(3).map { "\($0)" } } + rows.map { "\($0[3])" }
    lines.append(name + " " + numbers.joined(separator: " "))
  }
  return Array((lines.joined(separator: "\n") + "\n").utf8)
}

extension CameraPlace {
  /// Focal lengths and principal point of a K without skew, of any scale.
  func intrinsics(
    _ k: [[Double]], _ key: String
  ) throws(CameraFileError) -> (focal: SIMD2<Double>, principal: SIMD2<Double>) {
    _ = try matrix(k, key, rows: 3, columns: 3)
    let scale = k[2][2]
    let below = [k[1][0], k[2][0], k[2][1]].map { abs($0) }.max() ?? 0
    guard scale > 0, below <= 1e-9 * max(abs(k[0][0]), 1) else {
      throw failure(
        key, .wrongValue(found: "\(k)", expected: "[[fx, 0, cx], [0, fy, cy], [0, 0, 1]]"))
    }
    let fx = try focal(k[0][0] / scale, key)
    let fy = try focal(k[1][1] / scale, key)
    guard abs(k[0][1] / scale) <= 1e-6 * fx else {
      throw failure(key, .unsupported(found: "a skew of \(k[0][1])", expected: "none is"))
    }
    return (
      SIMD2(fx, fy),
      SIMD2(try finite(k[0][2] / scale, key), try finite(k[1][2] / scale, key))
    )
  }

  /// Refuses what a pinhole alone cannot say.
  func requirePinhole(_ frame: CameraFrame) throws(CameraFileError) {
    guard frame.camera.projection == .perspective else { throw orthographic() }
    if let lens = frame.distortion {
      throw failure(
        "camera_model", .unsupported(found: "'\(lens.modelName)'", expected: "a pinhole camera is"))
    }
  }
}
