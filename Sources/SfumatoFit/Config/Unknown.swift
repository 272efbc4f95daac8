/// What a fit may change; the names are the same on the command line, in configurations and in results.
public enum Unknown: String, CaseIterable, Codable, Equatable, Sendable {
  /// The mesh's vertex positions.
  case shape
  /// The mesh's vertex colours.
  case color
  /// The rigid motion of the object.
  case pose
  /// The rigid motion of each part of a given scene, of ``FitConfig/parts``.
  case parts
  /// The extrinsics of every view.
  case cameras
  /// One factor on all focal lengths.
  case focal
  /// One shift of all principal points.
  case principal
  /// The light, in the form of ``FitConfig/lightModel``.
  case light
  /// The colour behind the object.
  case background
  /// Exposure and white balance of each view: three factors on its linear colour.
  case exposure

  /// Whether it belongs to a vertex: as many numbers as the mesh has, and one mesh to have them.
  public var isOfVertices: Bool { self == .shape || self == .color }

  /// Whether it changes colours and leaves every outline.
  var isSeenInColorAlone: Bool {
    switch self {
    case .color, .light, .background, .exposure: true
    case .shape, .pose, .parts, .cameras, .focal, .principal: false
    }
  }
}
