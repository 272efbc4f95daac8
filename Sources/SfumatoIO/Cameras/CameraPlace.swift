internal import SfumatoCore

// What all readers of cameras check in the same way: numbers, sizes, focal lengths and rotations.

/// Where in a camera file a reader is, to say so in errors.
struct CameraPlace {
  var path: String
  var frame: Int?
  var line: Int?

  func failure(_ key: String?, _ reason: CameraFileError.Reason) -> CameraFileError {
    CameraFileError(path: path, frame: frame, line: line, key: key, reason: reason)
  }

  /// A coordinate; far below the largest Float: differences and products of coordinates must stay finite too.
  func finite(_ value: Double, _ key: String) throws(CameraFileError) -> Double {
    guard abs(value) < 1e18 else {
      throw failure(key, .wrongValue(found: "\(value)", expected: "numbers below 1e18"))
    }
    return value
  }

  /// An image side, pixels.
  func side(_ value: Double, _ key: String) throws(CameraFileError) -> Int {
    guard value >= 1, value <= 1_000_000, value == value.rounded() else {
      throw failure(
        key, .wrongValue(found: "\(value)", expected: "a whole number of pixels, 1...1000000"))
    }
    return Int(value)
  }

  /// A focal length, pixels.
  func focal(_ value: Double, _ key: String) throws(CameraFileError) -> Double {
    guard value > 0, Float(value) > 0, value < 1e18 else {
      throw failure(
        key, .wrongValue(found: "\(value)", expected: "a focal length above 0 pixels"))
    }
    return value
  }

  /// A full field of view, radians.
  func angle(_ value: Double, _ key: String) throws(CameraFileError) -> Double {
    guard value > 1e-6, value < Double.pi - 1e-6 else {
      throw failure(
        key, .wrongValue(found: "\(value)", expected: "a full angle in radians, 0...π"))
    }
    return value
  }

  /// A matrix of rows, its shape and its numbers checked.
  func matrix(
    _ rows: [[Double]], _ key: String, rows count: Int, columns: Int
  ) throws(CameraFileError) -> [[Double]] {
    guard rows.count == count, rows.allSatisfy({ $0.count == columns }) else {
      throw failure(
        key, .wrongValue(found: shape(of: rows), expected: "\(count) rows of \(columns)"))
    }
    for value in rows.joined() { _ = try finite(value, key) }
    return rows
  }

  /// The first three rows of a rigid motion: 4 x 4, or 3 x 4.
  func affine(_ rows: [[Double]], _ key: String) throws(CameraFileError) -> [[Double]] {
    guard rows.count == 4 || rows.count == 3, rows.allSatisfy({ $0.count == 4 }) else {
      throw failure(key, .wrongValue(found: shape(of: rows), expected: "4 rows of 4"))
    }
    for value in rows.joined() { _ = try finite(value, key) }
    if rows.count == 4, zip(rows[3], [0, 0, 0, 1]).contains(where: { abs($0 - $1) > 1e-6 }) {
      throw failure(
        key, .wrongValue(found: "not affine: its last row is \(rows[3])", expected: "[0, 0, 0, 1]"))
    }
    return Array(rows.prefix(3))
  }

  private func shape(of rows: [[Double]]) -> String {
    let widths = Set(rows.map(\.count)).sorted().map(String.init).joined(separator: " or ")
    return rows.isEmpty ? "empty" : "\(rows.count) rows of \(widths) numbers"
  }

  /// The rotation that a matrix is, to the digits of the file.
  func rotation(_ m: Matrix3<Double>, _ key: String) throws(CameraFileError) -> Quaternion<Double> {
    let tolerance = 1e-3
    let (a, b, c) = (m.row0, m.row1, m.row2)
    let squares = SIMD3(dot(a, a), dot(b, b), dot(c, c))
    let scale = (squares.sum() / 3).squareRoot()
    guard scale > 0, scale.isFinite else { throw failure(key, .notARotation) }
    let square = scale * scale
    let skew: [Double] = [dot(a, b), dot(b, c), dot(c, a)].map { abs($0) / square }
    let uneven: [Double] = (0..<3).map { abs(squares[$0] / square - 1) }
    guard (skew + uneven).allSatisfy({ $0 <= tolerance }) else {
      throw failure(key, .notARotation)
    }
    guard m.determinant > 0 else { throw failure(key, .mirrored) }
    guard abs(scale - 1) <= tolerance / 2 else {
      let rounded = scale < 100 && scale > 0.01 ? (scale * 1000).rounded() / 1000 : scale
      throw failure(key, .scaled(by: rounded))
    }
    return Quaternion(m)
  }

  /// Distortion with coefficients that leave numbers finite; nil where it is none.
  func lens(_ lens: LensDistortion, _ key: String) throws(CameraFileError) -> LensDistortion? {
    guard lens.isReasonable else {
      throw failure(
        key, .wrongValue(found: "a coefficient beyond 1e6", expected: "distortion coefficients"))
    }
    return lens.isIdentity ? nil : lens
  }
}

/// Signs that turn another camera frame into ours: x right, y down, z forward.
enum CameraAxes {
  /// OpenGL, Blender, glTF: x right, y up, z back.
  static let openGL = SIMD3(1.0, -1, -1)
  /// PyTorch3D, Mitsuba: x left, y up, z forward.
  static let leftUpForward = SIMD3(-1.0, -1, 1)
}

extension RigidTransform<Double> {
  /// World to camera from a camera-to-world rotation, whose columns are the camera's axes, and a place.
  init(
    cameraToWorld rows: [[Double]], axes: SIMD3<Double>, _ key: String, at place: CameraPlace
  ) throws(CameraFileError) {
    let columns = (0..<3).map { i -> SIMD3<Double> in
      SIMD3(rows[0][i], rows[1][i], rows[2][i]) * axes[i]
    }
    let rotation = try place.rotation(
      Matrix3(rows: columns[0], columns[1], columns[2]), key)
    // The quaternion is the rotation to the digits of the file; with it, t = -R c.
    let center = SIMD3(rows[0][3], rows[1][3], rows[2][3])
    self.init(rotation: rotation, translation: -(rotation.matrix * center))
  }

  /// World to camera from rows of a rotation into another camera frame, and its translation.
  init(
    worldToCamera rows: [[Double]], translation: [Double], axes: SIMD3<Double>, _ key: String,
    at place: CameraPlace
  ) throws(CameraFileError) {
    let m = (0..<3).map { i -> SIMD3<Double> in
      SIMD3(rows[i][0], rows[i][1], rows[i][2]) * axes[i]
    }
    let rotation = try place.rotation(Matrix3(rows: m[0], m[1], m[2]), key)
    self.init(
      rotation: rotation,
      translation: SIMD3(translation[0], translation[1], translation[2]) * axes)
  }

  /// Camera to world with other camera axes, three rows of four.
  func cameraToWorldRows(axes: SIMD3<Double>) -> [[Double]] {
    let m = rotation.normalized.matrix
    let center = -(m.transpose * translation)
    let columns = [m.row0 * axes.x, m.row1 * axes.y, m.row2 * axes.z]
    return (0..<3).map { i -> [Double] in
      [columns[0][i], columns[1][i], columns[2][i], center[i]]
    }
  }

  /// World to camera with other camera axes, three rows of four.
  func worldToCameraRows(axes: SIMD3<Double>) -> [[Double]] {
    let m = rotation.normalized.matrix
    let rows = [m.row0 * axes.x, m.row1 * axes.y, m.row2 * axes.z]
    let last = translation * axes
    return (0..<3).map { i -> [Double] in [rows[i].x, rows[i].y, rows[i].z, last[i]] }
  }
}
