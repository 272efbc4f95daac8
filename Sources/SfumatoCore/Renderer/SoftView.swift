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
      assembly, camera: camera, depth: depth, sortsByDepth: hasColor, workers: settings.workers)
    composition = soft.composition
    let pass = SoftTilePass(
      faces: projection.faces, width: camera.width, height: camera.height, settings: soft,
      background: background, hasColor: hasColor, usesReference: settings.usesReference,
      hasAffineLogits: depth.isInverse,
      shader: assembly.coloring == .fragments ? FragmentShader(assembly, camera: camera) : nil,
      workers: settings.workers)
    self.pass = pass
    state = [S](unstored: pass.bins.tileCount * pass.stateStride)
    state.forEachChunk(grain: pass.stateStride, workers: settings.workers) { start, chunk in
      pass.clear(&chunk)
      let tile = start / pass.stateStride
      guard !pass.bins.entries(ofTile: tile).isEmpty else { return }
      S.softForwardTile(pass, tile: tile, state: &chunk)
    }
  }

  /// The pictures that were asked for, without the face ids.
  func rendering(_ outputs: RenderOutputs, workers: Workers) -> Rendering<S> {
    let (width, height) = (pass.width, pass.height)
    let band = TileBins.side * width
    let (pass, state) = (pass, state)
    func image(_ channels: Int, _ values: [S]) -> ImageBuffer<S> {
      ImageBuffer(width: width, height: height, channels: channels, values: values)
    }
    var alpha = [S](unstored: width * height)
    alpha.forEachChunk(grain: band, workers: workers) { start, rows in
      pass.forEachRun(tileRow: start / band) { run in
        let first = run.tile * pass.stateStride + run.lane
        for k in 0..<run.count { rows[run.pixel + k] = 1 - state[first + k] }
      }
    }
    var picture = Rendering<S>(
      color: nil, alpha: image(1, alpha), depth: nil, normal: nil, face: nil)
    if outputs.contains(.color) {
      var color = [S](unstored: width * height * 3)
      let background = pass.background
      let isUnder = composition == .underneath
      color.forEachChunk(grain: 3 * band, workers: workers) { start, rows in
        pass.forEachRun(tileRow: start / (3 * band)) { run in
          let first = run.tile * pass.stateStride + run.lane
          for k in 0..<run.count {
            let i = first + k
            var shown = SIMD3(state[i + 768], state[i + 1024], state[i + 1280])
            if isUnder { shown = shown * (1 - state[i]) + background * state[i] }
            let place = 3 * (run.pixel + k)
            rows[place] = shown.x
            rows[place + 1] = shown.y
            rows[place + 2] = shown.z
          }
        }
      }
      picture.color = image(3, color)
    }
    if outputs.contains(.depth) {
      var depth = [S](unstored: width * height)
      let scale = projection.depth
      depth.forEachChunk(grain: band, workers: workers) { start, rows in
        pass.forEachRun(tileRow: start / band) { run in
          let first = run.tile * pass.stateStride + run.lane
          for k in 0..<run.count {
            let i = first + k
            rows[run.pixel + k] = state[i + 512] > 0 ? scale.depth(state[i + 1536]) : .infinity
          }
        }
      }
      picture.depth = image(1, depth)
    }
    return picture
  }

  /// The adjoint of the whole view.
  func backward(
    _ cotangent: RenderingCotangent<S>, assembly: SceneAssembly<S>, targets: GradientTargets,
    workers: Workers
  ) -> ViewGradient<S> {
    var result = ViewGradient(assembly, hasColor: pass.hasColor, targets: targets)
    let (bars, sum) = tileCotangents(cotangent, workers: workers)
    result.background = sum.background
    guard !targets.isSubset(of: .background) else { return result }
    let wantsSmoothing = targets.contains(.smoothing)
    let (entries, sums): ([SIMD4<S>], SmoothingSums<S>)
    if pass.shader == nil {
      (entries, sums) = entryGradients(
        bars, negligible: sum.largest * 1e-6, wantsSmoothing: wantsSmoothing, workers: workers)
    } else {
      (entries, sums, result.fragments) = shadedEntryGradients(
        bars, wantsSmoothing: wantsSmoothing, workers: workers,
        empty: FragmentGradients(assembly, targets: targets))
    }
    let rows = pass.gradientRows
    var faces = [SIMD4<S>](unstored: pass.faces.count * rows)
    let bins = pass.bins
    faces.forEachChunk(grain: 8192 * rows, workers: workers) { start, chunk in
      for first in stride(from: 0, to: chunk.count, by: rows) {
        let f = (start + first) / rows
        for row in 0..<rows { chunk[first + row] = .zero }
        for place in Int(bins.faceOffsets[f])..<Int(bins.faceOffsets[f + 1]) {
          let entry = Int(bins.faceEntries[place]) * rows
          for row in 0..<rows { chunk[first + row] += entries[entry + row] }
        }
      }
    }
    if wantsSmoothing {
      result.smoothing = smoothing(sums, faces: faces, ofBackground: sum.gamma)
    }
    result.camera = projection.backward(
      faces, rows: rows, assembly: assembly, positionsBar: &result.positions,
      cornerColorsBar: &result.cornerColors, workers: workers)
    return result
  }

  /// The cotangent of the smoothing's parameters.
  ///
  /// Gamma divides every logit: `∂logit/∂gamma = -logit / gamma`, summed over the corners' logits and the background's.
  private func smoothing(
    _ sums: SmoothingSums<S>, faces: [SIMD4<S>], ofBackground gammaBar: S
  ) -> SmoothingGradient<S> {
    var result = SmoothingGradient<S>()
    result.edgeWidthPixels = pass.coverage.widthSlope(standardized: sums.scale)
    result.shift = pass.coverage.shiftSlope * sums.shift
    result.shape = sums.shape
    result.conormParameter = sums.conormParameter
    guard case .softmax(let gamma, _) = pass.depth, pass.hasColor else { return result }
    var logitBar = gammaBar
    for (f, face) in pass.faces.enumerated() {
      let bar = ScreenFaceGradient(rows: 7, at: 7 * f, of: faces)
      let products = face.logit * bar.logit
      logitBar += products[0] + products[1] + products[2]
      if face.cornerCount == 4 { logitBar += products[3] }
    }
    result.gamma = -logitBar / gamma
    return result
  }

  private func entryGradients(
    _ bars: [S], negligible: S, wantsSmoothing: Bool, workers: Workers
  ) -> ([SIMD4<S>], SmoothingSums<S>) {
    var pass = pass
    pass.wantsSmoothing = wantsSmoothing
    pass.sumsSmoothing = wantsSmoothing
    let work = pass
    let state = state
    let rows = pass.gradientRows
    var entries = [SIMD4<S>](unstored: pass.bins.entryFaces.count * rows)
    var sums = [SmoothingSums<S>](repeating: .init(), count: pass.bins.tileCount)
    entries.forEachSlice(
      startingAt: { Int(work.bins.tileOffsets[$0]) * rows }, alongside: &sums, workers: workers
    ) { tile, slice, sum in
      guard !slice.isEmpty else { return }
      let first = tile * work.stateStride
      var tileState = Array(state[first..<first + work.stateStride])
      var stateSpan = tileState.mutableSpan
      let barFirst = tile * work.cotangentStride
      S.softBackwardTile(
        work, tile: tile, state: &stateSpan,
        cotangents: bars.span.extracting(barFirst..<barFirst + work.cotangentStride),
        negligible: negligible, gradients: &slice, smoothing: &sum)
    }
    return (entries, sums.reduce(into: SmoothingSums()) { $0 += $1 })
  }

  /// The same where fragments are shaded: tiles go in as many parts as ever, for their cotangents hold all texels.
  private func shadedEntryGradients(
    _ bars: [S], wantsSmoothing: Bool, workers: Workers, empty: FragmentGradients<S>
  ) -> ([SIMD4<S>], SmoothingSums<S>, FragmentGradients<S>) {
    var pass = pass
    pass.wantsSmoothing = wantsSmoothing
    pass.sumsSmoothing = wantsSmoothing
    let (work, state) = (pass, state)
    let rows = pass.gradientRows
    let tiles = pass.bins.tileCount
    let count = min(8, tiles)
    typealias Part = (entries: [SIMD4<S>], sums: SmoothingSums<S>, own: FragmentGradients<S>?)
    let parts: [Part] = parallelMap(count, workers: workers) { part in
      let range = part * tiles / count..<(part + 1) * tiles / count
      var entries: [SIMD4<S>] = []
      var sums = SmoothingSums<S>()
      var own: FragmentGradients<S>? = empty
      for tile in range {
        let count = work.bins.entries(ofTile: tile).count
        guard count > 0 else { continue }
        var tileEntries = [SIMD4<S>](repeating: .zero, count: count * rows)
        var slice = tileEntries.mutableSpan
        let stateFirst = tile * work.stateStride
        let barFirst = tile * work.cotangentStride
        work.referenceBackward(
          tile: tile, state: state.span.extracting(stateFirst..<stateFirst + work.stateStride),
          cotangents: bars.span.extracting(barFirst..<barFirst + work.cotangentStride),
          gradients: &slice, smoothing: &sums, fragments: &own)
        entries += tileEntries
      }
      return (entries, sums, own)
    }
    return (
      parts.flatMap(\.entries), parts.reduce(into: SmoothingSums()) { $0 += $1.sums },
      parts.reduce(into: empty) { sum, part in
        if let own = part.own { sum += own }
      }
    )
  }

  /// What the composition's adjoint adds up.
  private struct CompositionSums {
    /// Cotangent of the background.
    var background = SIMD3<S>.zero
    /// Cotangent of the logarithm of gamma, reversed, but for the faces' part.
    var gamma: S = 0
    /// The largest cotangent of alpha times survival, of either sign.
    var largest: S = 0
  }

  /// The adjoint of the composition: cotangents of alpha, face colour and mean logit, tile by tile.
  private func tileCotangents(
    _ cotangent: RenderingCotangent<S>, workers: Workers
  ) -> (bars: [S], sums: CompositionSums) {
    let barStride = pass.cotangentStride
    var bars = [S](unstored: pass.bins.tileCount * barStride)
    var sums = [CompositionSums](repeating: .init(), count: pass.bins.tileCount)
    let view = self
    bars.forEachSlice(startingAt: { $0 * barStride }, alongside: &sums, workers: workers) {
      tile, chunk, sum in
      for i in 0..<barStride { chunk[i] = 0 }
      view.pass.forEachRun(tile: tile) { run in
        for k in 0..<run.count {
          view.compositionVJP(
            cotangent, pixel: run.pixel + k, tile: tile, lane: run.lane + k, bars: &chunk,
            sum: &sum)
        }
      }
    }
    let total = sums.reduce(into: CompositionSums()) {
      $0.background += $1.background
      $0.gamma += $1.gamma
      $0.largest = max($0.largest, $1.largest)
    }
    return (bars, total)
  }

  /// The same for one pixel.
  @inline(__always)
  private func compositionVJP(
    _ cotangent: RenderingCotangent<S>, pixel: Int, tile: Int, lane: Int,
    bars: inout MutableSpan<S>, sum: inout CompositionSums
  ) {
    let i = tile * pass.stateStride + lane
    let survival = state[i]
    var alphaBar = cotangent.alpha?.values[pixel] ?? 0
    if pass.hasColor, let color = cotangent.color {
      let background = pass.background
      let bar = color.values.vector3(pixel)
      var meanBar = bar
      let mean = SIMD3(state[i + 768], state[i + 1024], state[i + 1280])
      if composition == .underneath {
        alphaBar += dot(bar, mean - background)
        meanBar = bar * (1 - survival)
        sum.background += bar * survival
        // No face gives a colour although alpha is not 0: the mean is the background.
        if state[i + 512] == 0 { sum.background += meanBar }
      } else {
        let logit = pass.backgroundLogit ?? 0
        let share = S.exp(logit - state[i + 256]) * state[i + 512]
        sum.background += bar * share
        sum.gamma += logit * share * dot(bar, background - mean)
      }
      bars[lane + 256] = meanBar.x
      bars[lane + 512] = meanBar.y
      bars[lane + 768] = meanBar.z
    }
    if pass.hasColor, let depth = cotangent.depth, state[i + 512] > 0 {
      let logit = state[i + 1536]
      let logitBar = depth.values[pixel] * projection.depth.depthSlope(logit)
      bars[lane + 1024] = logitBar
      // Depth is a function of gamma times the logit.
      sum.gamma -= logitBar * logit
      if composition != .underneath {
        let background = pass.backgroundLogit ?? 0
        let share = S.exp(background - state[i + 256]) * state[i + 512]
        sum.gamma += background * share * logitBar * (background - logit + 1)
      }
    }
    bars[lane] = alphaBar
    sum.largest = max(sum.largest, abs(alphaBar * survival))
  }
}
