// The part of a picture that no camera changes: instances put into the world, corners coloured and lit. Faces of all
// instances stand in one list; `forward` and `backward` walk the instances in order.

/// A scene's instances as one list of world-space faces with lit corner colours.
struct SceneAssembly<S: RenderScalar>: Sendable {
  /// World positions of all instances, `[V, 3]`.
  var positions: [S] = []
  /// Corner indices into them, `[F, 3]`.
  var faces: [Int32] = []
  /// Colours of the corners lit by what does not depend on the viewer, `[F, 3, 3]`; empty where only alpha is wanted.
  ///
  /// Where fragments are shaded, (1, 0, 0), (0, 1, 0), (0, 0, 1): interpolated, they are the weights of the face's corners.
  var cornerColors: [S] = []
  /// Where each instance's vertices and faces start.
  private(set) var parts: [Part] = []
  let scene: Scene<S>
  /// How colours come about.
  let coloring: Coloring
  /// The textures at all sizes, where fragments or corners show them.
  let chains: [MipChain<S>]

  /// How colours come about.
  enum Coloring: Sendable {
    /// Not at all: only alpha is wanted.
    case none
    /// Lit at the corners and interpolated.
    case corners
    /// Shaded at each fragment.
    case fragments
    /// Shaded at each corner as the fragment there, as far as the camera sees it, and interpolated: for soft pictures.
    case seenCorners
  }

  /// One instance's share of the lists.
  struct Part: Sendable {
    var firstVertex: Int
    var firstFace: Int
    /// Smooth normals, `[V, 3]`, where the shading uses them.
    var normals: [S] = []
    var normalsResidual: VertexNormals.Residual<S>?
    /// Flat normals, `[F, 3]`.
    var flatNormals: [S] = []
    var flatResidual: FaceNormals.Residual<S>?
  }

  var vertexCount: Int { positions.count / 3 }
  var faceCount: Int { faces.count / 3 }

  /// A sphere around all vertices: centre of the box, largest distance from it.
  var boundingSphere: (center: SIMD3<S>, radius: S) {
    Mesh(positions: positions, faces: []).boundingSphere
  }

  /// Puts the instances into the world and lights their corners.
  ///
  /// *Differentiable in* positions, colours, instance motions, lights; *constant in* given normals' object-space values and
  /// in the instances' stretches.
  ///
  /// - Parameters:
  ///   - scene: what is put together.
  ///   - hasColor: whether colours are wanted.
  ///   - shadesFragments: whether colours that corners cannot stand for are left to the fragments.
  ///   - seesHoles: whether alpha is looked at where no colours are wanted.
  init(_ scene: Scene<S>, hasColor: Bool, shadesFragments: Bool, seesHoles: Bool = false) {
    self.scene = scene
    let hasColor = hasColor || (seesHoles && scene.hasClearFaces)
    let needsFragments = scene.instances.contains { scene.materials[$0.material].needsFragments }
    coloring =
      !hasColor ? .none : !needsFragments ? .corners : shadesFragments ? .fragments : .seenCorners
    chains = hasColor && needsFragments ? scene.textures.map { $0.chains.chain(of: $0) } : []
    for instance in scene.instances {
      let mesh = scene.meshes[instance.mesh]
      var part = Part(firstVertex: vertexCount, firstFace: faceCount)
      let map = instance.map
      let translation = instance.transform.translation
      var world = mesh.positions
      if instance.moves {
        for v in 0..<mesh.vertexCount {
          world.setVector3(v, map * mesh.positions.vector3(v) + translation)
        }
      }
      let offset = Int32(part.firstVertex)
      if hasColor {
        Self.addNormals(scene.materials[instance.material], mesh, map, world, to: &part)
        switch coloring {
        case .none, .seenCorners: break
        case .corners: cornerColors += colors(instance, mesh, part, world: world)
        case .fragments:
          cornerColors += (0..<mesh.faces.count * 3).map { $0 % 9 % 4 == 0 ? 1 : 0 }
        }
      }
      if parts.isEmpty {
        positions = world
        faces = mesh.faces
      } else {
        positions += world
        faces += mesh.faces.map { $0 + offset }
      }
      parts.append(part)
    }
  }

  private static func addNormals(
    _ material: Material<S>, _ mesh: Mesh<S>, _ map: Matrix3<S>, _ world: [S], to part: inout Part
  ) {
    if material.usesFaceNormals {
      let result = FaceNormals.forward(positions: world, faces: mesh.faces)
      part.flatNormals = result.normals
      part.flatResidual = result.residual
    } else if material.usesVertexNormals {
      if let given = mesh.normals {
        let normalMap = map.inverseTranspose
        part.normals = given
        for v in 0..<given.count / 3 {
          part.normals.setVector3(v, normalize(normalMap * given.vector3(v)))
        }
      } else {
        let result = VertexNormals.forward(positions: world, faces: mesh.faces)
        part.normals = result.normals
        part.normalsResidual = result.residual
      }
    }
  }

  /// Which instance a face belongs to.
  @inline(__always)
  func instance(ofFace face: Int) -> Int {
    var (low, high) = (0, parts.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if parts[middle].firstFace <= face { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Which of an instance's normals its corners have, `[F, 3]`.
  @inline(__always)
  func normalIndices(_ index: Int) -> [Int32] {
    let mesh = scene.meshes[scene.instances[index].mesh]
    return mesh.normalFaces ?? mesh.faces
  }

  /// The unlit colour of a corner.
  @inline(__always)
  private func base(_ color: BaseColor<S>, _ mesh: Mesh<S>, corner: Int) -> SIMD3<S> {
    switch color {
    case .constant(let value): value
    case .vertex: mesh.vertexColors?.vector3(Int(mesh.faces[corner])) ?? SIMD3(repeating: 1 / 2)
    case .face: mesh.faceColors?.vector3(corner / 3) ?? SIMD3(repeating: 1 / 2)
    }
  }

  /// The normal of a corner; nil where unlit.
  @inline(__always)
  private func normal(
    _ material: Material<S>, _ mesh: Mesh<S>, _ part: Part, corner: Int
  ) -> SIMD3<S>? {
    if material.usesFaceNormals { return part.flatNormals.vector3(corner / 3) }
    guard material.usesVertexNormals else { return nil }
    return part.normals.vector3(Int((mesh.normalFaces ?? mesh.faces)[corner]))
  }

  /// The corners of a lit instance in the world.
  ///
  /// Made once an instance: to look mesh, material and part up copies them, which for each corner takes longer than all else.
  struct CornerSurface {
    private let positions: [S]
    private let firstVertex: Int
    private let faces: [Int32]
    private let normals: [S]
    private let normalFaces: [Int32]
    private let isFlat: Bool

    /// Nil where the instance is unlit.
    init?(_ assembly: SceneAssembly, _ index: Int) {
      let instance = assembly.scene.instances[index]
      let material = assembly.scene.materials[instance.material]
      guard material.usesFaceNormals || material.usesVertexNormals else { return nil }
      let mesh = assembly.scene.meshes[instance.mesh]
      let part = assembly.parts[index]
      positions = assembly.positions
      firstVertex = part.firstVertex
      faces = mesh.faces
      isFlat = material.usesFaceNormals
      normals = isFlat ? part.flatNormals : part.normals
      normalFaces = mesh.normalFaces ?? mesh.faces
    }

    /// World position and normal of a corner.
    @inline(__always)
    subscript(corner: Int) -> (position: SIMD3<S>, normal: SIMD3<S>) {
      (
        positions.vector3(firstVertex + Int(faces[corner])),
        normals.vector3(isFlat ? corner / 3 : Int(normalFaces[corner]))
      )
    }
  }

  private func colors(
    _ instance: Instance<S>, _ mesh: Mesh<S>, _ part: Part, world: [S]
  ) -> [S] {
    let material = scene.materials[instance.material]
    var result = [S](repeating: 0, count: mesh.faces.count * 3)
    for corner in 0..<mesh.faces.count {
      var color = base(material.baseColor, mesh, corner: corner)
      if let normal = normal(material, mesh, part, corner: corner) {
        color *= Lighting.irradiance(
          position: world.vector3(Int(mesh.faces[corner])), normal: normal, lights: scene.lights)
      }
      result.setVector3(corner, color)
    }
    return result
  }

  /// The adjoint: adds to the scene's gradient.
  ///
  /// - Parameters:
  ///   - positionsBar: cotangent of the world positions, `[V, 3]`.
  ///   - cornerColorsBar: cotangent of the corner colours, `[F, 3, 3]`, summed over the views, or empty.
  ///   - views: the same view by view where colours depend on the view, else empty.
  ///   - fragments: the cotangents of all views' fragments, where those were shaded.
  ///   - targets: what is asked.
  ///   - gradient: what is added to.
  func backward(
    positionsBar: [S], cornerColorsBar: [S], views: [SeenColors] = [],
    fragments: FragmentGradients<S>? = nil, targets: GradientTargets,
    into gradient: inout SceneGradient<S>
  ) {
    var fragments = fragments
    if coloring == .seenCorners, !cornerColorsBar.isEmpty {
      fragments = seenCornersBackward(views, targets: targets, into: &gradient)
    }
    let byInstance = fragments.map { sharedBackward($0, targets: targets, into: &gradient) }
    let movesGeometry = targets.contains(.positions) || targets.contains(.poses)
    for (i, instance) in scene.instances.enumerated() {
      let mesh = scene.meshes[instance.mesh]
      let part = parts[i]
      let first = part.firstVertex * 3
      var worldBar = Array(positionsBar[first..<first + mesh.positions.count])
      if let fragments, let byInstance {
        fragmentsBackward(
          i, fragments, byInstance[i], targets: targets, worldBar: &worldBar, into: &gradient)
      } else if !cornerColorsBar.isEmpty {
        colorsBackward(
          i, cornerColorsBar, views: views, targets: targets, worldBar: &worldBar,
          into: &gradient)
      }
      guard movesGeometry else { continue }
      let rotation = instance.transform.rotation.matrix
      let unstretch = instance.stretch == .identity ? nil : instance.stretch.transpose
      for v in 0..<mesh.vertexCount {
        let image = positions.vector3(part.firstVertex + v)
        let bars = RigidTransform.applyVJP(
          rotation: rotation, image: image, imageBar: worldBar.vector3(v))
        if targets.contains(.positions) {
          gradient.meshes[instance.mesh].positions.addVector3(
            v, unstretch.map { $0 * bars.pointBar } ?? bars.pointBar)
        }
        if targets.contains(.poses) { gradient.instances[i] += bars.twistBar }
      }
    }
  }

  /// The cotangents of one instance's surface.
  struct SurfaceBars {
    /// World positions, `[V, 3]`.
    var positions: [S]
    /// Smooth normals, `[V, 3]`, where the shading uses them.
    var normals: [S]
    /// Flat normals, `[F, 3]`.
    var flatNormals: [S]

    init(_ part: Part, positions: [S]) {
      self.positions = positions
      normals = [S](repeating: 0, count: part.normals.count)
      flatNormals = [S](repeating: 0, count: part.flatNormals.count)
    }

    /// Adds a corner's cotangents.
    mutating func add(
      positionBar: SIMD3<S>, normalBar: SIMD3<S>, corner: Int, of mesh: Mesh<S>,
      material: Material<S>
    ) {
      positions.addVector3(Int(mesh.faces[corner]), positionBar)
      if material.usesFaceNormals {
        flatNormals.addVector3(corner / 3, normalBar)
      } else if material.usesVertexNormals {
        normals.addVector3(Int((mesh.normalFaces ?? mesh.faces)[corner]), normalBar)
      }
    }
  }

  private func colorsBackward(
    _ index: Int, _ cornerColorsBar: [S], views: [SeenColors], targets: GradientTargets,
    worldBar: inout [S], into gradient: inout SceneGradient<S>
  ) {
    let instance = scene.instances[index]
    let mesh = scene.meshes[instance.mesh]
    let material = scene.materials[instance.material]
    let part = parts[index]
    let wantsColors = targets.contains(.colors)
    var bars = SurfaceBars(part, positions: worldBar)
    var lights = scene.lights.map { LightGradient<S>(zeroFor: $0) }
    let surface = CornerSurface(self, index)
    for corner in 0..<mesh.faces.count {
      let bar = cornerColorsBar.vector3(part.firstFace * 3 + corner)
      var baseBar = bar
      if let (position, normal) = surface?[corner] {
        baseBar *= Lighting.irradiance(position: position, normal: normal, lights: scene.lights)
        let own = Lighting.irradianceVJP(
          position: position, normal: normal, lights: scene.lights,
          irradianceBar: bar * base(material.baseColor, mesh, corner: corner), into: &lights)
        bars.add(
          positionBar: own.positionBar, normalBar: own.normalBar, corner: corner, of: mesh,
          material: material)
      }
      guard wantsColors else { continue }
      switch material.baseColor {
      case .constant: gradient.materials[instance.material].color += baseBar
      case .vertex:
        if mesh.vertexColors != nil {
          gradient.meshes[instance.mesh].vertexColors.addVector3(Int(mesh.faces[corner]), baseBar)
        }
      case .face:
        if mesh.faceColors != nil {
          gradient.meshes[instance.mesh].faceColors.addVector3(corner / 3, baseBar)
        }
      }
    }
    if material.isShiny {
      highlightsBackward(index, views, bars: &bars, lights: &lights, into: &gradient)
    }
    finish(bars, index, targets: targets, worldBar: &worldBar, into: &gradient)
    guard targets.contains(.lights) else { return }
    for i in lights.indices { gradient.lights[i] += lights[i] }
  }

  /// From the cotangents of an instance's surface to its world positions and its motion.
  func finish(
    _ bars: SurfaceBars, _ index: Int, targets: GradientTargets, worldBar: inout [S],
    into gradient: inout SceneGradient<S>
  ) {
    let part = parts[index]
    worldBar = bars.positions
    if let residual = part.normalsResidual {
      VertexNormals.backward(residual, normalsBar: bars.normals, into: &worldBar)
    } else if !part.normals.isEmpty, targets.contains(.poses) {
      // Given normals turn with the instance: n = R n0.
      for v in 0..<part.normals.count / 3 {
        gradient.instances[index].angular += cross(
          part.normals.vector3(v), bars.normals.vector3(v))
      }
    }
    if let residual = part.flatResidual {
      FaceNormals.backward(residual, normalsBar: bars.flatNormals, into: &worldBar)
    }
  }
}
