internal import Foundation
internal import SfumatoCore
internal import SfumatoFit

extension Fit {
  /// Prints a plan with what it would cost: YAML with the estimate as comments, or one JSON object.
  func printPlan(_ config: FitConfig, for problem: FitProblem, began: Date) throws {
    let estimate = PlanEstimate(
      problem, config: config, workers: threading.workers, began: began)
    guard json else {
      print(try config.yaml() + estimate.yamlComments, terminator: "")
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let plan = try JSONDecoder().decode(JSONValue.self, from: encoder.encode(config))
    print(JSONValue.object(["config": plan, "estimate": value(estimate)]).text)
  }

  private func value(_ estimate: PlanEstimate) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number(rounded($0)) } ?? .null }
    func count(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
    return .object([
      "seconds": number(estimate.seconds), "peak_memory_mb": number(estimate.peakMemoryMB),
      "search": estimate.search.map {
        JSONValue.object([
          "starts": .integer($0.starts), "steps": .integer($0.steps),
          "seconds": number($0.seconds),
        ])
      } ?? .null,
      "stages": .array(
        estimate.stages.map {
          .object([
            "name": .string($0.name), "steps": .integer($0.steps),
            "planned_steps": .integer($0.plannedSteps),
            "seconds_per_step": number($0.secondsPerStep), "seconds": number($0.seconds),
            "width": .integer($0.width), "height": .integer($0.height),
            "views": .integer($0.views), "vertices": count($0.vertices),
            "faces": count($0.faces),
          ])
        }),
      "output_seconds": number(estimate.outputSeconds),
      "reserve_seconds": number(estimate.reserveSeconds),
      "measured_seconds": number(estimate.measuredSeconds),
    ])
  }

  /// To four significant digits, of which an estimate has fewer.
  private func rounded(_ value: Double) -> Double {
    Double(String(format: "%.4g", value)) ?? value
  }
}
