internal import RealModule
internal import SfumatoCore

/// The bytes of a JSON list in one of the conventions.
func encodeCameraList(
  _ set: CameraSet, convention: CameraFormat, path: String
) throws(CameraFileError) -> [UInt8] {
  var text = "{\n  \"convention\": \(quotedJSON(convention.rawValue)),\n"
  if let bounds = set.bounds {
    text += "  \"aabb\": [\(list(bounds.lower)), \(list(bounds.upper))],\n"
  }
  var cameras: [String] = []
  for (index, frame) in set.frames.enumerated() {
    let place = CameraPlace(path: path, frame: index)
    var lines: [String] = []
    if frame.imagePath.isEmpty {
      lines.append("\"file\": \(quotedJSON(frame.filePath))")
    } else {
      lines.append("\"file\": \(quotedJSON(writtenPath(of: frame, from: path)))")
    }
    for (key, other) in [
      ("mask", frame.maskPath), ("ignore_mask", frame.ignoreMaskPath), ("depth", frame.depthPath),
      ("normal", frame.normalPath),
    ] {
      if let other { lines.append("\"\(key)\": \(quotedJSON(relativePath(other, from: path)))") }
    }
    switch convention {
    case .pytorch3d: lines += try pytorch3D(frame, at: place)
    case .mitsuba: lines += try mitsuba(frame, at: place)
    case .opengl: lines += try openGL(frame, at: place)
    case .opencv, .transforms, .nerf, .colmapText, .colmapBinary, .middlebury:
      lines += try openCV(frame, at: place)
    }
    cameras.append("\n    {\n      " + lines.joined(separator: ",\n      ") + "\n    }")
  }
  text += "  \"cameras\": [" + cameras.joined(separator: ",") + "\n  ]\n}\n"
  return Array(text.utf8)
}

private func openCV(
  _ frame: CameraFrame, at place: CameraPlace
) throws(CameraFileError) -> [String] {
  let camera = Camera<Double>(frame.camera)
  guard camera.projection == .perspective else { throw place.orthographic() }
  let (f, c) = (camera.focal, camera.principal)
  let rows = camera.worldToCamera.worldToCameraRows(axes: SIMD3(1, 1, 1))
  var lines = [
    "\"width\": \(camera.width), \"height\": \(camera.height)",
    "\"K\": [[\(f.x), 0, \(c.x - 0.5)], [0, \(f.y), \(c.y - 0.5)], [0, 0, 1]]",
    "\"R\": \(matrix(rows.map { Array($0.prefix(3)) }))", "\"t\": \(rows.map { $0[3] })",
  ]
  switch frame.distortion {
  case nil: break
  case .fisheye(let k): lines.append("\"fisheye\": \([k.x, k.y, k.z, k.w])")
  case .polynomial(let a, let b, let p):
    guard a.w == 0 else {
      throw place.failure(
        "dist", .unsupported(found: "a radial term of the eighth power", expected: "k1 to k3 are"))
    }
    lines.append("\"dist\": \([a.x, a.y, p.x, p.y, a.z, b.x, b.y, b.z])")
  }
  return lines
}

private func pytorch3D(
  _ frame: CameraFrame, at place: CameraPlace
) throws(CameraFileError) -> [String] {
  try place.requirePinhole(frame)
  let camera = Camera<Double>(frame.camera)
  let rows = camera.worldToCamera.worldToCameraRows(axes: CameraAxes.leftUpForward)
  let transposed = (0..<3).map { i in (0..<3).map { rows[$0][i] } }
  let half = Double(min(camera.width, camera.height)) / 2
  let (f, c) = (camera.focal / half, camera.principal)
  let middle = SIMD2(Double(camera.width), Double(camera.height)) / 2
  let p = (middle - c) / half
  return [
    "\"R\": \(matrix(transposed))", "\"T\": \(rows.map { $0[3] })",
    "\"focal_length\": [\(f.x), \(f.y)], \"principal_point\": [\(p.x), \(p.y)]",
    "\"image_size\": [\(camera.height), \(camera.width)], \"in_ndc\": true",
  ]
}

private func mitsuba(
  _ frame: CameraFrame, at place: CameraPlace
) throws(CameraFileError) -> [String] {
  try place.requirePinhole(frame)
  let camera = Camera<Double>(frame.camera)
  let (f, c) = (camera.focal, camera.principal)
  guard abs(f.x - f.y) <= 1e-6 * f.x else {
    throw place.failure(
      "fov",
      .unsupported(
        found: "fx \(frame.camera.focal.x), fy \(frame.camera.focal.y)",
        expected: "Mitsuba has square pixels; one focal length is"))
  }
  let (w, h) = (Double(camera.width), Double(camera.height))
  let rows =
    camera.worldToCamera.cameraToWorldRows(axes: CameraAxes.leftUpForward) + [[0, 0, 0, 1]]
  let fov = 360 / Double.pi * Double.atan(w / 2 / f.x)
  return [
    "\"to_world\": \(matrix(rows))", "\"fov\": \(fov), \"fov_axis\": \"x\"",
    "\"principal_point_offset_x\": \(0.5 - c.x / w)",
    "\"principal_point_offset_y\": \(0.5 - c.y / h)",
    "\"film_size\": [\(camera.width), \(camera.height)]",
  ]
}

/// Near and far planes are a thousandth and a thousand of the distance to the origin, or of 1: they have no say in where a point lands.
private func openGL(
  _ frame: CameraFrame, at place: CameraPlace
) throws(CameraFileError) -> [String] {
  try place.requirePinhole(frame)
  let camera = Camera<Double>(frame.camera)
  let (f, c) = (camera.focal, camera.principal)
  let (w, h) = (Double(camera.width), Double(camera.height))
  let rows = camera.worldToCamera.worldToCameraRows(axes: CameraAxes.openGL) + [[0, 0, 0, 1]]
  let distance = length(camera.worldToCamera.translation)
  let unit = distance > 0 ? distance : 1
  let (near, far) = (unit / 1000, unit * 1000)
  let scale = SIMD2(2 * f.x / w, 2 * f.y / h)
  let offset = SIMD2(1 - 2 * c.x / w, 2 * c.y / h - 1)
  let depth = SIMD2(-(far + near), -2 * far * near) / (far - near)
  let projection: [[Double]] = [
    [scale.x, 0, offset.x, 0], [0, scale.y, offset.y, 0], [0, 0, depth.x, depth.y], [0, 0, -1, 0],
  ]
  return [
    "\"width\": \(camera.width), \"height\": \(camera.height)", "\"view\": \(matrix(rows))",
    "\"projection\": \(matrix(projection))",
  ]
}

private func matrix(_ rows: [[Double]]) -> String {
  "[" + rows.map { "\($0)" }.joined(separator: ", ") + "]"
}

/// A vector as JSON.
func list(_ v: SIMD3<Float>) -> String { "[\(v.x), \(v.y), \(v.z)]" }
