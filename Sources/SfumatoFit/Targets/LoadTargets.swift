internal import SfumatoCore
public import SfumatoIO

/// Reads the pictures that a camera file names, with their masks.
///
/// A picture's mask is its alpha, times the first channel of its `mask_path`, and 0 where it has the mask colour;
/// at least one of the three must be there. Lens distortion is taken out of picture and mask, so that the view is that of a pinhole with
/// the same intrinsics; pixels that the file's picture does not show get mask 0.
///
/// Pictures of normals and depth are read beside them, see ``TargetGeometry``, and what to ignore: white in the first channel of an
/// `ignore_mask_path`.
///
/// - Throws: ``TargetFileError``, `ImageFileError`.
public func loadTargets(
  _ set: CameraSet, of path: String, maskColor: MaskColor? = nil, maxSide: Int = 16384
) throws -> [TargetView] {
  guard !set.frames.isEmpty else { throw TargetFileError(path: path, reason: .noViews) }
  return try set.frames.enumerated().map { index, frame in
    guard !frame.imagePath.isEmpty else {
      throw TargetFileError(path: path, reason: .noPicture(frame: index))
    }
    return try loadTarget(frame, maskColor: maskColor, maxSide: maxSide)
  }
}

private func loadTarget(
  _ frame: CameraFrame, maskColor: MaskColor?, maxSide: Int
) throws -> TargetView {
  let loaded = try loadImage(frame.imagePath, maxSide: maxSide, linearColor: false)
  var picture = loaded.pixels
  let (width, height) = (picture.width, picture.height)
  guard loaded.hasAlpha || frame.maskPath != nil || maskColor != nil else {
    throw TargetFileError(path: frame.imagePath, reason: .noMask)
  }
  guard width == frame.camera.width, height == frame.camera.height else {
    throw TargetFileError(
      path: frame.imagePath,
      reason: .cameraSize(
        width: width, height: height, cameraWidth: frame.camera.width,
        cameraHeight: frame.camera.height))
  }
  func read(_ path: String) throws -> ImageBuffer<Float> {
    let mask = try loadImage(path, maxSide: maxSide, linearColor: false).pixels
    guard mask.width == width, mask.height == height else {
      throw TargetFileError(
        path: frame.imagePath,
        reason: .maskSize(
          mask: path, maskWidth: mask.width, maskHeight: mask.height, width: width,
          height: height))
    }
    return mask
  }
  if let maskPath = frame.maskPath {
    let mask = try read(maskPath)
    for pixel in 0..<picture.pixelCount {
      picture.values[4 * pixel + 3] *= mask.values[4 * pixel]
    }
  }
  if let maskColor {
    for pixel in 0..<picture.pixelCount {
      let codes = SIMD3(
        picture.values[4 * pixel], picture.values[4 * pixel + 1], picture.values[4 * pixel + 2])
      if maskColor.matches(codes) { picture.values[4 * pixel + 3] = 0 }
    }
  }
  var ignored = try frame.ignoreMaskPath.map { try read($0) }
  if let lens = frame.distortion {
    picture = undistorted(picture, lens: lens, camera: frame.camera)
    // Read where the lens shows it as any mask, by its alpha.
    if var codes = ignored {
      for p in 0..<codes.pixelCount { codes.values[4 * p + 3] = codes.values[4 * p] }
      codes = undistorted(codes, lens: lens, camera: frame.camera)
      for p in 0..<codes.pixelCount { codes.values[4 * p] = codes.values[4 * p + 3] }
      ignored = codes
    }
  }
  return TargetView(
    file: frame.filePath, camera: frame.camera, picture: picture, imagePath: frame.imagePath,
    maskPath: frame.maskPath, ignoreMaskPath: frame.ignoreMaskPath, distortion: frame.distortion,
    ignored: ignored.map { codes in
      ImageBuffer(
        width: width, height: height, channels: 1,
        values: (0..<codes.pixelCount).map { codes.values[4 * $0] })
    },
    geometry: try TargetGeometry(frame, maxSide: maxSide))
}
