import Foundation
import SfumatoCore
import Testing

@testable import SfumatoFit

@Suite struct PlanEstimateTests {
  private var problem: FitProblem {
    FitProblem(
      targets: FitFixtures.targets(Scene(FitFixtures.box), FitFixtures.cameras(4, side: 32)),
      mesh: FitFixtures.colored(.icosphere(subdivisions: 1)))
  }

  /// The second stage has other faces, half the size and two views a step.
  private var config: FitConfig {
    var stages = [FitFixtures.stage("a", steps: 40), FitFixtures.stage("b", steps: 60)]
    stages[1].subdivide = 1
    stages[1].imageScale = 0.5
    stages[1].viewsPerStep = 2
    return FitFixtures.config([.shape, .color], stages)
  }

  @Test func `every stage is measured as it will be, after those before it`() {
    let estimate = PlanEstimate(problem, config: config)
    #expect(estimate.stages.map(\.name) == ["a", "b"])
    #expect(estimate.stages.map(\.steps) == [40, 60])
    #expect(estimate.stages.map(\.width) == [32, 16] && estimate.stages.map(\.views) == [4, 2])
    #expect(estimate.stages[0].faces == 80 && estimate.stages[1].faces == 320)
    #expect(estimate.stages[1].vertices == 162)
    for stage in estimate.stages {
      #expect(stage.secondsPerStep > 0)
      #expect(stage.seconds >= stage.secondsPerStep * Double(stage.steps))
    }
    #expect(estimate.search == nil && (estimate.outputSeconds ?? 0) > 0)
    #expect(estimate.reserveSeconds == 0)
    let sum = estimate.stages.reduce(estimate.outputSeconds ?? 0) { $0 + $1.seconds }
    #expect(abs(estimate.seconds - sum) < 1e-12)
    #if os(Linux)
    #expect((estimate.peakMemoryMB ?? 0) > 1)
    #endif
  }

  @Test func `stages without steps are left out, and a single step is counted as what it took`() {
    var config = config
    (config.stages[0].steps, config.stages[1].steps) = (0, 1)
    let estimate = PlanEstimate(problem, config: config)
    #expect(estimate.stages.map(\.name) == ["b"])
    #expect(estimate.stages[0].seconds > 0)
  }

  @Test func `what no time is left to measure is judged by what is`() throws {
    let estimate = PlanEstimate(problem, config: config, within: 0)
    #expect(estimate.stages[0].faces != nil && estimate.stages[1].faces == nil)
    // A quarter of the pixels and half of the views.
    let ratio = estimate.stages[1].secondsPerStep / estimate.stages[0].secondsPerStep
    #expect(abs(ratio - 0.125) < 1e-9)
    #expect(estimate.outputSeconds == nil)
    #expect(estimate.table.contains { $0.hasPrefix("b ") && $0.hasSuffix("?") })
  }

  @Test func `comments leave a plan that reads back as itself`() throws {
    let estimate = PlanEstimate(problem, config: config)
    let text = try config.yaml() + estimate.yamlComments
    #expect(try FitConfig(resolvedYAML: text, origin: "plan") == config)
    let table = estimate.table
    #expect(table[0].hasPrefix("stage") && table[1].hasPrefix("a "))
    #expect(table.contains { $0.hasPrefix("in all") && $0.contains(" 100 ") })
    #expect(!table.contains { $0.hasSuffix(" ") })
  }

  @Test func `a search is part of it`() {
    var config = config
    config.unknowns = [.pose]
    (config.pose.trialStarts, config.pose.trialSteps) = (40, 8)
    config.stages[1].subdivide = 0
    let estimate = PlanEstimate(problem, config: config)
    #expect(estimate.search?.starts == 40)
    #expect(estimate.search?.steps == config.trialStepCount)
    #expect((estimate.search?.seconds ?? 0) > 0)
    #expect(estimate.table[1].hasPrefix("search"))
  }

  @Test func `a run with a time limit has the estimate of the steps that it takes`() throws {
    let folder = try TemporaryFolder()
    var config = config
    config.timeLimitSeconds = 1
    for i in config.stages.indices { config.stages[i].steps = 50_000 }
    let run = try FitRun(problem, config: config, folder: folder.path("r"), force: false)
    let estimate = try #require(run.estimate)
    #expect(estimate.stages.map(\.steps) == run.config.stages.map(\.steps))
    #expect(estimate.stages.map(\.plannedSteps) == [50_000, 50_000])
    #expect(estimate.table[1].contains(" of 50000"))
    // A limit that cuts steps is what the run takes.
    #expect(estimate.reserveSeconds > 0 && estimate.seconds > 0.3 && estimate.seconds < 1.01)
    config.timeLimitSeconds = 0
    let free = try FitRun(problem, config: config, folder: folder.path("s"), force: false)
    #expect(free.estimate == nil)
    let asked = try FitRun(
      problem, config: config, folder: folder.path("t"), force: false, estimatingWithin: 0.2)
    #expect(asked.estimate?.stages.count == 2 && asked.config == config)
  }

  @Test func `a mesh that is finer where colours change is measured with the pictures' colours`() {
    var config = FitFixtures.config(
      [.shape, .color], initial: "hull", [FitFixtures.stage("only", steps: 3)])
    config.stages[0].edgeLengthPixels = 4
    config.stages[0].edgeLengthDetail = 4
    var problem = problem
    problem.mesh = .icosphere(subdivisions: 2)
    func vertices(_ paints: Bool) -> Int {
      PlanProbe(problem, config, workers: .all, paints: paints).stages[0]?.vertices ?? 0
    }
    #expect(vertices(true) > vertices(false))
  }
}
