/// A mean of independent numbers with its standard error.
struct SampleMean {
  private var count = 0.0
  private var sum = 0.0
  private var squares = 0.0

  mutating func add(_ x: Double) {
    count += 1
    sum += x
    squares += x * x
  }

  init(_ values: some Sequence<Double> = []) { for x in values { add(x) } }

  var mean: Double { sum / count }
  /// Of one number.
  var deviation: Double {
    (max(squares / count - mean * mean, 0) * count / (count - 1)).squareRoot()
  }
  var standardError: Double { deviation / count.squareRoot() }

  /// How many standard errors the mean lies from a value; 0 where both are the same to rounding.
  func errors(from value: Double) -> Double {
    abs(mean - value) / max(standardError, 1e-12 * max(abs(value), 1e-300))
  }
}
