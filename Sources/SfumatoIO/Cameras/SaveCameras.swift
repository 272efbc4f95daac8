internal import Foundation
internal import SfumatoCore

/// Writes cameras in a format, by itself a transforms.json in nerfstudio's form with intrinsics for each frame.
///
/// A path is the file, but for COLMAP and NeRF sets the folder: that gets `sparse/0` with three files, or transforms_train.json. Image
/// paths are written as they were where they still lead to the same image from the new folder, else relative to it or absolute (COLMAP:
/// seen from the folder's `images`). What a format has no place for is an error where it moves pixels (distortion, pixels that are not
/// square, orthographic cameras), and else left out: masks in COLMAP and Middlebury, sizes and bounds in Middlebury. Files appear whole
/// or not at all; what is there is replaced.
public func saveCameras(
  _ set: CameraSet, to path: String, format: CameraFormat = .transforms
) throws(CameraFileError) {
  let base = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  switch format {
  case .transforms: try writeCameras(try encodeCameras(set, path: base), to: base)
  case .nerf:
    let file = base + "/transforms_train.json"
    let bytes = try encodeCameras(set, path: file)
    try makeFolder(base)
    try writeCameras(bytes, to: file)
  case .middlebury: try writeCameras(try encodeMiddlebury(set, path: base), to: base)
  case .opencv, .pytorch3d, .mitsuba, .opengl:
    try writeCameras(try encodeCameraList(set, convention: format, path: base), to: base)
  case .colmapText, .colmapBinary:
    let model = try ColmapModel(set, folder: base)
    let isText = format == .colmapText
    let files = isText ? model.text : model.binary
    let kind = isText ? "txt" : "bin"
    let folder = base + "/sparse/0"
    try makeFolder(folder)
    try writeCameras(files.cameras, to: "\(folder)/cameras.\(kind)")
    try writeCameras(files.images, to: "\(folder)/images.\(kind)")
    try writeCameras(files.points, to: "\(folder)/points3D.\(kind)")
  }
}

/// The files that ``saveCameras(_:to:format:)`` writes.
public func cameraFiles(of path: String, format: CameraFormat) -> [String] {
  let base = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  switch format {
  case .transforms, .middlebury, .opencv, .pytorch3d, .mitsuba, .opengl: return [base]
  case .nerf: return [base + "/transforms_train.json"]
  case .colmapText: return ["cameras", "images", "points3D"].map { "\(base)/sparse/0/\($0).txt" }
  case .colmapBinary: return ["cameras", "images", "points3D"].map { "\(base)/sparse/0/\($0).bin" }
  }
}

private func writeCameras(_ bytes: [UInt8], to path: String) throws(CameraFileError) {
  do { try writeAtomically(bytes, to: path) } catch {
    throw CameraFileError(path: path, reason: .inaccessible(error.problem))
  }
}

private func makeFolder(_ path: String) throws(CameraFileError) {
  do {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  } catch {
    throw CameraFileError(path: path, reason: .inaccessible("the folder cannot be made"))
  }
}

/// The path of a frame's image as the new file should write it.
func writtenPath(of frame: CameraFrame, from file: String) -> String {
  let stays = resolvedImage(frame.filePath, besides: file)
  if frame.imagePath.isEmpty || absolute(stays) == absolute(frame.imagePath) {
    return frame.filePath
  }
  return relativePath(frame.imagePath, from: file)
}

/// A path seen from a file's folder: relative inside the folder, else absolute.
func relativePath(_ path: String, from file: String) -> String {
  let folder = absolute(file).split(separator: "/").dropLast()
  let parts = absolute(path).split(separator: "/")
  if parts.starts(with: folder) { return parts.dropFirst(folder.count).joined(separator: "/") }
  return absolute(path)
}

private func absolute(_ path: String) -> String {
  URL(fileURLWithPath: path).standardizedFileURL.path
}
