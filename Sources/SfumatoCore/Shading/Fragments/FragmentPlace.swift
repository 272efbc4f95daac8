/// Where on a face a fragment lies.
struct FragmentPlace<S: RenderScalar> {
  /// The face of the scene.
  var face: Int
  /// The corners' weights, perspective corrected; they sum to 1.
  var weights: SIMD3<S>
  /// How the weights change to the next sample along the row and along the column.
  var steps: (SIMD3<S>, SIMD3<S>)
}

extension ScreenFace {
  /// The fragment of a size in pixels at a point; corner colours are corner weights here.
  func fragment(weights: SIMD3<S>, at point: SIMD2<S>, step: S) -> FragmentPlace<S> {
    FragmentPlace(
      face: Int(source), weights: weights,
      steps: (
        unheldWeights(at: point + SIMD2(step, 0), else: weights) - weights,
        unheldWeights(at: point + SIMD2(0, step), else: weights) - weights
      ))
  }

  /// The weights of the corners at a point that may lie outside.
  private func unheldWeights(at point: SIMD2<S>, else fallback: SIMD3<S>) -> SIMD3<S> {
    let weighted = barycentrics(of: point) * q
    let total = (weighted.x + weighted.y) + (weighted.z + weighted.w)
    guard total.isFinite, total > 0 else { return fallback }
    let w = weighted / total
    return SIMD3((w * red).sum(), (w * green).sum(), (w * blue).sum())
  }
}
