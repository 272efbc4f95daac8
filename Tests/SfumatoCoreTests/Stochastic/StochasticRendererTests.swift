import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// A few overlapping faces in front of one small camera.
private func fewFaces(_ count: Int = 5) -> (scene: Scene<Double>, camera: Camera<Double>) {
  var g = SeededGenerator(seed: 31)
  var positions: [Double] = []
  for _ in 0..<count {
    let center = SIMD3(g.uniform(-0.3...0.3), g.uniform(-0.3...0.3), g.uniform(2...4))
    for _ in 0..<3 {
      let p = center + g.vector() * 0.6
      positions += [p.x, p.y, p.z]
    }
  }
  let mesh = Mesh<Double>(
    positions: positions, faces: (0..<Int32(3 * count)).map { $0 },
    vertexColors: g.array(positions.count, 0.1...0.9))
  let camera = Camera<Double>(
    focal: SIMD2(10, 10), principal: SIMD2(5, 4), worldToCamera: .identity, width: 10, height: 9)
  return (Scene(mesh, background: SIMD3(0.1, 0.7, 0.4)), camera)
}

private func softSettings(
  composition: ColorComposition<Double> = .underneath, tailBound: Double = 0
) -> SoftSettings<Double> {
  SoftSettings(
    profile: .logistic(squared: true), edgeWidthPixels: 1, depth: .softmax(gamma: 0.1),
    composition: composition, tailBound: tailBound, depthRange: .planes(near: 1, far: 5))
}

private func inner(_ a: ImageBuffer<Double>?, _ b: ImageBuffer<Double>?) -> Double {
  zip(a?.values ?? [], b?.values ?? []).reduce(0) { $0 + $1.0 * $1.1 }
}

@Suite
struct StochasticRendererTests {
  @Test(arguments: [ColorComposition<Double>.underneath, .logit(epsilon: 0.2)])
  func `with nothing sampled it is the soft renderer, forward and back`(
    composition: ColorComposition<Double>
  ) {
    var (scene, cameras, _) = busyScene(Double.self, squared: false)
    scene.instances.removeLast(1)
    let soft = softSettings(composition: composition, tailBound: 1e-4)
    let outputs: RenderOutputs = [.color, .alpha, .depth]
    let (expected, softPullback) = Renderer(settings: RenderSettings(mode: .soft(soft)))
      .renderWithPullback(scene, cameras, wrt: .all, outputs: outputs)
    let (pictures, pullback) = StochasticRenderer(
      settings: StochasticSettings(soft: soft, coverage: .exact, depth: .exact)
    ).renderWithPullback(scene, cameras, wrt: .all, outputs: outputs)
    for (a, b) in zip(pictures, expected) {
      // Rounding of another order of sums; depth is up to 5.
      for (x, y) in zip(a.alpha.values, b.alpha.values) { #expect(abs(x - y) < 1e-12) }
      for (x, y) in zip(a.color?.values ?? [], b.color?.values ?? []) {
        #expect(abs(x - y) < 1e-12)
      }
      for (x, y) in zip(a.depth?.values ?? [], b.depth?.values ?? []) {
        #expect(x == y || abs(x - y) < 1e-11)
      }
    }
    let bars = randomCotangents(expected)
    let (own, reference) = (pullback(bars).numbers, softPullback(bars).numbers)
    let largest = reference.map(\.magnitude).max() ?? 0
    #expect(largest > 0 && own.count == reference.count)
    for (x, y) in zip(own, reference) { #expect(abs(x - y) < 1e-10 * largest) }
  }

  private struct Means {
    var picture: SampleMean
    var gradients: [SampleMean]
    var exact: Double
    var exactGradients: [Double]

    /// How many of the gradients are known well enough to tell them from ones of half the size.
    var tellsHalf: Int {
      zip(gradients, exactGradients).count { $1 != 0 && $0.errors(from: $1 / 2) > 3 }
    }
  }

  /// Means over seeds of a picture's and a gradient's inner products with fixed random vectors.
  private func means(
    _ settings: StochasticSettings<Double>, runs: Int, color: Bool
  ) -> Means {
    let (scene, camera) = fewFaces()
    let outputs: RenderOutputs = color ? [.color, .alpha, .depth] : .alpha
    func project(_ g: SceneGradient<Double>) -> [Double] {
      var random = SeededGenerator(seed: 8)
      let positions = g.meshes[0].positions
      return [
        zip(positions, random.array(positions.count)).reduce(0) { $0 + $1.0 * $1.1 },
        g.cameras[0].twist.linear.x, g.cameras[0].twist.linear.z, g.cameras[0].twist.angular.z,
        color ? g.meshes[0].vertexColors[4] : 0, color ? g.background.y : 0,
      ]
    }
    let (expected, softPullback) = Renderer(settings: RenderSettings(mode: .soft(settings.soft)))
      .renderWithPullback(scene, [camera], wrt: .all, outputs: outputs)
    var bars = randomCotangents(expected)
    bars[0].depth = nil
    if color { bars[0].alpha = nil }
    func value(_ r: Rendering<Double>) -> Double {
      inner(r.color, bars[0].color) + (color ? 0 : inner(r.alpha, bars[0].alpha))
    }
    var picture = SampleMean()
    var gradients = [SampleMean](repeating: SampleMean(), count: 6)
    for seed in 0..<runs {
      var own = settings
      own.seed = UInt64(seed)
      let (sampled, pullback) = StochasticRenderer(settings: own).renderWithPullback(
        scene, [camera], wrt: .all, outputs: outputs)
      picture.add(value(sampled[0]))
      for (i, x) in project(pullback(bars)).enumerated() { gradients[i].add(x) }
    }
    return Means(
      picture: picture, gradients: gradients, exact: value(expected[0]),
      exactGradients: project(softPullback(bars)))
  }

  @Test(arguments: [VarianceReduction(), [.controlVariate, .antithetic]])
  func `sampled coverage has the soft renderer's alpha and gradient as its mean`(
    reduction: VarianceReduction
  ) {
    let settings = StochasticSettings(
      soft: softSettings(), coverage: .sampled(.logistic, draws: 4), depth: .exact,
      reduction: reduction)
    let found = means(settings, runs: reduction.isEmpty ? 1000 : 250, color: false)
    #expect(found.picture.errors(from: found.exact) < 3)
    for (mean, exact) in zip(found.gradients, found.exactGradients) {
      #expect(mean.errors(from: exact) < 3, "\(mean.mean) for \(exact)")
    }
    #expect(found.tellsHalf >= 2)
  }

  @Test(arguments: [ColorComposition<Double>.underneath, .logit(epsilon: 0.2)])
  func `a sampled choice has the soft renderer's colour and gradient as its mean`(
    composition: ColorComposition<Double>
  ) {
    let settings = StochasticSettings(
      soft: softSettings(composition: composition), coverage: .exact,
      depth: .sampled(.gumbel, draws: 4))
    let found = means(settings, runs: 250, color: true)
    #expect(found.picture.errors(from: found.exact) < 3)
    for (mean, exact) in zip(found.gradients, found.exactGradients) {
      #expect(mean.errors(from: exact) < 3, "\(mean.mean) for \(exact)")
    }
    #expect(found.tellsHalf >= 2)
  }

  @Test func `pictures and gradients are the same bits on any number of threads, run after run`() {
    let (scene, cameras, soft) = busyScene(Float.self, squared: false)
    let settings = StochasticSettings(
      soft: soft, coverage: .sampled(.gaussian, draws: 3), depth: .sampled(.cauchy, draws: 3),
      seed: 12)
    func run(_ workers: Workers) -> ([Rendering<Float>], SceneGradient<Float>) {
      let (pictures, pullback) = StochasticRenderer(settings: settings, workers: workers)
        .renderWithPullback(scene, cameras, wrt: .all, outputs: [.color, .alpha, .depth])
      return (pictures, pullback(randomCotangents(pictures)))
    }
    let (pictures, gradient) = run(.serial)
    #expect(pictures.allSatisfy { $0.isProper })
    #expect(gradient.numbers.allSatisfy { $0.isFinite } && gradient.numbers.contains { $0 != 0 })
    for workers in [Workers(count: 2), .all, .all] {
      let (again, gradientAgain) = run(workers)
      #expect(again == pictures)
      #expect(gradientAgain == gradient)
    }
    var other = StochasticRenderer(settings: settings)
    #expect(
      other.render(scene, cameras, outputs: [.color, .alpha, .depth]) == pictures)
    other.settings.seed = 13
    #expect(other.render(scene, cameras) != pictures)
  }

  @Test func `views have noise of their own`() {
    let (scene, camera) = fewFaces()
    let settings = StochasticSettings(
      soft: softSettings(), coverage: .sampled(.logistic, draws: 2), depth: .exact)
    let pictures = StochasticRenderer(settings: settings).render(
      scene, [camera, camera], outputs: .alpha)
    #expect(pictures[0] != pictures[1])
  }

  @Test func `an empty scene and a face behind the camera give the background`() {
    var (scene, camera) = fewFaces(1)
    scene.meshes[0].positions = [0, 0, -1, 1, 0, -1, 0, 1, -1]
    for mesh in [scene.meshes[0], Mesh<Double>(positions: [], faces: [])] {
      let settings = StochasticSettings(
        soft: softSettings(), coverage: .sampled(.logistic, draws: 2))
      let (pictures, pullback) = StochasticRenderer(settings: settings).renderWithPullback(
        Scene(mesh, background: scene.background), [camera], wrt: .all,
        outputs: [.color, .alpha, .depth])
      #expect(pictures[0].alpha.values.allSatisfy { $0 == 0 })
      #expect(pictures[0].color?.values[0] == 0.1)
      #expect(pictures[0].depth?.values[0] == .infinity)
      #expect(pullback(randomCotangents(pictures)).numbers.allSatisfy { $0.isFinite })
    }
    _ = camera
  }
}
