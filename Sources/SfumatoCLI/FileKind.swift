internal import Foundation

/// What a path's extension says that its file is.
enum FileKind: Equatable, Sendable {
  /// A triangle mesh.
  case mesh
  /// A picture.
  case image
  /// A set of cameras.
  case cameras

  /// Nil where the extension is none of ours; a camera file may be followed by `#k`.
  init?(path: String) {
    switch URL(fileURLWithPath: path).pathExtension.lowercased() {
    case "obj": self = .mesh
    case "png": self = .image
    case let json where json == "json" || json.hasPrefix("json#"): self = .cameras
    default: return nil
    }
  }
}
