public import SfumatoCore

/// A view: a camera and the files that show what it saw.
public struct CameraFrame: Equatable, Sendable {
  /// The image's path as the file writes it.
  public var filePath: String
  /// The image's path resolved against the file's folder, `.png` appended where only that exists;
  /// empty where nothing is known of the image.
  public var imagePath: String
  /// The mask's path, resolved, where the file names one: 0 is outside.
  public var maskPath: String?
  /// The camera.
  public var camera: Camera<Float>

  /// Makes a view.
  public init(
    filePath: String, imagePath: String = "", maskPath: String? = nil, camera: Camera<Float>
  ) {
    self.filePath = filePath
    self.imagePath = imagePath
    self.maskPath = maskPath
    self.camera = camera
  }
}

/// Views in the order of their file, and the bounds of the object where known.
public struct CameraSet: Equatable, Sendable {
  /// The views.
  public var frames: [CameraFrame]
  /// The box of the object, world units, or nil where unknown.
  public var bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)?

  /// Makes a set.
  public init(
    frames: [CameraFrame], bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)? = nil
  ) {
    self.frames = frames
    self.bounds = bounds
  }

  /// Whether views and bounds agree exactly.
  public static func == (a: CameraSet, b: CameraSet) -> Bool {
    a.frames == b.frames && a.bounds?.lower == b.bounds?.lower
      && a.bounds?.upper == b.bounds?.upper
  }
}
