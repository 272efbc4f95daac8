import SfumatoCore
import SfumatoTestSupport
import Testing

/// A procedural mesh with what must hold for it.
struct Solid: Sendable, CustomStringConvertible {
  let description: String
  let mesh: Mesh<Double>
  let eulerNumber: Int
  /// Volume and area of the ideal shape, and how far the mesh may fall short, relative.
  let volume: Double
  let area: Double
  let tolerance: Double

  static let sphere = Solid(
    description: "icosphere", mesh: .icosphere(subdivisions: 4, radius: 2), eulerNumber: 2,
    volume: 32 / 3 * .pi, area: 16 * .pi, tolerance: 0.01)
  static let cube = Solid(
    description: "cube", mesh: .cube(side: 3), eulerNumber: 2, volume: 27, area: 54,
    tolerance: 1e-14)
  static let torus = Solid(
    description: "torus",
    mesh: .torus(majorRadius: 2, minorRadius: 0.5, majorSegments: 96, minorSegments: 64),
    eulerNumber: 0, volume: .pi * .pi, area: 4 * .pi * .pi, tolerance: 0.01)
  static let icosahedron = Solid(
    description: "icosahedron", mesh: .icosphere(subdivisions: 0), eulerNumber: 2, volume: 2.53615,
    area: 9.57454, tolerance: 1e-5)
  static let all = [sphere, cube, torus, icosahedron]
}

@Suite struct ProceduralTests {
  @Test(arguments: Solid.all)
  func `solids are watertight and have the known volume and area`(solid: Solid) {
    let topology = MeshTopology(solid.mesh)
    #expect(topology.isClosed && topology.isManifold && topology.isConsistentlyWound)
    #expect(topology.eulerNumber == solid.eulerNumber)
    #expect(topology.componentCount == 1)
    #expect(abs(solid.mesh.signedVolume / solid.volume - 1) <= solid.tolerance)
    #expect(abs(solid.mesh.surfaceArea / solid.area - 1) <= solid.tolerance)
  }

  @Test(arguments: [(2, 3), (3, 2), (1, 1), (3, 7)])
  func `knots are watertight tubes`(p: Int, q: Int) {
    let mesh = Mesh<Double>.knot(p: p, q: q, tubeRadius: 0.1, segments: 400, sides: 24)
    let topology = MeshTopology(mesh)
    #expect(topology.isClosed && topology.isManifold && topology.isConsistentlyWound)
    #expect(topology.eulerNumber == 0)
    // A tube's area over its volume is 2 / radius (Pappus), whatever its curve.
    #expect(mesh.signedVolume > 0)
    #expect(abs(mesh.surfaceArea / mesh.signedVolume / 20 - 1) < 0.02)
  }

  @Test func `an icosphere has its counts and stands on its sphere`() {
    for level in 0...3 {
      let mesh = Mesh<Float>.icosphere(subdivisions: level, radius: 0.5)
      #expect(mesh.vertexCount == 10 << (2 * level) + 2)
      #expect(mesh.faceCount == 20 << (2 * level))
      for v in 0..<mesh.vertexCount { #expect(abs(length(mesh.position(v)) - 0.5) < 1e-7) }
    }
  }

  @Test func `a grid looks up and fills its rectangle`() {
    let grid = Mesh<Float>.grid(columns: 3, rows: 2, width: 6, depth: 1)
    let topology = MeshTopology(grid)
    #expect(grid.vertexCount == 12 && grid.faceCount == 12)
    #expect(topology.isManifold && topology.isConsistentlyWound && !topology.isClosed)
    #expect(topology.eulerNumber == 1)
    let normals = VertexNormals.forward(positions: grid.positions, faces: grid.faces).normals
    for v in 0..<12 { #expect(normals.vector3(v) == SIMD3(0, 1, 0)) }
    #expect(grid.bounds?.lower == SIMD3(-3, 0, -0.5))
    #expect(abs(grid.surfaceArea - 6) < 1e-5)
    #expect(Mesh<Float>.plane(width: 2, depth: 4).surfaceArea == 8)
  }
}

@Suite struct MeshSubdivisionTests {
  @Test(arguments: MeshZoo.all)
  func `every mesh subdivides, keeps its area and its kind`(zoo: ZooMesh) {
    let before = zoo.mesh
    let after = before.subdivided()
    #expect(after.faceCount == 4 * before.faceCount)
    #expect(after.vertexCount == before.vertexCount + zoo.topology.edgeCount)
    #expect(abs(after.surfaceArea - before.surfaceArea) < 1e-14)
    let topology = MeshTopology(after)
    #expect(topology.isClosed == zoo.topology.isClosed)
    if zoo.name != "degenerate" {
      #expect(topology.isManifold == zoo.topology.isManifold)
      #expect(topology.eulerNumber == zoo.topology.eulerNumber)
    }
  }

  @Test func `a subdivided sphere stays on its straight faces`() {
    let sphere = Mesh<Double>.icosphere(subdivisions: 2)
    #expect(abs(sphere.subdivided().signedVolume - sphere.signedVolume) < 1e-13)
  }

  @Test func `colours, normals and texture follow`() {
    let mesh = Mesh<Float>(
      positions: [0, 0, 0, 1, 0, 0, 0, 1, 0], faces: [0, 1, 2],
      normals: [1, 0, 0, 0, 1, 0, 0, 0, 1], texcoords: [0, 0, 1, 0, 0, 1],
      texcoordFaces: [0, 1, 2], vertexColors: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      faceColors: [0.25, 0.5, 0.75])
    let fine = mesh.subdivided()
    // Edges (0, 1), (0, 2), (1, 2) make vertices 3, 4, 5.
    #expect(fine.faces == [0, 3, 4, 3, 1, 5, 4, 5, 2, 3, 5, 4])
    #expect(Array(fine.vertexColors?.suffix(9) ?? []) == [0.5, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0.5])
    #expect(
      fine.faceColors == [0.25, 0.5, 0.75, 0.25, 0.5, 0.75, 0.25, 0.5, 0.75, 0.25, 0.5, 0.75])
    #expect(Array(fine.texcoords?.suffix(6) ?? []) == [0.5, 0, 0, 0.5, 0.5, 0.5])
    #expect(fine.texcoordFaces == fine.faces)
    let root = Float(0.5).squareRoot()
    #expect(fine.normals?.vector3(3) == SIMD3(root, root, 0))
  }

  @Test(arguments: MeshZoo.smooth)
  func `carrying has its adjoint`(zoo: ZooMesh) {
    let subdivision = MeshSubdivision(zoo.topology)
    let error = adjointError(at: zoo.jittered(seed: 5), step: 1e-2) {
      subdivision.carryVertices($0, channels: 3)
    } vjp: { values, bar in
      var valuesBar = [Double](repeating: 0, count: values.count)
      subdivision.carryVerticesVJP(carriedBar: bar, channels: 3, into: &valuesBar)
      return valuesBar
    }
    #expect(error < 1e-10)
  }
}
