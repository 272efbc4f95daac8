extension HardView {
  /// The visible face at each pixel's centre and its camera depth; of a view with one sample a pixel.
  func centers(workers: Workers) -> (faces: [Int32], depths: [S]) {
    precondition(samples == 1, "\(samples) samples a side have no centre")
    let visible = sampleFaces(workers: workers).faces
    let depths = visible.enumerated().map { i, id -> S in
      guard id >= 0 else { return .infinity }
      let face = projection.faces[Int(id)]
      let weights = cornerWeights(
        face, at: sampleCenter(column: i % width, row: i / width)
      ).corrected
      return projection.depth.depth((weights * face.logit).sum())
    }
    return (visible.map { $0 < 0 ? -1 : projection.faces[Int($0)].source }, depths)
  }

  /// The centre of a sample, pixels.
  func sampleCenter(column: Int, row: Int) -> SIMD2<S> {
    SIMD2((S(column) + 1 / 2) / S(samples), (S(row) + 1 / 2) / S(samples))
  }

  /// The corner weights of a face at a point in pixels, inside it or hardly outside.
  func cornerWeights(_ face: ScreenFace<S>, at point: SIMD2<S>) -> AttributeWeights<S> {
    var t = face.barycentrics(of: point)
    var isClamped = false
    if face.cornerCount == 3, t.x < 0 || t.y < 0 || t.z < 0 {
      // Snapping may own a sample that lies a hair outside: colours must not extrapolate.
      isClamped = true
      t.replace(with: 0, where: t .< 0)
      t.replace(with: 1, where: t .> 1)
      t /= max(t.sum(), 1e-5)
    }
    let weighted = t * face.q
    let total = (weighted.x + weighted.y) + (weighted.z + weighted.w)
    guard total.isFinite, total > 0 else {
      let first = SIMD4<S>(1, 0, 0, 0)
      return AttributeWeights(
        screen: first, corrected: first, usesPixel: true, isClamped: true)
    }
    return AttributeWeights(
      screen: t, corrected: weighted / total, usesPixel: true, isClamped: isClamped)
  }

  /// The adjoint of ``cornerWeights(_:at:)``: adds to the corners' x, y and q; returns the point's cotangent.
  func cornerWeightsVJP(
    _ face: ScreenFace<S>, _ weights: AttributeWeights<S>, at point: SIMD2<S>,
    screenBar: SIMD4<S>, correctedBar: SIMD4<S>, into gradient: inout ScreenFaceGradient<S>
  ) -> SIMD2<S> {
    let inside = BoundaryFoot<S>(
      edge: 0, parameter: 0, offset: .zero, isCorner: false, isInside: true, signedDistance: 0,
      direction: .zero)
    var own = ScreenFaceGradient<S>()
    face.attributeWeightsVJP(
      weights, at: point, foot: inside, screenBar: screenBar, correctedBar: correctedBar,
      into: &own)
    gradient += own
    // Moving all corners is moving the point the other way.
    return SIMD2(-own.x.sum(), -own.y.sum())
  }

  /// The colour of a face at a point in pixels, shaded there where fragments are.
  @inline(__always)
  func shaded(_ face: ScreenFace<S>, at point: SIMD2<S>) -> SIMD3<S> {
    guard let shader else { return color(face, at: point) }
    let color = shader.color(fragment(face, at: point))
    return SIMD3(color.x, color.y, color.z)
  }

  /// The colour and alpha of a face that lets others shine through.
  func clearColor(_ face: ScreenFace<S>, at point: SIMD2<S>) -> SIMD4<S> {
    shader?.color(fragment(face, at: point)) ?? .zero
  }

  /// The fragment of a face at a point in pixels, as large as a sample.
  func fragment(_ face: ScreenFace<S>, at point: SIMD2<S>) -> FragmentPlace<S> {
    fragment(face, at: point, step: 1 / S(samples))
  }

  /// The same of another size, in pixels.
  func fragment(_ face: ScreenFace<S>, at point: SIMD2<S>, step: S) -> FragmentPlace<S> {
    // Corner colours are corner weights here.
    let weights = color(face, at: point)
    guard shader?.usesFootprints ?? false else {
      return FragmentPlace(face: Int(face.source), weights: weights, steps: (.zero, .zero))
    }
    return face.fragment(weights: weights, at: point, step: step)
  }

  /// The colour of a face at a point in pixels, interpolated between its corners.
  func color(_ face: ScreenFace<S>, at point: SIMD2<S>) -> SIMD3<S> {
    let w = cornerWeights(face, at: point).corrected
    let (r, g, b) = (w * face.red, w * face.green, w * face.blue)
    return SIMD3(
      (r.x + r.y) + (r.z + r.w), (g.x + g.y) + (g.z + g.w), (b.x + b.y) + (b.z + b.w))
  }

  /// The adjoint of ``color(_:at:)``: adds to the face; returns the point's cotangent.
  func colorVJP(
    _ face: ScreenFace<S>, at point: SIMD2<S>, colorBar: SIMD3<S>,
    into gradient: inout ScreenFaceGradient<S>
  ) -> SIMD2<S> {
    let weights = cornerWeights(face, at: point)
    gradient.red += weights.corrected * colorBar.x
    gradient.green += weights.corrected * colorBar.y
    gradient.blue += weights.corrected * colorBar.z
    return cornerWeightsVJP(
      face, weights, at: point, screenBar: .zero,
      correctedBar: face.red * colorBar.x + face.green * colorBar.y + face.blue * colorBar.z,
      into: &gradient)
  }

  /// The samples of a pixel that see one face.
  private struct PixelShare {
    var id: Int32
    /// What clear layers before them leave, summed.
    var weight: S
    var count: S
    /// The sum of their centres, pixels.
    var points: SIMD2<S>
  }

  /// The face that all samples of a pixel see, -1 for none of them; nil where they differ.
  @inline(__always)
  private func onlyFace(_ visible: [Int32], _ column: Int, row: Int, across: Int) -> Int32? {
    let first = visible[row * across + column]
    for j in row..<row + samples {
      for i in j * across + column..<j * across + column + samples where visible[i] != first {
        return nil
      }
    }
    return first
  }

  /// What is seen at a band's samples, to be summed pixel by pixel.
  private struct BandSamples {
    /// The first row of pixels.
    var firstRow: Int
    /// The visible face on the screen of each sample, -1 where none.
    var visible: [Int32]
    /// What shines before them.
    var layers: [ClearLayer<S>]
    /// Each sample's layers.
    var before: [Int: Range<Int>] = [:]

    init(firstRow: Int, visible: [Int32], layers: [ClearLayer<S>]) {
      self.firstRow = firstRow
      self.visible = visible
      self.layers = layers
      for group in LayeredSample.all(layers) { before[group.sample] = group.layers }
    }
  }

  /// The sums of a pixel's colours and coverages; `y` counts from the band's first row.
  ///
  /// Faces that are shaded as fragments are shaded once a pixel, where the mean of their samples lies.
  ///
  /// - Parameters:
  ///   - x: the pixel's column.
  ///   - y: its row within the band.
  ///   - band: what is seen there.
  ///   - shares: room to work in, so that no pixel has to ask for memory.
  /// - Returns: the sums over the pixel's samples.
  private func pixelSums(
    _ x: Int, _ y: Int, _ band: BandSamples, _ shares: inout [PixelShare]
  ) -> (color: SIMD3<S>, hits: S) {
    let all = S(samples * samples)
    if let shader, band.layers.isEmpty,
      let id = onlyFace(band.visible, x * samples, row: y * samples, across: across)
    {
      guard id >= 0 else { return (.zero, 0) }
      let middle = SIMD2(S(x) + 1 / 2, S(band.firstRow + y) + 1 / 2)
      let own = shader.color(fragment(projection.faces[Int(id)], at: middle, step: 1))
      return (SIMD3(own.x, own.y, own.z) * all, all)
    }
    var color = SIMD3<S>.zero
    var hits: S = 0
    shares.removeAll(keepingCapacity: true)
    for row in y * samples..<(y + 1) * samples {
      for column in x * samples..<(x + 1) * samples {
        let place = row * across + column
        let point = sampleCenter(column: column, row: band.firstRow * samples + row)
        var through: S = 1
        if !band.layers.isEmpty, let range = band.before[place] {
          for layer in band.layers[range] {
            let own = clearColor(projection.faces[Int(layer.id)], at: point)
            color += SIMD3(own.x, own.y, own.z) * (own.w * through)
            hits += own.w * through
            through *= 1 - own.w
          }
        }
        let id = band.visible[place]
        guard id >= 0 else { continue }
        hits += through
        if shader == nil {
          color += self.color(projection.faces[Int(id)], at: point)
        } else if let k = shares.firstIndex(where: { $0.id == id }) {
          shares[k].weight += through
          shares[k].count += 1
          shares[k].points += point
        } else {
          shares.append(PixelShare(id: id, weight: through, count: 1, points: point))
        }
      }
    }
    guard let shader else { return (color, hits) }
    for one in shares {
      let own = shader.color(
        fragment(
          projection.faces[Int(one.id)], at: one.points / one.count,
          step: (one.count / all).squareRoot()))
      color += SIMD3(own.x, own.y, own.z) * one.weight
    }
    return (color, hits)
  }

  /// Colour over the background, and alpha: means over a pixel's samples.
  private func resolve(background: SIMD3<S>, workers: Workers) -> (color: [S], alpha: [S]) {
    // Colour and alpha interleaved, so that one slice a band is written.
    var pixels = [S](repeating: 0, count: width * height * 4)
    let share = 1 / S(samples * samples)
    pixels.forEachChunk(grain: width * 4 * Self.bandRows, workers: workers) { start, chunk in
      let firstRow = start / (width * 4)
      let (visible, layers) = visibleFaces(band: firstRow / Self.bandRows)
      let band = BandSamples(firstRow: firstRow, visible: visible, layers: layers)
      var shares: [PixelShare] = []
      for p in 0..<chunk.count / 4 {
        let sums = pixelSums(p % width, p / width, band, &shares)
        let alpha = sums.hits * share
        let over = sums.color * share + background * (1 - alpha)
        chunk[4 * p] = over.x
        chunk[4 * p + 1] = over.y
        chunk[4 * p + 2] = over.z
        chunk[4 * p + 3] = alpha
      }
    }
    var color = [S](repeating: 0, count: width * height * 3)
    var alpha = [S](repeating: 0, count: width * height)
    for p in 0..<width * height {
      color.setVector3(p, SIMD3(pixels[4 * p], pixels[4 * p + 1], pixels[4 * p + 2]))
      alpha[p] = pixels[4 * p + 3]
    }
    return (color, alpha)
  }

  /// The pictures of several views.
  static func render(
    _ assembly: SceneAssembly<S>, _ cameras: [Camera<S>], background: SIMD3<S>, samples: Int,
    outputs: RenderOutputs, workers: Workers
  ) -> [Rendering<S>] {
    parallelMap(cameras.count, workers: workers) { k in
      let camera = cameras[k]
      let view = HardView(assembly, camera: camera, samples: samples, workers: workers)
      let (color, alpha) = view.resolve(background: background, workers: workers)
      func buffer(_ values: [S], _ channels: Int) -> ImageBuffer<S> {
        ImageBuffer(
          width: camera.width, height: camera.height, channels: channels, values: values)
      }
      var picture = Rendering(
        color: outputs.contains(.color) ? buffer(color, 3) : nil, alpha: buffer(alpha, 1),
        depth: nil, normal: nil, face: nil)
      if !outputs.isDisjoint(with: [.depth, .face]) {
        let single =
          samples == 1 ? view : HardView(assembly, camera: camera, samples: 1, workers: workers)
        let centers = single.centers(workers: workers)
        if outputs.contains(.depth) { picture.depth = buffer(centers.depths, 1) }
        if outputs.contains(.face) { picture.face = centers.faces }
      }
      return picture
    }
  }
}
