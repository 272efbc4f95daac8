// The renderer's gradient of one seen mesh against finite differences in Double, group by group. Start at `run`.
//
// A number moves by steps t of its unit (CheckedParameter.unit), t from 1e-4 down to 1e-7, and each pixel takes central differences
// at each. Too long a step sees the picture's curvature and its kinks (the end of a tail, a pixel half-way between two edges, a
// visible face that changes), too short a one sees rounding; of the sweep a pixel takes the estimate that its neighbour repeats best.
// So the few pixels that stand by a kink take short steps and all others long ones. The adjoint has no say in the choice.
internal import SfumatoCore

/// Compares pullbacks with finite differences.
struct GradientCheck: Sendable {
  /// What was found of a group.
  struct Result: Equatable, Sendable {
    var parameter: CheckedParameter
    /// How many numbers were moved.
    var count: Int
    /// The largest difference of a checked number over the largest of the group, each number in its unit.
    var maxRelativeError: Double
    /// The step of the finite difference at that number, in the number's own unit.
    var step: Double
    /// The largest number of pixels that wanted a shorter step than the longest two, over the numbers.
    var kinkedPixels: Int
    /// Whether nothing that was checked changes the pictures, so that nothing was shown.
    var isVacuous: Bool

    /// What the group came to.
    var verdict: Verdict {
      isVacuous ? .vacuous : maxRelativeError < GradientCheck.tolerance ? .ok : .failed
    }
  }

  /// What a group came to.
  enum Verdict: String, Sendable {
    case ok
    case failed = "FAILED"
    case vacuous
  }

  /// The largest relative error of a right adjoint; differences in Double are exact to about 1e-8.
  static let tolerance = 1e-6

  let checked: CheckedScene
  private let workers: Workers
  private let cotangent: RenderingCotangent<Double>
  private let picture: Rendering<Double>
  private var generator: SplitMix64

  /// Steps of the sweep, fractions of a number's unit, a decade apart.
  static let steps = [1e-4, 1e-5, 1e-6, 1e-7]

  /// Below this a unit's motion is no change of the loss, whose cotangents are random numbers up to 1: rounding leaves 1e-11.
  private static let nothing = 1e-5

  /// Checks a scene under a random cotangent of colour and alpha.
  init(_ checked: CheckedScene, seed: UInt64, workers: Workers) {
    self.checked = checked
    self.workers = workers
    var random = SplitMix64(seed: seed)
    func picture(_ channels: Int) -> ImageBuffer<Double> {
      let (width, height) = (checked.camera.width, checked.camera.height)
      return ImageBuffer(
        width: width, height: height, channels: channels,
        values: (0..<width * height * channels).map { _ in 2 * random.unit() - 1 })
    }
    cotangent = RenderingCotangent(color: picture(3), alpha: picture(1))
    generator = random
    self.picture = Self.render(checked, workers)
  }

  private static func render(_ checked: CheckedScene, _ workers: Workers) -> Rendering<Double> {
    Renderer(settings: RenderSettings(mode: checked.mode, workers: workers)).render(
      checked.scene, [checked.camera])[0]
  }

  /// The groups that the mode has.
  var groups: [CheckedParameter] {
    CheckedParameter.allCases.filter { $0 != .smoothing || checked.soft != nil }
  }

  /// How many numbers of a group are checked where the user does not say: fewer of large meshes, where a picture takes long.
  var defaultCount: Int {
    let faces = checked.scene.meshes[0].faceCount
    return faces > 5000 ? 2 : faces > 1000 ? 4 : 24
  }

  /// Checks a group on some of its numbers.
  mutating func run(_ parameter: CheckedParameter, count: Int) -> Result {
    run(parameter, count: count, against: gradient(parameter))
  }

  /// The renderer's own gradient of a group.
  func gradient(_ parameter: CheckedParameter) -> SceneGradient<Double> {
    let renderer = Renderer<Double>(
      settings: RenderSettings(mode: checked.mode, workers: workers))
    let (_, pullback) = renderer.renderWithPullback(
      checked.scene, [checked.camera], wrt: parameter.targets)
    return pullback([cotangent])
  }

  /// Checks some gradient.
  mutating func run(
    _ parameter: CheckedParameter, count: Int, against gradient: SceneGradient<Double>
  ) -> Result {
    let total = parameter.count(checked)
    let units = (0..<total).map { parameter.unit($0, checked) }
    let analytic = (0..<total).map { parameter.value($0, gradient, checked) * units[$0] }
    var scale = analytic.reduce(0.0) { max($0, abs($1)) }
    var found: [(number: Int, sweep: Sweep)] = []
    for i in indices(count, analytic) {
      let sweep = sweep(parameter, i, unit: units[i], scale: scale)
      scale = max(scale, abs(sweep.slope))
      found.append((i, sweep))
    }
    var result = Result(
      parameter: parameter, count: found.count, maxRelativeError: 0,
      step: found.first.map { $0.sweep.step * units[$0.number] } ?? 0,
      kinkedPixels: found.map(\.sweep.kinkedPixels).max() ?? 0, isVacuous: scale < Self.nothing)
    guard !result.isVacuous else { return result }
    for (i, sweep) in found {
      let error =
        analytic[i].isFinite ? abs(sweep.slope - analytic[i]) / scale : .infinity
      if error >= result.maxRelativeError {
        result.maxRelativeError = error
        result.step = sweep.step * units[i]
      }
    }
    return result
  }

  /// The slope of the loss along one number.
  private struct Sweep {
    var slope = 0.0
    /// The shortest step that was tried.
    var step = GradientCheck.steps[0]
    /// Pixels that took a shorter step than the second.
    var kinkedPixels = 0
  }

  private func sweep(
    _ parameter: CheckedParameter, _ i: Int, unit: Double, scale: Double
  ) -> Sweep {
    var sweep = Sweep()
    var last: [Double] = []
    var best: [Double] = []
    var leastChange: [Double] = []
    var kinked = Set<Int>()
    for (k, step) in Self.steps.enumerated() {
      let slopes = pixelSlopes(parameter, i, step: step, unit: unit)
      defer { last = slopes }
      sweep.step = step
      guard k > 0 else { continue }
      if k == 1 {
        best = slopes
        leastChange = zip(slopes, last).map { abs($0 - $1) }
      } else {
        // Rounding of a pixel is no reason to take a shorter step.
        let noise = 1e-9 * max(scale, Self.nothing)
        for p in slopes.indices {
          let change = abs(slopes[p] - last[p])
          guard leastChange[p] > noise, change < leastChange[p] else { continue }
          leastChange[p] = change
          best[p] = slopes[p]
          kinked.insert(p)
        }
      }
      if leastChange.reduce(0, +) <= 1e-8 * max(scale, Self.nothing) { break }
    }
    sweep.slope = best.reduce(0, +)
    sweep.kinkedPixels = kinked.count
    return sweep
  }

  /// What each pixel adds to the slope of the loss, per unit of one number, by central differences.
  private func pixelSlopes(
    _ parameter: CheckedParameter, _ i: Int, step: Double, unit: Double
  ) -> [Double] {
    func moved(_ step: Double) -> Rendering<Double> {
      var copy = checked
      parameter.move(i, by: step, &copy)
      return Self.render(copy, workers)
    }
    let (a, b) = (moved(-step * unit), moved(step * unit))
    let alphaBar = cotangent.alpha?.values ?? []
    let colorBar = cotangent.color?.values ?? []
    let (first, second) = (a.color?.values ?? [], b.color?.values ?? [])
    return alphaBar.indices.map { p in
      var change = alphaBar[p] * (b.alpha.values[p] - a.alpha.values[p])
      for c in 3 * p..<3 * p + 3 { change += colorBar[c] * (second[c] - first[c]) }
      return change / (2 * step)
    }
  }

  /// Distinct indices, all where there are no more than asked: half of them those of the largest gradient, for of a few numbers
  /// drawn at random all may lie where the camera does not see; the others drawn by the seed.
  private mutating func indices(_ count: Int, _ analytic: [Double]) -> [Int] {
    guard analytic.count > count else { return Array(analytic.indices) }
    var rest = analytic.indices.sorted { abs(analytic[$0]) > abs(analytic[$1]) }
    let chosen = rest.prefix(count / 2)
    rest.removeFirst(count / 2)
    rest.sort()
    rest.shuffle(using: &generator)
    return (chosen + rest.prefix(count - count / 2)).sorted()
  }

  /// Why nothing depends on a group, as far as can be told.
  func reason(_ parameter: CheckedParameter) -> String {
    if parameter == .smoothing && checked.soft == nil {
      return "the crisp mode has no smoothing"
    }
    if parameter.count(checked) == 0 {
      return parameter == .smoothing
        ? "these settings have no parameter to differentiate" : "the mesh has none"
    }
    if parameter == .background {
      return "the mesh fills the picture, nothing of the background shows"
    }
    if checked.scene.meshes[0].faceCount == 0 { return "the mesh has no faces" }
    if picture.alpha.values.allSatisfy({ $0 < 1e-9 }) {
      return "this camera does not see the mesh"
    }
    switch parameter {
    case .light: return "no face that this camera sees is lit"
    case .color: return "nothing that this camera sees has these colours, or they are unlit"
    case .shape, .pose, .cameras, .focal:
      return "the mesh fills the picture alike wherever it stands"
    case .background, .smoothing: return "nothing that this camera sees depends on it"
    }
  }
}
