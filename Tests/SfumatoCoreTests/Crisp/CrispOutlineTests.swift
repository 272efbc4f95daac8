import RealModule
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// World units are pixels: column, row and depth.
private func pixelCamera(_ side: Int, offset: SIMD2<Double> = .zero) -> Camera<Double> {
  Camera(
    projection: .orthographic, focal: .one, principal: offset, width: side, height: side)
}

private func picture(
  _ scene: Scene<Double>, _ camera: Camera<Double>, _ settings: CrispSettings<Double>
) -> Rendering<Double> {
  Renderer(settings: RenderSettings(mode: .crisp(settings))).render(
    scene, [camera], outputs: [.color, .alpha])[0]
}

private let planes = DepthRange<Double>.planes(near: 0.5, far: 20)

/// A half plane left of the line through (x, row 8) with some slope (columns a row), in world units of pixels.
private func halfPlane(at x: Double, slope: Double) -> Mesh<Double> {
  let (top, bottom) = (x + slope * (-108), x + slope * 92)
  return Mesh(
    positions: [-300, -100, 2, top, -100, 2, bottom, 100, 2, -300, 100, 2],
    faces: [0, 2, 1, 0, 3, 2], vertexColors: [Double](repeating: 1, count: 12))
}

@Suite
struct CrispOutlineTests {
  @Test func `upright and level edges cover exactly what they cut off`() {
    for x in stride(from: 5.02, to: 7, by: 0.13) {
      let mesh = halfPlane(at: x, slope: 0)
      let alpha = picture(
        Scene(mesh), pixelCamera(16), CrispSettings(depthRange: planes)
      ).alpha.values
      // The same turned by a right angle.
      var turned = mesh
      for v in 0..<4 {
        let p = mesh.position(v)
        turned.positions.setVector3(v, SIMD3(p.y, p.x, p.z))
      }
      let level = picture(
        Scene(turned), pixelCamera(16), CrispSettings(depthRange: planes)
      ).alpha.values
      for i in 0..<16 {
        let wanted = min(max(x - Double(i), 0), 1)
        #expect(abs(alpha[8 * 16 + i] - wanted) < 1e-9, "column \(i) at \(x)")
        #expect(abs(level[i * 16 + 8] - wanted) < 1e-9, "row \(i) at \(x)")
      }
    }
  }

  @Test func `a row of a slanted edge covers its exact area, a pixel nearly`() {
    for slope in [0.1, 0.5, -0.8, 1.0] {
      let alpha = picture(
        Scene(halfPlane(at: 8.27, slope: slope)), pixelCamera(16),
        CrispSettings(depthRange: planes)
      ).alpha.values
      for row in 6..<11 {
        let sum = alpha[row * 16..<row * 16 + 16].reduce(0, +)
        #expect(abs(sum - (8.27 + slope * (Double(row) + 0.5 - 8))) < 1e-9)
        for column in 0..<16 {
          // The area by 64 lines within the row.
          let exact =
            (0..<64).reduce(0.0) { total, k in
              let y = Double(row) + (Double(k) + 0.5) / 64
              return total + min(max(8.27 + slope * (y - 8) - Double(column), 0), 1)
            } / 64
          #expect(abs(alpha[row * 16 + column] - exact) < 0.126 * abs(slope) + 1e-4)
        }
      }
    }
  }

  @Test func `blends stay between the colours, and nothing is blended past the image`() {
    // Thin spikes and small faces: many corners.
    var g = SeededGenerator(seed: 4)
    for _ in 0..<20 {
      let positions = (0..<30).flatMap { _ in
        [g.uniform(-2...18), g.uniform(-2...18), g.uniform(1...9)]
      }
      let mesh = Mesh<Double>(
        positions: positions, faces: (0..<30).map { Int32($0) },
        faceColors: g.array(30, 0...1))
      let result = picture(
        Scene(mesh, background: SIMD3(0, 1, 0.5)), pixelCamera(16),
        CrispSettings(depthRange: planes))
      #expect(result.alpha.values.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(result.color?.values.allSatisfy { $0 >= 0 && $0 <= 1 } ?? false)
    }
    let full = picture(
      Scene(halfPlane(at: 40, slope: 0)), pixelCamera(16), CrispSettings(depthRange: planes))
    #expect(full.alpha.values.allSatisfy { $0 == 1 })
  }

  @Test func `vertices at the same place make the same picture as one vertex`() {
    let welded = Mesh<Double>.icosphere(subdivisions: 2)
    var split = Mesh<Double>(
      positions: welded.faces.flatMap { v -> [Double] in
        let p = welded.position(Int(v))
        return [p.x, p.y, p.z]
      }, faces: welded.faces.indices.map { Int32($0) })
    split.vertexColors = nil
    let camera = Camera<Double>(
      fieldOfViewDegrees: 40, axis: .x, width: 40, height: 40,
      worldToCamera: .orbit(azimuthDegrees: 20, elevationDegrees: 30, distance: 3.5))
    for edges in [CrispEdges.antialiased, .edgeGradient] {
      let settings = CrispSettings<Double>(edges: edges)
      #expect(
        picture(Scene(welded), camera, settings) == picture(Scene(split), camera, settings))
    }
  }

  /// A scene's loss `Σ W · colour` by 16 x 16 samples a pixel, its change under a motion of the object, and the crisp gradient
  /// of the same, both averaged over sub-pixel positions of the camera.
  @Test(
    arguments: [CrispEdges.antialiased, .edgeGradient], ["triangle", "sphere", "torus", "cross"]
  )
  func `a moving outline agrees with differences of a supersampled image`(
    edges: CrispEdges, shape: String
  ) {
    let side = 32
    var scene: Scene<Double>
    switch shape {
    case "triangle":
      scene = Scene(
        Mesh(
          positions: [-0.9, -0.7, 0, 0.8, -0.5, 0.1, 0.1, 0.9, -0.1], faces: [0, 1, 2],
          vertexColors: [1, 0.2, 0.1, 0.9, 0.5, 0.3, 0.7, 0.1, 0.8]))
    case "sphere": scene = Scene(.icosphere(subdivisions: 2, radius: 0.9))
    case "torus":
      scene = Scene(.torus(majorSegments: 16, minorSegments: 8))
    default:
      // Two squares that cut each other; only an estimator that knows intersections sees them move.
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
    // Antialiasing knows outlines only.
    guard shape != "cross" || edges == .edgeGradient else { return }
    let weights = ImageBuffer<Double>(
      width: side, height: side, channels: 3,
      values: (0..<side * side * 3).map { i in
        let (x, y) = (Double(i / 3 % side), Double(i / 3 / side))
        let wave = Double.sin(0.21 * x + 0.13 * y + Double(i % 3))
        return wave + 0.4 * Double.cos(0.17 * y)
      })
    func camera(_ i: Int, _ j: Int) -> Camera<Double> {
      var camera = Camera<Double>(
        fieldOfViewDegrees: 40, axis: .x, width: side, height: side,
        worldToCamera: .orbit(azimuthDegrees: 25, elevationDegrees: 15, distance: 4))
      camera.principal += SIMD2(Double(i) + 0.37, Double(j) + 0.61) / 4
      return camera
    }
    let cameras = (0..<16).map { camera($0 % 4, $0 / 4) }
    func loss(_ twist: Twist<Double>) -> Double {
      var moved = scene
      moved.instances[0].transform = scene.instances[0].transform.moved(by: twist)
      let pictures = Renderer<Double>(settings: RenderSettings(mode: .hard(samples: 16)))
        .render(moved, cameras, outputs: .color)
      return pictures.reduce(0.0) { sum, picture in
        sum + zip(picture.color?.values ?? [], weights.values).reduce(0) { $0 + $1.0 * $1.1 }
      } / 16
    }
    let (_, pullback) = Renderer<Double>(
      settings: RenderSettings(mode: .crisp(CrispSettings(edges: edges)))
    ).renderWithPullback(scene, cameras, wrt: .poses, outputs: .color)
    let gradient = pullback(cameras.map { _ in RenderingCotangent(color: weights) }).instances[0]
    // Fourth-order differences over a quarter of a pixel, 1/33 of a world unit here.
    let h = 0.008
    var errors = 0.0
    var total = 0.0
    for k in 0..<6 {
      func value(_ s: Double) -> Double {
        var twist = Twist<Double>()
        if k < 3 { twist.linear[k] = s * h } else { twist.angular[k - 3] = s * h }
        return loss(twist)
      }
      let wanted = (8 * (value(1) - value(-1)) - (value(2) - value(-2))) / (12 * h)
      let found = (k < 3 ? gradient.linear[k] : gradient.angular[k - 3]) / 16
      errors += (found - wanted) * (found - wanted)
      total += wanted * wanted
    }
    let relative = (errors / total).squareRoot()
    // Samples are coloured at their centres, not at the outline, and what is narrower than a sample is missed: the closed outline
    // of one colour is within 2 %, a triangle whose colours run within 3.5 %. The torus shows narrow creases at this size (its
    // tube is nine pixels wide), and where the square and the floor that it cuts end in other faces the pair test errs.
    let bounds = ["sphere": 0.02, "triangle": 0.035, "torus": 0.12, "cross": 0.14]
    let bound = bounds[shape] ?? 0
    #expect(relative < bound, "\(shape), \(edges): \(relative)")
  }
}
