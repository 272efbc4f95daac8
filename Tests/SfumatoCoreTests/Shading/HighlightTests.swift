import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// A shiny flat cube and a shiny smooth ball under a point light, and everything that their highlights depend on.
private struct ShinyScene {
  var scene: Scene<Double>
  var cameras: [Camera<Double>]

  init(seed: UInt64, projection: Camera<Double>.Projection) {
    var g = SeededGenerator(seed: seed)
    func turn(_ x: Double) -> RigidTransform<Double> {
      RigidTransform(exp: Twist(angular: g.vector(), linear: SIMD3(x, 0.1, 0)))
    }
    var ball = Mesh<Double>.icosphere(subdivisions: 1, radius: 0.6)
    ball.vertexColors = g.array(ball.positions.count, 0.1...0.9)
    scene = Scene(
      meshes: [.cube(side: 0.9), ball],
      materials: [
        Material(
          baseColor: .constant(SIMD3(0.4, 0.2, 0.6)), shading: .lambertFlat,
          specular: SIMD3(0.5, 0.7, 0.3), shininess: 3),
        Material(
          baseColor: .vertex, shading: .lambert, specular: SIMD3(0.3, 0.2, 0.8), shininess: 2),
      ],
      instances: [
        Instance(mesh: 0, material: 0, transform: turn(-0.6)),
        Instance(mesh: 1, material: 1, transform: turn(0.6)),
      ],
      lights: [
        .ambient(color: SIMD3(0.1, 0.2, 0.3)),
        .point(position: SIMD3(0.4, 1.5, 2.5), color: SIMD3(0.7, 0.5, 0.9)),
        .directional(direction: SIMD3(-0.3, 0.4, 1), color: SIMD3(0.3, 0.8, 0.2)),
      ])
    let focal = projection == .perspective ? 24.0 : 8
    cameras = (0..<2).map { k in
      Camera(
        projection: projection, focal: SIMD2(focal, focal), principal: SIMD2(12, 10),
        worldToCamera: .orbit(
          azimuthDegrees: 20 - 35 * Double(k), elevationDegrees: 15, distance: 4),
        width: 24, height: 20)
    }
  }

  static let groups = ["poses", "cameras", "positions", "lights", "materials"]

  func parameters(_ group: String) -> [Double] {
    switch group {
    case "poses", "cameras": [Double](repeating: 0, count: 12)
    case "positions": scene.meshes[0].positions + scene.meshes[1].positions
    case "lights": [0.4, 1.5, 2.5, 0.7, 0.5, 0.9, -0.3, 0.4, 1, 0.3, 0.8, 0.2]
    default: [0.5, 0.7, 0.3, 3, 0.3, 0.2, 0.8, 2]
    }
  }

  func moved(_ group: String, _ p: [Double]) -> ShinyScene {
    func twist(_ i: Int) -> Twist<Double> {
      Twist(angular: p.vector3(2 * i), linear: p.vector3(2 * i + 1))
    }
    var copy = self
    switch group {
    case "poses":
      for i in 0..<2 {
        copy.scene.instances[i].transform = scene.instances[i].transform.moved(by: twist(i))
      }
    case "cameras":
      for i in 0..<2 {
        copy.cameras[i].worldToCamera = cameras[i].worldToCamera.moved(by: twist(i))
      }
    case "positions":
      copy.scene.meshes[0].positions = Array(p[..<24])
      copy.scene.meshes[1].positions = Array(p[24...])
    case "lights":
      copy.scene.lights[1] = .point(position: p.vector3(0), color: p.vector3(1))
      copy.scene.lights[2] = .directional(direction: p.vector3(2), color: p.vector3(3))
    default:
      for i in 0..<2 {
        copy.scene.materials[i].specular = SIMD3(p[4 * i], p[4 * i + 1], p[4 * i + 2])
        copy.scene.materials[i].shininess = p[4 * i + 3]
      }
    }
    return copy
  }

  private var renderer: Renderer<Double> {
    Renderer(
      settings: RenderSettings(
        mode: .soft(SoftSettings(depth: .softmax(gamma: 0.1), depthRange: .planes(near: 1, far: 7)))
      ))
  }

  func pictures() -> [Double] {
    renderer.render(scene, cameras, outputs: .color).flatMap { $0.color?.values ?? [] }
  }

  func gradient(_ group: String, _ cotangent: [Double]) -> [Double] {
    let targets: GradientTargets =
      switch group {
      case "poses": .poses
      case "cameras": .cameras
      case "positions": .positions
      case "lights": .lights
      default: .colors
      }
    let (_, pullback) = renderer.renderWithPullback(scene, cameras, wrt: targets, outputs: .color)
    let size = cotangent.count / 2
    let g = pullback(
      (0..<2).map { k in
        RenderingCotangent(
          color: ImageBuffer(
            width: 24, height: 20, channels: 3,
            values: Array(cotangent[(k * size)..<((k + 1) * size)])))
      })
    func numbers(_ v: SIMD3<Double>) -> [Double] { [v.x, v.y, v.z] }
    switch group {
    case "poses": return g.instances.flatMap { numbers($0.angular) + numbers($0.linear) }
    case "cameras":
      return g.cameras.flatMap { numbers($0.twist.angular) + numbers($0.twist.linear) }
    case "positions": return g.meshes.flatMap(\.positions)
    case "lights":
      return numbers(g.lights[1].position) + numbers(g.lights[1].color)
        + numbers(g.lights[2].direction) + numbers(g.lights[2].color)
    default: return g.materials.flatMap { numbers($0.specular) + [$0.shininess] }
    }
  }
}

@Suite
struct HighlightTests {
  @Test(
    arguments: ShinyScene.groups,
    [Camera<Double>.Projection.perspective, .orthographic])
  func `the adjoint of mirrored light agrees with finite differences`(
    group: String, projection: Camera<Double>.Projection
  ) {
    let scene = ShinyScene(seed: 5, projection: projection)
    // So small a step that no pixel changes its nearest edge within it: with 1e-7 some do, and the error, up to 5e-5, falls
    // with the step to what rounding leaves, below 4e-7.
    let error = adjointError(
      at: scene.parameters(group), step: 1e-8, seed: 11,
      forward: { scene.moved(group, $0).pictures() },
      vjp: { scene.moved(group, $0).gradient(group, $1) })
    #expect(error < 1e-6, "\(error)")
  }

  @Test func `a mirror towards the viewer sends back all of the light`() {
    // Light, viewer and normal in one line: v · r = 1 for any shininess; from 60 degrees off, cos 60 to its power.
    let lights: [Light<Double>] = [.point(position: SIMD3(0, 0, 5), color: SIMD3(1, 2, 3))]
    let up = SIMD3<Double>(0, 0, 1)
    func light(_ viewer: SIMD3<Double>) -> SIMD3<Double> {
      Lighting.highlight(
        position: .zero, normal: up, viewer: viewer, shininess: 10, lights: lights)
    }
    #expect(light(up) == SIMD3(1, 2, 3))
    let tilted = light(SIMD3(0.75.squareRoot(), 0, 0.5))
    #expect(abs(tilted.x - 0x1p-10) < 1e-15 && abs(tilted.z - 3 * 0x1p-10) < 1e-15)
    #expect(light(-up) == .zero)
  }

  @Test func `a point light far away is a directional one`() {
    let normal = normalize(SIMD3<Double>(0.2, 0.9, 0.3))
    let direction = SIMD3<Double>(0.5, 0.7, -0.1)
    func light(_ light: Light<Double>) -> SIMD3<Double> {
      Lighting.irradiance(position: SIMD3(0.3, -0.2, 0.4), normal: normal, lights: [light])
    }
    let color = SIMD3<Double>(1, 0.5, 0.2)
    let near = light(.point(position: direction * 1e9, color: color))
    let far = light(.directional(direction: direction, color: color))
    #expect(length(near - far) < 1e-8)
  }
}
