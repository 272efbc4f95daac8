import RealModule
import SfumatoCore
import SfumatoTestSupport
import Testing

/// A regulariser with one signature, so that what holds for each is tested on each.
enum Regularizer: String, CaseIterable, Sendable {
  case laplacian, bilaplacian, cotangentLaplacian, edgeLength, wantedEdgeLength, normalConsistency,
    flatness

  /// Whether it looks at edges with two faces alone.
  var needsInteriorEdges: Bool { self == .normalConsistency || self == .flatness }

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
    case .bilaplacian:
      let (value, residual) = UniformLaplacianLoss.forward(
        positions: positions, topology: topology, order: 2)
      return (value, { UniformLaplacianLoss.backward(residual, valueBar: $0, into: &$1) })
    case .cotangentLaplacian:
      // Weights are constants: some of a row, whatever the positions.
      var generator = SeededGenerator(seed: 4)
      var weights = generator.array(topology.neighbors.count, 0.1...1).map { S($0) }
      for vertex in 0..<topology.vertexCount {
        let row = topology.neighborRange(vertex)
        let sum = row.reduce(0) { $0 + weights[$1] }
        for place in row { weights[place] /= sum }
      }
      let (value, residual) = CotangentLaplacianLoss.forward(
        positions: positions, topology: topology, weights: weights)
      return (value, { CotangentLaplacianLoss.backward(residual, valueBar: $0, into: &$1) })
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
    case .flatness:
      let (value, residual) = NormalConsistencyLoss.forward(
        positions: positions, topology: topology, power: 2)
      return (value, { NormalConsistencyLoss.backward(residual, valueBar: $0, into: &$1) })
    }
  }
}

@Suite struct RegularizerTests {
  @Test(arguments: Regularizer.allCases, MeshZoo.smooth)
  func `adjoint agrees with finite differences`(regularizer: Regularizer, zoo: ZooMesh) {
    let topology = zoo.topology
    let vacuous = regularizer.needsInteriorEdges && topology.interiorEdges.isEmpty
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
      let flatness = Regularizer.flatness.value(
        positions, MeshTopology(faces: faces, vertexCount: 4))
      #expect(abs(flatness - value * value) < 1e-14)
    }
  }

  @Test func `a flat joint costs nothing in Float`() {
    let grid = Mesh<Float>.grid(columns: 5, rows: 5)
    #expect(Regularizer.normalConsistency.value(grid.positions, MeshTopology(grid)) == 0)
  }

  @Test func `an even bend costs the bi-Laplacian nothing inside`() {
    // A strip of points on a parabola: each is off the middle of its neighbours by as much as they are off theirs.
    let count = 9
    let positions = (0..<count).flatMap { i -> [Double] in
      let x = Double(i - 4) / 4
      return [x, x * x, 0]
    }
    let faces = (0..<count - 2).flatMap { i in [Int32(i), Int32(i + 1), Int32(i)] }
    let topology = MeshTopology(
      faces: faces + [Int32(count - 2), Int32(count - 1), Int32(count - 2)], vertexCount: count)
    let residual = UniformLaplacianLoss.forward(
      positions: positions, topology: topology, order: 2
    ).residual
    for i in 2..<count - 2 {
      #expect(residual.offsets[3 * i..<3 * i + 3].allSatisfy { abs($0) < 1e-15 })
    }
    #expect(Regularizer.laplacian.value(positions, topology) > 1e-3)
  }

  /// A square cut into four faces at a point within.
  private func fan(_ x: Double, _ y: Double) -> (positions: [Double], topology: MeshTopology) {
    (
      [-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0, x, y, 0],
      MeshTopology(faces: [0, 1, 4, 1, 2, 4, 2, 3, 4, 3, 0, 4], vertexCount: 5)
    )
  }

  @Test func `cotangent weights are known by thought`() {
    let (positions, topology) = fan(0, 0)
    let weights = CotangentLaplacianLoss.weights(positions: positions, topology: topology)
    // Round the middle all angles are 45 degrees; opposite to a side of the square stands a right one.
    #expect(topology.neighborRange(4).allSatisfy { abs(weights[$0] - 0.25) < 1e-15 })
    for place in topology.neighborRange(0) {
      #expect(abs(weights[place] - (topology.neighbors[place] == 4 ? 1 : 0)) < 1e-15)
    }
  }

  @Test func `a vertex may stand anywhere in its plane`() {
    for (x, y) in [(0.0, 0.0), (0.02, -0.01), (-0.03, 0.03)] {
      let (positions, topology) = fan(x, y)
      let weights = CotangentLaplacianLoss.weights(positions: positions, topology: topology)
      let residual = CotangentLaplacianLoss.forward(
        positions: positions, topology: topology, weights: weights
      ).residual
      #expect(residual.offsets[12..<15].allSatisfy { abs($0) < 1e-14 })
    }
  }

  @Test(arguments: MeshZoo.all)
  func `cotangent weights are shares of each row`(zoo: ZooMesh) {
    let weights = CotangentLaplacianLoss.weights(positions: zoo.positions, topology: zoo.topology)
    for vertex in 0..<zoo.topology.vertexCount {
      let row = weights[zoo.topology.neighborRange(vertex)]
      #expect(row.allSatisfy { $0 >= 0 } && (row.isEmpty || abs(row.reduce(0, +) - 1) < 1e-12))
    }
  }
}
