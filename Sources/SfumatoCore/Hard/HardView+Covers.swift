extension HardView {
  /// How many faces that look at the camera cover each pixel's centre, and how many that look away, row-major.
  ///
  /// Of a closed mesh in front of the near plane the two are the same everywhere.
  @specialized(where S == Float)
  @specialized(where S == Double)
  static func coverCounts(_ assembly: SceneAssembly<S>, _ camera: Camera<S>) -> [SIMD2<Int32>] {
    let view = HardView(assembly, camera: camera, samples: 1)
    var counts = [SIMD2<Int32>](repeating: .zero, count: view.width * view.height)
    for band in 0..<view.bandCount {
      view.forEachFace(inBand: band) { isFront, forEachGroup in
        let one = isFront ? SIMD2<Int32>(1, 0) : SIMD2(0, 1)
        forEachGroup { row, group, isOwned in
          for lane in 0..<min(4, view.width - group * 4) where isOwned[lane] {
            counts[row * view.width + group * 4 + lane] &+= one
          }
        }
      }
    }
    return counts
  }
}
