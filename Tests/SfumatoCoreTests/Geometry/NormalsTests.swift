import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct FaceNormalsTests {
  @Test func `a counter-clockwise face looks at the viewer`() {
    let zoo = MeshZoo.triangle
    #expect(FaceNormals.forward(positions: zoo.positions, faces: zoo.faces).normals == [0, 0, 1])
  }

  @Test(arguments: MeshZoo.smooth, 1...3 as ClosedRange<UInt64>)
  func `adjoint agrees with finite differences`(zoo: ZooMesh, seed: UInt64) {
    let error = adjointError(at: zoo.jittered(seed: seed), step: 1e-3, seed: seed) {
      FaceNormals.forward(positions: $0, faces: zoo.faces).normals
    } vjp: { positions, bar in
      var positionsBar = [Double](repeating: 0, count: positions.count)
      let residual = FaceNormals.forward(positions: positions, faces: zoo.faces).residual
      FaceNormals.backward(residual, normalsBar: bar, into: &positionsBar)
      return positionsBar
    }
    #expect(error < 1e-8)
  }

  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type])
  func `faces without area have no normal and no gradient`(type: any RenderScalar.Type) {
    func check<S: RenderScalar>(_: S.Type) {
      let zoo = MeshZoo.degenerate
      let (normals, residual) = FaceNormals.forward(
        positions: zoo.positions.map { S($0) }, faces: zoo.faces)
      #expect(normals == [S](repeating: 0, count: 12) + [0, 0, 1])
      var bar = [S](repeating: 2, count: zoo.positions.count)
      let some = [S](repeating: 1, count: 12) + [0, 0, 0]
      FaceNormals.backward(residual, normalsBar: some, into: &bar)
      #expect(bar == [S](repeating: 2, count: zoo.positions.count))
    }
    check(type)
  }
}

@Suite struct VertexNormalsTests {
  @Test func `larger faces weigh more`() {
    // Faces of area 1/2 towards +z and area 1 towards +x share vertex 0.
    let normals = VertexNormals.forward(
      positions: [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2], faces: [0, 1, 2, 0, 2, 3]
    ).normals
    let root = 5.0.squareRoot()
    #expect(abs(normals[0] - 2 / root) < 1e-15)
    #expect(abs(normals[2] - 1 / root) < 1e-15)
  }

  @Test(arguments: MeshZoo.smooth, 1...3 as ClosedRange<UInt64>)
  func `adjoint agrees with finite differences`(zoo: ZooMesh, seed: UInt64) {
    let error = adjointError(at: zoo.jittered(seed: seed), step: 1e-3, seed: seed) {
      VertexNormals.forward(positions: $0, faces: zoo.faces).normals
    } vjp: { positions, bar in
      var positionsBar = [Double](repeating: 0, count: positions.count)
      let residual = VertexNormals.forward(positions: positions, faces: zoo.faces).residual
      VertexNormals.backward(residual, normalsBar: bar, into: &positionsBar)
      return positionsBar
    }
    #expect(error < 1e-8)
  }

  @Test(arguments: MeshZoo.all)
  func `every mesh has finite normals and gradients`(zoo: ZooMesh) {
    let (normals, residual) = VertexNormals.forward(
      positions: zoo.positions.map { Float($0) }, faces: zoo.faces)
    #expect(normals.allSatisfy { $0.isFinite })
    var bar = [Float](repeating: 0, count: normals.count)
    VertexNormals.backward(
      residual, normalsBar: [Float](repeating: 1, count: normals.count), into: &bar)
    #expect(bar.allSatisfy { $0.isFinite })
  }

  @Test func `backward adds`() {
    let zoo = MeshZoo.closed
    let residual = VertexNormals.forward(positions: zoo.positions, faces: zoo.faces).residual
    var generator = SeededGenerator(seed: 3)
    let normalsBar = generator.array(12)
    var once = [Double](repeating: 0, count: 12)
    VertexNormals.backward(residual, normalsBar: normalsBar, into: &once)
    var twice = once
    VertexNormals.backward(residual, normalsBar: normalsBar, into: &twice)
    #expect(zip(once, twice).allSatisfy { abs($1 - 2 * $0) < 1e-14 })
  }
}
