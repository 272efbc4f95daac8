// Samples to pixels: shaded where they are, blended where the picture jumps, then their means.

extension CrispView {
  /// The pictures that were asked for.
  func rendering(_ outputs: RenderOutputs) -> Rendering<S> {
    let (color, alpha) = colorAndAlpha()
    var picture = Rendering(
      color: outputs.contains(.color) ? image(color, 3) : nil, alpha: image(alpha, 1),
      depth: nil, normal: nil, face: nil)
    if outputs.contains(.depth) {
      let sums = sums { SIMD4(sampleDepth($0), 0, 0, 1) }
      picture.depth = image(sums.map { $0.w > 0 ? $0.x / $0.w : .infinity }, 1)
    }
    if outputs.contains(.normal) {
      let sums = sums { SIMD4(normals.vector3(Int(projection.faces[Int(bodies[$0])].source)), 1) }
      var normal = [S](repeating: 0, count: sums.count * 3)
      for (pixel, sum) in sums.enumerated() where sum.w > 0 {
        normal.setVector3(pixel, SIMD3(sum.x, sum.y, sum.z) / sum.w)
      }
      picture.normal = image(normal, 3)
    }
    if outputs.contains(.face) {
      let n = samples
      // Of several samples the one at the pixel's centre or beyond it by half a sample.
      picture.face = (0..<width * height).map { pixel in
        let (x, y) = (pixel % width, pixel / width)
        let id = bodies[(y * n + n / 2) * across + x * n + n / 2]
        return id < 0 ? -1 : projection.faces[Int(id)].source
      }
    }
    return picture
  }

  private func image(_ values: [S], _ channels: Int) -> ImageBuffer<S> {
    ImageBuffer(width: width, height: height, channels: channels, values: values)
  }

  /// Colour `[H, W, 3]` and alpha `[H, W]`, band by band.
  private func colorAndAlpha() -> (color: [S], alpha: [S]) {
    let blended = blendedValues()
    var alpha = [S](repeating: 0, count: width * height)
    var color = [S](repeating: 0, count: alpha.count * 3)
    guard !alpha.isEmpty else { return (color, alpha) }
    let part = 1 / S(samples * samples)
    let pixels = width * HardView<S>.bandRows
    alpha.forEachChunk(grain: pixels, beside: &color, grain: 3 * pixels, workers: workers) {
      first, alpha, color in
      let firstSample = first * samples * samples
      let values = shadedSamples(
        firstSample..<firstSample + alpha.count * samples * samples, blended)
      for pixel in 0..<alpha.count {
        var sum = SIMD4<S>.zero
        if samples == 1 {
          sum = values[pixel]
        } else {
          let (x, y) = (pixel % width * samples, pixel / width * samples)
          for j in 0..<samples {
            for i in 0..<samples { sum += values[(y + j) * across + x + i] }
          }
          sum *= part
        }
        alpha[pixel] = sum.w
        color[3 * pixel] = sum.x
        color[3 * pixel + 1] = sum.y
        color[3 * pixel + 2] = sum.z
      }
    }
    return (color, alpha)
  }

  /// Red, green, blue over the background, and alpha, of the samples of whole rows, blended.
  private func shadedSamples(_ range: Range<Int>, _ blended: [SIMD4<S>]) -> [SIMD4<S>] {
    var values = [SIMD4<S>](repeating: SIMD4(background, 0), count: range.count)
    var place = 0
    for row in range.lowerBound / across..<range.upperBound / across {
      for column in 0..<across {
        let id = ids[row * across + column]
        if id >= 0 {
          values[place] = shade(id, at: visibility.sampleCenter(column: column, row: row))
        }
        place += 1
      }
    }
    var blend = blends.place { Int($0.sample) < range.lowerBound }
    while blend < blends.count, range.contains(Int(blends[blend].sample)) {
      values[Int(blends[blend].sample) - range.lowerBound] = blended[blend]
      blend += 1
    }
    var k = layered.place { $0.sample < range.lowerBound }
    while k < layered.count, range.contains(layered[k].sample) {
      let own = layered[k].sample - range.lowerBound
      values[own] = composited(layered[k], over: values[own])
      k += 1
    }
    return values
  }

  /// The sums of a value over each pixel's covered samples.
  private func sums(_ value: @Sendable (Int) -> SIMD4<S>) -> [SIMD4<S>] {
    parallelArray(
      width * height, grain: width * HardView<S>.bandRows, workers: workers
    ) { pixel in
      var sum = SIMD4<S>.zero
      let (x, y) = (pixel % width * samples, pixel / width * samples)
      for row in y..<y + samples {
        for i in row * across + x..<row * across + x + samples where bodies[i] >= 0 {
          sum += value(i)
        }
      }
      return sum
    }
  }

  private func sampleDepth(_ i: Int) -> S {
    let face = projection.faces[Int(bodies[i])]
    let w = visibility.cornerWeights(face, at: center(i)).corrected
    return projection.depth.depth((w * face.logit).sum())
  }
}
