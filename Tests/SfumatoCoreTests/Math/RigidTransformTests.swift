import RealModule
import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct RigidTransformTests {
  /// The exponential by its power series, halved until the series converges fast.
  private func seriesExponential(_ twist: Twist<Double>, _ p: SIMD3<Double>) -> SIMD3<Double> {
    // The flow of x' = ω x x + v over time 1, by Taylor steps of length 1/64.
    var x = p
    for _ in 0..<64 {
      var term = (cross(twist.angular, x) + twist.linear) / 64
      var sum = x + term
      for order in 2...14 {
        term = cross(twist.angular, term) / (64 * Double(order))
        sum += term
      }
      x = sum
    }
    return x
  }

  @Test(arguments: hardAngles + [4, 6])
  func `the exponential is the flow of its twist`(angle: Double) {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<10 {
      let twist = Twist(angular: randomAxis(&generator) * angle, linear: generator.vector())
      let p = generator.vector()
      let expected = seriesExponential(twist, p)
      #expect(length(RigidTransform(exp: twist) * p - expected) < 1e-14)
    }
  }

  @Test(arguments: hardAngles)
  func `logarithms bring twists back`(angle: Double) {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<10 {
      let twist = Twist(angular: randomAxis(&generator) * angle, linear: generator.vector())
      let back = RigidTransform(exp: twist).log
      #expect(length(back.angular - twist.angular) < 1e-14)
      #expect(length(back.linear - twist.linear) < 1e-13)
    }
  }

  @Test(arguments: hardAngles + [.pi])
  func `exponentials bring motions back in both scalars`(angle: Double) {
    func check<S: RenderScalar>(_: S.Type, _ tolerance: S) {
      var generator = SeededGenerator(seed: 5)
      for _ in 0..<10 {
        let motion = RigidTransform<S>(
          rotation: Quaternion(rotationVector: narrowed(randomAxis(&generator) * angle)),
          translation: narrowed(generator.vector()))
        let again = RigidTransform(exp: motion.log)
        #expect(distance(again.rotation.matrix, motion.rotation.matrix) < tolerance)
        #expect(length(again.translation - motion.translation) < tolerance)
      }
    }
    check(Double.self, 1e-14)
    check(Float.self, 2e-6)
  }

  @Test(arguments: stride(from: -4.0, through: 0.4, by: 0.1).map { Double.pow(10, $0) })
  func `the exponential in Float is that in Double to rounding`(angle: Double) {
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<10 {
      let twist = Twist<Float>(
        angular: narrowed(randomAxis(&generator) * angle), linear: narrowed(generator.vector()))
      let wide = RigidTransform<Double>(
        exp: Twist(angular: SIMD3(twist.angular), linear: SIMD3(twist.linear)))
      let narrow = SIMD3<Double>(RigidTransform(exp: twist).translation)
      #expect(length(narrow - wide.translation) < 3e-7)
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `motions compose and invert`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func motion() -> RigidTransform<Double> {
      RigidTransform(exp: Twist(angular: generator.vector() * 2, linear: generator.vector()))
    }
    let (a, b, p) = (motion(), motion(), generator.vector())
    #expect(length((a * b) * p - a * (b * p)) < 1e-15 * 4)
    #expect(length(a.inverse * (a * p) - p) < 1e-15 * 4)
    #expect(length((a * a.inverse).translation) < 1e-15 * 4)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `applying a motion has its adjoint`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let motion = RigidTransform(
      exp: Twist(angular: generator.vector() * 2, linear: generator.vector()))
    // Twist at zero, then the point.
    let point = [Double](repeating: 0, count: 6) + generator.array(3)
    let error = adjointError(at: point, step: 1e-3, seed: seed) { x in
      let moved = motion.moved(by: Twist(angular: x.vector3(0), linear: x.vector3(1)))
      let y = moved * x.vector3(2)
      return [y.x, y.y, y.z]
    } vjp: { x, bar in
      let p = x.vector3(2)
      let result = RigidTransform.applyVJP(
        rotation: motion.rotation.matrix, image: motion * p, imageBar: bar.vector3(0))
      return [result.twistBar.angular, result.twistBar.linear, result.pointBar]
        .flatMap { [$0.x, $0.y, $0.z] }
    }
    #expect(error < 1e-9)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a twist before a motion has its adjoint`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func motion() -> RigidTransform<Double> {
      RigidTransform(exp: Twist(angular: generator.vector() * 2, linear: generator.vector()))
    }
    let (first, second, point) = (motion(), motion(), generator.vector())
    let error = adjointError(at: [Double](repeating: 0, count: 6), step: 1e-3, seed: seed) { x in
      let moved = first.moved(by: Twist(angular: x.vector3(0), linear: x.vector3(1)))
      let y = second * (moved * point)
      return [y.x, y.y, y.z]
    } vjp: { _, bar in
      let whole = second * first
      let after = RigidTransform.applyVJP(
        rotation: whole.rotation.matrix, image: whole * point, imageBar: bar.vector3(0)
      ).twistBar
      let before = after.pulledBack(through: second)
      return [before.angular, before.linear].flatMap { [$0.x, $0.y, $0.z] }
    }
    #expect(error < 1e-9)
  }
}
