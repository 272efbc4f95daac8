internal import Foundation

/// What a path is: a folder, or what its extension says.
enum FileKind: Equatable, Sendable {
  /// A triangle mesh, or a scene of several.
  case mesh
  /// A picture.
  case image
  /// A set of cameras.
  case cameras
  /// The folder of a run.
  case run

  /// Nil where the extension is none of ours; a camera file may be followed by `#k`.
  init?(path: String) {
    var isFolder: ObjCBool = false
    if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      isFolder.boolValue
    {
      self = .run
      return
    }
    switch URL(fileURLWithPath: path).pathExtension.lowercased() {
    case "obj", "ply", "stl", "gltf", "glb": self = .mesh
    case "png", "jpg", "jpeg", "pfm": self = .image
    case let json where json == "json" || json.hasPrefix("json#"): self = .cameras
    default: return nil
    }
  }
}
