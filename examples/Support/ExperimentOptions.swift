public import ArgumentParser
public import SfumatoCore
internal import SfumatoIO

/// The options of every experiment.
public struct ExperimentOptions: ParsableArguments {
  /// Where the original's meshes are.
  @Option(help: "Folder of the original's meshes; without it meshes of our own take their place.")
  public var meshes: String?
  /// The whole protocol.
  @Flag(help: "The whole published protocol; hours.")
  public var full = false
  /// A few steps, for a test.
  @Flag(help: "A few steps of each kind, to see that it runs; seconds.")
  public var quick = false
  /// The seed of every random choice.
  @Option(help: "Seed of every random choice.")
  public var seed: UInt64 = 0
  /// The most threads.
  @Option(help: "At most this many threads. (default: one a core)")
  public var threads: Int?

  /// Reads nothing yet.
  public init() {}

  /// Refuses what makes no sense.
  public func validate() throws {
    if full && quick { throw ValidationError("--full and --quick exclude each other.") }
    if let threads, threads < 1 { throw ValidationError("--threads takes at least 1.") }
  }

  /// The limit for problems that run side by side; each of them runs on one thread.
  public var workers: Workers { threads.map(Workers.init(count:)) ?? .all }

  /// How much is done: the first of three values with `--quick`, the last with `--full`.
  public func choose<T>(quick quickValue: T, usual: T, full fullValue: T) -> T {
    quick ? quickValue : full ? fullValue : usual
  }

  /// A mesh of the original, mirrored at z = 0, or one of our own.
  ///
  /// GenDR's and SoftRas' cameras are left-handed: `eye = (d cosE sinA, d sinE, -d cosE cosA)` with x of the
  /// image along `up x forward`. The mirrored mesh seen by ``RigidTransform/orbit(azimuthDegrees:elevationDegrees:distance:target:)``
  /// makes the same picture.
  public func mesh(_ file: String, orElse own: () -> Mesh<Float>) throws -> Mesh<Float> {
    guard let meshes else { return own() }
    let loaded = try loadMesh("\(meshes)/\(file)")
    var positions = loaded.positions
    for v in 0..<loaded.vertexCount { positions[3 * v + 2] = -positions[3 * v + 2] }
    var faces = loaded.faces
    for f in 0..<loaded.faceCount { faces.swapAt(3 * f + 1, 3 * f + 2) }
    return Mesh(positions: positions, faces: faces)
  }
}
