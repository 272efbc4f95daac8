// What `render` puts around an object so that it can be seen: normals where a file brings none, light where it has none, a
// ground to stand on.
internal import RealModule
internal import SfumatoCore

/// Where the light of a picture comes from.
enum PreviewLight: String, CaseIterable, Sendable {
  /// The file's lights where it has some, else the studio's.
  case auto
  /// A key light from over the camera's left shoulder, a weaker one from its right, one from behind, and sky over ground.
  case studio
  /// From the camera alone.
  case headlight
  /// None: base colours as they are.
  case none
}

/// Gets scenes ready to be looked at.
struct PreviewScene {
  var light: PreviewLight
  /// A light of its own instead, from a world direction.
  var sun: SIMD3<Float>?
  /// Harmonics of the light from all around instead.
  var sky: [SIMD3<Float>]?
  var hasGround: Bool

  /// The scene of a subject for one camera; the ground stands under the subject.
  func scene(_ subject: PreviewSubject, seenFrom camera: Camera<Float>) -> Scene<Float> {
    var scene = subject.scene
    if let sun {
      scene.lights = [.directional(direction: sun, color: SIMD3(repeating: 1))]
    } else if let sky {
      scene.lights = [.sphericalHarmonics(sky)]
    } else if light == .none {
      for i in scene.materials.indices { scene.materials[i].shading = .unlit }
    } else if light != .auto || scene.lights.isEmpty {
      scene.lights = lights(camera)
    }
    if hasGround { addGround(under: subject, to: &scene) }
    return scene
  }

  /// The scene with what does not depend on the camera: creased normals, both sides lit.
  static func prepared(_ scene: Scene<Float>) -> Scene<Float> {
    var scene = scene
    let lit = Set(
      scene.instances.filter { scene.materials[$0.material].shading != .unlit }.map(\.mesh))
    for i in lit where scene.meshes[i].normals == nil {
      scene.meshes[i] = CreaseNormals.adding(to: scene.meshes[i], degrees: 40)
    }
    return scene
  }

  /// A light grey that shows form, for what has no colours of its own.
  static var clay: Material<Float> {
    var material = Material<Float>(
      baseColor: .constant(SIMD3(0.55, 0.55, 0.55)), shading: .blinnPhong,
      specular: SIMD3(repeating: 0.06), shininess: 40)
    material.name = "clay"
    material.isDoubleSided = true
    return material
  }

  private func lights(_ camera: Camera<Float>) -> [Light<Float>] {
    // Camera axes: x right, y down, z forward.
    let toWorld = camera.worldToCamera.rotation.conjugate.matrix
    func from(_ x: Float, _ y: Float, _ z: Float) -> SIMD3<Float> { toWorld * SIMD3(x, y, z) }
    guard light != .headlight else {
      return [
        .ambient(color: SIMD3(repeating: 0.15)),
        .directional(direction: from(0, 0, -1), color: SIMD3(repeating: 0.85)),
      ]
    }
    // Sky of .42 above, .14 below, linear in the height.
    let (mean, rise): (Float, Float) = (0.28, 0.14)
    var sky = [SIMD3<Float>](repeating: .zero, count: SphericalHarmonics.count)
    sky[0] = SIMD3(0.98, 0.99, 1.03) * (mean / 0.282_094_8)
    sky[1] = SIMD3(0.96, 0.99, 1.05) * (rise / 0.488_602_5 * 1.5)
    return [
      .sphericalHarmonics(sky),
      .directional(direction: from(-0.9, -1.1, -1.2), color: SIMD3(0.78, 0.76, 0.72)),
      .directional(direction: from(1.4, -0.2, -0.8), color: SIMD3(0.16, 0.17, 0.19)),
      .directional(direction: from(0.5, -1.1, 1.3), color: SIMD3(0.28, 0.29, 0.31)),
    ]
  }

  /// A grid of lines under the object, ten steps to each side, drawn as ribbons.
  private func addGround(under subject: PreviewSubject, to scene: inout Scene<Float>) {
    let sphere = subject.sphere
    guard sphere.radius > 0 else { return }
    // Steps of 1, 2 or 5 of a power of ten, about a quarter of the radius.
    let wanted = sphere.radius / 4
    let power = Float.pow(10, Float.log10(wanted).rounded(.down))
    let step = power * (wanted / power < 2 ? 1 : wanted / power < 5 ? 2 : 5)
    let center = SIMD2(
      (sphere.center.x / step).rounded() * step, (sphere.center.z / step).rounded() * step)
    let reach = 10 * step
    let half = sphere.radius * 0.003
    // A hair under the object, so that what stands on it is not cut.
    let height = subject.floor - sphere.radius * 0.001
    var positions: [Float] = []
    var faces: [Int32] = []
    for k in -10...10 {
      let offset = Float(k) * step
      let wide = half * (k == 0 ? 2 : 1)
      for isAcross in [false, true] {
        let first = Int32(positions.count / 3)
        for (along, beside) in [(-reach, -wide), (-reach, wide), (reach, wide), (reach, -wide)] {
          let (x, z) = isAcross ? (along, offset + beside) : (offset + beside, along)
          positions += [center.x + x, height, center.y + z]
        }
        faces += [0, 1, 2, 0, 2, 3].map { first + $0 }
      }
    }
    scene.meshes.append(Mesh(positions: positions, faces: faces))
    var material = Material<Float>(baseColor: .constant(SIMD3(repeating: 0.32)))
    material.name = "ground"
    scene.materials.append(material)
    scene.instances.append(
      Instance(mesh: scene.meshes.count - 1, material: scene.materials.count - 1))
  }
}
