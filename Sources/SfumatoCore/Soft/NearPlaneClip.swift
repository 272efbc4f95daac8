/// Cutting a camera-space triangle at the near plane: what stays is a triangle or a quadrilateral.
///
/// *Differentiable in* the corners and their colours. *Constant in* the near depth. *Discontinuous in* nothing: where a
/// corner crosses the plane the polygon changes continuously.
public enum NearPlaneClip {
  /// How a triangle was cut: bits 0...2 say which corners lie in front, bits 3...4 by how many places the
  /// polygon's list was turned so that its first three corners span the largest triangle.
  public typealias Code = UInt8

  /// Nothing was cut.
  static let uncut: Code = 0b111

  /// A corner of the clipped polygon: on the triangle's edge from `first` to `second`, at `parameter`.
  struct Corner<S: RenderScalar> {
    var first: Int
    var second: Int
    var parameter: S
  }

  /// The corners in front of the plane, as bits.
  static func frontMask<S: RenderScalar>(_ z: SIMD3<S>, near: S) -> Code {
    (z.x >= near ? 1 : 0) | (z.y >= near ? 2 : 0) | (z.z >= near ? 4 : 0)
  }

  /// The polygon of a cut triangle, in order around it.
  ///
  /// A cut edge is taken from its end in front, so that both faces at it compute the same corner to the last bit.
  /// - Parameters:
  ///   - z: the depths of the triangle's corners.
  ///   - near: the depth of the plane.
  ///   - mask: of ``frontMask(_:near:)``.
  /// - Returns: the corners and how many of them count: 0, 3 or 4.
  static func polygon<S: RenderScalar>(
    _ z: SIMD3<S>, near: S, mask: Code
  ) -> (corners: InlineArray<4, Corner<S>>, count: Int) {
    var corners = InlineArray<4, Corner<S>>(
      repeating: Corner(first: 0, second: 0, parameter: 0))
    var count = 0
    for k in 0..<3 {
      let next = k == 2 ? 0 : k + 1
      let here = mask >> Code(k) & 1 == 1
      let there = mask >> Code(next) & 1 == 1
      if here {
        corners[count] = Corner(first: k, second: k, parameter: 0)
        count += 1
      }
      if here != there {
        let (front, back) = here ? (k, next) : (next, k)
        corners[count] = Corner(
          first: front, second: back, parameter: (near - z[front]) / (z[back] - z[front]))
        count += 1
      }
    }
    return (corners, count)
  }

  /// The adjoint of a corner's parameter: adds to the depths of the two ends.
  static func parameterVJP<S: RenderScalar>(
    _ corner: Corner<S>, _ z: SIMD3<S>, near: S, parameterBar: S, into zBar: inout SIMD3<S>
  ) {
    let a = z[corner.first]
    let b = z[corner.second]
    let scale = parameterBar / ((b - a) * (b - a))
    zBar[corner.first] += (near - b) * scale
    zBar[corner.second] -= (near - a) * scale
  }
}
