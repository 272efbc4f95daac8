import Foundation
import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoFit

@Suite struct DistanceMapTests {
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `distances are those of a search over all pixels`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let (width, height) = (9 + Int(seed), 13)
    let alpha = (0..<width * height).map { _ in
      generator.uniform(0...1) < 0.2 * Double(seed) ? Float(1) : 0
    }
    let map = DistanceMap(alpha: alpha, width: width, height: height)
    for p in alpha.indices {
      var nearest = Float.infinity
      for q in alpha.indices where alpha[q] != alpha[p] {
        let (dx, dy) = (Float(p % width - q % width), Float(p / width - q / width))
        nearest = min(nearest, (dx * dx + dy * dy).squareRoot())
      }
      guard nearest < .infinity else { continue }
      #expect(abs(map.values[p] - (alpha[p] > 0 ? nearest - 0.5 : 0.5 - nearest)) < 1e-5)
    }
  }

  @Test func `a partly covered pixel places the outline within it`() {
    let alpha: [Float] = [1, 1, 0.75, 0, 0]
    let map = DistanceMap(alpha: alpha, width: 5, height: 1)
    #expect(map.values[2] == 0.25)
    #expect(map.touchesEdge)
    let empty = DistanceMap(alpha: [0, 0, 0, 0], width: 2, height: 2)
    #expect(!empty.touchesEdge && empty.values.allSatisfy { $0 < 0 && $0.isFinite })
  }
}

@Suite struct VisualHullTests {
  private func targets(_ mesh: Mesh<Float>, _ cameras: [Camera<Float>]) -> [TargetView] {
    FitFixtures.targets(Scene(mesh), cameras)
  }

  @Test(arguments: [1, 0.02, 300] as [Float])
  func `the hull of an ellipsoid holds it and little more, in any unit`(unit: Float) throws {
    var mesh = Mesh<Float>.icosphere(subdivisions: 4)
    for v in 0..<mesh.vertexCount {
      mesh.positions.setVector3(v, mesh.positions.vector3(v) * SIMD3(0.4, 0.8, 0.5) * unit)
    }
    let cameras = FitFixtures.cameras(12, side: 96, distance: 4 * unit)
    let hull = try #require(visualHull(of: targets(mesh, cameras))).mesh
    let topology = MeshTopology(hull)
    #expect(topology.isManifold && topology.isClosed && topology.eulerNumber == 2)
    let ratio = hull.signedVolume / mesh.signedVolume
    #expect(ratio > 0.97 && ratio < 1.2, "\(ratio)")
    #expect(MeshHealth(hull).selfIntersecting == 0)
    #expect(
      hull == visualHull(of: targets(mesh, cameras), workers: .serial)?.mesh)
  }

  @Test func `a hole that the masks show stays, and parts stay apart`() throws {
    let torus = Mesh<Float>.torus(
      majorRadius: 0.7, minorRadius: 0.2, majorSegments: 60, minorSegments: 24)
    // Some see through the ring. From equal heights above and below, blobs over and under it would hide in all of the masks.
    let heights: [Float] = [80, -30, 50, -70, 25, -55, 65, 10, 35, -85, -15, 5, 55, -40]
    let cameras = (0..<14).map { k in
      Camera<Float>(
        fieldOfViewDegrees: 32, axis: .x, width: 96, height: 96,
        worldToCamera: .orbit(
          azimuthDegrees: 26 * Float(k), elevationDegrees: heights[k], distance: 4))
    }
    let ring = try #require(visualHull(of: targets(torus, cameras))).mesh
    #expect(MeshTopology(ring).eulerNumber == 0)
    let ball = Mesh<Float>.icosphere(subdivisions: 3, radius: 0.3)
    let pair = Mesh(
      positions: (0..<2).flatMap { k in
        (0..<ball.vertexCount).flatMap { v -> [Float] in
          let p = ball.position(v) + SIMD3(k == 0 ? -0.6 : 0.6, 0, 0)
          return [p.x, p.y, p.z]
        }
      }, faces: ball.faces + ball.faces.map { $0 + Int32(ball.vertexCount) })
    let both = try #require(visualHull(of: targets(pair, cameras))).mesh
    #expect(MeshTopology(both).componentCount >= 2)
  }

  @Test func `one view that disagrees is forgiven`() throws {
    let mesh = Mesh<Float>.icosphere(subdivisions: 3, radius: 0.6)
    let cameras = FitFixtures.cameras(16, side: 64)
    var views = targets(mesh, cameras)
    // A camera that in truth stood elsewhere: its cone misses most of the ball.
    views[5].camera.worldToCamera.translation.x += 0.9
    let hull = VisualHull(targets: views, bounds: nil, workers: .all)
    #expect(hull.forgiven > 0)
    #expect(hull.mesh.signedVolume > 0.9 * mesh.signedVolume)
  }

  @Test func `masks without a body in common and empty masks make none`() {
    let mesh = Mesh<Float>.icosphere(subdivisions: 2, radius: 0.2)
    var views = targets(mesh, FitFixtures.cameras(4))
    for k in views.indices { views[k].camera.worldToCamera.translation.y += Float(k) - 1.5 }
    #expect(visualHull(of: views) == nil)
    for k in views.indices {
      views[k].picture = ImageBuffer(width: 64, height: 64, channels: 4)
    }
    #expect(visualHull(of: views) == nil)
  }

  @Test func `a mask that leaves its picture does not carve there`() throws {
    let mesh = Mesh<Float>.icosphere(subdivisions: 3, radius: 0.8)
    var cameras = FitFixtures.cameras(8, side: 64)
    // One close-up that sees only the middle.
    cameras[0].focal *= 4
    let hull = try #require(visualHull(of: targets(mesh, cameras))).mesh
    #expect(hull.signedVolume > 0.95 * mesh.signedVolume)
  }

  @Test func `stated bounds limit the hull`() throws {
    let mesh = Mesh<Float>.icosphere(subdivisions: 3, radius: 0.6)
    let views = targets(mesh, FitFixtures.cameras(8))
    let box = (lower: SIMD3<Float>(-1, -1, -1), upper: SIMD3<Float>(1, 0, 1))
    let hull = try #require(visualHull(of: views, bounds: box)).mesh
    let found = try #require(hull.bounds)
    #expect(found.upper.y < 0.1 && found.lower.y < -0.5)
  }
}
