// Surfaces with holes and surfaces that let others shine through: after all that is opaque, their fragments in front of it are
// sorted sample by sample, and the nearest that is no hole is seen.

/// A blended surface in front of what is seen at a sample.
struct ClearLayer: Equatable, Sendable {
  /// The sample's place in its band, row-major.
  var sample: Int
  /// The face on the screen.
  var id: Int32
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

extension FragmentShader {
  /// Whether any surface has holes or lets others shine through.
  var hasClearFaces: Bool {
    scene.instances.contains { scene.materials[$0.material].alphaMode != .opaque }
  }

  /// Whether a face's surface does.
  func isClear(face: Int) -> Bool {
    alphaMode(face: face) != .opaque
  }

  /// What a face's alpha means.
  func alphaMode(face: Int) -> AlphaMode<S> {
    scene.materials[scene.instances[assembly.instance(ofFace: face)].material].alphaMode
  }
}

extension HardView {
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
  ) -> [ClearLayer] {
    guard let shader else { return [] }
    var layers: [ClearLayer] = []
    var settled = -1
    for fragment in fragments where fragment.sample != settled {
      let (row, column) = (fragment.sample / across, fragment.sample % across)
      let face = projection.faces[Int(fragment.id)]
      let alpha = shader.alpha(
        self.fragment(face, at: sampleCenter(column: column, row: firstRow + row)))
      let isSeen: Bool
      switch shader.alphaMode(face: Int(face.source)) {
      case .opaque: isSeen = true
      case .mask(let cutoff): isSeen = alpha >= cutoff
      case .blend:
        isSeen = !blends && alpha >= 1 / 2
        if blends, alpha > 0 { layers.append(ClearLayer(sample: fragment.sample, id: fragment.id)) }
      }
      guard isSeen else { continue }
      owners[row * groups + column >> 2][column & 3] = fragment.id
      settled = fragment.sample
    }
    return layers
  }
}
