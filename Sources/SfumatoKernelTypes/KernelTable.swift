/// The kernels of one instruction set.
public struct KernelTable: Sendable {
  /// An empty table.
  public init() {}
}
