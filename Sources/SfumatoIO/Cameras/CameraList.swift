internal import RealModule
internal import SfumatoCore

// A JSON list of cameras in another program's convention: {"convention": "opencv" | "pytorch3d" | "mitsuba" | "opengl", "cameras":
// [{...}]}. The keys are those that the program itself uses, so that a list is dumped in three lines of Python. A key at the top level
// holds for all cameras that do not have it.

/// The cameras of a JSON list.
package func parseCameraList(
  _ bytes: [UInt8], path: String
) throws(CameraFileError) -> CameraSet {
  let file: CameraListFile
  do { file = try decodeJSON(bytes, as: CameraListFile.self) } catch {
    throw located(error, list: "cameras", path: path)
  }
  let place = CameraPlace(path: path)
  guard !file.isTable else {
    throw place.failure(
      "columns",
      .unsupported(
        found: "a table of orbits without intrinsics and pictures", expected: "a camera list is"))
  }
  guard let name = file.convention else {
    throw place.failure("convention", .missing(expected: CameraListReader.conventions))
  }
  guard let convention = CameraFormat(convention: name) else {
    throw place.failure(
      "convention", .wrongValue(found: "'\(name)'", expected: CameraListReader.conventions))
  }
  guard let cameras = file.cameras else {
    throw place.failure("cameras", .missing(expected: "an array of cameras"))
  }
  var frames: [CameraFrame] = []
  for (index, camera) in cameras.enumerated() {
    let reader = CameraListReader(
      place: CameraPlace(path: path, frame: index), convention: convention,
      pixelCenter: file.pixelCenter ?? 0, own: camera, shared: file.shared)
    frames.append(try reader.frame())
  }
  return CameraSet(frames: frames, bounds: try readBounds(file.bounds, path: path))
}

/// Makes one view; its own keys go before those of the top level.
private struct CameraListReader {
  static let conventions = "\"opencv\", \"pytorch3d\", \"mitsuba\" or \"opengl\""

  var place: CameraPlace
  var convention: CameraFormat
  /// Where OpenCV's first pixel has its centre: 0 or 0.5.
  var pixelCenter: Double
  var own: CameraListEntry
  var shared: CameraListEntry

  private typealias Lens = (
    focal: SIMD2<Double>, principal: SIMD2<Double>, pose: RigidTransform<Double>
  )

  func frame() throws(CameraFileError) -> CameraFrame {
    let imagePath = own.file.map { resolvedImage($0, besides: place.path) } ?? ""
    let size = try size(imagePath)
    let side = SIMD2(Double(size.width), Double(size.height))
    let lens: Lens
    switch convention {
    case .pytorch3d: lens = try pytorch3D(side)
    case .mitsuba: lens = try mitsuba(side)
    case .opengl: lens = try openGL(side)
    case .opencv, .transforms, .nerf, .colmapText, .colmapBinary, .middlebury:
      lens = try openCV()
    }
    let camera = Camera<Double>(
      focal: lens.focal, principal: lens.principal, worldToCamera: lens.pose, width: size.width,
      height: size.height)
    func resolved(_ written: String?) -> String? {
      written.map { resolvedImage($0, besides: place.path) }
    }
    return CameraFrame(
      filePath: own.file ?? "view \(place.frame ?? 0)", imagePath: imagePath,
      maskPath: resolved(own.mask), ignoreMaskPath: resolved(own.ignoreMask),
      depthPath: resolved(own.depth), normalPath: resolved(own.normal),
      camera: Camera<Float>(camera), distortion: try distortion())
  }

  /// x = K (R X + t), pixel centres at integers.
  private func openCV() throws(CameraFileError) -> Lens {
    let k = try grid(\.intrinsics, "K", rows: 3, columns: 3)
    let (focal, principal) = try place.intrinsics(k, "K")
    guard pixelCenter == 0 || pixelCenter == 0.5 else {
      throw place.failure(
        "pixel_center", .wrongValue(found: "\(pixelCenter)", expected: "0 (OpenCV) or 0.5"))
    }
    let pose = try RigidTransform(
      worldToCamera: try grid(\.rotation, "R", rows: 3, columns: 3),
      translation: try numbers(\.translation, "t", count: [3]), axes: SIMD3(1, 1, 1), "R", at: place
    )
    return (focal, principal + (0.5 - pixelCenter), pose)
  }

  /// Row vectors, x left, y up; the short side spans -1 to 1 in NDC.
  private func pytorch3D(_ side: SIMD2<Double>) throws(CameraFileError) -> Lens {
    let r = try grid(\.rotation, "R", rows: 3, columns: 3)
    let transposed = (0..<3).map { i in (0..<3).map { r[$0][i] } }
    let pose = try RigidTransform(
      worldToCamera: transposed, translation: try numbers(\.rowTranslation, "T", count: [3]),
      axes: CameraAxes.leftUpForward, "R", at: place)
    let f = try numbers(\.focalLength, "focal_length", count: [1, 2])
    let p = try numbers(
      \.principalPoint, "principal_point", count: [2], default: [0, 0])
    let isNDC = own.isNDC ?? shared.isNDC ?? true
    let half = isNDC ? side.min() / 2 : 1
    let fx = try place.focal(f[0] * half, "focal_length")
    let fy = try place.focal(f[f.count - 1] * half, "focal_length")
    let principal =
      isNDC ? SIMD2(side.x / 2 - p[0] * half, side.y / 2 - p[1] * half) : SIMD2(p[0], p[1])
    return (SIMD2(fx, fy), principal, pose)
  }

  /// Camera to world, x left, y up; an offset of the principal point in shares of the film, towards the origin.
  private func mitsuba(_ side: SIMD2<Double>) throws(CameraFileError) -> Lens {
    let rows = try place.affine(try grid(\.toWorld, "to_world", rows: 4, columns: 4), "to_world")
    let pose = try RigidTransform(
      cameraToWorld: rows, axes: CameraAxes.leftUpForward, "to_world", at: place)
    guard let fov = own.fov ?? shared.fov else {
      throw place.failure("fov", .missing(expected: "the full field of view in degrees"))
    }
    guard fov > 1e-4, fov < 179.9999 else {
      throw place.failure("fov", .wrongValue(found: "\(fov)", expected: "degrees, 0...180"))
    }
    let span: Double
    switch own.fovAxis ?? shared.fovAxis ?? "x" {
    case "x": span = side.x
    case "y": span = side.y
    case "diagonal": span = (side * side).sum().squareRoot()
    case "smaller": span = side.min()
    case "larger": span = side.max()
    case let other:
      throw place.failure(
        "fov_axis",
        .wrongValue(found: "'\(other)'", expected: "x, y, diagonal, smaller or larger"))
    }
    let focal = span / 2 / Double.tan(fov * .pi / 360)
    let offset = SIMD2(
      try place.finite(own.offsetX ?? shared.offsetX ?? 0, "principal_point_offset_x"),
      try place.finite(own.offsetY ?? shared.offsetY ?? 0, "principal_point_offset_y"))
    return (SIMD2(focal, focal), (SIMD2(0.5, 0.5) - offset) * side, pose)
  }

  /// World to camera, x right, y up, z back, and a projection whose picture has y up.
  private func openGL(_ side: SIMD2<Double>) throws(CameraFileError) -> Lens {
    let rows = try place.affine(try grid(\.view, "view", rows: 4, columns: 4), "view")
    let pose = try RigidTransform(
      worldToCamera: rows.map { Array($0.prefix(3)) }, translation: rows.map { $0[3] },
      axes: CameraAxes.openGL, "view", at: place)
    let p = try grid(\.projection, "projection", rows: 4, columns: 4)
    let crossed = [p[0][1], p[1][0], p[0][3], p[1][3], p[3][0], p[3][1], p[3][3]]
    guard crossed.allSatisfy({ abs($0) < 1e-9 }), p[3][2] < 0 else {
      throw place.failure(
        "projection",
        .wrongValue(
          found: "not a perspective with axes apart",
          expected: "[[a, 0, c, 0], [0, b, d, 0], [0, 0, e, f], [0, 0, -1, 0]]"))
    }
    let w = -p[3][2]
    let fx = try place.focal(p[0][0] / w * side.x / 2, "projection")
    let fy = try place.focal(p[1][1] / w * side.y / 2, "projection")
    let principal = SIMD2(
      side.x / 2 * (1 - p[0][2] / w), side.y / 2 * (1 + p[1][2] / w))
    return (SIMD2(fx, fy), principal, pose)
  }

  private func distortion() throws(CameraFileError) -> LensDistortion? {
    guard convention == .opencv else { return nil }
    if own.fisheye ?? shared.fisheye != nil {
      let k = try numbers(\.fisheye, "fisheye", count: [4])
      return try place.lens(.fisheye(SIMD4(k[0], k[1], k[2], k[3])), "fisheye")
    }
    guard own.distortion ?? shared.distortion != nil else { return nil }
    let given = try numbers(\.distortion, "dist", count: [0, 4, 5, 8])
    let d = given + Array(repeating: 0, count: 8 - given.count)
    return try place.lens(
      .polynomial(
        radial: SIMD4(d[0], d[1], d[4], 0), denominator: SIMD3(d[5], d[6], d[7]),
        tangential: SIMD2(d[2], d[3])), "dist")
  }

  private func size(_ imagePath: String) throws(CameraFileError) -> (width: Int, height: Int) {
    // PyTorch3D counts rows first, Mitsuba's film columns.
    if own.imageSize ?? shared.imageSize != nil {
      let hw = try numbers(\.imageSize, "image_size", count: [2])
      return (try place.side(hw[1], "image_size"), try place.side(hw[0], "image_size"))
    }
    if own.filmSize ?? shared.filmSize != nil {
      let wh = try numbers(\.filmSize, "film_size", count: [2])
      return (try place.side(wh[0], "film_size"), try place.side(wh[1], "film_size"))
    }
    if let w = own.width ?? shared.width, let h = own.height ?? shared.height {
      return (try place.side(w, "width"), try place.side(h, "height"))
    }
    guard !imagePath.isEmpty else {
      throw place.failure("width", .missing(expected: "the image size, or a file to take it from"))
    }
    do { return try imageSize(imagePath) } catch {
      throw place.failure(
        "width", .missing(expected: "the image size, or a PNG to take it from (\(error))"))
    }
  }

  private func numbers(
    _ path: KeyPath<CameraListEntry, NumberList?>, _ key: String, count: [Int],
    default fallback: [Double]? = nil
  ) throws(CameraFileError) -> [Double] {
    let counts = count.map(String.init).joined(separator: " or ")
    guard
      let values = own[keyPath: path]?.values ?? shared[keyPath: path]?.values ?? fallback
    else { throw place.failure(key, .missing(expected: "\(counts) numbers")) }
    guard count.contains(values.count) else {
      throw place.failure(
        key, .wrongValue(found: "\(values.count) numbers", expected: "\(counts) numbers"))
    }
    for value in values { _ = try place.finite(value, key) }
    return values
  }

  private func grid(
    _ path: KeyPath<CameraListEntry, NumberList?>, _ key: String, rows: Int, columns: Int
  ) throws(CameraFileError) -> [[Double]] {
    let flat = try numbers(path, key, count: [rows * columns])
    return (0..<rows).map { Array(flat[($0 * columns)..<(($0 + 1) * columns)]) }
  }
}
