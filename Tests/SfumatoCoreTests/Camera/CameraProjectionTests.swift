import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct CameraProjectionTests {
  private static let projections: [Camera<Double>.Projection] = [.perspective, .orthographic]

  private func camera(
    _ projection: Camera<Double>.Projection, seed: UInt64
  ) -> Camera<Double> {
    var generator = SeededGenerator(seed: seed)
    let pose = RigidTransform<Double>.orbit(
      azimuthDegrees: generator.uniform(-180...180), elevationDegrees: generator.uniform(-80...80),
      distance: 4)
    return Camera(
      projection: projection, focal: SIMD2(2 + generator.uniform(), 3 + generator.uniform()),
      principal: SIMD2(1 + generator.uniform(), 2 + generator.uniform()), worldToCamera: pose,
      width: 6, height: 5)
  }

  @Test func `a pixel is known by thought`() {
    let camera = Camera<Float>(
      focal: SIMD2(100, 200), principal: SIMD2(32, 16), width: 64, height: 32)
    #expect(camera.pixel(SIMD3(1, -0.5, 4)) == SIMD2(57, -9))
    var flat = camera
    flat.projection = .orthographic
    #expect(flat.pixel(SIMD3(0.25, 0.125, 4)) == SIMD2(57, 41))
    #expect(flat.fieldOfViewXDegrees == nil)
  }

  @Test(arguments: projections, 1...4 as ClosedRange<UInt64>)
  func `pixels have their adjoint to point and intrinsics`(
    projection: Camera<Double>.Projection, seed: UInt64
  ) {
    let base = camera(projection, seed: seed)
    var generator = SeededGenerator(seed: seed &+ 10)
    let point =
      generator.array(2) + [generator.uniform(2...5)]
      + [base.focal.x, base.focal.y, base.principal.x, base.principal.y]
    func moved(_ x: [Double]) -> Camera<Double> {
      var camera = base
      camera.focal = SIMD2(x[3], x[4])
      camera.principal = SIMD2(x[5], x[6])
      return camera
    }
    let error = adjointError(at: point, step: 1e-3, seed: seed) { x in
      let p = moved(x).pixel(x.vector3(0))
      return [p.x, p.y]
    } vjp: { x, bar in
      let bars = moved(x).pixelVJP(x.vector3(0), pixelBar: SIMD2(bar[0], bar[1]))
      return [
        bars.pointBar.x, bars.pointBar.y, bars.pointBar.z, bars.focalBar.x, bars.focalBar.y,
        bars.principalBar.x, bars.principalBar.y,
      ]
    }
    #expect(error < 1e-8)
  }

  @Test(arguments: projections, 1...4 as ClosedRange<UInt64>)
  func `pixels have their adjoint to the extrinsics and the world point`(
    projection: Camera<Double>.Projection, seed: UInt64
  ) {
    let base = camera(projection, seed: seed)
    var generator = SeededGenerator(seed: seed &+ 20)
    let point = [Double](repeating: 0, count: 6) + generator.array(3)
    let error = adjointError(at: point, step: 1e-3, seed: seed) { x in
      var camera = base
      camera.worldToCamera = base.worldToCamera.moved(
        by: Twist(angular: x.vector3(0), linear: x.vector3(1)))
      let p = camera.pixel(camera.cameraPoint(x.vector3(2)))
      return [p.x, p.y]
    } vjp: { x, bar in
      let image = base.cameraPoint(x.vector3(2))
      let pixel = base.pixelVJP(image, pixelBar: SIMD2(bar[0], bar[1]))
      let bars = RigidTransform.applyVJP(
        rotation: base.worldToCamera.rotation.matrix, image: image, imageBar: pixel.pointBar)
      return [bars.twistBar.angular, bars.twistBar.linear, bars.pointBar]
        .flatMap { [$0.x, $0.y, $0.z] }
    }
    #expect(error < 1e-8)
  }

  @Test(arguments: projections)
  func `a resized camera keeps its rays`(projection: Camera<Double>.Projection) {
    let base = camera(projection, seed: 3)
    let other = base.resized(width: 24, height: 10)
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<20 {
      let p = generator.vector()
      let (u, v) = (base.pixel(base.cameraPoint(p)), other.pixel(other.cameraPoint(p)))
      #expect(abs(v.x - 4 * u.x) < 1e-12 && abs(v.y - 2 * u.y) < 1e-12)
    }
    #expect(other.width == 24 && other.height == 10)
  }

  @Test func `another precision is the same camera`() {
    let wide = camera(.orthographic, seed: 5)
    let narrow = Camera<Float>(wide)
    let back = Camera<Double>(narrow)
    #expect(back.projection == .orthographic && back.width == 6 && back.height == 5)
    let p = SIMD3(0.3, 0.2, -0.4)
    let (u, v) = (wide.pixel(wide.cameraPoint(p)), back.pixel(back.cameraPoint(p)))
    #expect(abs(u.x - v.x) < 1e-5 && abs(u.y - v.y) < 1e-5)
    #expect(Camera<Double>(wide) == wide)
  }

  @Test func `gradients of cameras add`() {
    var sum = CameraGradient<Float>()
    var one = CameraGradient<Float>()
    one.twist = Twist(angular: SIMD3(1, 2, 3), linear: SIMD3(4, 5, 6))
    one.focal = SIMD2(7, 8)
    one.principal = SIMD2(9, 10)
    sum += one
    sum += one
    #expect(sum.twist == Twist(angular: SIMD3(2, 4, 6), linear: SIMD3(8, 10, 12)))
    #expect(sum.focal == SIMD2(14, 16) && sum.principal == SIMD2(18, 20))
  }
}
