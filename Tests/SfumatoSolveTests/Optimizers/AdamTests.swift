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

@Suite struct AdamUniformTests {
  @Test func `the first step keeps the gradient's shape`() {
    var adam = AdamUniform<Double>(count: 3)
    let update = adam.step(gradient: [4, -2, 0], learningRate: 0.1)
    #expect(abs(update[0] + 0.1) < 1e-9 && abs(update[1] - 0.05) < 1e-9 && update[2] == 0)
  }

  @Test func `two steps agree with the formula`() {
    var adam = AdamUniform<Double>(count: 2, settings: AdamSettings(beta1: 0.5, beta2: 0.75))
    _ = adam.step(gradient: [1, 0], learningRate: 1)
    let update = adam.step(gradient: [3, 1], learningRate: 1)
    let root = (2.4375 / 0.4375).squareRoot() + 1e-8
    #expect(abs(update[0] + 1.75 / 0.75 / root) < 1e-15)
    #expect(abs(update[1] + 0.5 / 0.75 / root) < 1e-15)
  }

  @Test(arguments: [[], [0, 0]] as [[Float]])
  func `nothing to do gives no step`(gradient: [Float]) {
    var adam = AdamUniform<Float>(count: gradient.count)
    #expect(adam.step(gradient: gradient, learningRate: 1).allSatisfy { $0 == 0 })
  }
}
