import RealModule
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// Scenes whose outlines move.
enum MovingScene: String, CaseIterable, Sendable {
  /// A triangle whose colours run.
  case triangle
  /// A closed outline of one colour.
  case sphere
  /// Outlines in front of outlines, and a hole.
  case torus
  /// Faces of different colours that meet: creases move as well.
  case cube
  /// An occluder before faces smaller than a pixel.
  case curtain
  /// Two squares that cut each other.
  case cross

  /// The scene.
  var scene: Scene<Double> {
    var scene: Scene<Double>
    switch self {
    case .triangle:
      scene = Scene(
        Mesh(
          positions: [-0.9, -0.7, 0, 0.8, -0.5, 0.1, 0.1, 0.9, -0.1], faces: [0, 1, 2],
          vertexColors: [1, 0.2, 0.1, 0.9, 0.5, 0.3, 0.7, 0.1, 0.8]))
    case .sphere: scene = Scene(.icosphere(subdivisions: 2, radius: 0.9))
    case .torus: scene = Scene(.torus(majorSegments: 16, minorSegments: 8))
    case .cube:
      var g = SeededGenerator(seed: 3)
      var mesh = Mesh<Double>.cube(side: 1.1)
      mesh.faceColors = (0..<6).flatMap { _ -> [Double] in
        let color = g.array(3, 0...1)
        return color + color
      }
      scene = Scene(
        meshes: [mesh], materials: [Material(baseColor: .face)],
        instances: [Instance(mesh: 0, material: 0)])
    case .curtain:
      var wall = Mesh<Double>.icosphere(subdivisions: 5, radius: 1)
      wall.vertexColors = wall.positions.map { 0.5 + 0.4 * Double.sin(2 * $0) }
      scene = Scene(
        meshes: [
          Mesh(
            positions: [-0.6, -0.5, 1.2, 0.5, -0.6, 1.3, 0.55, 0.5, 1.2, -0.5, 0.6, 1.3],
            faces: [0, 1, 2, 0, 2, 3],
            vertexColors: [Double](repeating: 0.95, count: 12)), wall,
        ], materials: [Material(baseColor: .vertex)],
        instances: [Instance(mesh: 0, material: 0), Instance(mesh: 1, material: 0)])
    case .cross:
      scene = Scene(
        meshes: [
          Mesh(
            positions: [-1, -0.8, -0.5, 1, -0.8, 0.5, 1, 0.8, 0.5, -1, 0.8, -0.5],
            faces: [0, 1, 2, 0, 2, 3], faceColors: [0.9, 0.1, 0.2, 0.9, 0.1, 0.2]),
          Mesh(
            positions: [-4, -4, 0, 4, -4, 0, 4, 4, 0, -4, 4, 0], faces: [0, 1, 2, 0, 2, 3],
            faceColors: [0.1, 0.8, 0.4, 0.1, 0.8, 0.4]),
        ], materials: [Material(baseColor: .face)],
        instances: [Instance(mesh: 0, material: 0), Instance(mesh: 1, material: 0)])
    }
    scene.background = SIMD3(0.1, 0.2, 0.3)
    return scene
  }
}

@Suite
struct CrispMotionTests {
  private static let side = 32

  /// A smooth cotangent that tells places and channels apart.
  private static let weights = ImageBuffer<Double>(
    width: side, height: side, channels: 3,
    values: (0..<side * side * 3).map { i in
      let (x, y) = (Double(i / 3 % side), Double(i / 3 / side))
      return Double.sin(0.21 * x + 0.13 * y + Double(i % 3)) + 0.4 * Double.cos(0.17 * y)
    })

  /// The same view shifted by parts of a pixel that fill both axes evenly: `count` columns and as many rows, all different.
  private static func cameras(_ count: Int, stride: Int) -> [Camera<Double>] {
    (0..<count).map { i in
      var camera = Camera<Double>(
        fieldOfViewDegrees: 40, axis: .x, width: side, height: side,
        worldToCamera: .orbit(azimuthDegrees: 25, elevationDegrees: 15, distance: 4))
      camera.principal +=
        SIMD2(Double(i) + 0.37, Double(i * stride % count) + 0.61) / Double(count)
      return camera
    }
  }

  /// The loss `Σ W · colour` by 16 x 16 samples a pixel, its change under a motion of the first object, and the crisp gradient of the
  /// same, both averaged over sub-pixel positions of the camera.
  @Test(arguments: [CrispEdges.antialiased, .edgeGradient], MovingScene.allCases)
  func `a moving outline agrees with differences of a supersampled image`(
    edges: CrispEdges, moving: MovingScene
  ) {
    let scene = moving.scene
    let weights = Self.weights
    // What each sample stands for is seen by 16 x 16, so few shifts do for the differences; a crisp gradient has one line a row.
    let fewCameras = Self.cameras(9, stride: 4)
    let cameras = Self.cameras(225, stride: 64)
    func loss(_ twist: Twist<Double>) -> Double {
      var moved = scene
      moved.instances[0].transform = scene.instances[0].transform.moved(by: twist)
      let pictures = Renderer<Double>(settings: RenderSettings(mode: .hard(samples: 16)))
        .render(moved, fewCameras, outputs: .color)
      return pictures.reduce(0.0) { sum, picture in
        sum + zip(picture.color?.values ?? [], weights.values).reduce(0) { $0 + $1.0 * $1.1 }
      } / Double(fewCameras.count)
    }
    let crisp = Renderer<Double>(
      settings: RenderSettings(mode: .crisp(CrispSettings(edges: edges))))
    var gradient = Twist<Double>()
    // A few at a time, for what a pullback keeps of each view.
    for start in stride(from: 0, to: cameras.count, by: 15) {
      let part = Array(cameras[start..<start + 15])
      let (_, pullback) = crisp.renderWithPullback(scene, part, wrt: .poses, outputs: .color)
      gradient += pullback(part.map { _ in RenderingCotangent(color: weights) }).instances[0]
    }
    // Central differences over a quarter of a pixel, 1/11 of a world unit.
    let h = 0.0225
    var errors = 0.0
    var total = 0.0
    for k in 0..<6 {
      func value(_ s: Double) -> Double {
        var twist = Twist<Double>()
        if k < 3 { twist.linear[k] = s * h } else { twist.angular[k - 3] = s * h }
        return loss(twist)
      }
      let wanted = (value(1) - value(-1)) / (2 * h)
      let found =
        (k < 3 ? gradient.linear[k] : gradient.angular[k - 3]) / Double(cameras.count)
      errors += (found - wanted) * (found - wanted)
      total += wanted * wanted
    }
    let relative = (errors / total).squareRoot()
    #expect(relative < 0.02, "\(moving), \(edges): \(relative)")
  }

  /// Needles a quarter of a pixel to half a pixel wide, which most centres miss: steep, level, and between.
  @Test(
    arguments: [CrispEdges.antialiased, .edgeGradient],
    [
      [3.2, 2.1, 3.6, 2.0, 7.4, 15.3], [2.1, 3.2, 2.2, 3.7, 15.3, 6.4],
      [3.2, 2.1, 3.5, 1.8, 14, 12.7],
    ])
  func `an outline narrower than a sample covers and moves by its area`(
    edges: CrispEdges, corners: [Double]
  ) {
    let count = 225
    let mesh = Mesh<Double>(
      positions: (0..<3).flatMap { [corners[2 * $0], corners[2 * $0 + 1], 3] }, faces: [0, 1, 2])
    let cameras = (0..<count).map { i in
      Camera<Double>(
        projection: .orthographic, focal: .one,
        principal: SIMD2(Double(i) + 0.37, Double(i * 64 % count) + 0.61) / Double(count),
        width: 18, height: 18)
    }
    let settings = CrispSettings(edges: edges, depthRange: .planes(near: 1, far: 5))
    let (pictures, pullback) = Renderer<Double>(settings: RenderSettings(mode: .crisp(settings)))
      .renderWithPullback(Scene(mesh), cameras, wrt: .positions, outputs: .alpha)
    let ones = ImageBuffer<Double>(
      width: 18, height: 18, channels: 1, values: [Double](repeating: 1, count: 18 * 18))
    let gradient = pullback(cameras.map { _ in RenderingCotangent(alpha: ones) }).meshes[0]
      .positions.map { $0 / Double(count) }
    let area = pictures.reduce(0) { $0 + $1.alpha.values.reduce(0, +) } / Double(count)
    let (a, b, c) = (
      SIMD2(corners[0], corners[1]), SIMD2(corners[2], corners[3]), SIMD2(corners[4], corners[5])
    )
    let doubled = cross(b - a, c - a)
    #expect(abs(area / (abs(doubled) / 2) - 1) < 0.02, "\(area)")
    // ∂(cross / 2) / ∂corner is half the opposite side, turned.
    let sides = [b - c, c - a, a - b].map { SIMD2($0.y, -$0.x) / 2 * (doubled > 0 ? 1 : -1) }
    let largest = sides.map { length($0) }.max() ?? 0
    for k in 0..<3 {
      let found = SIMD2(gradient[3 * k], gradient[3 * k + 1])
      #expect(length(found - sides[k]) < 0.02 * largest, "corner \(k): \(found), \(sides[k])")
    }
  }
}
