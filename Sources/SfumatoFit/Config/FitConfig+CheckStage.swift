// What the settings behind a stage's choices must hold, each alone and with one another. Each rule names its key.

extension FitConfig.Stage {
  /// A rule that is broken: the key below the stage, and what is wrong.
  typealias Complaint = (key: String, problem: String)

  /// The first setting out of its range.
  var valueComplaint: Complaint? {
    let rules: [(key: String, value: String, holds: Bool, range: String)] = [
      ("samples", "\(samples)", (1...16).contains(samples), "a whole number in 1...16"),
      (
        "edge_length_px", "\(edgeLengthPixels)",
        edgeLengthPixels == 0 || (0.25...1000).contains(edgeLengthPixels), "0, or 0.25 to 1000"
      ),
      (
        "simplify_px", "\(simplifyPixels)",
        simplifyPixels == 0 || (0.25...1000).contains(simplifyPixels), "0, or 0.25 to 1000"
      ),
      (
        "texels_per_px", "\(texelsPerPixel)",
        texelsPerPixel == 0 || (0.05...16).contains(texelsPerPixel), "0, or 0.05 to 16"
      ),
      (
        "learning_rates.texture", "\(learningRates.texture)",
        learningRates.texture >= 0 && learningRates.texture <= 1, "0 to 1"
      ),
      (
        "edge_length_detail", "\(edgeLengthDetail)", (1...100).contains(edgeLengthDetail),
        "1 to 100"
      ),
      (
        "remesh_every", "\(remeshEvery)", (0...FitConfig.mostSteps).contains(remeshEvery),
        "0 to \(FitConfig.mostSteps)"
      ),
      (
        "step_limit_edges", "\(stepLimitEdges)", stepLimitEdges >= 0 && stepLimitEdges <= 1e6,
        "0, or up to a million"
      ),
      ("momentum", "\(momentum)", momentum >= 0 && momentum < 1, "[0, 1)"),
      (
        "lbfgs.history", "\(lbfgs.history)", (1...100).contains(lbfgs.history),
        "a whole number in 1...100"
      ),
      (
        "lbfgs.evaluations", "\(lbfgs.evaluations)", (1...100).contains(lbfgs.evaluations),
        "a whole number in 1...100"
      ),
      ("adaptive.beta", "\(adaptive.beta)", adaptive.beta >= 0 && adaptive.beta < 1, "[0, 1)"),
      (
        "adaptive.wait", "\(adaptive.wait)", (0...FitConfig.mostSteps).contains(adaptive.wait),
        "0 to \(FitConfig.mostSteps)"
      ),
      (
        "adaptive.interval", "\(adaptive.interval)",
        (1...FitConfig.mostSteps).contains(adaptive.interval), "1 to \(FitConfig.mostSteps)"
      ),
      (
        "adaptive.factor", "\(adaptive.factor)", adaptive.factor > 1 && adaptive.factor <= 100,
        "more than 1, up to 100"
      ),
      (
        "adaptive.rate_factor", "\(adaptive.rateFactor)",
        adaptive.rateFactor >= 1 && adaptive.rateFactor <= 100, "1 to 100"
      ),
      (
        "adaptive.depth_temperature_min", "\(adaptive.depthTemperatureMinimum)",
        adaptive.depthTemperatureMinimum >= 1e-9 && adaptive.depthTemperatureMinimum <= 1e9,
        "1e-9 to 1e9"
      ),
      (
        "parameter_space.sigma_end", "\(parameterSpace.sigmaEnd)",
        parameterSpace.sigmaEnd > 0 && parameterSpace.sigmaEnd <= 1, "more than 0, up to 1"
      ),
      (
        "parameter_space.pairs", "\(parameterSpace.pairs)",
        (1...1000).contains(parameterSpace.pairs), "1 to 1000"
      ),
    ]
    for rule in rules where !rule.holds {
      return (rule.key, "is \(rule.value); it takes \(rule.range)")
    }
    for unknown in Unknown.allCases {
      for (key, sigma) in parameterSpace.sigma.named(unknown)
      where !(sigma > 0 && sigma <= 1000) {
        return ("parameter_space.sigma.\(key)", "is \(sigma); it takes more than 0, up to 1000")
      }
    }
    return nil
  }

  /// The first choice that does not go with another one or with what is unknown.
  func combinationComplaint(_ unknowns: [Unknown]) -> Complaint? {
    guard remeshEvery == 0 || edgeLengthPixels > 0 else {
      return (
        "remesh_every", "is \(remeshEvery), but without an edge_length_px nothing is remeshed"
      )
    }
    guard simplifyPixels == 0 || !unknowns.contains(where: \.isOfVertices) else {
      return (
        "simplify_px", "is \(simplifyPixels); only a mesh of known shape and color is simplified"
      )
    }
    if texelsPerPixel > 0 {
      guard unknowns.contains(.color) else {
        return ("texels_per_px", "is \(texelsPerPixel), but 'color' is not among 'unknowns'")
      }
      guard losses.color > 0 else {
        return (
          "losses.color", "is 0; the texture of texels_per_px \(texelsPerPixel) is found by it"
        )
      }
      guard remeshEvery == 0 else {
        return (
          "remesh_every",
          "is \(remeshEvery) beside a texels_per_px of \(texelsPerPixel); faces with a texture stay"
        )
      }
      guard mode == .crisp else {
        return (
          "texels_per_px", "is \(texelsPerPixel); textures are fitted in 'mode: crisp' alone"
        )
      }
    }
    if let problem = freezeComplaint(unknowns) { return ("freeze", problem) }
    switch optimizer {
    case .adam, .sgd, .lbfgs:
      guard mode != .hard else {
        return (
          "mode", "is 'hard', which has no gradient; 'optimizer: parameter-space' needs none"
        )
      }
      if optimizer == .lbfgs, let complaint = wholeComplaint { return complaint }
    case .parameterSpace, .leastSquares:
      if let unknown = unknowns.first(where: { parameterSpace.sigma.named($0).isEmpty }) {
        return (
          "optimizer",
          """
          is '\(optimizer.rawValue)', for which '\(unknown.rawValue)' has too many parameters; it moves \
          pose, parts, cameras, focal, light, background and exposure
          """
        )
      }
    }
    guard losses.normal == 0 || (optimizer.followsGradients && unknowns.contains(.shape)) else {
      return (
        "losses.normal",
        "is \(losses.normal); normals move a shape alone, which goes with 'optimizer: adam'"
      )
    }
    guard optimizer != .leastSquares || losses.depth == 0 else {
      return ("losses.depth", "is \(losses.depth); least-squares compares colour and alpha alone")
    }
    let sums = [
      ("iou", losses.iou), ("ssim", losses.ssim), ("ms_ssim", losses.multiScaleSSIM),
      ("mask_distance", losses.maskDistance),
    ]
    for (name, weight) in sums where optimizer == .leastSquares && weight != 0 {
      return (
        "losses.\(name)", "is \(weight); it is no sum of squares and goes without least-squares"
      )
    }
    guard optimizer != .leastSquares || [.huber, .l2].contains(losses.colorLoss) else {
      return (
        "losses.color_loss",
        "is '\(losses.colorLoss.rawValue)'; least-squares goes with 'huber' and 'l2'"
      )
    }
    guard optimizer != .leastSquares || mode != .hard else {
      return ("mode", "is 'hard', whose outlines jump; least-squares goes with crisp or soft")
    }
    switch schedule {
    case .fixed: return nil
    case .adaptive: return adaptiveComplaint
    }
  }

  /// Why what rests does not go with what is unknown.
  private func freezeComplaint(_ unknowns: [Unknown]) -> String? {
    if let name = freeze.first(where: { !unknowns.contains($0) }) {
      return "names '\(name.rawValue)', which is not among 'unknowns' and rests anyway"
    }
    guard unknowns.isEmpty || unknowns.contains(where: { !freeze.contains($0) }) else {
      return "names all unknowns; a stage moves at least one, or has no steps"
    }
    if texelsPerPixel > 0, freeze.contains(.color) {
      return "names 'color', which the texture of texels_per_px \(texelsPerPixel) needs"
    }
    if edgeLengthPixels > 0, freeze.contains(.shape) {
      return "names 'shape', which an edge_length_px of \(edgeLengthPixels) remeshes; set that to 0"
    }
    return nil
  }

  /// What L-BFGS, for which the loss is one function of all unknowns, does not go with.
  private var wholeComplaint: Complaint? {
    guard viewsPerStep == 0 else {
      return (
        "views_per_step",
        "is \(viewsPerStep); under L-BFGS each step sees all views, which is 0"
      )
    }
    guard texelsPerPixel == 0 else {
      return ("texels_per_px", "is \(texelsPerPixel); texels have steps of their own, not L-BFGS's")
    }
    return nil
  }

  private var adaptiveComplaint: Complaint? {
    guard mode == .soft else {
      return (
        "schedule", "is 'adaptive', but mode '\(mode.rawValue)' has no smoothing; use 'fixed'"
      )
    }
    guard optimizer == .adam else {
      return ("schedule", "is 'adaptive', which follows gradients; it goes with 'optimizer: adam'")
    }
    let widths = edgeWidthPixels
    guard widths.count != 2 || widths[1] <= widths[0] else {
      return (
        "edge_width_px", "widens from \(widths[0]) to \(widths[1]); an adaptive schedule narrows"
      )
    }
    guard adaptive.depthTemperatureMinimum <= depthTemperature else {
      return (
        "adaptive.depth_temperature_min",
        "is \(adaptive.depthTemperatureMinimum), above the depth_temperature \(depthTemperature)"
      )
    }
    let hasTemperature = losses.comparesColor && depth.hasPrefix("softmax")
    guard adaptive.watch != .depthTemperature || hasTemperature else {
      return (
        "adaptive.watch",
        """
        is 'depth-temperature', on which nothing depends without a softmax over depth and a weight of \
        losses.color or losses.ssim; watch 'edge-width'
        """
      )
    }
    return nil
  }
}

extension FitConfig.ParameterSpace.Widths {
  /// The widths of an unknown with their keys; none where it has too many parameters.
  func named(_ unknown: Unknown) -> [(key: String, sigma: Double)] {
    func motion(_ motion: FitConfig.ParameterSpace.Motion) -> [(key: String, sigma: Double)] {
      [
        ("\(unknown.rawValue).turn", motion.turn), ("\(unknown.rawValue).shift", motion.shift),
      ]
    }
    return switch unknown {
    case .shape, .color: []
    case .pose: motion(pose)
    case .parts: motion(parts)
    case .cameras: motion(cameras)
    case .focal: [("focal", focal)]
    case .principal: [("principal", principal)]
    case .light: [("light", light)]
    case .background: [("background", background)]
    case .exposure: [("exposure", exposure)]
    }
  }
}
