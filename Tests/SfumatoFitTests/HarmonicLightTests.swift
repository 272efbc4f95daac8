import RealModule
import SfumatoCore
import SfumatoIO
import Testing

@testable import SfumatoFit

@Suite struct HarmonicLightTests {
  /// A light whose irradiance stays between .2 and 1.
  private static let light: [SIMD3<Float>] = [
    SIMD3(2, 1.9, 1.7), SIMD3(0.5, 0.45, 0.4), SIMD3(-0.2, -0.1, 0), SIMD3(0.3, 0.3, 0.2),
    SIMD3(0.1, 0, -0.1), SIMD3(0.1, 0.1, 0.1), SIMD3(-0.1, 0, 0), SIMD3(0, 0.1, 0.05),
    SIMD3(0.1, -0.1, 0.1),
  ]

  private static func lit(_ mesh: Mesh<Float>) -> Scene<Float> {
    Scene(mesh, shading: .lambert, lights: [.sphericalHarmonics(light)])
  }

  private static func mistake(_ found: HarmonicLight) -> Float {
    zip(found.coefficients, light).map { length($0 - $1) }.max() ?? .infinity
  }

  @Test func `a light is found again from pictures of a coloured surface`() throws {
    let mesh = FitFixtures.colored(.icosphere(subdivisions: 3))
    let targets = FitFixtures.targets(Self.lit(mesh), FitFixtures.cameras(4, side: 48))
    // The scene's own shading and light do not matter.
    let found = try #require(HarmonicLight(of: Scene(mesh), in: targets))
    #expect(Self.mistake(found) < 0.01 && found.explained > 0.99, "\(found)")
  }

  @Test func `a turned instance is lit as it stands`() throws {
    var scene = Self.lit(.icosphere(subdivisions: 3))
    scene.instances[0].transform = RigidTransform(
      rotation: Quaternion(rotationVector: SIMD3(0.5, 1, -0.3)), translation: SIMD3(0.1, 0, 0.2))
    scene.instances[0].stretch = Matrix3(
      rows: SIMD3(1, 0, 0), SIMD3(0, 0.6, 0), SIMD3(0, 0, 0.8))
    let targets = FitFixtures.targets(scene, FitFixtures.cameras(6, side: 48))
    let found = try #require(HarmonicLight(of: scene, in: targets))
    #expect(Self.mistake(found) < 0.02, "\(found)")
  }

  @Test func `shadows hardly move it`() throws {
    let mesh = Mesh<Float>.icosphere(subdivisions: 3)
    var targets = FitFixtures.targets(Self.lit(mesh), FitFixtures.cameras(6, side: 48))
    var generator = SplitMix64(seed: 3)
    for i in targets.indices {
      // A tenth of all pixels is nearly black.
      for p in 0..<targets[i].picture.pixelCount where generator.unit() < 0.1 {
        for c in 0..<3 { targets[i].picture.values[4 * p + c] *= 0.2 }
      }
    }
    let found = try #require(HarmonicLight(of: Scene(mesh), in: targets))
    #expect(Self.mistake(found) < 0.1, "\(found)")
  }

  @Test func `colours of a surface are no light, and none is seen without the object`() throws {
    let sphere = Mesh<Float>.icosphere(subdivisions: 4)
    var generator = SplitMix64(seed: 5)
    var painted = sphere
    painted.vertexColors = (0..<3 * sphere.vertexCount).map { _ in Float(generator.unit()) }
    let cameras = FitFixtures.cameras(6, side: 48)
    let patches = FitProblem(targets: FitFixtures.targets(Scene(painted), cameras), mesh: sphere)
    #expect(!patches.showsLight())
    let plain = FitProblem(targets: FitFixtures.targets(Self.lit(sphere), cameras), mesh: sphere)
    #expect(plain.showsLight())
    // One colour alone shows neither.
    let flat = FitProblem(targets: FitFixtures.targets(Scene(sphere), cameras), mesh: sphere)
    #expect(!flat.showsLight())
    var far = sphere
    for v in 0..<far.vertexCount { far.positions.addVector3(v, SIMD3(100, 0, 0)) }
    #expect(HarmonicLight(of: Scene(far), in: plain.targets) == nil)
  }

  @Test func `a hollow that no outline shows comes from its shading`() {
    // A ball with a dent towards each of two sides; the start is the ball.
    let sphere = Mesh<Float>.icosphere(subdivisions: 4)
    var dented = sphere
    for v in 0..<dented.vertexCount {
      let p = dented.positions.vector3(v)
      let near = max(dot(p, normalize(SIMD3(1, 0.3, 0.2))), dot(p, normalize(SIMD3(-0.4, 0.2, 1))))
      dented.positions.setVector3(v, p * (1 - 0.3 * Float.exp(-30 * (1 - near))))
    }
    let cameras = FitFixtures.cameras(8, side: 64)
    let problem = FitProblem(
      targets: FitFixtures.targets(Self.lit(dented), cameras), mesh: sphere)
    func mistake(_ unknowns: [Unknown]) -> Double {
      var stage = FitFixtures.stage(steps: 150, smoothing: 2, rate: 0.05, color: 100, iou: 0)
      stage.mode = .crisp
      var config = FitFixtures.config(unknowns, [stage])
      config.regularizers = .init(laplacian: 1e-5, edge: 0, normal: 5e-6)
      let fit = FitFixtures.solve(problem, config)
      return MeshDistance.compare(fit.worldMesh, reference: dented, samples: 20_000).chamfer
    }
    let (lit, outlined) = (mistake([.shape, .light]), mistake([.shape]))
    #expect(lit < 0.75 * outlined, "\(lit) of \(outlined)")
  }

  @Test(arguments: [[Unknown.shape, .light], [.shape, .color]])
  func `a run tells the light that it found, and lights its mesh elsewhere`(
    unknowns: [Unknown]
  ) throws {
    let folder = try TemporaryFolder()
    let sphere = Mesh<Float>.icosphere(subdivisions: 2)
    let problem = FitProblem(
      targets: FitFixtures.targets(Self.lit(sphere), FitFixtures.cameras(4, side: 32)),
      mesh: sphere)
    let config = FitFixtures.config(unknowns, [FitFixtures.stage(steps: 2)])
    var run = try FitRun(problem, config: config, folder: folder.path("r"), force: false)
    _ = try run.run()
    let isLit = unknowns.contains(.light)
    let lights = try loadRunScene(folder.path("r")).lights
    if isLit {
      guard case .sphericalHarmonics(let found) = lights.first else {
        Issue.record("\(lights)")
        return
      }
      // Of a surface of another colour: its shades, not its size.
      let ratio = Self.light[0].x / found[0].x
      #expect(zip(found, Self.light).allSatisfy { length($0 * ratio - $1) < 0.4 }, "\(found)")
    } else {
      #expect(lights.isEmpty)
    }
    // What opens it elsewhere has to bring light where the colours hold none.
    let asset = try loadScene(folder.path("r/result/mesh.glb")).scene
    #expect((asset.materials[0].shading == .unlit) == !isLit)
  }
}
