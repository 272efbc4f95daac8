// A published sample: the rotation of a cube with coloured faces from one picture without any idea of the start: half of the
// renders for a random search, half for gradients.
//
//   swift run -c release Example08NvdiffrastPose [--full] [--quick]
//
// Source: Laine et al. 2020, "Modular Primitives for High-Performance Differentiable Rendering", the sample `pose`.
import ArgumentParser
import ExperimentSupport
import RealModule
import Sfumato

/// The sample's search for one random rotation.
struct PoseSearch: Sendable {
  static let side = 256
  static let camera = Camera<Float>(
    fieldOfViewDegrees: 40, axis: .x, width: side, height: side,
    worldToCamera: .orbit(azimuthDegrees: 0, elevationDegrees: 0, distance: 6))
  let soft = SoftSettings<Float>(
    profile: .logistic(), edgeWidthPixels: 0.5, depth: .softmax(gamma: 0.003))

  static func scene(_ rotation: Quaternion<Float>) -> Scene<Float> {
    var scene = Scene(ColorCube.mesh())
    scene.instances[0].transform.rotation = rotation
    return scene
  }

  /// `mean tanh(5 max_c d²)` and its cotangent.
  private func loss(_ image: [Float], _ target: [Float]) -> (Float, [Float]) {
    var bar = [Float](repeating: 0, count: image.count)
    var sum: Float = 0
    let pixels = image.count / 3
    for p in 0..<pixels {
      let d = image.vector3(p) - target.vector3(p)
      let squares = d * d
      let largest = squares.max()
      guard largest > 0 else { continue }
      let value = Float.tanh(5 * largest)
      sum += value
      let c = squares.x == largest ? 0 : squares.y == largest ? 1 : 2
      bar[3 * p + c] = (1 - value * value) * 10 * d[c] / Float(pixels)
    }
    return (sum / Float(pixels), bar)
  }

  /// The angle to the truth that is left, degrees, after the search and at the end.
  func run(index: Int, steps: Int, seed: UInt64) -> (searched: Double, ended: Double) {
    var draws = RandomDraws(seed: seed, stream: index)
    let truth = draws.rotation()
    let renderer = Renderer<Float>(settings: RenderSettings(mode: .soft(soft), workers: .serial))
    let target =
      Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 4), workers: .serial))
      .render(Self.scene(truth), [Self.camera])[0].color?.values ?? []
    var best = (loss: Float.infinity, rotation: draws.rotation())
    var rotation = best.rotation
    var optimizer = Adam<Float>(count: 3)
    var searched = 180.0
    for step in 0..<steps {
      let t = Double(step) / Double(steps)
      if t < 0.5 {
        // A random turn that shrinks from the whole rotation to a hundredth of it, and one of the cube's own.
        let turn = draws.rotation().rotationVector * Float(Double.pow(1e-4, t))
        let own = ColorCube.rotations[Int(draws.uniform() * 24)]
        rotation = (Quaternion(rotationVector: turn) * best.rotation * own).normalized
        let image = renderer.render(Self.scene(rotation), [Self.camera], outputs: .color)[0]
        let value = loss(image.color?.values ?? [], target).0
        if value < best.loss { best = (value, rotation) }
        searched = degreesBetween(best.rotation, truth)
        if Double(step + 1) / Double(steps) >= 0.5 { rotation = best.rotation }
        continue
      }
      let (pictures, pullback) = renderer.renderWithPullback(
        Self.scene(rotation), [Self.camera], wrt: .poses, outputs: .color)
      let (value, bar) = loss(pictures[0].color?.values ?? [], target)
      if value < best.loss { best = (value, rotation) }
      let image = ImageBuffer<Float>(
        width: Self.side, height: Self.side, channels: 3, values: bar)
      let turn = pullback([RenderingCotangent(color: image)]).instances[0].angular
      let move = optimizer.step(gradient: [turn.x, turn.y, turn.z], learningRate: 1e-2)
      rotation = (Quaternion(rotationVector: move.vector3(0)) * rotation).normalized
    }
    return (searched, degreesBetween(best.rotation, truth))
  }
}

struct NvdiffrastPose: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Example08NvdiffrastPose", abstract: "nvdiffrast's sample of a pose.")
  @OptionGroup var options: ExperimentOptions

  func run() throws {
    let steps = options.choose(quick: 8, usual: 1000, full: 10_000)
    let count = options.choose(quick: 1, usual: 20, full: 100)
    let seed = options.seed
    print("Coloured cube, 256 x 256, \(count) random rotations, \(steps) renders each.")
    let results = sideBySide(count, workers: options.workers) {
      PoseSearch().run(index: $0, steps: steps, seed: seed)
    }
    var table = TextTable(["after", "median degrees", "largest", "under 1 degree"])
    for (name, values) in [
      ("the random search", results.map(\.searched)), ("the gradient steps", results.map(\.ended)),
    ] {
      let sorted = values.sorted()
      let under = 100 * Double(sorted.filter { $0 < 1 }.count) / Double(count)
      table.add([
        name, fixed(sorted[count / 2], 2), fixed(sorted[count - 1], 2), "\(fixed(under, 0)) %",
      ])
    }
    print(table.text)
    print("\nThe sample's documentation prints no errors to stand beside.")
  }
}

NvdiffrastPose.main()
