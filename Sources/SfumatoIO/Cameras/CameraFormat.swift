internal import Foundation

/// A way to write cameras down.
public enum CameraFormat: String, CaseIterable, Sendable {
  /// A transforms.json as nerfstudio, instant-ngp and NeRF-synthetic have it.
  case transforms
  /// A folder with transforms_train.json and, by choice, transforms_val.json and transforms_test.json.
  case nerf
  /// A COLMAP folder of cameras.txt, images.txt and points3D.txt.
  case colmapText = "colmap-text"
  /// A COLMAP folder of cameras.bin, images.bin and points3D.bin.
  case colmapBinary = "colmap"
  /// Middlebury's `NAME_par.txt`: K, R and t of each image on a line.
  case middlebury
  /// A JSON list with OpenCV's K, R, t and dist.
  case opencv
  /// A JSON list with PyTorch3D's R (row vectors), T, focal_length and principal_point.
  case pytorch3d
  /// A JSON list with Mitsuba's to_world, fov and principal_point_offset.
  case mitsuba
  /// A JSON list with OpenGL's view and projection matrices.
  case opengl

  /// What a file or a folder is, by its name and its first keys; nil where it holds no cameras that are known.
  ///
  /// A path may end in `#k` or `#train`, as for ``loadCameras(_:)``.
  public static func recognised(_ path: String) -> CameraFormat? {
    try? CameraSource(path).format
  }

  /// What an output's name asks for: `_par.txt` is Middlebury's, `.json` a transforms.json, and a name without extension a COLMAP
  /// folder in text.
  public init?(outputPath path: String) {
    let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    if name.hasSuffix("_par.txt") {
      self = .middlebury
    } else if name.hasSuffix(".json") {
      self = .transforms
    } else if !name.contains(".") {
      self = .colmapText
    } else {
      return nil
    }
  }
}

/// A part of a set of views: what to fit and what to hold back.
enum CameraSplit: String, CaseIterable, Sendable {
  case train, val, test
}

/// A camera file or folder that has been found and recognised.
struct CameraSource {
  /// The file that errors name: the file itself, or the one in the folder.
  var file: String
  var format: CameraFormat
  /// The folder of a COLMAP model and that of its images; empty in other formats.
  var model: ColmapFolder?
  var frame: Int?
  var split: CameraSplit?

  /// What a path names, looked up on disk.
  init(_ path: String) throws(CameraFileError) {
    let (plain, frame, split) = Self.splitSelector(path)
    self.frame = frame
    self.split = split
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: plain, isDirectory: &isFolder)
    if exists, isFolder.boolValue {
      (file, format, model) = try Self.inFolder(plain, split)
      if format == .nerf { self.split = nil }
      return
    }
    file = plain
    let name = plain.split(separator: "/").last.map(String.init) ?? ""
    if name.hasSuffix("_par.txt") {
      format = .middlebury
    } else if ColmapFolder.fileNames.contains(name) {
      let folder = String(plain.dropLast(name.count))
      guard let found = ColmapFolder(holding: folder.isEmpty ? "." : String(folder.dropLast()))
      else {
        throw CameraFileError(
          path: plain, reason: .missing(expected: "cameras and images beside each other"))
      }
      format = found.format
      model = found
      file = found.model
    } else if let known = Self.kindOfText(plain) {
      format = known
    } else {
      format = .transforms
    }
  }

  private static func inFolder(
    _ folder: String, _ split: CameraSplit?
  ) throws(CameraFileError) -> (String, CameraFormat, ColmapFolder?) {
    let files = FileManager.default
    let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    func found(_ name: String) -> String? {
      let path = base + "/" + name
      return files.fileExists(atPath: path) ? path : nil
    }
    let ofSplit = found("transforms_\((split ?? .train).rawValue).json")
    if let ofSplit, split != nil { return (ofSplit, .nerf, nil) }
    if let file = found("transforms.json") { return (file, .transforms, nil) }
    if let ofSplit { return (ofSplit, .nerf, nil) }
    if let model = ColmapFolder(holding: base) { return (model.model, model.format, model) }
    if let file = found("cameras.json"), let format = kindOfText(file) {
      return (file, format, nil)
    }
    let names = (try? files.contentsOfDirectory(atPath: base)) ?? []
    if let name = names.filter({ $0.hasSuffix("_par.txt") }).min() {
      return (base + "/" + name, .middlebury, nil)
    }
    throw CameraFileError(
      path: folder,
      reason: .unrecognised(
        expected: "a folder with transforms.json, transforms_train.json, a COLMAP model "
          + "(cameras and images, also under sparse/0), cameras.json or NAME_par.txt"))
  }

  /// The convention that a JSON file states; nil where it states none or is no JSON.
  private static func kindOfText(_ path: String) -> CameraFormat? {
    guard path.lowercased().hasSuffix(".json"), let bytes = try? readBytes(path),
      let probe = try? decodeJSON(bytes, as: CameraListProbe.self)
    else { return nil }
    if probe.cameras, !probe.frames { return probe.convention ?? .opencv }
    return nil
  }

  /// Splits `FILE#k` and `FILE#train`; a file that really has such a name goes before.
  private static func splitSelector(
    _ path: String
  ) -> (file: String, frame: Int?, split: CameraSplit?) {
    guard let mark = path.lastIndex(of: "#"), !FileManager.default.fileExists(atPath: path)
    else { return (path, nil, nil) }
    let word = String(path[path.index(after: mark)...])
    let file = String(path[..<mark])
    if let frame = Int(word), frame >= 0 { return (file, frame, nil) }
    if let split = CameraSplit(rawValue: word) { return (file, nil, split) }
    return (path, nil, nil)
  }
}
