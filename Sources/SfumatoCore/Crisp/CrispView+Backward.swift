// The adjoint of a crisp view: outlines, then each sample's shading to the corners of its face. Faces with few samples gather
// them from their box; those with many take one partial sum a band.

extension CrispView {
  /// The adjoint of the whole view.
  func backward(
    _ cotangent: RenderingCotangent<S>, assembly: SceneAssembly<S>, targets: GradientTargets,
    workers: Workers
  ) -> ViewGradient<S> {
    var result = ViewGradient(assembly, hasColor: hasColor, targets: targets)
    let isShaded = visibility.shader != nil && targets != .background
    let empty = isShaded ? FragmentGradients(assembly, targets: targets) : nil
    var sums = FaceGradients<S>(fragments: empty)
    layersBackward(cotangent, from: empty, into: &sums)
    switch settings.edges {
    case .none: break
    case .antialiased: blendsBackward(cotangent, from: empty, into: &sums)
    case .edgeGradient: edgesBackward(cotangent, into: &sums)
    }
    if targets.contains(.background), let color = cotangent.color {
      result.background = sums.background + backgroundBar(color, workers: workers)
    }
    guard !targets.isSubset(of: .background) else { return result }
    if isShaded {
      for part in fragmentParts(cotangent, assembly, targets, workers: workers) {
        sums.append(part)
      }
      result.fragments = sums.fragments
    }
    addLargeFaces(cotangent, into: &sums, workers: workers)
    var faces = smallFaceGradients(cotangent, workers: workers)
    sums.add(to: &faces)
    result.camera = projection.backward(
      faces, assembly: assembly, positionsBar: &result.positions,
      cornerColorsBar: &result.cornerColors, workers: workers)
    if let normal = cotangent.normal {
      addNormals(normal, assembly: assembly, into: &result.positions)
    }
    return result
  }

  /// Adds the cotangents of so many things, one after another within parts of `grain` on several threads, parts in order.
  ///
  /// - Parameters:
  ///   - count: of things.
  ///   - grain: how many make a part.
  ///   - empty: what each part of the fragments' cotangents starts as; nil where no fragments are shaded.
  ///   - sums: added to.
  ///   - add: adds those of one thing.
  func gather(
    _ count: Int, grain: Int, from empty: FragmentGradients<S>?,
    into sums: inout FaceGradients<S>, _ add: @Sendable (Int, inout FaceGradients<S>) -> Void
  ) {
    let parts = parallelMap((count + grain - 1) / grain, workers: workers) { chunk in
      var part = FaceGradients<S>(fragments: empty)
      for k in chunk * grain..<min((chunk + 1) * grain, count) { add(k, &part) }
      return part
    }
    for part in parts { sums.append(part) }
  }

  /// The cotangent of a sample after blending, behind its layers: red, green, blue, alpha.
  @inline(__always)
  func bar(ofSample i: Int, _ cotangent: RenderingCotangent<S>) -> SIMD4<S> {
    frontBar(ofSample: i, cotangent) * (through.isEmpty ? 1 : through[i])
  }

  /// The same before all layers.
  @inline(__always)
  func frontBar(ofSample i: Int, _ cotangent: RenderingCotangent<S>) -> SIMD4<S> {
    let pixel = pixel(ofSample: i)
    let color = cotangent.color?.values.vector3(pixel) ?? .zero
    return SIMD4(color, cotangent.alpha?.values[pixel] ?? 0) * (1 / S(samples * samples))
  }

  @inline(__always)
  private func pixel(ofSample i: Int) -> Int {
    samples == 1 ? i : i / across / samples * width + i % across / samples
  }

  /// The cotangent of the background, of the samples that see it.
  private func backgroundBar(_ color: ImageBuffer<S>, workers: Workers) -> SIMD3<S> {
    let rows = HardView<S>.bandRows * samples
    let part = 1 / S(samples * samples)
    return parallelMap(visibility.bandCount, workers: workers) { band in
      var sum = SIMD3<S>.zero
      for i in band * rows * across..<min((band + 1) * rows, down) * across where ids[i] < 0 {
        sum += color.values.vector3(pixel(ofSample: i)) * part * (through.isEmpty ? 1 : through[i])
      }
      return sum
    }.reduce(.zero, +)
  }

  /// The number of a pixel's covered samples.
  private func hits(ofPixelOf i: Int) -> Int {
    guard samples > 1 else { return bodies[i] >= 0 ? 1 : 0 }
    let (x, y) = (i % across / samples * samples, i / across / samples * samples)
    var count = 0
    for row in y..<y + samples {
      for column in x..<x + samples where bodies[row * across + column] >= 0 { count += 1 }
    }
    return count
  }

  /// Whether samples' colours or depths have cotangents.
  private func hasShading(_ cotangent: RenderingCotangent<S>) -> Bool {
    hasColor && (cotangent.depth != nil || (cotangent.color != nil && visibility.shader == nil))
  }

  /// The adjoint of the colour and depth of all samples of faces that are not large, one gradient a face on the screen.
  private func smallFaceGradients(
    _ cotangent: RenderingCotangent<S>, workers: Workers
  ) -> [ScreenFaceGradient<S>] {
    let hasShading = hasShading(cotangent)
    return parallelArray(
      projection.faces.count, grain: 1024, workers: workers
    ) { id in
      let face = projection.faces[id]
      var gradient = ScreenFaceGradient<S>()
      guard hasShading, !visibility.setups[id].traits.contains(.large) else { return gradient }
      let box = FaceBounds(face).samples(samples, across: across, down: down)
      guard box.x <= box.y else { return gradient }
      let own = Int32(truncatingIfNeeded: id)
      let shading = FaceShading(face)
      for row in Int(box.z)...Int(box.w) {
        for i in row * across + Int(box.x)...row * across + Int(box.y) where bodies[i] == own {
          addSample(i, row: row, face, shading, cotangent, into: &gradient)
        }
      }
      return gradient
    }
  }

  /// The adjoint of the colours of samples that are shaded one by one, in as many parts as ever, so that sums are the same on any
  /// number of threads.
  private func fragmentParts(
    _ cotangent: RenderingCotangent<S>, _ assembly: SceneAssembly<S>, _ targets: GradientTargets,
    workers: Workers
  ) -> [FaceGradients<S>] {
    guard hasColor, let color = cotangent.color, let shader = visibility.shader else { return [] }
    let count = min(8, down)
    let share = 1 / S(samples * samples)
    return parallelMap(count, workers: workers) { part in
      var sums = FaceGradients<S>(fragments: FragmentGradients(assembly, targets: targets))
      var last: Int32 = -1
      var gradient = ScreenFaceGradient<S>()
      for row in part * down / count..<(part + 1) * down / count {
        for column in 0..<across {
          let i = row * across + column
          let id = ids[i]
          guard id >= 0 else { continue }
          var colorBar = color.values.vector3(pixel(ofSample: i)) * share
          if !through.isEmpty { colorBar *= through[i] }
          guard colorBar != .zero else { continue }
          let face = projection.faces[Int(id)]
          let point = visibility.sampleCenter(column: column, row: row)
          let weightsBar =
            sums.fragments?.shadeVJP(
              shader, visibility.fragment(face, at: point), colorBar: SIMD4(colorBar, 0)) ?? .zero
          // Neighbours along a row are mostly of one face: one entry for them all.
          if id != last {
            if last >= 0 { sums.append(last, gradient) }
            last = id
            gradient = ScreenFaceGradient()
          }
          _ = visibility.colorVJP(face, at: point, colorBar: weightsBar, into: &gradient)
        }
      }
      if last >= 0 { sums.append(last, gradient) }
      return sums
    }
  }

  /// The same of large faces, band by band.
  private func addLargeFaces(
    _ cotangent: RenderingCotangent<S>, into sums: inout FaceGradients<S>, workers: Workers
  ) {
    guard hasShading(cotangent),
      visibility.setups.contains(where: { $0.traits.contains(.large) })
    else { return }
    let rows = HardView<S>.bandRows * samples
    let parts = parallelMap(visibility.bandCount, workers: workers) { band in
      var part = FaceGradients<S>()
      // The face of the last sample, its place among the band's large ones or -1, and its shading.
      var places: [Int32: Int] = [:]
      var faces: [Int32] = []
      var gradients: [ScreenFaceGradient<S>] = []
      var last: Int32 = -1
      var place = -1
      var shading: FaceShading<S>?
      for row in band * rows..<min((band + 1) * rows, down) {
        for i in row * across..<(row + 1) * across where bodies[i] >= 0 {
          if bodies[i] != last {
            last = bodies[i]
            place = -1
            let face = projection.faces[Int(last)]
            if visibility.setups[Int(last)].traits.contains(.large) {
              place = places[last] ?? faces.count
              shading = FaceShading(face)
              if place == faces.count {
                places[last] = place
                faces.append(last)
                gradients.append(ScreenFaceGradient())
              }
            }
          }
          guard place >= 0, let shading else { continue }
          addSample(
            i, row: row, projection.faces[Int(last)], shading, cotangent, into: &gradients[place])
        }
      }
      for (face, gradient) in zip(faces, gradients) { part.append(face, gradient) }
      return part
    }
    for part in parts { sums.append(part) }
  }

  @inline(__always)
  private func addSample(
    _ i: Int, row: Int, _ face: ScreenFace<S>, _ shading: FaceShading<S>,
    _ cotangent: RenderingCotangent<S>, into gradient: inout ScreenFaceGradient<S>
  ) {
    let point = visibility.sampleCenter(column: i - row * across, row: row)
    if visibility.shader == nil, let color = cotangent.color {
      let colorBar =
        color.values.vector3(pixel(ofSample: i)) * (1 / S(samples * samples))
      if !shading.addColorVJP(at: point, colorBar: colorBar, into: &gradient) {
        _ = visibility.colorVJP(face, at: point, colorBar: colorBar, into: &gradient)
      }
    }
    if let depth = cotangent.depth { addDepth(i, face, point, depth, into: &gradient) }
  }

  private func addDepth(
    _ i: Int, _ face: ScreenFace<S>, _ point: SIMD2<S>, _ depth: ImageBuffer<S>,
    into gradient: inout ScreenFaceGradient<S>
  ) {
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
    for i in bodies.indices where bodies[i] >= 0 {
      let bar = cotangent.values.vector3(pixel(ofSample: i)) / S(hits(ofPixelOf: i))
      bars.addVector3(Int(projection.faces[Int(bodies[i])].source), bar)
    }
    let residual = FaceNormals.Residual(positions: assembly.positions, faces: assembly.faces)
    FaceNormals.backward(residual, normalsBar: bars, into: &positions)
  }
}
