internal import Synchronization

/// The last chain of a texture: a fit or a turn renders the same one again and again.
final class MipChainCache<S: RenderScalar>: Equatable, Sendable {
  /// A chain and what it was built from.
  private struct Entry {
    var texels: [S]
    var chain: MipChain<S>
  }

  private let entry = Mutex<Entry?>(nil)

  /// The chain of a texture, built anew where its texels or how it is read are others than before.
  ///
  /// Texels that were not written to since are the same storage, and not compared.
  func chain(of texture: Texture<S>) -> MipChain<S> {
    let known = entry.withLock { $0 }
    if let known, known.chain.filter == texture.filter, known.chain.wrapU == texture.wrapU,
      known.chain.wrapV == texture.wrapV, known.texels == texture.texels
    {
      return known.chain
    }
    let chain = MipChain(texture)
    entry.withLock { $0 = Entry(texels: texture.texels, chain: chain) }
    return chain
  }

  /// A cache is no part of a texture's value.
  static func == (_: MipChainCache, _: MipChainCache) -> Bool { true }
}
