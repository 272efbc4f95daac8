public import SfumatoCore
public import SfumatoIO

/// A picture that a scene shall match, and the camera that took it.
public struct TargetView: Equatable, Sendable {
  /// The picture's path as its camera file writes it.
  public var file: String
  /// The path of the picture; empty where it came from elsewhere.
  public var imagePath: String
  /// The path of the mask beside the picture, where there is one.
  public var maskPath: String?
  /// The path of the picture of what to ignore, where there is one.
  public var ignoreMaskPath: String?
  /// The camera; its size is the picture's.
  public var camera: Camera<Float>
  /// The distortion that was taken out of the file's picture; nil where there was none.
  public var distortion: LensDistortion?
  /// Straight RGBA, `[H, W, 4]`: sRGB codes in 0...1 as in the file, and the mask as alpha.
  public var picture: ImageBuffer<Float>
  /// How much of each pixel says nothing of the object, as where something stands before it, `[H, W, 1]` in 0...1; nil where
  /// all of the picture counts.
  public var ignored: ImageBuffer<Float>?
  /// What is known of the surface besides.
  public var geometry: TargetGeometry

  /// Makes a view.
  public init(
    file: String, camera: Camera<Float>, picture: ImageBuffer<Float>, imagePath: String = "",
    maskPath: String? = nil, ignoreMaskPath: String? = nil, distortion: LensDistortion? = nil,
    ignored: ImageBuffer<Float>? = nil, geometry: TargetGeometry = TargetGeometry()
  ) {
    self.geometry = geometry
    self.ignored = ignored
    self.ignoreMaskPath = ignoreMaskPath
    for (part, channels) in [(geometry.normals, 3), (geometry.depth, 1), (ignored, 1)] {
      guard let part else { continue }
      precondition(
        part.width == picture.width && part.height == picture.height && part.channels == channels,
        "\(part.width) x \(part.height) x \(part.channels) beside a picture of \(picture.width) x \(picture.height)"
      )
    }
    self.imagePath = imagePath
    self.maskPath = maskPath
    self.distortion = distortion
    precondition(picture.channels == 4, "\(picture.channels) channels, not 4")
    precondition(
      picture.width == camera.width && picture.height == camera.height,
      "picture \(picture.width) x \(picture.height), camera \(camera.width) x \(camera.height)")
    self.file = file
    self.camera = camera
    self.picture = picture
  }

  /// A view of a rendered picture, to fit to what a scene of known parameters looks like.
  ///
  /// - Parameters:
  ///   - rendering: with colour, of a scene with a black background.
  ///   - camera: that the picture was rendered with.
  ///   - file: a name for reports.
  public init(_ rendering: Rendering<Float>, camera: Camera<Float>, file: String = "") {
    guard let color = rendering.color else {
      preconditionFailure("a target takes a rendering with colour")
    }
    var picture = ImageBuffer<Float>(width: color.width, height: color.height, channels: 4)
    for pixel in 0..<color.pixelCount {
      let alpha = rendering.alpha.values[pixel]
      guard alpha > 0 else { continue }
      picture.values[4 * pixel + 3] = alpha
      for c in 0..<3 {
        picture.values[4 * pixel + c] = min(sRGBEncode(color.values[3 * pixel + c] / alpha), 1)
      }
    }
    self.init(file: file, camera: camera, picture: picture)
  }

  /// How much of a pixel counts, in 0...1.
  func weight(_ pixel: Int) -> Float { ignored.map { 1 - $0.values[pixel] } ?? 1 }

  /// The mask of a pixel, as far as it counts.
  func knownAlpha(_ pixel: Int) -> Float { picture.values[4 * pixel + 3] * weight(pixel) }

  /// The picture as the image metrics take it.
  public var metricImage: MetricImage<Float> {
    MetricImage(straightSRGBA: picture)
  }
}

extension MetricImage where S == Float {
  /// A straight RGBA picture of sRGB codes, composited over 0.5.
  public init(straightSRGBA picture: ImageBuffer<Float>) {
    precondition(picture.channels == 4, "\(picture.channels) channels, not 4")
    let values = picture.values
    let color = (0..<3 * picture.pixelCount).map { values[4 * ($0 / 3) + $0 % 3] }
    let alpha = (0..<picture.pixelCount).map { values[4 * $0 + 3] }
    self.init(
      width: picture.width, height: picture.height, straightSRGB: color, alpha: alpha)
  }
}

/// Background by its colour: a pixel is background where no channel is further than the tolerance from it.
public struct MaskColor: Equatable, Sendable {
  /// The background's sRGB codes, each in 0...1.
  public var sRGB: SIMD3<Float>
  /// The largest difference of a channel, in 0...1.
  public var tolerance: Float

  /// Makes a rule; the default tolerance is half a step of an 8-bit code.
  public init(sRGB: SIMD3<Float>, tolerance: Float = 0.5 / 255) {
    self.sRGB = sRGB
    self.tolerance = tolerance
  }

  /// Whether codes are those of the background.
  func matches(_ codes: SIMD3<Float>) -> Bool {
    abs(codes.x - sRGB.x) <= tolerance && abs(codes.y - sRGB.y) <= tolerance
      && abs(codes.z - sRGB.z) <= tolerance
  }
}
