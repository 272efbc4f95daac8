/// Which depth the softmax compares.
public enum DepthMeasure: Equatable, Sendable {
  /// `(far - z) / (far - near)`, as the code of SoftRas, GenDR and PyTorch3D has it.
  case linear
  /// `(1/z - 1/far) / (1/near - 1/far)`, as the paper of SoftRas words it; of orthographic cameras ``linear``.
  case inverse
}

/// Which faces may be the nearest.
public enum NearestScope: Equatable, Sendable {
  /// Those that contain the pixel's centre, as the hard colour of SoftRas and GenDR.
  case face
  /// Those whose coverage of the pixel is not 0, as the hard blend of PyTorch3D.
  case reach
}

/// How the colours of several faces make the colour of a pixel.
public enum DepthAggregation<S: RenderScalar>: Equatable, Sendable {
  /// A softmax over `log D + depth logit`; `gamma` is its temperature as a fraction of the depth range.
  case softmax(gamma: S, over: DepthMeasure = .linear)
  /// The nearest face's colour and depth; no gradient of the choice.
  ///
  /// In Float it runs on the scalar reference.
  case nearest(within: NearestScope)
  /// Front-to-back compositing: a face's share is `D Π (1 - D)` over the faces before it.
  ///
  /// In Float it runs on the scalar reference.
  case over

  /// The temperature by which depth is divided, as a fraction of the depth range; 1 where there is none.
  public var temperature: S {
    switch self {
    case .softmax(let gamma, _): gamma
    case .nearest, .over: 1
    }
  }

  /// Which depth is compared.
  var measure: DepthMeasure {
    switch self {
    case .softmax(_, let measure): measure
    case .nearest, .over: .linear
    }
  }

  /// Ends the process where a value has no meaning.
  func check() {
    switch self {
    case .softmax(let gamma, _): precondition(gamma > 0 && gamma.isFinite, "gamma \(gamma)")
    case .nearest, .over: break
    }
  }
}
