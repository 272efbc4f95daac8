import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct RepeatabilityTests {
  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type], [false, true])
  func `pictures and gradients are the same bits on any number of threads, run after run`(
    scalar: any RenderScalar.Type, squared: Bool
  ) {
    func check<S: RenderScalar>(_: S.Type) {
      let (scene, cameras, soft) = busyScene(
        S.self, squared: squared, scale: S.ulpOfOne > 1e-10 ? 3 : 1)
      func run(_ workers: Workers) -> ([Rendering<S>], SceneGradient<S>) {
        renderAndPull(scene, cameras, RenderSettings(mode: .soft(soft), workers: workers))
      }
      let (pictures, gradient) = run(.serial)
      #expect(pictures.allSatisfy { $0.isProper })
      let numbers = gradient.numbers
      #expect(numbers.allSatisfy { $0.isFinite } && numbers.contains { $0 != 0 })
      for workers in [Workers(count: 1), Workers(count: 2), .all, .all] {
        let (again, gradientAgain) = run(workers)
        #expect(again == pictures)
        #expect(gradientAgain == gradient)
      }
      for samples in [1, 3] {
        let one = RenderSettings<S>(mode: .hard(samples: samples), workers: .serial)
        let all = RenderSettings<S>(mode: .hard(samples: samples), workers: .all)
        let outputs: RenderOutputs = [.color, .alpha, .depth, .face]
        #expect(
          Renderer(settings: one).render(scene, cameras, outputs: outputs)
            == Renderer(settings: all).render(scene, cameras, outputs: outputs))
      }
    }
    check(scalar)
  }

  @Test func `a view has the same bits alone and among others`() {
    let (scene, cameras, soft) = busyScene(Float.self, squared: false)
    let renderer = Renderer<Float>(settings: RenderSettings(mode: .soft(soft)))
    let together = renderer.render(scene, cameras)
    for (camera, picture) in zip(cameras, together) {
      #expect(renderer.render(scene, [camera]) == [picture])
    }
    #expect(renderer.render(scene, []).isEmpty)
  }

  @Test func `render and render with pullback draw the same`() {
    let (scene, cameras, soft) = busyScene(Float.self, squared: true)
    let renderer = Renderer<Float>(settings: RenderSettings(mode: .soft(soft)))
    #expect(
      renderer.render(scene, cameras) == renderer.renderWithPullback(scene, cameras, wrt: .all).0)
    let alpha = renderer.render(scene, cameras, outputs: .alpha)
    // With colour the faces come in another order, so products of survivals round otherwise.
    for (alone, colored) in zip(alpha, renderer.render(scene, cameras)) {
      #expect(zip(alone.alpha.values, colored.alpha.values).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    #expect(alpha.allSatisfy { $0.color == nil && $0.depth == nil && $0.face == nil })
  }

  @Test func `the order of the faces changes alpha by rounding only`() {
    let (scene, cameras, soft) = busyScene(Float.self, squared: false)
    let mesh = scene.meshes[0]
    var g = SeededGenerator(seed: 4)
    let order = (0..<mesh.faceCount).shuffled(using: &g)
    var other = scene
    other.meshes[0] = Mesh(
      positions: mesh.positions, faces: order.flatMap { Array(mesh.faces[3 * $0..<3 * $0 + 3]) },
      normals: VertexNormals.forward(positions: mesh.positions, faces: mesh.faces).normals,
      vertexColors: mesh.vertexColors)
    let renderer = Renderer<Float>(settings: RenderSettings(mode: .soft(soft)))
    for (a, b) in zip(renderer.render(scene, cameras), renderer.render(other, cameras)) {
      let alpha = zip(a.alpha.values, b.alpha.values).map { abs($0 - $1) }.max() ?? 1
      #expect(alpha < 1e-6)
      let color = zip(a.color?.values ?? [], b.color?.values ?? []).map { abs($0 - $1) }.max() ?? 1
      #expect(color < 2e-5, "\(color)")
    }
  }
}
