internal import Foundation
internal import SfumatoCore

// Writes `FOLDER/sparse/0`. Names are as seen from `FOLDER/images`. The corners of the bounds become two points, so that they come
// back; masks have no place but `FOLDER/masks`.

/// The bytes of a model's three files.
struct ColmapFiles {
  var cameras: [UInt8]
  var images: [UInt8]
  var points: [UInt8]
}

extension ColmapModel {
  /// A set as COLMAP has it, cameras with the same intrinsics once.
  init(_ set: CameraSet, folder: String) throws(CameraFileError) {
    for (index, frame) in set.frames.enumerated() {
      let place = CameraPlace(path: folder, frame: index)
      let intrinsics = try ColmapCamera(frame, at: place)
      let id = cameras.first { $0.value == intrinsics }?.key ?? cameras.count + 1
      cameras[id] = intrinsics
      let name = colmapName(of: frame, folder: folder)
      guard !name.isEmpty, !name.utf8.contains(where: { $0 < 32 }) else {
        throw place.failure(
          "NAME", .unsupported(found: quotedJSON(name), expected: "a name on one line is"))
      }
      let pose = Camera<Double>(frame.camera).worldToCamera
      let q = pose.rotation.normalized
      images.append(
        ColmapImage(
          name: name, camera: id, rotation: SIMD4(q.w, q.vector.x, q.vector.y, q.vector.z),
          translation: pose.translation, place: place))
    }
    if let bounds = set.bounds {
      points = [bounds.lower, bounds.upper].map { SIMD3(Double($0.x), Double($0.y), Double($0.z)) }
    }
  }

  /// The files in text.
  var text: ColmapFiles {
    var lines = ["# CAMERA_ID MODEL WIDTH HEIGHT PARAMS[]"]
    for (id, camera) in cameras.sorted(by: { $0.key < $1.key }) {
      let numbers = camera.parameters.map { "\($0)" }.joined(separator: " ")
      lines.append("\(id) \(camera.model.name) \(camera.width) \(camera.height) \(numbers)")
    }
    let cameraText = lines.joined(separator: "\n") + "\n"
    lines = [
      "# IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME, then a line of POINTS2D[] (here empty)"
    ]
    for (i, image) in images.enumerated() {
      let (q, t) = (image.rotation, image.translation)
      lines.append(
        "\(i + 1) \(q.x) \(q.y) \(q.z) \(q.w) \(t.x) \(t.y) \(t.z) \(image.camera) \(image.name)")
      lines.append("")
    }
    let imageText = lines.joined(separator: "\n") + "\n"
    lines = ["# POINT3D_ID X Y Z R G B ERROR TRACK[] (here the corners of the bounds)"]
    for (i, p) in points.enumerated() {
      lines.append("\(i + 1) \(p.x) \(p.y) \(p.z) 128 128 128 0")
    }
    let pointText = lines.joined(separator: "\n") + "\n"
    return ColmapFiles(
      cameras: Array(cameraText.utf8), images: Array(imageText.utf8),
      points: Array(pointText.utf8))
  }

  /// The files in binary.
  var binary: ColmapFiles {
    var cameraBytes = littleEndian(UInt64(cameras.count))
    for (id, camera) in cameras.sorted(by: { $0.key < $1.key }) {
      cameraBytes += littleEndian(UInt32(id)) + littleEndian(Int32(camera.model.rawValue))
      cameraBytes += littleEndian(UInt64(camera.width)) + littleEndian(UInt64(camera.height))
      for value in camera.parameters { cameraBytes += littleEndian(value.bitPattern) }
    }
    var imageBytes = littleEndian(UInt64(images.count))
    for (i, image) in images.enumerated() {
      imageBytes += littleEndian(UInt32(i + 1))
      for j in 0..<4 { imageBytes += littleEndian(image.rotation[j].bitPattern) }
      for j in 0..<3 { imageBytes += littleEndian(image.translation[j].bitPattern) }
      imageBytes += littleEndian(UInt32(image.camera)) + Array(image.name.utf8) + [0]
      imageBytes += littleEndian(UInt64(0))
    }
    var pointBytes = littleEndian(UInt64(points.count))
    for (i, point) in points.enumerated() {
      pointBytes += littleEndian(UInt64(i + 1))
      for axis in 0..<3 { pointBytes += littleEndian(point[axis].bitPattern) }
      pointBytes += [128, 128, 128] + littleEndian(Double(0).bitPattern) + littleEndian(UInt64(0))
    }
    return ColmapFiles(cameras: cameraBytes, images: imageBytes, points: pointBytes)
  }
}

extension ColmapCamera {
  /// The simplest model that has a frame's intrinsics.
  init(_ frame: CameraFrame, at place: CameraPlace) throws(CameraFileError) {
    let camera = frame.camera
    guard camera.projection == .perspective else { throw place.orthographic() }
    (width, height) = (camera.width, camera.height)
    parameters = [camera.focal.x, camera.focal.y, camera.principal.x, camera.principal.y]
      .map { Double(shortest: $0) }
    switch frame.distortion {
    case nil: model = .PINHOLE
    case .fisheye(let k):
      model = .OPENCV_FISHEYE
      parameters += [k.x, k.y, k.z, k.w]
    case .polynomial(let a, let b, let p):
      guard a.w == 0 else {
        throw place.failure(
          "k4", .unsupported(found: "a radial term of the eighth power", expected: "k1 to k3 are"))
      }
      if a.z == 0, b == .zero {
        model = .OPENCV
        parameters += [a.x, a.y, p.x, p.y]
      } else {
        model = .FULL_OPENCV
        parameters += [a.x, a.y, p.x, p.y, a.z, b.x, b.y, b.z]
      }
    }
  }
}

extension CameraPlace {
  /// The error for a camera that the perspective formats have no place for.
  func orthographic() -> CameraFileError {
    failure(
      "camera_model", .unsupported(found: "an orthographic camera", expected: "a pinhole camera is")
    )
  }
}

extension Double {
  /// A Float as the Double with the same shortest decimal text: 0.1 and not 0.10000000149.
  init(shortest value: Float) { self = Double("\(value)") ?? Double(value) }
}

/// An image's name as seen from the folder `images`; absolute where it lies elsewhere.
private func colmapName(of frame: CameraFrame, folder: String) -> String {
  guard !frame.imagePath.isEmpty else { return frame.filePath }
  return relativePath(frame.imagePath, from: folder + "/images/x")
}

/// The bytes of a number, least significant first.
private func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> T(8 * $0)) }
}
