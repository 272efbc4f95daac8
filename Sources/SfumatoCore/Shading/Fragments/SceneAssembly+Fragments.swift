// From fragments back to the scene, and the colours that corners show to soft pictures.

extension SceneAssembly {
  /// The place of a corner as a fragment; textures are filtered over half of the face.
  private static func cornerPlace(_ face: Int, _ k: Int) -> FragmentPlace<S> {
    var weights = SIMD3<S>.zero
    weights[k] = 1
    let (next, last) = ((k + 1) % 3, (k + 2) % 3)
    var steps = (SIMD3<S>.zero, SIMD3<S>.zero)
    steps.0[next] = 1 / 2
    steps.0[k] = -1 / 2
    steps.1[last] = 1 / 2
    steps.1[k] = -1 / 2
    return FragmentPlace(face: face, weights: weights, steps: steps)
  }

  /// The colours of the corners as the fragments there, `[F, 3, 3]`.
  func seenCornerColors(_ camera: Camera<S>) -> [S] {
    let shader = FragmentShader(self, camera: camera)
    var colors = [S](repeating: 0, count: faces.count * 3)
    for corner in faces.indices {
      let color = shader.color(Self.cornerPlace(corner / 3, corner % 3))
      colors.setVector3(corner, SIMD3(color.x, color.y, color.z))
    }
    return colors
  }

  /// The adjoint of ``seenCornerColors(_:)`` over all views.
  func seenCornersBackward(
    _ views: [SeenColors], targets: GradientTargets, into gradient: inout SceneGradient<S>
  ) -> FragmentGradients<S> {
    let parts = views.map { view in
      let shader = FragmentShader(self, camera: view.camera)
      var own = FragmentGradients(self, targets: targets)
      for corner in faces.indices {
        let bar = view.cornerColorsBar.vector3(corner)
        guard bar != .zero else { continue }
        _ = shader.colorVJP(
          Self.cornerPlace(corner / 3, corner % 3), colorBar: SIMD4(bar, 0), into: &own)
      }
      return (view.camera, Optional(own))
    }
    return fragments(of: parts, targets: targets, into: &gradient)
      ?? FragmentGradients(self, targets: targets)
  }

  /// The sum of the views' cotangents of fragments; what they say of the cameras goes to those.
  func fragments(
    of views: [(camera: Camera<S>, own: FragmentGradients<S>?)], targets: GradientTargets,
    into gradient: inout SceneGradient<S>
  ) -> FragmentGradients<S>? {
    var sum: FragmentGradients<S>?
    for (place, view) in views.enumerated() {
      guard let own = view.own else { continue }
      if targets.contains(.cameras), gradient.cameras.indices.contains(place) {
        // The eye is at -Rᵀ t; a twist from the left moves it by -Rᵀ times its linear part.
        let rotation = view.camera.worldToCamera.rotation.matrix
        gradient.cameras[place].twist.linear -= rotation * own.eye
        gradient.cameras[place].twist.angular += cross(SIMD3(0, 0, 1), rotation * own.viewer)
      }
      if sum == nil { sum = own } else { sum? += own }
    }
    return sum
  }

  /// The cotangents of materials, lights and textures; returns the places of each instance's faces among the fragments'.
  func sharedBackward(
    _ fragments: FragmentGradients<S>, targets: GradientTargets,
    into gradient: inout SceneGradient<S>
  ) -> [[Int]] {
    if targets.contains(.colors) {
      for (k, own) in fragments.materials.enumerated() { gradient.materials[k] += own }
    }
    if targets.contains(.lights) {
      for (k, own) in fragments.lights.enumerated() { gradient.lights[k] += own }
    }
    if targets.contains(.textures) {
      for (k, bars) in fragments.texels.enumerated() where !bars.isEmpty {
        let own = chains[k].backward(bars.values)
        var sum = gradient.textures[k]
        gradient.textures[k] = []
        for i in own.indices { sum[i] += own[i] }
        gradient.textures[k] = sum
      }
    }
    var places = [[Int]](repeating: [], count: parts.count)
    for (place, face) in fragments.faces.enumerated() {
      places[instance(ofFace: Int(face))].append(place)
    }
    return places
  }

  /// The cotangents of one instance's corners.
  func fragmentsBackward(
    _ index: Int, _ fragments: FragmentGradients<S>, _ places: [Int], targets: GradientTargets,
    worldBar: inout [S], into gradient: inout SceneGradient<S>
  ) {
    let meshIndex = scene.instances[index].mesh
    let mesh = scene.meshes[meshIndex]
    let part = parts[index]
    let indices = normalIndices(index)
    let wantsColors = targets.contains(.colors)
    var bars = SurfaceBars(part, positions: worldBar)
    for place in places {
      let face = Int(fragments.faces[place]) - part.firstFace
      let own = fragments.corners[place]
      for k in 0..<3 {
        let corner = 3 * face + k
        let vertex = Int(mesh.faces[corner])
        bars.positions.addVector3(vertex, own.positions[k])
        if !bars.normals.isEmpty { bars.normals.addVector3(Int(indices[corner]), own.normals[k]) }
        if wantsColors, mesh.vertexColors != nil {
          gradient.meshes[meshIndex].vertexColors.addVector3(vertex, own.colors[k])
        }
        guard targets.contains(.texcoords) else { continue }
        let texcoords = own.texcoords[k]
        for (set, bar) in [
          SIMD2(texcoords.x, texcoords.y), SIMD2(texcoords.z, texcoords.w),
        ].enumerated() where set < mesh.texcoordSets.count {
          let i = 2 * Int(mesh.texcoordSets[set].faces[corner])
          gradient.meshes[meshIndex].texcoords[set][i] += bar.x
          gradient.meshes[meshIndex].texcoords[set][i + 1] += bar.y
        }
      }
      if !bars.flatNormals.isEmpty { bars.flatNormals.addVector3(face, own.faceNormal) }
      if wantsColors, mesh.faceColors != nil {
        gradient.meshes[meshIndex].faceColors.addVector3(face, own.faceColor)
      }
    }
    finish(bars, index, targets: targets, worldBar: &worldBar, into: &gradient)
  }
}
