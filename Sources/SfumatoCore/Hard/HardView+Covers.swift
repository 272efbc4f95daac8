extension HardView {
  /// How many faces that look at the camera cover each pixel's centre, and how many that look away, row-major.
  ///
  /// Of a closed mesh in front of the near plane the two are the same everywhere.
  @specialized(where S == Float)
  @specialized(where S == Double)
  static func coverCounts(_ assembly: SceneAssembly<S>, _ camera: Camera<S>) -> [SIMD2<Int32>] {
    let view = HardView(assembly, camera: camera, samples: 1)
    var counts = [SIMD2<Int32>](repeating: .zero, count: view.width * view.height)
    for band in view.bandFaces.indices {
      let firstRow = band * bandRows
      for f in view.bandFaces[band] {
        let face = view.faces[Int(f)]
        let one = face.isFront ? SIMD2<Int32>(1, 0) : SIMD2(0, 1)
        forEachSpan(face, firstRow: firstRow, rows: min(bandRows, view.height - firstRow)) {
          row, span in
          for column in span { counts[row * view.width + column] &+= one }
        }
      }
    }
    return counts
  }
}
