import Foundation
import SfumatoCore
import SfumatoSolve
import SfumatoTestSupport
import Testing

@Suite struct AdamTests {
  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type])
  func `the first step has the learning rate's length in every parameter`(
    type: any RenderScalar.Type
  ) {
    func check<S: RenderScalar>(_: S.Type) {
      var adam = Adam<S>(count: 3)
      let update = adam.step(gradient: [2, -0.5, 0], learningRate: 0.1)
      #expect(abs(update[0] + 0.1) < 1e-7)
      #expect(abs(update[1] - 0.1) < 1e-7)
      #expect(update[2] == 0)
    }
    check(type)
  }

  @Test func `two steps agree with the formula`() {
    var adam = Adam<Double>(count: 1, settings: AdamSettings(beta1: 0.5, beta2: 0.75))
    _ = adam.step(gradient: [1], learningRate: 1)
    let update = adam.step(gradient: [3], learningRate: 1)
    // m = (0.25 + 1.5) / 0.75, v = (0.1875 + 2.25) / (1 - 0.5625)
    let expected = -(1.75 / 0.75) / ((2.4375 / 0.4375).squareRoot() + 1e-8)
    #expect(abs(update[0] - expected) < 1e-15)
    #expect(adam.stepCount == 2)
  }

  @Test func `without a scale it is descent with momentum`() {
    var descent = Adam<Double>(count: 2, settings: AdamSettings(beta1: 0.9, scale: .none))
    let first = descent.step(gradient: [2, -1], learningRate: 0.1)
    let second = descent.step(gradient: [1, 4], learningRate: 0.1)
    #expect(first.elementsEqual([-0.2, 0.1]) { abs($0 - $1) < 1e-15 })
    // v = 0.9 v + g
    #expect(second.elementsEqual([-0.28, -0.31]) { abs($0 - $1) < 1e-15 })
  }

  @Test func `a quadratic bowl is descended`() {
    var adam = Adam<Double>(count: 2)
    var x = [3.0, -2.0]
    for _ in 0..<2000 {
      let update = adam.step(gradient: [2 * x[0], 200 * x[1]], learningRate: 0.02)
      x[0] += update[0]
      x[1] += update[1]
    }
    #expect(abs(x[0]) < 1e-3 && abs(x[1]) < 1e-3)
  }

  @Test func `a stored state goes on with the same bits`() throws {
    var generator = SeededGenerator(seed: 4)
    var adam = Adam<Float>(count: 5)
    for _ in 0..<7 {
      _ = adam.step(gradient: generator.array(5).map { Float($0) }, learningRate: 0.1)
    }
    var copy = try JSONDecoder().decode(Adam<Float>.self, from: JSONEncoder().encode(adam))
    #expect(copy == adam)
    let gradient = generator.array(5).map { Float($0) }
    #expect(
      adam.step(gradient: gradient, learningRate: 0.1)
        == copy.step(gradient: gradient, learningRate: 0.1))
  }

  @Test func `the state follows a subdivision`() {
    var adam = Adam<Double>(count: 12)
    _ = adam.step(gradient: [Double](repeating: 1, count: 12), learningRate: 0.1)
    let subdivision = MeshSubdivision(MeshZoo.closed.topology)
    adam.subdivide(subdivision)
    #expect(adam.count == 3 * subdivision.newVertexCount)
    let update = adam.step(gradient: [Double](repeating: 1, count: adam.count), learningRate: 0.1)
    #expect(update.allSatisfy { abs($0 + 0.1) < 1e-8 })
  }

  @Test func `no parameters are no trouble`() {
    var adam = Adam<Float>(count: 0)
    #expect(adam.step(gradient: [], learningRate: 1) == [])
  }
}

@Suite struct AdamScaleTests {
  @Test func `the largest scale keeps the gradient's shape`() {
    var adam = Adam<Double>(count: 3, settings: AdamSettings(scale: .largest))
    let update = adam.step(gradient: [4, -2, 0], learningRate: 0.1)
    #expect(abs(update[0] + 0.1) < 1e-9 && abs(update[1] - 0.05) < 1e-9 && update[2] == 0)
  }

  @Test func `two steps of the largest scale agree with the formula`() {
    var adam = Adam<Double>(
      count: 2, settings: AdamSettings(beta1: 0.5, beta2: 0.75, scale: .largest))
    _ = adam.step(gradient: [1, 0], learningRate: 1)
    let update = adam.step(gradient: [3, 1], learningRate: 1)
    let root = (2.4375 / 0.4375).squareRoot() + 1e-8
    #expect(abs(update[0] + 1.75 / 0.75 / root) < 1e-15)
    #expect(abs(update[1] + 0.5 / 0.75 / root) < 1e-15)
  }

  @Test func `a vertex steps along its gradient as far as the rate, however small the gradient`() {
    var adam = Adam<Double>(count: 6, settings: AdamSettings(scale: .vertex))
    let update = adam.step(gradient: [3, 0, -4, 0, 3e-3, 4e-3], learningRate: 0.1)
    let expected = [-0.06, 0, 0.08, 0, -0.06, -0.08]
    for (a, b) in zip(update, expected) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func `two steps of a vertex agree with the formula`() {
    var adam = Adam<Double>(
      count: 3, settings: AdamSettings(beta1: 0.5, beta2: 0.75, scale: .vertex))
    _ = adam.step(gradient: [1, 0, 0], learningRate: 1)
    let update = adam.step(gradient: [3, 1, 0], learningRate: 1)
    // Mean squares: 2.4375 along x, 0.25 along y.
    let root = (2.6875 / 0.4375).squareRoot() + 1e-8
    #expect(abs(update[0] + 1.75 / 0.75 / root) < 1e-15)
    #expect(abs(update[1] + 0.5 / 0.75 / root) < 1e-15)
    #expect(update[2] == 0)
  }

  @Test func `the axes do not matter for vertices`() {
    var generator = SeededGenerator(seed: 7)
    let turn = RigidTransform<Double>(rotation: Quaternion(rotationVector: [0.4, -0.8, 0.2]))
    var (adam, turned) = (
      Adam<Double>(count: 12, settings: AdamSettings(scale: .vertex)),
      Adam<Double>(count: 12, settings: AdamSettings(scale: .vertex))
    )
    for _ in 0..<5 {
      let gradient = generator.array(12)
      let other = (0..<4).flatMap { v -> [Double] in
        let g = turn * gradient.vector3(v)
        return [g.x, g.y, g.z]
      }
      let (a, b) = (
        adam.step(gradient: gradient, learningRate: 0.1),
        turned.step(gradient: other, learningRate: 0.1)
      )
      for v in 0..<4 { #expect(length(turn * a.vector3(v) - b.vector3(v)) < 1e-14) }
    }
  }

  @Test func `a vertex whose gradient is rounding stays almost where it is`() {
    var adam = Adam<Double>(count: 6, settings: AdamSettings(scale: .vertex))
    let update = adam.step(gradient: [1, 0, 0, 1e-9, 0, 0], learningRate: 1)
    #expect(abs(update[3]) < 1e-4)
  }

  @Test(arguments: AdamScale.allCases)
  func `nothing to do gives no step`(scale: AdamScale) {
    for gradient in [[], [0, 0, 0]] as [[Float]] {
      var adam = Adam<Float>(count: gradient.count, settings: AdamSettings(scale: scale))
      #expect(adam.step(gradient: gradient, learningRate: 1).allSatisfy { $0 == 0 })
    }
  }
}
