// A published sample: nvdiffrast's pose. How a coloured cube is turned is found from one picture: half of the steps by a greedy
// random search that knows the cube's 24 rotations, half by gradients.
//
//   swift run -c release Example09NvdiffrastPose [pose.png] [--full] [--quick]
//
// Source: Laine et al. 2020, "Modular Primitives for High-Performance Differentiable Rendering", and its sample "pose". No
// numbers of it are published.
import ArgumentParser
import ExperimentSupport
import RealModule
import Sfumato

/// One turn to find.
struct PoseProblem: Sendable {
  var mesh: Mesh<Float>
  var side: Int
  var steps: Int
  var seed: UInt64
  var stream: Int

  struct Answer: Sendable {
    var truth: Quaternion<Float>
    var start: Quaternion<Float>
    /// Where the search handed over, where the last step ended, and where the loss was least.
    var searched: Quaternion<Float>
    var last: Quaternion<Float>
    var best: Quaternion<Float>

    func degrees(_ turn: Quaternion<Float>) -> Double { degreesBetween(turn, truth) }
  }

  func solve() -> Answer {
    var draws = RandomDraws(seed: seed, stream: stream)
    let truth = draws.rotation()
    let start = draws.rotation()
    let target = picture(truth)
    var turn = start
    var best = (turn: turn, loss: Float.infinity)
    var searched = turn
    var optimizer = Adam<Float>(count: 4)
    for step in 0...steps {
      let t = Double(step) / Double(steps)
      guard t >= 0.5 else {
        // A random turn, smaller and smaller, and one of the cube's own.
        let share = Float(Double.pow(1e-4, t))
        let noise = Quaternion(rotationVector: draws.rotation().rotationVector * share)
        let own = Self.cubeTurns[Int(draws.uniform() * 24)]
        let candidate = (turn * noise * own).normalized
        let loss = loss(picture(candidate), target).value
        if loss < best.loss {
          best = (candidate, loss)
          turn = candidate
        }
        searched = turn
        continue
      }
      let (pictures, pullback) = CrispCube.renderer.renderWithPullback(
        scene(turn), [CrispCube.camera(side: side)], wrt: .poses, outputs: .color)
      guard let seen = pictures[0].color else { break }
      let (value, bar) = loss(seen, target)
      if value < best.loss { best = (turn, value) }
      let angular = pullback([RenderingCotangent(color: bar)]).instances[0].angular
      let move = optimizer.step(gradient: quaternionBar(turn, angular), learningRate: 0.01)
      turn =
        Quaternion(
          w: turn.w + move[0], vector: turn.vector + SIMD3(move[1], move[2], move[3])
        ).normalized
    }
    return Answer(truth: truth, start: start, searched: searched, last: turn, best: best.turn)
  }

  private func scene(_ turn: Quaternion<Float>) -> Scene<Float> {
    var scene = Scene(mesh)
    scene.instances[0].transform = RigidTransform(rotation: turn)
    return scene
  }

  func picture(_ turn: Quaternion<Float>) -> ImageBuffer<Float> {
    CrispCube.renderer.render(
      scene(turn), [CrispCube.camera(side: side)], outputs: .color)[0].color
      ?? ImageBuffer(width: side, height: side, channels: 3)
  }

  /// The mean over the pixels of tanh(5 m), m the largest squared difference of a channel; and its cotangent.
  private func loss(
    _ image: ImageBuffer<Float>, _ target: ImageBuffer<Float>
  ) -> (value: Float, bar: ImageBuffer<Float>) {
    var bar = ImageBuffer<Float>(width: side, height: side, channels: 3)
    let share = 1 / Float(side * side)
    var sum: Float = 0
    for pixel in 0..<side * side {
      let difference = image.values.vector3(pixel) - target.values.vector3(pixel)
      let squares = difference * difference
      guard squares.max() > 0 else { continue }
      let channel = squares.x == squares.max() ? 0 : squares.y == squares.max() ? 1 : 2
      let value = Float.tanh(5 * squares[channel])
      sum += value
      bar.values[3 * pixel + channel] = share * (1 - value * value) * 10 * difference[channel]
    }
    return (sum * share, bar)
  }

  /// From the cotangent of a small turn in the world to that of the quaternion's four numbers: a change q' turns by 2 q' q*.
  private func quaternionBar(_ q: Quaternion<Float>, _ angular: SIMD3<Float>) -> [Float] {
    let units: [Quaternion<Float>] = [
      Quaternion(w: 1, vector: .zero), Quaternion(w: 0, vector: SIMD3(1, 0, 0)),
      Quaternion(w: 0, vector: SIMD3(0, 1, 0)), Quaternion(w: 0, vector: SIMD3(0, 0, 1)),
    ]
    return units.map { 2 * dot(($0 * q.conjugate).vector, angular) }
  }

  /// The 24 turns that leave a cube where it is: a side to the front, then a quarter turn or more about it.
  static let cubeTurns: [Quaternion<Float>] = {
    let quarter = Float.pi / 2
    let sides = [
      SIMD3<Float>(0, 0, 0), SIMD3(1, 0, 0), SIMD3(2, 0, 0), SIMD3(3, 0, 0), SIMD3(0, 1, 0),
      SIMD3(0, 3, 0),
    ]
    return sides.flatMap { side in
      (0..<4).map { k in
        Quaternion(rotationVector: side * quarter)
          * Quaternion(rotationVector: SIMD3(0, 0, Float(k) * quarter))
      }
    }
  }()
}

struct NvdiffrastPose: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Example09NvdiffrastPose", abstract: "nvdiffrast's pose sample.")
  @Argument(help: "The picture to write.") var picture = "nvdiffrast-pose.png"
  @OptionGroup var options: ExperimentOptions

  func run() throws {
    let steps = options.choose(quick: 40, usual: 1000, full: 10_000)
    let repeats = options.choose(quick: 2, usual: 20, full: 20)
    let side = options.choose(quick: 64, usual: 256, full: 256)
    let seed = options.seed
    print(
      """
      nvdiffrast's pose: how a coloured cube is turned, from one picture of \(side) x \(side), \(steps) steps, \(repeats) seeded \
      problems.
      The first half of the steps searches at random, the second follows gradients. The original publishes no numbers.

      """)
    let answers = sideBySide(repeats, workers: options.workers) { k in
      PoseProblem(
        mesh: CrispCube.withFaceColors, side: side, steps: steps, seed: seed, stream: k
      ).solve()
    }
    var table = TextTable(["", "median, degrees", "worst", "within 1 degree", "within 5"])
    func add(_ name: String, _ errors: [Double]) {
      let sorted = errors.sorted()
      table.add([
        name, fixed(sorted[sorted.count / 2], 3), fixed(sorted.last ?? .nan, 3),
        "\(errors.count { $0 < 1 }) of \(errors.count)",
        "\(errors.count { $0 < 5 }) of \(errors.count)",
      ])
    }
    add("start", answers.map { $0.degrees($0.start) })
    add("after the search", answers.map { $0.degrees($0.searched) })
    add("last step", answers.map { $0.degrees($0.last) })
    add("least loss", answers.map { $0.degrees($0.best) })
    print(table.text)
    var page = PicturePage(columns: 4, side: 128)
    for answer in answers.prefix(4) {
      let problem = PoseProblem(
        mesh: CrispCube.withFaceColors, side: 128, steps: 1, seed: 0, stream: 0)
      for turn in [answer.truth, answer.start, answer.searched, answer.best] {
        page.add(problem.picture(turn))
      }
    }
    try saveImage(page.image, to: picture)
    print("\nwrote \(picture): the truth, the start, after the search, the least loss")
  }
}

NvdiffrastPose.main()
