/// How the colours of several faces make the colour of a pixel.
public enum DepthAggregation<S: RenderScalar>: Equatable, Sendable {
  /// A softmax over `log D + depth logit`; `gamma` is its temperature as a fraction of the depth range.
  case softmax(gamma: S)

  /// The temperature by which depth is divided, as a fraction of the depth range.
  var temperature: S {
    switch self {
    case .softmax(let gamma): gamma
    }
  }

  /// Ends the process where a value has no meaning.
  func check() {
    switch self {
    case .softmax(let gamma): precondition(gamma > 0 && gamma.isFinite, "gamma \(gamma)")
    }
  }
}
