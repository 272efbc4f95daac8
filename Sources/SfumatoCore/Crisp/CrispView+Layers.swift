// Blended surfaces before what is seen, sample by sample. What they show, with their alpha, is differentiated; their own outlines are
// neither blended nor differentiated: that would take what stands behind each of several surfaces at every jump.

extension CrispView {
  /// What all layers of each sample leave of the light behind them; empty where there are none.
  static func through(_ layers: [ClearLayer<S>], sampleCount: Int) -> [S] {
    guard !layers.isEmpty else { return [] }
    var through = [S](repeating: 1, count: sampleCount)
    for layer in layers { through[layer.sample] *= 1 - layer.alpha }
    return through
  }

  /// Red, green, blue and alpha of each layer of a sample, the nearest first.
  private func layerValues(_ sample: LayeredSample) -> [SIMD4<S>] {
    let point = center(sample.sample)
    return layers[sample.layers].map {
      visibility.clearColor(projection.faces[Int($0.id)], at: point)
    }
  }

  /// A layer over what is behind it.
  private static func over(_ layer: SIMD4<S>, _ behind: SIMD4<S>) -> SIMD4<S> {
    SIMD4(layer.x, layer.y, layer.z, 1) * layer.w + behind * (1 - layer.w)
  }

  /// A sample behind its layers.
  func composited(_ sample: LayeredSample, over behind: SIMD4<S>) -> SIMD4<S> {
    layerValues(sample).reversed().reduce(behind) { Self.over($1, $0) }
  }

  /// The adjoint of the layers; what is behind them has ``through`` as much of the cotangent.
  ///
  /// - Parameters:
  ///   - cotangent: of the pictures.
  ///   - empty: what each part of the fragments' cotangents starts as; nil where no fragments are shaded.
  ///   - sums: added to.
  func layersBackward(
    _ cotangent: RenderingCotangent<S>, from empty: FragmentGradients<S>?,
    into sums: inout FaceGradients<S>
  ) {
    // Fragments' cotangents hold all texels: few parts, but as many as ever.
    guard !layered.isEmpty, let empty else { return }
    let grain = (layered.count + 7) / 8
    gather(layered.count, grain: grain, from: empty, into: &sums) { k, part in
      layersBackward(layered[k], cotangent, into: &part)
    }
  }

  private func layersBackward(
    _ sample: LayeredSample, _ cotangent: RenderingCotangent<S>,
    into sums: inout FaceGradients<S>
  ) {
    let place = sample.sample
    var bar = frontBar(ofSample: place, cotangent)
    guard bar != .zero else { return }
    let values = layerValues(sample)
    // What is behind each layer, the last one's first.
    var behind = [settledValue(ofSample: place)]
    for value in values.reversed().dropLast() {
      behind.append(Self.over(value, behind[behind.count - 1]))
    }
    for (k, value) in values.enumerated() {
      let opaque = SIMD4(value.x, value.y, value.z, 1)
      var own = bar * value.w
      own.w = (bar * (opaque - behind[values.count - 1 - k])).sum()
      let id = layers[sample.layers.lowerBound + k].id
      _ = surfaceVJP(id, at: center(place), own, into: &sums)
      bar *= 1 - value.w
    }
  }
}

extension Array {
  /// The number of elements that come first and meet a condition, by halving; those behind them must not.
  func place(where isBefore: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
