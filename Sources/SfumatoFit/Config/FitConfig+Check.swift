// What a configuration must hold beyond kinds and key names. Each rule names its key.

extension FitConfig {
  /// More steps than any fit takes; sums of them do not overflow.
  static let mostSteps = 1_000_000_000

  /// Throws where a value is out of range or does not go with another; `origin` says in the error where the values
  /// come from.
  public func check(origin: String) throws(FitConfigError) {
    try checkValues(origin: origin)
    for (i, stage) in stages.enumerated() {
      if let (name, problem) = stage.combinationComplaint(unknowns) {
        throw FitConfigError(origin: origin, problem: "'stages.\(i).\(name)' \(problem)")
      }
    }
    try checkTexture(origin: origin)
  }

  /// Throws where faces change, or pictures are not crisp, in a stage after the one that gives the mesh a texture.
  private func checkTexture(origin: String) throws(FitConfigError) {
    guard let first = stages.firstIndex(where: { $0.texelsPerPixel > 0 }),
      unknowns.contains(.color)
    else { return }
    for (i, stage) in stages.enumerated() where i >= first {
      let remeshes = i > first && stage.edgeLengthPixels > 0 && unknowns.contains(.shape)
      for (key, isBroken) in [
        ("edge_length_px", remeshes), ("subdivide", stage.subdivide > 0),
        ("mode", stage.mode != .crisp),
      ] where isBroken {
        throw FitConfigError(
          origin: origin,
          problem: """
            'stages.\(i).\(key)' does not go with the texture of '\(stages[first].name)': from there on faces stay and \
            pictures are crisp
            """)
      }
    }
  }

  /// Throws where a value is out of range, whatever the choices of a stage are together.
  func checkValues(origin: String) throws(FitConfigError) {
    func need(_ holds: Bool, _ problem: @autoclosure () -> String) throws(FitConfigError) {
      if !holds { throw FitConfigError(origin: origin, problem: problem()) }
    }
    func needWeights(_ weights: [(String, Double)]) throws(FitConfigError) {
      for (key, value) in weights {
        try need(value >= 0 && value.isFinite, "'\(key)' is \(value); it takes a number from 0 up")
      }
    }
    try need(version == 1, "'version' is \(version); this program reads 1")
    try need(!stages.isEmpty, "'stages' is empty; a fit takes at least one")
    try need(!unknowns.isEmpty, "'unknowns' is empty; a fit takes at least one")
    for (i, unknown) in unknowns.enumerated() {
      try need(
        !unknowns[..<i].contains(unknown), "'unknowns' names '\(unknown.rawValue)' twice")
    }
    try need(
      !unknowns.contains(.parts) || !unknowns.contains(where: \.isOfVertices),
      "'unknowns' has 'parts', which move nodes of a known scene, beside 'shape' or 'color'")
    try need(
      !unknowns.contains(.parts) || !unknowns.contains(.pose) || !parts.isEmpty,
      "'unknowns' has 'pose' and 'parts' of all nodes, which move the same; name those that move in 'parts'"
    )
    try need(
      parts.isEmpty || unknowns.contains(.parts),
      "'parts' names nodes, but 'parts' is not among 'unknowns'")
    try need(!initial.isEmpty, "'init' is empty; it takes 'hull', 'sphere' or the path of a mesh")
    try need(checkpointEvery > 0, "'checkpoint_every' is \(checkpointEvery); it takes at least 1")
    try need(previewEvery > 0, "'preview_every' is \(previewEvery); it takes at least 1")
    try needWeights([("time_limit_seconds", timeLimitSeconds)])
    try need(
      mirrorPlane.isEmpty
        || (mirrorPlane.count == 4 && mirrorPlane.allSatisfy(\.isFinite)
          && mirrorPlane.prefix(3).contains { $0 != 0 }),
      "'mirror_plane' takes four numbers a, b, c, d of a x + b y + c z = d, a to c not all 0")
    let asymmetric: [Unknown] = [.pose, .parts, .cameras, .light, .exposure]
    if !mirrorPlane.isEmpty, let other = unknowns.first(where: asymmetric.contains) {
      throw FitConfigError(
        origin: origin,
        problem: """
          'mirror_plane' makes mirrored views, in which '\(other.rawValue)' is another; it goes with shape, color, focal, \
          principal and background
          """)
    }
    try need(
      mirrorPlane.isEmpty || unknowns.contains(.shape),
      "'mirror_plane' is of an unknown shape, but 'shape' is not among 'unknowns'")
    let start = pose.start
    try need(start.rotationDegrees.isFinite, "'pose.start.rotation_degrees' is not finite")
    try need(start.offsetRadii.isFinite, "'pose.start.offset_radii' is not finite")
    try need(
      unknowns.contains(.pose) || (start.rotationDegrees == 0 && start.offsetRadii == 0),
      "'pose.start' moves the object, but 'pose' is not among 'unknowns'")
    try need(
      (0...10_000).contains(pose.trialSteps),
      "'pose.trial_steps' is \(pose.trialSteps), not in 0...10000")
    try need(
      (1...10_000).contains(pose.trialStarts),
      "'pose.trial_starts' is \(pose.trialStarts), not in 1...10000")
    try need(pose.trialDegrees.isFinite, "'pose.trial_degrees' is not finite")
    try needWeights(losses.weights("losses"))
    try need(losses.huberDelta > 0, "'losses.huber_delta' is not positive")
    try needWeights([
      ("regularizers.laplacian", regularizers.laplacian), ("regularizers.edge", regularizers.edge),
      ("regularizers.normal", regularizers.normal),
      ("regularizers.bilaplacian", regularizers.bilaplacian),
      ("regularizers.cotangent_laplacian", regularizers.cotangentLaplacian),
      ("regularizers.flatness", regularizers.flatness),
      ("regularizers.texture", regularizers.texture),
    ])
    for (i, stage) in stages.enumerated() {
      let key = "stages.\(i)"
      try need(
        !stage.name.isEmpty && stage.name.unicodeScalars.allSatisfy(Self.belongsInNames),
        "'\(key).name' takes a text without commas, quotes and control characters")
      try need(
        (0...Self.mostSteps).contains(stage.steps),
        "'\(key).steps' is \(stage.steps); it takes 0 to \(Self.mostSteps)")
      let widths = stage.edgeWidthPixels
      try need(
        widths.count == 2 && widths.allSatisfy { $0 >= 1e-3 && $0 <= 1000 },
        "'\(key).edge_width_px' takes two numbers in 0.001...1000, at the first and the last step")
      try need(
        stage.imageScale > 0 && stage.imageScale <= 1,
        "'\(key).image_scale' is \(stage.imageScale), not in (0, 1]")
      if let (name, problem) = stage.valueComplaint {
        throw FitConfigError(origin: origin, problem: "'\(key).\(name)' \(problem)")
      }
      do {
        _ = try stage.choices(temperature: Float(stage.depthTemperature))
      } catch {
        throw FitConfigError(origin: origin, problem: "'\(key).\(error.key)': \(error.problem)")
      }
      try need(
        stage.tailBound > 0 && stage.tailBound <= 0.25,
        "'\(key).tail_bound' is \(stage.tailBound), not in (0, 0.25]")
      try need(
        stage.viewsPerStep >= 0,
        "'\(key).views_per_step' is \(stage.viewsPerStep); it takes 0 (all) or more")
      try need(
        (0...4).contains(stage.subdivide), "'\(key).subdivide' is \(stage.subdivide), not in 0...4")
      try need(
        stage.depthTemperature >= 1e-9 && stage.depthTemperature <= 1e9,
        "'\(key).depth_temperature' is \(stage.depthTemperature), not in 1e-9...1e9")
      try need(
        stage.learningRateEnd > 0 && stage.learningRateEnd <= 1,
        "'\(key).learning_rate_end' is \(stage.learningRateEnd), not in (0, 1]")
      let rates = stage.learningRates
      try needWeights(
        [
          ("\(key).smoothing", stage.smoothing),
          ("\(key).learning_rates.shape", rates.shape),
          ("\(key).learning_rates.color", rates.color),
          ("\(key).learning_rates.pose", rates.pose),
          ("\(key).learning_rates.parts", rates.parts),
          ("\(key).learning_rates.cameras", rates.cameras),
          ("\(key).learning_rates.focal", rates.focal),
          ("\(key).learning_rates.principal", rates.principal),
          ("\(key).learning_rates.light", rates.light),
          ("\(key).learning_rates.background", rates.background),
          ("\(key).learning_rates.exposure", rates.exposure),
        ] + stage.losses.weights("\(key).losses"))
      try need(stage.losses.huberDelta > 0, "'\(key).losses.huber_delta' is not positive")
    }
  }

  /// Whether a character may stand in a stage's name, which goes into metrics.csv and log.jsonl as it is.
  private static func belongsInNames(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x20 && scalar.value != 0x7F && !",\"\\".unicodeScalars.contains(scalar)
  }
}

extension FitConfig.Losses {
  /// The numbers with their keys.
  fileprivate func weights(_ key: String) -> [(String, Double)] {
    [
      ("\(key).color", color), ("\(key).huber_delta", huberDelta), ("\(key).alpha", alpha),
      ("\(key).iou", iou), ("\(key).normal", normal), ("\(key).depth", depth),
      ("\(key).ssim", ssim), ("\(key).ms_ssim", multiScaleSSIM),
      ("\(key).mask_distance", maskDistance),
    ]
  }
}
