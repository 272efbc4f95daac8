/// A face as the soft tile kernel reads it: corners, one lane each, and what its edges need, all in pixels.
///
/// Lane 3 of a triangle repeats lane 0. Edge k runs from corner k to the next.
public struct SoftKernelFace: Sendable {
  /// Corner columns.
  public var x: SIMD4<Float>
  /// Corner rows.
  public var y: SIMD4<Float>
  /// Perspective weights of the corners.
  public var q: SIMD4<Float>
  /// Depth logits of the corners.
  public var logit: SIMD4<Float>
  /// Reds of the corners.
  public var red: SIMD4<Float>
  /// Greens of the corners.
  public var green: SIMD4<Float>
  /// Blues of the corners.
  public var blue: SIMD4<Float>
  /// Edge vectors, columns.
  public var edgeX: SIMD4<Float> = .zero
  /// Edge vectors, rows.
  public var edgeY: SIMD4<Float> = .zero
  /// Outward unit normals of the edges, columns.
  public var normalX: SIMD4<Float> = .zero
  /// Outward unit normals of the edges, rows.
  public var normalY: SIMD4<Float> = .zero
  /// One over the squared lengths of the edges, 0 where an edge has none.
  public var inverseSquaredLength: SIMD4<Float> = .zero
  /// The box around the corners.
  public var left: Float
  /// The box's top row.
  public var top: Float
  /// The box's right column.
  public var right: Float
  /// The box's bottom row.
  public var bottom: Float
  /// The largest of the corners' depth logits.
  public var largestLogit: Float
  /// One over twice the signed area of corners 0, 1, 2.
  public var inverseArea: Float = 0
  /// Whether there is a fourth corner.
  public var isQuadrilateral: Bool

  /// Makes a face and derives its edges; `orientation` is the sign of its area on the screen.
  public init(
    x: SIMD4<Float>, y: SIMD4<Float>, q: SIMD4<Float>, logit: SIMD4<Float>, red: SIMD4<Float>,
    green: SIMD4<Float>, blue: SIMD4<Float>, isQuadrilateral: Bool, orientation: Float
  ) {
    self.x = x
    self.y = y
    self.q = q
    self.logit = logit
    self.red = red
    self.green = green
    self.blue = blue
    self.isQuadrilateral = isQuadrilateral
    left = x.min()
    top = y.min()
    right = x.max()
    bottom = y.max()
    largestLogit = logit.max()
    let count = isQuadrilateral ? 4 : 3
    for k in 0..<count {
      let next = k + 1 == count ? 0 : k + 1
      let e = SIMD2(x[next] - x[k], y[next] - y[k])
      let squaredLength = e.x * e.x + e.y * e.y
      guard squaredLength > 0 else { continue }
      let scale = orientation / squaredLength.squareRoot()
      edgeX[k] = e.x
      edgeY[k] = e.y
      normalX[k] = e.y * scale
      normalY[k] = -e.x * scale
      inverseSquaredLength[k] = 1 / squaredLength
    }
    inverseArea = 1 / ((x[1] - x[0]) * (y[2] - y[0]) - (y[1] - y[0]) * (x[2] - x[0]))
  }
}
