import Testing

@testable import SfumatoCore

@Suite struct SoftWorkTests {
  private func work(
    _ positions: [Float], edgeWidthPixels: Float = 0.01, hasColor: Bool = false
  ) -> SoftWork {
    // One world unit is one pixel, the origin the top-left corner, y up.
    let camera = Camera<Float>(
      projection: .orthographic, focal: SIMD2(1, 1), principal: .zero,
      worldToCamera: .lookAt(eye: SIMD3(0, 0, 10), target: .zero), width: 40, height: 24)
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: .soft(SoftSettings(edgeWidthPixels: edgeWidthPixels))))
    return renderer.softWork(
      Scene(Mesh(positions: positions, faces: [0, 1, 2])), [camera], hasColor: hasColor)
  }

  @Test func `a face over the whole image meets every block of every tile`() {
    let found = work([-500, -500, 0, 500, -500, 0, 0, 800, 0])
    #expect(found == SoftWork(faces: 1, entries: 3 * 2, blocks: 3 * 2 * 16))
    #expect(found.lanePairs == 1536)
  }

  @Test(arguments: [false, true])
  func `a small face in the middle of a block meets that block alone`(hasColor: Bool) {
    // The block of columns and rows 4 to 7 has its centre at (6, 6).
    let found = work([5.5, -6.4, 0, 6.5, -6.4, 0, 6, -5.5, 0], hasColor: hasColor)
    #expect(found == SoftWork(faces: 1, entries: 1, blocks: 1))
  }

  @Test func `a wide edge reaches further blocks`() {
    // Reach 2 ln(9999) = 18.4 px.
    let found = work([5.5, -6.4, 0, 6.5, -6.4, 0, 6, -5.5, 0], edgeWidthPixels: 2)
    #expect(found.entries > 1 && found.blocks > 16)
  }

  @Test func `a face outside the image is no work`() {
    let found = work([100, -500, 0, 110, -500, 0, 105, -490, 0])
    #expect(found == SoftWork(faces: 1))
  }
}
