/// How much the soft kernels have to do for some pictures; for benchmarks.
package struct SoftWork: Equatable, Sendable {
  /// Faces in front of the near plane, over all views.
  package var faces = 0
  /// Pairs of a face and a tile of 16 x 16 pixels whose boxes meet.
  package var entries = 0
  /// Pairs of a face and a block of 4 x 4 pixels that the kernel evaluates; backward visits the same.
  package var blocks = 0
  /// Pairs of a face and a pixel in those blocks: a lane each.
  package var lanePairs: Int { blocks * 16 }
}

extension Renderer where S == Float {
  /// The work of a soft render, by the kernel's own test.
  ///
  /// A block counts where its centre is within the reach plus half the diagonal between its corner pixels. Blocks that are left
  /// out for what they show already count too.
  package func softWork(
    _ scene: Scene<Float>, _ cameras: [Camera<Float>], hasColor: Bool
  ) -> SoftWork {
    guard case .soft(let soft) = settings.mode else {
      preconditionFailure("hard visibility has no soft work")
    }
    let assembly = SceneAssembly(scene, hasColor: hasColor, shadesFragments: false)
    var work = SoftWork()
    for camera in cameras {
      // One view at a time: a view keeps its tiles.
      for view in softViews(scene, assembly, [camera], soft: soft, hasColor: hasColor) {
        work.faces += view.pass.faces.count
        work.entries += view.pass.bins.entryFaces.count
        work.blocks += view.pass.reachedBlocks
      }
    }
    return work
  }
}

extension SoftTilePass where S == Float {
  /// The number of (face, block) pairs that `prepareEdges` of the kernels finds.
  fileprivate var reachedBlocks: Int {
    let limit = coverage.reach + 2.122
    var count = 0
    for tile in 0..<bins.tileCount {
      let origin = origin(ofTile: tile)
      for entry in bins.entries(ofTile: tile) {
        let face = faces[Int(bins.entryFaces[entry])]
        for block in 0..<16 {
          let center = SIMD2(
            Float(origin.x + 4 * (block & 3) + 2), Float(origin.y + 4 * (block >> 2) + 2))
          if face.boundaryFoot(from: center).signedDistance > -limit { count += 1 }
        }
      }
    }
    return count
  }
}
