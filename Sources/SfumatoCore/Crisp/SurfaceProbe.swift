// What is seen at single points of the screen between samples: faces are looked up in small cells, and only in cells that hold
// a point.

/// Looks faces up at points of the screen.
struct SurfaceProbe<S: RenderScalar>: Sendable {
  /// What stands in front of a point of the screen or behind it.
  enum Answer: Equatable, Sendable {
    /// Something nearer.
    case hidden
    /// Nothing nearer; the nearest face behind, or -1.
    case behind(Int32)
  }

  private let projection: ScreenProjection<S>
  private let across: Int
  private let down: Int
  /// Where each cell's faces start, and the end.
  private var offsets: [Int32]
  private var faces: [Int32]

  /// Pixels along each side of a cell.
  private static var side: S { 4 }
  /// Pixels by which a face reaches over its edges, so that a point on an edge between two faces sees one of them.
  private static var reach: S { 1 / 1024 }

  /// Gets ready for points, in pixels.
  init(_ projection: ScreenProjection<S>, points: [SIMD2<S>]) {
    self.projection = projection
    let side = Int(Self.side)
    across = (projection.camera.width + side - 1) / side
    down = (projection.camera.height + side - 1) / side
    offsets = []
    faces = []
    // Local while they grow: a method that reads the probe would copy them.
    var isWanted = [Bool](repeating: false, count: across * down)
    for point in points {
      if let cell = cell(point) { isWanted[cell] = true }
    }
    let boxes = projection.faces.map { box($0) }
    var ends = [Int32](repeating: 0, count: across * down + 1)
    for box in boxes {
      forEachCell(of: box) { cell in if isWanted[cell] { ends[cell + 1] += 1 } }
    }
    for cell in 0..<across * down { ends[cell + 1] += ends[cell] }
    let starts = ends
    var found = [Int32](repeating: 0, count: Int(ends[across * down]))
    for (i, box) in boxes.enumerated() {
      forEachCell(of: box) { cell in
        guard isWanted[cell] else { return }
        found[Int(ends[cell])] = Int32(i)
        ends[cell] += 1
      }
    }
    offsets = starts
    faces = found
  }

  private func cell(_ point: SIMD2<S>) -> Int? {
    let x = (point.x / Self.side).rounded(.down)
    let y = (point.y / Self.side).rounded(.down)
    guard x >= 0, y >= 0, x < S(across), y < S(down) else { return nil }
    return Int(y) * across + Int(x)
  }

  /// The first and last column and row of cells that a face touches; none where nothing of it can be seen.
  private func box(_ face: ScreenFace<S>) -> SIMD4<Int32> {
    guard face.isVisible else { return SIMD4(0, -1, 0, -1) }
    func index(_ v: S, _ count: Int) -> Int32 {
      Int32(min(max((v / Self.side).rounded(.down), -1), S(count)))
    }
    let low = SIMD2(face.x.min(), face.y.min()) - Self.reach
    let high = SIMD2(face.x.max(), face.y.max()) + Self.reach
    return SIMD4(
      max(index(low.x, across), 0), min(index(high.x, across), Int32(across - 1)),
      max(index(low.y, down), 0), min(index(high.y, down), Int32(down - 1)))
  }

  @inline(__always)
  private func forEachCell(of box: SIMD4<Int32>, _ body: (Int) -> Void) {
    guard box.x <= box.y, box.z <= box.w else { return }
    for row in Int(box.z)...Int(box.w) {
      for column in Int(box.x)...Int(box.y) { body(row * across + column) }
    }
  }

  /// What is seen at one of the points besides a surface there.
  ///
  /// - Parameters:
  ///   - point: pixels.
  ///   - nearness: of the surface at the point; infinity where none is, which finds the nearest face.
  ///   - isOwn: whether a face on the screen belongs to that surface.
  ///   - isBeside: whether a face that ends within a hair of the point touches that surface.
  /// - Returns: what hides the surface, or what it hides.
  func look(
    at point: SIMD2<S>, nearness: S, isOwn: (Int32) -> Bool, isBeside: (Int32) -> Bool
  ) -> Answer {
    guard let cell = cell(point) else { return .hidden }
    var best: Int32 = -1
    var nearest = -S.infinity
    for k in Int(offsets[cell])..<Int(offsets[cell + 1]) {
      let i = faces[k]
      let face = projection.faces[Int(i)]
      guard face.reaches(point, margin: Self.reach) else { continue }
      let own = projection.nearness(face, at: point)
      guard own > nearest, !isOwn(i) else { continue }
      // What ends here fills cracks behind, but hides nothing.
      if !face.reaches(point, margin: 0) {
        guard own < nearness, !isBeside(i) else { continue }
      } else if own > nearness {
        return .hidden
      }
      (best, nearest) = (i, own)
    }
    return .behind(best)
  }
}

extension ScreenFace {
  /// Whether a point lies inside, or outside by less than about a margin in pixels; of a negative margin, inside by as much.
  func reaches(_ point: SIMD2<S>, margin: S) -> Bool {
    let sign: S = doubleArea < 0 ? -1 : 1
    let count = Int(cornerCount)
    for k in 0..<count {
      let a = corner(k) - point
      let b = corner(k + 1 == count ? 0 : k + 1) - point
      let e = b - a
      guard cross(a, b) * sign >= -margin * (abs(e.x) + abs(e.y)) else { return false }
    }
    return true
  }
}
