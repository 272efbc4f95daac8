// What becomes of memory between the steps of a fit: policy of a process, so it is for programs to ask for.
internal import CCPUFeatures

/// What the process does with memory that passes have given back.
public enum FreedMemory {
  /// Keeps it for the next pass instead of returning it to the system, where the C library can be told so (glibc).
  ///
  /// A render's buffers are some megabytes; taken anew from the system, each page costs a fault. For programs that render again
  /// and again; call it once, at the start.
  public static func keep() { ccpu_keep_freed_memory() }
}
