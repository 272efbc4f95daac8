/// A camera file that cannot be read or written: where and why.
public struct CameraFileError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// The operating system refused; its words.
    case inaccessible(String)
    /// The text is not JSON; what the parser said.
    case notJSON(String)
    /// A needed key is absent; what would do.
    case missing(expected: String)
    /// A value has the wrong kind, shape or size.
    case wrongValue(found: String, expected: String)
    /// The rotation part of a matrix is scaled by a factor.
    case scaled(by: Double)
    /// The rotation part of a matrix is a reflection.
    case mirrored
    /// The rotation part of a matrix is neither a rotation nor a scaled or mirrored one.
    case notARotation
    /// A lens or projection that this program does not have.
    case unsupported(found: String, expected: String)
    /// The path's `#k` names no frame.
    case noSuchFrame(count: Int)
    /// The file ends before what its counts promise; what was being read.
    case truncated(reading: String)
    /// None of the formats; what would do.
    case unrecognised(expected: String)
  }

  /// The path as given.
  public var path: String
  /// The frame's index from 0, or nil where the whole file is meant.
  public var frame: Int?
  /// The line from 1, in formats that have lines.
  public var line: Int?
  /// The key as the file spells it, or nil.
  public var key: String?
  /// What is wrong.
  public var reason: Reason

  /// Makes an error.
  public init(
    path: String, frame: Int? = nil, line: Int? = nil, key: String? = nil, reason: Reason
  ) {
    self.path = path
    self.frame = frame
    self.line = line
    self.key = key
    self.reason = reason
  }
}

extension CameraFileError: CustomStringConvertible {
  /// The file, the line, the frame, the key and the reason in one sentence.
  public var description: String {
    var place = path
    if let line { place += ":\(line)" }
    if let frame { place += ": frame \(frame)" }
    if let key { place += ": \(key)" }
    return "\(place): \(reason)"
  }
}

extension CameraFileError.Reason: CustomStringConvertible {
  /// The reason, a phrase.
  public var description: String {
    switch self {
    case .inaccessible(let problem): problem
    case .notJSON(let problem): "is not JSON: \(problem)"
    case .missing(let expected): "is missing; it takes \(expected)"
    case .wrongValue(let found, let expected): "is \(found); it takes \(expected)"
    case .scaled(let factor):
      "is scaled by \(factor); it takes a rotation and a translation"
    case .mirrored:
      "is mirrored (determinant -1); it takes a rotation and a translation"
    case .notARotation:
      "is not orthonormal within 0.001; it takes a rotation and a translation"
    case .unsupported(let found, let expected): "\(found) is not supported; \(expected)"
    case .noSuchFrame(let count): "does not exist; the file has \(count)"
    case .truncated(let what): "ends early, in \(what)"
    case .unrecognised(let expected): "is no camera file that is known; it takes \(expected)"
    }
  }
}
