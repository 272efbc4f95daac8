public import Foundation
public import SfumatoCore
internal import SfumatoIO

/// How long a plan takes here and how much memory, from a few measured steps of each of its stages.
public struct PlanEstimate: Equatable, Sendable {
  /// A stage.
  public struct Stage: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// Steps, cut to the time limit where there is one.
    public var steps: Int
    /// Steps of the plan before that.
    public var plannedSteps: Int
    /// A step, without what enters the stage.
    public var secondsPerStep: Double
    /// The whole stage.
    public var seconds: Double
    /// The size of its images; of the largest where they differ.
    public var width: Int
    /// See ``width``.
    public var height: Int
    /// Views that a step sees.
    public var views: Int
    /// The mesh's vertices; nil where the probe did not come to the stage.
    public var vertices: Int?
    /// The mesh's faces; nil likewise.
    public var faces: Int?
  }

  /// The search of a pose before the first step.
  public struct Search: Equatable, Sendable {
    /// Starts that are looked at.
    public var starts: Int
    /// Steps of all of them together.
    public var steps: Int
    /// How long it takes.
    public var seconds: Double
  }

  /// The search, where the plan has one.
  public var search: Search?
  /// The stages that have steps.
  public var stages: [Stage]
  /// Previews, checkpoints and results; nil where there was no time to measure them.
  public var outputSeconds: Double?
  /// What a time limit that cuts steps leaves over: for finer faces than the probe has seen, results, and a machine that slows down; else 0.
  public var reserveSeconds = 0.0
  /// The largest resident memory that the probe needed, MB; nil where the system does not tell.
  public var peakMemoryMB: Double?
  /// How long measuring took.
  public var measuredSeconds: Double

  /// All together, without reading the pictures and carving a hull.
  public var seconds: Double {
    stages.reduce((search?.seconds ?? 0) + (outputSeconds ?? 0) + reserveSeconds) {
      $0 + $1.seconds
    }
  }

  /// Measures a plan on a copy of the fit.
  ///
  /// - Parameters:
  ///   - problem: what is given.
  ///   - config: the plan.
  ///   - workers: how many threads may work.
  ///   - began: since when a time limit counts.
  ///   - budget: seconds after which stages that are not measured yet are judged by one that is. With a time limit all are measured.
  public init(
    _ problem: FitProblem, config: FitConfig, workers: Workers = .all, began: Date = Date(),
    within budget: Double = .infinity
  ) {
    var config = config
    self.init(
      fitting: &config, problem, workers: workers, began: began, within: budget,
      measuresAll: true)
  }

  /// Measures a plan and cuts its steps to its time limit.
  init(
    fitting config: inout FitConfig, _ problem: FitProblem, workers: Workers, began: Date,
    within budget: Double, measuresAll: Bool
  ) {
    let planned = config
    let isLimited = config.timeLimitSeconds > 0
    let probe = PlanProbe(
      problem, config, workers: workers, within: isLimited ? .infinity : budget,
      paints: !isLimited)
    let spent = Date().timeIntervalSince(began)
    if isLimited { config = config.fitted(to: probe.slowest, spent: spent) }
    let start = Date()
    stages = Self.stages(config, planned, problem, probe)
    if let opening = config.trialRounds.first {
      // What a time limit counts on where it must not be spent.
      let seconds =
        isLimited && !measuresAll
        ? Double(config.trialStepCount) * (probe.slowest.first ?? 0)
        : SceneRegression(problem, config: config, workers: workers).searchSeconds() ?? 0
      search = Search(starts: opening.starts, steps: config.trialStepCount, seconds: seconds)
    }
    outputSeconds =
      measuresAll && probe.isComplete(planned) ? probe.last.outputSeconds(config) : nil
    measuredSeconds = probe.seconds + Date().timeIntervalSince(start)
    peakMemoryMB = PeakMemory.megabytes
    if isLimited, config.stepCount < planned.stepCount {
      reserveSeconds = max(config.timeLimitSeconds - spent - seconds, 0)
    }
  }

  private static func stages(
    _ config: FitConfig, _ planned: FitConfig, _ problem: FitProblem, _ probe: PlanProbe
  ) -> [Stage] {
    var stages: [Stage] = []
    let pictures = problem.targets.map(\.picture)
    let largest = pictures.reduce(pictures[0]) { $1.pixelCount > $0.pixelCount ? $1 : $0 }
    // Seconds a pixel that is seen, of the stage before.
    var rate = 0.0
    for (i, stage) in config.stages.enumerated() where stage.steps > 0 {
      let size = TargetPyramid.size(of: largest, scale: stage.imageScale)
      let views = problem.targets.count
      let seen =
        stage.viewsPerStep > 0 ? min(stage.viewsPerStep, views) : views
      let work = Double(size.width * size.height * seen * stage.samples)
      let measured = probe.stages[i]
      var step = rate * work
      var entry = 0.0
      if let measured {
        let later = measured.later
        if !later.isEmpty {
          step = later.reduce(0, +) / Double(later.count)
        } else if stage.steps == 1 || rate == 0 {
          step = measured.first
        }
        entry = max(measured.first - step, 0)
        rate = step / work
      }
      let again = stage.remeshEvery > 0 ? (stage.steps - 1) / stage.remeshEvery : 0
      stages.append(
        Stage(
          name: stage.name, steps: stage.steps, plannedSteps: planned.stages[i].steps,
          secondsPerStep: step,
          seconds: step * Double(stage.steps) + entry * Double(1 + again),
          width: size.width, height: size.height, views: seen,
          vertices: measured?.vertices, faces: measured?.faces))
    }
    return stages
  }

  /// Lines of a table, for people: a header, then a row a stage.
  public var table: [String] {
    var rows = [
      ["stage", "steps", "s/step", "seconds", "pixels", "views", "vertices", "faces"]
    ]
    if let search {
      rows.append(
        ["search", "\(search.steps)", "", Self.text(search.seconds)]
          + ["", "", "", ""])
    }
    for stage in stages {
      let steps =
        stage.steps == stage.plannedSteps
        ? "\(stage.steps)" : "\(stage.steps) of \(stage.plannedSteps)"
      rows.append([
        stage.name, steps, String(format: "%.3g", stage.secondsPerStep), Self.text(stage.seconds),
        "\(stage.width) x \(stage.height)", "\(stage.views)",
        stage.vertices.map(String.init) ?? "?",
        stage.faces.map(String.init) ?? "?",
      ])
    }
    if let outputSeconds {
      rows.append(["output", "", "", Self.text(outputSeconds), "", "", "", ""])
    }
    if reserveSeconds > 0 {
      rows.append(["reserve", "", "", Self.text(reserveSeconds), "", "", "", ""])
    }
    let total = stages.reduce(0) { $0 + $1.steps }
    rows.append(["in all", "\(total)", "", Self.text(seconds), "", "", "", ""])
    let widths = rows[0].indices.map { c in rows.map { $0[c].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { c, cell in
        let space = String(repeating: " ", count: widths[c] - cell.count)
        return c == 0 ? cell + space : space + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    } + (peakMemoryMB.map { [String(format: "about %.0f MB of memory", $0)] } ?? [])
  }

  /// The table as comments of YAML, with what it says.
  public var yamlComments: String {
    let heading = String(
      format: "an estimate, measured on this machine in %.1f s; without reading the pictures",
      measuredSeconds)
    return ([heading] + table).map { "# " + $0 + "\n" }.joined()
  }

  private static func text(_ seconds: Double) -> String { String(format: "%.1f", seconds) }
}

extension SceneRegression {
  /// Seconds that previews, checkpoints, the log and the results of a run of a plan take, from one of each.
  fileprivate func outputSeconds(_ config: FitConfig) -> Double {
    func seconds(_ body: () throws -> Void) -> Double {
      let began = Date()
      try? body()
      return Date().timeIntervalSince(began)
    }
    let changesMesh = config.unknowns.contains(.shape)
    let health = changesMesh ? seconds { _ = MeshHealth(state.mesh, workers: workers) } : 0
    let preview = seconds { _ = try encodeImage(PreviewSheet.make(self)) }
    let checkpoint = seconds {
      _ = try Checkpoint.encode(self, owner: Checkpoint.Owner(config: 0, problem: 0))
    }
    // A few views stand for all.
    let few = Array(problem.targets.prefix(4))
    let evaluation = seconds { _ = Evaluation(of: scene, on: few, workers: workers) }
    let sphere = state.mesh.boundingSphere
    let report = seconds {
      _ = try ReportPictures(
        self, views: 2, frames: 3, center: sphere.center, radius: sphere.radius)
    }
    let steps = config.stepCount
    let previews = Double(steps / config.previewEvery + 1)
    let checkpoints = Double(steps / config.checkpointEvery + 1)
    let share = Double(problem.targets.count) / Double(few.count)
    var sum = previews * (preview + health)
    sum += checkpoints * checkpoint
    sum += evaluation * share
    // Eight views and twelve frames, and the pictures of the gradient.
    sum += report * 4
    return sum
  }
}
