// A texture as an unknown. Pictures are close to linear in texels: each pixel is a mean of some, so that the mean of a texel's
// differences, weighted by how much each pixel shows of it, is a step that neither a learning rate nor moments have to find.
internal import RealModule
internal import SfumatoCore
internal import SfumatoSolve

/// A texture that a fit changes.
///
/// Source of the step: Andersen and Kak 1984, "Simultaneous Algebraic Reconstruction Technique (SART)"; of the smoothing: Charbonnier,
/// Blanc-Féraud, Aubert, Barlaud 1997, "Deterministic Edge-Preserving Regularization in Computed Imaging", half-quadratic form.
struct FitTexture: Equatable, Sendable {
  /// Where the mesh's parts lie.
  var atlas: TextureAtlas
  /// sRGB encoded, `[H, W, 3]`.
  var texelsSRGB: [Float]
  /// Which texels a face covers or touches, `[H, W]`; the others follow from them.
  var isNear: [Bool]
  /// How many pixels of all views show a texel, `[H, W]`.
  var shown: [Float]
  /// How many pixels of the view that shows most of it, `[H, W]`.
  var mostShown: [Float]

  /// The difference of neighbours at which smoothing begins to take it for a border, sRGB units.
  private static let border: Float = 0.03
  /// How often a look at a texel that no view shows counts as, so that its neighbours' colours flow in.
  private static let leastShown: Float = 1e-3

  /// A texture of a mesh's colours.
  init(_ atlas: TextureAtlas, faces: [Int32], colorsSRGB: [Float]) {
    self.atlas = atlas
    (texelsSRGB, isNear) = atlas.drawn(colorsSRGB, faces: faces, channels: 3)
    shown = [Float](repeating: 0, count: isNear.count)
    mostShown = shown
  }

  /// The texture as a scene has it.
  ///
  /// Without smaller sizes, which a fit's samples, about as far apart as texels, do not need.
  func texture(workers: Workers) -> Texture<Float> {
    let (encoded, count) = (texelsSRGB, 3 * atlas.width)
    let rows = parallelMap(atlas.height, workers: workers) { y in
      encoded[count * y..<count * (y + 1)].map { sRGBDecode($0) }
    }
    return Texture(
      width: atlas.width, height: atlas.height, channels: 3, texels: Array(rows.joined()),
      name: "color", wrapU: .clamp, wrapV: .clamp, filter: .bilinear)
  }

  /// Counts the pixels of a view that show each texel.
  mutating func count(_ weights: [Float]) {
    for i in shown.indices {
      shown[i] += weights[3 * i]
      mostShown[i] = max(mostShown[i], weights[3 * i])
    }
  }

  /// Moves texels to the mean of what the pixels of a step's views show of them, and towards their neighbours.
  ///
  /// - Parameters:
  ///   - texelsBar: gradient of the loss by texels in linear light, `[H, W, 3]`.
  ///   - curvature: second derivative of the loss by one channel of a pixel, sRGB units.
  ///   - share: the share of all views that the step has seen.
  ///   - viewCount: how many these are.
  ///   - smoothness: how many looks at a texel its neighbours count as.
  ///   - rate: the share of the way, in (0, 1].
  ///   - workers: how many threads may work; the result does not depend on it.
  mutating func move(
    _ texelsBar: [Float], curvature: Float, share: Float, viewCount: Int, smoothness: Float,
    rate: Float, workers: Workers
  ) {
    let (width, height) = (atlas.width, atlas.height)
    let old = self
    let scale = curvature > 0 ? 1 / curvature : 0
    let own = smoothness * share
    @Sendable func moved(_ x: Int, _ y: Int) -> SIMD3<Float> {
      let texel = y * width + x
      let value = old.texelsSRGB.vector3(texel)
      guard old.isNear[texel] else { return value }
      var data = SIMD3<Float>.zero
      for c in 0..<3 {
        data[c] = -scale * sRGBDecodeVJP(value[c], linearBar: texelsBar[3 * texel + c])
      }
      var pull = SIMD3<Float>.zero
      var pulls: Float = 0
      func look(_ x: Int, _ y: Int) {
        guard x >= 0, y >= 0, x < width, y < height, old.isNear[y * width + x] else { return }
        let d = old.texelsSRGB.vector3(y * width + x) - value
        let size = dot(d, d)
        let weight = Self.border / (Self.border * Self.border + size).squareRoot()
        pull += d * weight
        pulls += weight
      }
      look(x - 1, y)
      look(x + 1, y)
      look(x, y - 1)
      look(x, y + 1)
      let weight = max(
        old.mostShown[texel] * Float(viewCount) + own * pulls,
        (max(old.shown[texel], Self.leastShown) + smoothness * pulls) * share)
      guard weight > 0 else { return value }
      let step = (data + pull * own) / weight * rate
      return (value + step).clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 1))
    }
    let rows = parallelMap(height, workers: workers) { y in
      var row: [Float] = []
      row.reserveCapacity(3 * width)
      for x in 0..<width {
        let value = moved(x, y)
        row.append(value.x)
        row.append(value.y)
        row.append(value.z)
      }
      return row
    }
    texelsSRGB = Array(rows.joined())
  }

  /// The colour at each vertex of a mesh, sRGB encoded, `[V, 3]`: the texel there, of the last face that names it.
  func vertexColors(faces: [Int32], vertexCount: Int) -> [Float] {
    var colors = [Float](repeating: 0, count: 3 * vertexCount)
    for corner in faces.indices {
      let t = Int(atlas.texcoords.faces[corner])
      let (u, v) = (atlas.texcoords.values[2 * t], atlas.texcoords.values[2 * t + 1])
      let x = min(max(Int(u * Float(atlas.width)), 0), atlas.width - 1)
      let y = min(max(Int((1 - v) * Float(atlas.height)), 0), atlas.height - 1)
      colors.setVector3(Int(faces[corner]), texelsSRGB.vector3(y * atlas.width + x))
    }
    return colors
  }
}

extension SceneRegression {
  /// Whether a stage changes the texels of a texture instead of vertex colours.
  func paints(_ stage: FitConfig.Stage) -> Bool {
    stage.texelsPerPixel > 0 && config.unknowns.contains(.color) && !state.colorsSRGB.isEmpty
  }

  /// Gives the mesh a texture where it has none yet, and counts what the views show of it.
  mutating func layOutTexture(_ stage: FitConfig.Stage) {
    if state.texture == nil {
      guard let length = worldLength(ofPixels: 1 / stage.texelsPerPixel, stage),
        let atlas = TextureAtlas(given: state.mesh, density: 1 / length)
          ?? TextureAtlas(state.mesh, density: 1 / length)
      else { return }
      state.mesh = state.mesh.with(atlas.texcoords)
      state.texture = FitTexture(
        atlas, faces: state.mesh.faces, colorsSRGB: state.colorsSRGB)
    }
    countTexels(stage)
  }

  private mutating func countTexels(_ stage: FitConfig.Stage) {
    guard let level, var texture = state.texture else { return }
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: mode(stage, smoothing(stage)), workers: workers))
    let scene = scene
    texture.shown = [Float](repeating: 0, count: texture.isNear.count)
    texture.mostShown = texture.shown
    for view in level.targets.indices {
      let camera = camera(view, from: level.targets[view].camera)
      let (pictures, pullback) = renderer.renderWithPullback(
        scene, [camera], wrt: .textures, outputs: [.color, .alpha])
      let size = pictures[0].alpha
      var cotangent = RenderingCotangent<Float>()
      var bar = ImageBuffer<Float>(width: size.width, height: size.height, channels: 3)
      for pixel in 0..<size.pixelCount { bar.values[3 * pixel] = 1 }
      cotangent.color = bar
      texture.count(pullback([cotangent]).textures[0])
    }
    state.texture = texture
  }

  /// Moves texels by a step's gradient.
  mutating func moveTexels(_ stage: FitConfig.Stage, _ bar: [Float], chosen: [Int], rate: Float) {
    guard let level, var texture = state.texture, bar.count == texture.texelsSRGB.count else {
      return
    }
    let pixels = chosen.map { level.targets[$0].pixelWeight }.min() ?? 1
    texture.move(
      bar,
      curvature: Float(stage.losses.color) * stage.losses.colorCurvature
        / (3 * Swift.max(pixels, 1) * Float(chosen.count)),
      share: Float(chosen.count) / Float(level.targets.count), viewCount: chosen.count,
      smoothness: Float(config.regularizers.texture), rate: rate, workers: workers)
    state.texture = texture
  }
}

extension ScaledTarget<Float> {
  /// How many pixels count.
  fileprivate var pixelWeight: Float { weights?.reduce(0, +) ?? Float(alpha.count) }
}

extension FitConfig.Losses {
  /// The largest second derivative of a difference's cost; without one, that of a Huber loss that is as steep.
  fileprivate var colorCurvature: Float {
    switch colorLoss {
    case .huber, .gemanMcClure: 1
    case .l2: 2
    case .l1, .charbonnier: 1 / Float(huberDelta)
    }
  }
}

extension Mesh<Float> {
  /// The same mesh with one set of texture coordinates.
  func with(_ texcoords: TexcoordSet<Float>) -> Mesh {
    var mesh = Mesh(
      positions: positions, faces: faces, normals: normals, normalFaces: normalFaces,
      moreTexcoords: [texcoords], vertexColors: vertexColors, faceColors: faceColors)
    mesh.name = name
    return mesh
  }
}
