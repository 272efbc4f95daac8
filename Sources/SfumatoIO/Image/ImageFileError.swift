/// An image file that cannot be read or written, and why.
public struct ImageFileError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// The operating system refused; its words.
    case inaccessible(String)
    /// The file is of no kind that is read; what it seems to be, where that shows.
    case notAnImage(found: String?)
    /// The container of a PNG is damaged; what and where.
    case damaged(String)
    /// A float map is damaged; what and where.
    case damagedFloatMap(String)
    /// A side is longer than the caller's limit, pixels.
    case tooLarge(width: Int, height: Int, limit: Int)
    /// The compressed data cannot hold a picture of the declared size.
    case sizeExceedsFile(width: Int, height: Int, compressedBytes: Int)
    /// The pictures of one scene, up to this one, would take so many bytes as floats, more than their files' length bears out.
    case texturesExceedFiles(floatBytes: Int)
    /// libpng refused; its words.
    case codec(String)
    /// TurboJPEG refused; its words.
    case jpegCodec(String)
    /// The format has no place for so many channels.
    case channels(Int, format: String)
  }

  /// The path as given.
  public var path: String
  /// What is wrong.
  public var reason: Reason

  /// Makes an error.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }
}

extension ImageFileError: CustomStringConvertible {
  /// The file and the reason in one sentence.
  public var description: String {
    switch reason {
    case .inaccessible(let problem): "\(path): \(problem)"
    case .notAnImage(let found?):
      "\(path): a file of the kind \(found); PNG, JPEG and PFM are read"
    case .notAnImage(nil): "\(path): is no image; PNG, JPEG and PFM are read"
    case .damaged(let what): "\(path): damaged PNG: \(what)"
    case .damagedFloatMap(let what): "\(path): damaged PFM: \(what)"
    case .tooLarge(let width, let height, let limit):
      "\(path): \(width) x \(height) pixels; the limit is \(limit) a side"
    case .sizeExceedsFile(let width, let height, let bytes):
      "\(path): declares \(width) x \(height) pixels, more than its \(bytes) bytes of image data can hold"
    case .texturesExceedFiles(let bytes):
      "\(path): with it the textures would take \(bytes >> 20) MiB, more than their files' length bears out"
    case .codec(let message): "\(path): libpng: \(message)"
    case .jpegCodec(let message): "\(path): TurboJPEG: \(message)"
    case .channels(let count, let format):
      "\(path): \(format) has no place for \(count) channels; PNG has"
    }
  }
}
