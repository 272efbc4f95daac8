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
    func range(_ low: S, _ high: S, _ size: Int) -> Range<Int> {
      // Pixel i is touched where low <= i + 0.5 <= high.
      let first = max((low - reach - 1 / 2).rounded(.up), 0)
      let last = min((high + reach - 1 / 2).rounded(.down), S(size - 1))
      guard first <= last else { return 0..<0 }
      return Int(first) / side..<Int(last) / side + 1
    }
    var spans = [(x: Range<Int>, y: Range<Int>)]()
    spans.reserveCapacity(boxes.count)
    tileOffsets = [Int32](repeating: 0, count: tiles + 1)
    faceOffsets = [Int32](repeating: 0, count: boxes.count + 1)
    for (f, box) in boxes.enumerated() {
      let x = box.x <= box.z ? range(box.x, box.z, width) : 0..<0
      let y = x.isEmpty ? 0..<0 : range(box.y, box.w, height)
      spans.append((x, y))
      faceOffsets[f + 1] = faceOffsets[f] + Int32(x.count * y.count)
      for row in y {
        for column in x { tileOffsets[row * columns + column + 1] += 1 }
      }
    }
    for t in 0..<tiles { tileOffsets[t + 1] += tileOffsets[t] }
    let count = Int(faceOffsets[boxes.count])
    entryFaces = [Int32](repeating: 0, count: count)
    faceEntries = [Int32](repeating: 0, count: count)
    var cursor = tileOffsets
    for (f, span) in spans.enumerated() {
      var place = Int(faceOffsets[f])
      for row in span.y {
        for column in span.x {
          let tile = row * columns + column
          let entry = cursor[tile]
          cursor[tile] += 1
          entryFaces[Int(entry)] = Int32(f)
          faceEntries[place] = entry
          place += 1
        }
      }
    }
  }

  /// The entries of a tile.
  func entries(ofTile tile: Int) -> Range<Int> {
    Int(tileOffsets[tile])..<Int(tileOffsets[tile + 1])
  }
}
