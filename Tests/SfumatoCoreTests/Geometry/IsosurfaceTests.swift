import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct IsosurfaceTests {
  @Test func `a ball's surface is closed, looks outward and has its volume`() {
    let n = 40
    let spacing = 2.5 / Double(n - 1)
    var field: [Double] = []
    for z in 0..<n {
      for y in 0..<n {
        for x in 0..<n {
          let p = SIMD3(Double(x), Double(y), Double(z)) * spacing - 1.25
          field.append(1 - length(p))
        }
      }
    }
    let mesh = Mesh<Double>.isosurface(
      field: field, size: SIMD3(n, n, n), origin: SIMD3(repeating: -1.25), spacing: spacing)
    let topology = MeshTopology(mesh)
    #expect(topology.isManifold && topology.isClosed && topology.isConsistentlyWound)
    #expect(topology.eulerNumber == 2)
    #expect(abs(mesh.signedVolume / (4 * .pi / 3) - 1) < 0.01)
    for v in 0..<mesh.vertexCount { #expect(abs(length(mesh.position(v)) - 1) < 0.01) }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `whatever the field, the surface is a closed manifold`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let size = SIMD3(3 + Int(seed % 4), 5, 4)
    let field = generator.array(size.x * size.y * size.z).map { Float($0) }
    let mesh = Mesh<Float>.isosurface(field: field, size: size, origin: .zero, spacing: 0.5)
    let topology = MeshTopology(mesh)
    #expect(topology.isManifold && topology.isClosed && topology.isConsistentlyWound)
    #expect(mesh.signedVolume > 0)
  }

  @Test func `a full grid is closed a step outside, an empty one has no surface`() {
    let full = Mesh<Float>.isosurface(
      field: [1, 1, 1, 1, 1, 1, 1, 1], size: SIMD3(2, 2, 2), origin: .zero, spacing: 1)
    #expect(MeshTopology(full).isClosed && full.signedVolume > 1)
    let empty = Mesh<Float>.isosurface(
      field: [Float](repeating: -1, count: 8), size: SIMD3(2, 2, 2), origin: .zero, spacing: 1)
    #expect(empty.faceCount == 0)
  }
}
