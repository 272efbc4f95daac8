import SfumatoCore
import Testing

@testable import SfumatoFit

@Suite struct FitProblemTests {
  private let box = FitFixtures.box

  @Test(arguments: [Shading.lambert, .lambertFlat])
  func `a known light is that of the fit's scene`(shading: Shading) throws {
    let lights: [Light<Float>] = [
      .ambient(color: SIMD3(repeating: 0.2)),
      .point(position: SIMD3(0, 2, -3), color: SIMD3(0.9, 0.6, 0.3)),
    ]
    let material = Material<Float>(
      baseColor: .vertex, shading: shading, specular: SIMD3(repeating: 0.4), shininess: 20)
    var scene = Scene(box)
    (scene.lights, scene.materials[0]) = (lights, material)
    let targets = FitFixtures.targets(scene, FitFixtures.cameras(3, side: 48))
    let config = FitFixtures.config(
      [.pose], [FitFixtures.stage(steps: 1, width: [0.3, 0.3], iou: 0)])
    func loss(_ problem: FitProblem) throws -> Float {
      var fit = SceneRegression(problem, config: config)
      let step = fit.next()
      return try #require(step).loss
    }
    let lit = FitProblem(targets: targets, mesh: box, lights: lights, material: material)
    let own = SceneRegression(lit, config: config).scene
    #expect(own.lights == lights && own.materials == scene.materials)
    #expect(try loss(lit) < 0.3 * loss(FitProblem(targets: targets, mesh: box)))
    #expect(lit.fingerprint != FitProblem(targets: targets, mesh: box).fingerprint)
    // One colour all over, and colours of faces, are compared as well.
    var bare = box
    bare.vertexColors = nil
    #expect(!FitProblem(targets: targets, mesh: bare, lights: lights).isColored)
    let red = Material<Float>(baseColor: .constant(SIMD3(1, 0, 0)), shading: shading)
    let plain = FitProblem(targets: targets, mesh: bare, lights: lights, material: red)
    #expect(plain.isColored)
    #expect(SceneRegression(plain, config: config).scene.materials[0] == red)
    bare.faceColors = [Float](repeating: 0.5, count: bare.faceCount * 3)
    #expect(FitProblem(targets: targets, mesh: bare).isColored)
  }
}
