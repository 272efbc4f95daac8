public import ArgumentParser
public import SfumatoCore

/// A profile with the scale at which a published search starts or ended.
public struct FamilyProfile: Sendable {
  /// A short name for tables.
  public var name: String
  /// The profile.
  public var profile: EdgeProfile<Float>
  /// Logarithm to base 10 of the scale, in normalised device coordinates, squared ones where squared.
  public var log10Tau: Double

  /// Names a profile; GenDR's tuned scale or one read off its neighbours.
  public init(_ distribution: EdgeDistribution, squared: Bool = false, log10Tau: Double) {
    name = distribution.rawValue + (squared ? " squared" : "")
    profile = EdgeProfile(distribution, squared: squared)
    self.log10Tau = log10Tau
  }

  /// The settings of a silhouette at a scale in normalised device coordinates of a square image.
  ///
  /// One unit is half a side, so a scale of `tau` is `tau side / 2` pixels, of a squared profile
  /// `sqrt(tau) side / 2`.
  public func settings(
    tau: Double, side: Int, coverage: CoverageAggregation<Float>
  ) -> SoftSettings<Float> {
    let half = Double(side) / 2
    return SoftSettings(
      profile: profile,
      edgeWidthPixels: Float((profile.squared ? tau.squareRoot() : tau) * half),
      coverage: coverage, tailBound: profile.defaultTailBound)
  }

  /// Seven profiles: light and heavy tails, a bounded support, both sides of a one-sided law, a squared one.
  public static let chosen: [FamilyProfile] = [
    FamilyProfile(.uniform, log10Tau: -1.5),
    FamilyProfile(.gaussian, log10Tau: -1.5),
    FamilyProfile(.logistic, log10Tau: -2),
    FamilyProfile(.logistic, squared: true, log10Tau: -4),
    FamilyProfile(.cauchy, squared: true, log10Tau: -4.5),
    FamilyProfile(.gumbelMin, log10Tau: -2),
    FamilyProfile(.exponentialReversed, log10Tau: -2),
  ]

  /// Every distribution with a gradient, plain and squared.
  public static var all: [FamilyProfile] {
    EdgeDistribution.allCases.filter { $0 != .hard }.flatMap { distribution in
      [
        FamilyProfile(distribution, log10Tau: -2),
        FamilyProfile(distribution, squared: true, log10Tau: -4),
      ]
    }
  }
}

/// A coverage aggregation and its name.
public struct FamilyConorm: Sendable {
  /// A short name for tables.
  public var name: String
  /// The aggregation.
  public var coverage: CoverageAggregation<Float>

  /// Names an aggregation.
  public init(_ name: String, _ coverage: CoverageAggregation<Float>) {
    self.name = name
    self.coverage = coverage
  }

  /// The three whose tuned scales GenDR records.
  public static let chosen: [FamilyConorm] = [
    FamilyConorm("probabilistic", .probabilistic), FamilyConorm("einstein", .einstein),
    FamilyConorm("yager 2", .yager(2)),
  ]

  /// Those of GenDR's comparisons and one of each other kind.
  public static let all: [FamilyConorm] = [
    FamilyConorm("max", .max), FamilyConorm("probabilistic", .probabilistic),
    FamilyConorm("einstein", .einstein), FamilyConorm("hamacher 0", .hamacher(0)),
    FamilyConorm("frank 0.01", .frank(0.01)), FamilyConorm("yager 1", .yager(1)),
    FamilyConorm("yager 2", .yager(2)), FamilyConorm("yager 4", .yager(4)),
    FamilyConorm("aczel-alsina 2", .aczelAlsina(2)), FamilyConorm("dombi 2", .dombi(2)),
    FamilyConorm("schweizer-sklar -2", .schweizerSklar(-2)),
  ]
}

/// The option of the experiments with a table of profiles.
public struct FamilyOptions: ParsableArguments {
  /// The rows to compute; all where empty.
  @Option(
    name: .customLong("profile"),
    help: "Only this row of the table, as the table names it; may be repeated. (default: all rows)")
  public var names: [String] = []

  /// Reads nothing yet.
  public init() {}

  /// Refuses a name that no profile has.
  public func validate() throws {
    let known = FamilyProfile.chosen + FamilyProfile.all
    guard let unknown = names.first(where: { name in !known.contains { $0.name == name } }) else {
      return
    }
    throw ValidationError("--profile: there is no \"\(unknown)\".")
  }

  /// Those of some profiles that are asked for, and any other that is asked for by name.
  public func rows(of profiles: [FamilyProfile]) -> [FamilyProfile] {
    guard !names.isEmpty else { return profiles }
    let known = profiles + FamilyProfile.all
    return names.compactMap { name in known.first { $0.name == name } }
  }
}
