internal import SfumatoCore

// Cameras and lights, each under a node of its own.

extension GLTFWriter {
  mutating func add(_ camera: SceneCamera) {
    let body: String
    var range = [("znear", "\(camera.near)")]
    switch camera.projection {
    case .perspective(let angle, let ratio):
      var members = [("yfov", "\(angle)")]
      if let ratio { members.append(("aspectRatio", "\(ratio)")) }
      range = [("znear", "\(max(camera.near, 1e-6))")]
      if let far = camera.far { range.append(("zfar", "\(far)")) }
      body = "{\"type\":\"perspective\",\"perspective\":\(jsonObject(members + range))"
    case .orthographic(let halfWidth, let halfHeight):
      range.append(("zfar", "\(camera.far ?? max(1000, 2 * camera.near))"))
      let members = [("xmag", "\(halfWidth)"), ("ymag", "\(halfHeight)")]
      body = "{\"type\":\"orthographic\",\"orthographic\":\(jsonObject(members + range))"
    }
    let name = camera.name.isEmpty ? "" : ",\"name\":\(quotedJSON(camera.name))"
    cameras.append(body + name + "}")
    let toWorld = camera.worldToCamera.inverse
    let flip = Quaternion<Float>(w: 0, vector: SIMD3(1, 0, 0))
    var members = placement(
      RigidTransform(
        rotation: (toWorld.rotation * flip).normalized, translation: toWorld.translation))
    members.append(("camera", "\(cameras.count - 1)"))
    if !camera.name.isEmpty { members.append(("name", quotedJSON(camera.name))) }
    nodes.append(jsonObject(members))
  }

  mutating func add(_ light: Light<Float>) {
    switch light {
    case .directional(let direction, let color):
      addLight("directional", color, placement(RigidTransform(rotation: turn(to: direction))))
    case .inverseSquare(let position, let color):
      addLight("point", color, placement(RigidTransform(translation: position)))
    case .spot(let position, let direction, let color, let inner, let outer):
      let radians = Float.pi / 180
      addLight(
        "spot", color,
        placement(RigidTransform(rotation: turn(to: -direction), translation: position)),
        [
          (
            "spot",
            jsonObject([
              ("innerConeAngle", "\(inner * radians)"), ("outerConeAngle", "\(outer * radians)"),
            ])
          )
        ])
    case .ambient, .point, .sphericalHarmonics:
      warnings.append(
        "light from everywhere or without falloff is written into extras, which this program reads")
    }
  }

  private mutating func addLight(
    _ kind: String, _ color: SIMD3<Float>, _ place: [(String, String)],
    _ more: [(String, String)] = []
  ) {
    let strength = max(color.x, color.y, color.z)
    let tint = strength > 0 ? color / strength : SIMD3(repeating: 1)
    extensions.insert("KHR_lights_punctual")
    lights.append(
      jsonObject(
        [
          ("type", "\"\(kind)\""), ("color", jsonArray([tint.x, tint.y, tint.z])),
          ("intensity", "\(strength * Float.pi)"),
        ] + more))
    nodes.append(
      jsonObject(
        place + [
          ("extensions", "{\"KHR_lights_punctual\":{\"light\":\(lights.count - 1)}}")
        ]))
  }

  /// A rotation that turns +Z to a direction.
  private func turn(to direction: SIMD3<Float>) -> Quaternion<Float> {
    let z = normalize(direction)
    if z.z < -0.999999 { return Quaternion(w: 0, vector: SIMD3(1, 0, 0)) }
    let axis = cross(SIMD3<Float>(0, 0, 1), z)
    return Quaternion(w: 1 + z.z, vector: axis).normalized
  }

  /// The lights that the format has no word for.
  func sceneExtras() -> String? {
    var entries: [String] = []
    for light in scene.lights {
      switch light {
      case .ambient(let color):
        entries.append("{\"ambient\":\(jsonArray([color.x, color.y, color.z]))}")
      case .point(let p, let color):
        entries.append(
          "{\"point\":\(jsonArray([color.x, color.y, color.z])),\"position\":\(jsonArray([p.x, p.y, p.z]))}"
        )
      case .sphericalHarmonics(let coefficients):
        let numbers = coefficients.flatMap { [$0.x, $0.y, $0.z] }
        entries.append("{\"sphericalHarmonics\":\(jsonArray(numbers))}")
      case .directional, .inverseSquare, .spot: break
      }
    }
    var members: [(String, String)] = []
    if !entries.isEmpty { members.append(("lights", "[\(entries.joined(separator: ","))]")) }
    let b = scene.background
    if b != .zero { members.append(("background", jsonArray([b.x, b.y, b.z]))) }
    return members.isEmpty ? nil : "{\"sfumato\":\(jsonObject(members))}"
  }
}
