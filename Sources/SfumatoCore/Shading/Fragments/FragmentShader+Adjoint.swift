// From a fragment's colour back to all that made it: the source of its colour, its gloss, its normal, the textures of each.

extension FragmentShader {
  /// The adjoint of ``color(_:)``: adds to the gradients, returns the weights' cotangent.
  @inline(__always)
  func colorVJP(
    _ place: FragmentPlace<S>, colorBar: SIMD4<S>, into gradients: inout FragmentGradients<S>
  ) -> SIMD3<S> {
    let instance = instance(of: place)
    if let weightsBar = pictureVJP(place, instance, colorBar: colorBar, into: &gradients) {
      return weightsBar
    }
    let face = face(place, instance)
    let shown = shownTextures(face, place)
    let values = shown.values
    let fragment = fragment(face, place, values, bump: shown.bump)
    let index = face.material
    let material = materials[index]
    var bars = CornerBars<S>()
    var weightsBar = SIMD3<S>.zero
    let bar = Reflectance.colorVJP(
      fragment.point, material.shading, lights: lights,
      colorBar: SIMD3(colorBar.x, colorBar.y, colorBar.z), into: &gradients.lights)
    sourceVJP(
      fragment, face, shown.color, place, bar: bar, alphaBar: colorBar.w, weightsBar: &weightsBar,
      corners: &bars,
      into: &gradients)
    if let glow = shown.glow, let use = material.emissiveTexture {
      gradients.materials[index].emissive +=
        bar.emissive * SIMD3(glow.value.x, glow.value.y, glow.value.z)
      shownVJP(
        glow, use, place, valueBar: SIMD4(bar.emissive * material.emissive, 0),
        weightsBar: &weightsBar, corners: &bars, into: &gradients)
    } else {
      gradients.materials[index].emissive += bar.emissive
    }
    gradients.materials[index].specular += bar.specular
    gradients.materials[index].shininess += bar.shininess
    var positionBar = bar.position
    if material.shading != .unlit {
      glossVJP(
        shown, values, face, place, bar: bar, weightsBar: &weightsBar, corners: &bars,
        into: &gradients)
      normalVJP(
        fragment, face, shown.bump, place, normalBar: bar.normal, weightsBar: &weightsBar,
        corners: &bars,
        into: &gradients)
      if isPerspective {
        let eyeBar = normalizeVJP(eye - fragment.point.position, unitBar: bar.viewer)
        gradients.eye += eyeBar
        positionBar -= eyeBar
      } else {
        gradients.viewer += bar.viewer
      }
      for k in 0..<3 {
        bars.positions[k] += positionBar * place.weights[k]
        weightsBar[k] += dot(positionBar, face.p[k])
      }
    }
    gradients.add(bars, toFace: Int32(truncatingIfNeeded: place.face))
    return weightsBar
  }

  /// The adjoint of the base colour and alpha.
  @inline(__always)
  private func sourceVJP(
    _ fragment: Fragment, _ face: Face, _ color: Shown?, _ place: FragmentPlace<S>,
    bar: SurfacePoint<S>, alphaBar: S,
    weightsBar: inout SIMD3<S>, corners: inout CornerBars<S>,
    into gradients: inout FragmentGradients<S>
  ) {
    let index = face.material
    let material = materials[index]
    let value = color?.value ?? SIMD4(repeating: 1)
    let texel = SIMD3(value.x, value.y, value.z)
    gradients.materials[index].baseColorFactor += bar.base * fragment.source * texel
    gradients.materials[index].opacity += alphaBar * value.w
    let sourceBar = bar.base * material.baseColorFactor * texel
    switch material.baseColor {
    case .constant: gradients.materials[index].color += sourceBar
    case .face: corners.faceColor += sourceBar
    case .vertex:
      if !instances[face.instance].vertexColors.isEmpty {
        for k in 0..<3 {
          corners.colors[k] += sourceBar * place.weights[k]
          weightsBar[k] += dot(sourceBar, vertexColor(face, k))
        }
      }
    }
    if let color, let use = material.baseColorTexture {
      let valueBar = bar.base * fragment.source * material.baseColorFactor
      shownVJP(
        color, use, place, valueBar: SIMD4(valueBar, alphaBar * material.opacity),
        weightsBar: &weightsBar, corners: &corners, into: &gradients)
    }
  }

  /// The adjoint of metallic, roughness and occlusion.
  @inline(__always)
  private func glossVJP(
    _ shown: ShownTextures, _ values: TextureValues, _ face: Face, _ place: FragmentPlace<S>,
    bar: SurfacePoint<S>,
    weightsBar: inout SIMD3<S>, corners: inout CornerBars<S>,
    into gradients: inout FragmentGradients<S>
  ) {
    let index = face.material
    let material = materials[index]
    gradients.materials[index].metallic += bar.metallic * values.gloss.z
    gradients.materials[index].roughness += bar.roughness * values.gloss.y
    if let gloss = shown.gloss, let use = material.metallicRoughnessTexture {
      shownVJP(
        gloss, use, place,
        valueBar: SIMD4(0, bar.roughness * material.roughness, bar.metallic * material.metallic, 0),
        weightsBar: &weightsBar, corners: &corners, into: &gradients)
    }
    if let shade = shown.shade, let use = material.occlusionTexture {
      gradients.materials[index].occlusionStrength += bar.occlusion * (shade.value.x - 1)
      shownVJP(
        shade, use, place, valueBar: SIMD4(bar.occlusion * material.occlusionStrength, 0, 0, 0),
        weightsBar: &weightsBar, corners: &corners, into: &gradients)
    }
  }

  /// The adjoint of the normal.
  @inline(__always)
  private func normalVJP(
    _ fragment: Fragment, _ face: Face, _ bump: Shown?, _ place: FragmentPlace<S>,
    normalBar: SIMD3<S>, weightsBar: inout SIMD3<S>, corners: inout CornerBars<S>,
    into gradients: inout FragmentGradients<S>
  ) {
    let index = face.material
    let material = materials[index]
    var unitBar = normalBar * fragment.side
    if let frame = fragment.frame, let bump, let use = material.normalTexture {
      let own = frame.mappedVJP(bump.value, scale: material.normalScale, normalBar: unitBar)
      gradients.materials[index].normalScale += own.scaleBar
      unitBar = own.frameNormalBar
      corners.positions[0] -= own.firstBar + own.secondBar
      corners.positions[1] += own.firstBar
      corners.positions[2] += own.secondBar
      let (one, two) = (own.firstPlaceBar, own.secondPlaceBar)
      Self.add(use.placeVJP(placeBar: -one - two), 0, bump.set, to: &corners)
      Self.add(use.placeVJP(placeBar: one), 1, bump.set, to: &corners)
      Self.add(use.placeVJP(placeBar: two), 2, bump.set, to: &corners)
      shownVJP(
        bump, use, place, valueBar: own.valueBar, weightsBar: &weightsBar, corners: &corners,
        into: &gradients)
    }
    let meanBar = normalizeVJP(fragment.mean, unitBar: unitBar)
    if material.usesFaceNormals {
      corners.faceNormal += meanBar
    } else {
      for k in 0..<3 {
        corners.normals[k] += meanBar * place.weights[k]
        weightsBar[k] += dot(meanBar, face.n[k])
      }
    }
  }

  /// The adjoint of ``shown(_:_:_:)``.
  @inline(__always)
  func shownVJP(
    _ shown: Shown, _ use: TextureUse<S>, _ place: FragmentPlace<S>, valueBar: SIMD4<S>,
    weightsBar: inout SIMD3<S>, corners: inout CornerBars<S>,
    into gradients: inout FragmentGradients<S>
  ) {
    let placeBar = chains[shown.texture].valueVJP(
      shown.sample, valueBar: valueBar, into: &gradients.texels[shown.texture])
    guard placeBar != .zero else { return }
    for k in 0..<3 {
      weightsBar[k] += dot(placeBar, shown.corners[k])
      guard gradients.wantsTexcoords else { continue }
      Self.add(use.placeVJP(placeBar: placeBar * place.weights[k]), k, shown.set, to: &corners)
    }
  }

  @inline(__always)
  private static func add(
    _ bar: SIMD2<S>, _ k: Int, _ set: Int, to corners: inout CornerBars<S>
  ) {
    corners.texcoords[k] += set == 0 ? SIMD4(bar.x, bar.y, 0, 0) : SIMD4(0, 0, bar.x, bar.y)
  }
}
