internal import CCPUFeatures

/// What this processor can run.
enum CPUFeatures {
  /// The x86-64 micro-architecture level, 1 to 4; wraps `ccpu_x86_level`.
  static var x86Level: Int { Int(ccpu_x86_level()) }
}
