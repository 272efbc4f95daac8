import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@Suite struct BenchTests {
  @Test func `the JSON holds the machine's peak and each workload's times`() throws {
    let folder = try TemporaryFolder()
    try saveOBJ(.icosphere(subdivisions: 2), to: folder.path("sphere_642.obj"))
    let run = try CommandRun(
      "bench", "--meshes", folder.url.path, "--filter", "sil", "--seconds", "0.01", "--threads",
      "1",
      "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    let json = try run.json()
    let peak = try #require(json["fma_peak_gflops"] as? Double)
    #expect(peak > 0.1)
    #expect(json["threads"] as? Int == 1)
    #expect((json["skipped"] as? [String])?.contains("b_cow_128_sil") == true)
    let workloads = try #require(json["workloads"] as? [[String: Any]])
    #expect(workloads.map { $0["name"] as? String } == ["a_sphere_64_x24_sil"])
    for key in ["forward_ms", "forward_backward_ms", "pairs", "ns_per_pair"] {
      let value = try #require(workloads.first?[key] as? Double)
      #expect(value > 0, "\(key)")
    }
  }

  @Test func `without meshes and for no workload it is bad usage`() throws {
    for arguments in [["--filter", "teacup"], ["--seconds", "0"]] {
      let run = try CommandRun(["bench", "--meshes", "/"] + arguments)
      #expect(run.exitCode == 2)
    }
  }
}
