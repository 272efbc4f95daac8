internal import ArgumentParser
internal import SfumatoCore

/// A picture besides the colours.
enum ExtraPicture: String, CaseIterable, Sendable {
  case alpha, depth, normal
  case worldNormal = "world-normal"
  case position, uv, barycentrics, face, object, material

  /// What the renderer is asked for.
  var output: RenderOutputs {
    switch self {
    case .alpha: .alpha
    case .depth: .depth
    case .normal, .worldNormal: .normal
    case .position: .position
    case .uv: .texcoord
    case .barycentrics: .barycentrics
    case .face: .face
    case .object: .object
    case .material: .material
    }
  }

  /// Whether its numbers fit no PNG, so that it is written as PFM.
  var isFloat: Bool { self == .position }
}

/// The value of `--aov`: names with commas between them.
struct ExtraPictures: Equatable, Sendable, ExpressibleByArgument {
  var kinds: [ExtraPicture]

  init?(argument: String) {
    kinds = []
    for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let kind = ExtraPicture(rawValue: String(name)), !kinds.contains(kind) else {
        return nil
      }
      kinds.append(kind)
    }
  }
}
