import RealModule
import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct CameraPlacementTests {
  private func camera(_ extrinsics: RigidTransform<Double>) -> Camera<Double> {
    Camera(
      fieldOfViewDegrees: 60, axis: .x, width: 640, height: 480, worldToCamera: extrinsics)
  }

  @Test func `from plus z the world's x points right and its y up`() {
    let view = camera(.lookAt(eye: SIMD3(0, 0, 5), target: .zero))
    #expect(view.cameraPoint(.zero).isClose(to: SIMD3(0, 0, 5)))
    #expect(view.cameraPoint(SIMD3(1, 0, 0)).isClose(to: SIMD3(1, 0, 5)))
    #expect(view.cameraPoint(SIMD3(0, 1, 0)).isClose(to: SIMD3(0, -1, 5)))
    #expect(view.center.isClose(to: SIMD3(0, 0, 5)))
    let center = view.pixel(view.cameraPoint(.zero))
    #expect(center == SIMD2(320, 240))
    #expect(view.pixel(view.cameraPoint(SIMD3(1, 0, 0))).x > 320)
    #expect(view.pixel(view.cameraPoint(SIMD3(0, 1, 0))).y < 240)
  }

  @Test func `azimuth moves the eye to plus x and elevation to plus y`() {
    func eye(_ azimuth: Double, _ elevation: Double) -> SIMD3<Double> {
      RigidTransform.orbit(azimuthDegrees: azimuth, elevationDegrees: elevation, distance: 2)
        .inverse.translation
    }
    #expect(eye(0, 0).isClose(to: SIMD3(0, 0, 2)))
    #expect(eye(90, 0).isClose(to: SIMD3(2, 0, 0)))
    #expect(eye(-90, 0).isClose(to: SIMD3(-2, 0, 0)))
    #expect(eye(0, 30).isClose(to: SIMD3(0, 1, 3.0.squareRoot())))
    #expect(eye(40, 90).isClose(to: SIMD3(0, 2, 0)))
  }

  @Test(arguments: [-150.0, -90, 0, 37, 90, 180], [-89.0, -30, 0, 60, 89])
  func `an orbit looks at its target with up upwards`(azimuth: Double, elevation: Double) {
    let target = SIMD3(0.5, -1, 2)
    let view = camera(
      .orbit(
        azimuthDegrees: azimuth, elevationDegrees: elevation, distance: 3, target: target))
    #expect(view.cameraPoint(target).isClose(to: SIMD3(0, 0, 3)))
    let above = view.cameraPoint(target + SIMD3(0, 0.1, 0))
    #expect(abs(above.x) < 1e-14)
    #expect(above.y < 0)
  }

  @Test(arguments: [90.0, -90], [0.0, 25, 130, -70])
  func `the poles of an orbit are the limits of its meridians`(pole: Double, azimuth: Double) {
    func check<S: RenderScalar>(_: S.Type, _ tolerance: S) {
      let short = pole * (1 - 1e-3)
      let (at, near) = (
        RigidTransform<S>.orbit(
          azimuthDegrees: S(azimuth), elevationDegrees: S(pole), distance: 2),
        RigidTransform<S>.orbit(
          azimuthDegrees: S(azimuth), elevationDegrees: S(short), distance: 2)
      )
      #expect(distance(at.rotation.matrix, near.rotation.matrix) < tolerance)
    }
    // A thousandth of a right angle turns no axis by more.
    check(Double.self, 2e-3)
    check(Float.self, 2e-3)
  }

  @Test func `beyond a pole the view stays upright`() {
    let over = RigidTransform<Double>.orbit(
      azimuthDegrees: 20, elevationDegrees: 120, distance: 2)
    let same = RigidTransform<Double>.orbit(
      azimuthDegrees: 200, elevationDegrees: 60, distance: 2)
    #expect(distance(over.rotation.matrix, same.rotation.matrix) < 1e-14)
  }

  @Test func `any up gives a rotation, one along the line of sight too`() {
    var generator = SeededGenerator(seed: 7)
    for trial in 0..<40 {
      let forward = trial < 6 ? SIMD3<Double>.axis(trial) : randomAxis(&generator)
      let up = trial % 3 == 0 ? forward * 5 : trial % 3 == 1 ? -forward : generator.vector()
      let pose = RigidTransform.lookAt(
        eye: SIMD3(1, 2, 3), target: SIMD3(1, 2, 3) + forward, up: up)
      let matrix = pose.rotation.matrix
      #expect(distance(matrix * matrix.transpose, .identity) < 1e-14)
      #expect(abs(matrix.determinant - 1) < 1e-14)
      #expect((matrix * forward).isClose(to: SIMD3(0, 0, 1)))
      #expect((pose * SIMD3(1, 2, 3)).isClose(to: .zero))
      if trial % 3 == 2 { #expect((matrix * up).y < 0) }
    }
  }

  @Test(arguments: [20.0, 50, 90, 150])
  func `the field of view spans the named side`(degrees: Double) {
    let half = Double.tan(degrees * .pi / 360)
    func view(_ axis: FieldOfViewAxis) -> Camera<Double> {
      Camera(fieldOfViewDegrees: degrees, axis: axis, width: 300, height: 400)
    }
    #expect(abs(view(.x).pixel(SIMD3(half, 0, 1)).x - 300) < 1e-10)
    #expect(abs(view(.y).pixel(SIMD3(0, half, 1)).y - 400) < 1e-10)
    let corner = view(.diagonal).pixel(SIMD3(0.6 * half, 0.8 * half, 1))
    #expect(abs(corner.x - 300) < 1e-10 && abs(corner.y - 400) < 1e-10)
    #expect(abs((view(.x).fieldOfViewXDegrees ?? 0) - degrees) < 1e-12)
    #expect(view(.y).focal.x == view(.y).focal.y)
  }
}

extension SIMD3<Double> {
  /// Whether another vector is the same to rounding.
  fileprivate func isClose(to other: SIMD3) -> Bool { length(self - other) < 1e-13 }

  /// The six directions along the axes.
  fileprivate static func axis(_ i: Int) -> SIMD3 {
    var v = SIMD3.zero
    v[i % 3] = i < 3 ? 1 : -1
    return v
  }
}
