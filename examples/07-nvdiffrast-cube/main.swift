// A published sample: corners and colours of a cube from pictures of a few pixels, seen from random directions.
//
//   swift run -c release Example07NvdiffrastCube [--full] [--quick]
//
// Source: Laine et al. 2020, "Modular Primitives for High-Performance Differentiable Rendering", the sample `cube`.
import ArgumentParser
import ExperimentSupport
import RealModule
import Sfumato

/// Recovers the cube at one resolution.
func cubeErrors(
  side: Int, steps: Int, seed: UInt64, logAt: [Int]
) -> [(step: Int, error: Double)] {
  var truth = Mesh<Float>.cube()
  truth.vertexColors = truth.positions.map { $0 + 0.5 }
  var draws = RandomDraws(seed: seed, stream: side)
  var mesh = truth
  mesh.positions = truth.positions.map { $0 + Float(draws.uniform()) - 0.5 }
  var colors = truth.positions.map { _ in Float(draws.uniform()) }
  let count = mesh.positions.count
  var optimizer = Adam<Float>(count: 2 * count)
  // Pixels are so few that an edge of a third of one is already most of the picture.
  let soft = SoftSettings<Float>(
    profile: .logistic(), edgeWidthPixels: 0.25, depth: .softmax(gamma: 0.003))
  let renderer = Renderer<Float>(settings: RenderSettings(mode: .soft(soft), workers: .serial))
  let exact = Renderer<Float>(
    settings: RenderSettings(mode: .hard(samples: 8), workers: .serial))
  var log: [(Int, Double)] = []
  for step in 0...steps {
    if logAt.contains(step) {
      let error = (0..<mesh.vertexCount).reduce(0.0) { sum, v in
        let p = mesh.position(v)
        let off = SIMD3(abs(p.x), abs(p.y), abs(p.z)) - SIMD3<Float>(repeating: 0.5)
        return sum + Double(length(off)) / Double(mesh.vertexCount)
      }
      log.append((step, error))
    }
    guard step < steps else { break }
    // Focal length 1 / 0.4 of half a side; the cube 3.5 away, turned at random.
    let focal = Float(side) / 2 / 0.4
    let camera = Camera<Float>(
      focal: SIMD2(focal, focal), principal: SIMD2(repeating: Float(side) / 2),
      worldToCamera: RigidTransform(
        rotation: draws.rotation(), translation: SIMD3(0, 0, 3.5)),
      width: side, height: side)
    mesh.vertexColors = colors
    let target = exact.render(Scene(truth), [camera])[0]
    let (pictures, pullback) = renderer.renderWithPullback(
      Scene(mesh), [camera], wrt: [.positions, .colors], outputs: .color)
    guard let color = pictures[0].color, let wanted = target.color else { break }
    let (_, residual) = PixelLoss.forward(
      .l2, image: color.values, target: wanted.values, channels: 3)
    var bar = ImageBuffer<Float>(width: side, height: side, channels: 3)
    PixelLoss.backward(residual, valueBar: 1, into: &bar.values)
    let gradient = pullback([RenderingCotangent(color: bar)]).meshes[0]
    let rate = 1e-2 * max(0.01, Double.exp10(-0.0005 * Double(step)))
    let move = optimizer.step(
      gradient: gradient.positions + gradient.vertexColors, learningRate: Float(rate))
    for i in 0..<count {
      mesh.positions[i] += move[i]
      colors[i] += move[count + i]
    }
  }
  return log
}

struct NvdiffrastCube: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Example07NvdiffrastCube", abstract: "nvdiffrast's sample of a cube.")
  @OptionGroup var options: ExperimentOptions

  func run() throws {
    let steps = options.choose(quick: 20, usual: 5000, full: 5000)
    let logAt = [0, 20, 200, 1000, 2000, 5000].filter { $0 <= steps }
    let sides = options.choose(quick: [8], usual: [4, 8, 16], full: [4, 8, 16])
    let seed = options.seed
    print("Corners and colours of a cube, \(steps) steps, one random view each.")
    let logs = sideBySide(sides.count, workers: options.workers) {
      cubeErrors(side: sides[$0], steps: steps, seed: seed, logAt: logAt)
    }
    print("Mean over the corners of the length of |v| - 0.5:\n")
    var table = TextTable(["step"] + sides.map { "\($0) x \($0)" })
    for (i, step) in logAt.enumerated() {
      table.add(["\(step)"] + logs.map { i < $0.count ? fixed($0[i].error, 4) : "" })
    }
    print(table.text)
    print("\nThe sample's documentation prints no errors to stand beside.")
  }
}

NvdiffrastCube.main()
