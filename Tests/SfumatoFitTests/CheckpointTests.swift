import Foundation
import SfumatoCore
import SfumatoSolve
import SfumatoTestSupport
import Testing

@testable import SfumatoFit

@Suite struct CheckpointTests {
  private let owner = Checkpoint.Owner(config: 0x1234_5678_9ABC_DEF0, problem: 42)

  /// A fit of everything whose second stage subdivides and keeps its best state, after some steps.
  private func regression(steps: Int) -> SceneRegression {
    let mesh = FitFixtures.colored(.icosphere(subdivisions: 1))
    let problem = FitProblem(
      targets: FitFixtures.targets(
        Scene(FitFixtures.box), FitFixtures.cameras(2, side: 16)), mesh: mesh)
    var stages = [
      FitFixtures.stage("a", steps: 3, smoothing: 2), FitFixtures.stage("none", steps: 0),
      FitFixtures.stage("b", steps: 4, smoothing: 1), FitFixtures.stage("c", steps: 2),
    ]
    stages[1].subdivide = 1
    stages[2].subdivide = 1
    stages[2].schedule = .adaptive
    stages[2].adaptive.wait = 0
    stages[2].adaptive.interval = 1
    var regression = SceneRegression(
      problem, config: FitFixtures.config(Unknown.allCases, stages))
    for _ in 0..<steps { _ = regression.next() }
    return regression
  }

  /// A fit of what needs no gradient, through an adaptive, a hard and a crisp stage, after some steps.
  private func choosing(steps: Int) -> SceneRegression {
    let mesh = FitFixtures.colored(.icosphere(subdivisions: 1))
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(FitFixtures.box), FitFixtures.cameras(3, side: 16)),
      mesh: mesh)
    var adaptive = FitFixtures.stage("adaptive", steps: 6)
    adaptive.schedule = .adaptive
    adaptive.adaptive.wait = 0
    adaptive.adaptive.interval = 1
    var hard = FitFixtures.stage("hard", steps: 4)
    hard.mode = .hard
    hard.optimizer = .parameterSpace
    hard.viewsPerStep = 2
    var crisp = FitFixtures.stage("crisp", steps: 2)
    crisp.mode = .crisp
    let unknowns = Unknown.allCases.filter { $0 != .shape && $0 != .color }
    let config = FitFixtures.config(unknowns, [adaptive, hard, adaptive, crisp, hard])
    var regression = SceneRegression(problem, config: config)
    for _ in 0..<steps { _ = regression.next() }
    return regression
  }

  @Test(arguments: [1, 3, 5, 6, 7, 9, 10, 11, 14, 16, 17, 18, 20, 22, 23])
  func `a stage's own state comes back too`(steps: Int) throws {
    var original = choosing(steps: steps)
    if [3, 5, 14].contains(steps) {
      #expect(!original.state.best.isEmpty && original.state.narrowing.count > 0)
    }
    if [7, 9, 20].contains(steps) {
      #expect(original.state.parameterOptimizer.adam.moments.first.contains { $0 != 0 })
    }
    let bytes = try Checkpoint.encode(original, owner: owner)
    var copy = choosing(steps: 0)
    try Checkpoint.restore(&copy, from: bytes, path: "c.bin", owner: owner)
    #expect(try Checkpoint.encode(copy, owner: owner) == bytes)
    copy.workers = .serial
    while let step = original.next() { #expect(copy.next() == step) }
    #expect(copy.next() == nil)
    #expect(
      try Checkpoint.encode(copy, owner: owner)
        == Checkpoint.encode(original, owner: owner))
  }

  private func restored(_ bytes: [UInt8], owner: Checkpoint.Owner? = nil) throws -> SceneRegression
  {
    var fresh = regression(steps: 0)
    try Checkpoint.restore(&fresh, from: bytes, path: "c.bin", owner: owner ?? self.owner)
    return fresh
  }

  private func problem(_ bytes: [UInt8], owner: Checkpoint.Owner? = nil) -> String {
    do {
      _ = try restored(bytes, owner: owner)
      return "no error"
    } catch { return "\(error)" }
  }

  /// The bytes with a check sum that holds.
  private func signed(_ bytes: [UInt8]) -> [UInt8] {
    let body = Array(bytes.dropLast(8))
    let sum = fnv1a(body)
    return body + (0..<8).map { UInt8(truncatingIfNeeded: sum >> UInt64(8 * $0)) }
  }

  /// At the start, within stages, on their boundaries, after a subdivision, at the end, and beyond it.
  @Test(arguments: [0, 1, 3, 4, 5, 7, 8, 9, 10])
  func `a state comes back bit by bit, and goes on alike`(steps: Int) throws {
    var original = regression(steps: steps)
    let bytes = try Checkpoint.encode(original, owner: owner)
    var copy = try restored(bytes)
    #expect(try Checkpoint.encode(copy, owner: owner) == bytes)
    #expect(copy.state.mesh == original.state.mesh)
    #expect(copy.state.isFinite)
    while let step = original.next() { #expect(copy.next() == step) }
    #expect(copy.next() == nil)
    #expect(
      try Checkpoint.encode(copy, owner: owner)
        == Checkpoint.encode(original, owner: owner))
  }

  /// A fit that remeshes at the start of its second stage and within it, after some steps.
  private func remeshing(steps: Int) -> SceneRegression {
    let mesh = FitFixtures.colored(.icosphere(subdivisions: 2))
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(FitFixtures.box), FitFixtures.cameras(2, side: 24)),
      mesh: mesh)
    var stages = [
      FitFixtures.stage("a", steps: 2, smoothing: 2),
      FitFixtures.stage("b", steps: 5, smoothing: 1),
      FitFixtures.stage("c", steps: 2),
    ]
    stages[1].edgeLengthPixels = 2
    stages[1].edgeLengthDetail = 2
    stages[1].remeshEvery = 2
    var regression = SceneRegression(
      problem, config: FitFixtures.config([.shape, .color, .cameras], stages))
    for _ in 0..<steps { _ = regression.next() }
    return regression
  }

  @Test(arguments: [0, 2, 3, 4, 5, 6, 7, 8, 9])
  func `new faces come back too`(steps: Int) throws {
    var original = remeshing(steps: steps)
    #expect((original.state.mesh.faces != remeshing(steps: 0).state.mesh.faces) == (steps > 2))
    let bytes = try Checkpoint.encode(original, owner: owner)
    var copy = remeshing(steps: 0)
    try Checkpoint.restore(&copy, from: bytes, path: "c.bin", owner: owner)
    #expect(try Checkpoint.encode(copy, owner: owner) == bytes)
    copy.workers = .serial
    while let step = original.next() { #expect(copy.next() == step) }
    #expect(copy.next() == nil)
    let (end, expected) = (
      try Checkpoint.encode(copy, owner: owner), try Checkpoint.encode(original, owner: owner)
    )
    #expect(end == expected)
  }

  @Test func `no mutation of new faces crashes`() throws {
    let bytes = try Checkpoint.encode(remeshing(steps: 4), owner: owner)
    let fresh = remeshing(steps: 0)
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<2000 {
      var mutated = bytes
      let at = Int.random(in: 28..<min(bytes.count, 6000), using: &generator)
      mutated[at] = UInt8.random(in: 0...255, using: &generator)
      var copy = fresh
      do {
        try Checkpoint.restore(&copy, from: signed(mutated), path: "c.bin", owner: owner)
      } catch {}
    }
  }

  @Test func `a file that is damaged, of others or no checkpoint says so`() throws {
    let bytes = try Checkpoint.encode(regression(steps: 5), owner: owner)
    var damaged = bytes
    damaged[bytes.count / 2] ^= 1
    #expect(problem(damaged).hasPrefix("c.bin: is damaged"))
    #expect(problem(Array(bytes.dropLast(9))).hasPrefix("c.bin: is damaged"))
    #expect(problem(Array(bytes.prefix(14))).hasPrefix("c.bin: is damaged"))
    for count in [0, 1, 8, 11] {
      #expect(problem(Array(bytes.prefix(count))) == "c.bin: is not a checkpoint of a fit")
    }
    #expect(problem(Array("SFUMATOD".utf8) + bytes.dropFirst(8)).contains("is not a checkpoint"))
    var newer = bytes
    newer[8] = 7
    #expect(problem(newer) == "c.bin: has version 7; this program reads 6")
    #expect(
      problem(bytes, owner: .init(config: 1, problem: 42)).contains("another configuration"))
    #expect(
      problem(bytes, owner: .init(config: owner.config, problem: 1)).contains("other targets"))
    #expect(problem(signed(bytes + [UInt8](repeating: 0, count: 8))).contains("does not fit"))
    #expect(problem(signed(Array(bytes.dropLast(16)))).contains("does not fit"))
    #expect(throws: CheckpointError.self) {
      var fresh = regression(steps: 0)
      try Checkpoint.restore(&fresh, from: "/nonexistent/c.bin", owner: owner)
    }
  }

  @Test func `no mutation crashes`() throws {
    let bytes = try Checkpoint.encode(regression(steps: 5), owner: owner)
    let fresh = regression(steps: 0)
    var generator = SeededGenerator(seed: 9)
    var readable = 0
    for round in 0..<10_000 {
      var mutated = bytes
      switch round % 4 {
      case 0: mutated.removeLast(Int.random(in: 1...bytes.count, using: &generator))
      case 1:
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        mutated.insert(contentsOf: bytes[..<min(at, 64)], at: at)
      default:
        // Mostly in the head, where counts and places are.
        let end = Bool.random(using: &generator) ? 120 : bytes.count
        for _ in 0...Int.random(in: 0...3, using: &generator) {
          mutated[Int.random(in: 0..<end, using: &generator)] = .random(
            in: 0...255, using: &generator)
        }
      }
      // Every second time with a check sum that holds, so that the fields behind it are read.
      if round % 8 >= 4, mutated.count >= 8 { mutated = signed(mutated) }
      var copy = fresh
      do {
        try Checkpoint.restore(&copy, from: mutated, path: "c.bin", owner: owner)
        readable += 1
        // Numbers may be anything: a step must still not crash.
        if readable % 50 == 1 { _ = copy.next() }
      } catch { #expect(error.path == "c.bin") }
    }
    // The fuzz reaches beyond the check sum.
    #expect(readable > 100 && readable < 5000, "\(readable)")
  }
}
