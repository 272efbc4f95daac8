/// Cotangents of the texels of a chain of sizes, kept in blocks of which those are missing that nothing was added to: a part of a
/// picture shows a part of a texture, and sums of many parts go by what they have.
struct TexelBars<S: RenderScalar>: Sendable {
  /// Values a texel.
  let channels: Int
  /// How many texels there are; 0 where none are asked.
  private let count: Int
  /// `[blockTexels, C]` each, or empty.
  private var blocks: [[S]]

  private static var blockShift: Int { 9 }
  private static var blockTexels: Int { 1 << blockShift }

  /// Zeros of so many texels; of none where they are not asked.
  init(texelCount: Int, channels: Int) {
    self.channels = channels
    count = texelCount
    blocks = [[S]](
      repeating: [], count: (texelCount + Self.blockTexels - 1) >> Self.blockShift)
  }

  /// Whether texels are asked.
  var isEmpty: Bool { count == 0 }

  /// Adds to the cotangent of a texel what its value was shown as: red, green, blue, alpha; grey in all three.
  @inline(__always)
  mutating func add(_ bar: SIMD4<S>, toTexel texel: Int) {
    let block = texel >> Self.blockShift
    if blocks[block].isEmpty {
      blocks[block] = [S](repeating: 0, count: Self.blockTexels * channels)
    }
    let i = (texel & (Self.blockTexels - 1)) * channels
    guard channels > 2 else {
      blocks[block][i] += (bar.x + bar.y) + bar.z
      if channels == 2 { blocks[block][i + 1] += bar.w }
      return
    }
    blocks[block][i] += bar.x
    blocks[block][i + 1] += bar.y
    blocks[block][i + 2] += bar.z
    if channels == 4 { blocks[block][i + 3] += bar.w }
  }

  /// All of them, `[N, C]`.
  var values: [S] {
    var values = [S](repeating: 0, count: count * channels)
    for (k, block) in blocks.enumerated() where !block.isEmpty {
      let first = (k << Self.blockShift) * channels
      for i in 0..<min(block.count, values.count - first) { values[first + i] = block[i] }
    }
    return values
  }

  /// Adds others in place.
  static func += (a: inout Self, b: Self) {
    for (k, added) in b.blocks.enumerated() where !added.isEmpty {
      if a.blocks[k].isEmpty {
        a.blocks[k] = added
        continue
      }
      // Taken out, a block is changed in place.
      var own = a.blocks[k]
      a.blocks[k] = []
      for i in own.indices { own[i] += added[i] }
      a.blocks[k] = own
    }
  }
}
