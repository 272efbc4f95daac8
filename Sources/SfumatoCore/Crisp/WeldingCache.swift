internal import Synchronization

/// The last welding of a scene: the steps of a fit move vertices, but seldom change which of them lie at the same place.
final class WeldingCache<S: RenderScalar>: Equatable, Sendable {
  /// A welding and what it was made from.
  private struct Entry {
    var positions: [S]
    var faces: [Int32]
    var welding: Welding
  }

  private let entry = Mutex<Entry?>(nil)

  /// The welding of an assembly; edges are joined anew only where faces or the vertices at a place are others than before.
  func welding(of assembly: SceneAssembly<S>) -> Welding {
    let known = entry.withLock { $0 }
    if let known, known.faces == assembly.faces, known.positions == assembly.positions {
      return known.welding
    }
    let corners = Welding.corners(of: assembly)
    let welding =
      if let known, known.faces == assembly.faces, known.welding.corners == corners {
        known.welding
      } else {
        Welding(assembly, corners: corners)
      }
    let found = Entry(positions: assembly.positions, faces: assembly.faces, welding: welding)
    entry.withLock { $0 = found }
    return welding
  }

  /// A cache is no part of a mesh's value.
  static func == (_: WeldingCache, _: WeldingCache) -> Bool { true }
}
