import RealModule
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// One hard picture of a mesh.
private func hard<S: RenderScalar>(
  _ mesh: Mesh<S>, _ camera: Camera<S>, samples: Int = 1,
  outputs: RenderOutputs = [.color, .alpha, .depth, .face]
) -> Rendering<S> {
  Renderer(settings: RenderSettings(mode: .hard(samples: samples))).render(
    Scene(mesh), [camera], outputs: outputs)[0]
}

/// World units are pixels: column, row and depth.
private func pixelCamera<S: RenderScalar>(width: Int, height: Int) -> Camera<S> {
  Camera(
    projection: .orthographic, focal: .one, principal: .zero, width: width, height: height)
}

/// What a camera sees of a mesh, by plain search in Double.
private struct BruteView {
  var points: [SIMD2<Double>] = []
  var depths: [Double] = []
  var faces: [Int32]
  /// Edges between a face that looks at the camera and one that looks away, as pairs of vertices.
  var silhouette: [(Int, Int)] = []

  init(_ mesh: Mesh<Double>, _ camera: Camera<Double>) {
    faces = mesh.faces
    for v in 0..<mesh.vertexCount {
      let p = camera.cameraPoint(mesh.position(v))
      points.append(camera.pixel(p))
      depths.append(p.z)
    }
    var sides: [SIMD2<Int>: [Bool]] = [:]
    for f in 0..<mesh.faceCount {
      let (a, b, c) = mesh.corners(f)
      let isFront = cross(points[b] - points[a], points[c] - points[a]) < 0
      for (i, j) in [(a, b), (b, c), (c, a)] {
        sides[SIMD2(min(i, j), max(i, j)), default: []].append(isFront)
      }
    }
    silhouette = sides.filter { Set($0.value).count == 2 }.map { ($0.key.x, $0.key.y) }
  }

  /// The depth of the nearest face at a point, infinity where there is none.
  func depth(at pixel: SIMD2<Double>) -> Double {
    var nearest = Double.infinity
    for f in 0..<faces.count / 3 {
      let (a, b, c) = (Int(faces[3 * f]), Int(faces[3 * f + 1]), Int(faces[3 * f + 2]))
      let (u, v, w) = (points[a] - pixel, points[b] - pixel, points[c] - pixel)
      let area = cross(v - u, w - u)
      let t = SIMD3(cross(v, w), cross(w, u), cross(u, v)) / area
      guard area != 0, t.min() >= 0 else { continue }
      nearest = min(nearest, 1 / (t.x / depths[a] + t.y / depths[b] + t.z / depths[c]))
    }
    return nearest
  }

  /// Whether a silhouette edge passes so close that snapping may decide otherwise.
  func isNearSilhouette(_ pixel: SIMD2<Double>) -> Bool {
    silhouette.contains { i, j in
      let a = points[i] - pixel
      let e = points[j] - points[i]
      let t = min(max(-dot(a, e) / dot(e, e), 0), 1)
      return length(a + e * t) < 0.01
    }
  }
}

@Suite
struct HardViewTests {
  @Test(arguments: 0..<4)
  func `closed meshes have neither cracks nor leaks`(index: Int) {
    let (name, mesh): (String, Mesh<Double>) = [
      ("icosphere", .icosphere(subdivisions: 2)),
      ("torus", .torus(majorSegments: 14, minorSegments: 8)),
      ("knot", .knot(segments: 64, sides: 5)), ("cube", .cube()),
    ][index]
    let camera = Camera<Double>(
      fieldOfViewDegrees: 45, axis: .y, width: 56, height: 48,
      worldToCamera: .orbit(
        azimuthDegrees: 33, elevationDegrees: 41, distance: name == "knot" ? 5 : 3.6))
    let brute = BruteView(mesh, camera)
    let wide = hard(mesh, camera)
    let narrow = hard(Mesh<Float>(mesh), Camera<Float>(camera))
    var covered = 0
    for y in 0..<camera.height {
      for x in 0..<camera.width {
        let pixel = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
        guard !brute.isNearSilhouette(pixel) else { continue }
        let wanted = brute.depth(at: pixel)
        covered += wanted.isFinite ? 1 : 0
        for depth in [wide.depth?[x, y, 0], (narrow.depth?[x, y, 0]).map { Double($0) }] {
          let depth = depth ?? .nan
          #expect(depth == wanted || abs(depth - wanted) < 2e-3, "\(name) at \(x), \(y)")
        }
        #expect(wide.alpha[x, y, 0] == (wanted.isFinite ? 1 : 0))
        #expect(narrow.alpha[x, y, 0] == (wanted.isFinite ? 1 : 0))
      }
    }
    #expect(covered > 200)
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `a sphere covers the convex hull of its projected vertices`(seed: UInt64) {
    var g = SeededGenerator(seed: seed)
    let mesh = Mesh<Double>.icosphere(subdivisions: 3)
    let camera = Camera<Double>(
      fieldOfViewDegrees: 40, axis: .y, width: 48, height: 48,
      worldToCamera: .lookAt(eye: normalize(g.vector()) * 4, target: g.vector() * 0.3))
    let alpha = hard(Mesh<Float>(mesh), Camera<Float>(camera), outputs: .alpha).alpha
    let points = BruteView(mesh, camera).points
    for y in 0..<48 {
      for x in 0..<48 {
        let pixel = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
        let hull = hullDistance(points, pixel)
        guard abs(hull) > 0.01 else { continue }
        #expect(alpha[x, y, 0] == (hull > 0 ? 1 : 0), "pixel \(x), \(y): \(hull)")
      }
    }
  }

  /// The signed distance of a pixel from the nearest edge line of the points' convex hull, positive inside it.
  ///
  /// The hull by Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions".
  private func hullDistance(_ points: [SIMD2<Double>], _ pixel: SIMD2<Double>) -> Double {
    let sorted = points.map { $0 - pixel }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    func chain(_ list: [SIMD2<Double>]) -> [SIMD2<Double>] {
      var hull: [SIMD2<Double>] = []
      for p in list {
        while hull.count > 1,
          cross(hull[hull.count - 1] - hull[hull.count - 2], p - hull[hull.count - 1]) <= 0
        {
          hull.removeLast()
        }
        hull.append(p)
      }
      return hull
    }
    let hull = chain(sorted).dropLast() + chain(sorted.reversed()).dropLast()
    var least = Double.infinity
    for (a, b) in zip(hull, hull.dropFirst() + hull.prefix(1)) {
      least = min(least, cross(a, b) / length(b - a))
    }
    return least
  }

  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type], [false, true])
  func `each pixel centre on shared edges and corners belongs to one face`(
    scalar: any RenderScalar.Type, isMirrored: Bool
  ) {
    func check<S: RenderScalar>(_: S.Type) {
      // Cells of 2 x 2 pixels with corners on pixel centres; diagonals run through centres as well.
      let camera: Camera<S> = pixelCamera(width: 16, height: 12)
      var positions: [S] = []
      for row in 0...4 {
        for column in 0...6 { positions += [S(2 * column) + 1.5, S(2 * row) + 1.5, 1] }
      }
      var counts = [Int](repeating: 0, count: 16 * 12)
      var all: [Int32] = []
      for row in 0..<4 {
        for column in 0..<6 {
          let a = Int32(row * 7 + column)
          for face in [[a, a + 1, a + 8], [a, a + 8, a + 7]] {
            let wound = isMirrored ? [face[0], face[2], face[1]] : face
            all += wound
            let alone = hard(Mesh(positions: positions, faces: wound), camera, outputs: .alpha)
            for i in counts.indices where alone.alpha.values[i] == 1 { counts[i] += 1 }
          }
        }
      }
      let together = hard(Mesh(positions: positions, faces: all), camera)
      for y in 0..<12 {
        for x in 0..<16 {
          // Top and left edges own their centres, bottom and right ones do not.
          let inside = (1..<13).contains(x) && (1..<9).contains(y)
          #expect(counts[y * 16 + x] == (inside ? 1 : 0), "pixel \(x), \(y)")
          #expect(together.alpha[x, y, 0] == (inside ? 1 : 0))
        }
      }
    }
    check(scalar)
  }

  @Test(arguments: 3...9)
  func `a fan around a pixel centre covers it once`(blades: Int) {
    let camera: Camera<Double> = pixelCamera(width: 12, height: 12)
    var positions = [5.5, 5.5, 1]
    var g = SeededGenerator(seed: UInt64(blades))
    let turn = g.uniform(0...6)
    for k in 0..<blades {
      let angle = turn + 2 * .pi * Double(k) / Double(blades)
      positions += [5.5 + 4 * Double.cos(angle), 5.5 + 4 * Double.sin(angle), 1]
    }
    let count = (0..<blades).count { k in
      let mesh = Mesh<Double>(
        positions: positions, faces: [0, Int32(k + 1), Int32((k + 1) % blades + 1)])
      return hard(mesh, camera, outputs: .alpha).alpha[5, 5, 0] == 1
    }
    #expect(count == 1)
  }

  @Test(arguments: [0.0, 0.3, 0.8, 1.2, 2.4, 4])
  func `an edge through a pixel's centre leaves half of it`(angle: Double) {
    let camera: Camera<Double> = pixelCamera(width: 12, height: 12)
    let along = SIMD2(Double.cos(angle), Double.sin(angle)) * 40
    let across = SIMD2(-along.y, along.x)
    let center = SIMD2(5.5, 5.5)
    let corners = [center - along, center + along, center + across]
    let mesh = Mesh<Double>(positions: corners.flatMap { [$0.x, $0.y, 1] }, faces: [0, 1, 2])
    let picture = hard(mesh, camera, samples: 4)
    #expect(abs(picture.alpha[5, 5, 0] - 0.5) <= 0.125)
    if angle == 0 { #expect(picture.alpha[5, 5, 0] == 0.5) }
    // Colour over black: grey under alpha.
    #expect(abs((picture.color?[5, 5, 0] ?? 0) - picture.alpha[5, 5, 0] / 2) < 1e-12)
  }

  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type], [1, 4, 16])
  func `a floor that passes under the camera is cut, not dropped or bent`(
    scalar: any RenderScalar.Type, samples: Int
  ) {
    func check<S: RenderScalar>(_: S.Type) {
      // One unit below the eye, from behind it to depth 20; the camera frame has +Y down.
      let floor = Mesh<S>(
        positions: [-30, 1, -5, 30, 1, -5, 30, 1, 20, -30, 1, 20], faces: [0, 1, 2, 0, 2, 3])
      // The second camera is a crop of a huge picture: the cut corners lie two million pixels away.
      for (focal, principal, size) in [
        (S(32), SIMD2<S>(24, 6), 48), (2000, SIMD2<S>(90_372, -3000), 24),
      ] {
        let camera = Camera<S>(
          focal: SIMD2(focal, focal), principal: principal, width: size, height: 24)
        let picture = hard(floor, camera, samples: samples)
        var hits = 0
        for y in 0..<24 {
          for x in 0..<size {
            let pixel = SIMD2(S(x) + 1 / 2, S(y) + 1 / 2) - principal
            let z = focal / pixel.y
            let side = (z * pixel.x / focal).magnitude
            // A margin around the outline, whose sides move by 30 columns a row.
            guard pixel.y < 0 || abs(pixel.y - focal / 20) > 1 else { continue }
            guard pixel.y < 0 || abs(30 - side) * focal / z > 17 else { continue }
            let isSeen = z > 0 && z < 20 && side < 30
            #expect(picture.alpha[x, y, 0] == (isSeen ? 1 : 0), "pixel \(x), \(y) of \(focal)")
            let depth = picture.depth?[x, y, 0] ?? 0
            #expect(isSeen ? abs(depth / z - 1) < 1e-3 : depth == .infinity)
            hits += isSeen ? 1 : 0
          }
        }
        #expect(hits > 100 && hits < 24 * size)
      }
    }
    check(scalar)
  }

  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type], [true, false])
  func `colour and depth of a slanted square are those of the point that is seen`(
    scalar: any RenderScalar.Type, isPerspective: Bool
  ) {
    func check<S: RenderScalar>(_: S.Type) {
      // Colour is affine in the place on the square, so it is known wherever a ray meets it.
      func color(_ u: S, _ v: S) -> SIMD3<S> {
        SIMD3(0.5 + 0.4 * u, 0.5 - 0.3 * v, 0.3 + 0.1 * u + 0.2 * v)
      }
      let center = SIMD3<S>(0.1, -0.1, 3)
      let (first, second) = (SIMD3<S>(1, 0.2, 1.6), SIMD3<S>(-0.1, 1, -0.7))
      let corners: [(S, S)] = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
      let mesh = Mesh<S>(
        positions: corners.flatMap { u, v in
          let p = center + first * u + second * v
          return [p.x, p.y, p.z]
        }, faces: [0, 1, 2, 0, 2, 3],
        vertexColors: corners.flatMap { u, v in
          let c = color(u, v)
          return [c.x, c.y, c.z]
        })
      let focal: S = isPerspective ? 30 : 10
      let camera = Camera<S>(
        projection: isPerspective ? .perspective : .orthographic, focal: SIMD2(focal, focal),
        principal: SIMD2(16, 14), width: 32, height: 28)
      let picture = hard(mesh, camera)
      let tolerance: S = S.ulpOfOne > 1e-10 ? 2e-5 : 1e-10
      let normal = cross(first, second)
      var hits = 0
      for y in 0..<28 {
        for x in 0..<32 where picture.alpha[x, y, 0] == 1 {
          let p = (SIMD2(S(x) + 1 / 2, S(y) + 1 / 2) - camera.principal) / focal
          let origin = isPerspective ? SIMD3<S>.zero : SIMD3(p.x, p.y, 0)
          let ray = isPerspective ? SIMD3(p.x, p.y, 1) : SIMD3(0, 0, 1)
          let t = dot(normal, center - origin) / dot(normal, ray)
          let point = origin + ray * t
          let u = dot(cross(point - center, second), normal) / dot(normal, normal)
          let v = dot(cross(first, point - center), normal) / dot(normal, normal)
          guard max(abs(u), abs(v)) < 0.98 else { continue }
          let wanted = color(u, v)
          let seen = picture.color?.values.vector3(y * 32 + x) ?? .zero
          #expect(length(seen - wanted) < tolerance)
          #expect(abs((picture.depth?[x, y, 0] ?? 0) - point.z) < tolerance * 4)
          hits += 1
        }
      }
      #expect(hits > 50)
    }
    check(scalar)
  }

  @Test func `the nearer of two faces hides the other under both projections`() {
    for projection in [Camera<Float>.Projection.perspective, .orthographic] {
      let camera = Camera<Float>(
        projection: projection, focal: SIMD2(6, 6), principal: SIMD2(6, 6), width: 12, height: 12)
      // Two squares that cross: left half the first is nearer, right half the second.
      let mesh = Mesh<Float>(
        positions: [-4, -4, 2, 4, -4, 4, 4, 4, 4, -4, 4, 2]
          + [-4, -4, 4, 4, -4, 2, 4, 4, 2, -4, 4, 4],
        faces: [0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7])
      let picture = hard(mesh, camera)
      for y in 0..<12 {
        for x in 0..<12 where picture.alpha[x, y, 0] == 1 {
          #expect((picture.face?[y * 12 + x] ?? -1) / 2 == (x < 6 ? 0 : 1))
        }
      }
      #expect(picture.alpha[6, 6, 0] == 1)
    }
  }

  @Test func `face ids beside a soft picture keep its near plane`() {
    let camera = Camera<Float>(
      focal: SIMD2(6, 6), principal: SIMD2(6, 6), width: 12, height: 12)
    let mesh = Mesh<Float>(
      positions: [-9, -9, 2, 9, -9, 2, 0, 9, 2, -9, -9, 4, 9, -9, 4, 0, 9, 4],
      faces: [0, 1, 2, 3, 4, 5])
    for (near, face) in [(Float(1), Int32(0)), (3, 1)] {
      let soft = SoftSettings<Float>(depthRange: .planes(near: near, far: 5))
      let picture = Renderer(settings: RenderSettings(mode: .soft(soft))).render(
        Scene(mesh), [camera], outputs: .face)[0]
      #expect(picture.face?[6 * 12 + 6] == face)
    }
  }

  @Test func `positions that are no numbers draw nothing`() {
    for bad in [Float.nan, .infinity] {
      for k in 0..<3 {
        var mesh = Mesh<Float>.cube()
        mesh.positions[3 * 7 + k] = bad
        let camera = Camera<Float>(
          fieldOfViewDegrees: 50, axis: .y, width: 16, height: 12,
          worldToCamera: .orbit(azimuthDegrees: 30, elevationDegrees: 30, distance: 3))
        let picture = hard(mesh, camera, samples: 2)
        #expect(picture.alpha.values.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(picture.color?.values.allSatisfy { $0.isFinite } == true)
      }
    }
  }
}
