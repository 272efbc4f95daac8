// The renderer's gradient of one mesh against finite differences in Double, group by group. Start at `run`.
internal import SfumatoCore

/// Compares pullbacks with finite differences.
struct GradientCheck: Sendable {
  /// What was found of a group.
  struct Result: Equatable, Sendable {
    var parameter: CheckedParameter
    /// The largest difference of a checked number over the largest of the group.
    var maxRelativeError: Double
    /// The largest step of the finite differences, in the parameter's own unit.
    var step: Double
    /// Whether nothing that was checked changes the pictures, so that nothing was shown.
    var isVacuous: Bool
  }

  private let scene: Scene<Double>
  private let camera: Camera<Double>
  private let renderer: Renderer<Double>
  private let cotangent: RenderingCotangent<Double>
  private var generator: SplitMix64
  /// World units that a pixel spans at the mesh's centre.
  private let pixel: Double
  private let radius: Double

  private let edgeWidthPixels: Double

  /// A mesh in its colours under two lights, seen softly in a small picture.
  ///
  /// The depth planes stand still, as they do within a step of a fit, and the tail is cut at 1e-12: a cut that
  /// differences could see is a property of the setting, not of the adjoint. Edges are a twentieth of the inner radius
  /// of a middling face: the distance to a face's outline has a kink half-way between two edges, and there
  /// such a face is covered to within 1e-9.
  init(_ mesh: Mesh<Float>, seed: UInt64, workers: Workers) {
    let mesh = Mesh<Double>(mesh)
    generator = SplitMix64(seed: seed)
    let sphere = mesh.boundingSphere
    radius = sphere.radius > 0 ? sphere.radius : 1
    let side = mesh.faceCount > 1000 ? 24 : 40
    let distance = 4 * radius
    camera = Camera(
      fieldOfViewDegrees: 34, axis: .x, width: side, height: side,
      worldToCamera: .orbit(
        azimuthDegrees: 30, elevationDegrees: 20, distance: distance, target: sphere.center))
    pixel = distance / camera.focal.x
    edgeWidthPixels = Self.middlingInnerRadius(mesh, radius: radius) / 20 / pixel
    scene = Scene(
      mesh, shading: .lambert,
      lights: [
        .ambient(color: SIMD3(0.3, 0.35, 0.4)),
        // At right angles to no normal of a symmetric shape: the light has its kink there.
        .directional(direction: SIMD3(0.29, 0.83, 0.47), color: SIMD3(0.7, 0.6, 0.5)),
      ], background: SIMD3(0.2, 0.3, 0.4))
    let soft = SoftSettings<Double>(
      edgeWidthPixels: edgeWidthPixels, depth: .softmax(gamma: 0.1), tailBound: 1e-12,
      depthRange: .planes(near: distance - 1.05 * radius, far: distance + 1.05 * radius))
    renderer = Renderer(
      settings: RenderSettings(mode: .soft(soft), workers: workers))
    var random = generator
    func picture(_ channels: Int) -> ImageBuffer<Double> {
      ImageBuffer(
        width: side, height: side, channels: channels,
        values: (0..<side * side * channels).map { _ in 2 * random.unit() - 1 })
    }
    cotangent = RenderingCotangent(color: picture(3), alpha: picture(1))
    generator = random
  }

  /// Checks a group on some of its numbers, chosen by the seed.
  ///
  /// Each number is tried with fourth-order central differences of up to three steps, of which the best counts: where
  /// a pixel is as near to one edge of a face as to another the picture has a kink, and a shorter step
  /// leaves it outside; no step makes a wrong adjoint right.
  mutating func run(_ parameter: CheckedParameter, count: Int) -> Result {
    run(parameter, count: count, against: gradient(parameter))
  }

  /// The renderer's own gradient of a group.
  func gradient(_ parameter: CheckedParameter) -> SceneGradient<Double> {
    let (_, pullback) = renderer.renderWithPullback(scene, [camera], wrt: parameter.targets)
    return pullback([cotangent])
  }

  /// Checks some gradient.
  mutating func run(
    _ parameter: CheckedParameter, count: Int, against gradient: SceneGradient<Double>
  ) -> Result {
    let step = largestStep(parameter)
    let total = parameter.count(scene)
    let groupLargest = (0..<total).reduce(0.0) { max($0, abs(parameter.value($1, gradient))) }
    var largest = 0.0
    var error = 0.0
    for i in indices(count, of: total) {
      let analytic = parameter.value(i, gradient)
      var best = Double.infinity
      for h in [step, step / 4, step / 16] {
        let difference = derivative(parameter, i, step: h)
        largest = max(largest, abs(difference))
        best = min(best, abs(difference - analytic))
        if best <= 1e-8 * max(largest, groupLargest) { break }
      }
      error = analytic.isFinite ? max(error, best) : .infinity
      largest = max(largest, abs(analytic))
    }
    // Of a few numbers drawn all may lie where the camera does not see: rounding is then all there is.
    let scale = max(largest, groupLargest)
    return Result(
      parameter: parameter, maxRelativeError: scale > 0 ? error / scale : 0, step: step,
      isVacuous: largest <= 1e-10 * scale)
  }

  private func derivative(_ parameter: CheckedParameter, _ i: Int, step h: Double) -> Double {
    func value(_ offset: Double) -> Double {
      var (scene, camera) = (scene, camera)
      parameter.move(i, by: offset, &scene, &camera)
      let picture = renderer.render(scene, [camera])[0]
      return inner(picture.color, cotangent.color) + inner(picture.alpha, cotangent.alpha)
    }
    return (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h)
  }

  private func inner(_ a: ImageBuffer<Double>?, _ b: ImageBuffer<Double>?) -> Double {
    guard let a, let b else { return 0 }
    return zip(a.values, b.values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// A thousandth of what the picture changes over: an edge's width, or the colours' range.
  private func largestStep(_ parameter: CheckedParameter) -> Double {
    let edge = 1e-3 * edgeWidthPixels
    return switch parameter {
    case .shape: edge * pixel
    case .pose, .cameras: edge * pixel / radius * min(radius, 1)
    case .focal: edge
    case .color, .light, .background: 1e-3
    }
  }

  /// The inner radius of an equilateral triangle with the median area of the faces, world units.
  private static func middlingInnerRadius(_ mesh: Mesh<Double>, radius: Double) -> Double {
    let areas = (0..<mesh.faceCount).map { face in
      let (i, j, k) = mesh.corners(face)
      let origin = mesh.position(i)
      return length(cross(mesh.position(j) - origin, mesh.position(k) - origin)) / 2
    }.filter { $0 > 0 }.sorted()
    guard !areas.isEmpty else { return radius / 4 }
    return 0.4387 * areas[areas.count / 2].squareRoot()
  }

  /// Distinct indices below `total`, all where there are no more than asked.
  private mutating func indices(_ count: Int, of total: Int) -> [Int] {
    guard total > count else { return Array(0..<total) }
    var all = Array(0..<total)
    all.shuffle(using: &generator)
    return all.prefix(count).sorted()
  }
}
