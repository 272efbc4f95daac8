import Testing

@testable import SfumatoCore

@Suite
struct WeldingCacheTests {
  private func corners(_ mesh: Mesh<Double>) -> [Int32] {
    Welding(SceneAssembly(Scene(mesh), hasColor: false, shadesFragments: false)).corners
  }

  @Test func `a mesh that moves is welded as one that was never seen`() {
    var mesh = Mesh<Double>(
      positions: [0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0],
      faces: [0, 1, 2, 3, 4, 5])
    #expect(corners(mesh) == [0, 1, 2, 1, 4, 2])
    mesh.positions[4] = 0.25
    #expect(corners(mesh) == [0, 1, 2, 3, 4, 2])
    for v in mesh.positions.indices { mesh.positions[v] += 1 }
    #expect(corners(mesh) == corners(Mesh(positions: mesh.positions, faces: mesh.faces)))
    #expect(mesh == Mesh(positions: mesh.positions, faces: mesh.faces))
  }

  @Test func `the pair of an edge goes on in the same vertices`() {
    let mesh = Mesh<Double>.icosphere(subdivisions: 1)
    let welding = Welding(SceneAssembly(Scene(mesh), hasColor: false, shadesFragments: false))
    #expect(welding.pairs.count == welding.edgeCount)
    #expect(welding.pairs.allSatisfy { $0.x >= 0 && $0.x != $0.y })
    let split = Mesh<Double>(
      positions: mesh.faces.flatMap { v -> [Double] in
        let p = mesh.position(Int(v))
        return [p.x, p.y, p.z]
      }, faces: mesh.faces.indices.map { Int32($0) })
    let seams = Welding(SceneAssembly(Scene(split), hasColor: false, shadesFragments: false))
    #expect(seams.edgeCount == welding.edgeCount)
    #expect(seams.pairs.allSatisfy { $0.x < 0 })
  }
}
