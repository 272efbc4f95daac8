// How often and how fast the pose of a known object is found from one picture, with no start given: what `sfumato fit MESH --solve
// pose` does, over random poses of some meshes, with colours and with the outline alone.
//
//   swift run -c release Example10PoseSearch [MESH ...] [--poses 50] [--full] [--quick]
//
// Meshes without colours get seeded ones. The targets are rendered by hard visibility, 4 x 4 samples a pixel.
import ArgumentParser
import ExperimentSupport
import RealModule
import Sfumato

/// An object whose pose is sought.
struct PoseSubject {
  var name: String
  var mesh: Mesh<Float>

  /// Colours that vary over the object: a few random waves a channel, sRGB 0.1 to 0.9.
  init(name: String, mesh: Mesh<Float>, seed: UInt64) {
    self.name = name
    self.mesh = mesh
    guard mesh.vertexColors == nil, mesh.faceColors == nil else { return }
    let sphere = mesh.boundingSphere
    var draws = RandomDraws(seed: seed, stream: 900)
    let waves = (0..<9).map { _ in
      (way: draws.direction() * Float(1 + 2 * draws.uniform()), phase: Float(6.3 * draws.uniform()))
    }
    self.mesh.vertexColors = (0..<mesh.vertexCount).flatMap { v -> [Float] in
      let p = (mesh.position(v) - sphere.center) / sphere.radius
      return (0..<3).map { c in
        let sum = waves[3 * c..<3 * c + 3].reduce(0) {
          $0 + Float.sin(3 * dot($1.way, p) + $1.phase)
        }
        return sRGBDecode(0.5 + 0.4 * Float.tanh(sum))
      }
    }
  }

  /// A pose to find, within the picture, and the picture.
  func problem(
    _ number: Int, side: Int, seed: UInt64, isColored: Bool
  ) -> (problem: FitProblem, truth: RigidTransform<Float>) {
    var draws = RandomDraws(seed: seed, stream: number)
    let sphere = mesh.boundingSphere
    let turn = draws.rotation()
    let shift =
      SIMD3<Float>(
        Float(draws.uniform() - 0.5), Float(draws.uniform() - 0.5), Float(draws.uniform() - 0.5))
      * (0.4 * sphere.radius)
    let truth = RigidTransform(
      rotation: turn, translation: sphere.center + shift - turn.matrix * sphere.center)
    let camera = Camera<Float>(
      fieldOfViewDegrees: 40, axis: .x, width: side, height: side,
      worldToCamera: .orbit(
        azimuthDegrees: 0, elevationDegrees: 0, distance: 4 * sphere.radius,
        target: sphere.center))
    var scene = Scene(mesh)
    scene.instances[0].transform = truth
    let seen = Renderer(settings: RenderSettings<Float>(mode: .hard(samples: 4)))
      .render(scene, [camera])[0]
    var known = mesh
    if !isColored { (known.vertexColors, known.faceColors) = (nil, nil) }
    return (
      FitProblem(targets: [TargetView(seen, camera: camera)], mesh: known), truth
    )
  }
}

struct PoseSearch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Example10PoseSearch", abstract: "How often a pose is found from one picture.")
  @Argument(help: "Meshes; without them a knot.") var paths: [String] = []
  @Option(help: "Poses a mesh.") var poses: Int?
  @Flag(help: "Print each pose.") var each = false
  @OptionGroup var options: ExperimentOptions

  func run() throws {
    let count = poses ?? options.choose(quick: 1, usual: 10, full: 50)
    let side = options.choose(quick: 64, usual: 256, full: 256)
    let subjects =
      try paths.isEmpty
      ? [PoseSubject(name: "knot", mesh: .knot(), seed: options.seed)]
      : paths.map {
        PoseSubject(name: $0, mesh: try loadScene($0).worldMesh(), seed: options.seed)
      }
    print(
      "Pose from one picture of \(side) x \(side), \(count) random poses a mesh, no start given; degrees to the truth.\n"
    )
    var table = TextTable([
      "mesh", "seen", "< 2", "< 5", "median", "or 2nd < 5", "ambiguous", "s", "most s",
    ])
    for subject in subjects {
      for isColored in [true, false] {
        let row = measure(subject, isColored: isColored, count: count, side: side)
        table.add(row)
        print(row.joined(separator: "  "))
      }
    }
    print("\n" + table.text)
  }

  private func measure(
    _ subject: PoseSubject, isColored: Bool, count: Int, side: Int
  ) -> [String] {
    var errors: [Double] = []
    var others: [Double] = []
    var ambiguous = 0
    var seconds: [Double] = []
    for number in 0..<count {
      let (problem, truth) = subject.problem(
        number, side: side, seed: options.seed, isColored: isColored)
      let config = FitConfig.plan(for: problem, unknowns: [.pose])
      let began = ContinuousClock.now
      var fit = SceneRegression(problem, config: config, workers: options.workers)
      while fit.next() != nil {}
      seconds.append((ContinuousClock.now - began) / .seconds(1))
      let found = fit.scene.instances[0].transform
      errors.append(degreesBetween(found.rotation, truth.rotation))
      let second = fit.runnerUp
      let other = second.map { degreesBetween($0.pose.rotation, truth.rotation) } ?? 180
      others.append(min(errors[number], other))
      if fit.isAmbiguous { ambiguous += 1 }
      if each {
        print(
          subject.name, isColored, number, fixed(errors[number], 2), fixed(other, 2),
          fixed(Double(second?.ratio ?? .infinity), 2), fixed(seconds[number], 2))
      }
    }
    func share(_ limit: Double, of errors: [Double]) -> String {
      "\(100 * errors.count { $0 < limit } / max(count, 1)) %"
    }
    func rounded(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
    return [
      subject.name.split(separator: "/").last.map(String.init) ?? "",
      isColored ? "colour" : "outline", share(2, of: errors), share(5, of: errors),
      rounded(errors.sorted()[errors.count / 2]), share(5, of: others),
      "\(100 * ambiguous / max(count, 1)) %",
      rounded(seconds.reduce(0, +) / Double(seconds.count)), rounded(seconds.max() ?? 0),
    ]
  }
}

PoseSearch.main()
