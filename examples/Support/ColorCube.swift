public import SfumatoCore

/// A cube with a colour on each face.
public enum ColorCube {
  /// Of half side 1, with eight shared corners, so that its smooth normals are those of the corners.
  ///
  /// Cyan and magenta at ±x, yellow and green at ±y, red and blue at ±z: the six colours of nvdiffrast's cube in the order
  /// of Le Lidec et al.
  public static func mesh() -> Mesh<Float> {
    let colors: [SIMD3<Float>] = [
      SIMD3(0, 1, 1), SIMD3(1, 0, 1), SIMD3(1, 1, 0), SIMD3(0, 1, 0), SIMD3(1, 0, 0),
      SIMD3(0, 0, 1),
    ]
    var cube = Mesh<Float>.cube(side: 2)
    cube.faceColors = (0..<cube.faceCount).flatMap { f in
      let (a, b, c) = cube.corners(f)
      // The sum of a face's corners is 3 along the axis that it stands on, at most 1 along the others.
      let sum = cube.position(a) + cube.position(b) + cube.position(c)
      let axis = (0..<3).first { abs(sum[$0]) > 2 } ?? 0
      let color = colors[2 * axis + (sum[axis] > 0 ? 0 : 1)]
      return [color.x, color.y, color.z]
    }
    return cube
  }
}
