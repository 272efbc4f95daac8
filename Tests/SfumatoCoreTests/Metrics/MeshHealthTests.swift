import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct MeshHealthTests {
  @Test func `a sphere and a knot have nothing wrong`() {
    for mesh in [
      Mesh<Float>.icosphere(subdivisions: 3),
      .knot(p: 2, q: 3, radius: 1, tubeRadius: 0.2, segments: 100, sides: 10),
    ] {
      let health = MeshHealth(mesh)
      #expect(health.faces == mesh.faceCount)
      #expect(health.flipped == 0 && health.degenerate == 0 && health.selfIntersecting == 0)
    }
  }

  @Test func `bodies that pass through each other count where they meet`() {
    let one = Mesh<Float>.icosphere(subdivisions: 3)
    let shift = (0..<one.vertexCount).flatMap { v -> [Float] in
      let p = one.position(v) + SIMD3(0.7, 0.013, 0.021)
      return [p.x, p.y, p.z]
    }
    let both = Mesh(
      positions: one.positions + shift,
      faces: one.faces + one.faces.map { $0 + Int32(one.vertexCount) })
    let count = MeshHealth(both).selfIntersecting
    // Along a circle of radius 0.94 whose faces have sides of about 0.15, on both spheres.
    #expect(count > 60 && count < 300, "\(count)")
    #expect(MeshHealth(both, workers: .serial) == MeshHealth(both, workers: .all))
  }

  @Test func `a fold is flipped, faces without area are degenerate`() {
    var mesh = Mesh<Float>.grid(columns: 6, rows: 6)
    // A vertex drawn across its neighbours turns faces over.
    let middle = (0..<mesh.vertexCount).min {
      length(mesh.position($0)) < length(mesh.position($1))
    }
    mesh.positions.addVector3(middle ?? 0, SIMD3(0.3, 0, 0.3))
    #expect(MeshHealth(mesh).flipped > 0)
    #expect(MeshHealth(Mesh<Float>(MeshZoo.degenerate.mesh)).degenerate == 4)
    #expect(MeshHealth(Mesh<Float>(MeshZoo.empty.mesh)).faces == 0)
  }
}
