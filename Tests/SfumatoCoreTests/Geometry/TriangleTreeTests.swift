@testable import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct TriangleTreeTests {
  /// The nearest point by Ericson 2005, "Real-Time Collision Detection", section 5.1.5.
  private func reference(
    _ p: SIMD3<Double>, _ a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>
  ) -> Double {
    let (ab, ac, ap, bp, cp) = (b - a, c - a, p - a, p - b, p - c)
    let (d1, d2) = (dot(ab, ap), dot(ac, ap))
    let (d3, d4) = (dot(ab, bp), dot(ac, bp))
    let (d5, d6) = (dot(ab, cp), dot(ac, cp))
    let (va, vb, vc) = (d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2)
    let nearest: SIMD3<Double>
    if d1 <= 0 && d2 <= 0 {
      nearest = a
    } else if d3 >= 0 && d4 <= d3 {
      nearest = b
    } else if d6 >= 0 && d5 <= d6 {
      nearest = c
    } else if vc <= 0 && d1 >= 0 && d3 <= 0 {
      nearest = a + ab * (d1 / (d1 - d3))
    } else if vb <= 0 && d2 >= 0 && d6 <= 0 {
      nearest = a + ac * (d2 / (d2 - d6))
    } else if va <= 0 && d4 >= d3 && d5 >= d6 {
      nearest = b + (c - b) * ((d4 - d3) / (d4 - d3 + d5 - d6))
    } else {
      nearest = a + ab * (vb / (va + vb + vc)) + ac * (vc / (va + vb + vc))
    }
    return dot(p - nearest, p - nearest)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `the distance to a triangle agrees with the seven regions`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let (a, b, c) = (generator.vector(), generator.vector(), generator.vector())
      let p = generator.vector(-2...2)
      let d = squaredDistance(from: p, toTriangle: a, b, c)
      #expect(abs(d - reference(p, a, b, c)) < 1e-12)
    }
  }

  @Test func `triangles without area are their sides`() {
    let (a, b) = (SIMD3(0.0, 0, 0), SIMD3(1.0, 1, 1))
    let p = SIMD3(1.0, 0, 0)
    #expect(squaredDistance(from: p, toTriangle: a, a, a) == 1)
    #expect(abs(squaredDistance(from: p, toTriangle: a, b, a) - 2.0 / 3) < 1e-15)
    #expect(abs(squaredDistance(from: p, toTriangle: a, (a + b) / 2, b) - 2.0 / 3) < 1e-15)
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `the nearest face agrees with a search through all`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let soup = (0..<300).flatMap { _ in
      let center = generator.vector()
      return (0..<3).flatMap { _ in
        let v = center + generator.vector() * 0.1
        return [v.x, v.y, v.z]
      }
    }
    let knot = Mesh<Double>.knot(segments: 40, sides: 6)
    for (positions, faces) in [
      (soup, (0..<900).map { Int32($0) }), (knot.positions, knot.faces),
      (MeshZoo.degenerate.positions, MeshZoo.degenerate.faces),
    ] {
      let tree = TriangleTree(positions: positions, faces: faces)
      var stack: [TriangleTree.Visit] = []
      for trial in 0..<200 {
        // Vertices too, where several faces are equally near.
        let p =
          trial % 4 == 0
          ? positions.vector3(Int.random(in: 0..<positions.count / 3, using: &generator))
          : generator.vector(-1.5...1.5)
        var best = (face: -1, squaredDistance: Double.infinity)
        for face in 0..<faces.count / 3 {
          let (i, j, k) = faceCorners(faces, face)
          let d = squaredDistance(
            from: p, toTriangle: positions.vector3(i), positions.vector3(j), positions.vector3(k))
          if d < best.squaredDistance { best = (face, d) }
        }
        let guess = Int.random(in: 0..<faces.count / 3, using: &generator)
        #expect(tree.nearest(to: p, stack: &stack) == best)
        #expect(tree.nearest(to: p, guess: guess, stack: &stack) == best)
      }
    }
  }

  @Test func `no faces have no nearest`() {
    var stack: [TriangleTree.Visit] = []
    let nearest = TriangleTree(positions: [], faces: []).nearest(to: .zero, stack: &stack)
    #expect(nearest.face == -1 && nearest.squaredDistance == .infinity)
  }

  @Test func `samples cover a mesh by area`() {
    // Areas 1/2 and 3/2 and one face without area.
    let positions = [0.0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3]
    let samples = surfaceSamples(
      positions: positions, faces: [0, 1, 2, 1, 1, 2, 0, 2, 3], count: 4000, seed: 1)
    #expect(abs(samples.count { $0.face == 0 } - 1000) <= 1)
    #expect(!samples.contains { $0.face == 1 })
    let middle = samples.filter { $0.face == 2 }.reduce(SIMD3<Double>.zero) { $0 + $1.point } / 3000
    #expect(length(middle - SIMD3(0, 1.0 / 3, 1)) < 0.05)
  }
}
