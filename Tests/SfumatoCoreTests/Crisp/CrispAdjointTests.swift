import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct CrispAdjointTests {
  @Test(arguments: AdjointScene.groups, [CrispEdges.none, .antialiased])
  func `the crisp adjoint agrees with differences where no decision flips`(
    group: String, edges: CrispEdges
  ) {
    for (seed, samples) in [(1, 1), (2, 2)] as [(UInt64, Int)] {
      var scene = AdjointScene(seed: seed, face: seed == 2)
      scene.mode = .crisp(
        CrispSettings(edges: edges, samples: samples, depthRange: .planes(near: 1, far: 5)))
      scene.outputs = [.color, .alpha, .depth, .normal]
      let error = scene.error(group, seed: seed)
      #expect(error < 1e-6, "\(group), \(edges), \(samples) samples: \(error)")
    }
  }

  @Test func `an orthographic crisp view differentiates`() {
    for group in AdjointScene.groups {
      var scene = AdjointScene(seed: 8, projection: .orthographic)
      scene.mode = .crisp(CrispSettings(depthRange: .planes(near: 1, far: 5)))
      let error = scene.error(group, seed: 8)
      #expect(error < 1e-6, "\(group): \(error)")
    }
  }

  @Test func `pictures and gradients are the same bits on one thread and on all`() {
    let (scene, cameras, _) = busyScene(Float.self, squared: false, scale: 3)
    for edges in [CrispEdges.antialiased, .edgeGradient] {
      var results: [(pictures: [Rendering<Float>], gradient: SceneGradient<Float>)] = []
      for workers in [Workers.serial, .all, Workers(count: 2)] {
        let mode = RenderSettings<Float>.Mode.crisp(CrispSettings(edges: edges))
        results.append(
          renderAndPull(scene, cameras, RenderSettings(mode: mode, workers: workers)))
      }
      #expect(results[0].pictures == results[1].pictures)
      #expect(results[0].gradient == results[1].gradient)
      #expect(results[0].gradient == results[2].gradient)
      #expect(results[0].gradient.numbers.contains { $0 != 0 })
      #expect(results[0].gradient.numbers.allSatisfy { $0.isFinite })
    }
  }
}
