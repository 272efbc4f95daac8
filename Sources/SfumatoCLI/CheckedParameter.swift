internal import SfumatoCore

/// A named group of parameters whose gradient is checked, as a list of single numbers.
enum CheckedParameter: String, CaseIterable, Sendable {
  case shape, color, pose, cameras, focal, light, background

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
    }
  }

  /// How many numbers the group has in a scene of one mesh under an ambient and a directional light.
  func count(_ scene: Scene<Double>) -> Int {
    switch self {
    case .shape: scene.meshes[0].positions.count
    case .color:
      scene.meshes[0].vertexColors?.count ?? scene.meshes[0].faceColors?.count ?? 3
    case .pose, .cameras: 6
    case .focal: 4
    case .light: 9
    case .background: 3
    }
  }

  /// Moves the group's number `i`.
  func move(_ i: Int, by step: Double, _ scene: inout Scene<Double>, _ camera: inout Camera<Double>)
  {
    switch self {
    case .shape: scene.meshes[0].positions[i] += step
    case .color: moveColor(i, by: step, &scene)
    case .pose:
      let moved = scene.instances[0].transform.moved(by: twist(i, step))
      scene.instances[0].transform = moved
    case .cameras: camera.worldToCamera = camera.worldToCamera.moved(by: twist(i, step))
    case .focal:
      if i < 2 { camera.focal[i] += step } else { camera.principal[i - 2] += step }
    case .light: moveLight(i, by: step, &scene)
    case .background: scene.background[i] += step
    }
  }

  /// The group's number `i` of a gradient.
  func value(_ i: Int, _ gradient: SceneGradient<Double>) -> Double {
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
