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
///   - force: whether files that are there are replaced.
/// - Returns: the files that were written.
/// - Throws: ``CommandFailure``, `CameraFileError`.
@discardableResult
func convertCameras(
  input: String, output: String, to name: String? = nil, force: Bool
) throws -> [String] {
  let names = CameraFormat.allCases.map(\.rawValue).joined(separator: ", ")
  guard let format = name.map(CameraFormat.init(rawValue:)) ?? CameraFormat(outputPath: output)
  else {
    throw CommandFailure.badInput(
      file: name ?? output, cause: "names no camera format; these do: \(names)")
  }
  let set = try loadCameras(input)
  let files = cameraFiles(of: output, format: format)
  try requireFree(files, force: force)
  do { try saveCameras(set, to: output, format: format) } catch {
    if case .inaccessible = error.reason { throw CommandFailure.failed("\(error)") }
    throw error
  }
  return files
}
