internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// `sfumato info`: what a file holds.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a scene, an image or a camera file holds.")

  @Argument(
    help: "A scene (OBJ, PLY, STL, glTF, GLB), an image (PNG, JPEG, PFM) or a transforms.json.")
  var file: String

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let result: JSONValue
    switch FileKind(path: file) {
    case .mesh:
      result = SfumatoCLI.describe(try loadScene(file, maxSide: global.maxImageSide))
    case .image where file.lowercased().hasSuffix(".pfm"):
      result = describe(try loadPFM(file, maxSide: global.maxImageSide))
    case .image: result = describe(try loadImage(file, maxSide: global.maxImageSide))
    case .cameras: result = describe(try loadCameras(file))
    case .run where CameraFormat.recognised(file) != nil,
      nil where CameraFormat.recognised(file) != nil:
      result = describe(try loadCameras(file))
    case .run, nil:
      throw CommandFailure.badInput(
        file: file,
        cause:
          "cannot tell what it is; .obj, .ply, .stl, .gltf, .glb, .png, .jpg, .pfm and .json are read"
      )
    }
    printResult(result, asJSON: json)
  }

  private func describe(_ image: LoadedImage) -> JSONValue {
    let pixels = image.pixels
    let covered = (0..<pixels.pixelCount).count { pixels.values[4 * $0 + 3] >= 0.5 }
    return .object([
      "kind": "image",
      "width": .integer(pixels.width),
      "height": .integer(pixels.height),
      "bit_depth": .integer(image.bitDepth),
      "alpha": .bool(image.hasAlpha),
      "covered": .number(Double(covered) / Double(max(pixels.pixelCount, 1))),
    ])
  }

  /// A map of numbers, which may be infinite, as depth is where nothing is seen.
  private func describe(_ map: ImageBuffer<Float>) -> JSONValue {
    let finite = map.values.filter(\.isFinite)
    return .object([
      "kind": "image",
      "width": .integer(map.width),
      "height": .integer(map.height),
      "bit_depth": 32,
      "channels": .integer(map.channels),
      "least": finite.min().map { .number(shortened($0)) } ?? .null,
      "largest": finite.max().map { .number(shortened($0)) } ?? .null,
      "finite": .number(Double(finite.count) / Double(max(map.values.count, 1))),
    ])
  }

  private func describe(_ set: CameraSet) -> JSONValue {
    .object([
      "kind": "cameras",
      "count": .integer(set.frames.count),
      "lower": set.bounds.map { JSONValue($0.lower) } ?? .null,
      "upper": set.bounds.map { JSONValue($0.upper) } ?? .null,
      "cameras": .array(set.frames.map(describe)),
    ])
  }

  private func describe(_ frame: CameraFrame) -> JSONValue {
    let camera = frame.camera
    return .object([
      "file": .string(frame.filePath),
      "image_exists": .bool(FileManager.default.fileExists(atPath: frame.imagePath)),
      "width": .integer(camera.width),
      "height": .integer(camera.height),
      "fov_x_degrees": camera.fieldOfViewXDegrees.map { .number(shortened($0)) } ?? .null,
      "position": JSONValue(camera.center),
    ])
  }
}
