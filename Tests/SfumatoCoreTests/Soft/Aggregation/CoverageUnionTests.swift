import Foundation
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// A face of stated coverage, as the logistic law has it: the hazards are D and 1 - D.
private func face<S: RenderScalar>(_ d: S) -> EdgeCoverage<S>.Sample {
  let one = Double(d)
  return EdgeCoverage<S>.Sample(
    standardized: S(log(one / (1 - one))), logCoverage: S(log(one)), logSurvival: S(log1p(-one)),
    hazard: d, reverseHazard: 1 - d)
}

/// A face whose coverage is 1.
private func fullFace<S: RenderScalar>(_: S.Type) -> EdgeCoverage<S>.Sample {
  EdgeCoverage<S>.Sample(
    standardized: 5, logCoverage: 0, logSurvival: EdgeLaw<S>.logZero, hazard: 0,
    reverseHazard: 0)
}

private func result<S: RenderScalar>(
  _ aggregation: CoverageAggregation<S>, _ faces: [EdgeCoverage<S>.Sample]
) -> (CoverageUnion<S>, CoverageUnion<S>.Result) {
  let union = CoverageUnion(aggregation, faceCount: faces.count)
  var running = union.start
  for (i, one) in faces.enumerated() { union.add(one, entry: i, to: &running) }
  return (union, union.result(running))
}

private func alpha<S: RenderScalar>(
  _ aggregation: CoverageAggregation<S>, _ coverages: [S]
) -> S { 1 - result(aggregation, coverages.map { face($0) }).1.survival }

/// Two coverages joined, straight from the tables of T-conorms (math.md 1.5).
private func join(_ rule: CoverageAggregation<Double>, _ a: Double, _ b: Double) -> Double {
  let (x, y) = (1 - a, 1 - b)
  switch rule {
  case .probabilistic: return a + b - a * b
  case .max: return max(a, b)
  case .einstein: return (a + b) / (1 + a * b)
  case .hamacher(let p): return 1 - x * y / (p + (1 - p) * (x + y - x * y))
  case .frank(let p):
    return 1 - log(1 + (pow(p, x) - 1) * (pow(p, y) - 1) / (p - 1)) / log(p)
  case .yager(let p): return min(1, pow(pow(a, p) + pow(b, p), 1 / p))
  case .aczelAlsina(let p): return 1 - exp(-pow(pow(-log(x), p) + pow(-log(y), p), 1 / p))
  case .dombi(let p): return 1 - 1 / (1 + pow(pow(a / x, p) + pow(b / y, p), 1 / p))
  case .schweizerSklar(let p): return 1 - pow(max(pow(x, p) + pow(y, p) - 1, 0), 1 / p)
  case .lukasiewicz: return min(1, a + b)
  case .drastic: return a == 0 ? b : b == 0 ? a : 1
  case .sum: return (a + b) / 2
  case .hard: return a > 0.5 || b > 0.5 ? 1 : 0
  }
}

@Suite
struct CoverageUnionTests {
  @Test func `a half and a half make what the tables say`() {
    let table: [(CoverageAggregation<Double>, Double)] = [
      (.max, 0.5), (.dombi(2), 0.5858), (.aczelAlsina(2), 0.6248), (.frank(0.01), 0.6298),
      (.hamacher(0), 0.6667), (.schweizerSklar(-1), 0.6667), (.yager(2), 0.7071),
      (.probabilistic, 0.75), (.einstein, 0.8), (.frank(100), 0.8702), (.lukasiewicz, 1),
      (.drastic, 1), (.sum, 0.5), (.hard, 0),
    ]
    for (aggregation, wanted) in table {
      #expect(abs(alpha(aggregation, [0.5, 0.5]) - wanted) < 5e-5, "\(aggregation)")
    }
    #expect(alpha(.hard, [0.5, 0.51]) == 1)
  }

  @Test(arguments: FamilyMembers.aggregations(Double.self))
  func `the generator form is the fold of the pairwise form`(
    aggregation: CoverageAggregation<Double>
  ) {
    var g = SeededGenerator(seed: 4)
    for range in [0.001...0.2, 0.02...0.9, 0.3...0.99] {
      let coverages = g.array(5, range)
      var fold = coverages[0]
      for d in coverages.dropFirst() { fold = join(aggregation, fold, d) }
      switch aggregation {
      case .sum: fold = coverages.reduce(0, +) / 5
      case .hard: fold = coverages.contains { $0 > 0.5 } ? 1 : 0
      case .probabilistic, .max, .einstein, .hamacher, .frank, .yager, .aczelAlsina, .dombi,
        .schweizerSklar, .lukasiewicz, .drastic:
        break
      }
      #expect(abs(alpha(aggregation, coverages) - fold) < 1e-12, "\(range)")
    }
  }

  @Test(arguments: FamilyMembers.aggregations(Double.self))
  func `alpha does not depend on the order of faces, and a lone face keeps its coverage`(
    aggregation: CoverageAggregation<Double>
  ) {
    var g = SeededGenerator(seed: 5)
    let coverages = g.array(7, 0.01...0.95)
    let first = alpha(aggregation, coverages)
    for _ in 0..<5 {
      let shuffled = coverages.shuffled(using: &g)
      #expect(abs(alpha(aggregation, shuffled) - first) < 1e-14)
    }
    guard aggregation != .hard else { return }
    for d in [1e-9, 1e-3, 0.4, 0.999] {
      // Rounding of 1 - alpha, more where a nilpotent generator comes near to 1.
      #expect(abs(alpha(aggregation, [d]) - d) < 1e-13, "\(d)")
    }
  }

  @Test func `limits of the parameters are the members that they name`() {
    let coverages = [0.2, 0.55, 0.3]
    let limits: [(CoverageAggregation<Double>, CoverageAggregation<Double>)] = [
      (.hamacher(1), .probabilistic), (.hamacher(2), .einstein), (.hamacher(.infinity), .drastic),
      (.frank(0), .max), (.frank(1), .probabilistic), (.frank(.infinity), .lukasiewicz),
      (.yager(0), .drastic), (.yager(1), .lukasiewicz), (.yager(.infinity), .max),
      (.aczelAlsina(0), .drastic), (.aczelAlsina(1), .probabilistic),
      (.aczelAlsina(.infinity), .max), (.dombi(0), .drastic), (.dombi(1), .hamacher(0)),
      (.dombi(.infinity), .max), (.schweizerSklar(-.infinity), .max),
      (.schweizerSklar(0), .probabilistic), (.schweizerSklar(1), .lukasiewicz),
      (.schweizerSklar(.infinity), .drastic), (.schweizerSklar(-1), .hamacher(0)),
    ]
    for (member, limit) in limits {
      #expect(member.complaint == nil)
      #expect(
        abs(alpha(member, coverages) - alpha(limit, coverages)) < 1e-12, "\(member) \(limit)")
    }
  }

  /// On either side of where a parameter is taken for its limit, alpha moves by no more than the parameter does.
  @Test func `alpha is continuous where a parameter is taken for its limit`() {
    let coverages = [0.2, 0.55, 0.3]
    let pairs: [(CoverageAggregation<Double>, CoverageAggregation<Double>, Double)] = [
      (.frank(1 + 0.99e-4), .frank(1 + 1.01e-4), 1e-4),
      (.frank(1 - 0.99e-4), .frank(1 - 1.01e-4), 1e-4),
      (.schweizerSklar(0.99e-4), .schweizerSklar(1.01e-4), 1e-4),
      (.schweizerSklar(-0.99e-4), .schweizerSklar(-1.01e-4), 1e-4),
      (.yager(9999), .yager(10_001), 1e-4), (.aczelAlsina(9999), .aczelAlsina(10_001), 1e-4),
      (.dombi(9999), .dombi(10_001), 1e-4), (.hamacher(1), .hamacher(1 + 1e-9), 1e-8),
      (.hamacher(0), .hamacher(1e-9), 1e-8), (.yager(1), .yager(1 + 1e-9), 1e-8),
      (.schweizerSklar(1), .schweizerSklar(1 + 1e-9), 1e-8),
    ]
    for (a, b, bound) in pairs {
      #expect(abs(alpha(a, coverages) - alpha(b, coverages)) < bound, "\(a) \(b)")
    }
  }

  @Test func `invalid parameters are named`() {
    let wrong: [(CoverageAggregation<Double>, String)] = [
      (.hamacher(-0.1), "hamacher"), (.frank(-1), "frank"), (.yager(-1), "yager"),
      (.aczelAlsina(.nan), "aczel-alsina"), (.dombi(-2), "dombi"),
      (.schweizerSklar(.nan), "schweizer-sklar"),
    ]
    for (member, name) in wrong {
      #expect(member.complaint?.hasPrefix("\(name) needs") == true, "\(member)")
    }
    for member in FamilyMembers.aggregations(Double.self) { #expect(member.complaint == nil) }
  }

  @Test func `two hundred faces of a tenth leave 7e-10, in Float too`() {
    let exact: Double = pow(0.9, 200.0)
    let (wide, left) = result(.probabilistic, [Double](repeating: 0.1, count: 200).map { face($0) })
    #expect(abs(left.survival / exact - 1) < 1e-12)
    // ∂alpha/∂D = 0.9^199 = 7.84e-10, and the density of the logistic law is D (1 - D).
    let slope = wide.slope(face(0.1), entry: 0, left)
    #expect(abs(slope / (exact / 0.9 * 0.09) - 1) < 1e-12)
    let (narrow, short) = result(
      .probabilistic, [Float](repeating: 0.1, count: 200).map { face($0) })
    #expect(abs(Double(short.survival) / exact - 1) < 1e-4)
    #expect(abs(Double(narrow.slope(face(0.1), entry: 0, short)) / slope - 1) < 1e-4)
    // The other members that come near to 1 without reaching it: no cancellation in what is left.
    for member: CoverageAggregation<Double> in [
      .einstein, .hamacher(3), .aczelAlsina(0.8), .dombi(1.5),
    ] {
      let product = narrowed(member)
      let many = [Double](repeating: 0.1, count: 60)
      let left = result(member, many.map { face($0) }).1.survival
      let short = result(product, many.map { face(Float($0)) }).1.survival
      #expect(abs(Double(short) / left - 1) < 1e-4, "\(member): \(short) for \(left)")
    }
  }

  /// The first maximiser alone takes the gradient of equal ones.
  @Test func `of equal coverages the first takes the maximum's gradient`() {
    let faces = [0.3, 0.6, 0.6, 0.1].map { face($0) }
    let (union, left) = result(.max, faces)
    let slopes = faces.enumerated().map { union.slope($1, entry: $0, left) }
    #expect(slopes.map { $0 != 0 } == [false, true, false, false])
    #expect(abs(slopes[1] - 0.24) < 1e-15)
  }

  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type])
  func `alpha and slopes are finite at every coverage`(type: any RenderScalar.Type) {
    func check<S: RenderScalar>(_: S.Type) {
      let trace: Double = exp(-60.0)
      let tiny = EdgeCoverage<S>.Sample(
        standardized: -60, logCoverage: -60, logSurvival: S(-trace), hazard: S(trace),
        reverseHazard: 1)
      // Deep inside: the odds overflow Float.
      let deep = EdgeCoverage<S>.Sample(
        standardized: 300, logCoverage: 0, logSurvival: -300, hazard: 1, reverseHazard: 0)
      let half = face(S(0.5))
      let sets: [[EdgeCoverage<S>.Sample]] = [
        [], [tiny], [deep], [fullFace(S.self)], [half, fullFace(S.self)], [tiny, deep],
        [deep, deep, half], [fullFace(S.self), fullFace(S.self)], [tiny, tiny],
        [EdgeCoverage<S>.Sample](repeating: half, count: 300),
      ]
      let parameters: [S] = [0, S(1e-3), S(0.3), 1, 2, 17, 300, 1e6, .infinity]
      var members = FamilyMembers.aggregations(S.self)
      for p in parameters {
        members += [.hamacher(p), .frank(p), .yager(p), .aczelAlsina(p), .dombi(p)]
        members += [.schweizerSklar(p), .schweizerSklar(-p)]
      }
      for member in members {
        for faces in sets {
          let (union, left) = result(member, faces)
          let name = "\(S.self) \(member) of \(faces.map(\.standardized).prefix(3))"
          #expect(left.survival >= 0 && left.survival <= 1, "\(name): \(left.survival)")
          var offset = union.parameterOffset(left)
          #expect(offset.isFinite, "\(name): offset \(offset)")
          for (i, one) in faces.enumerated() {
            let slope = union.slope(one, entry: i, left)
            #expect(slope.isFinite && slope >= 0, "\(name): slope \(slope)")
            let own = union.parameterSlope(one, left)
            #expect(own.isFinite, "\(name): parameter slope \(own)")
            offset += own
          }
          if faces.isEmpty { #expect(left.survival == 1, "\(name)") }
        }
      }
    }
    check(type)
  }

  @Test(arguments: FamilyMembers.aggregations(Double.self))
  func `slopes agree with differences, at odds from tiny to large`(
    aggregation: CoverageAggregation<Double>
  ) {
    guard aggregation != .hard, aggregation != .drastic else { return }
    var g = SeededGenerator(seed: 31)
    for range in [-8.0...(-4), -3...1, -1...2.5] {
      let arguments = g.array(4, range)
      func at(_ u: [Double]) -> [EdgeCoverage<Double>.Sample] {
        u.map {
          EdgeCoverage<Double>.Sample(
            standardized: $0, logCoverage: -log1p(exp(-$0)), logSurvival: -log1p(exp($0)),
            hazard: 1 / (1 + exp(-$0)), reverseHazard: 1 / (1 + exp($0)))
        }
      }
      let (union, left) = result(aggregation, at(arguments))
      // Saturated: alpha is 1 and every slope 0.
      let slopes = at(arguments).enumerated().map { union.slope($1, entry: $0, left) }
      let scale = slopes.max() ?? 0
      if left.survival == 0 {
        #expect(scale == 0)
        continue
      }
      for i in arguments.indices {
        func survival(_ h: Double) -> Double {
          var moved = arguments
          moved[i] += h
          return result(aggregation, at(moved)).1.survival
        }
        let h = 1e-3
        let difference =
          -(8 * (survival(h) - survival(-h)) - (survival(2 * h) - survival(-2 * h))) / (12 * h)
        #expect(abs(slopes[i] - difference) < 1e-7 * scale, "\(i): \(slopes[i]), \(difference)")
      }
    }
  }
}
