import Testing

@testable import SfumatoCore

@Suite
struct CrispBoundaryCaseTests {
  /// One world unit is one pixel, the origin the top-left corner, y up.
  private let camera = Camera<Float>(
    projection: .orthographic, focal: SIMD2(1, 1), principal: .zero,
    worldToCamera: .lookAt(eye: SIMD3(0, 0, 10), target: .zero), width: 16, height: 16)

  @Test func `a pixel centre on a shared edge belongs to one of the faces`() {
    // A square whose diagonal runs through pixel centres; one face is red, the other green.
    let mesh = Mesh<Float>(
      positions: [2, -2, 0, 10, -2, 0, 10, -10, 0, 2, -10, 0], faces: [0, 2, 1, 0, 3, 2],
      faceColors: [1, 0, 0, 0, 1, 0])
    var scene = Scene(mesh)
    scene.materials[0].baseColor = .face
    for edges in [CrispEdges.none, .edgeGradient] {
      let renderer = Renderer<Float>(
        settings: RenderSettings(mode: .crisp(CrispSettings(edges: edges))))
      let (pictures, pullback) = renderer.renderWithPullback(scene, [camera], wrt: .all)
      let color = pictures[0].color?.values ?? []
      var onDiagonal: Set<SIMD3<Float>> = []
      for y in 0..<16 {
        for x in 0..<16 {
          let i = y * 16 + x
          let isInside = (2..<10).contains(x) && (2..<10).contains(y)
          #expect(pictures[0].alpha.values[i] == (isInside ? 1 : 0))
          guard isInside else { continue }
          let pixel = color.vector3(i)
          #expect(pixel == SIMD3(1, 0, 0) || pixel == SIMD3(0, 1, 0), "(\(x), \(y)): \(pixel)")
          if x == y { onDiagonal.insert(pixel) }
        }
      }
      #expect(onDiagonal.count == 1)
      let bar = ImageBuffer<Float>(
        width: 16, height: 16, channels: 3, values: color.map { $0 - 0.3 })
      let gradient = pullback([RenderingCotangent(color: bar)])
      #expect(gradient.numbers.allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: [CrispEdges.none, .antialiased, .edgeGradient])
  func `faces without area change neither picture nor gradient`(edges: CrispEdges) {
    let sphere = Mesh<Float>.icosphere(subdivisions: 1)
    // A face of one corner, and faces of two.
    let (a, b, _) = sphere.corners(0)
    let faces = [[a, a, a], [a, a, b], [b, a, b]].flatMap { $0.map { Int32($0) } }
    func scene(_ mesh: Mesh<Float>) -> Scene<Float> {
      var colored = mesh
      colored.vertexColors = mesh.positions.map { 0.5 + 0.4 * $0 }
      return Scene(colored)
    }
    let view = Camera<Float>(
      fieldOfViewDegrees: 50, axis: .x, width: 40, height: 40,
      worldToCamera: .orbit(azimuthDegrees: 20, elevationDegrees: 30, distance: 3))
    let settings = RenderSettings<Float>(mode: .crisp(CrispSettings(edges: edges)))
    let plain = renderAndPull(scene(sphere), [view], settings)
    let cluttered = renderAndPull(
      scene(Mesh(positions: sphere.positions, faces: sphere.faces + faces)), [view], settings)
    #expect(plain.pictures == cluttered.pictures)
    let wanted = plain.gradient.meshes[0].positions
    #expect(wanted.contains { $0 != 0 })
    #expect(wanted == cluttered.gradient.meshes[0].positions)
  }
}
