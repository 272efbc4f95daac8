import SfumatoTestSupport

@testable import SfumatoCore

/// The members of the family that tests go through.
enum FamilyMembers {
  /// Every law, plain and squared, centred.
  static func profiles<S: RenderScalar>(_: S.Type) -> [EdgeProfile<S>] {
    EdgeDistribution.allCases.flatMap { law in
      [false, true].map { EdgeProfile<S>(law, squared: $0, shape: S(1.7)) }
    }
  }

  /// Every aggregation, those with a parameter at several.
  static func aggregations<S: RenderScalar>(_: S.Type) -> [CoverageAggregation<S>] {
    [
      .probabilistic, .max, .einstein, .hamacher(0), .hamacher(S(0.4)), .hamacher(5),
      .frank(S(0.02)), .frank(30), .yager(S(0.6)), .yager(2), .yager(7), .aczelAlsina(S(0.5)),
      .aczelAlsina(3), .dombi(S(0.5)), .dombi(2), .schweizerSklar(-2), .schweizerSklar(S(0.5)),
      .schweizerSklar(2), .lukasiewicz, .drastic, .sum, .hard,
    ]
  }

  /// Every way to choose colours.
  static func depths<S: RenderScalar>(_: S.Type) -> [DepthAggregation<S>] {
    [
      .softmax(gamma: S(0.1)), .softmax(gamma: S(0.1), over: .inverse), .nearest(within: .face),
      .nearest(within: .reach), .over,
    ]
  }

  /// Overlapping faces of a small picture.
  static func faces(
    count: Int, seed: UInt64, width: Int, height: Int, isInverse: Bool
  ) -> [ScreenFace<Double>] {
    var g = SeededGenerator(seed: seed)
    return (0..<count).map { i in
      func lanes(_ range: ClosedRange<Double>) -> SIMD4<Double> {
        let v = SIMD3(g.uniform(range), g.uniform(range), g.uniform(range))
        return SIMD4(v.x, v.y, v.z, v.x)
      }
      let z = lanes(2...4)
      return ScreenFace(
        x: lanes(0...Double(width)), y: lanes(0...Double(height)), q: 1 / z,
        logit: isInverse ? (1 / z - 0.5) / 0.03 : (2 - z) / 0.3, red: lanes(0...1),
        green: lanes(0...1), blue: lanes(0...1), cornerCount: 3, source: Int32(i),
        clip: NearPlaneClip.uncut)
    }
  }
}

/// An aggregation in Float.
func narrowed(_ coverage: CoverageAggregation<Double>) -> CoverageAggregation<Float> {
  switch coverage {
  case .probabilistic: .probabilistic
  case .max: .max
  case .einstein: .einstein
  case .hamacher(let p): .hamacher(Float(p))
  case .frank(let p): .frank(Float(p))
  case .yager(let p): .yager(Float(p))
  case .aczelAlsina(let p): .aczelAlsina(Float(p))
  case .dombi(let p): .dombi(Float(p))
  case .schweizerSklar(let p): .schweizerSklar(Float(p))
  case .lukasiewicz: .lukasiewicz
  case .drastic: .drastic
  case .sum: .sum
  case .hard: .hard
  }
}
