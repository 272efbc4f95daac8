// A fit: shape and colours of a cube are recovered from pictures of it, starting from a grey sphere.
//
//   swift run -c release Example03Fit [fit.png]
import Sfumato

let path = CommandLine.arguments.dropFirst().first ?? "fit.png"

// The targets: a cube whose colour is its position, seen from twelve sides by the renderer without soft edges.
var cube = Mesh<Float>.cube()
cube.vertexColors = cube.positions.map { $0 + 0.5 }
let cameras = (0..<12).map { k in
  Camera<Float>(
    fieldOfViewDegrees: 40, axis: .x, width: 96, height: 96,
    worldToCamera: .orbit(
      azimuthDegrees: 10 + 30 * Float(k), elevationDegrees: k % 2 == 0 ? 35 : -35, distance: 2.6))
}
let pictures = Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 4)))
  .render(Scene(cube), cameras)
let targets = zip(pictures, cameras).map { TargetView($0, camera: $1) }

// The plan is data: of its stages the first two are enough for pictures this small, and half their steps.
let problem = FitProblem(targets: targets)
var config = FitConfig.plan(for: problem, unknowns: [.shape, .color])
config.stages.removeSubrange(2...)
config = config.withSteps(200)

// A fit is a sequence of steps; its scene can be looked at after each of them.
var fit = SceneRegression(problem, config: config)
while let step = fit.next() {
  if step.index % 50 == 0 { print("step \(step.index)  \(step.stageName)  loss \(step.loss)") }
}

let result = Evaluation(of: fit.scene, on: targets)
print("intersection over union \(result.iou), PSNR \(result.psnr) dB")
try saveImage(fit.preview, to: path)
print("wrote \(path): target, render and difference of four views")
