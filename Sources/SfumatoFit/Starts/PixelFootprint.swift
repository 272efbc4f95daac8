internal import SfumatoCore

extension Camera<Float> {
  /// World units that a pixel spans at a point; 0 behind the camera.
  func footprint(at point: SIMD3<Float>) -> Float {
    let depth = projection == .perspective ? cameraPoint(point).z : 1
    return max(depth, 0) * 2 / (focal.x + focal.y)
  }
}

extension [Camera<Float>] {
  /// The median of the cameras' footprints at a point, but for those that it lies behind; 0 where that is all.
  func medianFootprint(at point: SIMD3<Float>) -> Float {
    let sizes = map { $0.footprint(at: point) }.filter { $0 > 0 }.sorted()
    return sizes.isEmpty ? 0 : sizes[sizes.count / 2]
  }
}
