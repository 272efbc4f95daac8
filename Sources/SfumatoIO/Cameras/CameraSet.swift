public import SfumatoCore

/// A view: a camera and the files that show what it saw.
public struct CameraFrame: Equatable, Sendable {
  /// The image's path as the file writes it, or the view's name where there is no image.
  public var filePath: String
  /// The image's path resolved against the file's folder, `.png` appended where only that exists;
  /// empty where nothing is known of the image.
  public var imagePath: String
  /// The mask's path, resolved, where the file names one: 0 is outside.
  public var maskPath: String?
  /// The path of the picture of what to ignore, resolved, where the file names one: white is ignored.
  public var ignoreMaskPath: String?
  /// The path of the depth picture, resolved, where the file names one: 16 bits, thousandths of the world unit, 0 is unknown.
  public var depthPath: String?
  /// The path of the normal picture, resolved, where the file names one: camera frame, n = 2 c - 1.
  public var normalPath: String?
  /// The camera, without its lens distortion.
  public var camera: Camera<Float>
  /// How the lens bends what the image shows; nil where straight lines are straight.
  public var distortion: LensDistortion?

  /// Makes a view.
  public init(
    filePath: String, imagePath: String = "", maskPath: String? = nil,
    ignoreMaskPath: String? = nil, depthPath: String? = nil, normalPath: String? = nil,
    camera: Camera<Float>, distortion: LensDistortion? = nil
  ) {
    self.filePath = filePath
    self.imagePath = imagePath
    self.maskPath = maskPath
    self.ignoreMaskPath = ignoreMaskPath
    self.depthPath = depthPath
    self.normalPath = normalPath
    self.camera = camera
    self.distortion = distortion
  }
}

/// Views in the order of their file, and the bounds of the object where known.
public struct CameraSet: Equatable, Sendable {
  /// The views.
  public var frames: [CameraFrame]
  /// The box of the object, world units, or nil where unknown.
  public var bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)?
  /// What the writer of the file had applied to the world before, three rows of four; kept, never applied.
  public var appliedTransform: [[Double]]?

  /// Makes a set.
  public init(
    frames: [CameraFrame], bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)? = nil,
    appliedTransform: [[Double]]? = nil
  ) {
    self.frames = frames
    self.bounds = bounds
    self.appliedTransform = appliedTransform
  }

  /// Whether views and bounds agree exactly.
  public static func == (a: CameraSet, b: CameraSet) -> Bool {
    a.frames == b.frames && a.bounds?.lower == b.bounds?.lower
      && a.bounds?.upper == b.bounds?.upper && a.appliedTransform == b.appliedTransform
  }
}
