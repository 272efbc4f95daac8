import SfumatoCore
import SfumatoIO
import SfumatoSolve
import SfumatoTestSupport
import Testing

@testable import SfumatoFit

@Suite struct FitTextureTests {
  /// A box whose sides have stripes that no vertex carries: it has twelve faces.
  private static var striped: Scene<Float> {
    let mesh = Mesh<Float>.cube(side: 1.4)
    guard let atlas = TextureAtlas(mesh, density: 40) else { return Scene(mesh) }
    var texels: [Float] = []
    for y in 0..<atlas.height {
      for x in 0..<atlas.width {
        let isDark = (x / 6 + y / 9) % 2 == 0
        texels += isDark ? [0.05, 0.1, 0.3] : [0.9, 0.6, 0.2]
      }
    }
    var scene = Scene(mesh.with(atlas.texcoords), shading: .unlit)
    scene.textures = [
      Texture(width: atlas.width, height: atlas.height, channels: 3, texels: texels)
    ]
    scene.materials[0].baseColor = .constant(SIMD3(repeating: 1))
    scene.materials[0].baseColorTexture = TextureUse(0)
    return scene
  }

  private static func stage(steps: Int) -> FitConfig.Stage {
    var stage = FitFixtures.stage(steps: steps)
    stage.mode = .crisp
    stage.samples = 2
    stage.texelsPerPixel = 1
    stage.viewsPerStep = 4
    stage.learningRateEnd = 0.3
    return stage
  }

  private static func fitted(
    steps: Int, _ change: (inout FitConfig) -> Void = { _ in }
  )
    -> (SceneRegression, [TargetView])
  {
    let scene = striped
    let cameras = FitFixtures.cameras(8, side: 64)
    let targets = FitFixtures.targets(scene, cameras)
    var mesh = Mesh<Float>.cube(side: 1.4)
    mesh.vertexColors = [Float](repeating: 0.3, count: mesh.positions.count)
    var config = FitFixtures.config([.color], [stage(steps: steps)])
    change(&config)
    var fit = SceneRegression(FitProblem(targets: targets, mesh: mesh), config: config)
    while fit.next() != nil {}
    return (fit, targets)
  }

  @Test func `a texture shows what vertices cannot`() throws {
    let (painted, targets) = Self.fitted(steps: 60)
    let (colored, _) = Self.fitted(steps: 60) { config in
      config.stages[0].texelsPerPixel = 0
    }
    #expect(painted.state.texture != nil && colored.state.texture == nil)
    let fine = Evaluation(of: painted.scene, on: targets).psnr
    let coarse = Evaluation(of: colored.scene, on: targets).psnr
    #expect(coarse < 18, "\(coarse) dB by vertices")
    #expect(fine > 26, "\(fine) dB by texels")
  }

  @Test func `the result does not depend on the number of threads`() {
    let (one, targets) = Self.fitted(steps: 3)
    var two = SceneRegression(
      FitProblem(targets: targets, mesh: one.problem.mesh), config: one.config, workers: .serial)
    while two.next() != nil {}
    #expect(one.state.texture == two.state.texture)
  }

  @Test func `texels go to the weighted mean of what is seen of them`() throws {
    let mesh = Mesh<Float>.cube(side: 1)
    let atlas = try #require(TextureAtlas(mesh, density: 12))
    let colors = [Float](repeating: 0.5, count: mesh.positions.count)
    var texture = FitTexture(atlas, faces: mesh.faces, colorsSRGB: colors)
    texture.count([Float](repeating: 2, count: texture.texelsSRGB.count))
    // Two pixels show 0.1 more red each, under a loss of curvature 3: a gradient of -2 * 3 * 0.1, in linear light.
    let slope = sRGBDecodeVJP(Float(0.5), linearBar: 1)
    var bar = [Float](repeating: 0, count: texture.texelsSRGB.count)
    for i in stride(from: 0, to: bar.count, by: 3) { bar[i] = -0.6 / slope }
    texture.move(
      bar, curvature: 3, share: 1, viewCount: 1, smoothness: 0, rate: 1, workers: .all)
    for texel in texture.isNear.indices {
      let red = texture.texelsSRGB[3 * texel]
      #expect(abs(red - (texture.isNear[texel] ? 0.6 : 0.5)) < 1e-4)
      #expect(abs(texture.texelsSRGB[3 * texel + 1] - 0.5) < 1e-6)
    }
  }

  @Test func `what no view shows takes the colour around it`() throws {
    let mesh = Mesh<Float>.cube(side: 1)
    let atlas = try #require(TextureAtlas(mesh, density: 20))
    var texture = FitTexture(
      atlas, faces: mesh.faces, colorsSRGB: [Float](repeating: 0.5, count: mesh.positions.count))
    // All texels are red and seen but for the last quarter of the rows.
    let seen = 3 * atlas.height / 4 * atlas.width
    var weights = [Float](repeating: 0, count: texture.texelsSRGB.count)
    for i in 0..<3 * seen { weights[i] = 1 }
    for texel in 0..<seen { texture.texelsSRGB.setVector3(texel, SIMD3(1, 0, 0)) }
    texture.count(weights)
    let start = texture
    let bar = [Float](repeating: 0, count: weights.count)
    for _ in 0..<400 {
      texture.move(
        bar, curvature: 1, share: 1, viewCount: 1, smoothness: 0.1, rate: 1, workers: .all)
    }
    var nearest: Float = 1
    for x in 0..<atlas.width
    where texture.isNear[seen + x] && texture.isNear[seen - atlas.width + x] {
      nearest = min(nearest, texture.texelsSRGB[3 * (seen + x)])
      #expect(abs(start.texelsSRGB[3 * (seen + x)] - 0.5) < 1e-5)
    }
    #expect(nearest > 0.7, "\(nearest)")
  }

  @Test func `a shape keeps its texture while it moves`() throws {
    let scene = Self.striped
    let targets = FitFixtures.targets(scene, FitFixtures.cameras(8))
    var mesh = scene.meshes[0]
    for i in mesh.positions.indices { mesh.positions[i] *= 0.9 }
    mesh.vertexColors = [Float](repeating: 0.3, count: mesh.positions.count)
    var stage = Self.stage(steps: 60)
    stage.learningRates.shape = 0.005
    var fit = SceneRegression(
      FitProblem(targets: targets, mesh: mesh),
      config: FitFixtures.config([.shape, .color], [stage]))
    while fit.next() != nil {}
    let texture = try #require(fit.state.texture)
    // Its own coordinates serve.
    #expect(texture.atlas.texcoords == scene.meshes[0].texcoordSets[0])
    #expect(abs(length(fit.state.mesh.position(0)) - length(scene.meshes[0].position(0))) < 0.02)
    #expect(Evaluation(of: fit.scene, on: targets).psnr > 22)
    let colors = try #require(fit.worldMesh.vertexColors)
    #expect(Set(colors).count > 3)
  }

  @Test func `a known light meets the texture`() throws {
    var scene = Self.striped
    scene.lights = [.ambient(color: SIMD3(repeating: 0.5))]
    scene.materials[0].shading = .lambert
    let targets = FitFixtures.targets(scene, FitFixtures.cameras(4))
    var mesh = scene.meshes[0]
    mesh.vertexColors = [Float](repeating: 0.3, count: mesh.positions.count)
    var fit = SceneRegression(
      FitProblem(targets: targets, mesh: mesh, lights: scene.lights),
      config: FitFixtures.config([.color], [Self.stage(steps: 40)]))
    while fit.next() != nil {}
    #expect(fit.scene.materials[0].baseColorTexture != nil)
    #expect(fit.scene.materials[0].shading == .lambert && fit.scene.lights == scene.lights)
    #expect(Evaluation(of: fit.scene, on: targets).psnr > 24)
  }

  @Test func `a checkpoint brings the texture back`() throws {
    let (whole, targets) = Self.fitted(steps: 6)
    let problem = FitProblem(targets: targets, mesh: whole.problem.mesh)
    let owner = Checkpoint.Owner(config: 1, problem: 2)
    var part = SceneRegression(problem, config: whole.config)
    for _ in 0..<3 { _ = part.next() }
    let bytes = try Checkpoint.encode(part, owner: owner)
    var resumed = SceneRegression(problem, config: whole.config)
    try Checkpoint.restore(&resumed, from: bytes, path: "c.bin", owner: owner)
    #expect(resumed.state.texture == part.state.texture)
    #expect(resumed.state.mesh == part.state.mesh)
    while resumed.next() != nil {}
    #expect(resumed.state.texture == whole.state.texture)
    #expect(resumed.scene == whole.scene)
  }

  @Test func `a run leaves a scene with its texture`() throws {
    let (fit, targets) = Self.fitted(steps: 20)
    let folder = try TemporaryFolder()
    let path = folder.path("r")
    var run = try FitRun(
      FitProblem(targets: targets, mesh: fit.problem.mesh), config: fit.config, folder: path,
      force: false)
    let summary = try run.run()
    let scene = try loadRunScene(path)
    #expect(scene.textures.count == 1 && scene.meshes[0].texcoordSets.count == 1)
    // Eight bits a texel change little; where a face is seen at a slant, smaller sizes of the texture blur stripes.
    let reread = Evaluation(of: scene, on: targets).psnr
    #expect(abs(reread - summary.evaluation.psnr) < 1, "\(reread), \(summary.evaluation.psnr)")
    #expect(try loadScene(path + "/result/mesh.glb").scene.textures.count == 1)
  }
}
