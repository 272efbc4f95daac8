import Testing

@testable import SfumatoCore

/// A triangle of circumradius 0.4 px around a point of the image, in the frame of a camera that stands at the origin.
private func speck<S: RenderScalar>(
  _ camera: Camera<S>, column: S, row: S, depth: S
) -> Mesh<S> {
  let offsets: [(S, S)] = [(0, -0.4), (0.35, 0.2), (-0.35, 0.2)]
  let scale = camera.projection == .perspective ? depth : 1
  return Mesh(
    positions: offsets.flatMap { dx, dy in
      [
        (column + dx - camera.principal.x) * scale / camera.focal.x,
        (row + dy - camera.principal.y) * scale / camera.focal.y, depth,
      ]
    }, faces: [0, 2, 1])
}

/// Soft with so narrow an edge that it ends within the pixel, and hard.
private func modes<S: RenderScalar>(_: S.Type) -> [RenderSettings<S>.Mode] {
  [.soft(SoftSettings(edgeWidthPixels: 1 / 64)), .hard(samples: 1), .hard(samples: 4)]
}

@Suite
struct ConventionsTests {
  @Test(
    arguments: [Float.self, Double.self] as [any RenderScalar.Type],
    [true, false])
  func `a speck at each image corner lights exactly that pixel`(
    scalar: any RenderScalar.Type, isPerspective: Bool
  ) {
    func check<S: RenderScalar>(_: S.Type) {
      let (width, height) = (21, 18)
      let camera = Camera<S>(
        projection: isPerspective ? .perspective : .orthographic, focal: SIMD2(19, 23),
        principal: SIMD2(10, 8.5), width: width, height: height)
      for (x, y) in [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1), (5, 16)] {
        let mesh = speck(camera, column: S(x) + 1 / 2, row: S(y) + 1 / 2, depth: 3)
        for mode in modes(S.self) {
          let picture = Renderer(settings: RenderSettings(mode: mode)).render(
            Scene(mesh, background: SIMD3(1, 0, 0)), [camera],
            outputs: [.color, .alpha, .depth, .face])[0]
          for row in 0..<height {
            for column in 0..<width {
              let alpha = picture.alpha[column, row, 0]
              let face = picture.face?[row * width + column]
              let red = picture.color?[column, row, 0]
              let depth = picture.depth?[column, row, 0] ?? 0
              if (column, row) == (x, y) {
                #expect(alpha > 0.2 && face == 0)
                #expect(abs(depth - 3) < 1e-4)
              } else {
                #expect(alpha == 0 && face == -1 && red == 1 && depth == .infinity)
              }
            }
          }
        }
      }
    }
    check(scalar)
  }

  @Test func `up in the world is up in the image and right is right`() {
    let camera = Camera<Float>(
      fieldOfViewDegrees: 60, axis: .y, width: 20, height: 14,
      worldToCamera: .lookAt(eye: SIMD3(0, 0, 5), target: .zero))
    let cube = Mesh<Float>.cube(side: 0.5)
    for mode in modes(Float.self) {
      func center(_ place: SIMD3<Float>) -> (column: Float, row: Float) {
        let scene = Scene(
          meshes: [cube], materials: [Material(baseColor: .constant(.one))],
          instances: [
            Instance(mesh: 0, material: 0, transform: RigidTransform(translation: place))
          ])
        let alpha = Renderer(settings: RenderSettings(mode: mode)).render(scene, [camera])[0].alpha
        var sum = SIMD3<Float>.zero
        for y in 0..<14 {
          for x in 0..<20 {
            sum += SIMD3(Float(x) + 0.5, Float(y) + 0.5, 1) * alpha[x, y, 0]
          }
        }
        return (sum.x / sum.z, sum.y / sum.z)
      }
      let up = center(SIMD3(0, 1.5, 0))
      #expect(up.row < 5 && abs(up.column - 10) < 0.2)
      let right = center(SIMD3(1.5, 0, 0))
      #expect(right.column > 12 && abs(right.row - 7) < 0.2)
    }
  }

  @Test(arguments: [Camera<Double>.Projection.perspective, .orthographic])
  func `depth is the camera's z, not the distance`(projection: Camera<Double>.Projection) {
    // A plane across the optical axis: every pixel has the same z.
    let camera = Camera<Double>(
      projection: projection, focal: SIMD2(repeating: projection == .perspective ? 8 : 2),
      principal: SIMD2(8, 6), width: 16, height: 12)
    let mesh = Mesh<Double>(
      positions: [-20, -20, 2.5, 20, -20, 2.5, 20, 20, 2.5, -20, 20, 2.5],
      faces: [0, 1, 2, 0, 2, 3])
    for mode in modes(Double.self) {
      let depth = Renderer(settings: RenderSettings(mode: mode)).render(
        Scene(mesh), [camera], outputs: .depth)[0].depth
      #expect(depth?.values.allSatisfy { abs($0 - 2.5) < 1e-9 } == true)
    }
  }

  @Test func `faces seen from outside wind counter-clockwise`() {
    let meshes: [Mesh<Double>] = [
      .icosphere(subdivisions: 1), .cube(), .torus(majorSegments: 16, minorSegments: 8),
      .knot(segments: 60, sides: 6),
    ]
    let cameras = [(20.0, 30.0), (200, -50), (100, 5)].map { azimuth, elevation in
      Camera<Double>(
        fieldOfViewDegrees: 50, axis: .y, width: 40, height: 32,
        worldToCamera: .orbit(azimuthDegrees: azimuth, elevationDegrees: elevation, distance: 5))
    }
    let renderer = Renderer<Double>(settings: RenderSettings(mode: .hard(samples: 1)))
    for mesh in meshes {
      let pictures = renderer.render(Scene(mesh), cameras, outputs: .face)
      for (camera, picture) in zip(cameras, pictures) {
        let seen = Set((picture.face ?? []).filter { $0 >= 0 })
        #expect(seen.count >= 4)
        for f in seen {
          let (a, b, c) = mesh.corners(Int(f))
          let normal = cross(
            mesh.position(b) - mesh.position(a), mesh.position(c) - mesh.position(a))
          #expect(dot(normal, camera.center - mesh.position(a)) > 0)
        }
      }
    }
  }

  @Test func `azimuth and elevation of an orbit turn the picture as they say`() {
    // Three cubes on the axes; each view names what is left, right, above or below the centre.
    let cube = Mesh<Float>.cube(side: 0.4)
    let axes: [SIMD3<Float>] = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]
    let scene = Scene(
      meshes: [cube], materials: [Material(baseColor: .constant(.one))],
      instances: axes.map {
        Instance(mesh: 0, material: 0, transform: RigidTransform(translation: $0))
      })
    func view(_ azimuth: Float, _ elevation: Float) -> [SIMD2<Float>] {
      let camera = Camera<Float>(
        fieldOfViewDegrees: 60, axis: .y, width: 30, height: 30,
        worldToCamera: .orbit(
          azimuthDegrees: azimuth, elevationDegrees: elevation, distance: 4))
      let faces =
        Renderer<Float>(settings: RenderSettings(mode: .hard(samples: 1))).render(
          scene, [camera], outputs: .face)[0].face ?? []
      return (0..<3).map { axis in
        var sum = SIMD3<Float>.zero
        for (i, face) in faces.enumerated() where face >= 0 && Int(face) / 12 == axis {
          sum += SIMD3(Float(i % 30) - 14.5, Float(i / 30) - 14.5, 1)
        }
        return SIMD2(sum.x, sum.y) / max(sum.z, 1)
      }
    }
    let front = view(0, 0)
    #expect(front[0].x > 3 && front[1].y < -3 && length(front[2]) < 1)
    let fromX = view(90, 0)
    #expect(length(fromX[0]) < 1 && fromX[1].y < -3 && fromX[2].x < -3)
    let fromAbove = view(0, 90)
    #expect(fromAbove[0].x > 3 && length(fromAbove[1]) < 1 && fromAbove[2].y > 3)
  }
}
