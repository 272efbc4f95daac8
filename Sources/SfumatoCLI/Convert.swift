internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// `sfumato convert`: a scene, an image or a set of cameras in another format.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a scene, an image or a set of cameras in another format.",
    discussion: """
      Scenes: .obj (with .mtl and PNG textures), .gltf, .glb, .ply, .stl. Images: .png, .jpg, .pfm; sRGB where the
      format has 8 or 16 bits, linear light in .pfm. A scene to an image gives the texture of its first material
      that has one, a scene to a .json or with --to its cameras. What a format cannot hold is said on standard error. With --raw \
      the numbers of an image are taken and written as they are, as depth and normals have to be.
      Cameras: --to names the format, \(CameraFormat.allCases.map(\.rawValue).joined(separator: ", ")); without it the \
      output tells: .json, _par.txt, or a folder for COLMAP.
      """)

  @Argument(help: "The file to read.")
  var input: String

  @Argument(help: "The file to write; its extension tells the format.")
  var output: String

  @Option(
    name: .customLong("to"), help: ArgumentHelp("The format of cameras.", valueName: "FORMAT"))
  var format: String?

  @Flag(help: "Take an image's numbers as they are, without the sRGB curve.")
  var raw = false

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let result: JSONValue
    switch (FileKind(path: input), FileKind(path: output)) {
    case (.mesh, .mesh): result = try convertScene()
    case (.mesh, .image): result = try extractTexture()
    case (.image, .image): result = try convertImage()
    case (.mesh, .cameras), (.cameras, _), (.run, _): result = try convertCameraSet()
    case (.mesh, _) where format != nil: result = try convertCameraSet()
    case (nil, _) where CameraFormat.recognised(input) != nil: result = try convertCameraSet()
    case (.mesh, _), (.image, _):
      throw CommandFailure.badInput(
        file: output, cause: "is no format that \(input) can be written in; see --help")
    case (nil, _):
      throw CommandFailure.badInput(
        file: input, cause: "cannot tell what it is; see --help for what is read")
    }
    printResult(result, asJSON: json)
  }

  private func convertScene() throws -> JSONValue {
    let file = try loadScene(input, maxSide: global.maxImageSide)
    let companions = sceneCompanions(file, of: output)
    try requireFree(companions + [output], force: global.force)
    let warnings = file.warnings + (try saveScene(file, to: output))
    for warning in warnings { global.remark(warning) }
    let scene = file.scene
    return .object([
      "input": .string(input),
      "output": .string(output),
      "written": .array((companions + [output]).map { .string($0) }),
      "instances": .integer(scene.instances.count),
      "vertices": .integer(scene.instances.reduce(0) { $0 + scene.meshes[$1.mesh].vertexCount }),
      "faces": .integer(scene.instances.reduce(0) { $0 + scene.meshes[$1.mesh].faceCount }),
      "materials": .integer(scene.materials.count),
      "textures": .integer(scene.textures.count),
      "warnings": .array(warnings.map { .string($0) }),
    ])
  }

  private func extractTexture() throws -> JSONValue {
    let file = try loadScene(input, maxSide: global.maxImageSide)
    let uses = file.scene.instances.compactMap {
      file.scene.materials[$0.material].baseColorTexture
    }
    guard let use = uses.first else {
      throw CommandFailure.badInput(file: input, cause: "has no texture of colours")
    }
    let texture = file.scene.textures[use.texture]
    guard texture.channels != 2 else {
      throw CommandFailure.badInput(file: input, cause: "has a texture of 2 channels")
    }
    let image = ImageBuffer<Float>(
      width: texture.width, height: texture.height, channels: texture.channels,
      values: texture.texels)
    return try save(image, bitDepth: 8)
  }

  private func convertImage() throws -> JSONValue {
    let loaded = try loadImage(input, maxSide: global.maxImageSide, linearColor: !raw)
    var image = loaded.pixels
    let holdsAlpha = output.lowercased().hasSuffix(".png")
    if loaded.hasAlpha, !holdsAlpha {
      global.remark("\(output): holds no alpha; the picture lies on white")
      image = Backdrop.color(ColorValue(sRGB: SIMD3(repeating: 1))).behind(image)
    } else if !loaded.hasAlpha {
      image = image.withoutAlpha
    }
    return try save(image, bitDepth: loaded.bitDepth > 8 ? 16 : 8)
  }

  private func save(_ image: ImageBuffer<Float>, bitDepth: Int) throws -> JSONValue {
    try requireFree([output], force: global.force)
    try saveImage(
      image, to: output, bitDepth: bitDepth, colorEncoding: raw ? .raw : .sRGB)
    return .object([
      "input": .string(input),
      "output": .string(output),
      "width": .integer(image.width),
      "height": .integer(image.height),
      "channels": .integer(image.channels),
    ])
  }

  private func convertCameraSet() throws -> JSONValue {
    let written = try convertCameras(
      input: input, output: output, to: format, global: global)
    return .object([
      "input": .string(input),
      "output": .string(output),
      "written": .array(written.map { .string($0) }),
    ])
  }
}

extension ImageBuffer<Float> {
  /// The first three of four channels.
  fileprivate var withoutAlpha: ImageBuffer<Float> {
    var opaque = ImageBuffer<Float>(width: width, height: height, channels: 3)
    for pixel in 0..<pixelCount {
      for c in 0..<3 { opaque.values[3 * pixel + c] = values[4 * pixel + c] }
    }
    return opaque
  }
}
