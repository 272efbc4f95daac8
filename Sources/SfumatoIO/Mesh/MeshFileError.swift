/// A mesh file that cannot be read or written: where and why.
public struct MeshFileError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// The operating system refused; its words.
    case inaccessible(String)
    /// The extension names no format that is read.
    case unknownFormat(extension: String)
    /// The file does not hold what it declares; what and where.
    case damaged(String)
    /// A file of a whole scene is wrong; it says where itself.
    indirect case scene(SceneFileError)
    /// A line begins with a word that OBJ does not have.
    case unknownKeyword(String)
    /// A word stands where a number must; the number as written.
    case notANumber(String)
    /// The number overflows `Float`.
    case numberOutOfRange(String)
    /// A line has the wrong number of numbers.
    case wrongCount(keyword: String, found: Int, expected: String)
    /// A colour lies outside [0, 1].
    case colorOutOfRange(String)
    /// A face corner is not of the form a, a/t, a//n or a/t/n.
    case malformedCorner(String)
    /// A face has fewer than three corners.
    case tooFewCorners(Int)
    /// A corner names something that the file does not have; `index` as written.
    case indexOutOfRange(element: Element, index: Int, count: Int)
    /// More than 2^31 - 1 vertices, corners or the like.
    case tooLarge
  }

  /// What a face corner points at.
  public enum Element: String, Equatable, Sendable {
    /// `v`
    case vertex
    /// `vt`
    case texcoord
    /// `vn`
    case normal
  }

  /// The path as given.
  public var path: String
  /// The line, from 1; 0 where the whole file is meant.
  public var line: Int
  /// What is wrong.
  public var reason: Reason

  /// Makes an error.
  public init(path: String, line: Int = 0, reason: Reason) {
    self.path = path
    self.line = line
    self.reason = reason
  }
}

extension MeshFileError: CustomStringConvertible {
  /// The file, the line and the reason in one sentence.
  public var description: String {
    if case .scene(let error) = reason { return "\(error)" }
    let place = line > 0 ? "\(path):\(line)" : path
    return "\(place): \(reason)"
  }
}

extension MeshFileError.Reason: CustomStringConvertible {
  /// The reason, a phrase.
  public var description: String {
    switch self {
    case .inaccessible(let problem): problem
    case .unknownFormat(""): "has no extension; \(meshFormats)"
    case .unknownFormat(let found): "\(found) is no mesh format that is read; \(meshFormats)"
    case .damaged(let problem): problem
    case .scene(let error): "\(error)"
    case .unknownKeyword(let word): "'\(word)' is no OBJ keyword"
    case .notANumber(let word): "'\(word)' is not a finite decimal number"
    case .numberOutOfRange(let word): "\(word) is too large for a 32-bit float"
    case .wrongCount(let keyword, let found, let expected):
      "\(keyword) has \(found) numbers; it takes \(expected)"
    case .colorOutOfRange(let word): "colour \(word) is not in 0...1"
    case .malformedCorner(let word):
      "'\(word)' is not a face corner of the form 1, 1/2, 1//3 or 1/2/3"
    case .tooFewCorners(let count): "a face has \(count) corners; it takes at least 3"
    case .indexOutOfRange(_, 0, _): "index 0; OBJ counts from 1"
    case .indexOutOfRange(let element, let index, let count) where index < 0:
      "\(element.rawValue) \(index) does not exist; \(count) stand before this line"
    case .indexOutOfRange(let element, let index, let count):
      "\(element.rawValue) \(index) does not exist; the file has \(count)"
    case .tooLarge: "the mesh has more than 2147483647 elements"
    }
  }
}

private let meshFormats = "meshes are read from .obj, .ply, .stl, .gltf and .glb"
