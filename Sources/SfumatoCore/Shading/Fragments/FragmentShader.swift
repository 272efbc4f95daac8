// Shading of single fragments: a face of the scene and the weights of its corners give the colour that a camera sees there.
// Start at `color`; its adjoint is in FragmentShader+Adjoint.swift. `Reflectance` holds the models of light, `MipChain` the textures.

/// Shades the fragments that one camera sees; a class, as it is asked from many places and holds many arrays.
final class FragmentShader<S: RenderScalar>: Sendable {
  let assembly: SceneAssembly<S>
  let materials: [FragmentMaterial<S>]
  let instances: [FragmentInstance<S>]
  let lights: [Light<S>]
  private let shine: FragmentLights<S>
  let chains: [MipChain<S>]
  private let positions: [S]
  private let faces: [Int32]
  let isPerspective: Bool
  /// The camera's place, or the direction to it where orthographic.
  let eye: SIMD3<S>
  var scene: Scene<S> { assembly.scene }

  /// Whether any surface has holes or lets others shine through.
  let hasClearFaces: Bool

  /// Whether the size of a fragment matters: where a texture has smaller sizes.
  let usesFootprints: Bool

  init(_ assembly: SceneAssembly<S>, camera: Camera<S>) {
    self.assembly = assembly
    materials = assembly.scene.materials.map { FragmentMaterial($0) }
    instances = assembly.parts.indices.map { FragmentInstance(assembly, $0) }
    lights = assembly.scene.lights
    shine = FragmentLights(assembly.scene.lights)
    chains = assembly.chains
    usesFootprints = chains.contains { $0.filter == .trilinear }
    positions = assembly.positions
    faces = assembly.faces
    hasClearFaces = assembly.scene.hasClearFaces
    isPerspective = camera.projection == .perspective
    eye = isPerspective ? camera.center : -camera.worldToCamera.rotation.matrix.row2
  }

  /// The corners of a face, and what it is made of.
  struct Face {
    var material: Int
    var instance: Int
    /// The first corner, within the mesh.
    var corner: Int
    var p: InlineArray<3, SIMD3<S>>
    /// World normals at the corners; zero where none are used.
    var n: InlineArray<3, SIMD3<S>>
    var flat: SIMD3<S>
  }

  @inline(__always)
  func instance(of place: FragmentPlace<S>) -> Int {
    instances.count > 1 ? assembly.instance(ofFace: place.face) : 0
  }

  @inline(__always)
  func face(_ place: FragmentPlace<S>, _ index: Int) -> Face {
    let corner = 3 * (place.face - instances[index].firstFace)
    let first = 3 * place.face
    var n = InlineArray<3, SIMD3<S>>(repeating: .zero)
    if !instances[index].normals.isEmpty {
      for k in 0..<3 {
        n[k] = instances[index].normals.vector3(Int(instances[index].normalFaces[corner + k]))
      }
    }
    return Face(
      material: instances[index].material, instance: index, corner: corner,
      p: [
        positions.vector3(Int(faces[first])), positions.vector3(Int(faces[first + 1])),
        positions.vector3(Int(faces[first + 2])),
      ], n: n,
      flat: instances[index].flatNormals.isEmpty
        ? .zero : instances[index].flatNormals.vector3(corner / 3))
  }

  /// A texture where a fragment shows it.
  struct Shown {
    var texture: Int
    var set: Int
    /// Places on the texture of the three corners.
    var corners: InlineArray<3, SIMD2<S>>
    var sample: TextureSample<S>
    var value: SIMD4<S>
  }

  @inline(__always)
  private func shown(
    _ use: TextureUse<S>?, _ face: Face, _ place: FragmentPlace<S>
  ) -> Shown? {
    guard let use,
      let (number, corners) = corners(of: use, instance: face.instance, corner: face.corner)
    else { return nil }
    return shown(use, number, corners, place)
  }

  /// The set that a texture uses of an instance, and where it has the three corners of a face; nil where the mesh has none.
  @inline(__always)
  func corners(
    of use: TextureUse<S>, instance: Int, corner: Int
  ) -> (set: Int, places: InlineArray<3, SIMD2<S>>)? {
    let count = instances[instance].sets.count
    guard count > 0 else { return nil }
    let number = use.texcoordSet < min(count, 2) ? use.texcoordSet : 0
    var corners = InlineArray<3, SIMD2<S>>(repeating: .zero)
    for k in 0..<3 {
      let i = 2 * Int(instances[instance].sets[number].faces[corner + k])
      corners[k] = use.place(
        SIMD2(
          instances[instance].sets[number].values[i],
          instances[instance].sets[number].values[i + 1]))
    }
    return (number, corners)
  }

  @inline(__always)
  func shown(
    _ use: TextureUse<S>, _ number: Int, _ corners: InlineArray<3, SIMD2<S>>,
    _ place: FragmentPlace<S>
  ) -> Shown {
    func mix(_ w: SIMD3<S>) -> SIMD2<S> {
      (corners[0] * w.x + corners[1] * w.y) + corners[2] * w.z
    }
    let sample = chains[use.texture].sample(
      mix(place.weights), footprint: (mix(place.steps.0), mix(place.steps.1)))
    return Shown(
      texture: use.texture, set: number, corners: corners, sample: sample,
      value: chains[use.texture].value(sample))
  }

  /// What textures show at a fragment; ones where there are none.
  struct TextureValues {
    var color = SIMD4<S>(repeating: 1)
    /// Green is roughness, blue is metallic.
    var gloss = SIMD4<S>(repeating: 1)
    var shade = SIMD4<S>(repeating: 1)
    var glow = SIMD4<S>(repeating: 1)
  }

  /// The textures of a fragment; nil where the material has none.
  struct ShownTextures {
    var color: Shown?
    var gloss: Shown?
    var bump: Shown?
    var shade: Shown?
    var glow: Shown?

    var values: TextureValues {
      var values = TextureValues()
      if let color { values.color = color.value }
      if let gloss { values.gloss = gloss.value }
      if let shade { values.shade = shade.value }
      if let glow { values.glow = glow.value }
      return values
    }
  }

  @inline(__always)
  func shownTextures(_ face: Face, _ place: FragmentPlace<S>) -> ShownTextures {
    let material = materials[face.material]
    var shown = ShownTextures(
      color: shown(material.baseColorTexture, face, place),
      glow: shown(material.emissiveTexture, face, place))
    if material.shading != .unlit {
      shown.gloss = self.shown(material.metallicRoughnessTexture, face, place)
      shown.bump = self.shown(material.normalTexture, face, place)
      shown.shade = self.shown(material.occlusionTexture, face, place)
    }
    return shown
  }

  /// What light meets at a fragment, and what the adjoint needs of the way there.
  struct Fragment {
    var point = SurfacePoint<S>()
    /// The colour of corners or face before factor and texture.
    var source = SIMD3<S>.zero
    /// The interpolated normal before it is normalised.
    var mean = SIMD3<S>.zero
    var frame: TangentFrame<S>?
    /// -1 where the normal was turned to the viewer.
    var side: S = 1
  }

  @inline(__always)
  func fragment(
    _ face: Face, _ place: FragmentPlace<S>, _ values: TextureValues, bump: Shown?
  ) -> Fragment {
    let index = face.material
    let w = place.weights
    var fragment = Fragment()
    fragment.point.position = (face.p[0] * w.x + face.p[1] * w.y) + face.p[2] * w.z
    fragment.point.viewer = isPerspective ? normalize(eye - fragment.point.position) : eye
    switch materials[index].baseColor {
    case .constant(let color): fragment.source = color
    case .face:
      fragment.source =
        instances[face.instance].faceColors.isEmpty
        ? SIMD3(repeating: 1) : instances[face.instance].faceColors.vector3(face.corner / 3)
    case .vertex:
      fragment.source =
        instances[face.instance].vertexColors.isEmpty
        ? SIMD3(repeating: 1)
        : (vertexColor(face, 0) * w.x + vertexColor(face, 1) * w.y) + vertexColor(face, 2) * w.z
    }
    fragment.point.base =
      fragment.source * materials[index].baseColorFactor
      * SIMD3(values.color.x, values.color.y, values.color.z)
    fragment.point.emissive =
      materials[index].emissive * SIMD3(values.glow.x, values.glow.y, values.glow.z)
    fragment.point.specular = materials[index].specular
    fragment.point.shininess = materials[index].shininess
    guard materials[index].shading != .unlit else { return fragment }
    fragment.point.metallic = materials[index].metallic * values.gloss.z
    fragment.point.roughness = materials[index].roughness * values.gloss.y
    fragment.point.occlusion = 1 + materials[index].occlusionStrength * (values.shade.x - 1)
    addNormal(face, place, bump: bump, to: &fragment)
    return fragment
  }

  /// The vertex colour of a corner.
  @inline(__always)
  func vertexColor(_ face: Face, _ k: Int) -> SIMD3<S> {
    instances[face.instance].vertexColors.vector3(
      Int(instances[face.instance].faces[face.corner + k]))
  }

  @inline(__always)
  private func addNormal(
    _ face: Face, _ place: FragmentPlace<S>, bump: Shown?, to fragment: inout Fragment
  ) {
    let w = place.weights
    fragment.mean =
      materials[face.material].usesFaceNormals
      ? face.flat : (face.n[0] * w.x + face.n[1] * w.y) + face.n[2] * w.z
    var normal = normalize(fragment.mean)
    if let bump {
      let frame = TangentFrame(
        normal: normal, face.p[1] - face.p[0], face.p[2] - face.p[0],
        bump.corners[1] - bump.corners[0], bump.corners[2] - bump.corners[0])
      fragment.frame = frame
      normal = frame.mapped(bump.value, scale: materials[face.material].normalScale)
    }
    if materials[face.material].isDoubleSided {
      let front = faceCross(face.p[0], face.p[1], face.p[2])
      let isBehind = dot(front, fragment.point.viewer) < 0
      let isInward = dot(front, fragment.mean) < 0
      if isBehind != isInward { fragment.side = -1 }
    }
    fragment.point.normal = normal * fragment.side
  }

  /// Red, green, blue in linear light, and alpha, of a fragment.
  ///
  /// *Differentiable in* corner positions, normals, colours and texture coordinates, weights, texels, materials, lights and
  /// the camera's place; *constant in* the level of the mip chain and the side from which a face is seen.
  @inline(__always)
  func color(_ place: FragmentPlace<S>) -> SIMD4<S> {
    let instance = instance(of: place)
    if let color = pictureColor(place, instance) { return color }
    let face = face(place, instance)
    let index = face.material
    guard !materials[index].hasTextures else { return texturedColor(face, place) }
    let point = fragment(face, place, TextureValues(), bump: nil).point
    return SIMD4(
      Reflectance.color(point, materials[index].shading, lights: shine), materials[index].opacity)
  }

  /// ``color(_:)`` of a material with textures, which few fragments of most pictures have: kept out of the others' way.
  @inline(never)
  private func texturedColor(_ face: Face, _ place: FragmentPlace<S>) -> SIMD4<S> {
    let shown = shownTextures(face, place)
    let values = shown.values
    let point = fragment(face, place, values, bump: shown.bump).point
    return SIMD4(
      Reflectance.color(point, materials[face.material].shading, lights: shine),
      materials[face.material].opacity * values.color.w)
  }

  /// What a face's alpha means.
  func alphaMode(face: Int) -> AlphaMode<S> {
    materials[instances[assembly.instance(ofFace: face)].material].alphaMode
  }

  /// Alpha alone.
  func alpha(_ place: FragmentPlace<S>) -> S {
    let face = face(place, instance(of: place))
    let material = materials[face.material]
    return material.opacity * (shown(material.baseColorTexture, face, place)?.value.w ?? 1)
  }
}
