internal import RealModule
internal import SfumatoCore
package import SfumatoIO

/// One way to read a camera file, and how well the masks agree with it.
public struct CameraHypothesis: Equatable, Sendable {
  /// What a focal length in a file may mean.
  public enum Focal: String, CaseIterable, Sendable {
    /// Pixels, or a full angle across the width: as it is read.
    case asRead = "as read"
    /// Halves of the shorter side, PyTorch3D's NDC.
    case halfShortSides = "halves of the shorter side"
    /// Halves of the width.
    case halfWidths = "halves of the width"
    /// Widths of the image.
    case widths = "widths of the image"
    /// The file's angle is half of the field of view.
    case halfAngle = "half the angle of view"
    /// The file's angle is twice the field of view.
    case doubleAngle = "twice the angle of view"
    /// The angle spans the height.
    case acrossHeight = "an angle across the height"
  }

  /// How matrices stand for poses.
  package var pose: PoseConvention
  /// What the focal length means.
  public var focal: Focal
  /// What is added to both coordinates of the principal point, pixels.
  public var shift: Double
  /// Intersection over union of the masks and of what the mesh or the hull covers, mean over views.
  public var iou: Double
  /// Whether that was measured at the finer of the two resolutions.
  public var isRefined: Bool
  /// The place in the ranking of a better reading that differs by a motion or a mirroring of the whole world alone.
  public var sameAs: Int?

  /// The convention's name.
  public var name: String { pose.name }
  /// What the matrices map.
  public var matrix: String { pose.isWorldToCamera ? "world to camera" : "camera to world" }
  /// Where the camera's axes point, as `x right, y up, z back`.
  public var axes: String { pose.axisWords }
  /// Whether the rotations are transposed.
  public var isTransposed: Bool { pose.isTransposed }
}

extension CameraHypothesis.Focal {
  /// The factor on the focal length that the reader took, or nil where the reading makes no sense.
  func factor(focal: Double, width: Double, height: Double) -> Double? {
    let half = width / 2
    let angle = 2 * Double.atan(half / focal)
    let value: Double
    switch self {
    case .asRead: value = focal
    case .halfShortSides: value = focal * min(width, height) / 2
    case .halfWidths where width > height: value = focal * half
    case .halfWidths: return nil
    case .widths: value = focal * width
    case .halfAngle where angle < .pi / 2 - 0.01: value = half / Double.tan(angle)
    case .halfAngle: return nil
    case .doubleAngle: value = half / Double.tan(angle / 4)
    case .acrossHeight where width != height: value = focal * height / width
    case .acrossHeight: return nil
    }
    let view = 360 / Double.pi * Double.atan(half / value)
    return view > 1 && view < 150 ? value / focal : nil
  }
}

extension PoseConvention {
  /// All that are tried: both directions, all signs of the axes, rotations as they are and transposed.
  static var all: [PoseConvention] {
    var result: [PoseConvention] = []
    for isTransposed in [false, true] {
      for isWorldToCamera in [false, true] {
        for bits in 0..<8 {
          let axes = SIMD3(
            bits & 1 == 0 ? 1.0 : -1, bits & 2 == 0 ? 1.0 : -1, bits & 4 == 0 ? 1.0 : -1)
          result.append(
            PoseConvention(
              isWorldToCamera: isWorldToCamera, axes: axes, isTransposed: isTransposed))
        }
      }
    }
    return result
  }

  /// World to camera, perhaps mirrored, of a matrix of four rows.
  func extrinsics(_ matrix: [[Double]]) -> (rotation: Matrix3<Double>, translation: SIMD3<Double>) {
    var m = Matrix3(
      rows: SIMD3(matrix[0][0], matrix[0][1], matrix[0][2]),
      SIMD3(matrix[1][0], matrix[1][1], matrix[1][2]),
      SIMD3(matrix[2][0], matrix[2][1], matrix[2][2]))
    let last = SIMD3(matrix[0][3], matrix[1][3], matrix[2][3])
    if isTransposed { m = m.transpose }
    if !isWorldToCamera { m = m.transpose }
    let t = isWorldToCamera ? last : -(m * last)
    return (Matrix3(rows: m.row0 * axes.x, m.row1 * axes.y, m.row2 * axes.z), t * axes)
  }

  /// The axes in words.
  var axisWords: String {
    "x \(axes.x > 0 ? "right" : "left"), y \(axes.y > 0 ? "down" : "up"), "
      + "z \(axes.z > 0 ? "forward" : "back")"
  }

  /// A name by who uses the convention, else by what it is.
  package var name: String {
    let key = "\(isWorldToCamera ? "w2c" : "c2w") \(isTransposed ? "transposed " : "")"
    switch (isWorldToCamera, isTransposed, axes) {
    case (false, false, SIMD3(1, -1, -1)): return "opengl-c2w"
    case (true, false, SIMD3(1, -1, -1)): return "opengl-w2c"
    case (true, false, SIMD3(1, 1, 1)): return "opencv-w2c"
    case (false, false, SIMD3(1, 1, 1)): return "opencv-c2w"
    case (true, true, SIMD3(-1, -1, 1)): return "pytorch3d"
    case (false, false, SIMD3(-1, -1, 1)): return "mitsuba"
    case (false, false, SIMD3(1, -1, 1)): return "redner"
    case (true, false, SIMD3(1, -1, 1)): return "direct3d-w2c"
    default: return key + axisWords
    }
  }

  /// Who uses the convention; nil where that is nobody who is known.
  package var users: String? {
    switch name {
    case "opengl-c2w": "nerfstudio, NeRF, instant-ngp, Blender, glTF"
    case "opengl-w2c": "OpenGL view matrices, kaolin, nvdiffrast"
    case "opencv-w2c": "OpenCV, COLMAP, Middlebury, DRTK"
    case "opencv-c2w": "inverted OpenCV poses, as in ScanNet and Replica"
    case "pytorch3d": "PyTorch3D's R and T"
    case "mitsuba": "Mitsuba's to_world"
    case "redner": "redner"
    case "direct3d-w2c": "Direct3D and Unity view matrices, a left-handed world"
    default: nil
    }
  }

  /// What makes matrices of this convention into such of another, step by step.
  func changes(to other: PoseConvention) -> [String] {
    var steps: [String] = []
    if isTransposed { steps.append("transpose the 3 x 3 rotation of each matrix") }
    if isWorldToCamera != other.isWorldToCamera { steps.append("invert each matrix") }
    let signs = axes * other.axes
    let flipped = (0..<3).filter { signs[$0] < 0 }.map { "\($0 + 1)" }.joined(separator: " and ")
    if !flipped.isEmpty {
      let count = signs.sum() == 1 ? "" : "s"
      steps.append(
        other.isWorldToCamera
          ? "negate row\(count) \(flipped) of each matrix, translation and all"
          : "negate column\(count) \(flipped) of each rotation")
    }
    if other.isTransposed { steps.append("transpose the 3 x 3 rotation of each matrix") }
    return steps
  }
}
