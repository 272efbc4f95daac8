internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// `sfumato bench`: times forward and backward on meshes that other renderers were timed on.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time pictures and gradients on known workloads.",
    discussion: """
      Medians of repeated runs, first one left out; a pair is a face and a pixel of a 4 x 4 block that the kernel \
      evaluates for it; crisp workloads ("hard") count none. Meshes: sphere_642.obj, cow.obj, bunny.obj in one folder; what \
      is missing is skipped.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(
    help: ArgumentHelp("The folder of the meshes. (default: $SFUMATO_MESHES)", valueName: "DIR"))
  var meshes: String?

  @Option(help: ArgumentHelp("Only workloads whose name contains this.", valueName: "TEXT"))
  var filter: String?

  @Option(help: ArgumentHelp("Time for each workload and number of threads.", valueName: "S"))
  var seconds = 3.0

  @Option(help: ArgumentHelp("Numbers of threads.", valueName: "N"))
  var threads = [1, 2]

  @Flag(help: "Time the scalar reference too; slow.")
  var reference = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard !threads.isEmpty, threads.allSatisfy({ (1...4096).contains($0) }) else {
      throw ValidationError("--threads takes 1 to 4096.")
    }
    guard seconds > 0, seconds.isFinite else {
      throw ValidationError("--seconds takes a positive number, not \(seconds).")
    }
  }

  func run() throws {
    guard let folder = meshes ?? ProcessInfo.processInfo.environment["SFUMATO_MESHES"] else {
      throw ValidationError("name the folder of the meshes: --meshes DIR or SFUMATO_MESHES.")
    }
    guard Workload.recipes.contains(where: { filter.map($0.name.contains) ?? true }) else {
      throw ValidationError(
        "no workload's name contains \(filter ?? ""): "
          + Workload.recipes.map(\.name).joined(separator: ", "))
    }
    var report = BenchmarkReport(
      cpu: Machine.cpu, cores: ProcessInfo.processInfo.activeProcessorCount,
      isa: InstructionSet.name, threads: threads.max() ?? 0,
      system: ProcessInfo.processInfo.operatingSystemVersionString,
      peak: InstructionSet.measurePeak(), loadBefore: Machine.load, loadAfter: 0, workloads: [],
      skipped: [])
    for recipe in Workload.recipes where filter.map(recipe.name.contains) ?? true {
      if let file = recipe.file, !FileManager.default.fileExists(atPath: folder + "/" + file) {
        report.skipped.append(recipe.name)
        continue
      }
      global.remark(recipe.name)
      report.workloads.append(measure(try Workload(recipe, meshes: folder)))
    }
    report.loadAfter = Machine.load
    guard json else {
      print(report.table)
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }

  private func renderer(_ workload: Workload, threads: Int, reference: Bool) -> Renderer<Float> {
    Renderer(
      settings: RenderSettings(
        mode: workload.mode, workers: Workers(count: threads), usesReference: reference))
  }

  private func measure(_ workload: Workload) -> WorkloadReport {
    let isHard = workload.method == .hard
    let work =
      isHard
      ? nil
      : renderer(workload, threads: 1, reference: false)
        .softWork(workload.scene, workload.cameras, hasColor: workload.isColored)
    // Nanoseconds a pair are 0 where there are no pairs.
    let pairs = work.map { Double(max($0.lanePairs, 1)) } ?? .infinity
    Machine.forgetPeakMemory()
    let results = threads.map { count in
      let timing = Timing(
        workload, renderer: renderer(workload, threads: count, reference: false),
        seconds: seconds, least: 3)
      return WorkloadReport.Threads(
        threads: count, timing: timing, forwardNanoseconds: timing.forward * 1e6 / pairs,
        forwardBackwardNanoseconds: timing.forwardBackward * 1e6 / pairs)
    }
    let peak = Machine.peakMemory
    var reference: Timing?
    if self.reference, workload.hasReference {
      reference = Timing(
        workload, renderer: renderer(workload, threads: 1, reference: true), seconds: seconds,
        least: 1)
    }
    let serial = results.first { $0.threads == 1 }?.timing.forwardBackward
    var ratio: Double?
    if let reference, let serial { ratio = reference.forwardBackward / serial }
    let widest = results.max { $0.threads < $1.threads }?.timing
    return WorkloadReport(
      name: workload.name, faces: workload.faces, views: workload.cameras.count,
      forward: widest?.forward ?? 0, forwardBackward: widest?.forwardBackward ?? 0,
      pairs: work?.lanePairs ?? 0,
      nanosecondsPerPair: results.min { $0.threads < $1.threads }?.forwardNanoseconds ?? 0,
      tileEntries: work?.entries ?? 0, results: results, reference: reference,
      referenceRatio: ratio, peakMemory: peak)
  }
}
