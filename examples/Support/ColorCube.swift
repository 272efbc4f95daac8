public import SfumatoCore

/// Cubes with a colour on each face.
public enum ColorCube {
  /// Of half side 1: red and cyan at ±x, green and magenta at ±y, blue and yellow at ±z.
  ///
  /// 24 vertices, so that a face's colour ends at its edges also where colours stand at vertices.
  public static func mesh(side: Float = 2) -> Mesh<Float> {
    let cube = Mesh<Float>.cube(side: side)
    var positions: [Float] = []
    var colors: [Float] = []
    for f in 0..<cube.faceCount {
      let (a, b, c) = cube.corners(f)
      let middle = (cube.position(a) + cube.position(b) + cube.position(c)) / side
      var color = SIMD3<Float>.zero
      for k in 0..<3 {
        if middle[k] > 1.2 { color[k] = 1 }
        if middle[k] < -1.2 { color = SIMD3(repeating: 1); color[k] = 0 }
      }
      for v in [a, b, c] {
        let p = cube.position(v)
        positions += [p.x, p.y, p.z]
        colors += [color.x, color.y, color.z]
      }
    }
    return Mesh(
      positions: positions, faces: (0..<Int32(positions.count / 3)).map { $0 },
      vertexColors: colors)
  }

  /// The 24 rotations that carry a cube into itself.
  public static let rotations: [Quaternion<Float>] = {
    var found: [Quaternion<Float>] = [.identity]
    let quarters = (0..<3).map { axis in
      var turn = SIMD3<Float>.zero
      turn[axis] = .pi / 2
      return Quaternion(rotationVector: turn)
    }
    var next = 0
    while next < found.count {
      for quarter in quarters {
        let q = quarter * found[next]
        if found.allSatisfy({ ($0 * q.conjugate).angle > 0.1 }) { found.append(q) }
      }
      next += 1
    }
    return found
  }()
}
