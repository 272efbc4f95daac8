import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoFit
@testable import SfumatoIO

/// Carving a hull for each reading takes seconds, and minutes in code that is not optimised.
#if DEBUG
private let isOptimised = false
#else
private let isOptimised = true
#endif

@Suite struct CameraCheckTests {
  /// Three unequal arms: no view looks like another or like its mirror image.
  private var body: Mesh<Float> {
    var positions: [Float] = []
    var faces: [Int32] = []
    let parts: [(SIMD3<Float>, SIMD3<Float>)] = [
      (SIMD3(0, 0, 0), SIMD3(0.3, 0.5, 0.2)), (SIMD3(0.5, 0.35, 0), SIMD3(0.4, 0.12, 0.15)),
      (SIMD3(-0.1, -0.3, 0.4), SIMD3(0.12, 0.15, 0.45)),
    ]
    for (center, size) in parts {
      let cube = Mesh<Float>.cube(side: 2)
      faces += cube.faces.map { $0 + Int32(positions.count / 3) }
      for v in 0..<cube.vertexCount {
        let p = center + cube.position(v) * size
        positions += [p.x, p.y, p.z]
      }
    }
    return Mesh(positions: positions, faces: faces)
  }

  private func views(_ count: Int, side: Int) -> [TargetView] {
    var generator = SeededGenerator(seed: 3)
    let cameras = (0..<count).map { k -> Camera<Float> in
      var camera = Camera<Float>(
        fieldOfViewDegrees: 40, axis: .x, width: side, height: side * 3 / 4,
        worldToCamera: .orbit(
          azimuthDegrees: Float(k) * 53, elevationDegrees: Float(generator.uniform(-50...70)),
          distance: Float(generator.uniform(3...4))))
      camera.worldToCamera.translation.x += Float(generator.uniform(-0.1...0.1))
      return camera
    }
    return FitFixtures.targets(Scene(body), cameras)
  }

  /// The views as a transforms.json whose matrices are in some convention.
  private func unread(_ views: [TargetView], _ convention: PoseConvention) -> UnreadCameras {
    UnreadCameras(
      set: CameraSet(frames: views.map { CameraFrame(filePath: $0.file, camera: $0.camera) }),
      matrices: views.map { convention.matrix(Camera<Double>($0.camera).worldToCamera) },
      format: .transforms, file: "t.json")
  }

  static let conventions: [(String, PoseConvention)] = [
    ("opengl-c2w", PoseConvention(isWorldToCamera: false, axes: SIMD3(1, -1, -1))),
    ("opengl-w2c", PoseConvention(isWorldToCamera: true, axes: SIMD3(1, -1, -1))),
    ("opencv-w2c", PoseConvention(isWorldToCamera: true, axes: SIMD3(1, 1, 1))),
    ("opencv-c2w", PoseConvention(isWorldToCamera: false, axes: SIMD3(1, 1, 1))),
    (
      "pytorch3d",
      PoseConvention(isWorldToCamera: true, axes: SIMD3(-1, -1, 1), isTransposed: true)
    ),
    ("mitsuba", PoseConvention(isWorldToCamera: false, axes: SIMD3(-1, -1, 1))),
    ("redner", PoseConvention(isWorldToCamera: false, axes: SIMD3(1, -1, 1))),
  ]

  // Vectors of this alignment as an argument of a test crash the test library of Swift 6.3: hence the index.
  @Test(arguments: 0..<7)
  func `a file in another convention is found out with the mesh`(index: Int) throws {
    let (name, convention) = Self.conventions[index]
    let views = views(6, side: 64)
    let check = try CameraCheck(unread(views, convention), targets: views, mesh: body)
    let best = try #require(check.ranking.first)
    #expect(best.name == name && best.focal == .asRead && best.shift == 0)
    #expect(best.iou > 0.98 && check.isDecided, "\(best.iou)")
    #expect(check.isAsRead == (name == "opengl-c2w"))
    #expect(check.changes.isEmpty == (name == "opengl-c2w"))
    for (a, b) in zip(check.cameras, views) {
      let p = SIMD3<Float>(0.2, 0.3, -0.4)
      #expect(length(a.pixel(a.cameraPoint(p)) - b.camera.pixel(b.camera.cameraPoint(p))) < 0.01)
    }
  }

  @Test(.enabled(if: isOptimised, "build for release"), arguments: [2, 4])
  func `a file in another convention is found out by the hull`(index: Int) throws {
    let views = views(7, side: 48)
    let (name, convention) = Self.conventions[index]
    let check = try CameraCheck(unread(views, convention), targets: views, mesh: nil)
    let best = try #require(check.ranking.first)
    #expect(best.name == name && best.iou > 0.9, "\(best)")
    #expect(check.body(nil) != nil && !check.isMirrored)
  }

  @Test func `a left-handed world is read mirrored`() throws {
    // The world of the file has z negated: its view matrices then have determinant -1 in ours.
    let views = views(6, side: 64)
    var file = unread(views, PoseConvention(isWorldToCamera: true, axes: SIMD3(1, -1, 1)))
    for i in file.matrices.indices {
      for row in 0..<3 { file.matrices[i][row][2] *= -1 }
    }
    var mirror = body
    for v in 0..<mirror.vertexCount {
      mirror.positions.setVector3(v, mirror.position(v) * SIMD3(1, 1, -1))
    }
    let check = try CameraCheck(file, targets: views, mesh: mirror)
    let best = try #require(check.ranking.first)
    #expect(best.name == "direct3d-w2c" && best.iou > 0.98 && check.isMirrored)
    #expect(check.corrected(file.set) == nil)
    #expect(check.changes.contains { $0.hasPrefix("mirror the world") })
  }

  @Test(arguments: [0.5, -0.5])
  func `half a pixel shows where masks are exact`(shift: Double) throws {
    var views = views(6, side: 96)
    for i in views.indices { views[i].camera.principal -= Float(shift) }
    let file = unread(views, Self.conventions[2].1)
    let check = try CameraCheck(file, targets: views, mesh: body)
    let best = try #require(check.ranking.first)
    #expect(best.name == "opencv-w2c" && best.shift == shift)
    #expect(check.changes.last?.hasPrefix("add \(shift) to cx and cy") == true)
    #expect(check.changes.first == "invert each matrix")
  }

  @Test(
    arguments: [
      (CameraHypothesis.Focal.halfShortSides, Float(2.0 / 48)), (.halfAngle, nil),
      (.widths, 1.0 / 64),
    ] as [(CameraHypothesis.Focal, Float?)])
  func `other units of the focal length are found out with the mesh`(
    focal: CameraHypothesis.Focal, factor: Float?
  ) throws {
    var views = views(6, side: 64)
    for i in views.indices {
      // A file that has half the angle makes its reader see twice the focal length and more.
      let half = 32 / views[i].camera.focal.x
      let wrong = 1 / tan(atan(half) / 2) * half
      views[i].camera.focal *= factor ?? wrong
    }
    let check = try CameraCheck(
      unread(views, Self.conventions[0].1), targets: views, mesh: body)
    let best = try #require(check.ranking.first)
    #expect(best.focal == focal && best.name == "opengl-c2w" && best.iou > 0.97, "\(best)")
  }

  @Test func `matrices that are stored transposed are turned`() throws {
    let views = views(6, side: 64)
    var file = unread(views, Self.conventions[2].1)
    file.matrices = file.matrices.map { m in (0..<4).map { i in m.map { $0[i] } } }
    let check = try CameraCheck(file, targets: views, mesh: body)
    #expect(check.isStoredByColumns && check.ranking.first?.name == "opencv-w2c")
    #expect(check.changes.first == "transpose each 4 x 4 matrix" && !check.isAsRead)
  }

  @Test(.enabled(if: isOptimised, "build for release"))
  func `a mesh with other axes than the cameras is told from wrong cameras`() throws {
    let views = views(8, side: 48)
    var turned = body
    for v in 0..<turned.vertexCount {
      // z up instead of y up.
      let p = turned.position(v)
      turned.positions.setVector3(v, SIMD3(p.x, -p.z, p.y))
    }
    let check = try CameraCheck(
      unread(views, Self.conventions[2].1), targets: views, mesh: turned)
    if let axes = check.meshAxes {
      #expect(axes.words == "x, z, -y" && check.ranking.first?.name == "opencv-w2c")
    } else {
      // The wrong mesh fitted a wrong reading above the limit: it must not be well.
      #expect(try #require(check.ranking.first?.iou) < 0.8)
    }
  }

  @Test func `motions of the whole world are no difference without a mesh`() throws {
    // All cameras turn about one axis that runs through none of them: rotations that are their own transposes make two readings
    // one.
    let cameras = (0..<3).map { k -> Camera<Float> in
      let pose = RigidTransform<Float>(
        rotation: Quaternion(rotationVector: SIMD3(0, k == 0 ? 0 : .pi, 0)),
        translation: SIMD3(0, 0, 3))
      return Camera(
        fieldOfViewDegrees: 40, axis: .x, width: 48, height: 36, worldToCamera: pose)
    }
    let views = FitFixtures.targets(Scene(body), cameras)
    let check = try CameraCheck(
      unread(views, Self.conventions[2].1), targets: views, mesh: nil)
    let equal = check.ranking.filter { $0.sameAs != nil }
    #expect(equal.contains { $0.isTransposed != check.ranking[$0.sameAs ?? 0].isTransposed })
  }

  @Test func `a matrix that is no rotation is an error, empty masks are an empty ranking`() throws {
    var views = views(3, side: 48)
    var file = unread(views, Self.conventions[0].1)
    file.matrices[1][0][0] += 0.5
    #expect(throws: CameraFileError.self) {
      try CameraCheck(file, targets: views, mesh: body)
    }
    for i in views.indices {
      views[i].picture = ImageBuffer(width: 48, height: 36, channels: 4)
    }
    let none = try CameraCheck(
      unread(views, Self.conventions[0].1), targets: views, mesh: body)
    #expect(none.ranking.isEmpty && !none.isDecided)
  }
}
