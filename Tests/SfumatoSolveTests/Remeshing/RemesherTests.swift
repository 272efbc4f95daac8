import SfumatoCore
import SfumatoSolve
import SfumatoTestSupport
import Testing

@Suite struct RemesherTests {
  struct Body: Sendable, CustomStringConvertible {
    var description: String
    var mesh: Mesh<Float>
    var euler: Int
  }

  static let bodies = [
    Body(description: "sphere", mesh: .icosphere(subdivisions: 3), euler: 2),
    Body(
      description: "torus",
      mesh: .torus(majorRadius: 1, minorRadius: 0.35, majorSegments: 40, minorSegments: 16),
      euler: 0),
    Body(
      description: "knot",
      mesh: .knot(p: 2, q: 3, radius: 1, tubeRadius: 0.25, segments: 120, sides: 12), euler: 0),
  ]

  private func meanEdge(_ mesh: Mesh<Float>) -> Float {
    let topology = MeshTopology(mesh)
    let sum = (0..<topology.edgeCount).reduce(Float(0)) { sum, edge in
      let (a, b) = topology.ends(edge)
      return sum + length(mesh.position(a) - mesh.position(b))
    }
    return sum / Float(topology.edgeCount)
  }

  private func lengths(_ surface: RemeshedSurface) -> [Float] {
    let mesh = Mesh(positions: surface.positions, faces: surface.faces)
    let topology = MeshTopology(mesh)
    return (0..<topology.edgeCount).map { edge in
      let (a, b) = topology.ends(edge)
      return length(mesh.position(a) - mesh.position(b))
    }
  }

  @Test(arguments: bodies, [0.5, 1, 2] as [Float])
  func `edges get the wanted length, and the surface stays what and where it was`(
    body: Body, factor: Float
  ) throws {
    let wanted = factor * meanEdge(body.mesh)
    let surface = try #require(
      Remesher().remesh(
        body.mesh, lengths: [Float](repeating: wanted, count: body.mesh.vertexCount)))
    let mesh = Mesh(positions: surface.positions, faces: surface.faces)
    let topology = MeshTopology(mesh)
    #expect(topology.isManifold && topology.isClosed && topology.isConsistentlyWound)
    #expect(topology.eulerNumber == body.euler)
    let all = lengths(surface)
    let good = all.count { $0 > 0.6 * wanted && $0 < 1.5 * wanted }
    #expect(Double(good) > 0.93 * Double(all.count), "\(good) of \(all.count)")
    let health = MeshHealth(mesh)
    #expect(health.flipped == 0 && health.degenerate == 0)
    #expect(health.selfIntersecting == 0)
    // New vertices lie on the old faces; a coarser mesh cuts corners.
    let volume = mesh.signedVolume / body.mesh.signedVolume
    #expect(abs(volume - 1) < (factor > 1 ? 0.3 : 0.04), "\(volume)")
    let distance = MeshDistance.compare(mesh, reference: body.mesh, samples: 2000, seed: 1)
    #expect(distance.hausdorff < (factor > 1 ? 0.12 : 0.02), "\(distance.hausdorff)")
    #expect(factor == 1 || surface.counts.flips > 0)
    #expect(factor >= 1 || surface.counts.splits > 0)
    #expect(factor <= 1 || surface.counts.collapses > 0)
  }

  @Test func `what vertices carry stays in its place`() throws {
    let mesh = Self.bodies[1].mesh
    // Linear in the place, so exact on the old faces.
    func value(_ p: SIMD3<Float>) -> Float { 2 * p.x - p.y + 0.5 }
    var attributes: [Float] = []
    for v in 0..<mesh.vertexCount {
      attributes += [value(mesh.position(v)), mesh.position(v).z]
    }
    var (now, values) = (mesh, attributes)
    for factor in [0.6, 0.9, 1.3] as [Float] {
      let wanted = [Float](repeating: factor * meanEdge(now), count: now.vertexCount)
      let surface = try #require(
        Remesher().remesh(now, lengths: wanted, attributes: values, channels: 2))
      now = Mesh(positions: surface.positions, faces: surface.faces)
      values = surface.attributes
    }
    var largest: Float = 0
    for v in 0..<now.vertexCount {
      let p = now.position(v)
      largest = max(largest, abs(values[2 * v] - value(p)))
      largest = max(largest, abs(values[2 * v + 1] - p.z))
    }
    // A vertex whose move to its foot would turn a face over stays beside it.
    #expect(largest < 0.02, "\(largest)")
  }

  @Test func `reference lengths hold vertex by vertex`() throws {
    let mesh = Mesh<Float>.icosphere(subdivisions: 4)
    let mean = meanEdge(mesh)
    let wanted = (0..<mesh.vertexCount).map { v in
      mean * (1 + max(-0.5, min(mesh.position(v).x, 1)))
    }
    let surface = try #require(Remesher().remesh(mesh, lengths: wanted))
    let fine = Mesh(positions: surface.positions, faces: surface.faces)
    let topology = MeshTopology(fine)
    var (left, right): ([Float], [Float]) = ([], [])
    for edge in 0..<topology.edgeCount {
      let (a, b) = topology.ends(edge)
      let middle = (fine.position(a) + fine.position(b)) / 2
      let size = length(fine.position(a) - fine.position(b))
      if middle.x < -0.6 { left.append(size) }
      if middle.x > 0.8 { right.append(size) }
    }
    let (fineMean, coarseMean) = (
      left.reduce(0, +) / Float(left.count), right.reduce(0, +) / Float(right.count)
    )
    #expect(abs(fineMean / mean - 0.5) < 0.12, "\(fineMean / mean)")
    #expect(abs(coarseMean / mean - 1.9) < 0.4, "\(coarseMean / mean)")
  }

  @Test func `the number of threads changes nothing`() {
    let mesh = Self.bodies[2].mesh
    let wanted = [Float](repeating: 0.7 * meanEdge(mesh), count: mesh.vertexCount)
    let one = Remesher().remesh(mesh, lengths: wanted, workers: .serial)
    #expect(one == Remesher().remesh(mesh, lengths: wanted, workers: .all))
    #expect(one != nil)
  }

  @Test func `a boundary keeps its vertices`() throws {
    let mesh = Mesh<Float>.grid(columns: 8, rows: 8)
    let surface = try #require(
      Remesher().remesh(mesh, lengths: [Float](repeating: 0.05, count: mesh.vertexCount)))
    let fine = Mesh(positions: surface.positions, faces: surface.faces)
    let topology = MeshTopology(fine)
    #expect(topology.isManifold && topology.eulerNumber == 1)
    #expect(topology.boundaryEdges.count == MeshTopology(mesh).boundaryEdges.count)
    #expect(fine.vertexCount > 2 * mesh.vertexCount)
    #expect(abs(fine.surfaceArea - mesh.surfaceArea) < 1e-5)
  }

  @Test(arguments: MeshZoo.all)
  func `a surface is remeshed or refused`(zoo: ZooMesh) {
    let mesh = Mesh<Float>(zoo.mesh)
    let surface = Remesher().remesh(
      mesh, lengths: [Float](repeating: 0.3, count: mesh.vertexCount))
    let topology = zoo.topology
    let fits = topology.faceCount > 0 && topology.isManifold && topology.isConsistentlyWound
    #expect((surface != nil) == fits)
    guard let surface else { return }
    let result = MeshTopology(faces: surface.faces, vertexCount: surface.positions.count / 3)
    #expect(result.isManifold && result.isConsistentlyWound)
    #expect(surface.positions.allSatisfy { $0.isFinite })
  }

  @Test func `splits stop at a limit`() throws {
    var remesher = Remesher()
    remesher.mostVertices = 1000
    let mesh = Mesh<Float>.icosphere(subdivisions: 2)
    let surface = try #require(
      remesher.remesh(mesh, lengths: [Float](repeating: 0.001, count: mesh.vertexCount)))
    #expect(surface.positions.count / 3 <= 1000)
  }
}
