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
}
