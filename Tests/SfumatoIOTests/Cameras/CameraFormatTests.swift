import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoIO

@Suite struct CameraFormatTests {
  // One camera, written by hand in each convention. It stands at (3, 0, 0) and looks along -x: right is -z, up is y. The image has
  // 64 x 48 pixels, a focal length of 100 and its principal point at the middle. The point (0, 0.6, -0.3) is 3 before the camera, 0.3
  // right of and 0.6 above the axis: it lands at u = 32 + 100 * 0.3 / 3 = 42, v = 24 - 100 * 0.6 / 3 = 4.
  static let known: [(String, String)] = [
    (
      "opencv",
      """
      {"convention": "opencv", "cameras": [{"width": 64, "height": 48,
      "K": [[100, 0, 31.5], [0, 100, 23.5], [0, 0, 1]],
      "R": [[0, 0, -1], [0, -1, 0], [-1, 0, 0]], "t": [[0], [0], [3]]}]}
      """
    ),
    (
      "opencv with pixel centres at a half",
      """
      {"convention": "opencv", "pixel_center": 0.5, "width": 64, "height": 48, "cameras": [{
      "K": [[200, 0, 64], [0, 200, 48], [0, 0, 2]],
      "R": [[0, 0, -1], [0, -1, 0], [-1, 0, 0]], "t": [0, 0, 3]}]}
      """
    ),
    (
      "pytorch3d in NDC",
      """
      {"convention": "pytorch3d", "cameras": [{"R": [[[0, 0, -1], [0, 1, 0], [1, 0, 0]]], "T": [[0, 0, 3]],
      "focal_length": 4.16666666666666667, "image_size": [48, 64]}]}
      """
    ),
    (
      "pytorch3d on the screen",
      """
      {"convention": "pytorch3d", "cameras": [{"R": [[0, 0, -1], [0, 1, 0], [1, 0, 0]], "T": [0, 0, 3],
      "focal_length": [100, 100], "principal_point": [32, 24], "in_ndc": false, "image_size": [48, 64]}]}
      """
    ),
    (
      "mitsuba",
      """
      {"convention": "mitsuba", "cameras": [{"film_size": [64, 48], "fov": 35.48934284, "fov_axis": "x",
      "to_world": [[0, 0, -1, 3], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]}]}
      """
    ),
    (
      "mitsuba along the shorter side",
      """
      {"convention": "mitsuba", "cameras": [{"film_size": [64, 48], "fov": 26.9914665, "fov_axis": "smaller",
      "to_world": [[0, 0, -1, 3], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]}]}
      """
    ),
    (
      "opengl",
      """
      {"convention": "opengl", "cameras": [{"width": 64, "height": 48,
      "view": [[0, 0, -1, 0], [0, 1, 0, 0], [1, 0, 0, -3], [0, 0, 0, 1]],
      "projection": [[3.125, 0, 0, 0], [0, 4.16666667, 0, 0], [0, 0, -1.002, -0.2], [0, 0, -1, 0]]}]}
      """
    ),
    (
      "transforms",
      """
      {"fl_x": 100, "w": 64, "h": 48, "frames": [{"file_path": "a.png",
      "transform_matrix": [[0, 0, 1, 3], [0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 0, 1]]}]}
      """
    ),
  ]

  private func expectKnown(_ set: CameraSet, _ name: String) throws {
    let camera = try #require(set.frames.first?.camera)
    let seen = camera.cameraPoint(SIMD3(0, 0.6, -0.3))
    #expect(length(seen - SIMD3(0.3, -0.6, 3)) < 1e-5, "\(name): \(seen)")
    #expect(length(camera.pixel(seen) - SIMD2(42, 4)) < 1e-4, "\(name): \(camera.pixel(seen))")
    #expect(camera.width == 64 && camera.height == 48, "\(name)")
  }

  @Test(arguments: known)
  func `a known point lands at the known pixel in each convention`(
    name: String, text: String
  ) throws {
    try withTemporaryFolder { folder in
      try writeAtomically(Array(text.utf8), to: folder + "/c.json")
      try expectKnown(try loadCameras(folder + "/c.json"), name)
    }
  }

  @Test func `a known point lands at the known pixel in COLMAP's and Middlebury's files`() throws {
    try withTemporaryFolder { folder in
      let model = folder + "/sparse/0"
      try FileManager.default.createDirectory(atPath: model, withIntermediateDirectories: true)
      // The rotation is a half turn about (1, 0, -1).
      try text("# c\n7 SIMPLE_PINHOLE 64 48 100 32 24\n", model + "/cameras.txt")
      try text(
        "# c\n3 0 0.70710678118654752 0 -0.70710678118654752 0 0 3 7 a b.png\n1.5 2.5 -1\n"
          + "\n4 0 1 0 -1 0 0 3 7 d.png\n\n", model + "/images.txt")
      let set = try loadCameras(folder)
      try expectKnown(set, "colmap")
      #expect(set.frames.map(\.filePath) == ["a b.png", "d.png"] && set.bounds == nil)
      #expect(set.frames[0].imagePath == folder + "/images/a b.png")
      #expect(set.frames[0].camera == set.frames[1].camera)
      try text("1 0 0 0 9 9 9 0.1 3 0\n2 -1 2 3 9 9 9 0.1\n", model + "/points3D.txt")
      let bounds = try loadCameras(model + "/images.txt").bounds
      #expect(bounds?.lower == SIMD3(-1, 0, 0) && bounds?.upper == SIMD3(0, 2, 3))

      try picture(folder + "/a.png")
      try text(
        "1\na.png 100 0 32 0 100 24 0 0 1 0 0 -1 0 -1 0 -1 0 0 0 0 3\n", folder + "/x_par.txt")
      try expectKnown(try loadCameras(folder + "/x_par.txt"), "middlebury")
    }
  }

  @Test func `offsets of the principal point go the right way`() throws {
    // A principal point 8 right of and 6 below the middle of 64 x 48.
    let r = "\"R\": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], \"T\": [0, 0, 1]"
    let matrix = "[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]"
    let texts = [
      "{\"convention\": \"pytorch3d\", \"cameras\": [{\(r), \"focal_length\": 1, "
        + "\"principal_point\": [\(-8.0 / 24), -0.25], \"image_size\": [48, 64]}]}",
      "{\"convention\": \"mitsuba\", \"cameras\": [{\"to_world\": \(matrix), \"fov\": 90, "
        + "\"principal_point_offset_x\": -0.125, \"principal_point_offset_y\": -0.125, "
        + "\"film_size\": [64, 48]}]}",
      "{\"convention\": \"opengl\", \"cameras\": [{\"view\": \(matrix), \"width\": 64, \"height\": 48, "
        + "\"projection\": [[1, 0, -0.25, 0], [0, 1, 0.25, 0], [0, 0, -1, -1], [0, 0, -1, 0]]}]}",
    ]
    for text in texts {
      let set = try parseCameraList(Array(text.utf8), path: "c.json")
      #expect(length(set.frames[0].camera.principal - SIMD2(40, 30)) < 1e-5, "\(text)")
    }
  }

  // MARK: - Round trips

  /// Cameras on a sphere around the origin; images of their sizes lie in the folder.
  private func randomSet(
    _ folder: String, square: Bool, lens: (Int) -> LensDistortion? = { _ in nil }
  ) throws -> CameraSet {
    var generator = SeededGenerator(seed: 11)
    try FileManager.default.createDirectory(
      atPath: folder + "/images", withIntermediateDirectories: true)
    let frames = try (0..<8).map { i in
      let eye = normalize(generator.vector()) * generator.uniform(2.5...4)
      let pose = RigidTransform<Double>.lookAt(
        eye: eye, target: generator.vector() * 0.2, up: generator.vector())
      let focal = generator.uniform(80...300)
      let camera = Camera<Double>(
        focal: SIMD2(focal, square ? focal : focal * 1.1),
        principal: SIMD2(generator.uniform(20...40), generator.uniform(10...40)),
        worldToCamera: pose, width: 64 + i % 3, height: 48)
      let name = "images/view \(i).png"
      try picture("\(folder)/\(name)", width: camera.width)
      return CameraFrame(
        filePath: name, imagePath: "\(folder)/\(name)", camera: Camera<Float>(camera),
        distortion: lens(i))
    }
    return CameraSet(frames: frames, bounds: (SIMD3(-1, -2, -0.1), SIMD3(1, 0.3, 1)))
  }

  @Test(arguments: CameraFormat.allCases)
  func `cameras come back from each format`(format: CameraFormat) throws {
    try withTemporaryFolder { folder in
      let lens: (Int) -> LensDistortion? = { i in
        switch i % 4 {
        case 0: nil
        case 1: .polynomial(radial: SIMD4(0.1, -0.02, 0, 0), tangential: SIMD2(0.01, 0.002))
        case 2:
          .polynomial(
            radial: SIMD4(0.1, -0.02, 0.003, 0), denominator: SIMD3(0.01, 0, 0.002),
            tangential: SIMD2(0.01, 0.002))
        default: .fisheye(SIMD4(0.1, -0.02, 0.003, -1e-4))
        }
      }
      let keepsLens = [.transforms, .nerf, .colmapText, .colmapBinary, .opencv].contains(format)
      let set = try randomSet(
        folder, square: format == .mitsuba, lens: keepsLens ? lens : { _ in nil })
      let output =
        switch format {
        case .middlebury: folder + "/x_par.txt"
        case .nerf, .colmapText, .colmapBinary: folder
        case .transforms, .opencv, .pytorch3d, .mitsuba, .opengl: folder + "/cameras.json"
        }
      try saveCameras(set, to: output, format: format)
      for file in cameraFiles(of: output, format: format) {
        #expect(FileManager.default.fileExists(atPath: file))
      }
      #expect(CameraFormat.recognised(output) == format)
      let back = try loadCameras(output)
      #expect(back.frames.count == set.frames.count)
      var generator = SeededGenerator(seed: 5)
      for (a, b) in zip(back.frames, set.frames) {
        #expect(
          URL(fileURLWithPath: a.imagePath).standardizedFileURL.path
            == URL(fileURLWithPath: b.imagePath).standardizedFileURL.path)
        #expect(a.distortion == b.distortion)
        #expect(a.camera.width == b.camera.width && a.camera.height == b.camera.height)
        let (one, other) = (Camera<Double>(a.camera), Camera<Double>(b.camera))
        for _ in 0..<20 {
          let p = generator.vector() * 0.6
          let off = length(one.pixel(one.cameraPoint(p)) - other.pixel(other.cameraPoint(p)))
          #expect(off < 1e-4, "\(format): \(off) pixels")
        }
      }
      if format != .middlebury {
        #expect(back.bounds?.lower == set.bounds?.lower && back.bounds?.upper == set.bounds?.upper)
      }
      let one = try loadCameras(output + "#2")
      #expect(one.frames == [back.frames[2]])
    }
  }

  @Test func `depth, normals, masks and the applied transform stay`() throws {
    try withTemporaryFolder { folder in
      var set = try randomSet(folder, square: true)
      for i in set.frames.indices {
        set.frames[i].maskPath = folder + "/m.png"
        set.frames[i].ignoreMaskPath = folder + "/i.png"
        set.frames[i].depthPath = folder + "/d.png"
        set.frames[i].normalPath = folder + "/n.png"
      }
      set.appliedTransform = [[1, 0, 0, 0.5], [0, 0, 1, 0], [0, -1, 0, 0]]
      try saveCameras(set, to: folder + "/t.json")
      let back = try loadCameras(folder + "/t.json")
      #expect(back.appliedTransform == set.appliedTransform)
      #expect(back.frames.allSatisfy { $0.ignoreMaskPath == folder + "/i.png" })
      try saveCameras(set, to: folder + "/list.json", format: .opencv)
      #expect(
        try loadCameras(folder + "/list.json").frames.allSatisfy {
          $0.ignoreMaskPath == folder + "/i.png"
        })
      for frame in back.frames {
        #expect(frame.maskPath == folder + "/m.png" && frame.depthPath == folder + "/d.png")
        #expect(frame.normalPath == folder + "/n.png")
      }
    }
  }

  @Test func `parts of a set are chosen by name`() throws {
    let frames = (0..<3).map { i in
      "{\"file_path\": \"./\(i).png\", \"transform_matrix\": "
        + "[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]}"
    }
    let start = "{\"fl_x\": 9, \"w\": 4, \"h\": 4, \"frames\": [\(frames.joined(separator: ","))]"
    try withTemporaryFolder { folder in
      try text(
        start + ", \"train_filenames\": [\"0.png\", \"./2.png\"], \"test_filenames\": [\"1.png\"]}",
        folder + "/transforms.json")
      let names = { (path: String) in try loadCameras(path).frames.map(\.filePath) }
      #expect(try names(folder + "/transforms.json").count == 3)
      #expect(try names(folder + "/transforms.json#train") == ["./0.png", "./2.png"])
      #expect(try names(folder + "#test") == ["./1.png"])
      #expect(
        message { try loadCameras(folder + "#val") }
          == "\(folder)/transforms.json: val_filenames: is missing; it takes the file paths of that part"
      )
      try text(start + "}", folder + "/transforms_test.json")
      #expect(try names(folder + "#test").count == 3)
      try FileManager.default.removeItem(atPath: folder + "/transforms.json")
      try FileManager.default.moveItem(
        atPath: folder + "/transforms_test.json", toPath: folder + "/transforms_train.json")
      #expect(try names(folder).count == 3)
      #expect(CameraFormat.recognised(folder) == .nerf)
    }
  }

  @Test func `masks beside a COLMAP model are found, many points give a box without strays`() throws
  {
    try withTemporaryFolder { folder in
      try text("1 PINHOLE 64 48 9 9 32 24\n", folder + "/cameras.txt")
      try text("1 1 0 0 0 0 0 3 1 a.png\n\n", folder + "/images.txt")
      var points = "1 1000 0 0 0 0 0 0\n"
      for i in 0...200 {
        let x = Double(i) / 100 - 1
        points += "\(i + 2) \(x) \(-x) \(2 * x) 0 0 0 0\n"
      }
      try text(points, folder + "/points3D.txt")
      try FileManager.default.createDirectory(
        atPath: folder + "/masks", withIntermediateDirectories: true)
      try picture(folder + "/masks/a.png.png")
      let set = try loadCameras(folder)
      #expect(set.frames[0].maskPath == folder + "/masks/a.png.png")
      let upper = try #require(set.bounds?.upper)
      #expect(upper.x > 1 && upper.x < 1.3 && upper.z > 2 && upper.z < 2.5)
    }
  }

  // MARK: - Errors

  @Test(arguments: [
    ("{\"cameras\": [], \"columns\": [\"a\"]}", "columns: a table of orbits without intrinsics"),
    ("{\"cameras\": []}", "convention: is missing; it takes \"opencv\", \"pytorch3d\""),
    (
      "{\"convention\": \"maya\", \"cameras\": []}",
      "convention: is 'maya'; it takes \"opencv\", \"pytorch3d\", \"mitsuba\" or \"opengl\""
    ),
    ("{\"convention\": \"mitsuba\", \"cameras\": [{}]}", "frame 0: width: is missing"),
    (
      "{\"convention\": \"opencv\", \"width\": 4, \"height\": 4, \"cameras\": [{\"K\": [1, 2]}]}",
      "frame 0: K: is 2 numbers; it takes 9 numbers"
    ),
    (
      "{\"convention\": \"opencv\", \"width\": 4, \"height\": 4, \"cameras\": [{\"K\": [1,1,0,0,1,0,0,0,1]}]}",
      "frame 0: K: a skew of 1.0 is not supported"
    ),
    (
      "{\"convention\": \"opencv\", \"width\": 4, \"height\": 4, \"cameras\": [{\"K\": [1,0,0,0,1,0,0,0,1], "
        + "\"R\": [1,0,0,0,1,0,0,0,-1], \"t\": [0,0,0]}]}", "frame 0: R: is mirrored"
    ),
    (
      "{\"convention\": \"mitsuba\", \"film_size\": [4, 4], \"cameras\": [{\"to_world\": "
        + "[1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1], \"fov\": 200}]}", "frame 0: fov: is 200.0"
    ),
    (
      "{\"convention\": \"opencv\", \"cameras\": [{\"K\": \"x\"}]}",
      "frame 0: K: is of another kind; it takes a number"
    ),
  ])
  func `errors of a list name frame, key and finding`(text: String, expected: String) {
    let found = message { try parseCameraList(Array(text.utf8), path: "c.json") }
    #expect(found?.hasPrefix("c.json: " + expected) == true, "\(found ?? "none")")
  }

  @Test(arguments: [
    ("1 PINHOLE 64 48 1 1\n", "c.txt:1: PARAMS: is 2 numbers; it takes 4 for PINHOLE"),
    ("\n1 FOO 64 48 1\n", "c.txt:2: MODEL: 'FOO' is not supported"),
    ("1 PINHOLE 64 48 1 1 0x1 2\n", "c.txt:1: PARAMS: is '0x1'; it takes a finite number"),
    ("1 PINHOLE 64 -1 1 1 1 2\n", "c.txt:1: HEIGHT: is -1.0; it takes a whole number of pixels"),
  ])
  func `errors of COLMAP's text name the line`(text: String, expected: String) {
    let found = message { try parseColmapCameras(text: Array(text.utf8), path: "c.txt") }
    #expect(found?.hasPrefix(expected) == true, "\(found ?? "none")")
  }

  @Test func `models and counts that cannot be are errors`() throws {
    let place = CameraPlace(path: "c.txt", line: 3)
    let camera = ColmapCamera(
      model: .FOV, width: 4, height: 4, parameters: [1, 1, 2, 2, 0.5])
    #expect(
      message { try camera.lens(at: place) }?.contains("MODEL: 'FOV' is not supported") == true)
    let huge: [UInt8] = [255, 255, 255, 255, 255, 255, 255, 0] + [1, 2, 3]
    #expect(
      message { try parseColmapImages(binary: huge, path: "i.bin") }?
        .contains("images in 3 bytes") == true)
    #expect(
      message { try parseColmapPoints(binary: [1, 0], path: "p.bin") }
        == "p.bin: ends early, in points")
    #expect(
      message { try loadCameras("/") }?.hasPrefix("/: is no camera file that is known") == true)
  }

  private func text(_ text: String, _ path: String) throws {
    try writeAtomically(Array(text.utf8), to: path)
  }

  private func picture(_ path: String, width: Int = 64) throws {
    try saveImage(ImageBuffer<Float>(width: width, height: 48, channels: 3), to: path)
  }
}
