// One view of the soft renderer: projection, tiles, composition; and the way back.
internal import RealModule

/// One view rendered softly, with what its adjoint needs.
struct SoftView<S: RenderScalar>: Sendable {
  let projection: ScreenProjection<S>
  let pass: SoftTilePass<S>
  let composition: ColorComposition<S>
  /// The state of each tile; see ``SoftTilePass``.
  var state: [S]

  init(
    _ assembly: SceneAssembly<S>, camera: Camera<S>, background: SIMD3<S>,
    sphere: (center: SIMD3<S>, radius: S), soft: SoftSettings<S>, hasColor: Bool,
    settings: RenderSettings<S>
  ) {
    let depth = DepthScale(soft, sphere: sphere, camera: camera)
    projection = ScreenProjection(
      assembly, camera: camera, depth: depth, sortsByDepth: true)
    composition = soft.composition
    let pass = SoftTilePass(
      faces: projection.faces, width: camera.width, height: camera.height, settings: soft,
      background: background, hasColor: hasColor, usesReference: settings.usesReference,
      hasAffineLogits: depth.isInverse)
    self.pass = pass
    state = [S](repeating: 0, count: pass.bins.tileCount * pass.stateStride)
    state.forEachChunk(grain: pass.stateStride, workers: settings.workers) { start, chunk in
      pass.clear(&chunk)
      S.softForwardTile(pass, tile: start / pass.stateStride, state: &chunk)
    }
  }

  /// Calls `body` for every pixel of the image: row-major index and the index of its lane in plane 0 of the state.
  @inline(__always)
  private func forEachPixel(_ body: (_ pixel: Int, _ tile: Int, _ lane: Int) -> Void) {
    for tile in 0..<pass.bins.tileCount {
      let origin = pass.origin(ofTile: tile)
      for y in 0..<min(TileBins.side, pass.height - origin.y) {
        for x in 0..<min(TileBins.side, pass.width - origin.x) {
          body(
            (origin.y + y) * pass.width + origin.x + x, tile, SoftTilePass<S>.lane(x, y))
        }
      }
    }
  }

  /// The pictures that were asked for, without the face ids.
  func rendering(_ outputs: RenderOutputs) -> Rendering<S> {
    let (width, height) = (pass.width, pass.height)
    var alpha = [S](repeating: 0, count: width * height)
    let wantsColor = outputs.contains(.color)
    let wantsDepth = outputs.contains(.depth)
    var color = [S](repeating: 0, count: wantsColor ? width * height * 3 : 0)
    var depth = [S](repeating: 0, count: wantsDepth ? width * height : 0)
    let background = pass.background
    let stride = pass.stateStride
    let isUnder = composition == .underneath
    forEachPixel { pixel, tile, lane in
      let i = tile * stride + lane
      let survival = state[i]
      alpha[pixel] = 1 - survival
      if wantsColor {
        let mean = SIMD3(state[i + 768], state[i + 1024], state[i + 1280])
        color.setVector3(
          pixel, isUnder ? mean * (1 - survival) + background * survival : mean)
      }
      if wantsDepth {
        depth[pixel] =
          state[i + 512] > 0 ? projection.depth.depth(state[i + 1536]) : .infinity
      }
    }
    return Rendering(
      color: wantsColor
        ? ImageBuffer(width: width, height: height, channels: 3, values: color) : nil,
      alpha: ImageBuffer(width: width, height: height, channels: 1, values: alpha),
      depth: wantsDepth
        ? ImageBuffer(width: width, height: height, channels: 1, values: depth) : nil,
      normal: nil, face: nil)
  }

  /// The adjoint of the whole view.
  func backward(
    _ cotangent: RenderingCotangent<S>, assembly: SceneAssembly<S>, targets: GradientTargets,
    workers: Workers
  ) -> ViewGradient<S> {
    var result = ViewGradient(assembly, hasColor: pass.hasColor, targets: targets)
    let (bars, backgroundBar, gammaBar) = tileCotangents(cotangent)
    result.background = backgroundBar
    guard !targets.isSubset(of: .background) else { return result }
    let wantsSmoothing = targets.contains(.smoothing)
    let (entries, sums) = entryGradients(bars, wantsSmoothing: wantsSmoothing, workers: workers)
    var faces = [ScreenFaceGradient<S>](repeating: .init(), count: pass.faces.count)
    let bins = pass.bins
    faces.forEachChunk(grain: 1024, workers: workers) { start, chunk in
      for k in chunk.indices {
        let f = start + k
        for place in Int(bins.faceOffsets[f])..<Int(bins.faceOffsets[f + 1]) {
          chunk[k] += entries[Int(bins.faceEntries[place])]
        }
      }
    }
    if wantsSmoothing {
      result.smoothing = smoothing(sums, faces: faces, ofBackground: gammaBar)
    }
    result.camera = projection.backward(
      faces, assembly: assembly, positionsBar: &result.positions,
      cornerColorsBar: &result.cornerColors)
    return result
  }

  /// The cotangent of the smoothing's parameters.
  ///
  /// Gamma divides every logit: `∂logit/∂gamma = -logit / gamma`, summed over the corners' logits and the background's.
  private func smoothing(
    _ sums: SmoothingSums<S>, faces: [ScreenFaceGradient<S>], ofBackground gammaBar: S
  ) -> SmoothingGradient<S> {
    var result = SmoothingGradient<S>()
    result.edgeWidthPixels = pass.coverage.widthSlope(standardized: sums.scale)
    result.shift = pass.coverage.shiftSlope * sums.shift
    result.shape = sums.shape
    result.conormParameter = sums.conormParameter
    guard case .softmax(let gamma, _) = pass.depth else { return result }
    var logitBar = gammaBar
    for (face, bar) in zip(pass.faces, faces) {
      let products = face.logit * bar.logit
      logitBar += products[0] + products[1] + products[2]
      if face.cornerCount == 4 { logitBar += products[3] }
    }
    result.gamma = -logitBar / gamma
    return result
  }

  private func entryGradients(
    _ bars: [S], wantsSmoothing: Bool, workers: Workers
  ) -> ([ScreenFaceGradient<S>], SmoothingSums<S>) {
    var pass = pass
    pass.wantsSmoothing = wantsSmoothing
    let work = pass
    let state = state
    var entries = [ScreenFaceGradient<S>](repeating: .init(), count: pass.bins.entryFaces.count)
    let tiles = pass.bins.tileCount
    var sums = [SmoothingSums<S>](repeating: .init(), count: tiles)
    entries.forEachSlice(
      offsets: pass.bins.tileOffsets, alongside: &sums, workers: workers
    ) { tile, slice, sum in
      guard !slice.isEmpty else { return }
      let first = tile * work.stateStride
      var tileState = Array(state[first..<first + work.stateStride])
      var stateSpan = tileState.mutableSpan
      let barFirst = tile * work.cotangentStride
      S.softBackwardTile(
        work, tile: tile, state: &stateSpan,
        cotangents: bars.span.extracting(barFirst..<barFirst + work.cotangentStride),
        gradients: &slice, smoothing: &sum)
    }
    return (entries, sums.reduce(into: SmoothingSums()) { $0 += $1 })
  }

  /// The adjoint of the composition: cotangents of alpha, face colour and mean logit, tile by tile, and of the
  /// background; and of the logarithm of gamma, reversed, but for the faces' part.
  private func tileCotangents(
    _ cotangent: RenderingCotangent<S>
  ) -> (bars: [S], background: SIMD3<S>, gamma: S) {
    let stride = pass.stateStride
    let barStride = pass.cotangentStride
    var bars = [S](repeating: 0, count: pass.bins.tileCount * barStride)
    var backgroundBar = SIMD3<S>.zero
    let isUnder = composition == .underneath
    let background = pass.background
    let backgroundLogit = pass.backgroundLogit ?? 0
    var gammaBar: S = 0
    forEachPixel { pixel, tile, lane in
      let i = tile * stride + lane
      let j = tile * barStride + lane
      let survival = state[i]
      var alphaBar = cotangent.alpha?.values[pixel] ?? 0
      if pass.hasColor, let color = cotangent.color {
        let bar = color.values.vector3(pixel)
        var meanBar = bar
        let mean = SIMD3(state[i + 768], state[i + 1024], state[i + 1280])
        if isUnder {
          alphaBar += dot(bar, mean - background)
          meanBar = bar * (1 - survival)
          backgroundBar += bar * survival
          // No face gives a colour although alpha is not 0: the mean is the background.
          if state[i + 512] == 0 { backgroundBar += meanBar }
        } else {
          let share = S.exp(backgroundLogit - state[i + 256]) * state[i + 512]
          backgroundBar += bar * share
          gammaBar += backgroundLogit * share * dot(bar, background - mean)
        }
        bars[j + 256] = meanBar.x
        bars[j + 512] = meanBar.y
        bars[j + 768] = meanBar.z
      }
      if pass.hasColor, let depth = cotangent.depth, state[i + 512] > 0 {
        let logit = state[i + 1536]
        let logitBar = depth.values[pixel] * projection.depth.depthSlope(logit)
        bars[j + 1024] = logitBar
        // Depth is a function of gamma times the logit.
        gammaBar -= logitBar * logit
        if !isUnder {
          let share = S.exp(backgroundLogit - state[i + 256]) * state[i + 512]
          gammaBar += backgroundLogit * share * logitBar * (backgroundLogit - logit + 1)
        }
      }
      bars[j] = alphaBar
    }
    return (bars, backgroundBar, gammaBar)
  }
}
