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

  private let visibility: HardView<S>
  private let across: Int
  private let down: Int
  /// Where each cell's faces start, and the end.
  private var offsets: [Int32]
  private var faces: [Int32]

  private var projection: ScreenProjection<S> { visibility.projection }

  /// Pixels along each side of a cell: 1 to 4, so that dense meshes leave few faces in each.
  private let side: S

  /// About so many faces a cell, if they were spread over a third of the picture.
  private static var facesPerCell: S { 8 }
  /// Pixels by which a face reaches over its edges, so that a point on an edge between two faces sees one of them.
  private static var reach: S { 1 / 1024 }

  /// Gets ready for points, in pixels.
  init(_ visibility: HardView<S>, points: [SIMD2<S>], workers: Workers) {
    self.visibility = visibility
    let area = S(visibility.width * visibility.height) / 3
    let count = S(max(visibility.projection.faces.count, 1))
    let wanted = (Self.facesPerCell * area / count).squareRoot().rounded()
    self.side = min(max(wanted, 1), 4)
    let side = Int(self.side)
    across = (visibility.width + side - 1) / side
    down = (visibility.height + side - 1) / side
    offsets = [Int32](repeating: 0, count: across * down + 1)
    faces = []
    guard !points.isEmpty else { return }
    var isWanted = [Bool](repeating: false, count: across * down)
    for point in points {
      if let cell = cell(point) { isWanted[cell] = true }
    }
    // Cell above, face below.
    let entries = entries(isWanted, workers: workers)
    for part in entries {
      for entry in part { offsets[Int(entry >> 32) + 1] += 1 }
    }
    for cell in 0..<across * down { offsets[cell + 1] += offsets[cell] }
    faces = [Int32](repeating: 0, count: Int(offsets[across * down]))
    var filled = offsets
    for part in entries {
      for entry in part {
        let cell = Int(entry >> 32)
        faces[Int(filled[cell])] = Int32(truncatingIfNeeded: entry)
        filled[cell] += 1
      }
    }
  }

  /// The wanted cells that each face touches, in face order.
  private func entries(_ isWanted: [Bool], workers: Workers) -> [[UInt64]] {
    let grain = 4096
    let count = projection.faces.count
    return parallelMap((count + grain - 1) / grain, workers: workers) { chunk in
      var found: [UInt64] = []
      for i in chunk * grain..<min((chunk + 1) * grain, count) {
        guard !visibility.setups[i].traits.isDisjoint(with: .visible) else { continue }
        let box = box(projection.faces[i])
        guard box.x <= box.y, box.z <= box.w else { continue }
        for row in Int(box.z)...Int(box.w) {
          for cell in row * across + Int(box.x)...row * across + Int(box.y) where isWanted[cell] {
            found.append(UInt64(truncatingIfNeeded: cell << 32 | i))
          }
        }
      }
      return found
    }
  }

  private func cell(_ point: SIMD2<S>) -> Int? {
    let x = (point.x / side).rounded(.down)
    let y = (point.y / side).rounded(.down)
    guard x >= 0, y >= 0, x < S(across), y < S(down) else { return nil }
    return Int(y) * across + Int(x)
  }

  /// The first and last column and row of cells that a face touches; one more where in doubt.
  @inline(__always)
  private func box(_ face: ScreenFace<S>) -> SIMD4<Int32> {
    let bounds = FaceBounds(face)
    // The cell of v is v / side, rounded down.
    func index(_ v: S, _ count: Int) -> Int32 {
      nearestInteger(min(max(v / side - 1 / 2, -1), S(count)))
    }
    let low = bounds.low - 2 * Self.reach
    let high = bounds.high + 2 * Self.reach
    return SIMD4(
      max(index(low.x, across), 0), min(index(high.x, across), Int32(across - 1)),
      max(index(low.y, down), 0), min(index(high.y, down), Int32(down - 1)))
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
      guard own > nearest, !isOwn(i), visibility.isSolid(i, at: point) else { continue }
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
