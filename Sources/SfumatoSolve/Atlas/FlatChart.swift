internal import RealModule
internal import SfumatoCore

/// A chart laid flat: seen along its axis, turned so that its box is small, in texels.
struct FlatChart {
  /// Its faces.
  let faces: [Int32]
  /// The vertices that these name, in the order in which they come.
  private(set) var vertices: [Int32] = []
  /// Corners of the faces as places in `vertices`, `[F, 3]`.
  private(set) var corners: [Int32] = []
  /// Where vertices lie, texels, the box's lower corner at zero; counter-clockwise faces stay so with y up.
  private(set) var places: [SIMD2<Float>] = []
  /// The box's sides, texels.
  private(set) var size = SIMD2<Float>.zero

  /// How many turns are tried for the smallest box, over a right angle.
  private static let turns = 16

  /// Lays faces flat along the mean of their normals.
  ///
  /// - Parameters:
  ///   - faces: which.
  ///   - surface: where they are.
  ///   - density: texels a unit of length.
  ///   - local: scratch, one a vertex of the surface, -1 throughout before and after.
  init(_ faces: [Int32], _ surface: FaceFrames, density: Float, local: inout [Int32]) {
    self.faces = faces
    var axis = SIMD3<Float>.zero
    for face in faces {
      axis += surface.normals[Int(face)] * surface.areas[Int(face)]
      for k in 0..<3 {
        let v = Int(surface.faces[3 * Int(face) + k])
        if local[v] < 0 {
          local[v] = Int32(vertices.count)
          vertices.append(Int32(v))
        }
        corners.append(local[v])
      }
    }
    for v in vertices { local[Int(v)] = -1 }
    axis = axis == .zero ? SIMD3(0, 0, 1) : normalize(axis)
    let helper: SIMD3<Float> = abs(axis.x) < 0.8 ? SIMD3(1, 0, 0) : SIMD3(0, 1, 0)
    let across = normalize(cross(helper, axis))
    let up = cross(axis, across)
    let flat = vertices.map { v in
      let p = surface.positions[Int(v)]
      return SIMD2(dot(p, across), dot(p, up)) * density
    }
    var best = (area: Float.infinity, angle: Float(0), isUpright: false)
    for k in 0..<Self.turns {
      let angle = Float(k) / Float(Self.turns) * .pi / 2
      let box = Self.box(flat, Turn(angle))
      let sides = box.upper - box.lower
      if sides.x * sides.y < best.area { best = (sides.x * sides.y, angle, sides.y > sides.x) }
    }
    // Lying boxes pack better beside each other.
    let turn = Turn(best.isUpright ? best.angle + .pi / 2 : best.angle)
    let box = Self.box(flat, turn)
    places = flat.map { turn($0) - box.lower }
    size = box.upper - box.lower
  }

  /// A turn of the sheet, counter-clockwise.
  private struct Turn {
    private let (cosine, sine): (Float, Float)

    init(_ angle: Float) { (cosine, sine) = (.cos(angle), .sin(angle)) }

    func callAsFunction(_ p: SIMD2<Float>) -> SIMD2<Float> {
      SIMD2(cosine * p.x - sine * p.y, sine * p.x + cosine * p.y)
    }
  }

  private static func box(
    _ points: [SIMD2<Float>], _ turn: Turn
  ) -> (lower: SIMD2<Float>, upper: SIMD2<Float>) {
    var lower = SIMD2<Float>(repeating: .infinity)
    var upper = -lower
    for p in points {
      let q = turn(p)
      lower = pointwiseMin(lower, q)
      upper = pointwiseMax(upper, q)
    }
    return (lower, upper)
  }

  /// The faces that lie over others, which the chart must give up; ascending.
  func overlaps() -> [Int32] {
    let (width, height) = (Int(size.x) + 1, Int(size.y) + 1)
    var taken = [Bool](repeating: false, count: width * height)
    var found: [Int32] = []
    for k in faces.indices {
      var texels: [Int] = []
      var isOver = false
      TexelRaster.forEach(
        places[Int(corners[3 * k])], places[Int(corners[3 * k + 1])],
        places[Int(corners[3 * k + 2])], width: width, height: height
      ) { x, y, weights in
        // A centre on a common side belongs to both.
        guard weights.min() > 1e-3 else { return }
        texels.append(y * width + x)
        if taken[y * width + x] { isOver = true }
      }
      if isOver {
        found.append(faces[k])
      } else {
        for texel in texels { taken[texel] = true }
      }
    }
    return found
  }
}

/// The texels of a triangle.
enum TexelRaster {
  /// Calls `body` with each texel whose centre lies in a triangle or on its border, and its barycentric coordinates.
  @inline(__always)
  static func forEach(
    _ a: SIMD2<Float>, _ b: SIMD2<Float>, _ c: SIMD2<Float>, width: Int, height: Int,
    _ body: (_ x: Int, _ y: Int, _ weights: SIMD3<Float>) -> Void
  ) {
    let area = cross(b - a, c - a)
    guard area != 0, area.isFinite else { return }
    let lower = pointwiseMin(pointwiseMin(a, b), c)
    let upper = pointwiseMax(pointwiseMax(a, b), c)
    let firstX = max(Int((lower.x - 0.5).rounded(.up)), 0)
    let lastX = min(Int((upper.x - 0.5).rounded(.down)), width - 1)
    let firstY = max(Int((lower.y - 0.5).rounded(.up)), 0)
    let lastY = min(Int((upper.y - 0.5).rounded(.down)), height - 1)
    guard firstX <= lastX, firstY <= lastY else { return }
    for y in firstY...lastY {
      for x in firstX...lastX {
        let p = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
        let weights =
          SIMD3(cross(b - p, c - p), cross(c - p, a - p), cross(a - p, b - p)) / area
        if weights.min() >= 0 { body(x, y, weights) }
      }
    }
  }
}
