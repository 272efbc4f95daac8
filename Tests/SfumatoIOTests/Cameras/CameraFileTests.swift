import Foundation
import SfumatoCore
import SfumatoIO
import SfumatoTestSupport
import Testing

@Suite struct CameraFileTests {
  private let identity = "[[1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]"

  private func parse(_ text: String, frame: Int? = nil) throws -> CameraSet {
    try parseCameras(Array(text.utf8), path: "t.json", frame: frame)
  }

  private func one(_ frame: String, top: String = "\"fl_x\": 100, \"w\": 64, \"h\": 48") -> String {
    "{\(top), \"frames\": [{\"file_path\": \"a.png\", \(frame)}]}"
  }

  private func matrix(_ text: String) -> String { "\"transform_matrix\": \(text)" }

  @Test func `a known point lands at the known pixel`() throws {
    // The camera stands at z = 4 and looks along -z, as OpenGL's identity does. A point one right and half
    // a unit up is seen right of and above the middle: u = 100 / 4 + 32, v = 24 - 50 / 4.
    let text = one(matrix("[[1,0,0,0],[0,1,0,0],[0,0,1,4],[0,0,0,1]]"))
    let camera = try #require(try parse(text).frames.first?.camera)
    let seen = camera.cameraPoint(SIMD3(1, 0.5, 0))
    #expect(seen == SIMD3(1, -0.5, 4))
    #expect(camera.pixel(seen) == SIMD2(57, 11.5))
    #expect(camera.center == SIMD3(0, 0, 4))
    #expect(camera.width == 64 && camera.height == 48)
  }

  @Test func `the camera agrees with lookAt`() throws {
    // From (3, 0, 0) along -x: right is -z, up is y, back is x.
    let text = one(matrix("[[0,0,1,3],[0,1,0,0],[-1,0,0,0],[0,0,0,1]]"))
    let camera = try #require(try parse(text).frames.first?.camera)
    let expected = RigidTransform<Float>.lookAt(eye: SIMD3(3, 0, 0), target: .zero)
    for p in [SIMD3<Float>(0, 0, 0), SIMD3(1, 2, 3), SIMD3(-1, 0.5, -2)] {
      #expect(length(camera.cameraPoint(p) - expected * p) < 1e-5)
    }
  }

  @Test func `angles give the focal length and the middle is the principal point`() throws {
    let text = one(
      matrix(identity), top: "\"camera_angle_x\": 1.5707963267948966, \"w\": 64, \"h\": 48")
    let camera = try #require(try parse(text).frames.first?.camera)
    #expect(abs(camera.focal.x - 32) < 1e-5 && camera.focal.x == camera.focal.y)
    #expect(camera.principal == SIMD2(32, 24))
  }

  @Test func `keys of a frame go before those of the top level`() throws {
    let frame =
      matrix(identity) + ", \"camera_angle_x\": 1.5707963267948966, \"w\": 20, \"cx\": 7"
    let text = one(
      frame, top: "\"fl_x\": 100, \"fl_y\": 110, \"w\": 64, \"h\": 48, \"cx\": 1, \"cy\": 2")
    let camera = try #require(try parse(text).frames.first?.camera)
    #expect(abs(camera.focal.x - 10) < 1e-5 && abs(camera.focal.y - 10) < 1e-5)
    #expect(camera.principal == SIMD2(7, 2) && camera.width == 20 && camera.height == 48)
  }

  @Test func `zero distortion and the models with straight lines pass`() throws {
    for model in ["SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV"] {
      let top =
        "\"camera_model\": \"\(model)\", \"k1\": 0, \"p2\": 0.0, \"fl_x\": 9, \"w\": 6, \"h\": 4"
      #expect(try parse(one(matrix(identity), top: top)).frames.count == 1)
    }
  }

  @Test func `image paths are resolved and sizes taken from the image`() throws {
    try withTemporaryFolder { folder in
      let image = ImageBuffer<Float>(width: 12, height: 7, channels: 3)
      try saveImage(image, to: folder + "/r_0.png")
      let text = """
        {"camera_angle_x": 1, "aabb": [[-1, -2, -3], [1, 2, 3]], "frames": [
        {"file_path": "./r_0", "mask_path": "m.png", "transform_matrix": \(identity)}]}
        """
      try writeAtomically(Array(text.utf8), to: folder + "/t.json")
      let set = try loadCameras(folder + "/t.json")
      let frame = try #require(set.frames.first)
      #expect(frame.filePath == "./r_0" && frame.imagePath == folder + "/r_0.png")
      #expect(frame.maskPath == folder + "/m.png")
      #expect(frame.camera.width == 12 && frame.camera.height == 7)
      #expect(set.bounds?.lower == SIMD3(-1, -2, -3) && set.bounds?.upper == SIMD3(1, 2, 3))
    }
  }

  @Test func `a number behind the path selects one frame`() throws {
    let frames = (1...3).map { i in
      "{\"file_path\": \"\(i).png\", \"fl_x\": \(i), \(matrix(identity))}"
    }
    let text = "{\"w\": 4, \"h\": 4, \"frames\": [\(frames.joined(separator: ","))]}"
    try withTemporaryFolder { folder in
      try writeAtomically(Array(text.utf8), to: folder + "/t.json")
      #expect(
        try loadCameras(folder + "/t.json").frames.map(\.filePath) == ["1.png", "2.png", "3.png"])
      let set = try loadCameras(folder + "/t.json#1")
      #expect(set.frames.map(\.filePath) == ["2.png"] && set.frames[0].camera.focal.x == 2)
      #expect(
        message { try loadCameras(folder + "/t.json#3") }
          == "\(folder)/t.json: frame 3: does not exist; the file has 3")
    }
  }

  @Test func `what is saved comes back`() throws {
    var generator = SeededGenerator(seed: 4)
    var frames: [CameraFrame] = []
    for i in 0..<5 {
      let eye = normalize(generator.vector()) * 3
      let pose = RigidTransform<Float>.lookAt(
        eye: SIMD3(Float(eye.x), Float(eye.y), Float(eye.z)), target: .zero)
      let camera = Camera<Float>(
        focal: SIMD2(351.67711, 350.1), principal: SIMD2(128.3, 120), worldToCamera: pose,
        width: 256 + i, height: 240)
      frames.append(CameraFrame(filePath: "images/\"\(i)\" ü.png", camera: camera))
    }
    let set = CameraSet(frames: frames, bounds: (SIMD3(-1, -1, -1), SIMD3(1, 1, 0.1)))
    try withTemporaryFolder { folder in
      try saveCameras(set, to: folder + "/t.json")
      let back = try loadCameras(folder + "/t.json")
      #expect(back.frames.map(\.filePath) == frames.map(\.filePath))
      #expect(back.bounds?.lower == set.bounds?.lower && back.bounds?.upper == set.bounds?.upper)
      for (a, b) in zip(back.frames, frames) {
        #expect(a.camera.focal == b.camera.focal && a.camera.principal == b.camera.principal)
        #expect(a.camera.width == b.camera.width && a.camera.height == b.camera.height)
        let p = SIMD3<Float>(0.3, -0.7, 0.2)
        #expect(length(a.camera.cameraPoint(p) - b.camera.cameraPoint(p)) < 1e-6)
      }
    }
  }

  @Test func `a set saved elsewhere still finds its images`() throws {
    try withTemporaryFolder { folder in
      let text = one(matrix(identity) + ", \"mask_path\": \"m.png\"")
      try writeAtomically(Array(text.utf8), to: folder + "/t.json")
      let set = try loadCameras(folder + "/t.json")
      try FileManager.default.createDirectory(
        atPath: folder + "/run", withIntermediateDirectories: true)
      try saveCameras(set, to: folder + "/run/t.json")
      let moved = try loadCameras(folder + "/run/t.json")
      let plain = URL(fileURLWithPath: folder).standardizedFileURL.path
      #expect(moved.frames[0].imagePath == plain + "/a.png")
      #expect(moved.frames[0].maskPath == plain + "/m.png")
      try saveCameras(set, to: folder + "/u.json")
      #expect(try loadCameras(folder + "/u.json").frames[0].filePath == "a.png")
    }
  }

  @Test(arguments: [
    (
      "\"transform_matrix\": [[2,0,0,0],[0,2,0,0],[0,0,2,0],[0,0,0,1]]",
      "transform_matrix: is scaled by 2.0; it takes a rotation and a translation"
    ),
    (
      "\"transform_matrix\": [[-1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]",
      "transform_matrix: is mirrored (determinant -1); "
        + "it takes a rotation and a translation"
    ),
    (
      "\"transform_matrix\": [[1,0.1,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]",
      "transform_matrix: is not orthonormal within 0.001; "
        + "it takes a rotation and a translation"
    ),
    (
      "\"transform_matrix\": [[1,0,0],[0,1,0],[0,0,1]]",
      "transform_matrix: is 3 rows of 3 numbers; it takes 4 rows of 4"
    ),
    (
      "\"transform_matrix\": [[1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,1,1]]",
      "transform_matrix: is not affine: its last row is [0.0, 0.0, 1.0, 1.0]; "
        + "it takes [0, 0, 0, 1]"
    ),
    (
      "\"transform_matrix\": [[1,0,0,\"x\"],[0,1,0,0],[0,0,1,0],[0,0,0,1]]",
      "transform_matrix[0][3]: is of another kind; it takes a number"
    ),
    ("\"x\": 1", "transform_matrix: is missing; it takes 4 rows of 4 numbers, camera to world"),
    ("\"fl_x\": true", "fl_x: is of another kind; it takes a number"),
    ("\"cx\": -1e300", "cx: is -1e+300; it takes numbers below 1e18"),
    ("\"fl_x\": -3", "fl_x: is -3.0; it takes a focal length above 0 pixels"),
    ("\"camera_angle_x\": 40", "camera_angle_x: is 40.0; it takes a full angle in radians, 0...π"),
    ("\"w\": 10.5", "w: is 10.5; it takes a whole number of pixels, 1...1000000"),
    (
      "\"k5\": 0.1",
      "k5: k5 in this camera_model is not supported; camera_model FULL_OPENCV has it"
    ),
    ("\"k1\": 1e9", "k1: is a coefficient beyond 1e6; it takes distortion coefficients"),
    (
      "\"camera_model\": \"EQUIRECTANGULAR\"",
      "camera_model: 'EQUIRECTANGULAR' is not supported; SIMPLE_PINHOLE, PINHOLE, SIMPLE_RADIAL, "
        + "RADIAL, OPENCV, FULL_OPENCV, OPENCV_FISHEYE, SIMPLE_RADIAL_FISHEYE and RADIAL_FISHEYE are"
    ),
  ])
  func `errors name frame, key, finding and remedy`(frame: String, expected: String) {
    #expect(message { try parse(one(frame)) } == "t.json: frame 0: " + expected)
  }

  @Test func `errors of the whole file`() {
    #expect(
      message { try parse("{}") } == "t.json: frames: is missing; it takes an array of frames")
    #expect(message { try parse("[]") } == "t.json: is of another kind; it takes an object")
    // Behind the colon the words are Foundation's; they name the place or the number.
    #expect(message { try parse("{\n\"frames\": [1,}") }?.contains("around") == true)
    #expect(message { try parse(one("\"fl_x\": 1e999")) }?.contains("1e999") == true)
    #expect(message { try parse("{") }?.hasPrefix("t.json: is not JSON: ") == true)
    #expect(message { try parse("") }?.hasPrefix("t.json: is not JSON: ") == true)
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(
      message { try parse(deep) } == "t.json: is not JSON: nested 1000000 deep; the limit is 64")
    #expect(
      message { try parse("{\"aabb\": [[0, 0, 0], [1, 1, 0]], \"frames\": []}") }
        == "t.json: aabb: is [[0.0, 0.0, 0.0], [1.0, 1.0, 0.0]]; "
        + "it takes [[x, y, z], [x, y, z]], the first below the second")
    #expect(message { try loadCameras("/nowhere/t.json#2") } == "/nowhere/t.json: no such file")
    let missing = one(matrix(identity), top: "\"fl_x\": 3")
    #expect(
      message { try parse(missing) }
        == "t.json: frame 0: w: is missing; it takes the image size w and h, "
        + "or a PNG to take it from (a.png: no such file)")
    #expect(
      message { try parse(one(matrix(identity), top: "\"w\": 3, \"h\": 3")) }
        == "t.json: frame 0: fl_x: is missing; it takes a focal length in pixels, "
        + "or camera_angle_x in radians")
  }

  @Test func `an orthographic camera cannot be saved`() {
    let camera = Camera<Float>(
      projection: .orthographic, focal: SIMD2(1, 1), principal: .zero, width: 2, height: 2)
    let set = CameraSet(frames: [CameraFrame(filePath: "a.png", camera: camera)])
    #expect(
      message { try saveCameras(set, to: "/tmp/t.json") }
        == "/tmp/t.json: frame 0: camera_model: an orthographic camera is not supported; "
        + "a pinhole camera is")
  }
}
