public import SfumatoCore

/// L-BFGS: directions from the last few steps and how the gradient changed along them, which stand for second derivatives.
///
/// For losses that do not change from step to step: all views, one edge width. Sums run in `Double`, in order. Source: Nocedal 1980,
/// "Updating Quasi-Newton Matrices with Limited Storage"; Nocedal and Wright 2006, "Numerical Optimization", algorithms 7.4 and 7.5.
public struct LBFGS<S: RenderScalar>: Equatable, Sendable {
  /// The most pairs that are kept.
  public let history: Int
  /// Steps, the oldest first, and by how much each changed the gradient.
  package var pairs: [Pair] = []

  /// A step and what came of it.
  package struct Pair: Equatable, Sendable {
    /// What was added to the parameters.
    package var step: [S]
    /// The gradient after it less that before.
    package var change: [S]

    package init(step: [S], change: [S]) {
      self.step = step
      self.change = change
    }
  }

  /// An optimiser that has seen nothing.
  public init(history: Int) {
    precondition(history > 0, "history \(history)")
    self.history = history
  }

  /// The direction to search along, the length of a step that is tried first.
  ///
  /// Without history the negative gradient, its largest part 1.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func direction(gradient: [S]) -> [S] {
    guard let last = pairs.last else {
      let largest = gradient.reduce(0) { Swift.max($0, $1.magnitude) }
      return gradient.map { largest > 0 ? -$0 / largest : 0 }
    }
    var q = gradient.map { -$0 }
    var shares = [Double](repeating: 0, count: pairs.count)
    for (i, pair) in pairs.enumerated().reversed() {
      shares[i] = Self.dot(pair.step, q) / Self.dot(pair.step, pair.change)
      Self.add(pair.change, -shares[i], to: &q)
    }
    let scale = S(Self.dot(last.step, last.change) / Self.dot(last.change, last.change))
    for i in q.indices { q[i] *= scale }
    for (i, pair) in pairs.enumerated() {
      let back = Self.dot(pair.change, q) / Self.dot(pair.step, pair.change)
      Self.add(pair.step, shares[i] - back, to: &q)
    }
    return q
  }

  /// Keeps a step and what it changed of the gradient; one along which the gradient did not rise says nothing and is left out.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public mutating func remember(step: [S], change: [S]) {
    precondition(step.count == change.count, "\(step.count) and \(change.count) parameters")
    let rise = Self.dot(step, change)
    guard rise > 1e-8 * Self.dot(step, step).squareRoot() * Self.dot(change, change).squareRoot()
    else { return }
    pairs.append(Pair(step: step, change: change))
    if pairs.count > history { pairs.removeFirst() }
  }

  /// Forgets everything: other parameters, or another loss.
  public mutating func reset() { pairs = [] }

  /// The sum of products.
  public static func dot(_ a: [S], _ b: [S]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += Double(a[i]) * Double(b[i]) }
    return sum
  }

  private static func add(_ a: [S], _ factor: Double, to sum: inout [S]) {
    let factor = S(factor)
    for i in a.indices { sum[i] += factor * a[i] }
  }
}

/// How far to go along a direction: until the value has fallen enough and the slope has flattened (weak Wolfe conditions), by bisection.
///
/// Asks for no smoothness: where a value or a slope is not finite, a step was too long. Source: Lewis and Overton 2013, "Nonsmooth
/// optimization via quasi-Newton methods", algorithm 2.6.
public enum WolfeSearch {
  /// A place along the line.
  public struct Place<Payload> {
    /// How far, in directions.
    public var length: Double
    /// The value there.
    public var value: Double
    /// Its derivative by the length.
    public var slope: Double
    /// What the caller wants back of the place that is taken.
    public var payload: Payload

    /// Makes a place.
    public init(length: Double, value: Double, slope: Double, payload: Payload) {
      self.length = length
      self.value = value
      self.slope = slope
      self.payload = payload
    }
  }

  /// Searches a line.
  ///
  /// - Parameters:
  ///   - value: at its start.
  ///   - slope: there, below 0.
  ///   - evaluations: the most that are made, at least 1.
  ///   - evaluate: the place at a length.
  /// - Returns: the first place that fulfils both conditions; else the furthest whose value has fallen enough; else nil.
  public static func run<Payload>(
    value: Double, slope: Double, evaluations: Int, _ evaluate: (Double) -> Place<Payload>
  ) -> Place<Payload>? {
    guard slope < 0, value.isFinite else { return nil }
    var (low, high) = (0.0, Double.infinity)
    var length = 1.0
    var best: Place<Payload>?
    for _ in 0..<evaluations {
      let place = evaluate(length)
      let isLower = place.value.isFinite && place.value <= value + 1e-4 * length * slope
      if !isLower || !place.slope.isFinite {
        high = length
      } else if place.slope < 0.9 * slope {
        (low, best) = (length, place)
      } else {
        return place
      }
      length = high.isFinite ? (low + high) / 2 : 2 * low
    }
    return best
  }
}
