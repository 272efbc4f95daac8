// A picture of the whole family: one triangle and one mesh under every edge profile and every coverage aggregation.
//
//   swift run -c release Example06Family [family.png]
import ExperimentSupport
import Sfumato

let path = CommandLine.arguments.dropFirst().first ?? "family.png"
let side = 96
let columns = 8

let triangle = Mesh<Float>(positions: [-0.8, -0.6, 0, 0.8, -0.6, 0, 0, 0.8, 0], faces: [0, 1, 2])
let mesh = Mesh<Float>.torus(
  majorRadius: 0.65, minorRadius: 0.28, majorSegments: 9, minorSegments: 5)
let camera = Camera<Float>(
  fieldOfViewDegrees: 40, axis: .x, width: side, height: side,
  worldToCamera: .orbit(azimuthDegrees: 25, elevationDegrees: 35, distance: 3))
let level = Camera<Float>(
  fieldOfViewDegrees: 40, axis: .x, width: side, height: side,
  worldToCamera: .orbit(azimuthDegrees: 0, elevationDegrees: 0, distance: 3))

var cells: [[Float]] = []

/// The triangle and the mesh, black on white.
@MainActor func add(_ profile: EdgeProfile<Float>, _ coverage: CoverageAggregation<Float>) {
  let soft = SoftSettings<Float>(
    profile: profile, edgeWidthPixels: 3, coverage: coverage, tailBound: profile.defaultTailBound)
  let renderer = Renderer<Float>(settings: RenderSettings(mode: .soft(soft)))
  for (shape, camera) in [(triangle, level), (mesh, camera)] {
    cells.append(renderer.render(Scene(shape), [camera], outputs: .alpha)[0].alpha.values)
  }
}

var names: [String] = []
for distribution in EdgeDistribution.allCases {
  for squared in [false, true] {
    let profile = EdgeProfile<Float>(distribution, squared: squared)
    add(profile, .probabilistic)
    names.append(distribution.rawValue + (squared ? " squared" : ""))
  }
}
let conorms =
  FamilyConorm.all + [
    FamilyConorm("hamacher 10", .hamacher(10)), FamilyConorm("frank 100", .frank(100)),
    FamilyConorm("aczel-alsina 0.5", .aczelAlsina(0.5)), FamilyConorm("dombi 0.5", .dombi(0.5)),
    FamilyConorm("schweizer-sklar 2", .schweizerSklar(2)), FamilyConorm("drastic", .drastic),
    FamilyConorm("lukasiewicz", .lukasiewicz), FamilyConorm("sum", .sum),
    FamilyConorm("hard", .hard),
  ]
for conorm in conorms {
  add(.logistic(), conorm.coverage)
  names.append(conorm.name)
}

let rows = (cells.count + columns - 1) / columns
var page = ImageBuffer<Float>(width: columns * side, height: rows * side, channels: 3)
for i in page.values.indices { page.values[i] = 1 }
for (i, cell) in cells.enumerated() {
  for y in 0..<side {
    for x in 0..<side {
      let pixel = ((i / columns) * side + y) * page.width + (i % columns) * side + x
      for c in 0..<3 { page.values[3 * pixel + c] = 1 - cell[y * side + x] }
    }
  }
}
try saveImage(page, to: path)
for row in 0..<rows {
  let own = names[(row * columns / 2)..<min((row + 1) * columns / 2, names.count)]
  print("row \(row + 1): \(own.joined(separator: ", "))")
}
print("wrote \(path)")
