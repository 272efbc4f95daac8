internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// `sfumato info`: what a file holds.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a mesh, an image or a camera file holds.")

  @Argument(help: "An OBJ mesh, a PNG image or a transforms.json.")
  var file: String

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let result: JSONValue
    switch FileKind(path: file) {
    case .mesh: result = describe(try loadMesh(file))
    case .image: result = describe(try loadImage(file, maxSide: global.maxImageSide))
    case .cameras: result = describe(try loadCameras(file))
    case .run, nil:
      throw CommandFailure.badInput(
        file: file, cause: "cannot tell what it is; .obj, .png and .json are read")
    }
    printResult(result, asJSON: json)
  }

  private func describe(_ mesh: Mesh<Float>) -> JSONValue {
    let topology = MeshTopology(mesh)
    let box = mesh.bounds
    return .object([
      "kind": "mesh",
      "vertices": .integer(mesh.vertexCount),
      "faces": .integer(mesh.faceCount),
      "texcoords": .integer((mesh.texcoords?.count ?? 0) / 2),
      "normals": .bool(mesh.normals != nil),
      "vertex_colors": .bool(mesh.vertexColors != nil),
      "lower": box.map { JSONValue($0.lower) } ?? .null,
      "upper": box.map { JSONValue($0.upper) } ?? .null,
      "radius": .number(shortened(mesh.boundingSphere.radius)),
      "edges": .integer(topology.edgeCount),
      "boundary_edges": .integer(topology.boundaryEdges.count),
      "nonmanifold_edges": .integer(topology.nonManifoldEdges.count),
      "components": .integer(topology.componentCount),
      "euler": .integer(topology.eulerNumber),
      "closed": .bool(topology.isClosed),
      "manifold": .bool(topology.isManifold),
    ])
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
