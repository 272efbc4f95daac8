internal import SfumatoCore

/// A named group of parameters whose gradient is checked, as a list of single numbers.
enum CheckedParameter: String, CaseIterable, Sendable {
  case shape, color, pose, cameras, focal, light, background, smoothing

  /// What the renderer is asked to differentiate.
  var targets: GradientTargets {
    switch self {
    case .shape: .positions
    case .color: .colors
    case .pose: .poses
    case .cameras: .cameras
    case .focal: .intrinsics
    case .light: .lights
    case .background: .background
    case .smoothing: .smoothing
    }
  }

  /// How many numbers the group has in a scene of one mesh under an ambient and a directional light.
  func count(_ checked: CheckedScene) -> Int {
    let mesh = checked.scene.meshes[0]
    return switch self {
    case .shape: mesh.positions.count
    case .color: mesh.vertexColors?.count ?? mesh.faceColors?.count ?? 3
    case .pose, .cameras: 6
    case .focal: 4
    case .light: 9
    case .background: 3
    case .smoothing: checked.soft.map { SmoothingParameter.of($0).count } ?? 0
    }
  }

  /// The length of number `i` over which the picture changes, in the number's own unit: what moves an outline by the edge's
  /// width, or the range of a colour.
  func unit(_ i: Int, _ checked: CheckedScene) -> Double {
    let edge = checked.edgeWidth
    let sphere = checked.scene.meshes[0].boundingSphere
    switch self {
    case .shape: return edge
    // A turn moves points by their distance from the origin of the frame that it turns.
    case .pose: return i < 3 ? edge / max(length(sphere.center) + sphere.radius, edge) : edge
    case .cameras:
      let lever = length(checked.camera.cameraPoint(sphere.center)) + sphere.radius
      return i < 3 ? edge / max(lever, edge) : edge
    case .focal: return checked.edgeWidthPixels
    case .color, .light, .background: return 1
    case .smoothing: return checked.soft.map { SmoothingParameter.of($0)[i].unit($0) } ?? 1
    }
  }

  /// Moves the group's number `i`.
  func move(_ i: Int, by step: Double, _ checked: inout CheckedScene) {
    switch self {
    case .shape: checked.scene.meshes[0].positions[i] += step
    case .color: moveColor(i, by: step, &checked.scene)
    case .pose:
      let moved = checked.scene.instances[0].transform.moved(by: twist(i, step))
      checked.scene.instances[0].transform = moved
    case .cameras:
      checked.camera.worldToCamera = checked.camera.worldToCamera.moved(by: twist(i, step))
    case .focal:
      if i < 2 { checked.camera.focal[i] += step } else { checked.camera.principal[i - 2] += step }
    case .light: moveLight(i, by: step, &checked.scene)
    case .background: checked.scene.background[i] += step
    case .smoothing:
      guard var soft = checked.soft else { return }
      SmoothingParameter.of(soft)[i].move(&soft, by: step)
      checked.soft = soft
    }
  }

  /// The group's number `i` of a gradient.
  func value(_ i: Int, _ gradient: SceneGradient<Double>, _ checked: CheckedScene) -> Double {
    switch self {
    case .shape: gradient.meshes[0].positions[i]
    case .color: color(i, gradient)
    case .pose: component(i, gradient.instances[0])
    case .cameras: component(i, gradient.cameras[0].twist)
    case .focal: i < 2 ? gradient.cameras[0].focal[i] : gradient.cameras[0].principal[i - 2]
    case .light:
      i < 6
        ? gradient.lights[i / 3].color[i % 3]
        : gradient.lights[1].direction[i - 6] + gradient.lights[1].position[i - 6]
    case .background: gradient.background[i]
    case .smoothing:
      checked.soft.map { SmoothingParameter.of($0)[i].value(gradient.smoothing) } ?? 0
    }
  }

  private func moveColor(_ i: Int, by step: Double, _ scene: inout Scene<Double>) {
    switch scene.materials[0].baseColor {
    case .vertex: scene.meshes[0].vertexColors?[i] += step
    case .face: scene.meshes[0].faceColors?[i] += step
    case .constant(var color):
      color[i] += step
      scene.materials[0].baseColor = .constant(color)
    }
  }

  private func color(_ i: Int, _ gradient: SceneGradient<Double>) -> Double {
    let mesh = gradient.meshes[0]
    if !mesh.vertexColors.isEmpty { return mesh.vertexColors[i] }
    if !mesh.faceColors.isEmpty { return mesh.faceColors[i] }
    return gradient.materials[0].color[i]
  }

  private func moveLight(_ i: Int, by step: Double, _ scene: inout Scene<Double>) {
    switch scene.lights[i < 3 ? 0 : 1] {
    case .ambient(var color):
      color[i % 3] += step
      scene.lights[0] = .ambient(color: color)
    case .directional(var direction, var color):
      if i < 6 { color[i - 3] += step } else { direction[i - 6] += step }
      scene.lights[1] = .directional(direction: direction, color: color)
    case .point(var position, var color):
      if i < 6 { color[i - 3] += step } else { position[i - 6] += step }
      scene.lights[1] = .point(position: position, color: color)
    case .inverseSquare, .spot, .sphericalHarmonics:
      // The scene that is checked has none of these.
      break
    }
  }

  private func twist(_ i: Int, _ step: Double) -> Twist<Double> {
    var twist = Twist<Double>()
    if i < 3 { twist.angular[i] = step } else { twist.linear[i - 3] = step }
    return twist
  }

  private func component(_ i: Int, _ twist: Twist<Double>) -> Double {
    i < 3 ? twist.angular[i] : twist.linear[i - 3]
  }
}
