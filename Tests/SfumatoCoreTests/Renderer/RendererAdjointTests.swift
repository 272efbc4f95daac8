import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// Random scenes with overlapping, sliver, tiny, near-clipped and behind-camera triangles, and the parameters of the
/// renderer as one list of numbers.
struct AdjointScene {
  var scene: Scene<Double>
  var cameras: [Camera<Double>]
  var settings: SoftSettings<Double>
  /// Another way to make pictures than softly by the settings.
  var mode: RenderSettings<Double>.Mode?
  var outputs: RenderOutputs = [.color, .alpha, .depth]

  init(
    seed: UInt64, projection: Camera<Double>.Projection = .perspective, squared: Bool = false,
    shading: Shading = .lambert, face: Bool = false,
    composition: ColorComposition<Double> = .underneath,
    attributes: AttributeExtension = .nearestPoint
  ) {
    var g = SeededGenerator(seed: seed)
    var positions: [Double] = []
    func corner(_ center: SIMD3<Double>, _ size: Double) {
      let p = center + g.vector() * size
      positions += [p.x, p.y, p.z]
    }
    // Camera space is world space moved by little: the camera looks along +Z from near the origin.
    for _ in 0..<6 {  // overlapping
      let center = SIMD3(g.uniform(-0.4...0.4), g.uniform(-0.4...0.4), g.uniform(2...4))
      for _ in 0..<3 { corner(center, 0.6) }
    }
    for _ in 0..<2 {  // tiny
      let center = SIMD3(g.uniform(-0.4...0.4), g.uniform(-0.4...0.4), g.uniform(2...4))
      for _ in 0..<3 { corner(center, 0.02) }
    }
    for _ in 0..<2 {  // slivers
      let a = SIMD3(g.uniform(-0.5...0.5), g.uniform(-0.5...0.5), g.uniform(2...3))
      let b = SIMD3(g.uniform(-0.5...0.5), g.uniform(-0.5...0.5), g.uniform(2...3))
      for p in [a, b, (a + b) / 2 + g.vector() * 0.01] { positions += [p.x, p.y, p.z] }
    }
    // One corner behind the near plane (a quadrilateral), two behind (a triangle), all behind.
    for depths in [[1.9, 2.5, 0.6], [1.7, 0.4, -0.5], [0.2, -1, -2.0]] {
      for z in depths {
        let p = SIMD3(g.uniform(-0.8...0.8), g.uniform(-0.8...0.8), z)
        positions += [p.x, p.y, p.z]
      }
    }
    let count = positions.count / 3
    let mesh = Mesh<Double>(
      positions: positions, faces: (0..<Int32(count)).map { $0 },
      vertexColors: face ? nil : g.array(positions.count, 0.1...0.9),
      faceColors: face ? g.array(count, 0.1...0.9) : nil)
    let cube = Mesh<Double>.cube(side: 0.5)
    let turn = RigidTransform(
      exp: Twist(angular: g.vector() * 0.4, linear: SIMD3(0.3, -0.2, 3)))
    scene = Scene(
      meshes: [mesh, cube],
      materials: [
        Material(baseColor: face ? .face : .vertex, shading: shading),
        Material(baseColor: .constant(SIMD3(0.3, 0.6, 0.2)), shading: .lambertFlat),
      ],
      instances: [Instance(mesh: 0, material: 0), Instance(mesh: 1, material: 1, transform: turn)],
      lights: [
        .ambient(color: SIMD3(0.4, 0.5, 0.3)),
        .directional(direction: g.vector(), color: SIMD3(0.5, 0.3, 0.6)),
      ], background: SIMD3(0.1, 0.7, 0.4))
    let scale = projection == .perspective ? 1.0 : 0.4
    cameras = (0..<2).map { k in
      Camera(
        projection: projection, focal: SIMD2(26, 24) * scale, principal: SIMD2(12.3, 10.8),
        worldToCamera: RigidTransform(
          exp: Twist(angular: g.vector() * 0.05, linear: g.vector() * 0.05)),
        width: 25 - k, height: 22)
    }
    settings = SoftSettings(
      profile: .logistic(squared: squared), edgeWidthPixels: 0.8, depth: .softmax(gamma: 0.1),
      composition: composition, attributeExtension: attributes,
      depthRange: .planes(near: 1, far: 5))
  }

  /// Everything that the renderer differentiates, as numbers; extrinsics and poses as twists at zero.
  static let groups = [
    "positions", "colors", "lights", "background", "poses", "cameras", "intrinsics",
  ]

  func parameters(_ group: String) -> [Double] {
    switch group {
    case "positions": scene.meshes[0].positions + scene.meshes[1].positions
    case "colors":
      (scene.meshes[0].vertexColors ?? []) + (scene.meshes[0].faceColors ?? []) + [0.3, 0.6, 0.2]
    case "lights":
      scene.lights.flatMap { light -> [Double] in
        switch light {
        case .ambient(let c): [c.x, c.y, c.z]
        case .directional(let d, let c), .point(let d, let c), .inverseSquare(let d, let c):
          [d.x, d.y, d.z, c.x, c.y, c.z]
        case .spot, .sphericalHarmonics: []
        }
      }
    case "background": [0.1, 0.7, 0.4]
    case "poses": [Double](repeating: 0, count: 12)
    case "cameras": [Double](repeating: 0, count: 12)
    default: cameras.flatMap { [$0.focal.x, $0.focal.y, $0.principal.x, $0.principal.y] }
    }
  }

  private func twist(_ p: ArraySlice<Double>) -> Twist<Double> {
    let a = Array(p)
    return Twist(angular: a.vector3(0), linear: a.vector3(1))
  }

  func moved(_ group: String, _ p: [Double]) -> AdjointScene {
    var copy = self
    switch group {
    case "positions":
      let n = scene.meshes[0].positions.count
      copy.scene.meshes[0].positions = Array(p[..<n])
      copy.scene.meshes[1].positions = Array(p[n...])
    case "colors":
      if scene.meshes[0].vertexColors != nil {
        copy.scene.meshes[0].vertexColors = Array(p.dropLast(3))
      } else {
        copy.scene.meshes[0].faceColors = Array(p.dropLast(3))
      }
      copy.scene.materials[1].baseColor = .constant(Array(p.suffix(3)).vector3(0))
    case "lights":
      copy.scene.lights = [
        .ambient(color: p.vector3(0)), .directional(direction: p.vector3(1), color: p.vector3(2)),
      ]
    case "background": copy.scene.background = p.vector3(0)
    case "poses":
      for i in 0..<2 {
        copy.scene.instances[i].transform = scene.instances[i].transform.moved(
          by: twist(p[(6 * i)..<(6 * i + 6)]))
      }
    case "cameras":
      for i in 0..<2 {
        copy.cameras[i].worldToCamera = cameras[i].worldToCamera.moved(
          by: twist(p[(6 * i)..<(6 * i + 6)]))
      }
    default:
      for i in 0..<2 {
        copy.cameras[i].focal = SIMD2(p[4 * i], p[4 * i + 1])
        copy.cameras[i].principal = SIMD2(p[4 * i + 2], p[4 * i + 3])
      }
    }
    return copy
  }

  var renderer: Renderer<Double> {
    Renderer(settings: RenderSettings(mode: mode ?? .soft(settings)))
  }

  /// All pictures as one list; an infinite depth stands as 0.
  func pictures() -> [Double] {
    var all: [Double] = []
    for picture in renderer.render(scene, cameras, outputs: outputs) {
      all += picture.color?.values ?? []
      all += picture.alpha.values
      all += picture.depth?.values.map { $0.isFinite ? $0 : 0 } ?? []
      all += picture.normal?.values ?? []
    }
    return all
  }

  func gradient(_ group: String, _ cotangent: [Double]) -> [Double] {
    let targets: GradientTargets
    switch group {
    case "positions": targets = .positions
    case "colors": targets = .colors
    case "lights": targets = .lights
    case "background": targets = .background
    case "poses": targets = .poses
    case "cameras": targets = .cameras
    default: targets = .intrinsics
    }
    let (pictures, pullback) = renderer.renderWithPullback(
      scene, cameras, wrt: targets, outputs: outputs)
    var bars: [RenderingCotangent<Double>] = []
    var start = 0
    for picture in pictures {
      func take(_ channels: Int) -> ImageBuffer<Double> {
        let n = picture.alpha.pixelCount * channels
        defer { start += n }
        return ImageBuffer(
          width: picture.alpha.width, height: picture.alpha.height, channels: channels,
          values: Array(cotangent[start..<start + n]))
      }
      bars.append(
        RenderingCotangent(
          color: take(3), alpha: take(1), depth: take(1),
          normal: picture.normal == nil ? nil : take(3)))
    }
    let g = pullback(bars)
    switch group {
    case "positions": return g.meshes[0].positions + g.meshes[1].positions
    case "colors":
      let c = g.materials[1].color
      return g.meshes[0].vertexColors + g.meshes[0].faceColors + [c.x, c.y, c.z]
    case "lights":
      let (a, d) = (g.lights[0].color, g.lights[1])
      return [
        a.x, a.y, a.z, d.direction.x, d.direction.y, d.direction.z, d.color.x, d.color.y, d.color.z,
      ]
    case "background": return [g.background.x, g.background.y, g.background.z]
    case "poses", "cameras":
      return (group == "poses" ? g.instances : g.cameras.map(\.twist)).flatMap {
        [
          $0.angular.x, $0.angular.y, $0.angular.z, $0.linear.x, $0.linear.y, $0.linear.z,
        ]
      }
    default:
      return g.cameras.flatMap { [$0.focal.x, $0.focal.y, $0.principal.x, $0.principal.y] }
    }
  }

  /// Small, so that hardly any of the 20,000 pairs of pixel and face changes a decision within it (nearest edge, inside or
  /// outside, end of the tail); rounding stays below 1e-8 of the gradient.
  static func step(_ group: String) -> Double { group == "intrinsics" ? 1e-6 : 1e-7 }

  func error(_ group: String, seed: UInt64) -> Double {
    adjointError(
      at: parameters(group), step: Self.step(group), seed: seed,
      forward: { moved(group, $0).pictures() }, vjp: { moved(group, $0).gradient(group, $1) })
  }
}

@Suite
struct RendererAdjointTests {
  @Test(arguments: AdjointScene.groups, 1...3 as ClosedRange<UInt64>)
  func `the renderer's adjoint agrees with finite differences`(group: String, seed: UInt64) {
    let scene = AdjointScene(seed: seed, squared: seed == 2, face: seed == 3)
    let error = scene.error(group, seed: seed)
    #expect(error < 1e-6, "\(group), seed \(seed): \(error)")
  }

  @Test(arguments: AdjointScene.groups)
  func `the background logit, orthographic cameras and clamped weights differentiate`(
    group: String
  ) {
    let logit = AdjointScene(seed: 4, composition: .logit(epsilon: 0.2))
    let logitError = logit.error(group, seed: 4)
    #expect(logitError < 1e-6)
    let orthographic = AdjointScene(seed: 8, projection: .orthographic)
    let orthographicError = orthographic.error(group, seed: 8)
    #expect(orthographicError < 1e-6)
    let clamped = AdjointScene(seed: 6, attributes: .clampedAffine)
    let clampedError = clamped.error(group, seed: 6)
    #expect(clampedError < 1e-6)
  }
}
