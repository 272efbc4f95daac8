/// A target picture that cannot be used: which and why.
public struct TargetFileError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// The camera file has no views.
    case noViews
    /// A frame names no picture.
    case noPicture(frame: Int)
    /// Nothing says which pixels are the object.
    case noMask
    /// Picture and camera disagree in size.
    case cameraSize(width: Int, height: Int, cameraWidth: Int, cameraHeight: Int)
    /// Mask and picture disagree in size.
    case maskSize(mask: String, maskWidth: Int, maskHeight: Int, width: Int, height: Int)
    /// Normals or depth beside a picture whose lens distorts.
    case distortedGeometry
    /// A depth picture that has not 16 bits.
    case coarseDepth(bits: Int)
  }

  /// The path of the picture, or of the camera file where all of it is meant.
  public var path: String
  /// What is wrong.
  public var reason: Reason

  /// Makes an error.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }
}

extension TargetFileError: CustomStringConvertible {
  /// The file and the reason in one sentence.
  public var description: String {
    switch reason {
    case .noViews: "\(path): has no frames; a fit takes at least one"
    case .noPicture(let frame): "\(path): frame \(frame): file_path is missing"
    case .noMask:
      "\(path): says nothing of the object's outline; it takes an alpha channel, a mask_path or --mask-color"
    case .cameraSize(let width, let height, let cameraWidth, let cameraHeight):
      "\(path): is \(width) x \(height) pixels; its camera has \(cameraWidth) x \(cameraHeight)"
    case .maskSize(let mask, let maskWidth, let maskHeight, let width, let height):
      "\(mask): is \(maskWidth) x \(maskHeight) pixels; its picture \(path) has \(width) x \(height)"
    case .distortedGeometry:
      "\(path): has normals or depth and a lens that distorts; only pictures of pinhole cameras can have both"
    case .coarseDepth(let bits):
      "\(path): has \(bits) bits; depth takes 16, in thousandths of the world unit, or PFM"
    }
  }
}
