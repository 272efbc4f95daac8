internal import SfumatoKernelTypes

/// What every tile of one view's soft rasterization reads.
///
/// State and cotangents are laid out as the kernels do. A plane is 256 scalars, one a pixel of the tile, 4 x 4 block after block; see `SoftTileJob`.
public struct SoftTilePass<S: RenderScalar>: Sendable {
  /// The faces on the screen.
  var faces: [ScreenFace<S>]
  /// Their outlines as the kernels read them; empty where no kernel is used.
  private(set) var kernelFaces: [SoftKernelFace] = []
  /// What they show, for the same.
  private(set) var kernelAttributes: [SoftKernelAttributes] = []
  /// Who reaches which tile.
  var bins: TileBins
  /// Image width, pixels.
  var width: Int
  /// Image height, pixels.
  var height: Int
  /// The profile.
  var coverage: EdgeCoverage<S>
  /// How coverages make alpha.
  var union: CoverageUnion<S>
  /// How colours are chosen.
  var depth: DepthAggregation<S>
  /// Whether logits are interpolated affinely, as inverse depth is.
  var hasAffineLogits: Bool
  /// Where attributes are read.
  var attributeExtension: AttributeExtension
  /// Whether colour and depth are computed; else alpha alone.
  var hasColor: Bool
  /// The background's logit where it takes part in the softmax, on the scale of the faces' logits.
  var backgroundLogit: S?
  /// The background colour, for the same.
  var background: SIMD3<S>
  /// What shades single fragments, where those are shaded; the scalar reference asks it.
  var shader: FragmentShader<S>?
  /// Whether the scalar reference is used although there is a kernel.
  var usesReference: Bool
  /// Whether backward also sums what only the reference knows: the cotangents of shape and conorm parameter.
  var wantsSmoothing = false
  /// Whether backward sums the cotangents of the smoothing that the kernels know.
  var sumsSmoothing = true
  /// The kernels that work where the scalar has some; tests put others in.
  var kernels = InstructionSet.kernels

  /// Survival, largest logit, inverse weight, red, green, blue, mean logit; or survival alone.
  var basePlaneCount: Int { hasColor ? 7 : 1 }
  /// And two of the aggregation's own; see ``CoverageUnion/Result``.
  var planeCount: Int { basePlaneCount + (union.aggregation == .probabilistic ? 0 : 2) }
  /// Cotangents of alpha, red, green, blue, mean logit; or of alpha alone.
  var cotangentPlaneCount: Int { hasColor ? 5 : 1 }

  /// Vectors of a face's gradient, a lane a corner: as in ``ScreenFaceGradient``, or columns and rows alone.
  var gradientRows: Int { hasColor ? 7 : 2 }

  /// Scalars of state a tile.
  var stateStride: Int { planeCount * 256 }
  /// Scalars of cotangent a tile.
  var cotangentStride: Int { cotangentPlaneCount * 256 }

  /// The place of a tile's pixel in a plane.
  @inline(__always)
  static func lane(_ x: Int, _ y: Int) -> Int {
    ((y >> 2) * 4 + (x >> 2)) * 16 + (y & 3) * 4 + (x & 3)
  }

  /// The top-left pixel of a tile.
  func origin(ofTile tile: Int) -> (x: Int, y: Int) {
    (tile % bins.columns * TileBins.side, tile / bins.columns * TileBins.side)
  }

  /// Up to four pixels of a row, which stand side by side in a plane.
  struct Run {
    /// The first pixel, row-major: in the image, or from the first row of the row of tiles.
    var pixel: Int
    var tile: Int
    /// The first pixel's place in a plane.
    var lane: Int
    var count: Int
  }

  /// Calls `body` with the pixels of a tile that lie in the image.
  @inline(__always)
  func forEachRun(tile: Int, _ body: (Run) -> Void) {
    let origin = origin(ofTile: tile)
    for y in 0..<min(TileBins.side, height - origin.y) {
      for x in stride(from: 0, to: min(TileBins.side, width - origin.x), by: 4) {
        body(
          Run(
            pixel: (origin.y + y) * width + origin.x + x, tile: tile, lane: Self.lane(x, y),
            count: min(4, width - origin.x - x)))
      }
    }
  }

  /// Calls `body` with the pixels of a row of tiles; pixels count from its first row.
  @inline(__always)
  func forEachRun(tileRow: Int, _ body: (Run) -> Void) {
    let skipped = tileRow * TileBins.side * width
    for tile in tileRow * bins.columns..<(tileRow + 1) * bins.columns {
      forEachRun(tile: tile) { run in
        var own = run
        own.pixel -= skipped
        body(own)
      }
    }
  }

  /// Prepares a view from its faces on the screen; degenerate faces reach nothing.
  init(
    faces: [ScreenFace<S>], width: Int, height: Int, settings: SoftSettings<S>,
    background: SIMD3<S>, hasColor: Bool, usesReference: Bool, hasAffineLogits: Bool = false,
    shader: FragmentShader<S>? = nil, workers: Workers = .serial
  ) {
    settings.check()
    self.shader = shader
    self.faces = faces
    self.width = width
    self.height = height
    self.hasColor = hasColor
    self.background = background
    coverage = EdgeCoverage(settings)
    union = CoverageUnion(settings.coverage, faceCount: faces.count)
    depth = settings.depth
    self.hasAffineLogits = hasAffineLogits
    attributeExtension = settings.attributeExtension
    switch settings.composition {
    case .underneath: backgroundLogit = nil
    case .logit(let epsilon): backgroundLogit = (epsilon - 1) / settings.depth.temperature
    }
    self.usesReference =
      !S.hasSoftKernels || usesReference || hasAffineLogits || shader != nil
      || settings.attributeExtension != .nearestPoint || !settings.hasKernel(hasColor: hasColor)
    let coverage = coverage
    let isEuclidean = settings.profile.distance == .euclidean
    bins = TileBins(
      boxes: parallelArray(faces.count, grain: 8192, workers: workers) { coverage.box(faces[$0]) },
      reach: isEuclidean ? coverage.reach : 0, width: width, height: height)
    guard !self.usesReference else { return }
    let outlines = parallelArray(faces.count, grain: 8192, workers: workers) { f in
      faces[f].kernelFace
    }
    kernelFaces = outlines
    kernelAttributes = parallelArray(hasColor ? faces.count : 0, grain: 8192, workers: workers) {
      f in faces[f].kernelAttributes(outlines[f])
    }
  }

  /// Sets a tile's state to that of an empty picture.
  func clear(_ state: inout MutableSpan<S>) {
    for i in 0..<256 { state[i] = 1 }
    for i in basePlaneCount * 256..<stateStride { state[i] = 0 }
    guard hasColor else { return }
    let start: [S]
    if let logit = backgroundLogit {
      start = [logit, 1, background.x, background.y, background.z, logit]
    } else {
      start = [-1e30, 0, 0, 0, 0, 0]
    }
    for plane in 1..<7 {
      for i in 0..<256 { state[plane * 256 + i] = start[plane - 1] }
    }
  }
}

extension RenderScalar {
  /// The scalar reference.
  public static func softForwardTile(
    _ pass: SoftTilePass<Self>, tile: Int, state: inout MutableSpan<Self>
  ) {
    pass.referenceForward(tile: tile, state: &state)
  }

  /// The scalar reference.
  public static func softBackwardTile(
    _ pass: SoftTilePass<Self>, tile: Int, state: inout MutableSpan<Self>,
    cotangents: Span<Self>, negligible: Self, gradients: inout MutableSpan<SIMD4<Self>>,
    smoothing: inout SmoothingSums<Self>
  ) {
    var none: FragmentGradients<Self>?
    pass.referenceBackward(
      tile: tile, state: state.span, cotangents: cotangents, gradients: &gradients,
      smoothing: &smoothing, fragments: &none)
  }
}

extension ScreenFace {
  /// The outline as the kernels read it.
  fileprivate var kernelFace: SoftKernelFace {
    SoftKernelFace(
      x: SIMD4<Float>(x), y: SIMD4<Float>(y), isQuadrilateral: cornerCount == 4,
      orientation: doubleArea > 0 ? 1 : -1)
  }

  /// What the face shows as the kernels read it.
  fileprivate func kernelAttributes(_ outline: SoftKernelFace) -> SoftKernelAttributes {
    SoftKernelAttributes(
      q: SIMD4<Float>(q), logit: SIMD4<Float>(logit), red: SIMD4<Float>(red),
      green: SIMD4<Float>(green), blue: SIMD4<Float>(blue), outline: outline)
  }
}
