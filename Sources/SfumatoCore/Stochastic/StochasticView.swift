// One view of the stochastic renderer: projection, pixels tile by tile, composition; and the way back.

/// One view rendered under noise, with what its adjoint needs.
struct StochasticView<S: RenderScalar>: Sendable {
  let projection: ScreenProjection<S>
  let pass: StochasticPass<S>
  private let isUnderneath: Bool
  /// One a pixel, row by row.
  private let pixels: [StochasticPass<S>.Pixel]

  init(
    _ assembly: SceneAssembly<S>, camera: Camera<S>, background: SIMD3<S>,
    sphere: (center: SIMD3<S>, radius: S), settings: StochasticSettings<S>, hasColor: Bool,
    view: Int, workers: Workers
  ) {
    projection = ScreenProjection(
      assembly, camera: camera,
      depth: DepthScale(settings.soft, sphere: sphere, camera: camera), sortsByDepth: false)
    isUnderneath = settings.soft.composition == .underneath
    let pass = StochasticPass(
      faces: projection.faces, width: camera.width, height: camera.height, settings: settings,
      background: background, hasColor: hasColor, view: view)
    self.pass = pass
    let tiles = parallelMap(pass.bins.tileCount, workers: workers) { tile in
      var own: [StochasticPass<S>.Pixel] = []
      Self.forEachPixel(ofTile: tile, of: pass) { x, y in
        own.append(pass.forward(tile: tile, x: x, y: y))
      }
      return own
    }
    var pixels = [StochasticPass<S>.Pixel](
      repeating: .init(), count: camera.width * camera.height)
    for (tile, own) in tiles.enumerated() {
      var next = own.startIndex
      Self.forEachPixel(ofTile: tile, of: pass) { x, y in
        pixels[y * pass.width + x] = own[next]
        next += 1
      }
    }
    self.pixels = pixels
  }

  /// Calls `body` for every pixel of a tile that lies in the image.
  private static func forEachPixel(
    ofTile tile: Int, of pass: StochasticPass<S>, _ body: (_ x: Int, _ y: Int) -> Void
  ) {
    let (column, row) = (tile % pass.bins.columns, tile / pass.bins.columns)
    for y in row * TileBins.side..<min((row + 1) * TileBins.side, pass.height) {
      for x in column * TileBins.side..<min((column + 1) * TileBins.side, pass.width) {
        body(x, y)
      }
    }
  }

  /// The pictures that were asked for, without the face ids.
  func rendering(_ outputs: RenderOutputs) -> Rendering<S> {
    func image(_ channels: Int, _ value: (StochasticPass<S>.Pixel) -> SIMD3<S>) -> ImageBuffer<S> {
      var values: [S] = []
      values.reserveCapacity(pixels.count * channels)
      for pixel in pixels {
        let v = value(pixel)
        for c in 0..<channels { values.append(v[c]) }
      }
      return ImageBuffer(
        width: pass.width, height: pass.height, channels: channels, values: values)
    }
    let background = pass.background
    let scale = projection.depth
    return Rendering(
      color: outputs.contains(.color)
        ? image(3) { pixel in
          isUnderneath
            ? pixel.color * (1 - pixel.survival) + background * pixel.survival : pixel.color
        } : nil,
      alpha: image(1) { SIMD3(1 - $0.survival, 0, 0) },
      depth: outputs.contains(.depth)
        ? image(1) { SIMD3($0.hasTerms ? scale.near - $0.logit * scale.unit : .infinity, 0, 0) }
        : nil)
  }

  /// The adjoint of the whole view.
  func backward(
    _ cotangent: RenderingCotangent<S>, assembly: SceneAssembly<S>, targets: GradientTargets,
    workers: Workers
  ) -> ViewGradient<S> {
    var result = ViewGradient(assembly, hasColor: pass.hasColor, targets: targets)
    var bars = [StochasticPass<S>.PixelBar](repeating: .init(), count: pixels.count)
    for i in pixels.indices {
      bars[i] = composition(pixels[i], cotangent, i, backgroundBar: &result.background)
    }
    let (pass, bins, done) = (pass, pass.bins, bars)
    var entries = [ScreenFaceGradient<S>](repeating: .init(), count: bins.entryFaces.count)
    var none = [Bool](repeating: false, count: bins.tileCount)
    entries.forEachSlice(
      offsets: bins.tileOffsets, alongside: &none, workers: workers
    ) { tile, slice, _ in
      guard !slice.isEmpty else { return }
      let (column, row) = (tile % bins.columns, tile / bins.columns)
      for y in row * TileBins.side..<min((row + 1) * TileBins.side, pass.height) {
        for x in column * TileBins.side..<min((column + 1) * TileBins.side, pass.width) {
          pass.backward(
            tile: tile, x: x, y: y, bar: done[y * pass.width + x], gradients: &slice)
        }
      }
    }
    var faces = [ScreenFaceGradient<S>](repeating: .init(), count: pass.faces.count)
    for f in faces.indices {
      for place in Int(bins.faceOffsets[f])..<Int(bins.faceOffsets[f + 1]) {
        faces[f] += entries[Int(bins.faceEntries[place])]
      }
    }
    result.camera = projection.backward(
      faces, assembly: assembly, positionsBar: &result.positions,
      cornerColorsBar: &result.cornerColors)
    return result
  }

  /// The adjoint of ``rendering(_:)`` at one pixel; adds to the background's cotangent.
  private func composition(
    _ pixel: StochasticPass<S>.Pixel, _ cotangent: RenderingCotangent<S>, _ i: Int,
    backgroundBar: inout SIMD3<S>
  ) -> StochasticPass<S>.PixelBar {
    var bar = StochasticPass<S>.PixelBar()
    bar.alpha = cotangent.alpha?.values[i] ?? 0
    if let color = cotangent.color?.values.vector3(i) {
      bar.color = isUnderneath ? color * (1 - pixel.survival) : color
      if isUnderneath { bar.alpha += dot(color, pixel.color - pass.background) }
      backgroundBar += color * (isUnderneath ? pixel.survival : pixel.backgroundWeight)
    }
    if let depth = cotangent.depth?.values[i], pixel.hasTerms {
      bar.logit = -depth * projection.depth.unit
    }
    return bar
  }
}
