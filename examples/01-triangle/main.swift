// A picture: one triangle with a colour at each corner, rendered with soft edges.
//
//   swift run Example01Triangle [triangle.png]
import Sfumato

let path = CommandLine.arguments.dropFirst().first ?? "triangle.png"

// Corners run counter-clockwise seen from the camera; colours are linear light.
let mesh = Mesh<Float>(
  positions: [-1, -0.8, 0, 1, -0.8, 0, 0, 0.9, 0], faces: [0, 1, 2],
  vertexColors: [1, 0, 0, 0, 1, 0, 0, 0, 1])

let camera = Camera<Float>(
  fieldOfViewDegrees: 45, axis: .x, width: 256, height: 256,
  worldToCamera: .orbit(azimuthDegrees: 0, elevationDegrees: 0, distance: 3))

// An edge 2 pixels wide, to be seen; 1 is the default.
let soft = SoftSettings<Float>(edgeWidthPixels: 2)
let renderer = Renderer(settings: RenderSettings(mode: .soft(soft)))
let scene = Scene(mesh, background: SIMD3(repeating: 1))
let picture = renderer.render(scene, [camera])[0]

if let color = picture.color { try saveImage(color, to: path) }
print("wrote \(path)")
