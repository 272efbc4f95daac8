// Surfaces with holes and surfaces that let others shine through: after all that is opaque, their fragments in front of it are
// sorted sample by sample, and the nearest that is no hole is seen.

/// A blended surface in front of what is seen at a sample.
struct ClearLayer<S: RenderScalar>: Equatable, Sendable {
  /// The sample's place in its band or picture, row-major.
  var sample: Int
  /// The face on the screen.
  var id: Int32
  /// In (0, 1).
  var alpha: S
}

/// A sample with blended surfaces in front of what is seen, and these among all layers, the nearest first.
struct LayeredSample: Equatable, Sendable {
  var sample: Int
  var layers: Range<Int>

  /// Layers grouped by sample.
  static func all<S: RenderScalar>(_ layers: [ClearLayer<S>]) -> [LayeredSample] {
    var found: [LayeredSample] = []
    for (k, layer) in layers.enumerated() {
      if let last = found.indices.last, found[last].sample == layer.sample {
        found[last].layers = found[last].layers.lowerBound..<k + 1
      } else {
        found.append(LayeredSample(sample: layer.sample, layers: k..<k + 1))
      }
    }
    return found
  }
}

/// A fragment that may be a hole.
struct ClearFragment<S: RenderScalar>: Comparable {
  var sample: Int
  var key: S
  var id: Int32

  static func < (a: Self, b: Self) -> Bool {
    if a.sample != b.sample { return a.sample < b.sample }
    return a.key != b.key ? a.key < b.key : a.id < b.id
  }
}

/// What a surface with alpha is at a point.
enum ClearKind: Equatable, Sendable {
  /// Nothing.
  case hole
  /// Something through which others shine.
  case layer
  /// As good as opaque.
  case solid

  /// By alpha; without layers, blended surfaces are solid where alpha is at least 1/2, else holes.
  init<S: RenderScalar>(_ mode: AlphaMode<S>, alpha: S, blends: Bool) {
    switch mode {
    case .opaque: self = .solid
    case .mask(let cutoff): self = alpha >= cutoff ? .solid : .hole
    case .blend where blends: self = alpha >= 1 ? .solid : alpha > 0 ? .layer : .hole
    case .blend: self = alpha >= 1 / 2 ? .solid : .hole
    }
  }
}

extension HardView {
  /// Whether a face on the screen hides at a point, in pixels, what stands behind it.
  @inline(__always)
  func isSolid(_ id: Int32, at point: SIMD2<S>) -> Bool {
    guard hasClearFaces, let shader else { return true }
    let face = projection.faces[Int(id)]
    let mode = shader.alphaMode(face: Int(face.source))
    guard mode != .opaque else { return true }
    let alpha = shader.alpha(fragment(face, at: point))
    return ClearKind(mode, alpha: alpha, blends: true) == .solid
  }

  /// Decides what is seen of sorted fragments: sets the owners of their samples.
  ///
  /// - Parameters:
  ///   - fragments: by sample, then by depth.
  ///   - firstRow: of the band.
  ///   - groups: of four samples a row.
  ///   - owners: the faces seen at the band's samples so far.
  ///   - blends: whether blended surfaces become layers.
  /// - Returns: the layers, by sample, the nearest first.
  func settle(
    _ fragments: [ClearFragment<S>], firstRow: Int, groups: Int,
    owners: inout MutableSpan<SIMD4<Int32>>, blends: Bool
  ) -> [ClearLayer<S>] {
    guard let shader else { return [] }
    var layers: [ClearLayer<S>] = []
    var settled = -1
    for fragment in fragments where fragment.sample != settled {
      let (row, column) = (fragment.sample / across, fragment.sample % across)
      let face = projection.faces[Int(fragment.id)]
      let alpha = shader.alpha(
        self.fragment(face, at: sampleCenter(column: column, row: firstRow + row)))
      switch ClearKind(
        shader.alphaMode(face: Int(face.source)), alpha: alpha, blends: blends)
      {
      case .hole: break
      case .layer:
        layers.append(ClearLayer(sample: fragment.sample, id: fragment.id, alpha: alpha))
      case .solid:
        owners[row * groups + column >> 2][column & 3] = fragment.id
        settled = fragment.sample
      }
    }
    return layers
  }
}
