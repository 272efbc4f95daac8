/// Which faces can reach which tile of 16 x 16 pixels, and where each face's tiles stand in that list.
///
/// An *entry* is one (tile, face) pair. Entries are ordered by tile, then by face; lists grow as needed.
public struct TileBins: Equatable, Sendable {
  /// Side of a tile, pixels.
  static let side = 16
  /// Tiles across.
  var columns: Int
  /// Tiles down.
  var rows: Int
  /// First entry of each tile and the end, `[columns * rows + 1]`.
  var tileOffsets: [Int32]
  /// The face of each entry.
  var entryFaces: [Int32]
  /// First place in `faceEntries` of each face and the end, `[F + 1]`.
  var faceOffsets: [Int32]
  /// The entries of each face, in tile order.
  var faceEntries: [Int32]

  /// The number of tiles.
  var tileCount: Int { columns * rows }

  /// Sorts faces into the tiles that their box, widened by the reach, touches at a pixel centre.
  ///
  /// - Parameters:
  ///   - boxes: left, top, right, bottom of each face, pixels; an empty box (left > right) has no tile.
  ///   - reach: how far a face acts outside itself, pixels; may be infinite.
  ///   - width: of the image, pixels.
  ///   - height: of the image, pixels.
  init<S: RenderScalar>(boxes: [SIMD4<S>], reach: S, width: Int, height: Int) {
    let side = Self.side
    columns = (width + side - 1) / side
    rows = (height + side - 1) / side
    let tiles = columns * rows
    // Pixel i is touched where low - reach <= i + 0.5 <= high + reach.
    func range(_ low: S, _ high: S, _ size: Int) -> (first: Int32, end: Int32) {
      let first = low - reach - 1 / 2
      let last = high + reach - 1 / 2
      guard last >= 0, first <= S(size - 1) else { return (0, 0) }
      let whole = first > 0 ? first.whole : 0
      let firstPixel = S(whole) < first ? whole + 1 : whole
      let lastPixel = last < S(size - 1) ? last.whole : size - 1
      guard firstPixel <= lastPixel else { return (0, 0) }
      return (Int32(firstPixel / side), Int32(lastPixel / side + 1))
    }
    let columns = columns
    let spans = boxes.map { box -> SIMD4<Int32> in
      guard box.x <= box.z else { return .zero }
      let x = range(box.x, box.z, width)
      let y = range(box.y, box.w, height)
      return SIMD4(x.first, x.end, y.first, y.end)
    }
    tileOffsets = [Int32](repeating: 0, count: tiles + 1)
    faceOffsets = [Int32](repeating: 0, count: boxes.count + 1)
    for (f, span) in spans.enumerated() {
      let across = span.y - span.x
      let down = span.w - span.z
      faceOffsets[f + 1] = faceOffsets[f] + across * down
      guard across > 0 else { continue }
      for row in Int(span.z)..<Int(span.w) {
        for column in Int(span.x)..<Int(span.y) { tileOffsets[row * columns + column + 1] += 1 }
      }
    }
    for t in 0..<tiles { tileOffsets[t + 1] += tileOffsets[t] }
    let count = Int(faceOffsets[boxes.count])
    var cursor = tileOffsets
    var entryFaces = [Int32](unstored: count)
    var faceEntries = [Int32](unstored: count)
    var place = 0
    for (f, span) in spans.enumerated() where span.x < span.y {
      for row in Int(span.z)..<Int(span.w) {
        for column in Int(span.x)..<Int(span.y) {
          let tile = row * columns + column
          let entry = cursor[tile]
          cursor[tile] += 1
          entryFaces[Int(entry)] = Int32(f)
          faceEntries[place] = entry
          place += 1
        }
      }
    }
    self.entryFaces = entryFaces
    self.faceEntries = faceEntries
  }

  /// The entries of a tile.
  func entries(ofTile tile: Int) -> Range<Int> {
    Int(tileOffsets[tile])..<Int(tileOffsets[tile + 1])
  }
}
