import RealModule
import SfumatoCore
import SfumatoTestSupport
import Testing

/// A regulariser with one signature, so that what holds for each is tested on each.
enum Regularizer: String, CaseIterable, Sendable {
  case laplacian, edgeLength, wantedEdgeLength, normalConsistency

  func value<S: RenderScalar>(_ positions: [S], _ topology: MeshTopology) -> S {
    run(positions, topology).value
  }

  func gradient<S: RenderScalar>(
    _ positions: [S], _ topology: MeshTopology, valueBar: S
  ) -> [S] {
    var bar = [S](repeating: 0, count: positions.count)
    run(positions, topology).pullback(valueBar, &bar)
    return bar
  }

  private func run<S: RenderScalar>(
    _ positions: [S], _ topology: MeshTopology
  ) -> (value: S, pullback: (S, inout [S]) -> Void) {
    switch self {
    case .laplacian:
      let (value, residual) = UniformLaplacianLoss.forward(
        positions: positions, topology: topology)
      return (value, { UniformLaplacianLoss.backward(residual, valueBar: $0, into: &$1) })
    case .edgeLength:
      // The mean as target is a constant: fixed here so that differences see it so.
      let (value, residual) = EdgeLengthLoss.forward(
        positions: positions, topology: topology, target: 0.8)
      return (value, { EdgeLengthLoss.backward(residual, valueBar: $0, into: &$1) })
    case .wantedEdgeLength:
      let (value, residual) = EdgeLengthLoss.forward(
        positions: positions, topology: topology, target: 0)
      return (value, { EdgeLengthLoss.backward(residual, valueBar: $0, into: &$1) })
    case .normalConsistency:
      let (value, residual) = NormalConsistencyLoss.forward(
        positions: positions, topology: topology)
      return (value, { NormalConsistencyLoss.backward(residual, valueBar: $0, into: &$1) })
    }
  }
}

@Suite struct RegularizerTests {
  @Test(arguments: Regularizer.allCases, MeshZoo.smooth)
  func `adjoint agrees with finite differences`(regularizer: Regularizer, zoo: ZooMesh) {
    let topology = zoo.topology
    let vacuous = regularizer == .normalConsistency && topology.interiorEdges.isEmpty
    for seed in 1...4 as ClosedRange<UInt64> {
      let error = adjointError(at: zoo.jittered(seed: seed), step: 3e-4, seed: seed) {
        [regularizer.value($0, topology)]
      } vjp: { positions, bar in
        regularizer.gradient(positions, topology, valueBar: bar[0])
      }
      #expect(vacuous ? error == .infinity : error < 1e-8)
    }
  }

  @Test(arguments: Regularizer.allCases, MeshZoo.all)
  func `every mesh has finite values and gradients in both scalars`(
    regularizer: Regularizer, zoo: ZooMesh
  ) {
    func check<S: RenderScalar>(_: S.Type) {
      let positions = zoo.positions.map { S($0) }
      #expect(regularizer.value(positions, zoo.topology).isFinite)
      #expect(
        regularizer.gradient(positions, zoo.topology, valueBar: 1).allSatisfy { $0.isFinite })
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: Regularizer.allCases)
  func `moving the whole mesh changes nothing`(regularizer: Regularizer) {
    let zoo = MeshZoo.closed
    let moved = zoo.positions.enumerated().map { $1 + [1.0, -2, 3][$0 % 3] }
    let before = regularizer.value(zoo.positions, zoo.topology)
    #expect(abs(regularizer.value(moved, zoo.topology) - before) < 1e-14)
  }

  @Test func `the Laplacian of a triangle is known by thought`() {
    // Each vertex stands sqrt(3)/2 from the middle of the other two: 3/4 on average.
    let positions = [0, 0, 0, 1, 0, 0, 0.5, 0.75.squareRoot(), 0]
    let topology = MeshTopology(faces: [0, 1, 2], vertexCount: 3)
    #expect(abs(Regularizer.laplacian.value(positions, topology) - 0.75) < 1e-15)
  }

  @Test func `edges of the mean length cost nothing by default`() {
    let positions = [0, 0, 0, 1, 0, 0, 0.5, 0.75.squareRoot(), 0]
    let topology = MeshTopology(faces: [0, 1, 2], vertexCount: 3)
    let (value, residual) = EdgeLengthLoss.forward(positions: positions, topology: topology)
    #expect(value < 1e-30)
    #expect(abs(residual.target - 1) < 1e-15)
    #expect(
      EdgeLengthLoss.forward(positions: positions, topology: topology, target: 3).value
        .isApproximatelyEqual(to: 4))
  }

  @Test(arguments: [0.0, 30, 90, 150, 180])
  func `a hinge costs one minus its cosine whatever the winding`(degrees: Double) {
    let angle = degrees * .pi / 180
    let positions = [0, 0, 0, 0, 1, 0, 1, 0.5, 0, -Double.cos(angle), 0.5, Double.sin(angle)]
    for faces in [[0, 2, 1, 0, 1, 3], [0, 2, 1, 0, 3, 1]] as [[Int32]] {
      let value = Regularizer.normalConsistency.value(
        positions, MeshTopology(faces: faces, vertexCount: 4))
      #expect(abs(value - (1 - Double.cos(angle))) < 1e-15)
    }
  }

  @Test func `a flat joint costs nothing in Float`() {
    let grid = Mesh<Float>.grid(columns: 5, rows: 5)
    #expect(Regularizer.normalConsistency.value(grid.positions, MeshTopology(grid)) == 0)
  }
}
