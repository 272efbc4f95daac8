import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct DegenerateInputTests {
  private let camera = Camera<Float>(
    fieldOfViewDegrees: 50, axis: .y, width: 30, height: 22,
    worldToCamera: .orbit(azimuthDegrees: 25, elevationDegrees: 15, distance: 3))

  private func settings(
    _ composition: ColorComposition<Float>, gamma: Float = 0.01
  ) -> RenderSettings<Float> {
    RenderSettings(
      mode: .soft(SoftSettings(depth: .softmax(gamma: gamma), composition: composition)))
  }

  /// Renders softly both ways and hard, and expects numbers everywhere.
  private func expectFinite(
    _ scene: Scene<Float>, _ cameras: [Camera<Float>], gamma: Float = 0.01,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for composition in [ColorComposition<Float>.underneath, .logit(epsilon: 0.1)] {
      let (pictures, gradient) = renderAndPull(
        scene, cameras, settings(composition, gamma: gamma))
      #expect(pictures.allSatisfy { $0.isProper }, sourceLocation: sourceLocation)
      #expect(gradient.numbers.allSatisfy { $0.isFinite }, sourceLocation: sourceLocation)
    }
    let hard = Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 2))).render(
      scene, cameras, outputs: [.color, .alpha, .depth, .face])
    #expect(hard.allSatisfy { $0.isProper }, sourceLocation: sourceLocation)
  }

  @Test(arguments: MeshZoo.all)
  func `every mesh of the zoo gives numbers`(zoo: ZooMesh) {
    for shading in [Shading.unlit, .lambert, .lambertFlat] {
      let scene = Scene(
        Mesh<Float>(zoo.mesh), shading: shading,
        lights: [.directional(direction: SIMD3(1, 1, 1), color: .one)])
      expectFinite(scene, [camera])
    }
  }

  @Test func `nothing in front of the camera is the background`() {
    let background = SIMD3<Float>(0.2, 0.4, 0.6)
    let empty = Scene(Mesh<Float>(positions: [], faces: []), background: background)
    let behind = Scene(Mesh<Float>.cube(), background: background)
    let away = Camera<Float>(
      fieldOfViewDegrees: 50, axis: .y, width: 30, height: 22,
      worldToCamera: .lookAt(eye: SIMD3(0, 0, 5), target: SIMD3(0, 0, 9)))
    for scene in [empty, behind] {
      expectFinite(scene, [away])
      for mode in [
        RenderSettings<Float>.Mode.soft(SoftSettings()),
        .soft(SoftSettings(composition: .logit(epsilon: 0))), .hard(samples: 2),
      ] {
        let picture = Renderer(settings: RenderSettings(mode: mode)).render(
          scene, [away], outputs: [.color, .alpha, .face])[0]
        #expect(picture.alpha.values.allSatisfy { $0 == 0 })
        #expect(picture.face?.allSatisfy { $0 == -1 } == true)
        for p in 0..<30 * 22 { #expect(picture.color?.values.vector3(p) == background) }
      }
    }
  }

  @Test(arguments: [12, 200, 1000])
  func `faces without area are invisible`(height: Int) {
    // Corners that repeat; softly also three corners on a line, which rounding bends: hard visibility snaps
    // corners and must keep what that leaves of a thin face, or its neighbours would part.
    let cube = Mesh<Float>.cube()
    let width = height * 5 / 4
    let camera = camera.resized(width: width, height: height)
    let modes: [RenderSettings<Float>.Mode] = [.hard(samples: 2), .soft(SoftSettings())]
    for (mode, hasLines) in zip(modes, [false, true]) {
      var positions = cube.positions
      var faces = cube.faces
      var g = SeededGenerator(seed: 8)
      for k in 0..<24 {
        let a = SIMD3<Float>(g.vector())
        let b = SIMD3<Float>(g.vector())
        let c = hasLines ? a + (b - a) * [0.5, 0.25, 0.7, 1.3][k % 4] : a
        let first = Int32(positions.count / 3)
        for p in [a, b, c] { positions += [p.x, p.y, p.z] }
        faces += k % 2 == 0 ? [first, first + 1, first + 2] : [first, first, first + 1]
      }
      // The stray corners stay in the plain mesh, so that both have the same depth range.
      let plain = Scene(Mesh<Float>(positions: positions, faces: cube.faces))
      let dirty = Scene(Mesh<Float>(positions: positions, faces: faces))
      let renderer = Renderer(settings: RenderSettings(mode: mode))
      let isSame = renderer.render(plain, [camera]) == renderer.render(dirty, [camera])
      #expect(isSame, "\(mode)")
      if height < 100 { expectFinite(dirty, [camera]) }
    }
  }

  @Test func `slivers, specks and giants give numbers`() {
    var g = SeededGenerator(seed: 15)
    var positions: [Float] = []
    for k in 0..<60 {
      let size = [1e-6, 1e-3, 1, 1e3][k % 4]
      let a = g.vector()
      let b = a + g.vector() * size
      let thin = [1e-7, 1e-4, 1][k % 3]
      let c = a + (b - a) * g.uniform(0...1) + g.vector() * (size * thin)
      for p in [a, b, c] { positions += [Float(p.x), Float(p.y), Float(p.z)] }
    }
    let mesh = Mesh<Float>(
      positions: positions, faces: (0..<180).map { $0 },
      vertexColors: g.array(positions.count, 0...1).map { Float($0) })
    for scale: Float in [1, 3] {
      let camera = camera.resized(width: 30 * Int(scale), height: 22 * Int(scale))
      expectFinite(Scene(mesh), [camera])
      expectFinite(Scene(mesh), [camera], gamma: 1e-5)
    }
  }

  @Test func `a camera inside a mesh sees it all around`() {
    for mesh in [Mesh<Float>.icosphere(subdivisions: 2), .cube(), .knot(segments: 80, sides: 8)] {
      let inside = Camera<Float>(
        fieldOfViewDegrees: 80, axis: .y, width: 40, height: 30,
        worldToCamera: .lookAt(eye: SIMD3(0.1, 0.1, 0.2), target: SIMD3(1, 0.3, 0)))
      let scene = Scene(
        mesh, shading: .lambert, lights: [.directional(direction: SIMD3(1, 1, 1), color: .one)])
      expectFinite(scene, [inside])
      guard mesh.vertexCount < 200 else { continue }
      for mode in [RenderSettings<Float>.Mode.soft(SoftSettings()), .hard(samples: 2)] {
        let alpha = Renderer(settings: RenderSettings(mode: mode)).render(scene, [inside])[0].alpha
        #expect(alpha.values.allSatisfy { $0 >= 0.4 })
      }
    }
  }

  @Test func `the smallest gamma gives numbers in Float`() {
    let (scene, cameras, _) = busyScene(Float.self, squared: false)
    expectFinite(scene, cameras, gamma: 1e-6)
  }
}
