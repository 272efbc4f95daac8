/// The kernels of one instruction set.
@safe
public struct KernelTable: Sendable {
  /// The name of the instruction set, as `sfumato doctor` prints it.
  public var instructionSet: String
  /// Coverage, colour and depth of one tile.
  public var softForward: @Sendable (borrowing SoftTileJob) -> Void
  /// The adjoint of one tile.
  public var softBackward: @Sendable (borrowing SoftTileJob) -> Void

  /// Makes a table.
  public init(
    instructionSet: String, softForward: @escaping @Sendable (borrowing SoftTileJob) -> Void,
    softBackward: @escaping @Sendable (borrowing SoftTileJob) -> Void
  ) {
    self.instructionSet = instructionSet
    unsafe self.softForward = softForward
    unsafe self.softBackward = softBackward
  }
}
