// One view of the crisp renderer: exact visibility at sample centres, shading there, then the outlines; and the way back.
// Start at `init`; outlines are in CrispView+Antialiasing and CrispView+EdgeGradient.

/// One view rendered crisply, with what its adjoint needs.
struct CrispView<S: RenderScalar>: Sendable {
  let settings: CrispSettings<S>
  let visibility: HardView<S>
  let background: SIMD3<S>
  /// Samples across and down.
  let across: Int
  let down: Int
  /// The face on the screen at each sample, -1 where none, row-major.
  let ids: [Int32]
  /// Red, green, blue over the background, and alpha, of each sample, `[down * across]`, before outlines are blended.
  let values: [SIMD4<S>]
  /// The edges at which the picture can jump; empty where outlines are not differentiated.
  let edges: [OutlineEdge<S>]
  /// Where it does along rows and columns of samples.
  private(set) var crossings: [OutlineCrossing<S>] = []
  /// The samples that are blended, in order, and the crossings sample by sample.
  var blends: [BlendedSample] = []
  var blendOrder: [Int32] = []
  /// Whether colours were shaded.
  let hasColor: Bool
  /// World-space normals of the scene's faces, `[F, 3]`, where they are asked for.
  let normals: [S]

  var projection: ScreenProjection<S> { visibility.projection }
  var samples: Int { settings.samples }
  var width: Int { visibility.width }
  var height: Int { visibility.height }

  /// *Differentiable in* what the projection is; *discontinuous in* visibility but for the outlines.
  init(
    _ assembly: SceneAssembly<S>, welding: Welding?, camera: Camera<S>, background: SIMD3<S>,
    settings: CrispSettings<S>, hasColor: Bool, hasNormals: Bool, workers: Workers
  ) {
    settings.check()
    normals =
      hasNormals
      ? FaceNormals.forward(positions: assembly.positions, faces: assembly.faces).normals : []
    self.settings = settings
    self.background = background
    self.hasColor = hasColor
    let visibility = HardView(
      assembly, camera: camera, samples: settings.samples,
      soft: SoftSettings(depthRange: settings.depthRange))
    self.visibility = visibility
    let across = visibility.width * settings.samples
    let down = visibility.height * settings.samples
    self.across = across
    self.down = down
    ids = visibility.sampleFaces(workers: workers)
    let found = ids
    var values = [SIMD4<S>](repeating: .zero, count: found.count)
    values.forEachChunk(grain: across * HardView<S>.bandRows, workers: workers) { start, chunk in
      for k in chunk.indices {
        let i = start + k
        guard found[i] >= 0 else {
          chunk[k] = SIMD4(background, 0)
          continue
        }
        let face = visibility.projection.faces[Int(found[i])]
        guard hasColor else {
          chunk[k] = SIMD4(0, 0, 0, 1)
          continue
        }
        chunk[k] = SIMD4(
          visibility.color(
            face, at: visibility.sampleCenter(column: i % across, row: i / across)), 1)
      }
    }
    self.values = values
    guard let welding else {
      edges = []
      return
    }
    edges = OutlineEdge.all(
      assembly, visibility.projection, welding, hasColor: hasColor, workers: workers)
    crossings = findCrossings(edges, welding, workers: workers)
    if settings.edges == .antialiased { findBlends() }
  }

  /// What a face shows at a point in pixels, or the background: red, green, blue, alpha.
  func shade(_ id: Int32, at point: SIMD2<S>) -> SIMD4<S> {
    guard id >= 0 else { return SIMD4(background, 0) }
    guard hasColor else { return SIMD4(0, 0, 0, 1) }
    return SIMD4(visibility.color(projection.faces[Int(id)], at: point), 1)
  }

  /// The adjoint of ``shade(_:at:)``: adds to the face or to the background; returns the point's cotangent.
  func shadeVJP(
    _ id: Int32, at point: SIMD2<S>, _ bar: SIMD4<S>,
    into faces: inout [ScreenFaceGradient<S>], background: inout SIMD3<S>
  ) -> SIMD2<S> {
    let colorBar = SIMD3(bar.x, bar.y, bar.z)
    guard id >= 0 else {
      background += colorBar
      return .zero
    }
    guard hasColor else { return .zero }
    return visibility.colorVJP(
      projection.faces[Int(id)], at: point, colorBar: colorBar, into: &faces[Int(id)])
  }

  /// The pictures that were asked for.
  func rendering(_ outputs: RenderOutputs) -> Rendering<S> {
    let n = samples
    let part = 1 / S(n * n)
    let blended = blendedValues()
    var alpha = [S](repeating: 0, count: width * height)
    var color = [S](repeating: 0, count: outputs.contains(.color) ? alpha.count * 3 : 0)
    var depth = [S](repeating: 0, count: outputs.contains(.depth) ? alpha.count : 0)
    var normal = [S](repeating: 0, count: outputs.contains(.normal) ? alpha.count * 3 : 0)
    for pixel in alpha.indices {
      var sum = SIMD4<S>.zero
      var z: S = 0
      var direction = SIMD3<S>.zero
      var hits = 0
      forEachSample(of: pixel) { i in
        sum += blended[i]
        guard ids[i] >= 0 else { return }
        hits += 1
        if !depth.isEmpty { z += sampleDepth(i) }
        if !normal.isEmpty { direction += sampleNormal(i) }
      }
      alpha[pixel] = sum.w * part
      if !color.isEmpty { color.setVector3(pixel, SIMD3(sum.x, sum.y, sum.z) * part) }
      if !depth.isEmpty { depth[pixel] = hits > 0 ? z / S(hits) : .infinity }
      if !normal.isEmpty, hits > 0 { normal.setVector3(pixel, direction / S(hits)) }
    }
    func image(_ values: [S], _ channels: Int) -> ImageBuffer<S>? {
      values.isEmpty
        ? nil : ImageBuffer(width: width, height: height, channels: channels, values: values)
    }
    var picture = Rendering(
      color: image(color, 3),
      alpha: ImageBuffer(width: width, height: height, channels: 1, values: alpha),
      depth: image(depth, 1), normal: image(normal, 3), face: nil)
    if outputs.contains(.face) {
      // Of several samples the one at the pixel's centre or beyond it by half a sample.
      picture.face = (0..<width * height).map { pixel in
        let (x, y) = (pixel % width, pixel / width)
        let id = ids[(y * n + n / 2) * across + x * n + n / 2]
        return id < 0 ? -1 : projection.faces[Int(id)].source
      }
    }
    return picture
  }

  /// Calls `body` with the index of each of a pixel's samples.
  @inline(__always)
  private func forEachSample(of pixel: Int, _ body: (Int) -> Void) {
    let (x, y) = (pixel % width * samples, pixel / width * samples)
    for j in 0..<samples {
      for i in 0..<samples { body((y + j) * across + x + i) }
    }
  }

  private func sampleDepth(_ i: Int) -> S {
    let face = projection.faces[Int(ids[i])]
    let w = visibility.cornerWeights(face, at: center(i)).corrected
    return projection.depth.depth((w * face.logit).sum())
  }

  private func sampleNormal(_ i: Int) -> SIMD3<S> {
    normals.vector3(Int(projection.faces[Int(ids[i])].source))
  }
}
