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
  /// The work of a soft render, by the kernel's own test: a block counts where the face's box, widened by the reach, meets
  /// it; of more than four such blocks those whose centre is within the reach plus half the block's diagonal.
  package func softWork(
    _ scene: Scene<Float>, _ cameras: [Camera<Float>], hasColor: Bool
  ) -> SoftWork {
    guard case .soft(let soft) = settings.mode else {
      preconditionFailure("hard visibility has no soft work")
    }
    let assembly = SceneAssembly(scene, hasColor: hasColor)
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
  /// The number of (face, block) pairs that `reachableBlocks` of the kernels finds.
  fileprivate var reachedBlocks: Int {
    let limit = coverage.reach + 2.1214
    var count = 0
    for tile in 0..<bins.tileCount {
      let origin = origin(ofTile: tile)
      for entry in bins.entries(ofTile: tile) {
        let face = faces[Int(bins.entryFaces[entry])]
        var near = 0
        var boxed = 0
        for block in 0..<16 {
          let corner = SIMD2(
            Float(origin.x + 4 * (block & 3)), Float(origin.y + 4 * (block >> 2)))
          let (low, high) = (corner + 0.5 - coverage.reach, corner + 3.5 + coverage.reach)
          guard face.x.max() >= low.x, face.x.min() <= high.x, face.y.max() >= low.y,
            face.y.min() <= high.y
          else { continue }
          boxed += 1
          if face.boundaryFoot(from: corner + 2).signedDistance > -limit { near += 1 }
        }
        count += boxed > 4 ? near : boxed
      }
    }
    return count
  }
}
