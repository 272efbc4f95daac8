import SfumatoCore
import Testing

@testable import SfumatoFit

@Suite struct TargetDoubtsTests {
  private let targets = FitFixtures.targets(
    Scene(FitFixtures.box), FitFixtures.cameras(6, side: 32))

  @Test func `targets of a turn raise none`() {
    #expect(doubts(about: targets).isEmpty)
    // The same view twice is odd, but not wrong.
    #expect(doubts(about: targets + [targets[0]]).isEmpty)
  }

  @Test func `one picture under two cameras is named`() {
    var twice = targets
    twice[4].picture = twice[1].picture
    #expect(
      doubts(about: twice) == [
        "4.png (view 4) is the same picture as 1.png (view 1), under another camera"
      ])
  }

  @Test func `a camera inside the object is named`() {
    var inside = targets
    inside[2].camera.worldToCamera = RigidTransform(
      rotation: inside[2].camera.worldToCamera.rotation, translation: SIMD3(0.1, 0, 0.1))
    let found = doubts(about: inside)
    #expect(found.count == 1 && found[0].hasPrefix("the camera of 2.png"), "\(found)")
    // Three masks alone do not tell.
    #expect(doubts(about: Array(inside[1...3])).isEmpty)
  }
}
