import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoFit

@Suite struct MirrorPlaneTests {
  private static let planes = [
    MirrorPlane(1, 0, 0, 0), MirrorPlane(0, 2, 0, 0.6), MirrorPlane(1, -2, 0.5, -0.7),
  ].compactMap { $0 }

  @Test func `a plane is read in any scale, and none from nothing`() {
    #expect(MirrorPlane(0, 0, 0, 1) == nil && MirrorPlane(.nan, 1, 0, 0) == nil)
    #expect(MirrorPlane(0, 2, 0, 0.6) == MirrorPlane(0, 1, 0, 0.3))
    let plane = MirrorPlane(0, 1, 0, 0.3)
    #expect(plane.map { length($0.image(of: SIMD3(1, 1, 2)) - SIMD3(1, -0.4, 2)) < 1e-6 } ?? false)
  }

  @Test(arguments: planes)
  func `the image of a camera sees places where it saw their images`(plane: MirrorPlane) {
    var generator = SeededGenerator(seed: 3)
    var camera = FitFixtures.cameras(3, side: 40)[1]
    camera.principal = SIMD2(17, 22)
    let image = plane.image(of: camera)
    #expect(abs(image.worldToCamera.rotation.matrix.determinant - 1) < 1e-5)
    for _ in 0..<10 {
      let place = SIMD3<Float>(SIMD3(generator.array(3).map { Float($0) }))
      let seen = image.cameraPoint(place)
      let other = camera.cameraPoint(plane.image(of: place))
      #expect(length(seen - SIMD3(-other.x, other.y, other.z)) < 1e-4)
      let (a, b) = (
        image.focal.x * seen.x / seen.z + image.principal.x,
        camera.focal.x * other.x / other.z + camera.principal.x
      )
      #expect(abs(a - (40 - b)) < 1e-3)
    }
  }

  /// A body that is its own image in x = 0.1: a box with two knobs.
  private static func body() -> Mesh<Float> {
    var mesh = FitFixtures.box
    for v in 0..<mesh.vertexCount {
      var p = mesh.position(v)
      if abs(p.x) > 0.3, p.y > 0.5 { p.z += 0.35 }
      p.x += 0.1
      mesh.positions.setVector3(v, p)
    }
    mesh.vertexColors = (0..<mesh.vertexCount).flatMap { v -> [Float] in
      let p = mesh.position(v)
      return [0.4 + 0.5 * abs(p.x - 0.1), 0.5 + 0.3 * p.y, 0.5 + 0.3 * p.z]
    }
    return mesh
  }

  @Test(arguments: planes)
  func `the image of a view shows the mirrored body`(plane: MirrorPlane) {
    let camera = FitFixtures.cameras(5, side: 48)[1]
    let body = Self.body()
    let target = FitFixtures.targets(Scene(body), [camera])[0]
    let image = target.mirrored(in: plane)
    let mirrored = Mesh<Float>(
      positions: (0..<body.vertexCount).flatMap { v -> [Float] in
        let p = plane.image(of: body.position(v))
        return [p.x, p.y, p.z]
      }, faces: body.faces.indices.map { body.faces[$0 + [0, 1, -1][$0 % 3]] },
      vertexColors: body.vertexColors)
    let seen = FitFixtures.targets(Scene(mirrored), [image.camera])[0]
    #expect(seen.picture.values.contains { $0 > 0.5 })
    let gap = zip(image.picture.values, seen.picture.values).map { abs($0 - $1) }
    // A sample on an edge may fall to either side of it.
    #expect(gap.reduce(0, +) / Float(gap.count) < 1e-3, "\(gap.reduce(0, +) / Float(gap.count))")
    #expect(image.mirrored(in: plane).picture == target.picture)
  }

  @Test func `views from one side give both`() {
    // All cameras stand at x > 0.1; without the mirror the other side is a guess.
    let cameras = (0..<5).map { k in
      Camera<Float>(
        fieldOfViewDegrees: 32, axis: .x, width: 48, height: 48,
        worldToCamera: .orbit(
          azimuthDegrees: 30 + 30 * Float(k), elevationDegrees: k % 2 == 0 ? 25 : -20, distance: 4))
    }
    let targets = FitFixtures.targets(Scene(Self.body()), cameras)
    let far = FitFixtures.cameras(6, side: 48).filter { $0.center.x < -1 }
    let held = FitFixtures.targets(Scene(Self.body()), far)
    #expect(cameras.allSatisfy { $0.center.x > 0.5 } && !held.isEmpty)
    func score(_ plane: [Double]) -> Evaluation {
      var config = FitFixtures.config(
        [.shape, .color], initial: "sphere",
        [FitFixtures.stage(steps: 150, smoothing: 6, rate: 0.03, color: 3)])
      config.mirrorPlane = plane
      config.stages[0].edgeLengthPixels = 3
      let fit = FitFixtures.solve(FitProblem(targets: targets), config)
      return Evaluation(of: fit.scene, on: held)
    }
    let (with, without) = (score([1, 0, 0, 0.1]), score([]))
    #expect(with.psnr > without.psnr + 3, "\(with.psnr), \(without.psnr)")
    #expect(with.iou > 0.9, "\(with.iou), \(without.iou)")
  }
}
