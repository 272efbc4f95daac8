// The short way of a surface that shows a texture as it is: no light, no normals, no other textures. A fit of a texture renders
// nothing else.

extension FragmentShader {
  /// ``color(_:)`` of a material that shows a texture as it is; nil of others.
  @inline(__always)
  func pictureColor(_ place: FragmentPlace<S>, _ instance: Int) -> SIMD4<S>? {
    guard let (shown, source, material) = picture(place, instance) else { return nil }
    let tint = source * materials[material].baseColorFactor
    return SIMD4(tint, materials[material].opacity) * shown.value
  }

  /// The adjoint of ``pictureColor(_:_:)``: adds to the gradients, returns the weights' cotangent.
  @inline(__always)
  func pictureVJP(
    _ place: FragmentPlace<S>, _ instance: Int, colorBar: SIMD4<S>,
    into gradients: inout FragmentGradients<S>
  ) -> SIMD3<S>? {
    guard let (shown, source, index) = picture(place, instance),
      let use = materials[index].baseColorTexture
    else { return nil }
    let texel = SIMD3(shown.value.x, shown.value.y, shown.value.z)
    let factor = materials[index].baseColorFactor
    let bar = SIMD3(colorBar.x, colorBar.y, colorBar.z)
    gradients.materials[index].color += bar * factor * texel
    gradients.materials[index].baseColorFactor += bar * source * texel
    gradients.materials[index].opacity += colorBar.w * shown.value.w
    gradients.materials[index].emissive += bar
    var corners = CornerBars<S>()
    var weightsBar = SIMD3<S>.zero
    shownVJP(
      shown, use, place,
      valueBar: SIMD4(bar * source * factor, colorBar.w * materials[index].opacity),
      weightsBar: &weightsBar, corners: &corners, into: &gradients)
    if gradients.wantsTexcoords {
      gradients.add(corners, toFace: Int32(truncatingIfNeeded: place.face))
    }
    return weightsBar
  }

  @inline(__always)
  private func picture(
    _ place: FragmentPlace<S>, _ instance: Int
  ) -> (shown: Shown, source: SIMD3<S>, material: Int)? {
    let index = instances[instance].material
    guard materials[index].isPicture, let use = materials[index].baseColorTexture,
      case .constant(let source) = materials[index].baseColor,
      let (set, corners) = corners(
        of: use, instance: instance, corner: 3 * (place.face - instances[instance].firstFace))
    else { return nil }
    return (shown(use, set, corners, place), source, index)
  }
}
