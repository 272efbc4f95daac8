/// A face's outline as the soft tile kernel reads it: corners, one lane each, and the lines of its edges, all in pixels.
///
/// Lane 3 of a triangle repeats lane 0. Edge k runs from corner k to the next.
public struct SoftKernelFace: Sendable {
  /// Corner columns.
  public var x: SIMD4<Float>
  /// Corner rows.
  public var y: SIMD4<Float>
  /// Outward unit normals of the edges, columns; 0 of an edge without length.
  public var normalX: SIMD4<Float>
  /// Outward unit normals of the edges, rows.
  public var normalY: SIMD4<Float>
  /// Unit vectors along the edges, columns; 0 of an edge without length.
  public var directionX: SIMD4<Float>
  /// Unit vectors along the edges, rows.
  public var directionY: SIMD4<Float>
  /// Half the lengths of the edges; -1e18 of an edge without length, which makes it the farthest of all.
  public var halfLength: SIMD4<Float>
  /// Whether there is a fourth corner.
  public var isQuadrilateral: Bool

  /// Makes a face and derives its edges; `orientation` is the sign of its area on the screen.
  public init(
    x: SIMD4<Float>, y: SIMD4<Float>, isQuadrilateral: Bool, orientation: Float
  ) {
    self.x = x
    self.y = y
    self.isQuadrilateral = isQuadrilateral
    // Lane 3 of a triangle is corner 0 again: then edge 2 ends there, and edge 3 has no length.
    let edgeX = SIMD4(x[1], x[2], x[3], x[0]) - x
    let edgeY = SIMD4(y[1], y[2], y[3], y[0]) - y
    // Scaled by the longer side, so that no square overflows or vanishes.
    let (spanX, spanY) = (Self.magnitude(edgeX), Self.magnitude(edgeY))
    let span = spanX.replacing(with: spanY, where: spanX .< spanY)
    let isPoint = span .<= SIMD4.zero
    let perSpan = SIMD4(repeating: 1) / span.replacing(with: 1, where: isPoint)
    let (scaledX, scaledY) = (edgeX * perSpan, edgeY * perSpan)
    let norm = (scaledX * scaledX + scaledY * scaledY).replacing(with: 1, where: isPoint)
      .squareRoot()
    let inverse = SIMD4(repeating: 1) / norm
    directionX = scaledX * inverse
    directionY = scaledY * inverse
    normalX = directionY * orientation
    normalY = directionX * -orientation
    halfLength = (span * norm * 0.5).replacing(with: -1e18, where: isPoint)
  }

  private static func magnitude(_ a: SIMD4<Float>) -> SIMD4<Float> {
    a.replacing(with: -a, where: a .< SIMD4.zero)
  }
}

/// What a face shows, as the soft tile kernel reads it where there is colour.
public struct SoftKernelAttributes: Sendable {
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
  /// One over the heights of the triangle of corners 0, 1, 2 on its edges 0, 1, 2.
  public var inverseHeight: SIMD4<Float>
  /// The largest of the corners' depth logits.
  public var largestLogit: Float

  /// Makes them; the heights come from the face's outline and twice its area.
  public init(
    q: SIMD4<Float>, logit: SIMD4<Float>, red: SIMD4<Float>, green: SIMD4<Float>,
    blue: SIMD4<Float>, outline: SoftKernelFace
  ) {
    self.q = q
    self.logit = logit
    self.red = red
    self.green = green
    self.blue = blue
    largestLogit = logit.max()
    let (x, y) = (outline.x, outline.y)
    let area = abs((x[1] - x[0]) * (y[2] - y[0]) - (y[1] - y[0]) * (x[2] - x[0]))
    let length = outline.halfLength * 2
    inverseHeight = length.replacing(with: 0, where: length .< SIMD4.zero) / area
  }
}
