package import SfumatoCore

/// Reads cameras in any of the formats of ``CameraFormat``, from a file or a folder.
///
/// A folder is a transforms.json, a NeRF-synthetic set, a COLMAP model (also under `sparse/0`, images in `images`), a `cameras.json`
/// or a Middlebury set. Views keep the file's order; poses are not moved or scaled. Frames, axes and pixel centres become ours. A
/// path `PATH#k` reads view k alone, counted from 0; `PATH#train`, `#val` and `#test` read the part that the file (`train_filenames`)
/// or the folder (`transforms_train.json`) calls so. A folder with such files and no other is read as its `train` part.
public func loadCameras(_ path: String) throws(CameraFileError) -> CameraSet {
  let source = try CameraSource(path)
  var set: CameraSet
  switch source.format {
  case .transforms, .nerf:
    // These select before they read, so that one view is not held back by another's fault.
    return try parseCameras(
      try cameraBytes(source.file), path: source.file, frame: source.frame, split: source.split)
  case .colmapText, .colmapBinary:
    guard let model = source.model else { return CameraSet(frames: []) }
    set = try loadColmap(model)
  case .middlebury: set = try parseMiddlebury(try cameraBytes(source.file), path: source.file)
  case .opencv, .pytorch3d, .mitsuba, .opengl:
    set = try parseCameraList(try cameraBytes(source.file), path: source.file)
  }
  if let split = source.split {
    throw CameraFileError(
      path: source.file, key: "\(split.rawValue)_filenames",
      reason: .missing(expected: "a transforms.json that lists its parts"))
  }
  if let frame = source.frame {
    guard set.frames.indices.contains(frame) else {
      throw CameraFileError(
        path: source.file, frame: frame, reason: .noSuchFrame(count: set.frames.count))
    }
    set.frames = [set.frames[frame]]
  }
  return set
}

/// How a matrix stands for a pose: what it maps from and to, and which way the camera's axes point.
package struct PoseConvention: Hashable, Sendable {
  /// Whether the matrix maps the world to the camera's frame; else it maps that to the world.
  package var isWorldToCamera: Bool
  /// Signs that turn the file's camera axes into ours, x right, y down, z forward.
  package var axes: SIMD3<Double>
  /// Whether the rotation is written for row vectors, transposed, with the translation still in the last column.
  package var isTransposed: Bool

  /// Makes a convention.
  package init(isWorldToCamera: Bool, axes: SIMD3<Double>, isTransposed: Bool = false) {
    self.isWorldToCamera = isWorldToCamera
    self.axes = axes
    self.isTransposed = isTransposed
  }

  /// That of a format's own matrices.
  package init(of format: CameraFormat) {
    switch format {
    case .transforms, .nerf: self.init(isWorldToCamera: false, axes: CameraAxes.openGL)
    case .colmapText, .colmapBinary, .middlebury, .opencv:
      self.init(isWorldToCamera: true, axes: SIMD3(1, 1, 1))
    case .pytorch3d:
      self.init(isWorldToCamera: true, axes: CameraAxes.leftUpForward, isTransposed: true)
    case .mitsuba: self.init(isWorldToCamera: false, axes: CameraAxes.leftUpForward)
    case .opengl: self.init(isWorldToCamera: true, axes: CameraAxes.openGL)
    }
  }

  /// The matrix of a pose in this convention, four rows of four.
  package func matrix(_ pose: RigidTransform<Double>) -> [[Double]] {
    var rows =
      isWorldToCamera ? pose.worldToCameraRows(axes: axes) : pose.cameraToWorldRows(axes: axes)
    if isTransposed {
      let r = rows
      for i in 0..<3 { for j in 0..<3 { rows[i][j] = r[j][i] } }
    }
    return rows + [[0, 0, 0, 1]]
  }
}

/// Cameras whose matrices nobody has interpreted yet.
package struct UnreadCameras: Sendable {
  /// Views with their intrinsics; extrinsics are the identity.
  package var set: CameraSet
  /// The matrix of each view, four rows of four, as the file holds it.
  package var matrices: [[[Double]]]
  /// What the file is.
  package var format: CameraFormat
  /// The file itself, or the one in the folder.
  package var file: String
}

/// Reads cameras without asking what their matrices mean: of a transforms.json any four by four numbers do.
package func loadUnreadCameras(_ path: String) throws(CameraFileError) -> UnreadCameras {
  let source = try CameraSource(path)
  if source.format == .transforms || source.format == .nerf {
    let (set, matrices) = try parseUnreadCameras(
      try cameraBytes(source.file), path: source.file, frame: source.frame, split: source.split)
    return UnreadCameras(
      set: set, matrices: matrices, format: source.format, file: source.file)
  }
  var set = try loadCameras(path)
  let convention = PoseConvention(of: source.format)
  var matrices: [[[Double]]] = []
  for i in set.frames.indices {
    matrices.append(convention.matrix(Camera<Double>(set.frames[i].camera).worldToCamera))
    set.frames[i].camera.worldToCamera = .identity
  }
  return UnreadCameras(set: set, matrices: matrices, format: source.format, file: source.file)
}

/// The bytes of a camera file.
func cameraBytes(_ path: String) throws(CameraFileError) -> [UInt8] {
  do { return try readBytes(path) } catch {
    throw CameraFileError(path: path, reason: .inaccessible(error.problem))
  }
}
