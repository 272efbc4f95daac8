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
  /// The face on the screen at each sample behind all that lets others shine through, -1 where none, row-major.
  let ids: [Int32]
  /// The faces of which depth and normals are seen: `ids`, or a blended one with alpha of at least 1/2 before them.
  let bodies: [Int32]
  /// The blended faces before what is seen, sample by sample, the nearest first.
  let layers: [ClearLayer<S>]
  /// The samples that have some, in order.
  let layered: [LayeredSample]
  /// What all layers of each sample leave of the light behind them; empty where there are none.
  let through: [S]
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
  let workers: Workers

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
    self.workers = workers
    visibility = HardView(
      assembly, camera: camera, samples: settings.samples,
      soft: SoftSettings(depthRange: settings.depthRange), workers: workers)
    across = visibility.across
    down = visibility.down
    (ids, layers) = visibility.sampleFaces(blends: true, workers: workers)
    bodies = layers.isEmpty ? ids : visibility.sampleFaces(workers: workers).faces
    layered = LayeredSample.all(layers)
    through = Self.through(layers, sampleCount: ids.count)
    guard let welding else {
      edges = []
      return
    }
    edges = OutlineEdge.all(
      assembly, visibility, welding, hasColor: hasColor, workers: workers)
    crossings = findCrossings(edges, welding, workers: workers)
    if settings.edges == .antialiased { findBlends() }
  }

  /// What a face shows at a point in pixels, or the background: red, green, blue, alpha.
  func shade(_ id: Int32, at point: SIMD2<S>) -> SIMD4<S> {
    guard id >= 0 else { return SIMD4(background, 0) }
    guard hasColor else { return SIMD4(0, 0, 0, 1) }
    return SIMD4(visibility.shaded(projection.faces[Int(id)], at: point), 1)
  }

  /// The adjoint of ``shade(_:at:)``: adds to the face or to the background; returns the point's cotangent.
  ///
  /// A surface that is seen by itself has an alpha of 1, whatever its material says.
  func shadeVJP(
    _ id: Int32, at point: SIMD2<S>, _ bar: SIMD4<S>, into sums: inout FaceGradients<S>
  ) -> SIMD2<S> {
    let colorBar = SIMD3(bar.x, bar.y, bar.z)
    guard id >= 0 else {
      sums.background += colorBar
      return .zero
    }
    guard hasColor else { return .zero }
    return surfaceVJP(id, at: point, SIMD4(colorBar, 0), into: &sums)
  }

  /// The adjoint of what a face shows, alpha with it; returns the point's cotangent.
  func surfaceVJP(
    _ id: Int32, at point: SIMD2<S>, _ bar: SIMD4<S>, into sums: inout FaceGradients<S>
  ) -> SIMD2<S> {
    let face = projection.faces[Int(id)]
    let cornersBar: SIMD3<S>
    if let shader = visibility.shader {
      cornersBar =
        sums.fragments?.shadeVJP(shader, visibility.fragment(face, at: point), colorBar: bar)
        ?? .zero
    } else {
      cornersBar = SIMD3(bar.x, bar.y, bar.z)
    }
    var gradient = ScreenFaceGradient<S>()
    let pointBar = visibility.colorVJP(face, at: point, colorBar: cornersBar, into: &gradient)
    sums.append(id, gradient)
    return pointBar
  }
}
