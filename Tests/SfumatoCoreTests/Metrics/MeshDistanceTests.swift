import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct MeshDistanceTests {
  @Test func `a mesh is at no distance from itself`() {
    let knot = Mesh<Float>.knot(segments: 60, sides: 8)
    let same = MeshDistance.compare(knot, reference: knot, samples: 5000)
    #expect(same.hausdorff < 1e-12)
    #expect(same.fscore1pct == 1)
    #expect(same.normalDegrees < 0.01)
  }

  @Test func `two parallel squares are their gap apart`() {
    let square = Mesh<Float>.plane(width: 2, depth: 2)
    var raised = square
    for v in 0..<4 { raised.positions[3 * v + 1] = 0.125 }
    let unit = 2.0.squareRoot()
    let result = MeshDistance.compare(raised, reference: square, samples: 1000)
    for distance in [result.chamfer, result.chamferRMS, result.hausdorff] {
      #expect(abs(distance - 0.125 / unit) < 1e-12)
    }
    #expect(result.fscore1pct == 0 && result.normalDegrees < 1e-9)
  }

  @Test func `half a square is known by thought`() {
    // The reference covers x in 0...2, the mesh x in 0...1: samples of the other half are x - 1 away.
    func strip(_ width: Float) -> Mesh<Float> {
      Mesh(
        positions: [0, 0, 0, width, 0, 0, width, 1, 0, 0, 1, 0], faces: [0, 1, 2, 0, 2, 3])
    }
    let unit = 1.25.squareRoot()
    let result = MeshDistance.compare(strip(1), reference: strip(2), samples: 40_000)
    #expect(abs(result.hausdorff - 1 / unit) < 1e-3)
    #expect(abs(result.chamfer - 0.25 / 2 / unit) < 1e-3)
    #expect(result.accuracy < 1e-12 && abs(result.completeness - 0.25 / unit) < 2e-3)
    #expect(abs(result.chamferRMS - (1.0 / 6 / 2).squareRoot() / unit) < 1e-3)
    let recall = 0.5 + 0.01 * unit / 2
    #expect(abs(result.fscore1pct - 2 * recall / (1 + recall)) < 2e-3)
  }

  @Test func `concentric spheres are the difference of their radii apart`() {
    let outer = Mesh<Float>.icosphere(subdivisions: 4, radius: 2.2)
    let inner = Mesh<Float>.icosphere(subdivisions: 4, radius: 2)
    let result = MeshDistance.compare(outer, reference: inner, samples: 20_000)
    #expect(abs(result.chamfer - 0.1) < 1e-3)
    #expect(abs(result.chamferRMS - 0.1) < 1e-3)
    #expect(abs(result.hausdorff - 0.1) < 3e-3)
    #expect(result.normalDegrees < 1)
  }

  @Test func `a sphere inside out is at no distance but turned`() {
    let sphere = Mesh<Float>.icosphere(subdivisions: 2)
    let turned = Mesh(
      positions: sphere.positions,
      faces: stride(from: 0, to: sphere.faces.count, by: 3).flatMap {
        [sphere.faces[$0], sphere.faces[$0 + 2], sphere.faces[$0 + 1]]
      })
    let result = MeshDistance.compare(turned, reference: sphere, samples: 2000)
    #expect(result.hausdorff < 1e-12)
    #expect(result.normalDegrees > 179.9)
  }

  @Test func `the number of threads changes nothing`() {
    let a = Mesh<Float>.torus()
    let b = Mesh<Float>.knot()
    let serial = MeshDistance.compare(a, reference: b, samples: 5000, workers: .serial)
    #expect(serial == MeshDistance.compare(a, reference: b, samples: 5000, workers: .all))
    #expect(
      serial == MeshDistance.compare(a, reference: b, samples: 5000, workers: Workers(count: 3)))
    #expect(serial != MeshDistance.compare(a, reference: b, samples: 5000, seed: 1))
  }

  @Test func `meshes without faces and without area are legal`() {
    let empty = Mesh<Float>(positions: [], faces: [])
    let cube = Mesh<Float>.cube()
    let point = Mesh<Float>(positions: [1, 1, 1], faces: [0, 0, 0])
    #expect(MeshDistance.compare(empty, reference: empty).chamfer == 0)
    #expect(MeshDistance.compare(empty, reference: cube).chamfer == .infinity)
    #expect(MeshDistance.compare(cube, reference: empty).fscore1pct == 0)
    let result = MeshDistance.compare(point, reference: cube, samples: 100)
    #expect(result.hausdorff.isFinite && result.normalDegrees == 0)
    #expect(MeshDistance.compare(cube, reference: point, samples: 100).chamfer.isFinite)
  }

  @Test func `two meshes of seventy thousand faces are compared in time`() {
    let a = Mesh<Float>.torus(majorSegments: 250, minorSegments: 140)
    let b = Mesh<Float>.knot(tubeRadius: 0.3, segments: 700, sides: 50)
    let clock = ContinuousClock()
    #if DEBUG
    let samples = 2000
    #else
    let samples = 100_000
    #endif
    let duration = clock.measure {
      let result = MeshDistance.compare(a, reference: b, samples: samples)
      #expect(result.chamfer > 0.01 && result.chamfer < 1)
    }
    let near = clock.measure { _ = MeshDistance.compare(a, reference: a, samples: samples) }
    print("mesh distance, 70,000 faces, \(samples) samples: apart \(duration), equal \(near)")
    #expect(duration < .seconds(30))
  }
}
