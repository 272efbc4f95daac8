// What a camera changes in the colours of a scene: light mirrored towards it. Everything else is lit once for all views.

extension SceneAssembly {
  /// A view's share of the adjoint: its camera and the cotangent of its corner colours.
  typealias SeenColors = (camera: Camera<S>, cornerColorsBar: [S])

  /// Whether colours at corners depend on the camera: surfaces mirror light there, or show textures.
  var dependsOnView: Bool {
    switch coloring {
    case .none, .fragments: false
    case .corners: scene.instances.contains { scene.materials[$0.material].isShiny }
    case .seenCorners: true
    }
  }

  /// The lit corner colours, `[F, 3, 3]`, as a camera sees them.
  ///
  /// *Differentiable in* what ``cornerColors`` is, the camera's extrinsics, specular colours and shininess.
  func cornerColors(seenFrom camera: Camera<S>) -> [S] {
    guard dependsOnView else { return cornerColors }
    guard coloring == .corners else { return seenCornerColors(camera) }
    var result = cornerColors
    for (i, instance) in scene.instances.enumerated() {
      let material = scene.materials[instance.material]
      guard material.isShiny else { continue }
      guard let surface = CornerSurface(self, i) else { continue }
      for corner in 0..<scene.meshes[instance.mesh].faces.count {
        let (position, normal) = surface[corner]
        let light = Lighting.highlight(
          position: position, normal: normal, viewer: Self.viewer(camera, from: position),
          shininess: material.shininess, lights: scene.lights)
        result.addVector3(parts[i].firstFace * 3 + corner, material.specular * light)
      }
    }
    return result
  }

  /// The adjoint of the highlights of one instance in all views.
  ///
  /// - Parameters:
  ///   - index: the instance.
  ///   - views: what each camera's colours are pulled back from.
  ///   - bars: added to: the surface's cotangents.
  ///   - lights: added to.
  ///   - gradient: added to: the material's and the cameras' cotangents.
  func highlightsBackward(
    _ index: Int, _ views: [SeenColors], bars: inout SurfaceBars,
    lights: inout [LightGradient<S>], into gradient: inout SceneGradient<S>
  ) {
    let instance = scene.instances[index]
    let material = scene.materials[instance.material]
    let mesh = scene.meshes[instance.mesh]
    guard let surface = CornerSurface(self, index) else { return }
    for (place, view) in views.enumerated() {
      var twist = Twist<S>()
      let rotation = view.camera.worldToCamera.rotation.matrix
      for corner in 0..<mesh.faces.count {
        let (position, normal) = surface[corner]
        let colorBar = view.cornerColorsBar.vector3(parts[index].firstFace * 3 + corner)
        let viewer = Self.viewer(view.camera, from: position)
        gradient.materials[instance.material].specular +=
          colorBar
          * Lighting.highlight(
            position: position, normal: normal, viewer: viewer, shininess: material.shininess,
            lights: scene.lights)
        let own = Lighting.highlightVJP(
          position: position, normal: normal, viewer: viewer, shininess: material.shininess,
          lights: scene.lights, highlightBar: colorBar * material.specular, into: &lights)
        gradient.materials[instance.material].shininess += own.shininess
        var positionBar = own.position
        switch view.camera.projection {
        case .perspective:
          // The eye is at -Rᵀ t; a twist from the left moves it by -Rᵀ times its linear part.
          let eyeBar = normalizeVJP(view.camera.center - position, unitBar: own.viewer)
          positionBar -= eyeBar
          twist.linear -= rotation * eyeBar
        case .orthographic:
          twist.angular += cross(SIMD3(0, 0, 1), rotation * own.viewer)
        }
        bars.add(
          positionBar: positionBar, normalBar: own.normal, corner: corner, of: mesh,
          material: material)
      }
      if gradient.cameras.indices.contains(place) { gradient.cameras[place].twist += twist }
    }
  }

  /// The unit direction from a point to the viewer.
  @inline(__always)
  private static func viewer(_ camera: Camera<S>, from position: SIMD3<S>) -> SIMD3<S> {
    switch camera.projection {
    case .perspective: normalize(camera.center - position)
    case .orthographic: -camera.worldToCamera.rotation.matrix.row2
    }
  }
}
