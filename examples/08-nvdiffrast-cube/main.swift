// A published sample: nvdiffrast's cube. The corners and colours of a cube are found from pictures of 4, 8 or 16 pixels a
// side, each of another pose: outlines blended by area tell where an edge runs within a pixel.
//
//   swift run -c release Example08NvdiffrastCube [cube.png] [--full] [--quick]
//
// Source: Laine et al. 2020, "Modular Primitives for High-Performance Differentiable Rendering", and its sample "cube". No
// numbers of it are published.
import ArgumentParser
import ExperimentSupport
import RealModule
import Sfumato

/// One cube to find.
struct CubeProblem: Sendable {
  var truth: Mesh<Float>
  var side: Int
  var steps: Int
  var seed: UInt64
  var stream: Int

  struct Answer: Sendable {
    var found: Mesh<Float>
    /// The error before the first step and the mean of it over the last ten, as the sample logs it.
    var startError: Double
    var error: Double
  }

  /// The mean over the corners of the distance of |corner| from (1/2, 1/2, 1/2): corners may change places.
  private func error(_ mesh: Mesh<Float>) -> Double {
    let sum = (0..<mesh.vertexCount).reduce(0.0) { sum, v in
      let p = mesh.position(v)
      let off = SIMD3(abs(p.x), abs(p.y), abs(p.z)) - 0.5
      return sum + Double(length(off))
    }
    return sum / Double(mesh.vertexCount)
  }

  func solve() -> Answer {
    var draws = RandomDraws(seed: seed, stream: stream)
    func draw(_ range: ClosedRange<Double>) -> Float {
      Float(range.lowerBound + (range.upperBound - range.lowerBound) * draws.uniform())
    }
    var mesh = truth
    for i in mesh.positions.indices { mesh.positions[i] += draw(-0.5...0.5) }
    let hasFaceColors = mesh.faceColors != nil
    func color(of mesh: Mesh<Float>) -> [Float] { mesh.vertexColors ?? mesh.faceColors ?? [] }
    func paint(_ mesh: inout Mesh<Float>, _ colors: [Float]) {
      if hasFaceColors { mesh.faceColors = colors } else { mesh.vertexColors = colors }
    }
    paint(&mesh, color(of: mesh).map { _ in draw(0...1) })
    let startError = error(mesh)
    var colors = color(of: mesh)
    var optimizer = Adam<Float>(count: mesh.positions.count + colors.count)
    let camera = CrispCube.camera(side: side)
    var last: [Double] = []
    for step in 0..<steps {
      if step >= steps - 10 { last.append(error(mesh)) }
      let pose = RigidTransform(
        rotation: draws.rotation(),
        translation: SIMD3(draw(-0.25...0.25), draw(-0.25...0.25), draw(-0.25...0.25)))
      func scene(_ mesh: Mesh<Float>) -> Scene<Float> {
        var scene = Scene(mesh)
        scene.instances[0].transform = pose
        return scene
      }
      let target = CrispCube.renderer.render(scene(truth), [camera], outputs: .color)[0]
      let (pictures, pullback) = CrispCube.renderer.renderWithPullback(
        scene(mesh), [camera], wrt: [.positions, .colors], outputs: .color)
      guard let wanted = target.color, let seen = pictures[0].color else { break }
      let (_, residual) = PixelLoss.forward(
        .l2, image: seen.values, target: wanted.values, channels: 3)
      var bar = ImageBuffer<Float>(width: side, height: side, channels: 3)
      PixelLoss.backward(residual, valueBar: 1, into: &bar.values)
      let gradient = pullback([RenderingCotangent(color: bar)]).meshes[0]
      let rate = 0.01 * max(0.01, Double.exp10(-0.0005 * Double(step)))
      let move = optimizer.step(
        gradient: gradient.positions + gradient.vertexColors + gradient.faceColors,
        learningRate: Float(rate))
      let count = mesh.positions.count
      for i in 0..<count { mesh.positions[i] += move[i] }
      for i in colors.indices { colors[i] += move[count + i] }
      paint(&mesh, colors)
    }
    return Answer(
      found: mesh, startError: startError,
      error: last.reduce(0, +) / Double(max(last.count, 1)))
  }
}

struct NvdiffrastCube: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Example08NvdiffrastCube", abstract: "nvdiffrast's cube sample.")
  @Argument(help: "The picture to write.") var picture = "nvdiffrast-cube.png"
  @OptionGroup var options: ExperimentOptions

  func run() throws {
    let steps = options.choose(quick: 30, usual: 1000, full: 5000)
    let repeats = options.choose(quick: 2, usual: 20, full: 20)
    print(
      """
      nvdiffrast's cube: 8 corners and their colours from pictures of random poses, \(steps) steps, \(repeats) seeded starts.
      Error: mean over the corners of the distance of |corner| from (1/2, 1/2, 1/2). The original publishes no numbers.

      """)
    var table = TextTable(["colours", "pixels", "start", "end", "worst"])
    var page = PicturePage(columns: 4, side: 128)
    for (name, truth) in [
      ("a corner", CrispCube.withVertexColors), ("a face", CrispCube.withFaceColors),
    ] {
      for side in [4, 8, 16] {
        let seed = options.seed
        let answers = sideBySide(repeats, workers: options.workers) { k in
          CubeProblem(truth: truth, side: side, steps: steps, seed: seed, stream: k).solve()
        }
        table.add([
          name, "\(side) x \(side)", meanAndDeviation(answers.map(\.startError), digits: 3),
          meanAndDeviation(answers.map(\.error), digits: 4),
          fixed(answers.map(\.error).max() ?? .nan, 4),
        ])
        if let first = answers.first { show(first.found, truth, side: side, on: &page) }
      }
    }
    print(table.text)
    try saveImage(page.image, to: picture)
    print("\nwrote \(picture): what is fitted to, the fit alike, the fit and the truth closer")
  }

  private func show(
    _ found: Mesh<Float>, _ truth: Mesh<Float>, side: Int, on page: inout PicturePage
  ) {
    let turn = RigidTransform(
      rotation: Quaternion(rotationVector: SIMD3<Float>(0.5, 0, 0))
        * Quaternion(rotationVector: SIMD3(0, 0.6, 0)))
    for (mesh, side) in [(truth, side), (found, side), (found, 128), (truth, 128)] {
      var scene = Scene(mesh)
      scene.instances[0].transform = turn
      let seen = CrispCube.renderer.render(
        scene, [CrispCube.camera(side: side)], outputs: .color)[0]
      page.add(seen.color)
    }
  }
}

NvdiffrastCube.main()
