import SfumatoTestSupport

@testable import SfumatoCore

/// Bumpy textured sheets under every kind of light, and all that their fragments depend on.
struct FragmentScene {
  var scene: Scene<Double>
  var cameras: [Camera<Double>]
  var mode = RenderSettings<Double>.Mode.crisp(CrispSettings(edges: .none))

  /// A sheet of 2 x 2 quadrilaterals with a seam in its texture and, by choice, normals of its own.
  static func sheet(_ g: inout SeededGenerator, side: Double, givesNormals: Bool) -> Mesh<Double> {
    var positions: [Double] = []
    var texcoords: [Double] = []
    for j in 0...2 {
      for i in 0...2 {
        positions += [
          side * (Double(i) / 2 - 0.5) + g.uniform(-0.1...0.1),
          side * (Double(j) / 2 - 0.5) + g.uniform(-0.1...0.1), g.uniform(-0.15...0.15),
        ]
        texcoords += [Double(i) * 0.7 + g.uniform(-0.1...0.1), Double(j) * 0.6 - 0.3]
      }
    }
    var faces: [Int32] = []
    for j in 0..<2 {
      for i in 0..<2 {
        let a = Int32(3 * j + i)
        faces += [a, a + 1, a + 4, a, a + 4, a + 3]
      }
    }
    // The last face has texture coordinates of its own.
    var corners = faces
    for k in 0..<3 {
      let old = Int(corners[21 + k])
      corners[21 + k] = Int32(texcoords.count / 2)
      texcoords += [texcoords[2 * old] + 0.21, texcoords[2 * old + 1] - 0.13]
    }
    let normals =
      givesNormals
      ? (0..<9).flatMap { _ in
        let n = normalize(SIMD3(0, 0, 1) + g.vector(-0.3...0.3))
        return [n.x, n.y, n.z]
      } : nil
    return Mesh(
      positions: positions, faces: faces, normals: normals, texcoords: texcoords,
      texcoordFaces: corners,
      moreTexcoords: [
        TexcoordSet(values: texcoords.map { $0 * 0.8 + 0.05 }, faces: corners)
      ], vertexColors: g.array(27, 0.3...0.9))
  }

  static let lights: [Light<Double>] = [
    .ambient(color: SIMD3(0.2, 0.25, 0.15)),
    .directional(direction: SIMD3(0.3, 0.4, 1.1), color: SIMD3(0.5, 0.3, 0.4)),
    .point(position: SIMD3(-0.8, 0.9, 1.9), color: SIMD3(0.3, 0.2, 0.5)),
    .inverseSquare(position: SIMD3(0.7, -0.6, 1.6), color: SIMD3(0.9, 1.1, 0.8)),
    .spot(
      position: SIMD3(0.1, 0.4, 2.2), direction: SIMD3(-0.05, -0.2, -1.1),
      color: SIMD3(2, 3, 2.5), innerDegrees: 6, outerDegrees: 34),
    .sphericalHarmonics(
      (0..<9).map { SIMD3(0.5, 0.4, 0.3) / Double($0 + 1) + SIMD3(0.01, -0.02, 0.03) * Double($0) }),
  ]

  init(
    seed: UInt64, shading: Shading, filter: Texture<Double>.Filter = .bilinear,
    projection: Camera<Double>.Projection = .perspective
  ) {
    var g = SeededGenerator(seed: seed)
    func texture(
      _ w: Int, _ h: Int, _ channels: Int, _ range: ClosedRange<Double>
    ) -> Texture<
      Double
    > {
      Texture(
        width: w, height: h, channels: channels, texels: g.array(w * h * channels, range),
        wrapU: channels == 3 ? .mirror : .repeat, wrapV: channels == 1 ? .clamp : .repeat,
        filter: filter)
    }
    var rich = Material<Double>(
      baseColor: .vertex, shading: shading, specular: SIMD3(0.4, 0.3, 0.2), shininess: 4)
    rich.baseColorFactor = SIMD3(0.9, 0.8, 1.1)
    rich.baseColorTexture = TextureUse(
      0, linear: (SIMD2(0.9, 0.2), SIMD2(-0.1, 1.2)), offset: SIMD2(0.1, 0.3))
    rich.metallic = 0.6
    rich.roughness = 0.7
    rich.metallicRoughnessTexture = TextureUse(1, texcoordSet: 1)
    rich.normalTexture = TextureUse(2)
    rich.normalScale = 0.4
    rich.occlusionTexture = TextureUse(3, texcoordSet: 1)
    rich.occlusionStrength = 0.7
    rich.emissive = SIMD3(0.1, 0.05, 0.2)
    rich.emissiveTexture = TextureUse(0)
    var plain = Material<Double>(
      baseColor: .constant(SIMD3(0.6, 0.5, 0.3)), shading: shading, specular: SIMD3(0.2, 0.3, 0.4),
      shininess: 3)
    plain.metallic = 0.2
    plain.roughness = 0.5
    plain.isFlat = true
    plain.isDoubleSided = true
    let turn = RigidTransform<Double>(
      exp: Twist(angular: SIMD3(0.2, 2.9, 0.1), linear: SIMD3(0.4, 0.3, 0.6)))
    scene = Scene(
      meshes: [
        Self.sheet(&g, side: 2.3, givesNormals: false),
        Self.sheet(&g, side: 0.9, givesNormals: true),
      ],
      materials: [rich, plain],
      instances: [
        Instance(mesh: 0, material: 0), Instance(mesh: 1, material: 1, transform: turn),
        Instance(
          mesh: 1, material: 0,
          transform: RigidTransform(
            exp: Twist(angular: SIMD3(0.3, 0.2, 0.1), linear: SIMD3(-0.4, -0.2, 0.5)))),
      ], lights: Self.lights,
      textures: [
        texture(5, 4, 4, 0.2...0.9), texture(3, 3, 3, 0.3...1), texture(4, 6, 3, 0.35...0.65),
        texture(2, 3, 1, 0.2...1),
      ], background: SIMD3(0.2, 0.3, 0.4))
    scene.instances[2].stretch = Matrix3(
      rows: SIMD3(1.2, 0.1, 0), SIMD3(0, 0.8, 0.2), SIMD3(0.1, 0, 1.1))
    let focal = projection == .perspective ? 14.0 : 3.4
    cameras = (0..<2).map { k in
      Camera(
        projection: projection, focal: SIMD2(focal, focal), principal: SIMD2(5.2, 4.7),
        worldToCamera: .orbit(
          azimuthDegrees: 7 - 16 * Double(k), elevationDegrees: 6, distance: 4),
        width: 10 + k, height: 9)
    }
  }

  /// The same with the two small sheets blended over the large one and the background.
  func blended() -> FragmentScene {
    var copy = self
    copy.scene.materials[1].alphaMode = .blend
    copy.scene.materials[1].opacity = 0.6
    var glass = scene.materials[0]
    glass.alphaMode = .blend
    glass.opacity = 0.9
    copy.scene.materials.append(glass)
    copy.scene.instances[2].material = 2
    copy.scene.instances[1].transform.translation = SIMD3(0.5, 0.3, 0.7)
    return copy
  }

  static let groups = [
    "positions", "vertexColors", "texcoords", "texels", "materials", "lights", "background",
    "poses",
    "cameras", "intrinsics",
  ]

  func parameters(_ group: String) -> [Double] {
    switch group {
    case "positions": scene.meshes.flatMap { $0.positions }
    case "vertexColors": scene.meshes.flatMap { $0.vertexColors ?? [] }
    case "texcoords": scene.meshes.flatMap { $0.texcoordSets.flatMap(\.values) }
    case "texels": scene.textures.flatMap { $0.texels }
    case "materials": scene.materials.flatMap { Self.numbers($0) }
    case "lights": scene.lights.flatMap { Self.numbers($0) }
    case "background": [0.2, 0.3, 0.4]
    case "poses": [Double](repeating: 0, count: 6 * scene.instances.count)
    case "cameras": [Double](repeating: 0, count: 6 * cameras.count)
    default: cameras.flatMap { [$0.focal.x, $0.focal.y, $0.principal.x, $0.principal.y] }
    }
  }

  private static func list(_ v: SIMD3<Double>) -> [Double] { [v.x, v.y, v.z] }

  private static func numbers(_ m: Material<Double>) -> [Double] {
    var base = SIMD3<Double>.zero
    if case .constant(let color) = m.baseColor { base = color }
    return list(base) + list(m.specular) + list(m.baseColorFactor) + list(m.emissive) + [
      m.shininess, m.metallic, m.roughness, m.normalScale, m.occlusionStrength, m.opacity,
    ]
  }

  private static func numbers(_ g: MaterialGradient<Double>) -> [Double] {
    list(g.color) + list(g.specular) + list(g.baseColorFactor) + list(g.emissive) + [
      g.shininess, g.metallic, g.roughness, g.normalScale, g.occlusionStrength, g.opacity,
    ]
  }

  private static func moved(_ m: Material<Double>, _ p: [Double]) -> Material<Double> {
    var m = m
    if case .constant = m.baseColor { m.baseColor = .constant(p.vector3(0)) }
    m.specular = p.vector3(1)
    m.baseColorFactor = p.vector3(2)
    m.emissive = p.vector3(3)
    m.shininess = p[12]
    m.metallic = p[13]
    m.roughness = p[14]
    m.normalScale = p[15]
    m.occlusionStrength = p[16]
    m.opacity = p[17]
    return m
  }

  private static func numbers(_ light: Light<Double>) -> [Double] {
    switch light {
    case .ambient(let c): list(c)
    case .directional(let d, let c), .point(let d, let c), .inverseSquare(let d, let c):
      list(d) + list(c)
    case .spot(let p, let d, let c, let inner, let outer):
      list(p) + list(d) + list(c) + [inner, outer]
    case .sphericalHarmonics(let c): c.flatMap { list($0) }
    }
  }

  private static func moved(_ light: Light<Double>, _ p: [Double]) -> Light<Double> {
    switch light {
    case .ambient: .ambient(color: p.vector3(0))
    case .directional: .directional(direction: p.vector3(0), color: p.vector3(1))
    case .point: .point(position: p.vector3(0), color: p.vector3(1))
    case .inverseSquare: .inverseSquare(position: p.vector3(0), color: p.vector3(1))
    case .spot:
      .spot(
        position: p.vector3(0), direction: p.vector3(1), color: p.vector3(2), innerDegrees: p[9],
        outerDegrees: p[10])
    case .sphericalHarmonics: .sphericalHarmonics((0..<9).map { p.vector3($0) })
    }
  }

  private static func numbers(_ g: LightGradient<Double>, _ light: Light<Double>) -> [Double] {
    switch light {
    case .ambient: list(g.color)
    case .directional: list(g.direction) + list(g.color)
    case .point, .inverseSquare: list(g.position) + list(g.color)
    case .spot:
      list(g.position) + list(g.direction) + list(g.color) + [g.coneDegrees.x, g.coneDegrees.y]
    case .sphericalHarmonics: g.coefficients.flatMap { list($0) }
    }
  }

  func moved(_ group: String, _ p: [Double]) -> FragmentScene {
    var copy = self
    var start = 0
    func take(_ count: Int) -> [Double] {
      defer { start += count }
      return Array(p[start..<start + count])
    }
    func twist() -> Twist<Double> {
      let own = take(6)
      return Twist(angular: own.vector3(0), linear: own.vector3(1))
    }
    switch group {
    case "positions":
      for i in scene.meshes.indices { copy.scene.meshes[i].positions = take(27) }
    case "vertexColors":
      for i in scene.meshes.indices { copy.scene.meshes[i].vertexColors = take(27) }
    case "texcoords":
      for i in scene.meshes.indices {
        for (k, set) in scene.meshes[i].texcoordSets.enumerated() {
          copy.scene.meshes[i].setTexcoords(take(set.values.count), ofSet: k)
        }
      }
    case "texels":
      for i in scene.textures.indices {
        copy.scene.textures[i].texels = take(scene.textures[i].texels.count)
      }
    case "materials":
      for i in scene.materials.indices {
        copy.scene.materials[i] = Self.moved(scene.materials[i], take(18))
      }
    case "lights":
      for (i, light) in scene.lights.enumerated() {
        copy.scene.lights[i] = Self.moved(light, take(Self.numbers(light).count))
      }
    case "background": copy.scene.background = p.vector3(0)
    case "poses":
      for i in scene.instances.indices {
        copy.scene.instances[i].transform = scene.instances[i].transform.moved(by: twist())
      }
    case "cameras":
      for i in cameras.indices {
        copy.cameras[i].worldToCamera = cameras[i].worldToCamera.moved(by: twist())
      }
    default:
      for i in cameras.indices {
        let own = take(4)
        copy.cameras[i].focal = SIMD2(own[0], own[1])
        copy.cameras[i].principal = SIMD2(own[2], own[3])
      }
    }
    return copy
  }

  var renderer: Renderer<Double> { Renderer(settings: RenderSettings(mode: mode)) }

  func pictures() -> [Double] {
    renderer.render(scene, cameras).flatMap { ($0.color?.values ?? []) + $0.alpha.values }
  }

  func gradient(_ group: String, _ cotangent: [Double]) -> [Double] {
    let targets: [String: GradientTargets] = [
      "positions": .positions, "vertexColors": .colors, "texcoords": .texcoords,
      "texels": .textures, "materials": .colors, "lights": .lights, "background": .background,
      "poses": .poses, "cameras": .cameras, "intrinsics": .intrinsics,
    ]
    let (pictures, pullback) = renderer.renderWithPullback(
      scene, cameras, wrt: targets[group] ?? .all)
    var start = 0
    let g = pullback(
      pictures.map { picture in
        func next(_ channels: Int) -> ImageBuffer<Double> {
          let n = picture.alpha.pixelCount * channels
          defer { start += n }
          return ImageBuffer(
            width: picture.alpha.width, height: picture.alpha.height, channels: channels,
            values: Array(cotangent[start..<start + n]))
        }
        return RenderingCotangent(color: next(3), alpha: next(1))
      })
    func list(_ t: Twist<Double>) -> [Double] { Self.list(t.angular) + Self.list(t.linear) }
    switch group {
    case "positions": return g.meshes.flatMap(\.positions)
    case "vertexColors": return g.meshes.flatMap(\.vertexColors)
    case "texcoords": return g.meshes.flatMap { $0.texcoords.flatMap { $0 } }
    case "texels": return g.textures.flatMap { $0 }
    case "materials": return g.materials.flatMap { Self.numbers($0) }
    case "lights": return zip(g.lights, scene.lights).flatMap { Self.numbers($0, $1) }
    case "background": return Self.list(g.background)
    case "poses": return g.instances.flatMap(list)
    case "cameras": return g.cameras.flatMap { list($0.twist) }
    default:
      return g.cameras.flatMap { [$0.focal.x, $0.focal.y, $0.principal.x, $0.principal.y] }
    }
  }

  /// The largest difference from finite differences, over the largest gradient.
  ///
  /// Steps are small, so that hardly any of some hundred fragments crosses a texel's border or a light's horizon.
  func error(_ group: String, seed: UInt64) -> Double {
    adjointError(
      at: parameters(group), step: group == "lights" ? 1e-6 : 1e-7, seed: seed,
      forward: { moved(group, $0).pictures() }, vjp: { moved(group, $0).gradient(group, $1) })
  }
}
