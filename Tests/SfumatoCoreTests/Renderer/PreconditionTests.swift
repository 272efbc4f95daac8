import Testing

@testable import SfumatoCore

/// The caller is wrong: the process ends.
@Suite
struct PreconditionTests {
  @Test func `a mesh refuses indices and shapes that do not fit`() async {
    await #expect(processExitsWith: .failure) {
      _ = Mesh<Float>(positions: [0, 0, 0], faces: [0, 1, 0])
    }
    await #expect(processExitsWith: .failure) {
      _ = Mesh<Float>(positions: [0, 0, 0], faces: [0, -1, 0])
    }
    await #expect(processExitsWith: .failure) { _ = Mesh<Float>(positions: [0, 0], faces: []) }
    await #expect(processExitsWith: .failure) {
      _ = Mesh<Float>(positions: [0, 0, 0], faces: [0, 0, 0], vertexColors: [1, 1])
    }
    await #expect(processExitsWith: .failure) {
      _ = Mesh<Float>(positions: [0, 0, 0], faces: [], texcoords: [0, 1, 0])
    }
  }

  @Test func `a camera refuses an empty image and a focal length of zero`() async {
    await #expect(processExitsWith: .failure) {
      _ = Camera<Float>(focal: .one, principal: .zero, width: 0, height: 4)
    }
    await #expect(processExitsWith: .failure) {
      _ = Camera<Float>(focal: SIMD2(1, 0), principal: .zero, width: 4, height: 4)
    }
    await #expect(processExitsWith: .failure) {
      _ = Camera<Float>(fieldOfViewDegrees: 180, axis: .x, width: 4, height: 4)
    }
  }

  @Test func `a picture refuses values of another count`() async {
    await #expect(processExitsWith: .failure) {
      _ = ImageBuffer<Float>(width: 2, height: 2, channels: 3, values: [0, 1])
    }
    await #expect(processExitsWith: .failure) {
      var image = ImageBuffer<Float>(width: 2, height: 2, channels: 1)
      image.values.append(1)
    }
  }

  @Test func `soft settings refuse widths, temperatures and planes without meaning`() async {
    await #expect(processExitsWith: .failure) { _ = SoftSettings<Float>(edgeWidthPixels: 0) }
    await #expect(processExitsWith: .failure) { _ = SoftSettings<Float>(tailBound: 0.3) }
    await #expect(processExitsWith: .failure) {
      _ = SoftSettings<Float>(depth: .softmax(gamma: 0))
    }
    await #expect(processExitsWith: .failure) {
      _ = SoftSettings<Float>(depthRange: .planes(near: 2, far: 2))
    }
    await #expect(processExitsWith: .failure) {
      // Also where they were changed later.
      var soft = SoftSettings<Float>()
      soft.edgeWidthPixels = .nan
      let camera = Camera<Float>(focal: .one, principal: .zero, width: 4, height: 4)
      _ = Renderer(settings: RenderSettings(mode: .soft(soft))).render(Scene(.cube()), [camera])
    }
  }

  @Test func `a pullback refuses cotangents of another count or size`() async {
    await #expect(processExitsWith: .failure) {
      let camera = Camera<Float>(focal: .one, principal: .zero, width: 4, height: 4)
      let (_, pullback) = Renderer<Float>().renderWithPullback(
        Scene(.cube()), [camera], wrt: .all)
      _ = pullback([])
    }
    await #expect(processExitsWith: .failure) {
      let camera = Camera<Float>(focal: .one, principal: .zero, width: 4, height: 4)
      let (_, pullback) = Renderer<Float>().renderWithPullback(
        Scene(.cube()), [camera], wrt: .all)
      _ = pullback([
        RenderingCotangent(alpha: ImageBuffer(width: 8, height: 2, channels: 1))
      ])
    }
    await #expect(processExitsWith: .failure) {
      // Colour was not rendered, so it has no gradient.
      let camera = Camera<Float>(focal: .one, principal: .zero, width: 4, height: 4)
      let (_, pullback) = Renderer<Float>().renderWithPullback(
        Scene(.cube()), [camera], wrt: .all, outputs: .alpha)
      _ = pullback([
        RenderingCotangent(color: ImageBuffer(width: 4, height: 4, channels: 3))
      ])
    }
    await #expect(processExitsWith: .failure) {
      let camera = Camera<Float>(focal: .one, principal: .zero, width: 4, height: 4)
      _ = Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 1))).renderWithPullback(
        Scene(.cube()), [camera], wrt: .all)
    }
  }
}
