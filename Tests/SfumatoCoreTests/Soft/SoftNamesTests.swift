import Testing

@testable import SfumatoCore

@Suite
struct SoftNamesTests {
  private func problem(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func `every listed name is read, and names another member`() throws {
    var profiles: [EdgeProfile<Float>] = []
    for name in EdgeProfile<Float>.names {
      let profile = try EdgeProfile<Float>(named: name)
      #expect(name == profile.distribution.rawValue + (profile.squared ? "-squared" : ""))
      #expect(!profiles.contains(profile))
      profiles.append(profile)
    }
    #expect(profiles.count == 35)
    var members: [CoverageAggregation<Float>] = []
    for name in CoverageAggregation<Float>.names {
      let member = try CoverageAggregation<Float>(named: name.replacing(":p", with: ":2.5"))
      #expect(!members.contains(member))
      #expect((member.parameter == 2.5) == name.hasSuffix(":p"))
      members.append(member)
    }
    #expect(members.count == 13)
    let depths = try DepthAggregation<Float>.names.map { name in
      try DepthAggregation<Float>(named: name, gamma: 0.25)
    }
    #expect(
      depths == [
        .softmax(gamma: 0.25), .softmax(gamma: 0.25, over: .inverse), .nearest(within: .face),
        .nearest(within: .reach), .over,
      ])
    #expect(try EdgeProfile<Float>(named: "gamma-squared:2").shape == 2)
    #expect(try CoverageAggregation<Float>(named: "schweizer-sklar:-2") == .schweizerSklar(-2))
    #expect(try CoverageAggregation<Float>(named: "hamacher:inf") == .hamacher(.infinity))
  }

  @Test func `a wrong name says what would be right`() {
    #expect(
      problem { _ = try EdgeProfile<Float>(named: "gauss") }
        .hasPrefix("'gauss' is none of hard, uniform, uniform-squared, cubic-hermite"))
    #expect(problem { _ = try EdgeProfile<Float>(named: "hard-squared") }.contains("is none of"))
    #expect(
      problem { _ = try EdgeProfile<Float>(named: "gaussian:2") }
        == "'gaussian' has no shape; the gamma laws have one")
    #expect(
      problem { _ = try EdgeProfile<Float>(named: "gamma:0") }
        == "'gamma' needs a shape above 0, not 0.0")
    #expect(
      problem { _ = try CoverageAggregation<Float>(named: "yager:-1") }
        == "yager needs a parameter of at least 0, not -1.0")
    #expect(
      problem { _ = try CoverageAggregation<Float>(named: "yager") }
        == "'yager' needs a parameter, as 'yager:2'")
    #expect(
      problem { _ = try CoverageAggregation<Float>(named: "yager:") }
        == "'yager:' has no number after its colon")
    #expect(
      problem { _ = try CoverageAggregation<Float>(named: "max:2") } == "'max' takes no parameter")
    #expect(
      problem { _ = try DepthAggregation<Float>(named: "nearer", gamma: 1) }
        == "'nearer' is none of softmax, softmax-inverse, nearest, nearest-reach, over")
  }
}
