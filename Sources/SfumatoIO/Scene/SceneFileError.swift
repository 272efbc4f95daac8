/// A scene file that cannot be read or written: where and why.
public struct SceneFileError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// The operating system refused; its words.
    case inaccessible(String)
    /// The extension names no format that is read or written.
    case unknownFormat(extension: String, known: String)
    /// The container or its JSON is damaged; what and where.
    case damaged(String)
    /// The file cannot be understood without an extension that is not read.
    case requiredExtension(String)
    /// An index names something that the file does not have.
    case indexOutOfRange(index: Int, count: Int)
    /// A value has the wrong kind, size or range.
    case wrongValue(found: String, expected: String)
    /// The file asks for more memory than its size warrants.
    case tooLarge(String)
    /// A mesh file is wrong; it says where itself.
    case mesh(MeshFileError)
    /// An image is wrong; it says where itself.
    case image(ImageFileError)
  }

  /// The path as given.
  public var path: String
  /// Where in the file, such as `accessors[3].count`; empty where the whole file is meant.
  public var place: String
  /// What is wrong.
  public var reason: Reason

  /// Makes an error.
  public init(path: String, place: String = "", reason: Reason) {
    self.path = path
    self.place = place
    self.reason = reason
  }
}

extension SceneFileError: CustomStringConvertible {
  /// The file, the place and the reason in one sentence.
  public var description: String {
    switch reason {
    case .mesh(let error): return "\(error)"
    case .image(let error): return "\(error)"
    default: return place.isEmpty ? "\(path): \(reason)" : "\(path): \(place): \(reason)"
    }
  }
}

extension SceneFileError.Reason: CustomStringConvertible {
  /// The reason, a phrase.
  public var description: String {
    switch self {
    case .inaccessible(let problem): problem
    case .unknownFormat("", let known): "has no extension; \(known)"
    case .unknownFormat(let found, let known): "\(found) is no scene format; \(known)"
    case .damaged(let problem): "damaged: \(problem)"
    case .requiredExtension(let name):
      "needs the extension \(name), which is not read; export without it"
    case .indexOutOfRange(let index, let count):
      "\(index) does not exist; the file has \(count)"
    case .wrongValue(let found, let expected): "is \(found); it takes \(expected)"
    case .tooLarge(let what): "\(what), more than this file can hold"
    case .mesh(let error): "\(error)"
    case .image(let error): "\(error)"
    }
  }
}
