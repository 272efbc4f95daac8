import Foundation
import SfumatoCore
import SfumatoIO
import Testing

/// Where real input lies; set `SFUMATO_DATA` to run these.
private let dataFolder = ProcessInfo.processInfo.environment["SFUMATO_DATA"]

#if DEBUG
private let isOptimised = false
#else
private let isOptimised = true
#endif

@Suite struct CameraCheckCommandTests {
  /// A mesh, a transforms.json of five views and the pictures that `render` makes of them.
  private func scene(_ folder: TemporaryFolder) throws -> (mesh: String, cameras: String) {
    let mesh = folder.path("mesh.obj")
    try folder.file(
      "mesh.obj",
      "v 1 1 1\nv -1 -1 0.6\nv -1 0.7 -1\nv 0.4 -1 -1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n")
    let cameras = folder.path("transforms.json")
    let frames = (0..<5).map { k -> CameraFrame in
      let (azimuth, elevation) = (Float(77 * k + 10), Float(20 * k - 30))
      let pose = RigidTransform<Float>.orbit(
        azimuthDegrees: azimuth, elevationDegrees: elevation, distance: 6)
      let camera = Camera<Float>(
        fieldOfViewDegrees: 40, axis: .x, width: 60, height: 50, worldToCamera: pose)
      return CameraFrame(filePath: "\(k).png", camera: camera)
    }
    try saveCameras(CameraSet(frames: frames), to: cameras)
    for k in 0..<5 {
      let run = try CommandRun(
        "render", mesh, "--camera", "\(cameras)#\(k)", "-o", folder.path("\(k).png"))
      try #require(run.exitCode == 0, "\(run.messages)")
    }
    return (mesh, cameras)
  }

  @Test func `a right file is said to be right, as JSON and as text`() throws {
    let folder = try TemporaryFolder()
    let (mesh, cameras) = try scene(folder)
    let run = try CommandRun(
      "camera-check", cameras, mesh, "--json", "-o", folder.path("overlays"))
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(
      run.orderedKeys == [
        "file", "format", "views", "mesh", "winner", "iou", "decided", "half_pixel_decided",
        "as_read", "mirrored_world", "mesh_axes", "changes", "hypotheses", "files", "seconds",
      ])
    let json = try run.json()
    #expect(json["winner"] as? String == "opengl-c2w" && json["as_read"] as? Bool == true)
    #expect(json["decided"] as? Bool == true)
    #expect(try #require(json["iou"] as? Double) > 0.97)
    let rows = try #require(json["hypotheses"] as? [[String: Any]])
    #expect(rows.count > 30 && rows[0]["axes"] as? String == "x right, y up, z back")
    #expect((json["files"] as? [String])?.count == 6)
    let back = try loadCameras(folder.path("overlays/transforms.json"))
    #expect(back.frames.count == 5)
    let text = try CommandRun("camera-check", cameras, mesh)
    #expect(text.output.contains("change    nothing"))
    #expect(text.output.contains("best      opengl-c2w (nerfstudio"))
    let again = try CommandRun(
      "camera-check", cameras, mesh, "-o", folder.path("overlays"))
    #expect(again.exitCode == 1 && again.messages.contains("--force"))
  }

  @Test func `a file from elsewhere is named, and the corrected cameras are right`() throws {
    let folder = try TemporaryFolder()
    let (mesh, cameras) = try scene(folder)
    // The matrices as OpenCV has them, in a transforms.json all the same.
    let set = try loadCameras(cameras)
    let frames = set.frames.map { frame -> String in
      let m = frame.camera.worldToCamera.rotation.matrix
      let t = frame.camera.worldToCamera.translation
      let all: [(SIMD3<Float>, Float)] = [(m.row0, t.x), (m.row1, t.y), (m.row2, t.z)]
      let rows = all.map { r, t -> String in "[\(r.x), \(r.y), \(r.z), \(t)]" }
        .joined(separator: ", ")
      return "{\"file_path\": \"\(frame.filePath)\", \"transform_matrix\": [\(rows), [0, 0, 0, 1]]}"
    }
    let focal = set.frames[0].camera.focal.x
    try folder.file(
      "cv.json",
      "{\"fl_x\": \(focal), \"w\": 60, \"h\": 50, \"frames\": [\(frames.joined(separator: ","))]}")
    let run = try CommandRun(
      "camera-check", folder.path("cv.json"), mesh, "--json", "-o", folder.path("o"))
    #expect(run.exitCode == 0, "\(run.messages)")
    let json = try run.json()
    #expect(json["winner"] as? String == "opencv-w2c" && json["as_read"] as? Bool == false)
    #expect(
      json["changes"] as? [String]
        == ["invert each matrix", "negate columns 2 and 3 of each rotation"])
    let right = try loadCameras(folder.path("o/transforms.json"))
    for (a, b) in zip(right.frames, set.frames) {
      #expect(length(a.camera.center - b.camera.center) < 1e-4)
    }
  }

  // The masks are asked when the mesh fits nothing: that is slow in code that is not optimised.
  @Test(.enabled(if: isOptimised, "build for release"))
  func `what fits nothing is exit 1`() throws {
    let folder = try TemporaryFolder()
    let (_, cameras) = try scene(folder)
    try folder.file("far.obj", "v 9 9 9\nv 9.1 9 9\nv 9 9.1 9\nf 1 2 3\n")
    let far = try CommandRun("camera-check", cameras, folder.path("far.obj"))
    #expect(far.exitCode == 1 && far.messages.contains("no reading of the cameras agrees"))
  }

  @Test func `bad files are exit 3, bad usage is exit 2, help is clear`() throws {
    let folder = try TemporaryFolder()
    let (mesh, cameras) = try scene(folder)
    try FileManager.default.removeItem(atPath: folder.path("3.png"))
    #expect(try CommandRun("camera-check", cameras, mesh).exitCode == 3)
    #expect(try CommandRun("camera-check", folder.path("none.json"), mesh).exitCode == 3)
    #expect(try CommandRun("camera-check").exitCode == 2)
    let help = try CommandRun("camera-check", "--help")
    #expect(help.exitCode == 0 && help.output.contains("intersection over union"))
  }
}

@Suite(
  .serialized,
  .enabled(
    if: dataFolder != nil && isOptimised,
    "set SFUMATO_DATA to the folder with spot and dino-photos, and build for release"))
struct CameraCheckDataTests {
  /// How a transforms.json is rewritten: from OpenGL camera to world, rows of three columns and a translation.
  enum Rewriting: String, CaseIterable, Sendable {
    case none = "opengl-c2w"
    case opencvW2C = "opencv-w2c"
    case opencvC2W = "opencv-c2w"
    case openglW2C = "opengl-w2c"
    case pytorch3d, mitsuba, redner

    /// The matrix of the file in the other convention, by hand.
    func matrix(_ m: [[Double]]) -> [[Double]] {
      func columns(_ signs: [Double]) -> [[Double]] {
        (0..<3).map { i -> [Double] in
          [m[i][0] * signs[0], m[i][1] * signs[1], m[i][2] * signs[2], m[i][3]]
        }
      }
      /// Rows of the inverse, each times a sign.
      func inverse(_ signs: [Double]) -> [[Double]] {
        (0..<3).map { j -> [Double] in
          let axis: [Double] = [m[0][j], m[1][j], m[2][j]]
          let t = axis[0] * m[0][3] + axis[1] * m[1][3] + axis[2] * m[2][3]
          return (axis + [-t]).map { $0 * signs[j] }
        }
      }
      let last: [Double] = [0, 0, 0, 1]
      switch self {
      case .none: return m
      case .opencvC2W: return columns([1, -1, -1]) + [last]
      case .mitsuba: return columns([-1, 1, -1]) + [last]
      case .redner: return columns([1, 1, -1]) + [last]
      case .opencvW2C: return inverse([1, -1, -1]) + [last]
      case .openglW2C: return inverse([1, 1, 1]) + [last]
      case .pytorch3d:
        let r = inverse([-1, 1, -1])
        return (0..<3).map { i -> [Double] in [r[0][i], r[1][i], r[2][i], r[i][3]] } + [last]
      }
    }
  }

  /// A copy of a camera file with rewritten matrices and a shifted principal point, beside links to its pictures.
  private func copy(
    _ file: String, _ rewriting: Rewriting, shift: Double = 0, in folder: TemporaryFolder
  ) throws -> String {
    let source = URL(fileURLWithPath: "\(dataFolder ?? "")/\(file)")
    var json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: source)) as? [String: Any])
    func shifted(_ values: [String: Any]) -> [String: Any] {
      var values = values
      for key in ["cx", "cy"] {
        if let value = values[key] as? Double { values[key] = value - shift }
      }
      return values
    }
    json = shifted(json)
    let frames = try #require(json["frames"] as? [[String: Any]])
    json["frames"] = try frames.map { frame in
      var frame = shifted(frame)
      let matrix = try #require(frame["transform_matrix"] as? [[Double]])
      frame["transform_matrix"] = rewriting.matrix(matrix)
      let path = try #require(frame["file_path"] as? String)
      frame["file_path"] = source.deletingLastPathComponent().appendingPathComponent(path).path
      return frame
    }
    json["aabb"] = nil
    let url = folder.url.appendingPathComponent("transforms.json")
    try JSONSerialization.data(withJSONObject: json).write(to: url)
    return url.path
  }

  private func check(_ arguments: [String], _ title: String) throws -> [String: Any] {
    let run = try CommandRun(["camera-check"] + arguments + ["--json"])
    #expect(run.exitCode == 0, "\(run.messages)")
    let json = try run.json()
    let rows = (json["hypotheses"] as? [[String: Any]]) ?? []
    let winner = rows.first
    let second = rows.dropFirst().first {
      $0["name"] as? String != winner?["name"] as? String
    }
    let focal = rows.dropFirst().first {
      $0["focal"] as? String != winner?["focal"] as? String
    }
    print(
      "\(title): \(winner?["name"] ?? "") \(winner?["shift_px"] ?? "") \(winner?["focal"] ?? "") "
        + "\(winner?["iou"] ?? ""), then \(second?["name"] ?? "") \(second?["iou"] ?? ""), "
        + "\(focal?["focal"] ?? "") \(focal?["iou"] ?? ""), \(json["seconds"] ?? "") s")
    return json
  }

  @Test(arguments: Rewriting.allCases)
  func `dino's convention is found by the hull`(rewriting: Rewriting) throws {
    let folder = try TemporaryFolder()
    let file = try copy("dino-photos/transforms.json", rewriting, in: folder)
    let json = try check([file], "dino \(rewriting.rawValue)")
    #expect(json["winner"] as? String == rewriting.rawValue)
    #expect(json["decided"] as? Bool == true)
  }

  @Test(arguments: Rewriting.allCases, [false, true])
  func `spot's convention is found, with and without its mesh`(
    rewriting: Rewriting, withMesh: Bool
  ) throws {
    let folder = try TemporaryFolder()
    let file = try copy("spot/transforms_train.json", rewriting, in: folder)
    let mesh = withMesh ? ["\(dataFolder ?? "")/spot/mesh.obj"] : []
    let json = try check([file] + mesh, "spot \(rewriting.rawValue) mesh \(withMesh)")
    #expect(json["winner"] as? String == rewriting.rawValue)
    #expect(json["decided"] as? Bool == true)
    let rows = try #require(json["hypotheses"] as? [[String: Any]])
    #expect(rows[0]["shift_px"] as? Double == 0 && rows[0]["focal"] as? String == "as read")
  }

  @Test(arguments: [0.5, -0.5], [false, true])
  func `half a pixel is found on spot, with and without its mesh`(
    shift: Double, withMesh: Bool
  ) throws {
    let folder = try TemporaryFolder()
    let file = try copy("spot/transforms_train.json", .opencvW2C, shift: shift, in: folder)
    let mesh = withMesh ? ["\(dataFolder ?? "")/spot/mesh.obj"] : []
    let json = try check([file] + mesh, "spot shifted by \(-shift) mesh \(withMesh)")
    let rows = try #require(json["hypotheses"] as? [[String: Any]])
    #expect(rows[0]["name"] as? String == "opencv-w2c")
    #expect(rows[0]["shift_px"] as? Double == shift)
  }
}
