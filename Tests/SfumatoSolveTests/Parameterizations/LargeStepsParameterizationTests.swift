import SfumatoCore
import SfumatoSolve
import SfumatoTestSupport
import Testing

@Suite struct LargeStepsParameterizationTests {
  @Test(arguments: MeshZoo.all, [0.0, 1.0, 19.0])
  func `positions agree with a dense solve`(zoo: ZooMesh, lambda: Double) throws {
    let topology = zoo.topology
    let n = topology.vertexCount
    var matrix = (0..<n).map { i in (0..<n).map { i == $0 ? 1.0 : 0.0 } }
    for edge in 0..<topology.edgeCount {
      let (a, b) = topology.ends(edge)
      matrix[a][a] += lambda
      matrix[b][b] += lambda
      matrix[a][b] -= lambda
      matrix[b][a] -= lambda
    }
    let parameterization = try LargeStepsParameterization(topology: topology, lambda: lambda)
    var generator = SeededGenerator(seed: 8)
    let u = generator.array(3 * n)
    let v = parameterization.toPositions(u)
    for axis in 0..<3 {
      let expected = denseSolve(matrix, (0..<n).map { u[3 * $0 + axis] })
      for i in 0..<n { #expect(abs(v[3 * i + axis] - expected[i]) < 1e-13) }
    }
  }

  @Test(arguments: MeshZoo.all)
  func `coordinates and positions are inverse to each other`(zoo: ZooMesh) throws {
    let parameterization = try LargeStepsParameterization(topology: zoo.topology, lambda: 19)
    let positions = zoo.jittered(seed: 2)
    let back = parameterization.toPositions(parameterization.toCoordinates(positions: positions))
    for (x, y) in zip(back, positions) { #expect(abs(x - y) < 1e-13) }
    let single = positions.map { Float($0) }
    let backSingle = parameterization.toPositions(parameterization.toCoordinates(positions: single))
    for (x, y) in zip(backSingle, single) { #expect(abs(x - y) < 2e-5) }
  }

  @Test(arguments: MeshZoo.smooth, 1...3 as ClosedRange<UInt64>)
  func `the gradient is the adjoint`(zoo: ZooMesh, seed: UInt64) throws {
    let parameterization = try LargeStepsParameterization(topology: zoo.topology, lambda: 5)
    var generator = SeededGenerator(seed: seed)
    let u = generator.array(zoo.positions.count)
    let vBar = generator.array(zoo.positions.count)
    let v = parameterization.toPositions(u)
    let uBar = parameterization.gradient(positionsBar: vBar)
    let left = zip(v, vBar).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(u, uBar).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(left - right) < 1e-13)
    let error = adjointError(at: u, step: 1e-2, seed: seed) {
      parameterization.toPositions($0)
    } vjp: { _, bar in
      parameterization.gradient(positionsBar: bar)
    }
    #expect(error < 1e-10)
  }

  @Test func `a translation stays a translation`() throws {
    let sphere = Mesh<Double>.icosphere(subdivisions: 2)
    let parameterization = try LargeStepsParameterization(
      topology: MeshTopology(sphere), lambda: 100)
    let gradient = (0..<sphere.vertexCount).flatMap { _ in [1.0, -2.0, 0.5] }
    let smooth = parameterization.gradient(positionsBar: gradient)
    for (x, y) in zip(smooth, gradient) { #expect(abs(x - y) < 1e-12) }
  }

  @Test func `a sphere of ten thousand vertices is factored and solved in time`() throws {
    let sphere = Mesh<Float>.icosphere(subdivisions: 5)
    let topology = MeshTopology(sphere)
    let clock = ContinuousClock()
    var parameterization: LargeStepsParameterization?
    let factoring = try clock.measure {
      parameterization = try LargeStepsParameterization(topology: topology, lambda: 19)
    }
    let made = try #require(parameterization)
    let u = made.toCoordinates(positions: sphere.positions)
    var v: [Float] = []
    let solving = clock.measure { v = made.toPositions(u) }
    print("large steps, 10,242 vertices: factor \(factoring), solve of 3 columns \(solving)")
    #expect(zip(v, sphere.positions).allSatisfy { abs($0 - $1) < 2e-5 })
    #expect(factoring < .seconds(20) && solving < .seconds(5))
  }
}
