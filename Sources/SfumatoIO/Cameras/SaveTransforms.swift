internal import SfumatoCore

/// The bytes of a transforms.json, as ``saveCameras(_:to:format:)`` writes it.
package func encodeCameras(_ set: CameraSet, path: String) throws(CameraFileError) -> [UInt8] {
  // nerfstudio takes one model for all frames: the most general of them, which has the others with coefficients of 0.
  let models = Set(set.frames.map { $0.distortion?.modelName ?? "PINHOLE" })
  let model =
    ["OPENCV_FISHEYE", "FULL_OPENCV", "OPENCV"].first(where: models.contains) ?? "PINHOLE"
  var text = "{\n  \"camera_model\": \"\(model)\",\n"
  if let bounds = set.bounds {
    text += "  \"aabb\": [\(list(bounds.lower)), \(list(bounds.upper))],\n"
  }
  if let applied = set.appliedTransform {
    text += "  \"applied_transform\": [" + applied.map { "\($0)" }.joined(separator: ", ") + "],\n"
  }
  var frames: [String] = []
  for (index, frame) in set.frames.enumerated() {
    let place = CameraPlace(path: path, frame: index)
    guard frame.camera.projection == .perspective else { throw place.orthographic() }
    frames.append(try encode(frame, at: place, model: model))
  }
  text += "  \"frames\": [" + frames.joined(separator: ",") + "\n  ]\n}\n"
  return Array(text.utf8)
}

private func encode(
  _ frame: CameraFrame, at place: CameraPlace, model: String
) throws(CameraFileError) -> String {
  let single = frame.camera
  // Our rows right, down, forward are the OpenGL frame's columns right, -up, -back.
  let rows = Camera<Double>(single).worldToCamera.cameraToWorldRows(axes: CameraAxes.openGL)
  var lines = ["\"file_path\": \(quotedJSON(writtenPath(of: frame, from: place.path)))"]
  for (key, other) in [
    ("mask_path", frame.maskPath), ("ignore_mask_path", frame.ignoreMaskPath),
    ("depth_file_path", frame.depthPath),
    ("normal_file_path", frame.normalPath),
  ] {
    guard let other else { continue }
    lines.append("\"\(key)\": \(quotedJSON(relativePath(other, from: place.path)))")
  }
  let own = frame.distortion?.modelName ?? "PINHOLE"
  if own != model { lines.append("\"camera_model\": \"\(own)\"") }
  if let distortion = frame.distortion {
    lines.append(try coefficients(distortion, at: place))
  }
  lines += [
    "\"fl_x\": \(single.focal.x), \"fl_y\": \(single.focal.y)",
    "\"cx\": \(single.principal.x), \"cy\": \(single.principal.y)",
    "\"w\": \(single.width), \"h\": \(single.height)",
    "\"transform_matrix\": [\n        " + rows.map { "\($0)" }.joined(separator: ",\n        ")
      + ",\n        [0.0, 0.0, 0.0, 1.0]\n      ]",
  ]
  return "\n    {\n      " + lines.joined(separator: ",\n      ") + "\n    }"
}

/// Distortion by nerfstudio's keys.
private func coefficients(
  _ distortion: LensDistortion, at place: CameraPlace
) throws(CameraFileError) -> String {
  switch distortion {
  case .fisheye(let k):
    return "\"k1\": \(k.x), \"k2\": \(k.y), \"k3\": \(k.z), \"k4\": \(k.w)"
  case .polynomial(let a, let b, let p):
    let first = "\"k1\": \(a.x), \"k2\": \(a.y), \"k3\": \(a.z), \"p1\": \(p.x), \"p2\": \(p.y)"
    if distortion.modelName != "FULL_OPENCV" { return first + ", \"k4\": \(a.w)" }
    guard a.w == 0 || b == .zero else {
      throw place.failure(
        "k4",
        .unsupported(
          found: "a radial term of the eighth power in FULL_OPENCV", expected: "k1 to k3 are"))
    }
    return first + ", \"k4\": \(b.x), \"k5\": \(b.y), \"k6\": \(b.z)"
  }
}
