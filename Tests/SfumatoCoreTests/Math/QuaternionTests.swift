import RealModule
import SfumatoCore
import SfumatoTestSupport
import Testing

/// Angles at which rotations go wrong when they do, radians.
let hardAngles: [Double] = [
  0, 1e-300, 1e-16, 1e-9, 0.99e-4, 1.01e-4, 0.99e-2, 1.01e-2, 0.1, 1, 2, 3, .pi - 1e-3,
  .pi - 1e-6, .pi - 1e-9,
]

/// A random unit vector.
func randomAxis(_ generator: inout SeededGenerator) -> SIMD3<Double> {
  var axis = generator.vector()
  while length(axis) < 0.1 { axis = generator.vector() }
  return normalize(axis)
}

/// A vector in another precision.
func narrowed<S: RenderScalar>(_ v: SIMD3<Double>, _: S.Type = S.self) -> SIMD3<S> {
  SIMD3(S(v.x), S(v.y), S(v.z))
}

/// The largest entry of the difference of two matrices.
func distance<S: RenderScalar>(_ a: Matrix3<S>, _ b: Matrix3<S>) -> S {
  [a.row0 - b.row0, a.row1 - b.row1, a.row2 - b.row2]
    .map { max($0.x.magnitude, $0.y.magnitude, $0.z.magnitude) }.max() ?? 0
}

@Suite struct QuaternionTests {
  @Test(arguments: hardAngles)
  func `rotation vectors come back`(angle: Double) {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<20 {
      let rotation = randomAxis(&generator) * angle
      let back = Quaternion(rotationVector: rotation).rotationVector
      #expect(length(back - rotation) <= 1e-15 * max(angle, 1e-290))
      let single = Quaternion(rotationVector: narrowed(rotation, Float.self))
      // In Float the angle may step over π and the axis turn round: the rotation is the same.
      let again = Quaternion(rotationVector: single.rotationVector)
      #expect(distance(single.matrix, again.matrix) < 1e-6)
      #expect(abs(single.angle - Float(angle)) < 1e-6)
    }
  }

  @Test func `a quarter turn about z takes x to y`() {
    let quarter = Quaternion(rotationVector: SIMD3(0, 0, Double.pi / 2))
    #expect(length(quarter.matrix * SIMD3(1, 0, 0) - SIMD3(0, 1, 0)) < 1e-15)
  }

  @Test(arguments: hardAngles + [.pi])
  func `matrices come back in every branch`(angle: Double) {
    var generator = SeededGenerator(seed: 2)
    let axes: [SIMD3<Double>] = [
      SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(0, 0, -1), randomAxis(&generator),
      randomAxis(&generator), randomAxis(&generator),
    ]
    for axis in axes {
      let matrix = Quaternion(rotationVector: axis * angle).matrix
      #expect(distance(Quaternion(matrix).matrix, matrix) < 4e-15)
      #expect(abs(matrix.determinant - 1) < 4e-15)
      #expect(distance(matrix * matrix.transpose, .identity) < 4e-15)
    }
  }

  @Test func `a quaternion and its opposite are one rotation`() {
    let q = Quaternion(rotationVector: SIMD3(0.3, -0.5, 0.7))
    let opposite = Quaternion(w: -q.w, vector: -q.vector)
    #expect(length(q.rotationVector - opposite.rotationVector) < 1e-15)
    #expect(abs(q.angle - opposite.angle) < 1e-15)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `products and conjugates are those of the matrices`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let a = Quaternion(rotationVector: generator.vector() * 2)
    let b = Quaternion(rotationVector: generator.vector() * 2)
    #expect(distance((a * b).matrix, a.matrix * b.matrix) < 1e-15)
    #expect(distance(a.conjugate.matrix, a.matrix.transpose) < 1e-15)
    #expect(distance((a * a.conjugate).matrix, .identity) < 1e-15)
  }
}
