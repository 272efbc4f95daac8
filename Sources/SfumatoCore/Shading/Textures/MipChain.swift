/// A texture at full size and, where it is filtered trilinearly, at half sizes down to one texel.
///
/// A level is the mean over the area of each of its texels: sides that are odd share texels between neighbours.
struct MipChain<S: RenderScalar>: Sendable {
  /// One size of the texture.
  struct Level: Sendable {
    var width: Int
    var height: Int
    /// The place of its first texel, in texels.
    var first: Int
  }

  let channels: Int
  let wrapU: Texture<S>.Wrap
  let wrapV: Texture<S>.Wrap
  let filter: Texture<S>.Filter
  private(set) var levels: [Level]
  /// All levels' texels, one after the other, `[N, C]`.
  private(set) var texels: [S]

  /// Builds the levels.
  ///
  /// *Differentiable in* the texels.
  init(_ texture: Texture<S>) {
    channels = texture.channels
    wrapU = texture.wrapU
    wrapV = texture.wrapV
    filter = texture.filter
    levels = [Level(width: texture.width, height: texture.height, first: 0)]
    texels = texture.texels
    guard filter == .trilinear else { return }
    while let last = levels.last, last.width > 1 || last.height > 1 {
      let next = Level(
        width: max(last.width / 2, 1), height: max(last.height / 2, 1),
        first: last.first + last.width * last.height)
      texels += [S](repeating: 0, count: next.width * next.height * channels)
      levels.append(next)
      Self.forEachShare(of: next, in: last) { texel, source, share in
        for c in 0..<channels {
          texels[texel * channels + c] += texels[source * channels + c] * share
        }
      }
    }
  }

  /// The adjoint of ``init(_:)``: from cotangents of all levels' texels to the texture's, `[H, W, C]`.
  func backward(_ chainBar: [S]) -> [S] {
    var bars = chainBar
    for k in stride(from: levels.count - 1, to: 0, by: -1) {
      Self.forEachShare(of: levels[k], in: levels[k - 1]) { texel, source, share in
        for c in 0..<channels {
          bars[source * channels + c] += bars[texel * channels + c] * share
        }
      }
    }
    return Array(bars[0..<levels[0].width * levels[0].height * channels])
  }

  /// Calls `body` with each texel of a level, each texel under it, and the share of that.
  private static func forEachShare(
    of level: Level, in larger: Level, _ body: (Int, Int, S) -> Void
  ) {
    let columns = boxOverlaps(larger.width, level.width)
    let rows = boxOverlaps(larger.height, level.height)
    for (row, above) in rows.enumerated() {
      for (column, beside) in columns.enumerated() {
        let texel = level.first + row * level.width + column
        for (y, down) in above {
          for (x, across) in beside {
            body(texel, larger.first + y * larger.width + x, S(down * across))
          }
        }
      }
    }
  }
}
