public import SfumatoCore
internal import SfumatoIO

/// Normals and depth of what a picture shows, where they are known.
public struct TargetGeometry: Equatable, Sendable {
  /// Unit normals in the camera's frame (x right, y down, z forward), `[H, W, 3]`; zero where unknown.
  public var normals: ImageBuffer<Float>?
  /// Depth along the camera's axis, world units, `[H, W, 1]`; 0 where unknown.
  public var depth: ImageBuffer<Float>?
  /// The path of the normals' picture, where they are from one.
  public var normalPath: String?
  /// The path of the depth's picture, where it is from one.
  public var depthPath: String?

  /// Nothing is known, or what is given.
  public init(normals: ImageBuffer<Float>? = nil, depth: ImageBuffer<Float>? = nil) {
    self.normals = normals
    self.depth = depth
  }

  /// Reads the pictures that a frame names.
  ///
  /// Normals are `n = 2 c - 1` of the codes as they are; where their length is off by more than 0.3, as of a black or grey background,
  /// or where they point away from the camera, as those of a surface seen from behind through a hole, nothing is known. Depth is a picture of 16 bits in thousandths of the world unit with 0 for unknown, or a PFM file in
  /// world units, where what is not finite or not positive is unknown.
  init(_ frame: CameraFrame, maxSide: Int) throws {
    guard frame.normalPath != nil || frame.depthPath != nil else { return }
    guard frame.distortion == nil else {
      throw TargetFileError(path: frame.imagePath, reason: .distortedGeometry)
    }
    func require(_ width: Int, _ height: Int, _ path: String) throws {
      guard width == frame.camera.width, height == frame.camera.height else {
        throw TargetFileError(
          path: path,
          reason: .cameraSize(
            width: width, height: height, cameraWidth: frame.camera.width,
            cameraHeight: frame.camera.height))
      }
    }
    if let path = frame.normalPath {
      let codes = try loadImage(path, maxSide: maxSide, linearColor: false).pixels
      try require(codes.width, codes.height, path)
      var normals = ImageBuffer<Float>(width: codes.width, height: codes.height, channels: 3)
      for p in 0..<codes.pixelCount {
        let n = SIMD3(codes.values[4 * p], codes.values[4 * p + 1], codes.values[4 * p + 2]) * 2 - 1
        let length = dot(n, n).squareRoot()
        guard abs(length - 1) <= 0.3 else { continue }
        let ray = frame.camera.ray(column: p % codes.width, row: p / codes.width)
        if dot(n, ray) <= 0.2 * length { normals.values.setVector3(p, n / length) }
      }
      self.normals = normals
      normalPath = path
    }
    if let path = frame.depthPath {
      depth = try Self.depth(path, maxSide: maxSide)
      if let depth { try require(depth.width, depth.height, path) }
      depthPath = path
    }
  }

  private static func depth(_ path: String, maxSide: Int) throws -> ImageBuffer<Float> {
    if path.lowercased().hasSuffix(".pfm") {
      let file = try loadPFM(path, maxSide: maxSide)
      var depth = ImageBuffer<Float>(width: file.width, height: file.height, channels: 1)
      for p in 0..<depth.pixelCount {
        let value = file.values[p * file.channels]
        if value.isFinite, value > 0 { depth.values[p] = value }
      }
      return depth
    }
    let file = try loadImage(path, maxSide: maxSide, linearColor: false)
    guard file.bitDepth == 16 else {
      throw TargetFileError(path: path, reason: .coarseDepth(bits: file.bitDepth))
    }
    var depth = ImageBuffer<Float>(
      width: file.pixels.width, height: file.pixels.height, channels: 1)
    for p in 0..<depth.pixelCount {
      depth.values[p] = (file.pixels.values[4 * p] * 65535).rounded() / 1000
    }
    return depth
  }
}

extension Camera<Float> {
  /// The unit direction from the camera through a pixel's centre, camera frame.
  fileprivate func ray(column: Int, row: Int) -> SIMD3<Float> {
    guard projection == .perspective else { return SIMD3(0, 0, 1) }
    let place = (SIMD2(Float(column), Float(row)) + 0.5 - principal) / focal
    return normalize(SIMD3(place.x, place.y, 1))
  }
}
