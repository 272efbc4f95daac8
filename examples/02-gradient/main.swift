// A gradient: the corners of a triangle follow the derivative of a picture until it matches another one.
//
//   swift run Example02Gradient [gradient.png]
import Sfumato

let path = CommandLine.arguments.dropFirst().first ?? "gradient.png"

func triangle(_ top: SIMD2<Float>) -> Scene<Float> {
  Scene(Mesh(positions: [-1, -0.8, 0, 1, -0.8, 0, top.x, top.y, 0], faces: [0, 1, 2]))
}
let camera = Camera<Float>(
  fieldOfViewDegrees: 45, axis: .x, width: 128, height: 128,
  worldToCamera: .orbit(azimuthDegrees: 0, elevationDegrees: 0, distance: 3))
let renderer = Renderer<Float>(
  settings: RenderSettings(mode: .soft(SoftSettings(edgeWidthPixels: 2))))
let target = renderer.render(triangle([0.6, 0.9]), [camera])[0].alpha

// README: from here
var scene = triangle([-0.7, 0.2])
for step in 0..<60 {
  let (pictures, pullback) = renderer.renderWithPullback(scene, [camera], wrt: .positions)
  let alpha = pictures[0].alpha
  let (loss, residual) = PixelLoss.forward(
    .l2, image: alpha.values, target: target.values, channels: 1)
  var alphaBar = ImageBuffer<Float>(width: alpha.width, height: alpha.height, channels: 1)
  PixelLoss.backward(residual, valueBar: 1, into: &alphaBar.values)
  let gradient = pullback([RenderingCotangent(alpha: alphaBar)])
  for i in 6...7 { scene.meshes[0].positions[i] -= gradient.meshes[0].positions[i] }
  if step % 10 == 0 { print("step \(step)  loss \(loss)") }
}
// README: to here
let top = scene.meshes[0].position(2)
print("the top corner is at \(top.x), \(top.y); it belongs at 0.6, 0.9")

// Target in red, start in blue, end in green: where target and end agree it is yellow.
let start = renderer.render(triangle([-0.7, 0.2]), [camera])[0].alpha
let end = renderer.render(scene, [camera])[0].alpha
var picture = ImageBuffer<Float>(width: camera.width, height: camera.height, channels: 3)
for (channel, alpha) in [target, end, start].enumerated() {
  for pixel in 0..<alpha.pixelCount { picture.values[3 * pixel + channel] = alpha.values[pixel] }
}
try saveImage(picture, to: path)
print("wrote \(path)")
