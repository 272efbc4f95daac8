import RealModule
import Testing

@testable import SfumatoCore

@Suite
struct KnownCoverageTests {
  /// World units are pixels; a half plane left of a column, as one large face.
  private func halfPlane(_ column: Double, depth: Double = 2) -> Mesh<Double> {
    Mesh(
      positions: [column, -100, depth, column, 100, depth, column - 100, 0, depth],
      faces: [0, 1, 2])
  }
  private let camera = Camera<Double>(
    projection: .orthographic, focal: .one, principal: .zero, width: 12, height: 8)

  private func alpha<S: RenderScalar>(
    _ meshes: [Mesh<S>], _ camera: Camera<S>, width: S, delta: S, squared: Bool
  ) -> ImageBuffer<S> {
    let scene = Scene<S>(
      meshes: meshes, materials: [Material(baseColor: .constant(.one))],
      instances: meshes.indices.map { Instance(mesh: $0, material: 0) })
    let soft = SoftSettings<S>(
      profile: .logistic(squared: squared), edgeWidthPixels: width, tailBound: delta,
      depthRange: .planes(near: 1, far: 4))
    return Renderer(settings: RenderSettings(mode: .soft(soft))).render(scene, [camera])[0].alpha
  }

  @Test(arguments: [0, 1e-4, 0.01], [false, true])
  func `coverage across a straight edge is the profile of the distance`(
    delta: Double, squared: Bool
  ) {
    let width = 1.3
    let exact = alpha(
      [halfPlane(5.5)], camera, width: width, delta: delta, squared: squared)
    let product = alpha(
      [Mesh<Float>(halfPlane(5.5))], Camera<Float>(camera), width: Float(width),
      delta: Float(delta), squared: squared)
    for x in 0..<12 {
      let distance = 5 - Double(x)
      let u = squared ? distance * abs(distance) / (width * width) : distance / width
      let wanted = max(0, (1 / (1 + Double.exp(-u)) - delta) / (1 - delta))
      #expect(abs(exact[x, 4, 0] - wanted) < 1e-9)
      #expect(abs(Double(product[x, 4, 0]) - wanted) < 2e-6)
    }
    #expect(abs(exact[5, 4, 0] - (0.5 - delta) / (1 - delta)) < 1e-12)
  }

  @Test func `half covers join as independent events`() {
    let delta = 1e-4
    let half = (0.5 - delta) / (1 - delta)
    for count in 1...4 {
      let meshes = (0..<count).map { halfPlane(5.5, depth: 2 + 0.3 * Double($0)) }
      let wanted = 1 - Double.pow(1 - half, count)
      let exact = alpha(meshes, camera, width: 1, delta: delta, squared: false)
      #expect(abs(exact[5, 3, 0] - wanted) < 1e-12)
      let product = alpha(
        meshes.map { Mesh<Float>($0) }, Camera<Float>(camera), width: 1, delta: Float(delta),
        squared: false)
      #expect(abs(Double(product[5, 3, 0]) - wanted) < 1e-6)
    }
  }

  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type])
  func `the outline of the colour is the outline of alpha`(scalar: any RenderScalar.Type) {
    func check<S: RenderScalar>(_: S.Type) {
      let (scene, cameras, soft) = busyScene(S.self, squared: false)
      var empty = 0
      var full = 0
      for picture in Renderer<S>(settings: RenderSettings(mode: .soft(soft))).render(
        scene, cameras)
      {
        for p in 0..<picture.alpha.pixelCount {
          let isBackground = picture.color?.values.vector3(p) == scene.background
          #expect(isBackground == (picture.alpha.values[p] == 0))
          empty += isBackground ? 1 : 0
          full += isBackground ? 0 : 1
        }
      }
      #expect(empty > 100 && full > 100)
    }
    check(scalar)
  }
}
