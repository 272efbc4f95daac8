import RealModule
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct FragmentShaderTests {
  static let shadings: [Shading] = [
    .unlit, .lambert, .lambertFlat, .phong, .blinnPhong, .metallicRoughness,
  ]

  @Test(arguments: FragmentScene.groups, shadings)
  func `the adjoint of shaded fragments agrees with finite differences`(
    group: String, shading: Shading
  ) {
    // Nothing lights what is unlit.
    if group == "lights", shading == .unlit { return }
    let scene = FragmentScene(seed: 2, shading: shading)
    let error = scene.error(group, seed: 2)
    #expect(error < 1e-6, "\(group), \(shading): \(error)")
  }

  @Test(arguments: FragmentScene.groups)
  func `an orthographic view of shaded fragments differentiates`(group: String) {
    for shading in [Shading.phong, .metallicRoughness] {
      let scene = FragmentScene(seed: 3, shading: shading, projection: .orthographic)
      let error = scene.error(group, seed: 3)
      #expect(error < 1e-6, "\(group), \(shading): \(error)")
    }
  }

  @Test(arguments: FragmentScene.groups)
  func `outlines of shaded fragments differentiate`(group: String) {
    var scene = FragmentScene(seed: 4, shading: .blinnPhong)
    scene.mode = .crisp(CrispSettings(edges: .antialiased, samples: 2))
    let error = scene.error(group, seed: 4)
    #expect(error < 1e-6, "\(group): \(error)")
  }

  @Test(arguments: FragmentScene.groups)
  func `a soft picture of textures and highlights differentiates`(group: String) {
    var scene = FragmentScene(seed: 5, shading: .metallicRoughness)
    for shadesFragments in [false, true] {
      var soft = SoftSettings<Double>(edgeWidthPixels: 1, depthRange: .planes(near: 1, far: 8))
      soft.shadesFragments = shadesFragments
      scene.mode = .soft(soft)
      let error = scene.error(group, seed: 5)
      #expect(error < 1e-6, "\(group), \(shadesFragments): \(error)")
    }
  }

  @Test(arguments: FragmentScene.groups, [CrispEdges.none, .antialiased])
  func `blended surfaces differentiate, opacity with them`(
    group: String, edges: CrispEdges
  ) {
    var scene = FragmentScene(seed: 8, shading: .blinnPhong).blended()
    scene.mode = .crisp(CrispSettings(edges: edges, samples: 2))
    let error = scene.error(group, seed: 8)
    #expect(error < 1e-6, "\(group), \(edges): \(error)")
  }

  @Test func `the opacity of each blended surface moves the picture`() {
    let scene = FragmentScene(seed: 8, shading: .blinnPhong).blended()
    let cotangent = scene.pictures().indices.map { Double($0 % 7) - 3 }
    let gradient = scene.gradient("materials", cotangent)
    // An opaque surface's opacity says nothing.
    #expect(gradient[17] == 0)
    #expect(
      abs(gradient[35]) > 1e-3 && abs(gradient[53]) > 1e-3, "\(gradient[35]), \(gradient[53])")
  }

  @Test func `crisp pictures composite blended surfaces as hard ones do`() {
    var scene = FragmentScene(seed: 9, shading: .lambert).blended()
    scene.mode = .crisp(CrispSettings(edges: .none, samples: 1))
    let crisp = scene.pictures()
    scene.mode = .hard(samples: 1)
    for (a, b) in zip(crisp, scene.pictures()) { #expect(abs(a - b) < 1e-12) }
  }

  @Test func `holes show in pictures of alpha alone`() {
    var scene = FragmentScene(seed: 9, shading: .lambert).scene
    let cameras = FragmentScene(seed: 9, shading: .lambert).cameras
    for i in scene.materials.indices { scene.materials[i].alphaMode = .mask(cutoff: 0.5) }
    for mode in [
      RenderSettings<Double>.Mode.hard(samples: 2), .crisp(CrispSettings(edges: .none, samples: 2)),
    ] {
      let renderer = Renderer(settings: RenderSettings(mode: mode))
      let full = renderer.render(scene, cameras).map(\.alpha)
      #expect(renderer.render(scene, cameras, outputs: .alpha).map(\.alpha) == full)
      #expect(full[0].values.contains { $0 < 1 })
    }
  }

  @Test(arguments: ["texels", "materials", "lights", "vertexColors"])
  func `what does not move a mip level differentiates through the mip chain`(group: String) {
    let scene = FragmentScene(seed: 6, shading: .metallicRoughness, filter: .trilinear)
    let error = scene.error(group, seed: 6)
    #expect(error < 1e-6, "\(group): \(error)")
  }

  @Test func `every group moves the picture`() {
    let scene = FragmentScene(seed: 1, shading: .metallicRoughness)
    let cotangent = scene.pictures().indices.map { Double($0 % 7) - 3 }
    for group in FragmentScene.groups {
      #expect(scene.gradient(group, cotangent).contains { abs($0) > 1e-6 }, "\(group)")
    }
  }

  @Test func `pictures and gradients are the same bits on one thread and on all`() {
    let double = FragmentScene(seed: 7, shading: .metallicRoughness, filter: .trilinear)
    let scene = Scene<Float>(double.scene)
    let cameras = double.cameras.map { Camera<Float>($0).resized(width: 60, height: 50) }
    var results: [(pictures: [Rendering<Float>], gradient: SceneGradient<Float>)] = []
    for workers in [Workers.serial, .all] {
      results.append(
        renderAndPull(
          scene, cameras,
          RenderSettings(mode: .crisp(CrispSettings(samples: 2)), workers: workers)))
    }
    #expect(results[0].pictures == results[1].pictures)
    #expect(results[0].gradient == results[1].gradient)
    #expect(results[0].gradient.textures[0].contains { $0 != 0 })
  }

  @Test func `a quarter of a textured square shows the texel that belongs there`() {
    // Four texels, red green over blue white, v up: the upper left corner of the square is red.
    let mesh = Mesh<Double>(
      positions: [-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0], faces: [0, 1, 2, 0, 2, 3],
      texcoords: [0, 0, 1, 0, 1, 1, 0, 1], texcoordFaces: [0, 1, 2, 0, 2, 3])
    var material = Material<Double>(baseColor: .constant(SIMD3(repeating: 1)))
    material.baseColorTexture = TextureUse(0)
    let texture = Texture<Double>(
      width: 2, height: 2, channels: 3, texels: [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1],
      filter: .nearest)
    let scene = Scene(
      meshes: [mesh], materials: [material], instances: [Instance(mesh: 0, material: 0)],
      textures: [texture])
    let camera = Camera<Double>(
      projection: .orthographic, focal: SIMD2(8, 8), principal: SIMD2(8, 8),
      worldToCamera: .orbit(azimuthDegrees: 0, elevationDegrees: 0, distance: 4), width: 16,
      height: 16)
    let picture = Renderer(settings: RenderSettings(mode: .hard(samples: 1)))
      .render(scene, [camera])[0]
    let color = picture.color?.values ?? []
    #expect(color.vector3(2 * 16 + 2) == SIMD3(1, 0, 0))
    #expect(color.vector3(2 * 16 + 13) == SIMD3(0, 1, 0))
    #expect(color.vector3(13 * 16 + 2) == SIMD3(0, 0, 1))
    #expect(color.vector3(13 * 16 + 13) == SIMD3(1, 1, 1))
  }

  @Test func `a white rough dielectric under ambient light 1 sends back nearly 1`() {
    var point = SurfacePoint<Double>()
    point.normal = SIMD3(0, 0, 1)
    point.viewer = normalize(SIMD3(0.3, 0.1, 1))
    point.base = SIMD3(repeating: 1)
    point.metallic = 0
    point.roughness = 1
    let color = Reflectance.color(
      point, .metallicRoughness,
      lights: FragmentLights([.ambient(color: SIMD3(repeating: 1))]))
    #expect(abs(color.x - 1) < 0.06, "\(color)")
  }

  @Test func `constant spherical harmonics light as ambient light does`() {
    let coefficients: [SIMD3<Double>] =
      [SIMD3(repeating: 1 / 0.28209479177387814)] + [SIMD3](repeating: .zero, count: 8)
    let light = Lighting.surrounding(
      normal: normalize(SIMD3(1, 2, 3)), lights: [.sphericalHarmonics(coefficients)])
    #expect(abs(light.x - 1) < 1e-12)
  }

  @Test func `a furnace of many small lights shows that metals reflect no more than they receive`()
  {
    // Directions all around, together ambient light 1: what GGX sends back of it is its albedo, at most 1.
    for roughness in [0.3, 0.6, 1] {
      var point = SurfacePoint<Double>()
      point.normal = SIMD3(0, 0, 1)
      point.viewer = normalize(SIMD3(0.5, 0, 1))
      point.base = SIMD3(repeating: 1)
      point.metallic = 1
      point.roughness = roughness
      let count = 20_000
      let lights = (0..<count).map { i -> Light<Double> in
        // Golden-angle points on the sphere; each stands for 4 / count of the light that a white surface sends back.
        let z = 1 - 2 * (Double(i) + 0.5) / Double(count)
        let angle = Double(i) * 2.399963229728653
        let r = (1 - z * z).squareRoot()
        let x = SIMD3(r * Double.cos(angle), r * Double.sin(angle), z)
        return .directional(direction: x, color: SIMD3(repeating: 4 / Double(count)))
      }
      let color = Reflectance.color(
        point, .metallicRoughness, lights: FragmentLights(lights))
      #expect(color.x < 1.001 && color.x > 0.3, "roughness \(roughness): \(color.x)")
      let around = Reflectance.color(
        point, .metallicRoughness,
        lights: FragmentLights([.ambient(color: SIMD3(repeating: 1))]))
      #expect(abs(around.x - color.x) < 0.2, "the fit gives \(around.x), the sum \(color.x)")
    }
  }
}
