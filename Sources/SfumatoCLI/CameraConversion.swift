internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// Reads cameras of any format and writes them in another.
///
/// Without a name the output's tells the format: `_par.txt`, `.json`, or a folder for COLMAP in text.
///
/// - Parameters:
///   - input: a camera file or folder, also with `#k` or `#train`.
///   - output: the file, or the folder of a COLMAP or NeRF set.
///   - name: a ``CameraFormat`` by its raw value.
///   - global: whether files that are there are replaced, and what is said on standard error.
/// - Returns: the files that were written.
/// - Throws: ``CommandFailure``, `CameraFileError`.
@discardableResult
func convertCameras(
  input: String, output: String, to name: String? = nil, global: GlobalOptions
) throws -> [String] {
  let names = CameraFormat.allCases.map(\.rawValue).joined(separator: ", ")
  guard let format = name.map(CameraFormat.init(rawValue:)) ?? CameraFormat(outputPath: output)
  else {
    guard let name else {
      throw CommandFailure.badInput(
        file: output, cause: "names no camera format; --to does: \(names)")
    }
    throw ValidationError("--to takes a camera format, not \(name): \(names).")
  }
  var set: CameraSet
  if FileKind(path: input) == .mesh {
    set = try sceneCameras(input, global: global)
    for frame in set.frames where frame.camera.projection != .perspective {
      global.remark("\(input): \(frame.filePath) is orthographic; left out")
    }
    set.frames.removeAll { $0.camera.projection != .perspective }
    guard !set.frames.isEmpty else {
      throw CommandFailure.badInput(file: input, cause: "holds no perspective cameras")
    }
  } else {
    set = try loadCameras(input)
  }
  let files = cameraFiles(of: output, format: format)
  try requireFree(files, force: global.force)
  do { try saveCameras(set, to: output, format: format) } catch {
    if case .inaccessible = error.reason { throw CommandFailure.failed("\(error)") }
    throw error
  }
  return files
}

/// The cameras of a scene's file, each named after its camera.
///
/// - Parameters:
///   - path: the scene; `#k` behind it picks one of its cameras.
///   - size: of the pictures; nil for 1024 pixels of height, and the width that the file says.
///   - global: how large textures may be.
/// - Returns: the set, not empty.
/// - Throws: ``CommandFailure``, `SceneFileError`.
func sceneCameras(
  _ path: String, size: ImageSize? = nil, global: GlobalOptions
) throws -> CameraSet {
  let parts = path.split(separator: "#", maxSplits: 1).map(String.init)
  let cameras = try loadScene(parts[0], maxSide: global.maxImageSide).cameras
  guard !cameras.isEmpty else {
    throw CommandFailure.badInput(file: path, cause: "holds no cameras")
  }
  let frames = cameras.enumerated().map { i, camera in
    let width = size?.width ?? max(1, Int(min(1024 * camera.aspectRatio, 65535).rounded()))
    return CameraFrame(
      filePath: (camera.name.isEmpty ? "camera\(i)" : camera.name) + ".png",
      camera: camera.camera(width: width, height: size?.height ?? 1024))
  }
  guard parts.count == 2 else { return CameraSet(frames: frames) }
  guard let k = Int(parts[1]), frames.indices.contains(k) else {
    throw CommandFailure.badInput(
      file: path, cause: "holds \(frames.count) cameras; there is no #\(parts[1])")
  }
  return CameraSet(frames: [frames[k]])
}
