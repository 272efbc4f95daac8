internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// Refuses to go on where one of the files is there already and `--force` is not given.
func requireFree(_ paths: [String], force: Bool) throws(CommandFailure) {
  guard !force, let taken = paths.first(where: FileManager.default.fileExists(atPath:)) else {
    return
  }
  throw .failed("\(taken) is there already; --force replaces it")
}

/// Writes an image; where that fails the command has failed, not its input.
func write(
  _ image: ImageBuffer<Float>, to path: String, bitDepth: Int = 8, colorEncoding: ColorEncoding
) throws(CommandFailure) {
  do {
    try saveImage(image, to: path, bitDepth: bitDepth, colorEncoding: colorEncoding)
  } catch { throw .failed("\(error)") }
}

/// A path with a text between its stem and its extension: `out.png` and `-003` give `out-003.png`.
func path(_ path: String, inserting text: String) -> String {
  let url = URL(fileURLWithPath: path)
  guard !url.pathExtension.isEmpty else { return path + text }
  return String(path.dropLast(url.pathExtension.count + 1)) + text + "." + url.pathExtension
}
