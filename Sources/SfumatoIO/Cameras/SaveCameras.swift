internal import Foundation
internal import SfumatoCore

/// Writes cameras as a transforms.json in nerfstudio's form, intrinsics with each frame.
///
/// Image paths are written as they were where they still lead to the same image from the new folder, else
/// relative to it or absolute. Orthographic cameras have no place in the format and are errors. The file
/// appears whole or not at all.
public func saveCameras(_ set: CameraSet, to path: String) throws(CameraFileError) {
  let bytes = try encodeCameras(set, path: path)
  do { try writeAtomically(bytes, to: path) } catch {
    throw CameraFileError(path: path, reason: .inaccessible(error.problem))
  }
}

/// The bytes that ``saveCameras(_:to:)`` writes.
package func encodeCameras(_ set: CameraSet, path: String) throws(CameraFileError) -> [UInt8] {
  var text = "{\n  \"camera_model\": \"PINHOLE\",\n"
  if let bounds = set.bounds {
    text += "  \"aabb\": [\(list(bounds.lower)), \(list(bounds.upper))],\n"
  }
  var frames: [String] = []
  for (index, frame) in set.frames.enumerated() {
    guard frame.camera.projection == .perspective else {
      throw CameraFileError(
        path: path, frame: index, key: "camera_model",
        reason: .unsupported(found: "an orthographic camera", expected: "a pinhole camera is"))
    }
    frames.append(encode(frame, path: path))
  }
  text += "  \"frames\": [" + frames.joined(separator: ",") + "\n  ]\n}\n"
  return Array(text.utf8)
}

private func encode(_ frame: CameraFrame, path: String) -> String {
  let camera = Camera<Double>(frame.camera)
  let single = frame.camera
  let rotation = camera.worldToCamera.rotation.normalized.matrix
  let center = -(rotation.transpose * camera.worldToCamera.translation)
  // Our rows right, down, forward are the OpenGL frame's columns right, -up, -back.
  let rows = (0..<3).map { i in
    "[\(rotation.row0[i]), \(-rotation.row1[i]), \(-rotation.row2[i]), \(center[i])]"
  }
  var lines = ["\"file_path\": \(quotedJSON(writtenPath(of: frame, from: path)))"]
  if let mask = frame.maskPath {
    lines.append("\"mask_path\": \(quotedJSON(relativePath(mask, from: path)))")
  }
  lines += [
    "\"fl_x\": \(single.focal.x), \"fl_y\": \(single.focal.y)",
    "\"cx\": \(single.principal.x), \"cy\": \(single.principal.y)",
    "\"w\": \(single.width), \"h\": \(single.height)",
    "\"transform_matrix\": [\n        " + rows.joined(separator: ",\n        ")
      + ",\n        [0.0, 0.0, 0.0, 1.0]\n      ]",
  ]
  return "\n    {\n      " + lines.joined(separator: ",\n      ") + "\n    }"
}

private func list(_ v: SIMD3<Float>) -> String { "[\(v.x), \(v.y), \(v.z)]" }

/// The path of a frame's image as the new file should write it.
private func writtenPath(of frame: CameraFrame, from file: String) -> String {
  let stays = resolvedImage(frame.filePath, besides: file)
  if frame.imagePath.isEmpty || absolute(stays) == absolute(frame.imagePath) {
    return frame.filePath
  }
  return relativePath(frame.imagePath, from: file)
}

/// A path seen from a file's folder: relative inside the folder, else absolute.
private func relativePath(_ path: String, from file: String) -> String {
  let folder = absolute(file).split(separator: "/").dropLast()
  let parts = absolute(path).split(separator: "/")
  if parts.starts(with: folder) { return parts.dropFirst(folder.count).joined(separator: "/") }
  return absolute(path)
}

private func absolute(_ path: String) -> String {
  URL(fileURLWithPath: path).standardizedFileURL.path
}
