/// The result of one workload.
struct WorkloadReport: Codable {
  /// Times with a number of threads.
  struct Threads: Codable {
    var threads: Int
    var timing: Timing
    /// Nanoseconds a lane pair.
    var forwardNanoseconds: Double
    var forwardBackwardNanoseconds: Double

    enum CodingKeys: String, CodingKey {
      case threads, timing
      case forwardNanoseconds = "forward_ns_per_pair"
      case forwardBackwardNanoseconds = "forward_backward_ns_per_pair"
    }
  }

  var name: String
  var faces: Int
  var views: Int
  /// Medians with the largest number of threads, milliseconds: forward, and forward, loss and backward.
  var forward: Double
  var forwardBackward: Double
  /// (face, pixel) pairs that the kernel evaluates forward, and again backward; 0 where crisp.
  var pairs: Int
  /// Nanoseconds a pair of forward on the smallest number of threads.
  var nanosecondsPerPair: Double
  /// (face, tile of 16 x 16 pixels) pairs in the bins; 0 where crisp.
  var tileEntries: Int
  var results: [Threads]
  /// The scalar reference on one thread.
  var reference: Timing?
  /// Time of the reference over that of the kernel, one thread, forward and backward.
  var referenceRatio: Double?
  /// Largest resident memory during the workload, MB; 0 where the system does not tell.
  var peakMemory: Double

  enum CodingKeys: String, CodingKey {
    case name, faces, views, pairs
    case forward = "forward_ms"
    case forwardBackward = "forward_backward_ms"
    case nanosecondsPerPair = "ns_per_pair"
    case tileEntries = "tile_entries"
    case results, reference
    case referenceRatio = "reference_over_kernel"
    case peakMemory = "peak_rss_mb"
  }
}

/// The result of a run of the benchmarks.
struct BenchmarkReport: Codable {
  var cpu: String
  var cores: Int
  var isa: String
  /// The largest number of threads.
  var threads: Int
  var system: String
  /// Single-precision multiply-add throughput of one core, GFLOP/s, measured in this run.
  var peak: Double
  /// Mean number of running processes over the last minute, at the start and at the end.
  var loadBefore: Double
  var loadAfter: Double
  var workloads: [WorkloadReport]
  /// Workloads whose mesh is not there.
  var skipped: [String]

  enum CodingKeys: String, CodingKey {
    case cpu, cores, isa, threads, system
    case peak = "fma_peak_gflops"
    case loadBefore = "load_before"
    case loadAfter = "load_after"
    case workloads, skipped
  }

  /// The report for people, a line a workload and number of threads.
  var table: String {
    var lines = [
      "\(cpu), \(cores) cores, \(isa); load \(loadBefore) before, \(loadAfter) after",
      "multiply-adds of one core: \(digits(peak)) GFLOP/s",
      columns(
        "workload", "threads", "forward ms", "fwd+bwd ms", "ns/pair", "ns/pair both", "M pairs",
        "reference/kernel"),
    ]
    for workload in workloads {
      for result in workload.results {
        lines.append(
          columns(
            workload.name, "\(result.threads)", digits(result.timing.forward),
            digits(result.timing.forwardBackward), digits(result.forwardNanoseconds),
            digits(result.forwardBackwardNanoseconds), digits(Double(workload.pairs) / 1e6),
            result.threads == 1 ? workload.referenceRatio.map(digits) ?? "" : ""))
      }
    }
    lines += skipped.map { "\($0): skipped, its mesh is not in the folder" }
    return lines.joined(separator: "\n")
  }

  private func columns(_ cells: String...) -> String {
    cells.enumerated().map { index, cell in
      let width = index == 0 ? 22 : 13
      let space = String(repeating: " ", count: max(1, width - cell.count))
      return index == 0 ? cell + space : space + cell
    }.joined()
  }

  private func digits(_ value: Double) -> String {
    let scale = value >= 100 ? 1.0 : value >= 10 ? 10 : 100
    return String((value * scale).rounded() / scale)
  }
}
