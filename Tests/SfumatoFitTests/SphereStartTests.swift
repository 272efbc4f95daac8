import Foundation
import SfumatoCore
import Testing

@testable import SfumatoFit

@Suite struct SphereStartTests {
  /// Masks of a sphere.
  private func targets(
    center: SIMD3<Float>, radius: Float, cameras: [Camera<Float>]
  ) -> [TargetView] {
    var mesh = Mesh<Float>.icosphere(subdivisions: 3, radius: radius)
    for v in 0..<mesh.vertexCount {
      mesh.positions.setVector3(v, mesh.positions.vector3(v) + center)
    }
    return FitFixtures.targets(Scene(mesh), cameras)
  }

  @Test(arguments: [(Float(0.5), Float(1)), (0.04, 0.08)])
  func `masks tell centre and radius`(radius: Float, scale: Float) {
    let center = SIMD3<Float>(0.3, -0.2, 0.25) * scale
    let views = targets(
      center: center, radius: radius,
      cameras: FitFixtures.cameras(6, side: 96, distance: 4 * scale))
    let sphere = SphereStart.mesh(targets: views, bounds: nil).boundingSphere
    #expect(length(sphere.center - center) < 0.03 * radius)
    // Nine tenths of what is seen; a sphere near the camera looks larger than its radius.
    #expect(abs(sphere.radius / radius - 0.9) < 0.04, "\(sphere.radius)")
  }

  @Test func `stated bounds are filled`() throws {
    let views = targets(center: .zero, radius: 0.5, cameras: FitFixtures.cameras(2))
    let bounds = (lower: SIMD3<Float>(1, 2, 3), upper: SIMD3<Float>(2, 4, 6))
    let box = try #require(SphereStart.mesh(targets: views, bounds: bounds).bounds)
    #expect(length(box.lower - SIMD3(1.1, 2.2, 3.3)) < 0.02)
    #expect(length(box.upper - SIMD3(1.9, 3.8, 5.7)) < 0.02)
  }

  @Test func `empty masks are left out, and all empty is a sphere at the origin`() {
    let cameras = FitFixtures.cameras(3)
    var views = targets(center: .zero, radius: 0.5, cameras: cameras)
    func clear(_ i: Int) {
      views[i].picture = ImageBuffer(width: 64, height: 64, channels: 4)
    }
    clear(0)
    let some = SphereStart.mesh(targets: views, bounds: nil).boundingSphere
    #expect(length(some.center) < 0.03 && abs(some.radius - 0.45) < 0.03)
    clear(1)
    clear(2)
    let none = SphereStart.mesh(targets: views, bounds: nil).boundingSphere
    #expect(none.center == .zero && abs(none.radius - 1) < 1e-5)
  }

  @Test func `one view, equal cameras and a camera at the origin give a finite sphere in sight`() {
    let camera = FitFixtures.cameras(1)[0]
    for cameras in [[camera], [camera, camera]] {
      let sphere = SphereStart.mesh(
        targets: targets(center: .zero, radius: 0.5, cameras: cameras), bounds: nil
      ).boundingSphere
      #expect(length(sphere.center) < 0.05 && abs(sphere.radius - 0.45) < 0.03)
    }
    let atOrigin = Camera<Float>(fieldOfViewDegrees: 40, axis: .x, width: 48, height: 48)
    let views = targets(center: SIMD3(0, 0, 4), radius: 0.5, cameras: [atOrigin])
    let sphere = SphereStart.mesh(targets: views, bounds: nil).boundingSphere
    #expect(sphere.center.z > sphere.radius && sphere.radius > 0)
  }
}
