import RealModule
import SfumatoCore
import SfumatoSolve
import SfumatoTestSupport
import Testing

@Suite struct LBFGSTests {
  /// Steps until the gradient is small, at most so many; the last place and the evaluations.
  private func minimize(
    from start: [Double], steps: Int, history: Int = 10,
    _ function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> (place: [Double], evaluations: Int) {
    var optimizer = LBFGS<Double>(history: history)
    var place = start
    var evaluations = 0
    for _ in 0..<steps {
      let (value, gradient) = function(place)
      evaluations += 1
      if LBFGS.dot(gradient, gradient) < 1e-20 { break }
      let direction = optimizer.direction(gradient: gradient)
      let found = WolfeSearch.run(
        value: value, slope: LBFGS.dot(gradient, direction), evaluations: 30
      ) { length -> WolfeSearch.Place<[Double]> in
        evaluations += 1
        let there = function(zip(place, direction).map { $0 + length * $1 })
        return WolfeSearch.Place(
          length: length, value: there.value, slope: LBFGS.dot(there.gradient, direction),
          payload: there.gradient)
      }
      guard let found else { break }
      let step = direction.map { found.length * $0 }
      for i in place.indices { place[i] += step[i] }
      optimizer.remember(step: step, change: zip(found.payload, gradient).map { $0 - $1 })
    }
    return (place, evaluations)
  }

  @Test func `Rosenbrock's valley is followed to its end`() {
    let (place, evaluations) = minimize(from: [-1.2, 1], steps: 100) { x in
      let (a, b) = (1 - x[0], x[1] - x[0] * x[0])
      return (a * a + 100 * b * b, [-2 * a - 400 * x[0] * b, 200 * b])
    }
    #expect(abs(place[0] - 1) < 1e-8 && abs(place[1] - 1) < 1e-8)
    #expect(evaluations < 150, "\(evaluations)")
  }

  @Test func `a quadratic of many scales takes far fewer steps than descent would`() {
    var generator = SeededGenerator(seed: 2)
    let scales = (0..<60).map { Double.pow(10, Double($0 % 7) / 2) }
    let goal = generator.array(60)
    // Condition 1000: plain descent of the best step gains a part in 500 a step.
    let (place, _) = minimize(from: [Double](repeating: 0, count: 60), steps: 60) { x in
      let d = zip(x, goal).map { $0 - $1 }
      return (
        zip(scales, d).reduce(0) { $0 + $1.0 * $1.1 * $1.1 / 2 }, zip(scales, d).map { $0 * $1 }
      )
    }
    #expect(zip(place, goal).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func `a kink is found where gradients jump`() {
    let (place, _) = minimize(from: [3, -2], steps: 60) { x in
      (
        abs(x[0]) + 2 * abs(x[1] - 0.5) + 0.1 * x[0] * x[0],
        [(x[0] < 0 ? -1 : 1) + 0.2 * x[0], x[1] < 0.5 ? -2 : 2]
      )
    }
    #expect(abs(place[0]) < 1e-2 && abs(place[1] - 0.5) < 1e-2, "\(place)")
  }

  @Test func `the first direction is as long as one in its largest part`() {
    let direction = LBFGS<Float>(history: 3).direction(gradient: [2, -4, 0])
    #expect(direction == [-0.5, 1, 0])
    #expect(LBFGS<Float>(history: 3).direction(gradient: [0, 0]) == [0, 0])
  }

  @Test func `the history is bounded, and steps without curvature are left out`() {
    var optimizer = LBFGS<Double>(history: 2)
    optimizer.remember(step: [1, 0], change: [-1, 0])
    #expect(optimizer == LBFGS(history: 2))
    // Of a unit quadratic every pair says the same, and the direction is the whole way.
    for step in [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]] {
      optimizer.remember(step: step, change: step)
    }
    #expect(
      optimizer.direction(gradient: [0.3, -0.7]).elementsEqual([-0.3, 0.7]) { abs($0 - $1) < 1e-15 }
    )
    optimizer.reset()
    #expect(optimizer == LBFGS(history: 2))
  }

  @Test func `a search ends where nothing is lower, and shortens where nothing is finite`() {
    func search(_ slope: Double, _ function: @escaping (Double) -> Double) -> Double? {
      WolfeSearch.run(value: 1, slope: slope, evaluations: 40) { length in
        WolfeSearch.Place(
          length: length, value: function(length),
          slope: (function(length + 1e-6) - function(length - 1e-6)) / 2e-6, payload: ())
      }?.length
    }
    #expect(search(-1) { 1 + $0 } == nil)
    #expect(search(1) { 1 - $0 } == nil)
    let length = search(-1) { $0 > 0.3 ? .nan : 1 - $0 + 2 * $0 * $0 }
    #expect(length.map { $0 > 0 && $0 <= 0.3 } ?? false)
  }
}
