// A published experiment: GenDR's camera pose optimisation. Distance, direction and field of view of a camera are found
// from one silhouette, for every pair of an edge profile and a coverage aggregation.
//
//   swift run -c release Example05GenDRCameraPose [--meshes DIR] [--full] [--quick]
//
// Source: Petersen et al. 2022, "GenDR: A Generalized Differentiable Renderer", section 5.2 and its code.
import ArgumentParser
import ExperimentSupport
import RealModule
import Sfumato

/// One problem: a mesh turned so that the truth is elevation 0 and azimuth 0, its silhouette, and a start.
struct PoseProblem: Sendable {
  var scene: Scene<Float>
  var target: [Float]
  var start: OrbitView
  let side = 64

  init(_ mesh: Mesh<Float>, bin: ClosedRange<Double>, index: Int, seed: UInt64) {
    var draws = RandomDraws(seed: seed, stream: index)
    let truth = OrbitView(
      distance: 2.5 + 1.5 * draws.uniform(), elevation: 60 * draws.normal(),
      azimuth: 60 * draws.normal(), halfAngle: 20)
    let level = OrbitView(distance: truth.distance, elevation: 0, azimuth: 0, halfAngle: 20)
    let there: Camera<Float> = truth.camera(side: side)
    let here: Camera<Float> = level.camera(side: side)
    scene = Scene(mesh)
    scene.instances[0].transform = here.worldToCamera.inverse * there.worldToCamera
    target = Silhouettes.hard(scene, [here])[0]
    let angle = 2 * Double.pi * draws.uniform()
    let radius = bin.lowerBound + (bin.upperBound - bin.lowerBound) * draws.uniform()
    start = OrbitView(
      distance: 2 + 8 * draws.uniform(), elevation: radius * Double.sin(angle),
      azimuth: radius * Double.cos(angle), halfAngle: 10 + 20 * draws.uniform())
  }

  /// The angle left after the steps, degrees.
  func solve(_ profile: FamilyProfile, _ coverage: CoverageAggregation<Float>, steps: Int) -> Double
  {
    var view = start
    var optimizer = Adam<Double>(count: 4, settings: AdamSettings(beta1: 0.5, beta2: 0.99))
    for step in 0..<steps {
      let tau = Double.exp10(-1 - 6 * Double(step) / Double(max(steps - 1, 1)))
      let camera: Camera<Float> = view.camera(side: side)
      let (_, gradient) = Silhouettes.lossAndGradient(
        scene, [camera], targets: [target],
        soft: profile.settings(tau: tau, side: side, coverage: coverage),
        wrt: [.cameras, .intrinsics])
      let bar = view.parametersBar(camera, gradient.cameras[0])
      guard bar.allSatisfy(\.isFinite) else { break }
      let move = optimizer.step(gradient: bar, learningRate: 0.3)
      view.distance = max(view.distance + move[0], 0.5)
      view.elevation += move[1]
      view.azimuth += move[2]
      view.halfAngle = min(max(view.halfAngle + move[3], 2), 60)
    }
    return (view.elevation * view.elevation + view.azimuth * view.azimuth).squareRoot()
  }
}

struct GenDRCameraPose: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Example05GenDRCameraPose", abstract: "GenDR's camera pose optimisation.")
  @OptionGroup var options: ExperimentOptions
  @OptionGroup var family: FamilyOptions

  func run() throws {
    // A knotted tube has no symmetry that its silhouette could be mistaken by.
    let mesh = try options.mesh("teapot.obj") {
      .knot(p: 2, q: 3, radius: 0.6, tubeRadius: 0.2, segments: 100, sides: 10)
    }
    let problems = options.choose(quick: 2, usual: 40, full: 200)
    let steps = options.choose(quick: 10, usual: 300, full: 1000)
    // The faces of this one reach over the whole picture for a third of the steps.
    let affordable = FamilyProfile.chosen.filter { $0.name != "cauchy squared" }
    let profiles = family.rows(
      of: options.choose(
        quick: [FamilyProfile.chosen[3]], usual: affordable, full: FamilyProfile.all))
    let conorms = options.choose(
      quick: [FamilyConorm.chosen[0]], usual: FamilyConorm.chosen, full: FamilyConorm.all)
    let bins: [ClosedRange<Double>] = [15...35, 35...55, 55...75]
    print(
      """
      GenDR's camera pose: \(mesh.faceCount) faces, 64 x 64, \(problems) problems in each of three bins of \
      the angle at the start, \(steps) steps, tau from 1e-1 to 1e-7.
      """)
    if !options.full {
      print(
        """
        Reduced: \(problems) problems instead of 200, \(steps) steps instead of 1000 over the same \
        scales.
        """)
    }
    print(
      "Share of problems that end less than 5 degrees away, for 15-35 / 35-55 / 55-75 degrees:\n")
    let seed = options.seed
    let set = bins.enumerated().flatMap { b, bin in
      (0..<problems).map { PoseProblem(mesh, bin: bin, index: 1000 * b + $0, seed: seed) }
    }
    var table = TextTable(["profile"] + conorms.map(\.name))
    for profile in profiles {
      var cells: [String] = []
      for conorm in conorms {
        let angles = sideBySide(set.count, workers: options.workers) {
          set[$0].solve(profile, conorm.coverage, steps: steps)
        }
        let shares = bins.indices.map { b in
          let own = angles[(b * problems)..<((b + 1) * problems)]
          return fixed(100 * Double(own.filter { $0 < 5 }.count) / Double(problems), 0)
        }
        cells.append(shares.joined(separator: " / "))
      }
      table.add([profile.name] + cells)
      print("  \(profile.name): \(cells.joined(separator: ", "))")
    }
    print("\n" + table.text)
    print("\nThe paper shows these shares as plots only; there are no numbers to stand beside.")
  }
}

GenDRCameraPose.main()
