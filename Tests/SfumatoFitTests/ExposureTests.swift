import Foundation
import RealModule
import SfumatoTestSupport
import Testing

@testable import SfumatoCore
@testable import SfumatoFit

@Suite struct ExposureTests {
  /// A ball of dark colours, so that no exposure of it is cut off at white.
  private var ball: Mesh<Float> {
    var mesh = Mesh<Float>.icosphere(subdivisions: 2)
    mesh.vertexColors = mesh.positions.map { 0.25 + 0.15 * Float.sin(3 * $0) }
    return mesh
  }

  /// Factors of up to 40 % either way, and of white balance 10 % more; of each channel the geometric mean is 1.
  private func gains(_ count: Int, seed: UInt64 = 5) -> [SIMD3<Float>] {
    var generator = SeededGenerator(seed: seed)
    var logs = (0..<count).map { _ in
      SIMD3(repeating: Double.log(generator.uniform(0.6...1.4))) + generator.vector(-0.1...0.1)
    }
    let mean = logs.reduce(SIMD3.zero, +) / Double(count)
    for i in logs.indices { logs[i] -= mean }
    return logs.map { SIMD3<Float>(SIMD3(Double.exp($0.x), Double.exp($0.y), Double.exp($0.z))) }
  }

  /// Targets as cameras of such gains take them.
  private func exposed(_ targets: [TargetView], _ gains: [SIMD3<Float>]) -> [TargetView] {
    zip(targets, gains).map { target, gain in
      var copy = target
      for i in copy.picture.values.indices where i % 4 < 3 {
        let linear = sRGBDecode(target.picture.values[i]) * gain[i % 4]
        copy.picture.values[i] = min(sRGBEncode(linear), 1)
      }
      return copy
    }
  }

  private func problem(views: Int, colored: Bool = true) -> FitProblem {
    var mesh = ball
    let targets = FitFixtures.targets(Scene(mesh), FitFixtures.cameras(views, side: 40))
    if !colored { mesh.vertexColors = nil }
    return FitProblem(targets: exposed(targets, gains(views)), mesh: mesh)
  }

  private func stage(steps: Int) -> FitConfig.Stage {
    var stage = FitFixtures.stage(steps: steps, rate: 0.03)
    stage.mode = .crisp
    stage.learningRates.exposure = 0.03
    return stage
  }

  /// The largest error of a fit's gains, natural logarithm.
  private func error(_ fit: SceneRegression, _ truth: [SIMD3<Float>]) -> Float {
    zip(fit.gains, truth).map { found, gain in
      (0..<3).map { abs(Float.log(found[$0] / gain[$0])) }.max() ?? 0
    }.max() ?? .infinity
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `the adjoint agrees with finite differences`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let point = generator.array(3) + generator.array(60, 0...1)
    // Every second pixel of the photograph is cut off at white, but where the picture becomes white within the step.
    let free = Exposure.forward(
      color: Array(point[3...]), logGain: point.vector3(0),
      photograph: [Double](repeating: 0, count: 60))
    let photograph = free.indices.map { $0 / 3 % 2 == 0 && abs(free[$0] - 1) > 0.01 ? 1 : 0.5 }
    func forward(_ x: [Double]) -> [Double] {
      Exposure.forward(color: Array(x[3...]), logGain: x.vector3(0), photograph: photograph)
    }
    let shown = forward(point)
    #expect(shown.contains(1) && shown.contains { $0 > 1 })
    let error = adjointError(at: point, step: 1e-4, seed: seed, forward: forward) { x, bar in
      let (colorBar, gainBar) = Exposure.backward(
        color: Array(x[3...]), logGain: x.vector3(0), photograph: photograph, exposedBar: bar)
      return [gainBar.x, gainBar.y, gainBar.z] + colorBar
    }
    #expect(error < 1e-8, "\(error)")
  }

  @Test func `what photographs differ in is not painted onto the object`() {
    let problem = problem(views: 6, colored: false)
    let truth = ball.vertexColors?.map { sRGBEncode($0) } ?? []
    func rms(_ unknowns: [Unknown]) -> (error: Float, fit: SceneRegression) {
      let fit = FitFixtures.solve(problem, FitFixtures.config(unknowns, [stage(steps: 120)]))
      let squares = zip(fit.state.colorsSRGB, truth).reduce(Float(0)) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      return ((squares / Float(truth.count)).squareRoot(), fit)
    }
    let with = rms([.color, .exposure])
    let without = rms([.color])
    #expect(with.error < 0.02, "\(with.error)")
    #expect(without.error > 2.5 * with.error, "\(without.error) against \(with.error)")
    #expect(error(with.fit, gains(6)) < 0.05, "\(error(with.fit, gains(6)))")
    // The gauge: of each channel the mean logarithm is zero.
    for c in 0..<3 {
      let sum = with.fit.gains.reduce(Float(0)) { $0 + Float.log($1[c]) }
      #expect(abs(sum) < 1e-4, "\(sum)")
    }
    // Pictures count as they were exposed.
    let evaluation = Evaluation(
      of: with.fit.scene, on: problem.targets, gains: with.fit.gains)
    let plain = Evaluation(of: with.fit.scene, on: problem.targets)
    #expect(evaluation.psnr > plain.psnr + 5, "\(evaluation.psnr), \(plain.psnr)")
  }

  @Test func `what is cut off at white does not hold a factor down`() {
    // Known colours up to 0.95, taken 1.5 times as bright: a third of the picture is white.
    var mesh = ball
    mesh.vertexColors = mesh.positions.map { 0.55 + 0.4 * $0 }
    let plain = FitFixtures.targets(Scene(mesh), FitFixtures.cameras(2, side: 40))
    let truth = [SIMD3<Float>(1.5, 1.4, 1.3), SIMD3(0.8, 0.9, 1)]
    let problem = FitProblem(targets: exposed(plain, truth), mesh: mesh)
    let fit = FitFixtures.solve(problem, FitFixtures.config([.exposure], [stage(steps: 120)]))
    #expect(error(fit, truth) < 0.03, "\(fit.gains)")
  }

  @Test func `of known colours the gains are absolute, whatever moves them`() {
    let problem = problem(views: 2)
    var squares = stage(steps: 1).leastSquares(steps: 8)
    squares.losses.color = 10
    var losses = stage(steps: 80)
    losses.optimizer = .parameterSpace
    losses.mode = .hard
    for stage in [stage(steps: 100), squares, losses] {
      // Both brighter: nothing else could make up for it.
      var brighter = problem
      brighter.targets = exposed(
        problem.targets, [SIMD3(repeating: 1.2), SIMD3(repeating: 1.2)])
      let fit = FitFixtures.solve(brighter, FitFixtures.config([.exposure], [stage]))
      let off = error(fit, gains(2).map { $0 * 1.2 })
      #expect(off < 0.03, "\(stage.optimizer): \(off)")
    }
  }

  @Test func `each view has an optimiser of its own, which rests while it is not seen`() {
    var config = FitFixtures.config([.exposure], [stage(steps: 4)])
    config.stages[0].viewsPerStep = 1
    var fit = SceneRegression(problem(views: 3), config: config)
    var before = fit.gains
    for _ in 0..<4 {
      _ = fit.next()
      #expect(zip(before, fit.gains).count { $0 != $1 } == 1)
      before = fit.gains
    }
  }

  @Test(arguments: FitConfig.LightModel.allCases)
  func `a light takes the gains' mean, and pictures stay`(model: FitConfig.LightModel) {
    var config = FitFixtures.config([.light, .exposure], [stage(steps: 1)])
    config.lightModel = model
    var fit = SceneRegression(problem(views: 2), config: config)
    fit.state.logGains = [0.3, 0.1, -0.2, 0.5, 0.1, 0.2]
    let camera = fit.problem.targets[0].camera
    let renderer = Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 1)))
    func picture() -> [Float] {
      renderer.render(fit.scene, [camera])[0].scaled(by: fit.gains[0]).color?.values ?? []
    }
    let before = picture()
    fit.holdMeanExposure()
    #expect(abs(fit.state.logGains[0] + 0.1) < 1e-6 && abs(fit.state.logGains[3] - 0.1) < 1e-6)
    #expect((before.max() ?? 0) > 0.1)
    #expect(zip(before, picture()).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func `a light that least squares find is seen through the gains`() throws {
    var mesh = Mesh<Float>.icosphere(subdivisions: 2)
    mesh.vertexColors = mesh.positions.map { _ in 0.5 }
    let light = Light<Float>.directional(
      direction: SIMD3(0.3, 0.8, 0.5), color: SIMD3(repeating: 1.2))
    let plain = FitFixtures.targets(
      Scene(mesh, shading: .lambert, lights: [.ambient(color: SIMD3(repeating: 0.3)), light]),
      FitFixtures.cameras(6, side: 40))
    let gains = gains(6)
    let pictures = exposed(plain, gains)
    func found(_ targets: [TargetView], _ gains: [SIMD3<Float>]?) throws -> HarmonicLight {
      let scaled = TargetPyramid.scaled(
        targets, by: 1, background: .zero, keepsBackground: false, workers: .all)
      return try #require(
        HarmonicLight(
          of: Scene(mesh), in: scaled, cameras: targets.map(\.camera), gains: gains,
          workers: .all))
    }
    let truth = try found(plain, nil)
    func off(_ other: HarmonicLight) -> Float {
      zip(truth.coefficients, other.coefficients).map { length($0 - $1) }.max() ?? 0
    }
    let with = off(try found(pictures, gains))
    let without = off(try found(pictures, nil))
    #expect(with < 0.1 && without > 5 * with, "\(with), \(without)")
  }

  @Test func `gains go into params.json and the report, and only where they were unknown`() throws {
    let folder = try TemporaryFolder()
    for (name, unknowns) in [("with", [Unknown.color, .exposure]), ("without", [.color])] {
      let config = FitFixtures.config(unknowns, [stage(steps: 3)])
      var run = try FitRun(
        problem(views: 2, colored: false), config: config, folder: folder.path(name), force: false)
      _ = try run.run()
      let data = try #require(
        FileManager.default.contents(atPath: folder.path(name + "/result/params.json")))
      let found = try JSONDecoder().decode(FitParameters.self, from: data)
      #expect(found.exposure?.map(\.count) == (name == "with" ? [3, 3] : nil))
      let page = try String(contentsOfFile: folder.path(name + "/report.html"), encoding: .utf8)
      #expect(page.contains("exposure: red, green, blue") == (name == "with"))
      if let gain = found.exposure?[1][0] {
        #expect(page.contains(String(format: "%.3f, ", gain)))
      }
    }
  }
}
