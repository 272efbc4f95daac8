/// What structural similarity is made of around each pixel of a channel: `light structure / (lights spreads)`.
///
/// K1 = 0.01, K2 = 0.03, range 1, population covariance. Source: Wang et al. 2004, "Image Quality Assessment: From Error Visibility to
/// Structural Similarity", eq. 13.
struct LocalSimilarity<S: RenderScalar> {
  /// The window's means, `[H, W]`.
  let meanX: [S]
  let meanY: [S]
  private let squareX: [S]
  private let squareY: [S]
  private let product: [S]
  private let c1 = S(0.01 * 0.01)
  private let c2 = S(0.03 * 0.03)

  init(_ x: [S], _ y: [S], _ blur: GaussianWindow<S>) {
    meanX = blur(x)
    meanY = blur(y)
    squareX = blur(x.map { $0 * $0 })
    squareY = blur(y.map { $0 * $0 })
    product = blur(x.indices.map { x[$0] * y[$0] })
  }

  /// The four terms at a pixel.
  @inline(__always)
  func terms(_ p: Int) -> (light: S, structure: S, lights: S, spreads: S) {
    let (mx, my) = (meanX[p], meanY[p])
    let varianceX = squareX[p] - mx * mx
    let varianceY = squareY[p] - my * my
    return (
      2 * mx * my + c1, 2 * (product[p] - mx * my) + c2, mx * mx + my * my + c1,
      varianceX + varianceY + c2
    )
  }
}
