// Coverages as order-free sums (math.md 1.5): each face adds a generator, the sum gives alpha, and each face's slope is
// a product of hazards; nothing is divided by 1 - D. Powers and odds run as a log-sum-exp.
internal import RealModule

/// A coverage aggregation at work on the faces of a pixel.
struct CoverageUnion<S: RenderScalar>: Equatable, Sendable {
  /// In its canonical form.
  let aggregation: CoverageAggregation<S>
  /// Of the view, for the mean.
  let faceCount: Int

  init(_ aggregation: CoverageAggregation<S>, faceCount: Int) {
    self.aggregation = aggregation.canonical
    self.faceCount = Swift.max(faceCount, 1)
  }

  /// A pixel's running sum.
  struct Running: Equatable, Sendable {
    /// The sum, or the largest term of a log-sum-exp.
    var total: S
    /// The sum of a log-sum-exp over its largest term; of the maximum the entry; of others unused.
    var scaled: S = 0
    /// log Π (1 - D) of the members that need it.
    var logSurvival: S = 0
  }

  /// What is left of a pixel after all faces.
  struct Result: Equatable, Sendable {
    /// 1 - alpha.
    var survival: S
    /// What the slopes need; its meaning is the member's own.
    var kept: S
    /// Of the maximum the entry that it came from.
    var entry: S = 0
  }

  /// Whether generators run as a log-sum-exp.
  private var isLogarithmic: Bool {
    switch aggregation {
    case .probabilistic, .einstein, .frank, .lukasiewicz, .drastic, .sum, .hard: false
    case .hamacher(let p): p == 0
    case .schweizerSklar(let p): p < 0
    case .max, .yager, .aczelAlsina, .dombi: true
    }
  }

  /// No face yet.
  var start: Running { Running(total: isLogarithmic ? -1e30 : 0) }

  /// Adds a face; `entry` tells faces of equal coverage apart.
  func add(_ face: EdgeCoverage<S>.Sample, entry: Int, to running: inout Running) {
    let term: S
    switch aggregation {
    case .probabilistic:
      running.logSurvival += face.logSurvival
      return
    case .max:
      guard face.logOdds > running.total else { return }
      running.total = face.logOdds
      running.scaled = S(entry)
      return
    case .hard:
      if face.logOdds > 0 { running.total = 1 }
      return
    case .drastic:
      running.logSurvival += face.logSurvival
      term = 1
    case .sum, .lukasiewicz: term = face.coverage
    case .einstein: term = (S.log(onePlus: face.coverage) - face.logSurvival) / 2
    case .hamacher(let p): term = p == 0 ? face.logOdds : softplus(face.logOdds + S.log(p))
    case .frank(let p): term = Self.frankGenerator(face, S.log(p))
    case .yager(let p): term = p * face.logCoverage
    case .aczelAlsina(let p): term = p * S.log(-face.logSurvival)
    case .dombi(let p): term = p * face.logOdds
    case .schweizerSklar(let p):
      let y = p * face.logSurvival
      term = p > 0 ? -S.expMinusOne(y) : y + S.log(-S.expMinusOne(-y))
    }
    guard isLogarithmic else {
      running.total += term
      return
    }
    guard term > -S.infinity else { return }
    if term > running.total {
      running.scaled = running.scaled * S.exp(running.total - term) + 1
      running.total = term
    } else {
      running.scaled += S.exp(term - running.total)
    }
  }

  /// `-log(expm1(S L) / expm1(L))`, from the side of D where that is small.
  private static func frankGenerator(_ face: EdgeCoverage<S>.Sample, _ l: S) -> S {
    guard face.logOdds > 0 else {
      return -S.log(onePlus: -S.expMinusOne(-face.coverage * l) / S.expMinusOne(-l))
    }
    return -S.log(Swift.max(S.expMinusOne(face.survival * l) / S.expMinusOne(l), 1e-300))
  }

  /// 1 - alpha, and what the slopes need.
  func result(_ running: Running) -> Result {
    let total = running.total
    let logSum = running.scaled > 0 ? total + S.log(running.scaled) : -1e30
    switch aggregation {
    case .probabilistic: return Result(survival: S.exp(running.logSurvival), kept: 0)
    case .max:
      return Result(survival: S.exp(-softplus(total)), kept: total, entry: running.scaled)
    case .hard: return Result(survival: 1 - total, kept: total)
    case .drastic:
      return Result(survival: total > 1 ? 0 : S.exp(running.logSurvival), kept: total)
    case .sum: return Result(survival: 1 - total / S(faceCount), kept: total)
    case .lukasiewicz: return Result(survival: Swift.max(1 - total, 0), kept: total)
    case .einstein:
      let e = S.exp(-2 * total)
      return Result(survival: 2 * e / (1 + e), kept: total)
    case .hamacher(let p):
      if p == 0 {
        let logSurvival = -softplus(logSum)
        return Result(survival: S.exp(logSurvival), kept: logSurvival)
      }
      return Result(survival: p / (p + S.expMinusOne(total)), kept: total)
    case .frank(let p):
      // 1 - alpha = log1p(expm1(L) e^-G) / L
      let l = S.log(p)
      let inside = S.expMinusOne(l) * S.exp(-total)
      return Result(survival: min(S.log(onePlus: inside) / l, 1), kept: total)
    case .yager(let p):
      let logAlpha = min(logSum / p, 0)
      return Result(survival: -S.expMinusOne(logAlpha), kept: logAlpha)
    case .aczelAlsina(let p):
      return Result(survival: S.exp(-S.exp(min(logSum / p, 80))), kept: logSum / p)
    case .dombi(let p):
      return Result(survival: S.exp(-softplus(logSum / p)), kept: logSum / p)
    case .schweizerSklar(let p):
      guard p > 0 else {
        let logSurvival = softplus(logSum) / p
        return Result(survival: S.exp(logSurvival), kept: logSurvival)
      }
      guard total < 1 else { return Result(survival: 0, kept: EdgeLaw<S>.logZero) }
      let logSurvival = S.log(onePlus: -total) / p
      return Result(survival: S.exp(logSurvival), kept: logSurvival)
    }
  }

  /// ∂alpha/∂u of one face.
  func slope(_ face: EdgeCoverage<S>.Sample, entry: Int, _ pixel: Result) -> S {
    let survival = pixel.survival
    let kept = pixel.kept
    switch aggregation {
    case .probabilistic: return survival * face.hazard
    case .max: return pixel.entry == S(entry) ? face.density : 0
    case .hard: return 0
    case .drastic: return kept > 1 ? 0 : face.density
    case .sum: return face.density / S(faceCount)
    case .lukasiewicz: return kept < 1 ? face.density : 0
    case .einstein: return survival * (2 - survival) * face.hazard / (1 + face.coverage)
    case .hamacher(let p):
      if p == 0 { return power(2 * kept - face.logSurvival) * face.hazard }
      return survival * (survival + p * (1 - survival)) * face.hazard
        / (face.survival + p * face.coverage)
    case .frank(let p):
      let l = S.log(p)
      return face.hazard * Self.frankSlope(face.survival, l)
        * (-S.expMinusOne(-survival * l) / l)
    case .yager(let p):
      return kept < 0 ? power((p - 1) * (face.logCoverage - kept)) * face.density : 0
    case .aczelAlsina(let p):
      return survival * power((p - 1) * (S.log(-face.logSurvival) - kept)) * face.hazard
    case .dombi(let p):
      let exponent =
        (p - 1) * (face.logOdds - kept) - 2 * softplus(kept) - face.logSurvival
      return power(exponent) * face.hazard
    case .schweizerSklar(let p):
      if p > 0 {
        guard kept > EdgeLaw<S>.logZero else { return 0 }
        return power((p - 1) * (face.logSurvival - kept)) * face.density
      }
      return power((1 - p) * (kept - face.logSurvival) + face.logSurvival) * face.hazard
    }
  }

  /// exp, bounded so that a product with a hazard of 0 is 0.
  private func power(_ exponent: S) -> S { S.exp(min(exponent, 87)) }

  /// `x L / (1 - e^(-x L))`, 1 at x = 0.
  private static func frankSlope(_ x: S, _ l: S) -> S {
    let y = x * l
    return abs(y) < 1e-5 ? 1 + y / 2 : -y / S.expMinusOne(-y)
  }

  /// What one face adds to ∂alpha/∂parameter; 0 where the parameter stands at a limit.
  ///
  /// From `g(alpha; p) = Σ g(D; p)`: `∂alpha/∂p = (Σ ∂g/∂p (D) - ∂g/∂p (alpha)) / g'(alpha)`.
  func parameterSlope(_ face: EdgeCoverage<S>.Sample, _ pixel: Result) -> S {
    let survival = pixel.survival
    let kept = pixel.kept
    switch aggregation {
    case .probabilistic, .max, .einstein, .lukasiewicz, .drastic, .sum, .hard: return 0
    case .hamacher(let p):
      if p == 0 { return 0 }
      return survival * (survival + p * (1 - survival)) / p * face.coverage
        / (face.survival + p * face.coverage)
    case .frank(let p):
      let l = S.log(p)
      let own = Self.frankSlope(face.survival, l) / l
      let whole = Self.frankSlope(1, l) / l
      return -(own - whole) * (-S.expMinusOne(-survival * l) / l) / p
    case .yager(let p):
      guard kept < 0 else { return 0 }
      let share = power(p * (face.logCoverage - kept))
      return (1 - survival) / p * share * (face.logCoverage - kept)
    case .aczelAlsina(let p):
      let way = S.log(-face.logSurvival) - kept
      return survival * S.exp(min(kept, 80)) / p * power(p * way) * way
    case .dombi(let p):
      let way = face.logOdds - kept
      return survival * (1 - survival) / p * power(p * way) * way
    case .schweizerSklar(let p):
      guard kept > EdgeLaw<S>.logZero else { return 0 }
      return -survival / p * power(p * (face.logSurvival - kept)) * face.logSurvival
    }
  }

  /// What a pixel adds to ∂alpha/∂parameter beside its faces.
  func parameterOffset(_ pixel: Result) -> S {
    let survival = pixel.survival
    switch aggregation {
    case .probabilistic, .max, .einstein, .lukasiewicz, .drastic, .sum, .hard, .yager,
      .aczelAlsina, .dombi:
      return 0
    case .hamacher(let p): return p == 0 ? 0 : -survival * (1 - survival) / p
    case .frank(let p):
      // The faces' sum runs over S_j against 1; here alpha's own against 1.
      let l = S.log(p)
      let own = Self.frankSlope(survival, l) / l
      let whole = Self.frankSlope(1, l) / l
      return (own - whole) * (-S.expMinusOne(-survival * l) / l) / p
    case .schweizerSklar(let p):
      guard pixel.kept > EdgeLaw<S>.logZero else { return 0 }
      return survival / p * pixel.kept
    }
  }
}

/// log(1 + exp(x)).
func softplus<S: RenderScalar>(_ x: S) -> S {
  max(x, 0) + S.log(onePlus: S.exp(-abs(x)))
}
