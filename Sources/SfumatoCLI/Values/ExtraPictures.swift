internal import ArgumentParser
internal import SfumatoCore

/// A picture besides the colours.
enum ExtraPicture: String, CaseIterable, Sendable {
  case alpha, depth, face

  /// What the renderer is asked for.
  var output: RenderOutputs {
    switch self {
    case .alpha: .alpha
    case .depth: .depth
    case .face: .face
    }
  }
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
