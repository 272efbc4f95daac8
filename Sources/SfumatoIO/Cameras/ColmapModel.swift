internal import Foundation
internal import SfumatoCore

// A COLMAP model as its three files hold it, in text or binary, and what it is as cameras. The camera frame is ours, poses are world
// to camera, the principal point counts from the corner of the image: nothing is flipped or shifted.

/// Intrinsics that images share.
struct ColmapCamera: Equatable {
  var model: Model
  var width: Int
  var height: Int
  var parameters: [Double]

  /// The camera models by COLMAP's numbers; those without parameters here are not read.
  enum Model: Int, CaseIterable {
    case SIMPLE_PINHOLE, PINHOLE, SIMPLE_RADIAL, RADIAL, OPENCV, OPENCV_FISHEYE, FULL_OPENCV, FOV
    case SIMPLE_RADIAL_FISHEYE, RADIAL_FISHEYE, THIN_PRISM_FISHEYE

    var name: String { "\(self)" }

    var parameterCount: Int {
      switch self {
      case .SIMPLE_PINHOLE: 3
      case .PINHOLE, .SIMPLE_RADIAL, .SIMPLE_RADIAL_FISHEYE: 4
      case .RADIAL, .FOV, .RADIAL_FISHEYE: 5
      case .OPENCV, .OPENCV_FISHEYE: 8
      case .FULL_OPENCV, .THIN_PRISM_FISHEYE: 12
      }
    }
  }

  static let supported =
    "SIMPLE_PINHOLE, PINHOLE, SIMPLE_RADIAL, RADIAL, OPENCV, FULL_OPENCV, OPENCV_FISHEYE, "
    + "SIMPLE_RADIAL_FISHEYE and RADIAL_FISHEYE are"

  /// The pinhole and the distortion.
  func lens(
    at place: CameraPlace
  ) throws(CameraFileError) -> (
    focal: SIMD2<Double>, principal: SIMD2<Double>, lens: LensDistortion?
  ) {
    var p: [Double] = []
    for value in parameters { p.append(try place.finite(value, "params")) }
    let sharesFocal: Bool
    switch model {
    case .SIMPLE_PINHOLE, .SIMPLE_RADIAL, .RADIAL, .SIMPLE_RADIAL_FISHEYE, .RADIAL_FISHEYE:
      sharesFocal = true
    case .PINHOLE, .OPENCV, .OPENCV_FISHEYE, .FULL_OPENCV: sharesFocal = false
    case .FOV, .THIN_PRISM_FISHEYE:
      throw place.failure(
        "MODEL", .unsupported(found: "'\(model.name)'", expected: Self.supported))
    }
    let fx = try place.focal(p[0], "params")
    let fy = sharesFocal ? fx : try place.focal(p[1], "params")
    let at = sharesFocal ? 1 : 2
    let k = Array(p[(at + 2)...])
    let lens: LensDistortion? =
      switch model {
      case .SIMPLE_RADIAL: .polynomial(radial: SIMD4(k[0], 0, 0, 0))
      case .RADIAL: .polynomial(radial: SIMD4(k[0], k[1], 0, 0))
      case .OPENCV:
        .polynomial(radial: SIMD4(k[0], k[1], 0, 0), tangential: SIMD2(k[2], k[3]))
      case .FULL_OPENCV:
        .polynomial(
          radial: SIMD4(k[0], k[1], k[4], 0), denominator: SIMD3(k[5], k[6], k[7]),
          tangential: SIMD2(k[2], k[3]))
      case .OPENCV_FISHEYE: .fisheye(SIMD4(k[0], k[1], k[2], k[3]))
      case .SIMPLE_RADIAL_FISHEYE: .fisheye(SIMD4(k[0], 0, 0, 0))
      case .RADIAL_FISHEYE: .fisheye(SIMD4(k[0], k[1], 0, 0))
      case .SIMPLE_PINHOLE, .PINHOLE, .FOV, .THIN_PRISM_FISHEYE: nil
      }
    let checked = if let lens { try place.lens(lens, "params") } else { LensDistortion?.none }
    return (SIMD2(fx, fy), SIMD2(p[at], p[at + 1]), checked)
  }
}

/// One image: its camera and its pose.
struct ColmapImage: Equatable {
  var name: String
  var camera: Int
  /// w, x, y, z of the rotation, world to camera; of any length.
  var rotation: SIMD4<Double>
  var translation: SIMD3<Double>
  /// Where the file has it.
  var place: CameraPlace

  static func == (a: ColmapImage, b: ColmapImage) -> Bool {
    a.name == b.name && a.camera == b.camera && a.rotation == b.rotation
      && a.translation == b.translation
  }
}

/// The three files.
struct ColmapModel: Equatable {
  var cameras: [Int: ColmapCamera] = [:]
  var images: [ColmapImage] = []
  var points: [SIMD3<Double>] = []

  /// The same as cameras; images and masks are looked for in the given folder's `images` and `masks`.
  func cameraSet(in folder: ColmapFolder) throws(CameraFileError) -> CameraSet {
    var frames: [CameraFrame] = []
    for image in images {
      let place = image.place
      guard let intrinsics = cameras[image.camera] else {
        throw place.failure(
          "CAMERA_ID", .wrongValue(found: "\(image.camera)", expected: "a camera that is listed"))
      }
      let (focal, principal, lens) = try intrinsics.lens(at: place)
      let q = image.rotation
      let norm = (q * q).sum().squareRoot()
      guard norm > 1e-6, norm < 1e6 else {
        throw place.failure(
          "QW", .wrongValue(found: "a quaternion of length \(norm)", expected: "a rotation"))
      }
      for i in 0..<3 { _ = try place.finite(image.translation[i], "TX") }
      let pose = RigidTransform<Double>(
        rotation: Quaternion(w: q.x / norm, vector: SIMD3(q.y, q.z, q.w) / norm),
        translation: image.translation)
      let camera = Camera<Double>(
        focal: focal, principal: principal, worldToCamera: pose, width: intrinsics.width,
        height: intrinsics.height)
      frames.append(
        CameraFrame(
          filePath: image.name, imagePath: folder.image(image.name),
          maskPath: folder.mask(of: image.name), camera: Camera<Float>(camera), distortion: lens))
    }
    return CameraSet(frames: frames, bounds: bounds)
  }

  /// The box of the points.
  ///
  /// From a hundred points on, one hundredth is left out at each end of each axis, because some of many are wrong, and a tenth is added
  /// at each side, because an object has parts without points.
  var bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)? {
    guard points.count > 1 else { return nil }
    var lower = SIMD3<Float>.zero
    var upper = SIMD3<Float>.zero
    for axis in 0..<3 {
      let sorted = points.map { $0[axis] }.sorted()
      let cut = sorted.count / 100
      let (low, high) = (sorted[cut], sorted[sorted.count - 1 - cut])
      let margin = cut > 0 ? (high - low) / 10 : 0
      lower[axis] = Float(low - margin)
      upper[axis] = Float(high + margin)
      guard lower[axis] < upper[axis] else { return nil }
    }
    return (lower, upper)
  }
}

/// Where a model and its images lie.
struct ColmapFolder {
  /// The folder of the three files.
  var model: String
  /// The folder that holds `images` and `masks`.
  var scene: String
  var format: CameraFormat

  static let fileNames: Set<String> = [
    "cameras.txt", "images.txt", "points3D.txt", "cameras.bin", "images.bin", "points3D.bin",
  ]

  /// The model in a folder, in its `sparse/0`, `sparse` or `colmap/sparse/0`; binary goes before text.
  init?(holding folder: String) {
    let files = FileManager.default
    for inner in ["", "/sparse/0", "/sparse", "/colmap/sparse/0"] {
      let model = folder + inner
      for (kind, format) in [("bin", CameraFormat.colmapBinary), ("txt", .colmapText)] {
        guard files.fileExists(atPath: "\(model)/cameras.\(kind)"),
          files.fileExists(atPath: "\(model)/images.\(kind)")
        else { continue }
        self.model = model
        self.format = format
        // Given sparse/0 itself, the images are two folders up.
        let around = [folder, "\(folder)/..", "\(folder)/../.."]
        scene =
          around.first { files.fileExists(atPath: $0 + "/images") } ?? folder
        return
      }
    }
    return nil
  }

  init(model: String, scene: String, format: CameraFormat) {
    self.model = model
    self.scene = scene
    self.format = format
  }

  /// An image by its name, beside the model where there is no folder `images`.
  func image(_ name: String) -> String {
    if name.hasPrefix("/") { return name }
    let usual = "\(scene)/images/\(name)"
    let beside = "\(scene)/\(name)"
    let files = FileManager.default
    return !files.fileExists(atPath: usual) && files.fileExists(atPath: beside) ? beside : usual
  }

  /// The mask of an image as COLMAP names it, `masks/NAME.png`, where it exists.
  func mask(of name: String) -> String? {
    ["\(scene)/masks/\(name).png", "\(scene)/masks/\(name)"]
      .first { FileManager.default.fileExists(atPath: $0) }
  }
}

/// Reads a COLMAP folder; without points3D there are no bounds.
func loadColmap(_ folder: ColmapFolder) throws(CameraFileError) -> CameraSet {
  let isBinary = folder.format == .colmapBinary
  let kind = isBinary ? "bin" : "txt"
  let pointPath = "\(folder.model)/points3D.\(kind)"
  let (cameraPath, imagePath) = (
    "\(folder.model)/cameras.\(kind)", "\(folder.model)/images.\(kind)"
  )
  let cameraBytes = try cameraBytes(cameraPath)
  let imageBytes = try SfumatoIO.cameraBytes(imagePath)
  let pointBytes =
    FileManager.default.fileExists(atPath: pointPath) ? try SfumatoIO.cameraBytes(pointPath) : nil
  var model = ColmapModel()
  if isBinary {
    model.cameras = try parseColmapCameras(binary: cameraBytes, path: cameraPath)
    model.images = try parseColmapImages(binary: imageBytes, path: imagePath)
    if let pointBytes { model.points = try parseColmapPoints(binary: pointBytes, path: pointPath) }
  } else {
    model.cameras = try parseColmapCameras(text: cameraBytes, path: cameraPath)
    model.images = try parseColmapImages(text: imageBytes, path: imagePath)
    if let pointBytes { model.points = try parseColmapPoints(text: pointBytes, path: pointPath) }
  }
  return try model.cameraSet(in: folder)
}
