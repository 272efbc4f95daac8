internal import SfumatoCore
internal import SfumatoSolve

extension FitConfig.Stage {
  /// Why a name of the smoothing cannot be used, and its key.
  struct NameError: Error {
    var key: String
    var problem: String
  }

  /// What the names of the smoothing stand for, the softmax at a temperature; those without a gradient are refused.
  func choices(
    temperature: Float
  ) throws(NameError) -> (
    profile: EdgeProfile<Float>, coverage: CoverageAggregation<Float>,
    depth: DepthAggregation<Float>
  ) {
    func read<T>(_ key: String, _ body: () throws(SoftNameError) -> T) throws(NameError) -> T {
      do {
        return try body()
      } catch { throw NameError(key: key, problem: error.description) }
    }
    let profile = try read("edge_profile") { () throws(SoftNameError) in
      try EdgeProfile<Float>(named: edgeProfile)
    }
    let aggregation = try read("coverage") { () throws(SoftNameError) in
      try CoverageAggregation<Float>(named: coverage)
    }
    let depths = try read("depth") { () throws(SoftNameError) in
      try DepthAggregation<Float>(named: depth, gamma: temperature)
    }
    if profile.distribution == .hard {
      throw NameError(key: "edge_profile", problem: "'hard' has no gradient")
    }
    if aggregation == .hard { throw NameError(key: "coverage", problem: "'hard' has no gradient") }
    return (profile, aggregation, depths)
  }
}

extension FitConfig.Stage {
  /// The renderer's word for how outlines are differentiated.
  var crispEdges: CrispEdges {
    switch edges {
    case .antialiased: .antialiased
    case .edgeGradient: .edgeGradient
    }
  }

  /// The optimiser's word for what shares the scale of a shape's step.
  var shapeStepScale: AdamScale {
    switch shapeScale {
    case .vertex: .vertex
    case .largest: .largest
    }
  }
}
