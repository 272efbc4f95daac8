// The adjoint of a crisp view: pixels to samples, outlines, then each sample's shading to the corners of its face.

extension CrispView {
  /// The adjoint of the whole view.
  func backward(
    _ cotangent: RenderingCotangent<S>, assembly: SceneAssembly<S>, targets: GradientTargets,
    workers: Workers
  ) -> ViewGradient<S> {
    var result = ViewGradient(assembly, hasColor: hasColor, targets: targets)
    var faces = [ScreenFaceGradient<S>](repeating: .init(), count: projection.faces.count)
    var bars = sampleBars(cotangent)
    switch settings.edges {
    case .none: break
    case .antialiased:
      blendsBackward(&bars, into: &faces, background: &result.background)
    case .edgeGradient: edgesBackward(bars, into: &faces)
    }
    for i in ids.indices where ids[i] < 0 {
      result.background += SIMD3(bars[i].x, bars[i].y, bars[i].z)
    }
    addShading(bars, cotangent, into: &faces, workers: workers)
    result.camera = projection.backward(
      faces, assembly: assembly, positionsBar: &result.positions,
      cornerColorsBar: &result.cornerColors)
    if let normal = cotangent.normal {
      addNormals(normal, assembly: assembly, into: &result.positions)
    }
    return result
  }

  /// Cotangents of the blended samples: red, green, blue, alpha.
  private func sampleBars(_ cotangent: RenderingCotangent<S>) -> [SIMD4<S>] {
    let part = 1 / S(samples * samples)
    return ids.indices.map { i in
      let pixel = pixel(ofSample: i)
      let color = cotangent.color?.values.vector3(pixel) ?? .zero
      return SIMD4(color, cotangent.alpha?.values[pixel] ?? 0) * part
    }
  }

  private func pixel(ofSample i: Int) -> Int {
    i / across / samples * width + i % across / samples
  }

  /// The number of a pixel's covered samples.
  private func hits(ofPixelOf i: Int) -> Int {
    guard samples > 1 else { return ids[i] >= 0 ? 1 : 0 }
    let (x, y) = (i % across / samples * samples, i / across / samples * samples)
    var count = 0
    for row in y..<y + samples {
      for column in x..<x + samples where ids[row * across + column] >= 0 { count += 1 }
    }
    return count
  }

  /// Adds the adjoint of every sample's colour and depth to its face, band by band, so that sums do not depend on threads.
  private func addShading(
    _ bars: [SIMD4<S>], _ cotangent: RenderingCotangent<S>,
    into faces: inout [ScreenFaceGradient<S>], workers: Workers
  ) {
    guard hasColor, cotangent.color != nil || cotangent.depth != nil else { return }
    var offsets: [Int32] = [0]
    for list in visibility.bandFaces { offsets.append((offsets.last ?? 0) + Int32(list.count)) }
    var entries = [ScreenFaceGradient<S>](
      repeating: .init(), count: Int(offsets.last ?? 0))
    var none = [Bool](repeating: false, count: visibility.bandFaces.count)
    let rows = HardView<S>.bandRows * samples
    entries.forEachSlice(offsets: offsets, alongside: &none, workers: workers) { band, slice, _ in
      let list = visibility.bandFaces[band]
      for i in band * rows * across..<min((band + 1) * rows, down) * across where ids[i] >= 0 {
        let place = position(of: ids[i], in: list)
        var gradient = slice[place]
        addSample(i, bars[i], cotangent, into: &gradient)
        slice[place] = gradient
      }
    }
    for (band, list) in visibility.bandFaces.enumerated() {
      for (k, face) in list.enumerated() { faces[Int(face)] += entries[Int(offsets[band]) + k] }
    }
  }

  /// The place of a face in a rising list that holds it.
  private func position(of face: Int32, in list: [Int32]) -> Int {
    var low = 0
    var high = list.count - 1
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < face { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func addSample(
    _ i: Int, _ bar: SIMD4<S>, _ cotangent: RenderingCotangent<S>,
    into gradient: inout ScreenFaceGradient<S>
  ) {
    let face = projection.faces[Int(ids[i])]
    let point = center(i)
    _ = visibility.colorVJP(
      face, at: point, colorBar: SIMD3(bar.x, bar.y, bar.z), into: &gradient)
    guard let depth = cotangent.depth else { return }
    let weights = visibility.cornerWeights(face, at: point)
    let logit = (weights.corrected * face.logit).sum()
    let share = depth.values[pixel(ofSample: i)] / S(hits(ofPixelOf: i))
    let logitBar = share * projection.depth.depthSlope(logit)
    gradient.logit += weights.corrected * logitBar
    _ = visibility.cornerWeightsVJP(
      face, weights, at: point, screenBar: .zero, correctedBar: face.logit * logitBar,
      into: &gradient)
  }

  /// The adjoint of the faces' normals in the world positions.
  private func addNormals(
    _ cotangent: ImageBuffer<S>, assembly: SceneAssembly<S>, into positions: inout [S]
  ) {
    var bars = [S](repeating: 0, count: assembly.faces.count)
    for i in ids.indices where ids[i] >= 0 {
      let bar = cotangent.values.vector3(pixel(ofSample: i)) / S(hits(ofPixelOf: i))
      bars.addVector3(Int(projection.faces[Int(ids[i])].source), bar)
    }
    let residual = FaceNormals.Residual(positions: assembly.positions, faces: assembly.faces)
    FaceNormals.backward(residual, normalsBar: bars, into: &positions)
  }
}
