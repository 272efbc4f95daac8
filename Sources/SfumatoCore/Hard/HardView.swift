// Hard visibility: which face is seen at each sample, exactly, without gradient. Corners are snapped to 1/256 of a
// sample and edge functions are integers, so a sample centre belongs to exactly one of two faces that share an edge
// (top-left rule). Bands of rows are independent. Start at `init`, which sets the faces up and sorts them into bands; then
// `visibleFaces(band:)`.

/// One view with one visible face a sample.
struct HardView<S: RenderScalar>: Sendable {
  let projection: ScreenProjection<S>
  let width: Int
  let height: Int
  /// Samples along each side of a pixel.
  let samples: Int
  /// What shades single fragments, where colours at the corners do not stand for those within.
  let shader: FragmentShader<S>?
  /// What is worked out for each face on the screen.
  let setups: [FaceSetup<S>]
  /// The faces that touch each band of ``bandRows`` rows of pixels, by chunks of faces.
  private let bins: [BandBins]

  /// Rows of pixels a band; bands are drawn one by one, so memory does not grow with the samples.
  static var bandRows: Int { 16 }
  /// Faces that are set up together.
  private static var setupGrain: Int { 4096 }

  /// The faces of a chunk sorted by bands, in order within a band: small ones, and places on the screen of the others.
  private struct BandBins: Sendable {
    var small: BandLists<SmallFace<S>>
    var others: BandLists<Int32>
    /// Faces with holes or that let others shine through; drawn last.
    var clear: BandLists<Int32>
  }

  /// Whether any surface has holes or lets others shine through.
  @inline(__always)
  var hasClearFaces: Bool { shader?.hasClearFaces ?? false }

  /// The number of bands.
  var bandCount: Int { (height + Self.bandRows - 1) / Self.bandRows }
  /// Samples across and down.
  var across: Int { width * samples }
  var down: Int { height * samples }

  /// Faces are cut at the near plane of `soft`.
  init(
    _ assembly: SceneAssembly<S>, camera: Camera<S>, samples: Int,
    soft: SoftSettings<S> = SoftSettings(), workers: Workers = .serial
  ) {
    let scale = DepthScale(soft, sphere: assembly.boundingSphere, camera: camera)
    let projection = ScreenProjection(
      assembly, camera: camera, depth: scale, sortsByDepth: false, workers: workers)
    self.projection = projection
    shader = assembly.coloring == .fragments ? FragmentShader(assembly, camera: camera) : nil
    let (across, down) = (camera.width * samples, camera.height * samples)
    width = camera.width
    height = camera.height
    self.samples = samples
    let count = projection.faces.count
    let rows = Self.bandRows * samples
    let bands = (camera.height + Self.bandRows - 1) / Self.bandRows
    let chunks = (count + Self.setupGrain - 1) / Self.setupGrain
    let isClear = shader.flatMap { $0.hasClearFaces ? $0 : nil }
    let parts = parallelMap(chunks, workers: workers) { chunk in
      let first = chunk * Self.setupGrain
      return Self.setUp(
        projection, isClear, first..<min(first + Self.setupGrain, count), samples: samples,
        across: across, down: down, rows: rows, bands: bands)
    }
    setups = parts.flatMap(\.setups)
    bins = parts.map(\.bins)
  }

  /// Sets a chunk of faces up and sorts it by bands.
  private static func setUp(
    _ projection: ScreenProjection<S>, _ shader: FragmentShader<S>?, _ range: Range<Int>,
    samples: Int, across: Int, down: Int, rows: Int, bands: Int
  ) -> (setups: [FaceSetup<S>], bins: BandBins) {
    let picture = SIMD2(S(across), S(down))
    var setups: [FaceSetup<S>] = []
    setups.reserveCapacity(range.count)
    var small: [(bands: SIMD2<Int32>, element: SmallFace<S>)] = []
    small.reserveCapacity(range.count)
    var others: [(bands: SIMD2<Int32>, element: Int32)] = []
    var clear: [(bands: SIMD2<Int32>, element: Int32)] = []
    for i in range {
      let face = projection.faces[i]
      let bounds = FaceBounds(face)
      let box = bounds.samples(samples, across: across, down: down)
      let setup = FaceSetup(
        face, nearness: projection.nearness(face), bounds: bounds, box: box, picture: picture,
        samples: samples)
      setups.append(setup)
      guard box.z <= box.w else { continue }
      let touched = SIMD2(
        Int32(truncatingIfNeeded: Int(box.z) / rows), Int32(truncatingIfNeeded: Int(box.w) / rows))
      let id = Int32(truncatingIfNeeded: i)
      if let shader, shader.alphaMode(face: Int(face.source)) != .opaque {
        clear.append((touched, id))
      } else if setup.traits.contains(.small) {
        small.append((touched, SmallFace(face, setup, id: id, samples: samples)))
      } else {
        others.append((touched, id))
      }
    }
    return (
      setups,
      BandBins(
        small: BandLists(small, bandCount: bands), others: BandLists(others, bandCount: bands),
        clear: BandLists(clear, bandCount: bands))
    )
  }

  /// Calls `body` with every face that may touch a band and whether it shows its front.
  func forEachFace(
    inBand band: Int, _ body: (_ isFront: Bool, _ forEachGroup: GroupWalk) -> Void
  ) {
    let rows = sampleBand(band)
    for bin in bins {
      for k in bin.small.range(ofBand: band) {
        let face = bin.small.elements[k]
        body(face.isFront) { visit in face.forEachGroup(in: rows, visit) }
      }
      for k in bin.others.range(ofBand: band) {
        let face = SnappedFace(
          projection.faces[Int(bin.others.elements[k])], samples: samples, across: across,
          down: down)
        body(face.isFront) { visit in face.forEachGroup(in: rows, visit) }
      }
    }
  }

  /// Calls its argument with rows, groups of four samples and which of these a face owns.
  typealias GroupWalk = ((Int, Int, SIMDMask<SIMD4<Int32>>) -> Void) -> Void

  /// The samples of a band.
  func sampleBand(_ band: Int) -> SampleBand {
    let rows = Self.bandRows * samples
    return SampleBand(
      firstRow: band * rows, lastRow: min((band + 1) * rows, down) - 1, across: across)
  }

  /// The visible screen face of each sample of a band, -1 where none, row-major over samples, and what shines before them.
  func visibleFaces(band: Int) -> (faces: [Int32], layers: [ClearLayer<S>]) {
    let rows = min(Self.bandRows, height - band * Self.bandRows) * samples
    var visible = [Int32](repeating: -1, count: across * rows)
    var span = visible.mutableSpan
    let layers = draw(band: band, into: &span, blends: true)
    return (visible, layers)
  }

  /// The visible face on the screen of every sample, -1 where none, row-major, and what shines before them.
  ///
  /// - Parameters:
  ///   - blends: whether blended surfaces become layers; else they are seen where alpha is at least 1/2.
  ///   - workers: how many threads may work.
  /// - Returns: the faces; the layers, sample by sample, the nearest first.
  func sampleFaces(
    blends: Bool = false, workers: Workers
  ) -> (faces: [Int32], layers: [ClearLayer<S>]) {
    var visible = [Int32](repeating: -1, count: across * down)
    let count = across * Self.bandRows * samples
    var layers = [[ClearLayer<S>]](repeating: [], count: bandCount)
    visible.forEachSlice(
      startingAt: { min($0 * count, across * down) }, alongside: &layers, workers: workers
    ) { band, chunk, layers in
      layers = draw(band: band, into: &chunk, blends: blends)
      for k in layers.indices { layers[k].sample += band * count }
    }
    return (visible, Array(layers.joined()))
  }

  /// Draws the faces of a band; of equally near ones the first is seen.
  ///
  /// - Parameters:
  ///   - band: which.
  ///   - visible: set to the face on the screen of each of its samples.
  ///   - blends: whether blended surfaces become layers; else they are seen where alpha is at least 1/2.
  /// - Returns: the layers, sample by sample, the nearest first.
  private func draw(
    band: Int, into visible: inout MutableSpan<Int32>, blends: Bool
  ) -> [ClearLayer<S>] {
    let rows = sampleBand(band)
    let groups = rows.groups
    var nearest = [SIMD4<S>](repeating: SIMD4(repeating: .infinity), count: rows.count)
    var seen = [SIMD4<Int32>](repeating: SIMD4(repeating: -1), count: rows.count)
    var keys = nearest.mutableSpan
    var owners = seen.mutableSpan
    for bin in bins {
      let list = bin.small.range(ofBand: band)
      S.drawSmallFaces(
        bin.small.elements.span.extracting(list), in: rows, keys: &keys, owners: &owners)
    }
    for bin in bins {
      for k in bin.others.range(ofBand: band) {
        let id = bin.others.elements[k]
        forEachSample(of: id, in: rows) { row, column, key in
          let (place, lane) = (row * groups + column >> 2, column & 3)
          let old = keys[place][lane]
          // Small faces were drawn before: the order of the faces decides, not that of drawing.
          if key < old || (key == old && id < owners[place][lane]) {
            keys[place][lane] = key
            owners[place][lane] = id
          }
        }
      }
    }
    var layers: [ClearLayer<S>] = []
    if hasClearFaces {
      var found: [ClearFragment<S>] = []
      for bin in bins {
        for k in bin.clear.range(ofBand: band) {
          let id = bin.clear.elements[k]
          forEachSample(of: id, in: rows) { row, column, key in
            guard key < keys[row * groups + column >> 2][column & 3] else { return }
            found.append(ClearFragment(sample: row * across + column, key: key, id: id))
          }
        }
      }
      layers = settle(
        found.sorted(), firstRow: rows.firstRow, groups: groups, owners: &owners, blends: blends)
    }
    for row in 0...rows.lastRow - rows.firstRow {
      for group in 0..<groups {
        let owner = owners[row * groups + group]
        let first = row * across + group * 4
        for lane in 0..<min(4, across - group * 4) { visible[first + lane] = owner[lane] }
      }
    }
    return layers
  }

  /// Calls `body` with each sample of a band that a face owns: the row within the band, the column, and the key of its depth.
  @inline(__always)
  private func forEachSample(
    of id: Int32, in rows: SampleBand, _ body: (_ row: Int, _ column: Int, _ key: S) -> Void
  ) {
    let plane = setups[Int(id)].plane
    SnappedFace(projection.faces[Int(id)], samples: samples, across: across, down: down)
      .forEachSpan(firstRow: rows.firstRow, lastRow: rows.lastRow) { row, span in
        for column in span {
          body(row - rows.firstRow, column, plane.key(column: column, row: row))
        }
      }
  }

  /// The segment between two points in samples, snapped.
  func snapped(_ a: SIMD2<S>, _ b: SIMD2<S>) -> SnappedSegment {
    func snap(_ p: SIMD2<S>) -> SIMD2<Int64> {
      SIMD2(SnappedFace<S>.snap(p.x), SnappedFace<S>.snap(p.y))
    }
    return SnappedSegment(a: snap(a), b: snap(b))
  }
}

/// Things sorted by the bands that they touch, in order within a band.
private struct BandLists<Element: Sendable>: Sendable {
  /// Where each band's elements start, and the end.
  private var offsets: [Int32]
  private(set) var elements: [Element] = []

  /// Elements with the first and the last band of each.
  init(_ touching: [(bands: SIMD2<Int32>, element: Element)], bandCount: Int) {
    offsets = [Int32](repeating: 0, count: bandCount + 1)
    guard let first = touching.first else { return }
    for (bands, _) in touching {
      for band in Int(bands.x)...Int(bands.y) { offsets[band + 1] += 1 }
    }
    for band in 0..<bandCount { offsets[band + 1] += offsets[band] }
    var filled = offsets
    elements = [Element](repeating: first.element, count: Int(offsets[bandCount]))
    for (bands, element) in touching {
      for band in Int(bands.x)...Int(bands.y) {
        elements[Int(filled[band])] = element
        filled[band] += 1
      }
    }
  }

  func range(ofBand band: Int) -> Range<Int> { Int(offsets[band])..<Int(offsets[band + 1]) }
}
