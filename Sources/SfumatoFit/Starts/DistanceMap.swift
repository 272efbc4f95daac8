internal import SfumatoCore

/// The signed distance of each pixel centre to the outline of a mask, pixels; positive inside.
struct DistanceMap: Sendable {
  let width: Int
  let height: Int
  /// Distances, `[H, W]`; all minus infinity-like where the mask is empty, plus where it is full.
  let values: [Float]
  /// Whether the mask reaches the image's edge, so that the object may go on outside.
  let touchesEdge: Bool

  /// The map of an alpha channel, `[H, W]`: inside where it is at least one half.
  ///
  /// Beside the outline, where alpha is a share of the pixel, that share gives the distance to a fraction of a pixel.
  init(alpha: [Float], width: Int, height: Int) {
    self.width = width
    self.height = height
    let inside = alpha.map { $0 >= 0.5 }
    let toInside = Self.distances(to: inside, width, height)
    let toOutside = Self.distances(to: inside.map { !$0 }, width, height)
    values = inside.indices.map { p in
      let signed = inside[p] ? toOutside[p] - 0.5 : 0.5 - toInside[p]
      return alpha[p] > 0 && alpha[p] < 1 && abs(signed) < 1 ? alpha[p] - 0.5 : signed
    }
    touchesEdge =
      (0..<width).contains { inside[$0] || inside[(height - 1) * width + $0] }
      || (0..<height).contains { inside[$0 * width] || inside[$0 * width + width - 1] }
  }

  /// The distance at a place in pixels, bilinear between pixel centres and clamped to them.
  func value(at place: SIMD2<Float>) -> Float {
    let x = min(max(place.x - 0.5, 0), Float(width - 1))
    let y = min(max(place.y - 0.5, 0), Float(height - 1))
    let (i, j) = (min(Int(x), max(width - 2, 0)), min(Int(y), max(height - 2, 0)))
    let (u, v) = (x - Float(i), y - Float(j))
    let (right, below) = (min(1, width - 1), min(1, height - 1) * width)
    let p = j * width + i
    let top = values[p] + (values[p + right] - values[p]) * u
    let bottom = values[p + below] + (values[p + below + right] - values[p + below]) * u
    return top + (bottom - top) * v
  }

  /// The distance from each pixel to the nearest one of a set, exact; a large number where the set is empty.
  ///
  /// Source: Felzenszwalb and Huttenlocher 2012, "Distance Transforms of Sampled Functions", algorithm 1.
  private static func distances(to set: [Bool], _ width: Int, _ height: Int) -> [Float] {
    let far = Float(4 * (width + height) * (width + height))
    var squares = set.map { $0 ? 0 : far }
    var line = [Float](repeating: 0, count: max(width, height))
    for y in 0..<height { transform(&squares, from: y * width, by: 1, count: width, &line) }
    for x in 0..<width { transform(&squares, from: x, by: width, count: height, &line) }
    return squares.map { $0.squareRoot() }
  }

  /// The lower envelope of parabolas along a row or a column.
  private static func transform(
    _ squares: inout [Float], from start: Int, by stride: Int, count: Int, _ line: inout [Float]
  ) {
    for i in 0..<count { line[i] = squares[start + i * stride] }
    var roots = [0]
    var bounds: [Float] = [-.infinity]
    for i in 1..<max(count, 1) {
      while true {
        let r = roots[roots.count - 1]
        let rise = (line[i] + Float(i * i)) - (line[r] + Float(r * r))
        let meet = rise / Float(2 * (i - r))
        if meet > bounds[bounds.count - 1] {
          roots.append(i)
          bounds.append(meet)
          break
        }
        roots.removeLast()
        bounds.removeLast()
      }
    }
    bounds.append(.infinity)
    var k = 0
    for i in 0..<count {
      while bounds[k + 1] < Float(i) { k += 1 }
      let d = Float(i - roots[k])
      squares[start + i * stride] = d * d + line[roots[k]]
    }
  }
}
