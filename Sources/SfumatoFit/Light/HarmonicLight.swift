// The light on a diffuse surface from its pictures. A pixel's colour is linear in the nine coefficients, so that no start is needed:
// normal equations of all pixels, and again with less weight on those that fit badly, which are shadows and colours for
// the most part.
public import SfumatoCore
internal import SfumatoSolve

/// A light from all around in nine spherical harmonics, as pictures show it.
public struct HarmonicLight: Equatable, Sendable {
  /// The radiance's coefficients in ``SphericalHarmonics``, world frame.
  public var coefficients: [SIMD3<Float>]
  /// The share of the colours' variance over the object that the light explains, at most 1; 0 where all is of one colour.
  public var explained: Double

  /// The light as a scene has it.
  public var light: Light<Float> { .sphericalHarmonics(coefficients) }

  /// How often the pixels are weighed anew.
  private static var passes: Int { 4 }
  /// Of more pixels only every so manieth is taken.
  private static var mostSamples: Int { 200_000 }
  /// What is added to the diagonal, part of the largest entry: coefficients that no normal shows stay near 0.
  private static var ridge: Double { 1e-5 }

  /// The light under which a diffuse scene looks most like some pictures; nil where no pixel shows the object.
  ///
  /// Least squares in linear light over the pixels that lie within mask and object, reweighted as Huber's loss asks; a scene's
  /// own lights and models of shading are not looked at. Source: Ramamoorthi and Hanrahan 2001, "An Efficient Representation
  /// for Irradiance Environment Maps", equation 9; Holland and Welsch 1977 for the weights.
  ///
  /// - Parameters:
  ///   - scene: the surface with its colours.
  ///   - targets: the pictures, of the object before anything.
  ///   - workers: how many threads may work.
  public init?(of scene: Scene<Float>, in targets: [TargetView], workers: Workers = .all) {
    let scaled = TargetPyramid.scaled(
      targets, by: 1, background: .zero, keepsBackground: false, workers: workers)
    self.init(of: scene, in: scaled, cameras: targets.map(\.camera), workers: workers)
  }

  init?(
    of scene: Scene<Float>, in targets: [ScaledTarget<Float>], cameras: [Camera<Float>],
    gains: [SIMD3<Float>]? = nil, workers: Workers
  ) {
    let pixels = targets.reduce(0) { $0 + $1.alpha.count }
    let stride = (pixels + Self.mostSamples - 1) / Self.mostSamples
    let (plain, turned) = (scene.unlit, scene.coloredByNormals)
    let parts = parallelMap(targets.count, workers: workers) { i in
      Self.samples(
        plain, turned, targets[i], cameras[i], gain: gains?[i] ?? .one, stride: max(stride, 1))
    }
    let samples = parts.flatMap { $0 }
    guard !samples.isEmpty else { return nil }
    var weights = [Double](repeating: 1, count: samples.count)
    var found = [SIMD3<Double>](repeating: .zero, count: SphericalHarmonics.count)
    for _ in 0..<Self.passes {
      guard let next = Self.solved(samples, weights) else { return nil }
      found = next
      let sizes = samples.map { ($0.color - $0.shown(under: found)).largest }
      // The median's deviation of a normal law, and 1.5 of it before an error counts for less.
      let bound = max(sizes.sorted()[sizes.count / 2] * 1.4826 * 1.5, 1e-6)
      weights = sizes.map { min(1, bound / max($0, 1e-12)) }
    }
    coefficients = found.map { SIMD3<Float>($0) }
    let mean = samples.reduce(SIMD3.zero) { $0 + $1.color } / Double(samples.count)
    func squares(_ error: (Sample) -> SIMD3<Double>) -> Double {
      samples.reduce(0) { sum, sample in
        let own = error(sample)
        return sum + (own * own).sum()
      }
    }
    let all = squares { $0.color - mean }
    let left = squares { $0.color - $0.shown(under: found) }
    explained = all > 1e-6 * Double(samples.count) ? 1 - left / all : 0
  }

  /// A pixel of the object.
  private struct Sample {
    /// What a white surface of this normal sends back of each harmonic.
    var shares: InlineArray<9, Double>
    /// The surface's colour.
    var base: SIMD3<Double>
    /// The picture's.
    var color: SIMD3<Double>

    func shown(under coefficients: [SIMD3<Double>]) -> SIMD3<Double> {
      var sum = SIMD3<Double>.zero
      for k in 0..<9 { sum += coefficients[k] * shares[k] }
      return sum * base
    }
  }

  private static func samples(
    _ plain: Scene<Float>, _ turned: Scene<Float>, _ target: ScaledTarget<Float>,
    _ camera: Camera<Float>, gain: SIMD3<Float>, stride: Int
  ) -> [Sample] {
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: .hard(samples: 1), workers: .serial))
    let surface = renderer.render(plain, [camera])[0]
    guard let base = surface.color?.values,
      let normals = renderer.render(turned, [camera])[0].color?.values
    else { return [] }
    var samples: [Sample] = []
    for p in Swift.stride(from: 0, to: target.alpha.count, by: stride) {
      guard target.alpha[p] > 0.99, target.weights?[p] ?? 1 > 0.99, surface.alpha.values[p] == 1
      else { continue }
      let normal = SIMD3<Double>(normals.vector3(p)) * 2 - 1
      let length = (normal * normal).sum().squareRoot()
      guard length > 0.1 else { continue }
      var shares = SphericalHarmonics.basis(normal / length)
      for k in 0..<9 { shares[k] *= SphericalHarmonics.diffuseShare(k) }
      var seen = SIMD3<Double>.zero
      for c in 0..<3 { seen[c] = Double(sRGBDecode(target.colorSRGB[3 * p + c])) }
      samples.append(
        Sample(shares: shares, base: SIMD3<Double>(base.vector3(p) * gain), color: seen))
    }
    return samples
  }

  /// The coefficients of least weighted squares, a channel at a time.
  private static func solved(_ samples: [Sample], _ weights: [Double]) -> [SIMD3<Double>]? {
    let count = SphericalHarmonics.count
    var found = [SIMD3<Double>](repeating: .zero, count: count)
    for c in 0..<3 {
      var sums = [Double](repeating: 0, count: count * count)
      var right = [Double](repeating: 0, count: count)
      for (sample, weight) in zip(samples, weights) {
        let base = sample.base[c]
        let square = weight * base * base
        for a in 0..<count {
          right[a] += weight * base * sample.shares[a] * sample.color[c]
          for b in 0...a { sums[a * count + b] += square * sample.shares[a] * sample.shares[b] }
        }
      }
      var matrix = SymmetricMatrix(size: count)
      let most = (0..<count).map { sums[$0 * count + $0] }.max() ?? 0
      for a in 0..<count {
        for b in 0...a { matrix[a, b] = sums[a * count + b] + (a == b ? ridge * most : 0) }
      }
      guard let own = matrix.solve(right) else { return nil }
      for k in 0..<count { found[k][c] = own[k] }
    }
    return found
  }
}

extension SIMD3<Double> {
  fileprivate var largest: Double { Swift.max(abs(x), abs(y), abs(z)) }
}

extension Scene<Float> {
  /// The scene without any light: each surface in its own colour, before black.
  fileprivate var unlit: Scene {
    var copy = self
    copy.background = .zero
    copy.lights = []
    for i in copy.materials.indices { copy.materials[i].emissive = .zero }
    return copy.shown(under: [])
  }

  /// The scene with world normals for colours, from 0 at -1 to 1 at 1.
  fileprivate var coloredByNormals: Scene {
    var copy = unlit
    copy.textures = []
    copy.materials = [Material(baseColor: .vertex, shading: .unlit)]
    copy.meshes = []
    for (i, instance) in instances.enumerated() {
      var mesh = meshes[instance.mesh]
      let turn = instance.map.inverseTranspose
      let normals =
        mesh.normalFaces == nil && mesh.normals != nil
        ? mesh.normals ?? []
        : VertexNormals.forward(positions: mesh.positions, faces: mesh.faces).normals
      mesh.vertexColors = NormalColors.colors(of: normals) { normalize(turn * $0) }
      copy.meshes.append(mesh)
      copy.instances[i].mesh = i
      copy.instances[i].material = 0
    }
    return copy
  }
}

extension SceneRegression {
  /// Puts the light of least squares in place of the present one, where the pictures of a stage show one.
  mutating func solveLight(_ stage: FitConfig.Stage) {
    if level == nil { makeLevel(stage) }
    guard let targets = level?.targets else { return }
    let cameras = targets.indices.map { camera($0, from: targets[$0].camera) }
    guard
      let found = HarmonicLight(
        of: scene, in: targets, cameras: cameras, gains: gains, workers: workers)
    else { return }
    state.light = found.coefficients.flatMap { [$0.x, $0.y, $0.z] }
  }
}

extension FitProblem {
  /// The share of the colours' variance that a distant light must explain to be taken for the cause of them.
  private static var leastExplained: Double { 0.7 }

  /// Whether the pictures look like a start of one colour under a distant light, so that what they show is shape; false
  /// without a start or where it has colours.
  public func showsLight(workers: Workers = .all) -> Bool {
    guard let mesh, !isColored,
      let found = HarmonicLight(of: Scene(mesh), in: targets, workers: workers)
    else { return false }
    return found.explained >= Self.leastExplained
  }
}
